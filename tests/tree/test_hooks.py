"""The index that git names to a hook, and the commit that a report speaks of."""

import subprocess
from pathlib import Path

import pytest

from pysentry_hook.tree import IndexTree, subject
from tests.tree.conftest import Git
from tests.tree.recording import committed, record


def test_the_index_of_a_hook_is_read(
    git: Git, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repository / "sub").mkdir()
    (repository / "sub" / "a").write_text("one", encoding="utf-8")
    record(git, repository)
    (repository / "sub" / "a").write_text("two", encoding="utf-8")
    for value in (str(repository / ".git" / "next"), ".git/next"):
        monkeypatch.setenv("GIT_INDEX_FILE", value)
        git(repository, "read-tree", "HEAD")
        git(repository, "add", "sub/a")
        for root, path in ((repository, "sub/a"), (repository / "sub", "a")):
            with IndexTree(root) as tree, committed(root) as commit:
                assert (tree.read(path), commit.read(path)) == (b"two", b"one")
    monkeypatch.delenv("GIT_INDEX_FILE")
    with IndexTree(repository) as tree:
        assert tree.read("sub/a") == b"one"


def submodule(git: Git, repository: Path) -> Path:
    other = repository.parent / "other"
    other.mkdir()
    git(other, "init", "-q")
    (other / "a").write_text("sub", encoding="utf-8")
    record(git, other)
    git(repository, "submodule", "--quiet", "add", str(other), "sub")
    git(repository, "commit", "-q", "-m", "x")
    return repository / "sub"


@pytest.mark.parametrize("absolute", [True, False])
def test_a_hook_of_the_superproject_does_not_speak_for_a_submodule(
    absolute: bool, git: Git, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sub = submodule(git, repository)
    monkeypatch.chdir(repository)
    monkeypatch.setenv("GIT_INDEX_FILE", str(repository / ".git" / "index") if absolute else ".git/index")
    with IndexTree(sub) as tree:
        assert tree.read("a") == b"sub"
    with IndexTree(repository) as tree:
        assert tree.files("").paths == [".gitmodules"]


def test_a_hook_of_a_submodule_names_its_index(git: Git, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sub = submodule(git, repository)
    hooks = repository / ".git" / "modules" / "sub" / "hooks"
    hooks.mkdir(exist_ok=True)
    (hooks / "pre-commit").write_text(f'#!/bin/sh\necho "$GIT_INDEX_FILE" >{hooks}/said\nexit 1\n', encoding="utf-8")
    (hooks / "pre-commit").chmod(0o755)
    (sub / "a").write_text("staged by -a", encoding="utf-8")
    with pytest.raises(subprocess.CalledProcessError):
        git(sub, "commit", "-a", "-m", "x")
    said = (hooks / "said").read_text(encoding="utf-8").strip()
    assert said.endswith("index.lock")
    git(sub, "add", "a")
    index = repository / ".git" / "modules" / "sub" / "index"
    index.rename(said)
    monkeypatch.chdir(sub)
    monkeypatch.setenv("GIT_INDEX_FILE", said)
    with IndexTree(sub) as tree:
        assert tree.read("a") == b"staged by -a"


def test_a_report_speaks_of_a_commit_and_its_changes(git: Git, repository: Path) -> None:
    assert subject(repository.parent, []) is None
    (repository / "a").write_text("a", encoding="utf-8")
    first = subject(repository, ["a"])
    assert first is not None
    assert (first.commit, first.ref, first.dirty, first.repository) == (None, "main", True, None)
    record(git, repository)
    git(repository, "remote", "add", "origin", "https://me:secret@example.com/a.git")
    second = subject(repository, ["a"])
    assert second is not None
    assert second.commit == git(repository, "rev-parse", "HEAD")
    assert (second.ref, second.dirty, second.repository) == ("main", False, "https://example.com/a.git")
    git(repository, "checkout", "-q", "--detach")
    third = subject(repository, ["a"])
    assert third is not None
    assert third.ref is None
    (repository / ".git" / "HEAD").write_text("garbage", encoding="utf-8")
    assert subject(repository, ["a"]) is None
