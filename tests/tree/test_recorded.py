"""Commits and the index: what is read, what is refused, and who is not heard."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pysentry_hook.errors import InputError, RepositoryError
from pysentry_hook.tree import MAX_BYTES, CommitTree, FolderTree, IndexTree
from tests.tree.conftest import Git
from tests.tree.recording import Made, both, committed, record, refusal


@both
def test_a_file_is_read_as_git_keeps_it(made: Made, git: Git, repository: Path) -> None:
    (repository / "sub").mkdir()
    (repository / "sub" / "a").write_bytes(b"\r\n\0\xff")
    (repository / "empty").touch()
    (repository / "run").write_text("x", encoding="utf-8")
    (repository / "run").chmod(0o755)
    record(git, repository)
    (repository / "sub" / "a").write_text("changed", encoding="utf-8")
    (repository / "run").unlink()
    with made(repository) as tree:
        assert tree.read("sub/a") == tree.read("./sub//a") == b"\r\n\0\xff"
        assert tree.read("empty") == b""
        assert tree.read("run") == b"x"
        assert tree.files("").paths == ["empty", "run", "sub/a"]
        assert tree.files("sub").paths == ["sub/a"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse some of the names")
@both
def test_names_are_kept_byte_for_byte(made: Made, git: Git, repository: Path) -> None:
    names = [
        b"-rf",
        b"a\nb",
        b'"q"',
        b"'",
        b" lead",
        b"trail ",
        b"t\tab",
        b"\xff\xfe",
        b":(top)x",
        b"*",
        b"\\",
        b"\xc3\xa4",
    ]
    for name in names:
        folder = repository / os.fsdecode(name + b".d")
        folder.mkdir()
        (folder / os.fsdecode(name)).write_bytes(name)
        (repository / os.fsdecode(name)).write_bytes(name)
    record(git, repository)
    with made(repository) as tree:
        shown = [os.fsdecode(name) for name in names]
        assert tree.files("").paths == sorted([*shown, *(f"{name}.d/{name}" for name in shown)])
        assert tree.files("").paths == FolderTree(repository).files("").paths
        for each in shown:
            assert tree.read(each) == tree.read(f"{each}.d/{each}") == os.fsencode(each)
            assert tree.is_folder(f"{each}.d")
            assert tree.files(f"{each}.d").paths == [f"{each}.d/{each}"]
            with made(repository / f"{each}.d") as sub:
                assert sub.files("").paths == [each]
                assert sub.read(each) == os.fsencode(each)


@both
def test_a_folder_of_the_repository_is_a_tree(made: Made, git: Git, repository: Path) -> None:
    (repository / "sub" / "deep").mkdir(parents=True)
    (repository / "sub" / "deep" / "a").write_text("a", encoding="utf-8")
    (repository / "b").touch()
    record(git, repository)
    with made(repository / "sub") as tree:
        assert tree.files("").paths == ["deep/a"]
        assert tree.read("deep/a") == b"a"
        assert tree.is_folder("deep")
        assert not tree.exists("b")
        assert not tree.exists("../b")
        outside = "leads out of sub, so it is not read; put the file itself here"
        assert refusal(tree, "../b") == refusal(tree, "/etc/passwd") == outside


@both
def test_folders_are_told_from_files(made: Made, git: Git, repository: Path) -> None:
    (repository / "folder").mkdir()
    (repository / "folder" / "file").touch()
    record(git, repository)
    with made(repository) as tree:
        assert tree.is_folder("folder")
        assert tree.is_folder("")
        assert tree.is_folder(".")
        assert not tree.is_folder("folder/file")
        assert not tree.is_folder("fold")
        assert tree.exists("folder")
        assert tree.exists("folder/file")
        assert refusal(tree, "folder") == "is a folder, and a file was expected; name the file"
        assert refusal(tree, "gone") == refusal(tree, "a\0b") == refusal(tree, "\ud800") == "no such file"
        for name in ("gone", "folder/file", "..", "/"):
            with pytest.raises(InputError, match="no such folder"):
                tree.files(name)


@both
def test_links_are_listed_where_they_lead_to_a_file_and_never_read(made: Made, git: Git, repository: Path) -> None:
    (repository / "sub").mkdir()
    (repository / "sub" / "a").write_text("a", encoding="utf-8")
    links = {
        "file": "sub/a", "chain": "file", "through": "folder/a", "folder": "sub", "out": "../secret",
        "absolute": "/etc/passwd", "broken": "gone", "loop": "loop", "sub/up": "../sub/a", "root": ".",
    }  # fmt: skip
    for name, target in links.items():
        (repository / name).symlink_to(target)
    record(git, repository)
    with made(repository) as tree:
        for name in links:
            assert tree.exists(name)
            assert not tree.is_folder(name)
            assert refusal(tree, name).startswith("is a symbolic link")
        assert tree.files("").paths == ["chain", "file", "sub/a", "sub/up", "through"]
        assert tree.files("").paths == FolderTree(repository).files("").paths
        assert tree.exists("folder/a")
        assert refusal(tree, "folder/a") == "lies behind folder, which is a symbolic link"


@both
def test_a_submodule_is_not_entered(made: Made, git: Git, repository: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init", "-q")
    (other / "a").write_text("a", encoding="utf-8")
    record(git, other)
    git(repository, "submodule", "--quiet", "add", str(other), "sub")
    git(repository, "commit", "-q", "-m", "x")
    with made(repository) as tree:
        assert tree.exists("sub")
        assert not tree.is_folder("sub")
        assert refusal(tree, "sub").startswith("is a submodule")
        assert refusal(tree, "sub/a") == "lies in sub, which is a submodule"
        assert tree.files("").paths == FolderTree(repository).files("").paths == [".gitmodules"]
    with made(repository / "sub") as tree:
        assert tree.read("a") == b"a"
        assert tree.files("").paths == ["a"]


@both
def test_the_largest_file_is_read_and_one_byte_more_is_refused(made: Made, git: Git, repository: Path) -> None:
    for name, size in (("most", MAX_BYTES), ("more", MAX_BYTES + 1), ("small", 1)):
        with (repository / name).open("wb") as file:
            file.truncate(size)
    record(git, repository)
    with made(repository) as tree:
        assert refusal(tree, "more") == "is 32 MB large; at most 32 MB are read"
        assert tree.read("small") == b"\0"
        assert len(tree.read("most")) == MAX_BYTES


def test_the_index_is_what_is_staged(git: Git, repository: Path) -> None:
    (repository / "a").write_text("one", encoding="utf-8")
    (repository / "gone").touch()
    record(git, repository)
    (repository / "a").write_text("two", encoding="utf-8")
    git(repository, "add", "a")
    git(repository, "rm", "-q", "--cached", "gone")
    (repository / "a").write_text("three", encoding="utf-8")
    (repository / "untracked").touch()
    with committed(repository) as commit, IndexTree(repository) as index:
        assert (commit.read("a"), index.read("a"), FolderTree(repository).read("a")) == (b"one", b"two", b"three")
        assert (commit.files("").paths, index.files("").paths) == (["a", "gone"], ["a"])


def test_a_file_that_is_only_intended_to_be_added_is_refused(git: Git, repository: Path) -> None:
    (repository / "sub").mkdir()
    for name in ("intended", "sub/intended", "empty", ":(top)intended"):
        (repository / name).touch()
    (repository / "intended").write_text("x", encoding="utf-8")
    git(repository, "add", "empty")
    git(repository, "--literal-pathspecs", "add", "-N", "intended", "sub/intended", ":(top)intended")
    with IndexTree(repository) as tree, IndexTree(repository / "sub") as sub:
        for name in ("intended", "sub/intended", ":(top)intended", "./intended"):
            assert tree.exists(name)
            assert refusal(tree, name) == "is only intended to be added; git add it"
        assert refusal(sub, "intended") == "is only intended to be added; git add it"
        assert tree.read("empty") == b""


def test_a_file_with_conflicts_is_refused(git: Git, repository: Path) -> None:
    (repository / "a").write_text("base", encoding="utf-8")
    record(git, repository)
    git(repository, "checkout", "-q", "-b", "other")
    (repository / "a").write_text("other", encoding="utf-8")
    record(git, repository)
    git(repository, "checkout", "-q", "main")
    (repository / "a").write_text("main", encoding="utf-8")
    record(git, repository)
    with pytest.raises(subprocess.CalledProcessError):
        git(repository, "merge", "-q", "other")
    with IndexTree(repository) as tree, committed(repository) as commit:
        assert tree.exists("a")
        assert refusal(tree, "a").startswith("has unresolved conflicts")
        assert tree.files("").paths == FolderTree(repository).files("").paths == ["a"]
        assert commit.read("a") == b"main"


def test_the_first_commit_is_read_from_the_index(git: Git, repository: Path) -> None:
    with IndexTree(repository) as tree:
        assert tree.files("").paths == []
        assert tree.is_folder("")
    (repository / "a").write_text("a", encoding="utf-8")
    git(repository, "add", "a")
    with IndexTree(repository) as tree:
        assert tree.read("a") == b"a"
    with pytest.raises(RepositoryError, match="knows no commit 'HEAD'"):
        CommitTree(repository, "HEAD")


def test_an_empty_commit_has_no_files(git: Git, repository: Path) -> None:
    record(git, repository)
    with committed(repository) as tree:
        assert tree.files("").paths == []
        assert not tree.exists("a")


@both
def test_a_pointer_to_large_file_storage_is_refused(made: Made, git: Git, repository: Path) -> None:
    (repository / "a").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:00\n", encoding="utf-8")
    record(git, repository)
    with made(repository) as tree:
        assert refusal(tree, "a").startswith("is kept in Git LFS")


def test_commits_without_a_common_ancestor_have_no_merge_base(git: Git, repository: Path) -> None:
    record(git, repository)
    git(repository, "checkout", "-q", "--orphan", "other")
    git(repository, "commit", "-q", "--allow-empty", "-m", "of its own")
    with pytest.raises(RepositoryError, match=r"'main\.\.\.other' has no common ancestor here; in a shallow clone"):
        CommitTree(repository, "main...other")
