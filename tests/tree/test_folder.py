"""Files below one folder: what is read, what is refused, and where a repository begins."""

import os
import sys
from pathlib import Path

import pytest

from pysentry_hook.errors import InputError
from pysentry_hook.tree import MAX_BYTES, FolderTree, inside, repository_root


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder whose parent holds a secret."""
    folder = tmp_path / "project"
    folder.mkdir()
    (tmp_path / "secret").write_text("secret", encoding="utf-8")
    return folder


def refusal(root: Path, path: str) -> str:
    with pytest.raises(InputError) as caught:
        FolderTree(root).read(path)
    assert str(caught.value).startswith(f"{path}: ")
    return caught.value.detail


def test_a_file_is_read_as_it_is(root: Path) -> None:
    (root / "sub").mkdir()
    (root / "sub" / "a").write_bytes(b"\r\n\0\xff")
    assert FolderTree(root).read("sub/a") == b"\r\n\0\xff"


def test_an_empty_file_is_read(root: Path) -> None:
    (root / "a").touch()
    assert FolderTree(root).read("a") == b""


def test_a_link_that_stays_inside_is_followed(root: Path) -> None:
    (root / "sub").mkdir()
    (root / "sub" / "a").write_text("a", encoding="utf-8")
    (root / "file").symlink_to("sub/a")
    (root / "folder").symlink_to("sub")
    assert FolderTree(root).read("file") == FolderTree(root).read("folder/a") == b"a"


def test_a_tree_whose_own_root_is_a_link_is_read(root: Path, tmp_path: Path) -> None:
    (root / "a").write_text("a", encoding="utf-8")
    (tmp_path / "link").symlink_to("project")
    assert FolderTree(tmp_path / "link").read("a") == b"a"


@pytest.mark.parametrize("target", ["../secret", "/etc/passwd", "../project/../secret", "/dev/zero"])
def test_a_link_that_leads_out_is_refused(root: Path, target: str) -> None:
    (root / "a").symlink_to(target)
    assert refusal(root, "a") == "leads out of project, so it is not read; put the file itself here"


def test_a_linked_folder_that_leads_out_is_refused(root: Path) -> None:
    (root / "up").symlink_to("..")
    assert "leads out" in refusal(root, "up/secret")


@pytest.mark.parametrize("path", ["../secret", "/etc/passwd", "x/../../secret"])
def test_a_path_that_leads_out_is_refused(root: Path, path: str) -> None:
    (root / "x").mkdir()
    assert "leads out" in refusal(root, path)


def test_a_neighbour_with_the_same_beginning_is_outside(root: Path, tmp_path: Path) -> None:
    (tmp_path / "project-2").mkdir()
    (tmp_path / "project-2" / "a").touch()
    (root / "a").symlink_to("../project-2/a")
    assert "leads out" in refusal(root, "a")


def test_links_that_lead_to_each_other_are_refused(root: Path) -> None:
    (root / "a").symlink_to("b")
    (root / "b").symlink_to("a")
    assert "link" in refusal(root, "a")


def test_a_broken_link_is_there_and_cannot_be_read(root: Path) -> None:
    (root / "a").symlink_to("gone")
    assert FolderTree(root).exists("a")
    assert refusal(root, "a") == "no such file"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
@pytest.mark.timeout(60)
def test_a_named_pipe_is_refused_without_waiting(root: Path) -> None:
    os.mkfifo(root / "a")
    assert refusal(root, "a") == "is not a regular file; name one"


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="the system has no /dev")
def test_a_device_is_refused() -> None:
    assert "is not a regular file" in refusal(Path("/dev"), "zero")


def test_a_folder_is_refused(root: Path) -> None:
    (root / "a").mkdir()
    assert refusal(root, "a").startswith("is a folder")


def test_the_largest_file_is_read_and_one_byte_more_is_refused(root: Path) -> None:
    with (root / "a").open("wb") as file:
        file.truncate(MAX_BYTES)
    assert len(FolderTree(root).read("a")) == MAX_BYTES
    with (root / "a").open("ab") as file:
        file.write(b"\n")
    assert refusal(root, "a") == "is 32 MB large; at most 32 MB are read"


def test_a_file_that_grows_while_it_is_read_is_refused(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "a").write_text("half", encoding="utf-8")
    fstat, calls = os.fstat, []

    def growing(descriptor: int) -> os.stat_result:
        calls.append(descriptor)
        if len(calls) == 2:
            with (root / "a").open("a", encoding="utf-8") as file:
                file.write("more")
        return fstat(descriptor)

    monkeypatch.setattr("pysentry_hook.tree.folder.os.fstat", growing)
    assert refusal(root, "a") == "changed while it was read; run again"


@pytest.mark.parametrize("path", ["gone", "gone/a"])
def test_a_file_that_is_not_there_is_refused(root: Path, path: str) -> None:
    assert refusal(root, path) == "no such file"
    assert not FolderTree(root).exists(path)


def test_a_file_below_a_file_is_refused(root: Path) -> None:
    (root / "a").touch()
    assert refusal(root, "a/b").startswith("cannot be read")


@pytest.mark.parametrize("path", ["a\0b", "a" * 5000, "\ud800"], ids=["nul", "long", "surrogate"])
def test_a_name_that_no_file_can_have_is_refused(root: Path, path: str) -> None:
    tree = FolderTree(root)
    assert not tree.exists(path)
    assert not tree.is_folder(path)
    with pytest.raises(InputError, match=r"cannot be read|no such file") as caught:
        tree.read(path)
    assert "\0" not in str(caught.value)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other permissions")
def test_a_file_without_permission_is_refused(owned: Path) -> None:
    (owned / "a").touch(mode=0)
    assert refusal(owned, "a") == "cannot be read: Permission denied; make it readable"


def test_folders_are_told_from_files(root: Path) -> None:
    (root / "folder").mkdir()
    (root / "file").touch()
    tree = FolderTree(root)
    assert tree.is_folder("folder")
    assert tree.is_folder("")
    assert not tree.is_folder("file")
    assert not tree.is_folder("gone")
    assert tree.exists("folder")
    assert tree.exists("file")


@pytest.mark.parametrize(
    ("base", "relative", "joined"),
    [
        ("", "a", "a"),
        ("", ".", ""),
        ("", "./a/../b", "b"),
        ("sub", "a", "sub/a"),
        ("sub", "..", ""),
        ("sub", "../a", "a"),
        ("a/b", "../../c", "c"),
        ("", "..", None),
        ("", "../a", None),
        ("sub", "../../a", None),
        ("", "/a", None),
        ("sub", "/", None),
        ("sub", "/a", None),
        ("", "..a", "..a"),
        ("", "...", "..."),
    ],
)
def test_joining_never_leaves_the_tree(base: str, relative: str, joined: str | None) -> None:
    assert inside(base, relative) == joined


def test_a_repository_is_known_by_its_git_folder(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "uv.lock").touch()
    assert repository_root([tmp_path / "a" / "b" / "uv.lock"]) == tmp_path
    assert repository_root([tmp_path / "a" / "b", tmp_path / "a"]) == tmp_path
    assert repository_root([tmp_path]) == tmp_path


def test_a_worktree_or_submodule_is_known_by_its_git_file(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "module" / "app").mkdir(parents=True)
    (tmp_path / "module" / ".git").write_text("gitdir: ../.git/modules/module\n", encoding="utf-8")
    assert repository_root([tmp_path / "module" / "app"]) == tmp_path / "module"
    assert repository_root([tmp_path / "module" / "app", tmp_path]) == tmp_path


def test_without_a_repository_the_common_folder_is_the_root(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "uv.lock").touch()
    assert repository_root([tmp_path / "one" / "uv.lock"]) == tmp_path / "one"
    assert repository_root([tmp_path / "one" / "uv.lock", tmp_path / "two"]) == tmp_path


def test_a_linked_folder_belongs_to_the_repository_that_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "real" / ".git").mkdir(parents=True)
    (tmp_path / "link").symlink_to("real")
    assert repository_root([tmp_path / "link"]) == tmp_path / "real"
