"""The index that pip and uv would use where a file names none."""

from pathlib import Path

import pytest

from pysentry_hook.config import Flags, settle
from pysentry_hook.config.indexes import pip_indexes
from pysentry_hook.errors import ConfigError


@pytest.fixture(autouse=True)
def _no_system(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide what this machine configures for everybody."""
    is_file = Path.is_file
    monkeypatch.setattr(Path, "is_file", lambda path: not path.is_relative_to("/etc") and is_file(path))


def written(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def test_where_nothing_is_configured_there_is_no_index(tmp_path: Path) -> None:
    assert pip_indexes({"HOME": str(tmp_path)}) == ()


@pytest.mark.parametrize("variable", ["PIP_INDEX_URL", "UV_INDEX_URL", "UV_DEFAULT_INDEX"])
def test_the_environment_names_the_index(tmp_path: Path, variable: str) -> None:
    environment = {"HOME": str(tmp_path), variable: "https://pkgs.example/simple"}
    assert pip_indexes(environment) == ("https://pkgs.example/simple",)


@pytest.mark.parametrize("variable", ["PIP_EXTRA_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_INDEX"])
def test_the_environment_names_further_indexes(tmp_path: Path, variable: str) -> None:
    environment = {"HOME": str(tmp_path), variable: "https://a.example/simple https://b.example/simple"}
    assert pip_indexes(environment) == ("https://a.example/simple", "https://b.example/simple")


def test_an_index_of_uv_may_have_a_name(tmp_path: Path) -> None:
    environment = {"HOME": str(tmp_path), "UV_INDEX": "acme=https://pkgs.example/simple"}
    assert pip_indexes(environment) == ("https://pkgs.example/simple",)


def test_credentials_are_left_behind(tmp_path: Path) -> None:
    environment = {"HOME": str(tmp_path), "PIP_INDEX_URL": "https://user:secret@pkgs.example/simple"}
    assert pip_indexes(environment) == ("https://pkgs.example/simple",)


def test_a_local_folder_is_no_index_that_could_be_asked(tmp_path: Path) -> None:
    environment = {"HOME": str(tmp_path), "PIP_INDEX_URL": "file:///srv/simple", "PIP_EXTRA_INDEX_URL": "/srv/wheels"}
    assert pip_indexes(environment) == ()


@pytest.mark.parametrize("place", [".pip/pip.conf", ".config/pip/pip.conf"])
def test_the_users_file_names_the_index(tmp_path: Path, place: str) -> None:
    written(
        tmp_path / place,
        "[global]\nindex-url = https://pkgs.example/simple\nextra-index-url =\n  https://a.example\n  https://b.example\n",
    )
    assert pip_indexes({"HOME": str(tmp_path)}) == (
        "https://pkgs.example/simple",
        "https://a.example",
        "https://b.example",
    )


def test_the_file_of_the_virtual_environment_beats_the_users(tmp_path: Path) -> None:
    written(tmp_path / ".config/pip/pip.conf", "[global]\nindex-url = https://user.example/simple\n")
    written(tmp_path / "venv/pip.conf", "[global]\nindex-url = https://venv.example/simple\n")
    environment = {"HOME": str(tmp_path), "VIRTUAL_ENV": str(tmp_path / "venv")}
    assert pip_indexes(environment) == ("https://venv.example/simple",)


def test_the_folder_for_configuration_may_be_elsewhere(tmp_path: Path) -> None:
    written(tmp_path / "xdg/pip/pip.conf", "[global]\nindex-url = https://pkgs.example/simple\n")
    environment = {"HOME": str(tmp_path / "home"), "XDG_CONFIG_HOME": str(tmp_path / "xdg")}
    assert pip_indexes(environment) == ("https://pkgs.example/simple",)


def test_windows_has_a_folder_for_configuration_of_its_own(tmp_path: Path) -> None:
    written(tmp_path / "pip/pip.ini", "[global]\nindex-url = https://pkgs.example/simple\n")
    assert pip_indexes({"APPDATA": str(tmp_path)}) == ("https://pkgs.example/simple",)


def test_the_environment_beats_the_file(tmp_path: Path) -> None:
    file = written(tmp_path / "pip.conf", "[global]\nindex-url = https://file.example/simple\n")
    environment = {"PIP_CONFIG_FILE": str(file), "PIP_INDEX_URL": "https://pkgs.example/simple"}
    assert pip_indexes(environment) == ("https://pkgs.example/simple",)
    assert pip_indexes(environment | {"PIP_INDEX_URL": ""}) == ("https://file.example/simple",)


def test_a_percent_sign_in_the_file_is_no_variable(tmp_path: Path) -> None:
    file = written(tmp_path / "pip.conf", "[global]\nindex-url = https://u:a%40b@pkgs.example/sim%20ple\n")
    assert pip_indexes({"PIP_CONFIG_FILE": str(file)}) == ("https://pkgs.example/sim%20ple",)


@pytest.mark.parametrize("content", [b"index-url = no section\n", b"[global]\nindex-url = \xff\xfe\n", b"[global\n"])
def test_a_file_that_cannot_be_read_is_an_error_in_one_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "pip.conf").write_bytes(content)
    with pytest.raises(ConfigError, match="pip's configuration cannot be read") as caught:
        pip_indexes({"PIP_CONFIG_FILE": str(tmp_path / "pip.conf")})
    assert "\n" not in str(caught.value)


def test_a_file_without_the_global_section_names_no_index(tmp_path: Path) -> None:
    file = written(tmp_path / "pip.conf", "[list]\nformat = columns\n")
    assert pip_indexes({"PIP_CONFIG_FILE": str(file)}) == ()


def test_settings_hold_the_index_that_pip_would_use(tmp_path: Path) -> None:
    file = written(tmp_path / "pip.conf", "[global]\nindex-url = https://pkgs.example/simple\n")
    assert settle(Flags(), {"PIP_CONFIG_FILE": str(file)}).pip_indexes == ("https://pkgs.example/simple",)
