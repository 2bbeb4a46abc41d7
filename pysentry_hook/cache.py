"""The only door to the cache directory: answers with their time, and archives named by digest.

The folder is untrusted. diskcache unpickles what it reads (CVE-2025-69872) and opens files that a
row names, so `_closed_disk` takes both ways away: keys are text, values are bytes inside the row,
and every other row, setting or error sets the whole folder aside with one warning.
"""

import hashlib
import os
import sqlite3
import stat
import tempfile
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, NamedTuple, Protocol

LAYOUT = "v1"
_SIZE_LIMIT = 1 << 30
_TIMEOUT = 10.0


class Entry(NamedTuple):
    """A cached answer and when it was stored, in seconds since the epoch."""

    stored: float
    data: bytes


class Cache(Protocol):
    """What sources remember between runs."""

    def get(self, key: str) -> Entry | None:
        """Return what was stored under a key."""

    def put(self, key: str, data: bytes, *, stored: float) -> None:
        """Store an answer with its time."""

    def archive(self, digest: str) -> bytes | None:
        """Return the archive with this SHA-256."""

    def put_archive(self, data: bytes) -> str:
        """Store an archive and return its SHA-256."""

    def close(self) -> None:
        """Give the files back."""


class MemoryCache:
    """Remembers within one run only: `--no-cache`."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}
        self._archives: dict[str, bytes] = {}

    def get(self, key: str) -> Entry | None:
        """Return what was stored under a key."""
        return self._entries.get(key)

    def put(self, key: str, data: bytes, *, stored: float) -> None:
        """Store an answer with its time."""
        self._entries[key] = Entry(stored, data)

    def archive(self, digest: str) -> bytes | None:
        """Return the archive with this SHA-256."""
        return self._archives.get(digest)

    def put_archive(self, data: bytes) -> str:
        """Store an archive and return its SHA-256."""
        digest = hashlib.sha256(data).hexdigest()
        self._archives[digest] = data
        return digest

    def close(self) -> None:
        """Forget nothing: there is nothing to give back."""


class DiskCache:
    """Remembers in a private folder; any doubt about the folder sets it aside and starts anew."""

    def __init__(self, folder: Path, warn: Callable[[str], None]) -> None:
        self._folder = folder
        self._warn = warn
        self._memory = MemoryCache()
        self._pending: set[str] = set()
        self._rows: Any = None
        self._usable = self._prepare()
        if self._usable:
            self._guard(self._connect, None)

    def get(self, key: str) -> Entry | None:
        """Return what was stored under a key; a damaged cache answers None."""
        if key in self._pending or self._rows is None:
            return self._memory.get(key)
        data = self._guard(lambda: self._rows.get(key), None)
        if data is None:
            return None
        head, _, body = data.partition(b"\n")
        try:
            return Entry(float(head), body)
        except ValueError:
            self._set_aside("a row has no time")
            return None

    def put(self, key: str, data: bytes, *, stored: float) -> None:
        """Store an answer with its time; all of a run are written together by `close`."""
        self._memory.put(key, data, stored=stored)
        self._pending.add(key)

    def archive(self, digest: str) -> bytes | None:
        """Return the archive with this SHA-256; one that does not have it is removed."""
        if not self._usable:
            return self._memory.archive(digest)
        file = self._folder / "archives" / f"{digest}.zip"
        try:
            if not stat.S_ISREG(file.lstat().st_mode):
                return None
            data = file.read_bytes()
        except OSError:
            return None
        if hashlib.sha256(data).hexdigest() == digest:
            return data
        with suppress(OSError):
            file.unlink()
        return None

    def put_archive(self, data: bytes) -> str:
        """Store an archive under its SHA-256, in one step, and return that."""
        digest = self._memory.put_archive(data) if not self._usable else hashlib.sha256(data).hexdigest()
        if not self._usable:
            return digest
        folder = self._folder / "archives"
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
                file.write(data)
            Path(file.name).replace(folder / f"{digest}.zip")
            self._drop_old_archives(folder)
        except OSError as error:
            self._warn(f"the cache {self._folder} takes no archive ({error.strerror}); it is loaded again next time")
        return digest

    def close(self) -> None:
        """Write what is new and close; a full disk or a locked cache loses only these entries."""
        if self._rows is not None and self._pending:
            self._guard(self._write, None)
        if self._rows is not None:
            self._guard(self._rows.close, None)

    def _write(self) -> None:
        with self._rows.transact():
            for key in sorted(self._pending):
                entry = self._memory.get(key)
                if entry is not None:
                    self._rows.set(key, b"%.3f\n%s" % (entry.stored, entry.data))

    def _drop_old_archives(self, folder: Path) -> None:
        """Keep the three newest archives: each new state of a database is a new file."""
        files = sorted(folder.iterdir(), key=lambda file: file.lstat().st_mtime, reverse=True)
        for file in files[3:]:
            file.unlink(missing_ok=True)

    def _prepare(self) -> bool:
        """Make the folder, or refuse one that is not ours alone."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            facts = self._folder.lstat()
        except OSError as error:
            self._warn(f"no cache: {self._folder} cannot be used ({error.strerror})")
            return False
        if not stat.S_ISDIR(facts.st_mode):
            self._warn(f"no cache: {self._folder} is a symbolic link or a file, not a folder")
            return False
        if hasattr(os, "getuid"):
            if facts.st_uid != os.getuid():
                self._warn(f"no cache: {self._folder} belongs to somebody else")
                return False
            if facts.st_mode & 0o077:
                self._folder.chmod(0o700)
        return True

    def _connect(self) -> None:
        from diskcache import Cache as Rows  # 80 ms; imported by runs that have a cache

        folder = self._folder / "answers"
        with suppress(FileNotFoundError):
            if stat.S_ISLNK(folder.lstat().st_mode) or stat.S_ISLNK((folder / "cache.db").lstat().st_mode):
                raise PlantedError("a symbolic link stands in its place")
        folder.mkdir(mode=0o700, exist_ok=True)
        _check_settings(folder / "cache.db")
        self._rows = Rows(str(folder), disk=_closed_disk(), timeout=_TIMEOUT, size_limit=_SIZE_LIMIT)

    def _guard(self, work: Callable[[], Any], otherwise: Any) -> Any:
        """Do `work`; a locked database or a full disk is no damage, everything else sets the folder aside."""
        from diskcache import Timeout

        try:
            return work()
        except Timeout:
            return otherwise
        except sqlite3.OperationalError as error:
            if any(word in str(error) for word in ("locked", "full", "readonly", "disk I/O", "unable to open")):
                return otherwise
            self._set_aside(str(error))
        except Exception as error:  # noqa: BLE001 (a planted row may raise anything; none of it may end the run)
            self._set_aside(str(error) or type(error).__name__)
        return otherwise

    def _set_aside(self, why: str) -> None:
        rows, self._rows = self._rows, None
        if rows is not None:
            with suppress(Exception):
                rows.close()
        aside = self._folder / f"damaged-{time.time_ns()}"
        with suppress(OSError):
            (self._folder / "answers").rename(aside)
        self._warn(f"the cache was damaged ({why}) and is set aside in {aside}; it is built anew")


