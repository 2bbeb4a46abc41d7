"""What the cache folder holds by its parts, and how they are removed: nothing beside them or behind a link."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pysentry_hook.cache.planted import is_folder

_PARTS = ("answers", "archives", "notes")
_ASIDE = "damaged-"


class Part(NamedTuple):
    """A folder of the cache, with the number of its files and their size in bytes."""

    path: Path
    files: int
    size: int


def parts(folder: Path) -> Iterator[Part]:
    """Give the parts that are there; OSError where they cannot be listed."""
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.name in _PARTS or path.name.startswith(_ASIDE):
            sizes = [file.lstat().st_size for file in _files(path)]
            yield Part(path, len(sizes), sum(sizes))


def clear(folder: Path) -> None:
    """Remove the parts; OSError where one cannot be removed."""
    for part in parts(folder):
        if is_folder(part.path):
            shutil.rmtree(part.path)
        else:
            part.path.unlink()


def _files(path: Path) -> Iterator[Path]:
    if not is_folder(path):
        yield path
        return
    for below, _, names in os.walk(path):
        yield from (Path(below, name) for name in names)
