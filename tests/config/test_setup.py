"""What of the user's configuration of pip and uv makes another resolution, and what is never looked at."""

from pathlib import Path

import pytest

from pysentry_hook.config import setup
from pysentry_hook.config.setup import setup_digest


def environment(home: Path, **more: str) -> dict[str, str]:
    return {"HOME": str(home), "XDG_CONFIG_DIRS": str(home / "shared"), **more}


@pytest.mark.parametrize(
    "variable",
    [
        {"UV_EXCLUDE_NEWER": "2026-01-01"},
        {"UV_PRERELEASE": "allow"},
        {"UV_RESOLUTION": "lowest"},
        {"UV_INDEX": "https://pkgs.acme.example/simple"},
        {"UV_FIND_LINKS": "./wheels"},
        {"UV_NO_BINARY": "1"},
        {"PIP_PRE": "1"},
        {"PIP_NO_BINARY": ":all:"},
        {"PIP_EXTRA_INDEX_URL": "https://pkgs.acme.example/simple"},
    ],
)
def test_a_variable_that_changes_a_resolution_changes_the_digest(tmp_path: Path, variable: dict[str, str]) -> None:
    assert setup_digest(environment(tmp_path, **variable)) != setup_digest(environment(tmp_path))


@pytest.mark.parametrize("variable", ["UV_CACHE_DIR", "PIP_CACHE_DIR", "UV_NO_PROGRESS", "PIP_TIMEOUT", "EDITOR"])
def test_a_variable_that_changes_none_changes_nothing(tmp_path: Path, variable: str) -> None:
    assert setup_digest(environment(tmp_path, **{variable: "1"})) == setup_digest(environment(tmp_path))


@pytest.mark.parametrize(
    "place",
    [".config/uv/uv.toml", "shared/uv/uv.toml", ".config/pip/pip.conf", ".pip/pip.conf", "shared/pip/pip.conf"],
)
def test_a_file_of_the_user_changes_the_digest(tmp_path: Path, place: str) -> None:
    before = setup_digest(environment(tmp_path))
    file = tmp_path / place
    file.parent.mkdir(parents=True)
    file.write_text("a = 1\n", encoding="utf-8")
    between = setup_digest(environment(tmp_path))
    file.write_text("a = 2\n", encoding="utf-8")
    assert len({before, between, setup_digest(environment(tmp_path))}) == 3


def test_the_file_that_is_named_takes_the_place_of_the_others(tmp_path: Path) -> None:
    file = tmp_path / "named.toml"
    file.write_text("a = 1\n", encoding="utf-8")
    named = environment(tmp_path, UV_CONFIG_FILE=str(file), UV_NO_CONFIG="1")
    before = setup_digest(named)
    (tmp_path / ".config" / "uv").mkdir(parents=True)
    (tmp_path / ".config" / "uv" / "uv.toml").write_text("a = 1\n", encoding="utf-8")
    assert setup_digest(named) == before
    file.write_text("a = 2\n", encoding="utf-8")
    assert setup_digest(named) != before


def test_without_configuration_no_file_of_uv_counts(tmp_path: Path) -> None:
    alone = environment(tmp_path, UV_NO_CONFIG="1")
    before = setup_digest(alone)
    (tmp_path / ".config" / "uv").mkdir(parents=True)
    (tmp_path / ".config" / "uv" / "uv.toml").write_text("a = 1\n", encoding="utf-8")
    assert setup_digest(alone) == before


def test_what_a_constraints_file_says_changes_the_digest(tmp_path: Path) -> None:
    file = tmp_path / "limits.txt"
    limited = environment(tmp_path, PIP_CONSTRAINT=str(file))
    before = setup_digest(limited)
    file.write_text("a<2\n", encoding="utf-8")
    assert setup_digest(limited) != before


HIDDEN = "s3cret-word"


@pytest.mark.parametrize(
    "secret",
    [
        {"UV_INDEX_ACME_PASSWORD": HIDDEN},
        {"UV_INDEX_ACME_USERNAME": HIDDEN},
        {"UV_PUBLISH_TOKEN": HIDDEN},
        {"UV_DEFAULT_INDEX": f"acme=https://me:{HIDDEN}@pkgs.acme.example/simple"},
        {
            "PIP_EXTRA_INDEX_URL": f"https://{HIDDEN}@pkgs.acme.example/a https://me:{HIDDEN}@pkgs.acme.example/b?key={HIDDEN}"
        },
        {"PIP_PROXY": f"http://me:{HIDDEN}@proxy.example:80"},
    ],
)
def test_no_secret_is_in_what_is_digested(tmp_path: Path, secret: dict[str, str]) -> None:
    for place in (".config/uv/uv.toml", ".config/pip/pip.conf"):
        (tmp_path / place).parent.mkdir(parents=True)
        text = f'url = "https://me:{HIDDEN}@pkgs.acme.example/simple?token={HIDDEN}#x"\n'
        (tmp_path / place).write_text(text, encoding="utf-8")
    parts = b"\n".join(setup._parts(environment(tmp_path, **secret)))
    assert HIDDEN.encode() not in parts
    assert b"pkgs.acme.example/simple" in parts
