"""Refuse what others may have planted in the cache folder.

diskcache unpickles what it reads (CVE-2025-69872) and opens files that a row names, so `closed_disk`
takes both ways away: keys are text, values are bytes inside the row.
"""

import stat
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

TIMEOUT = 10.0
"""How long, in seconds, a locked database is waited for."""


class PlantedError(Exception):
    """Something in the cache that we never write."""


def is_folder(path: Path) -> bool:
    """Whether a path is a folder itself, and no link to one."""
    return stat.S_ISDIR(path.lstat().st_mode)


def check_files(folder: Path) -> None:
    """Refuse links, pipes and folders: SQLite opens its database, journal and log by name."""
    with suppress(FileNotFoundError):
        if not is_folder(folder):
            raise PlantedError("a link or a file stands in its place")
        for file in folder.iterdir():
            with suppress(FileNotFoundError):
                facts = file.lstat()
                if not stat.S_ISREG(facts.st_mode) or facts.st_nlink > 1:
                    raise PlantedError("it holds something that is no plain file")


_KNOWN_SETTINGS = frozenset({
    "count", "size", "hits", "misses", "statistics", "tag_index", "eviction_policy", "size_limit", "cull_limit",
    "sqlite_auto_vacuum", "sqlite_cache_size", "sqlite_journal_mode", "sqlite_mmap_size", "sqlite_synchronous",
    "disk_min_file_size", "disk_pickle_protocol",
})  # fmt: skip
_TEXT_SETTINGS = {"eviction_policy": "least-recently-stored", "sqlite_journal_mode": "wal"}


def check_settings(file: Path) -> None:
    """Refuse a database whose settings diskcache would act on and did not write itself.

    diskcache passes every `disk_…` row to the Disk, and every `sqlite_…` row into a PRAGMA statement.
    """
    import sqlite3  # 6 ms, needed only where answers are looked up

    if not file.exists():
        return
    with closing(sqlite3.connect(file, timeout=TIMEOUT)) as connection:
        # a view would answer in place of a table, and the names of tables have no case
        if connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'view'").fetchone():
            raise PlantedError("a view")
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'settings' COLLATE NOCASE").fetchone():
            return
        for key, value in connection.execute("SELECT key, value FROM Settings"):
            if key not in _KNOWN_SETTINGS:
                raise PlantedError("an unknown setting")
            if value != _TEXT_SETTINGS[key] if key in _TEXT_SETTINGS else not isinstance(value, int):
                raise PlantedError("a setting with a strange value")


def closed_disk() -> Any:  # noqa: C901 (one small class, whose base is imported late)
    """A diskcache Disk that knows text keys and inline bytes, and no pickle and no file."""
    import sqlite3

    from diskcache import Disk
    from diskcache.core import MODE_RAW, UNKNOWN

    class ClosedDisk(Disk):  # type: ignore[misc]  # diskcache has no types
        def put(self, key: object) -> tuple[str, bool]:
            if not isinstance(key, str):
                raise TypeError("keys are text")
            return key, True

        def get(self, key: object, raw: object) -> str:
            if not raw or not isinstance(key, str):
                raise PlantedError("a key that is no text")
            return key

        def store(self, value: object, read: object, key: object = UNKNOWN) -> tuple[int, int, None, Any]:  # noqa: ARG002
            if read or not isinstance(value, bytes):
                raise TypeError("values are bytes")
            return 0, MODE_RAW, None, sqlite3.Binary(value)

        def fetch(self, mode: object, filename: object, value: object, read: object) -> bytes:
            if mode != MODE_RAW or filename is not None or read or not isinstance(value, bytes):
                raise PlantedError("a row that names a file or a pickle")
            return value

        def remove(self, file_path: object) -> None:
            if file_path is not None:
                raise PlantedError("a row that names a file")

    return ClosedDisk