class PlantedError(Exception):
    """Something in the cache that we never write."""


_KNOWN_SETTINGS = frozenset({
    "count", "size", "hits", "misses", "statistics", "tag_index", "eviction_policy", "size_limit", "cull_limit",
    "sqlite_auto_vacuum", "sqlite_cache_size", "sqlite_journal_mode", "sqlite_mmap_size", "sqlite_synchronous",
    "disk_min_file_size", "disk_pickle_protocol",
})  # fmt: skip
_TEXT_SETTINGS = {"eviction_policy": "least-recently-stored", "sqlite_journal_mode": "wal"}


def _check_settings(file: Path) -> None:
    """Refuse a database whose settings diskcache would act on and did not write itself.

    diskcache passes every `disk_…` row to the Disk, and every `sqlite_…` row into a PRAGMA statement.
    """
    if not file.exists():
        return
    with closing(sqlite3.connect(file, timeout=_TIMEOUT)) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if "Settings" not in tables:
            return
        for key, value in connection.execute("SELECT key, value FROM Settings"):
            if key not in _KNOWN_SETTINGS:
                raise PlantedError("an unknown setting")
            if value != _TEXT_SETTINGS[key] if key in _TEXT_SETTINGS else not isinstance(value, int):
                raise PlantedError("a setting with a strange value")


def _closed_disk() -> Any:  # noqa: C901 (one small class, whose base is imported late)
    """A diskcache Disk that knows text keys and inline bytes, and no pickle and no file."""
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
