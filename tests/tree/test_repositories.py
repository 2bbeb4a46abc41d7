"""Repositories of every kind, hostile and damaged ones too: what git is asked, and who is not heard."""

import os
import subprocess
from pathlib import Path

import pytest

from pysentry_hook.errors import InputError, RepositoryError
from pysentry_hook.tree import CommitTree, FolderTree, IndexTree
from pysentry_hook.tree.git import _SETTINGS
from tests.tree.conftest import Git
from tests.tree.recording import Made, both, committed, record, refusal


def test_any_name_of_a_commit_is_understood(git: Git, repository: Path) -> None:
    (repository / "a").write_text("one", encoding="utf-8")
    record(git, repository)
    git(repository, "tag", "-a", "v1", "-m", "x")
    (repository / "a").write_text("two", encoding="utf-8")
    record(git, repository)
    first = git(repository, "rev-parse", "HEAD~1")
    git(repository, "checkout", "-q", "--detach", "HEAD")
    for name in ("v1", "HEAD~1", first, first[:10], "main^", "refs/tags/v1"):
        with CommitTree(repository, name) as tree:
            assert tree.commit == first
            assert tree.read("a") == b"one"
    with CommitTree(repository, "HEAD") as tree:
        assert tree.read("a") == b"two"


@pytest.mark.parametrize(
    "name",
    [
        "gone", "", "-h", "--all", "--git-dir", "^main", "main..main", "HEAD:a", "HEAD^{tree}", "0" * 40,
        "a\nb", "a\0b", "\udcff", "@{u}",
    ],
)  # fmt: skip
def test_an_unknown_commit_is_told_in_one_line(name: str, git: Git, repository: Path) -> None:
    (repository / "a").touch()
    record(git, repository)
    with pytest.raises(RepositoryError) as caught:
        CommitTree(repository, name)
    message = str(caught.value)
    assert message.startswith(f"{repository}: git knows no commit '")
    assert "in a shallow clone fetch it first" in message
    assert len(message.splitlines()) == 1


def test_a_shallow_clone_lacks_what_came_before(git: Git, repository: Path, tmp_path: Path) -> None:
    for content in ("one", "two"):
        (repository / "a").write_text(content, encoding="utf-8")
        record(git, repository)
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{repository}", "shallow")
    with committed(tmp_path / "shallow") as tree:
        assert tree.read("a") == b"two"
    with pytest.raises(RepositoryError, match="in a shallow clone fetch it first"):
        CommitTree(tmp_path / "shallow", "HEAD~1")


