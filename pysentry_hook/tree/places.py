"""Where a repository begins, whether a path stays inside it, and which folders hold what others wrote."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from posixpath import normpath

FOREIGN = frozenset({".git", ".nox", ".tox", "__pycache__", "node_modules", "site-packages"})
"""Folders that hold nothing of the project itself."""

ENVIRONMENT = "pyvenv.cfg"
"""The file that makes a folder a virtual environment, https://peps.python.org/pep-0405/."""


def repository_root(paths: Sequence[Path]) -> Path:
    """Return the repository that holds all paths, else the folder that does.

    A repository is known by its `.git`, a folder or, in a worktree or submodule, a file.
    """
    folders = [path if _is_folder(path) else path.parent for path in (path.resolve() for path in paths)]
    common = Path(os.path.commonpath(folders))
    for folder in (common, *common.parents):
        if (folder / ".git").exists():
            return folder
    return common


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name longer than the file system takes
        return False


def inside(base: str, relative: str) -> str | None:
    """Join a path to a folder of a tree; None where it is absolute or the result leaves the tree."""
    if relative.startswith("/"):
        return None
    joined = normpath(f"{base}/{relative}" if base else relative)
    if joined == ".." or joined.startswith("../"):
        return None
    return "" if joined == "." else joined


def parents(path: str) -> Iterator[str]:
    """Give the folders above a path, the nearest first, without the root."""
    while path := path.rpartition("/")[0]:
        yield path


def below(folder: str, path: str) -> str:
    """Join the name of a file to a folder, where "" is the root."""
    return f"{folder}/{path}" if folder else path


def own(paths: Iterable[str], is_foreign: Callable[[str], bool]) -> Iterator[str]:
    """Give the paths without a FOREIGN folder above them, nor one that `is_foreign` says to be so.

    The paths are relative to the folder that was asked for, which is never foreign itself.
    """
    known = {"": False}
    for path in paths:
        unknown, folder = [], path.rpartition("/")[0]
        while folder not in known:
            unknown.append(folder)
            folder = folder.rpartition("/")[0]
        foreign = known[folder]
        for step in reversed(unknown):
            foreign = known[step] = foreign or step.rpartition("/")[2] in FOREIGN or is_foreign(step)
        if not foreign:
            yield path
