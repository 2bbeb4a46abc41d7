"""Which files belong to the project."""

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pysentry_hook.errors import InputError, RepositoryError
from pysentry_hook.tree import CommitTree, FolderTree, IndexTree, Tree
from tests.tree.conftest import Git

OWN = ("a", "b/a", "b/site/a", "b/node_modules.txt")
OTHERS = (
    ".venv/a", "b/env/lib/a", "node_modules/x/a", "b/node_modules/a", "b/__pycache__/a", ".tox/py/a", ".nox/a",
    "usr/lib/site-packages/x/a",
)  # fmt: skip
ENVIRONMENTS = (".venv/pyvenv.cfg", "b/env/pyvenv.cfg")


def write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(os.fsencode(name))


def committed(folder: Path) -> Tree:
    return CommitTree(folder, "HEAD")


@pytest.mark.parametrize("made", [FolderTree, IndexTree, committed])
def test_what_others_wrote_is_left_out(made: Callable[[Path], Tree], git: Git, repository: Path) -> None:
    write(repository, *OWN, *OTHERS, *ENVIRONMENTS)
    git(repository, "add", "-A", "-f", ".")
    git(repository, "commit", "-q", "-m", "x")
    tree = made(repository)
    assert tree.files("").paths == sorted(OWN)
    assert tree.files("b").paths == tree.files("./b/").paths == sorted(name for name in OWN if name.startswith("b/"))
    assert tree.files("node_modules").paths == ["node_modules/x/a"]
    assert tree.files(".venv").paths == [".venv/a", ".venv/pyvenv.cfg"]


def test_without_git_the_same_is_left_out(tmp_path: Path) -> None:
    write(tmp_path, *OWN, *OTHERS, *ENVIRONMENTS, ".git/a")
    tree = FolderTree(tmp_path)
    assert tree.files("").paths == sorted(OWN)
    assert tree.files("b").paths == sorted(name for name in OWN if name.startswith("b/"))
    assert tree.files("node_modules").paths == ["node_modules/x/a"]


def test_ignored_and_deleted_files_are_left_out(git: Git, repository: Path) -> None:
    write(repository, ".gitignore", "tracked", "ignored/tracked", "gone", "kept/a")
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "x")
    (repository / ".gitignore").write_text("ignored\n*.log\n", encoding="utf-8")
    (repository / ".git" / "info").mkdir(exist_ok=True)
    (repository / ".git" / "info" / "exclude").write_text("mine\n", encoding="utf-8")
    write(repository, "untracked", "ignored/untracked", "a.log", "kept/b.log", "mine")
    (repository / "gone").unlink()
    tree = FolderTree(repository)
    assert tree.files("").paths == [".gitignore", "ignored/tracked", "kept/a", "tracked", "untracked"]
    assert tree.files("kept").paths == ["kept/a"]


def test_a_repository_within_is_listed_only_by_its_own_name(git: Git, repository: Path) -> None:
    write(repository, "a", "nested/a", "nested/sub/b")
    git(repository / "nested", "init", "-q")
    tree = FolderTree(repository)
    assert tree.files("").paths == ["a"]
    assert tree.files("nested").paths == ["nested/a", "nested/sub/b"]
    assert tree.files("nested/sub").paths == ["nested/sub/b"]


