"""A cache that was used before, and what others may plant in it."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pysentry_hook.cache import DiskCache, Entry

posix = pytest.mark.skipif(os.name != "posix", reason="owners and modes are POSIX")

root = pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root gives files away")

KEY = "osv:0:requests:2.30.0"


class Evil:
    """Makes a file when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Callable[..., object], tuple[str]]:
        return os.mkdir, (str(self.mark),)


def filled(folder: Path) -> Path:
    """A healthy cache with one answer; its database."""
    cache = DiskCache(folder, print)
    cache.put(KEY, b"[]", stored=1.0)
    cache.put("other", b"[]", stored=1.0)
    cache.close()
    return folder / "answers" / "cache.db"


def plant(database: Path, *statements: str, values: Any = ()) -> None:
    with closing(sqlite3.connect(database)) as connection:
        for statement in statements:
            connection.execute(statement, values)
        connection.commit()


def used(folder: Path, said: list[str]) -> DiskCache:
    """Do with a cache what a run does, and then what the next one does."""
    cache = DiskCache(folder, said.append)
    cache.get(KEY)
    cache.get("other")
    cache.put("new", b"{}", stored=2.0)
    assert cache.get("new") == Entry(2.0, b"{}")
    cache.close()
    return cache


def heals(folder: Path) -> bool:
    """Whether the run after the next one has a cache that works without a word."""
    words: list[str] = []
    used(folder, words)
    cache = DiskCache(folder, words.append)
    entry = cache.get("new")
    cache.close()
    return entry == Entry(2.0, b"{}") and not words


def set_aside(folder: Path) -> list[Path]:
    return sorted(folder.glob("damaged-*"))
