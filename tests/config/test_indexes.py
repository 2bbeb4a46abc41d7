"""The index that pip or uv would use, from their own configuration."""

import os
import sys
from pathlib import Path

import pytest

from pysentry_hook.config.indexes import pip_indexes
from pysentry_hook.config.tool_files import pip_files
from pysentry_hook.errors import ConfigError

ACME = "https://pkgs.acme.example/simple"


def _with_file(folder: Path, text: str) -> dict[str, str]:
    file = folder / "pip" / "pip.conf"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return {"XDG_CONFIG_HOME": str(folder), "HOME": str(folder), "XDG_CONFIG_DIRS": str(folder / "none")}


@pytest.mark.parametrize(
    "text", [f"[global]\nindex-url = {ACME}", f"[global]\nindex_url={ACME}", f"[install]\nindex-url={ACME}"]
)
def test_pips_file_is_read_as_pip_reads_it(tmp_path: Path, text: str) -> None:
    assert pip_indexes(_with_file(tmp_path, text)) == (ACME,)


def test_the_users_file_counts_where_the_named_file_does_not_exist(tmp_path: Path) -> None:
    environment = _with_file(tmp_path, f"[global]\nindex-url = {ACME}")
    assert pip_indexes(environment | {"PIP_CONFIG_FILE": str(tmp_path / "nowhere")}) == (ACME,)
    assert pip_indexes(environment | {"PIP_CONFIG_FILE": os.devnull}) == ()


@pytest.mark.skipif(os.name == "nt", reason="files of Windows have other rights")
def test_a_file_of_pip_that_cannot_be_read_is_an_error(owned: Path) -> None:
    environment = _with_file(owned, f"[global]\nindex-url = {ACME}")
    (owned / "pip" / "pip.conf").chmod(0)
    with pytest.raises(ConfigError, match=r"pip's configuration cannot be read: .*Permission denied"):
        pip_indexes(environment)


def test_the_environment_comes_before_the_file(tmp_path: Path) -> None:
    environment = _with_file(tmp_path, "[global]\nindex-url = https://other.example/simple")
    assert pip_indexes(environment | {"PIP_INDEX_URL": ACME}) == (ACME,)


@pytest.mark.parametrize("value", [f"acme={ACME}", ACME, f"acme={ACME}?a=b"])
def test_a_named_index_of_uv_is_its_address(value: str) -> None:
    assert pip_indexes({"UV_INDEX": value, "PIP_CONFIG_FILE": os.devnull}) == (ACME,)


OTHER = "https://other.example/simple"
UV_FILE = f"""
extra-index-url = ["https://me:word@extra.example/simple"]
[[index]]
url = "{ACME}"
default = true
[[index]]
name = "other"
url = "{OTHER}"
[[index]]
name = "alone"
url = "https://alone.example/simple"
explicit = true
"""


def _with_uv_file(folder: Path, text: str, place: str = "uv/uv.toml") -> dict[str, str]:
    file = folder / place
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return {"XDG_CONFIG_HOME": str(folder), "HOME": str(folder), "XDG_CONFIG_DIRS": str(folder / "shared")}


def test_the_indexes_of_uvs_file_are_the_users_own_without_those_of_single_packages(tmp_path: Path) -> None:
    assert pip_indexes(_with_uv_file(tmp_path, UV_FILE)) == (ACME, OTHER, "https://extra.example/simple")


@pytest.mark.parametrize("place", ["uv/uv.toml", "shared/uv/uv.toml"])
def test_uvs_files_are_found_where_uv_finds_them(tmp_path: Path, place: str) -> None:
    assert pip_indexes(_with_uv_file(tmp_path, f'index-url = "{ACME}"', place)) == (ACME,)


def test_the_file_of_uv_that_is_named_counts_alone(tmp_path: Path) -> None:
    environment = _with_uv_file(tmp_path, f'index-url = "{ACME}"')
    (tmp_path / "named.toml").write_text(f'index-url = "{OTHER}"', encoding="utf-8")
    assert pip_indexes(environment | {"UV_CONFIG_FILE": str(tmp_path / "named.toml")}) == (OTHER,)
    assert pip_indexes(environment | {"UV_NO_CONFIG": "1"}) == ()