def test_a_folder_that_looks_like_a_bare_repository_is_walked(git: Git, repository: Path) -> None:
    evil = repository / "evil"
    evil.mkdir()
    git(evil, "init", "-q", "--bare")
    (evil / "description").unlink(missing_ok=True)
    for name in ("hooks", "info"):
        shutil.rmtree(evil / name, ignore_errors=True)
    write(repository, "evil/uv.lock")
    git(evil, "config", "core.bare", "false")
    git(evil, "config", "core.worktree", str(evil))
    git(evil, "config", "core.excludesFile", str(evil / "HEAD"))
    (evil / "HEAD").write_text("ref: refs/heads/x\nuv.lock\n", encoding="utf-8")
    assert FolderTree(repository).files("evil").paths == ["evil/HEAD", "evil/config", "evil/uv.lock"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away")
def test_a_repository_of_somebody_else_is_walked_and_told(git: Git, repository: Path) -> None:
    write(repository, ".gitignore", "ignored")
    (repository / ".gitignore").write_text("ignored", encoding="utf-8")
    for path in (repository, repository / ".git"):
        os.chown(path, 12345, 12345)
    listing = FolderTree(repository).files("")
    assert listing.paths == [".gitignore", "ignored"]
    assert (listing.note or "").startswith("files that git ignores are read too: git does not trust its owner")
    with pytest.raises(RepositoryError, match=f"safe.directory {repository}$"):
        IndexTree(repository)


def test_a_folder_of_repositories_is_walked(git: Git, tmp_path: Path) -> None:
    for name in ("one", "two"):
        write(tmp_path, f"{name}/a")
        git(tmp_path / name, "init", "-q")
    assert FolderTree(tmp_path).files("").paths == ["one/a", "two/a"]


def test_files_of_a_folder_that_became_a_link_are_left_out(git: Git, repository: Path, tmp_path: Path) -> None:
    write(repository, "folder/a", "real/a")
    git(repository, "add", "-A")
    write(tmp_path, "outside/a")
    for target in ("../outside", "real"):
        (repository / "folder" / "a").unlink()
        (repository / "folder").rmdir()
        (repository / "folder").symlink_to(target)
        tree = FolderTree(repository)
        assert tree.files("").paths == ["real/a"]
        with pytest.raises(InputError, match=r"lies behind a symbolic link|no such folder"):
            tree.files("folder")
        (repository / "folder").unlink()
        write(repository, "folder/a")


@pytest.mark.parametrize("in_git", [True, False])
def test_links_are_listed_where_they_lead_to_a_file_of_the_tree(in_git: bool, git: Git, tmp_path: Path) -> None:
    root = tmp_path / "root"
    write(tmp_path, "secret", "root/a", "root/sub/b")
    if in_git:
        git(root, "init", "-q")
    links = {
        "in": "sub/b",
        "out": "../secret",
        "loop": "loop",
        "gone": "x",
        "folder": "sub",
        "sub/up": "..",
        "dev": "/dev/zero",
    }
    for name, target in links.items():
        (root / name).symlink_to(target)
    if hasattr(os, "mkfifo"):
        os.mkfifo(root / "pipe")
    assert FolderTree(root).files("").paths == ["a", "in", "sub/b"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse some of the names")
@pytest.mark.parametrize("in_git", [True, False])
def test_names_are_kept_byte_for_byte(in_git: bool, git: Git, tmp_path: Path) -> None:
    if in_git:
        git(tmp_path, "init", "-q")
    names = [os.fsdecode(name) for name in (b"-x", b"a\nb", b'"', b"\xff", b":(top)", b"*")]
    for name in names:
        write(tmp_path, f"{name}/{name}")
    tree = FolderTree(tmp_path)
    assert tree.files("").paths == sorted(f"{name}/{name}" for name in names)
    for name in names:
        assert tree.files(name).paths == [f"{name}/{name}"]


@pytest.mark.parametrize("folder", ["gone", "file", "..", "/", "a\0b", "\ud800"])
def test_a_folder_that_is_none_is_refused(folder: str, tmp_path: Path) -> None:
    write(tmp_path, "file")
    with pytest.raises(InputError, match="no such folder"):
        FolderTree(tmp_path).files(folder)


@pytest.mark.parametrize("in_git", [True, False])
def test_too_many_files_are_refused(in_git: bool, git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if in_git:
        git(tmp_path, "init", "-q")
    write(tmp_path, "a", "b")
    monkeypatch.setattr("pysentry_hook.tree.folder.MAX_FILES", 2)
    assert FolderTree(tmp_path).files("").paths == ["a", "b"]
    write(tmp_path, "c")
    with pytest.raises(InputError, match="holds more than 1,000,000 files"):
        FolderTree(tmp_path).files("")


def test_a_deep_folder_is_listed(git: Git, repository: Path) -> None:
    path = "/".join(["d"] * 1500) + "/a"
    blob = git(repository, "hash-object", "-w", "-t", "blob", "/dev/null")
    git(repository, "update-index", "--add", "--cacheinfo", f"100644,{blob},{path}")
    assert IndexTree(repository).files("").paths == [path]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other permissions")
@pytest.mark.parametrize("in_git", [True, False])
@pytest.mark.parametrize("start", ["", "sub"])
@pytest.mark.parametrize("mode", [0, 0o400])
def test_folders_that_may_not_be_read_are_named(in_git: bool, start: str, mode: int, git: Git, owned: Path) -> None:
    root = owned / "root"
    write(root, "sub/closed 'x'/uv.lock", "sub/open/a", "sub/a")
    if in_git:
        git(root, "init", "-q")
    closed = root / "sub" / "closed 'x'"
    closed.chmod(mode)
    listing = FolderTree(root).files(start)
    closed.chmod(0o700)
    assert listing.paths == ["sub/a", "sub/open/a"]
    assert [error.path for error in listing.unreadable] == ["sub/closed 'x'"]
    assert "Permission denied" in str(listing.unreadable[0])
    assert listing.note is None


def test_a_repository_without_a_git_to_ask_is_walked_with_a_note(
    git: Git, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(repository, "a")
    monkeypatch.setenv("PATH", "")
    listing = FolderTree(repository).files("")
    assert listing.paths == ["a"]
    assert (listing.note or "").startswith("files that git ignores are read too: no git was found")


@pytest.mark.parametrize("made", [FolderTree, IndexTree, committed])
def test_the_names_in_a_folder_are_those_of_its_own_files(
    made: Callable[[Path], Tree], git: Git, repository: Path
) -> None:
    write(repository, "b", "a", "c/d", "c/e/f")
    (repository / "link").symlink_to("a")
    (repository / "elsewhere").symlink_to("c")
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "x")
    tree = made(repository)
    assert tree.names("") == ["a", "b", "link"]
    assert tree.names("c") == ["d"]
    assert not tree.names("elsewhere")
