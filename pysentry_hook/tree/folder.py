"""Where the files of an audited project come from, a folder of the file system, and which commit they belong to."""

import os
import stat
from collections.abc import Sequence
from pathlib import Path
from posixpath import normpath
from typing import Protocol

from pysentry_hook.errors import InputError
from pysentry_hook.model import Subject
from pysentry_hook.text import one_line, without_credentials

MAX_BYTES = 32 * 1024 * 1024
"""The largest input file that is read: a uv.lock of 5,000 packages has about 14 MB."""

_GIT_SECONDS = 10.0


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
        return os.path.isdir(self.root / path)  # noqa: PTH112 (Path.is_dir raises for a name that is too long)

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
        except ValueError as error:  # a NUL or a surrogate in the path
            raise InputError(one_line(path), "cannot be read: no file can have this name") from error


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


def subject(root: Path, inputs: Sequence[str]) -> Subject | None:
    """Return which commit the files of a tree belong to; None where git does not tell."""
    if not (root / ".git").exists():
        return None
    status = _git(root, "status", "--porcelain=v2", "--branch", "--", *inputs)
    if status is None:
        return None
    lines = status.splitlines()
    facts = dict(line.removeprefix("# ").split(" ", 1) for line in lines if line.startswith("# branch."))
    commit, branch = facts.get("branch.oid"), facts.get("branch.head")
    remote = _git(root, "config", "--get", "remote.origin.url")
    return Subject(
        repository=without_credentials(remote.strip()) if remote else None,
        commit=commit if commit != "(initial)" else None,
        ref=branch if branch != "(detached)" else None,
        dirty=any(not line.startswith("#") for line in lines),
    )


def _git(root: Path, *words: str) -> str | None:
    """Run git without the settings of the environment; None where it fails or is not there.

    The git of PATH is taken unless it lies inside the audited tree; `core.fsmonitor` would run a program.
    """
    import shutil
    import subprocess  # 10 ms, needed only in a repository

    git = shutil.which("git")
    if git is None or Path(git).resolve().is_relative_to(root):
        return None
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    command = [git, "--no-optional-locks", "-c", "core.fsmonitor=false", "-C", str(root), *words]
    try:
        done = subprocess.run(  # noqa: S603 (git itself, with paths of the tree after "--")
            command, env=environment, capture_output=True, timeout=_GIT_SECONDS, check=True, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode("utf-8", "replace")
