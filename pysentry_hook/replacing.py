"""Replace a file in one step: what was there stays until the new one is whole, however the run ends."""

import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PREFIX, _SUFFIX = ".pysentry-hook-", ".part"
_LONGEST_WRITE = 3600.0
"""Seconds after which nobody writes a file any more: its run was killed."""


@contextmanager
def replacing(target: Path, *, mode: int | None = None, tidies: bool = True) -> Iterator[Path]:
    """Give an empty file beside `target` that takes its place when the block ends without an error.

    Its mode is the one that is given, else that of the file that was there, else that of every new file.
    What killed runs left beside the target is removed, unless who writes many files `tidies` once by hand. OSError
    where it cannot be written.
    """
    if tidies:
        tidy(target.parent)
    part = target.parent / f"{_PREFIX}{os.urandom(8).hex()}{_SUFFIX}"  # tempfile would cost every report 5 ms
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        yield part
        part.chmod(_mode(target) if mode is None else mode)
        part.replace(target)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise


def _mode(target: Path) -> int:
    with suppress(FileNotFoundError):
        return stat.S_IMODE(target.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def tidy(folder: Path) -> None:
    """Remove what killed runs began and nobody ends; another run that does the same is no trouble."""
    for part in folder.glob(f"{_PREFIX}*{_SUFFIX}"):
        with suppress(OSError):
            if time.time() - part.lstat().st_mtime > _LONGEST_WRITE:
                part.unlink()