@pytest.mark.parametrize("old", [False, True])
def test_a_partial_clone_fetches_nothing(
    old: bool, git: Git, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if old:  # a git that does not know GIT_NO_LAZY_FETCH
        monkeypatch.delitem(_SETTINGS, "GIT_NO_LAZY_FETCH")
    (repository / "a").write_text("a", encoding="utf-8")
    record(git, repository)
    git(repository, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--no-checkout", "--filter=blob:none", f"file://{repository}", "partial")
    git(tmp_path / "partial", "config", "remote.origin.uploadpack", f"touch {tmp_path}/ran; git-upload-pack")
    with committed(tmp_path / "partial") as tree:
        assert tree.files("").paths == ["a"]
        assert "partial or damaged" in refusal(tree, "a") or "no answer" in refusal(tree, "a")
    assert not (tmp_path / "ran").exists()


@both
def test_a_worktree_has_its_own_commit_and_index(made: Made, git: Git, repository: Path, tmp_path: Path) -> None:
    (repository / "a").write_text("main", encoding="utf-8")
    record(git, repository)
    git(repository, "worktree", "add", "-q", "-b", "other", str(tmp_path / "other"))
    (tmp_path / "other" / "a").write_text("other", encoding="utf-8")
    record(git, tmp_path / "other")
    with made(tmp_path / "other") as other, made(repository) as main:
        assert (other.read("a"), main.read("a")) == (b"other", b"main")
    assert FolderTree(tmp_path / "other").files("").paths == ["a"]


def test_a_bare_repository_has_commits_and_no_index(git: Git, repository: Path, tmp_path: Path) -> None:
    (repository / "a").write_text("a", encoding="utf-8")
    record(git, repository)
    git(tmp_path, "clone", "-q", "--bare", str(repository), "bare.git")
    with committed(tmp_path / "bare.git") as tree:
        assert tree.read("a") == b"a"
    with pytest.raises(RepositoryError, match="has no work tree"):
        IndexTree(tmp_path / "bare.git")


@both
def test_sha256_repositories_are_read(made: Made, git: Git, tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "--object-format=sha256")
    (tmp_path / "a").write_text("a", encoding="utf-8")
    (tmp_path / "empty").touch()
    record(git, tmp_path)
    (tmp_path / "intended").touch()
    git(tmp_path, "add", "-N", "intended")
    with made(tmp_path) as tree:
        assert tree.read("a") == b"a"
        assert tree.read("empty") == b""
        if made is IndexTree:
            assert "only intended" in refusal(tree, "intended")


@both
def test_the_environment_does_not_mislead(
    made: Made, git: Git, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in (repository, tmp_path / "other"):
        folder.mkdir(exist_ok=True)
        git(folder, "init", "-q")
        (folder / "a").write_text(folder.name, encoding="utf-8")
        record(git, folder)
    for name, value in {
        "GIT_DIR": tmp_path / "other" / ".git",
        "GIT_WORK_TREE": tmp_path / "other",
        "GIT_OBJECT_DIRECTORY": tmp_path,
        "GIT_PREFIX": "sub/",
        "GIT_NAMESPACE": "x",
        "GIT_CEILING_DIRECTORIES": tmp_path,
        "GIT_TRACE": "2",
        "GIT_CONFIG_PARAMETERS": "'core.bare=true'",
        "GIT_EXTERNAL_DIFF": "false",
    }.items():
        monkeypatch.setenv(name, str(value))
    with made(repository) as tree:
        assert tree.read("a") == b"project"
    assert FolderTree(repository).files("").paths == ["a"]


@both
def test_nothing_that_the_repository_configures_is_run(made: Made, git: Git, repository: Path, tmp_path: Path) -> None:
    (repository / "a").write_text("a", encoding="utf-8")
    (repository / ".gitattributes").write_text("* filter=evil diff=evil\n", encoding="utf-8")
    record(git, repository)
    evil = tmp_path / "evil"
    evil.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n", encoding="utf-8")
    evil.chmod(0o755)
    for key in (
        "core.fsmonitor", "core.pager", "pager.ls-files", "core.editor", "core.sshCommand", "filter.evil.clean",
        "filter.evil.smudge", "filter.evil.process", "diff.evil.textconv", "diff.evil.command", "diff.external",
        "core.alternateRefsCommand",
    ):  # fmt: skip
        git(repository, "config", key, str(evil))
    for word in ("ls-files", "ls-tree", "cat-file", "rev-parse", "diff-index"):
        git(repository, "config", f"alias.{word}", f"!{evil}")
    for hook in ("post-index-change", "fsmonitor-watchman", "reference-transaction"):
        (repository / ".git" / "hooks").mkdir(exist_ok=True)
        (repository / ".git" / "hooks" / hook).write_bytes(evil.read_bytes())
        (repository / ".git" / "hooks" / hook).chmod(0o755)
    (tmp_path / "ran").unlink(missing_ok=True)
    (repository / "a").touch()
    with made(repository) as tree:
        assert tree.read("a") == b"a"
        assert tree.files("").paths == FolderTree(repository).files("").paths == [".gitattributes", "a"]
    assert not (tmp_path / "ran").exists()


@both
def test_replaced_objects_are_not_read(made: Made, git: Git, repository: Path) -> None:
    for content in ("evil", "good"):
        (repository / "a").write_text(content, encoding="utf-8")
        record(git, repository)
    git(repository, "replace", git(repository, "rev-parse", "HEAD:a"), git(repository, "rev-parse", "HEAD~1:a"))
    git(repository, "replace", git(repository, "rev-parse", "HEAD"), git(repository, "rev-parse", "HEAD~1"))
    with made(repository) as tree:
        assert tree.read("a") == b"good"


@both
def test_git_of_the_audited_files_is_not_run(
    made: Made, git: Git, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repository / "sub").mkdir()
    (repository / "sub" / "a").write_text("a", encoding="utf-8")
    record(git, repository)
    (repository / "git").write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n", encoding="utf-8")
    (repository / "git").chmod(0o755)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "git").symlink_to(repository / "git")
    monkeypatch.chdir(repository)
    bad = os.pathsep.join((str(repository), ".", "", str(tmp_path / "bin")))
    usual = os.environ["PATH"]
    monkeypatch.setenv("PATH", f"{bad}{os.pathsep}{usual}")
    with made(repository / "sub") as tree:
        assert tree.read("a") == b"a"
    monkeypatch.setenv("PATH", bad)
    with pytest.raises(RepositoryError, match=r"sub: no git was found outside of the audited files; install"):
        made(repository / "sub")
    assert FolderTree(repository / "sub").files("").paths == ["a"]
    assert not (tmp_path / "ran").exists()


@both
def test_a_folder_without_a_repository_is_told(made: Made, tmp_path: Path) -> None:
    with pytest.raises(RepositoryError, match="is not in a git repository"):
        made(tmp_path)
    with pytest.raises(RepositoryError, match="git rev-parse failed: cannot change to"):
        made(tmp_path / "gone")


@both
def test_a_damaged_repository_is_told(made: Made, git: Git, repository: Path) -> None:
    (repository / "a").write_text("a", encoding="utf-8")
    (repository / "b").write_text("b", encoding="utf-8")
    record(git, repository)
    blob, tree = git(repository, "rev-parse", "HEAD:a"), git(repository, "rev-parse", "HEAD^{tree}")
    (repository / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    with made(repository) as recorded:
        assert "partial or damaged" in refusal(recorded, "a")
        assert recorded.read("b") == b"b"
    (repository / ".git" / "objects" / tree[:2] / tree[2:]).unlink()
    (repository / ".git" / "index").write_bytes(b"DIRC")
    with pytest.raises(RepositoryError, match=r"git ls-(tree|files) failed: ") as caught:
        made(repository)
    assert len(str(caught.value).splitlines()) == 1


@both
def test_too_many_files_are_refused(made: Made, git: Git, repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a", "b", "c"):
        (repository / name).touch()
    record(git, repository)
    monkeypatch.setattr("pysentry_hook.tree.recorded.MAX_FILES", 2)
    with pytest.raises(InputError, match=r"holds more than 1,000,000 files"):
        made(repository)


def test_a_commit_that_no_checkout_could_make_is_harmless(git: Git, repository: Path) -> None:
    (repository / "a").write_text("a", encoding="utf-8")
    record(git, repository)
    blob = git(repository, "rev-parse", "HEAD:a")

    def tree_of(name: bytes, mode: bytes, identity: str) -> str:
        content = mode + b" " + name + b"\0" + bytes.fromhex(identity)
        command = ["git", "-C", str(repository), "hash-object", "-t", "tree", "-w", "--literally", "--stdin"]
        return subprocess.run(command, input=content, capture_output=True, check=True).stdout.decode().strip()

    inner = tree_of(b"uv.lock", b"100644", blob)
    for name in (b"..", b".", b"x/../.."):
        outer = tree_of(name, b"40000", inner)
        commit = git(repository, "commit-tree", outer, "-m", "x")
        with CommitTree(repository, commit) as tree:
            assert tree.files("").paths == []
            assert "leads out" in refusal(tree, "../uv.lock")