def test_the_environment_comes_before_uvs_file_and_adds_to_it(tmp_path: Path) -> None:
    environment = _with_uv_file(tmp_path, UV_FILE)
    found = pip_indexes(environment | {"UV_DEFAULT_INDEX": "https://a.example/x", "UV_INDEX": "https://b.example/x"})
    assert found[:2] == ("https://a.example/x", "https://b.example/x")
    assert ACME not in found
    assert OTHER in found


def test_pip_and_uv_may_look_in_different_places(tmp_path: Path) -> None:
    environment = _with_uv_file(tmp_path, f'index-url = "{ACME}"') | {"PIP_INDEX_URL": OTHER}
    assert pip_indexes(environment) == (ACME, OTHER)


@pytest.mark.parametrize("text", ["[[index", 'index = 3\nextra-index-url = "x"', "index = [1]\nindex-url = 1"])
def test_a_file_of_uv_of_a_wrong_shape_is_no_bug(tmp_path: Path, text: str) -> None:
    environment = _with_uv_file(tmp_path, text)
    if text == "[[index":
        with pytest.raises(ConfigError, match="uv's configuration cannot be read"):
            pip_indexes(environment)
    else:
        assert pip_indexes(environment) == ()


UNIX = {"HOME": "/home/me", "VIRTUAL_ENV": "/venv", "APPDATA": "/not/here"}
WINDOWS = {"APPDATA": "C:/Me/Roaming", "USERPROFILE": "C:/Me", "PROGRAMDATA": "C:/All", "VIRTUAL_ENV": "C:/venv"}


@pytest.mark.parametrize(
    ("platform", "environment", "places"),
    [
        (
            "linux",
            UNIX | {"XDG_CONFIG_DIRS": "/a:/b"},
            ["/a/pip/pip.conf", "/b/pip/pip.conf", "/etc/pip.conf", "/home/me/.pip/pip.conf",
             "/home/me/.config/pip/pip.conf", "/venv/pip.conf"],
        ),
        (
            "linux",
            {"HOME": "/home/me", "XDG_CONFIG_HOME": "/mine", "XDG_CONFIG_DIRS": ""},
            ["/etc/xdg/pip/pip.conf", "/etc/pip.conf", "/home/me/.pip/pip.conf", "/mine/pip/pip.conf"],
        ),
        (
            "darwin",
            UNIX | {"XDG_CONFIG_DIRS": "/a", "XDG_CONFIG_HOME": "/mine"},
            ["/Library/Application Support/pip/pip.conf", "/home/me/.pip/pip.conf", "/home/me/.config/pip/pip.conf",
             "/venv/pip.conf"],
        ),
        (
            "win32",
            WINDOWS | {"XDG_CONFIG_DIRS": "/a"},
            ["C:/All/pip/pip.ini", "C:/Me/pip/pip.ini", "C:/Me/Roaming/pip/pip.ini", "C:/venv/pip.ini"],
        ),
        ("win32", {"PIP_CONFIG_FILE": "C:/own.ini"}, ["C:/ProgramData/pip/pip.ini", "C:/own.ini"]),
    ],
)  # fmt: skip
def test_pips_files_are_looked_for_where_the_platform_has_them(
    platform: str, environment: dict[str, str], places: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(Path, "is_file", lambda _: True)
    monkeypatch.setattr(Path, "exists", lambda _: True)
    assert [file.as_posix() for file in pip_files(environment)] == places


def test_a_mac_has_its_own_folder_for_pip_where_it_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "Library" / "Application Support" / "pip"
    for place in (folder, tmp_path / ".config" / "pip"):
        place.mkdir(parents=True)
        (place / "pip.conf").write_text("", encoding="utf-8")
    monkeypatch.setattr(sys, "platform", "darwin")
    assert pip_files({"HOME": str(tmp_path)}) == [folder / "pip.conf"]
