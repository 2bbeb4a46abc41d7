"""Where the files of an audited project come from: a folder of the file system."""

import os
import stat
from collections.abc import Sequence
from pathlib import Path
from posixpath import normpath
from typing import Protocol

from pysentry_hook.errors import InputError

MAX_BYTES = 32 * 1024 * 1024
"""The largest input file that is read: a uv.lock of 5,000 packages has about 14 MB."""


class Tree(Protocol):
    """Files by their POSIX path relative to the root of the tree."""

    def read(self, path: str) -> bytes:
        """Return the whole file; InputError where that is not possible."""

    def exists(self, path: str) -> bool:
        """Whether anything stands at this path, readable or not."""

    def is_folder(self, path: str) -> bool:
        """Whether a folder stands at this path."""


class FolderTree:
    """The files below one folder, as they are now; links may not lead out of it."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()

    def exists(self, path: str) -> bool:
        """Whether anything stands at this path, a broken link included."""
        return os.path.lexists(self.root / path)

    def is_folder(self, path: str) -> bool:
        """Whether a folder stands at this path."""
        return (self.root / path).is_dir()

    def read(self, path: str) -> bytes:
        """Return the file's bytes; only regular files up to MAX_BYTES below the root are read."""
        try:
            target = (self.root / path).resolve(strict=True)
            if not target.is_relative_to(self.root):
                raise InputError(path, f"leads out of {self.root.name}, so it is not read")
            return _read_regular(target, path)
        except FileNotFoundError:
            raise InputError(path, "no such file") from None
        except RuntimeError as error:  # resolve() of a symlink loop
            raise InputError(path, "is a symbolic link that leads to itself") from error
        except OSError as error:
            raise InputError(path, f"cannot be read: {error.strerror or error}") from error


def _read_regular(target: Path, path: str) -> bytes:
    # O_NONBLOCK: opening a FIFO must not wait for a writer
    if target.is_dir():
        raise InputError(path, "is a folder, and a file was expected")
    descriptor = os.open(target, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(descriptor, "rb") as file:
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode):
            raise InputError(path, "is not a regular file")
        if before.st_size > MAX_BYTES:
            size = before.st_size / 1024 / 1024
            raise InputError(path, f"is {size:.0f} MB large; at most {MAX_BYTES // 1024 // 1024} MB are read")
        content = file.read(MAX_BYTES + 1)
        after = os.fstat(descriptor)
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or len(content) != after.st_size:
        raise InputError(path, "changed while it was read; run again")
    return content


def repository_root(paths: Sequence[Path]) -> Path:
    """Return the repository that holds all paths, else the folder that does.

    A repository is known by its `.git`, a folder or, in a worktree or submodule, a file.
    """
    folders = [path if path.is_dir() else path.parent for path in (path.resolve() for path in paths)]
    common = Path(os.path.commonpath(folders))
    for folder in (common, *common.parents):
        if (folder / ".git").exists():
            return folder
    return common


def inside(base: str, relative: str) -> str | None:
    """Join a path to a folder of a tree; None where the result leaves the tree."""
    joined = normpath(f"{base}/{relative}" if base else relative)
    if joined == ".." or joined.startswith(("../", "/")):
        return None
    return "" if joined == "." else joined
