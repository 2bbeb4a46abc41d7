"""What a repository's own configuration names as a filter is not run, although `git status` would."""

from pathlib import Path

import pytest

from pysentry_hook.errors import RepositoryError
from pysentry_hook.tree import subject, uncommitted
from tests.tree.conftest import Git
from tests.tree.recording import record

NAMES = ("evil", "a.b", "UPPER", "with blank")


@pytest.fixture
def changed(git: Git, repository: Path, tmp_path: Path) -> Path:
    """A repository whose file has another content of the same length, which git has to compare, and evil filters."""
    (repository / "uv.lock").write_text("a\n", encoding="utf-8")
    (repository / ".gitattributes").write_text("* filter=evil\n", encoding="utf-8")
    record(git, repository)
    (repository / "uv.lock").write_text("b\n", encoding="utf-8")
    evil = tmp_path / "filter"
    evil.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\ncat\n", encoding="utf-8")
    evil.chmod(0o755)
    return repository


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", ["clean", "process"])
def test_no_filter_is_run_to_tell_what_changed(
    name: str, kind: str, changed: Path, git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = changed / ".git" / "info"
    info.mkdir(exist_ok=True)
    if " " not in name:
        (info / "attributes").write_text(f"* filter={name}\n", encoding="utf-8")
    git(changed, "config", f"filter.{name}.{kind}", str(tmp_path / "filter"))
    git(changed, "config", f"filter.{name}.required", "true")
    found = subject(changed, ["uv.lock"])
    assert found is not None
    assert found.dirty
    assert uncommitted(changed, ["uv.lock"]) == ["uv.lock"]
    assert not (tmp_path / "ran").exists()


def test_a_filter_that_cannot_be_taken_back_is_refused(changed: Path, git: Git, tmp_path: Path) -> None:
    with (changed / ".git" / "config").open("a", encoding="utf-8") as file:
        file.write(f'[filter "a=b"]\n\tclean = {tmp_path}/filter\n')
    (changed / ".gitattributes").write_text("* filter=a=b\n", encoding="utf-8")
    with pytest.raises(RepositoryError, match="a filter with = in its name"):
        uncommitted(changed, ["uv.lock"])
    assert subject(changed, ["uv.lock"]) is None
    assert not (tmp_path / "ran").exists()
