"""The pattern of the hook's files is held to what is read: every format, every set, every file of the configuration."""

import re
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml

from pysentry_hook.config.files import OURS, PEERS, PYPROJECT
from pysentry_hook.inputs import IN_FOLDERS, READERS, reader_of
from pysentry_hook.inputs.discovery import targets
from pysentry_hook.tree import FolderTree
from tests.contracts.samples import file_name

HOUSE = Path(__file__).parents[2]
FOLDERS = ("", "a/", "a/b c/", "requirements/", "--x=y/", "größer/", "new\nline/", ".hidden/", "uv.lock/")
NAMES = (
    *tuple(file_name(reader.format) for reader in READERS if reader.format != "script"),
    *(OURS, PEERS, PYPROJECT),
    *("pylock.dev.toml", "tool.py.lock", "requirements-dev.txt", "dev-requirements.txt", "requirements.dev.txt"),
    *("requirements_test.txt", "test_requirements.txt", "Requirements.txt", "REQUIREMENTS-DEV.TXT"),
)
NEAR_MISSES = (
    *(
        "tool.py",
        "setup.py",
        "setup.cfg",
        "README.md",
        "notes.txt",
        "dev.txt",
        "requirements.in",
        "requirements.txt.bak",
    ),
    *("myrequirements.txt", "requirementstxt", "requirements.md", "uv.lock.orig", "my-uv.lock", "xuv.lock", "uvxlock"),
    *("pylock.a.b.toml", "xpylock.toml", "pylock.tomlx", "pyproject.toml.j2", "Pipfile.lock2", "Cargo.lock", "py.lock"),
    *(".pysentry-hook.toml.orig", "pysentry-hook.toml", "x.pysentry.toml", "package-lock.json", "toolxpy.lock"),
)


def manifest() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load((HOUSE / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    return found


def runs(path: str) -> bool:
    """Whether a tool would run the hook for a path: both search for the pattern."""
    return re.search(manifest()[0]["files"], path) is not None


def is_read(path: str) -> bool:
    """Whether a change of the file changes what is read, or how it is judged."""
    name = path.rpartition("/")[2]
    formats = [reader.format for reader in IN_FOLDERS]
    return name in {OURS, PEERS, PYPROJECT} or name.endswith(".py.lock") or bool(targets([path], formats))


@pytest.mark.parametrize("path", list(map("".join, product(FOLDERS, NAMES))))
def test_the_hook_runs_for_every_file_that_is_read(path: str) -> None:
    assert is_read(path)
    assert runs(path)


@pytest.mark.parametrize("path", list(map("".join, product(FOLDERS, NEAR_MISSES))))
def test_the_hook_runs_for_no_other_file(path: str) -> None:
    assert runs(path) == is_read(path)


def test_every_reader_of_the_registry_runs_the_hook(tmp_path: Path) -> None:
    for reader in READERS:
        path = file_name(reader.format)
        (tmp_path / path).touch()
        assert reader_of(FolderTree(tmp_path), path) is reader
        assert runs(path) == (reader.format != "script")


def test_both_hooks_show_what_a_passing_one_says_and_run_once() -> None:
    for hook in manifest():
        assert hook["verbose"]
        assert hook["require_serial"]
    commit, push = manifest()
    assert (commit["id"], commit["stages"]) == ("pysentry-hook", ["pre-commit", "pre-merge-commit", "manual"])
    assert (push["id"], push["stages"]) == ("pysentry-hook-push", ["pre-push", "manual"])
    assert push["always_run"]
    assert not push["pass_filenames"]
