"""The only door to the cache directory: answers with their time, and archives named by digest.

The folder is untrusted: a row, setting, file or error that is not as we write it sets the whole
folder aside with one warning, and none of it is run, opened or removed.
"""

import hashlib
import os
import re
import stat
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from pysentry_hook.cache.notes import Notes
from pysentry_hook.cache.planted import TIMEOUT, check_files, check_settings, closed_disk, is_folder
from pysentry_hook.replacing import replacing
from pysentry_hook.text import one_line

LAYOUT = "v1"
_SIZE_LIMIT = 1 << 30
_NO_DAMAGE = ("locked", "full", "readonly", "disk I/O", "unable to open")
_LATEST = 1e11
_MAX_ARCHIVE = 1 << 29
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


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

    def note(self, key: str) -> bytes | None:
        """Return what was worked out under a key; a note is never needed, and may be gone at any time."""

    def put_note(self, key: str, note: bytes) -> None:
        """Keep what was worked out."""

    def close(self) -> None:
        """Give the files back."""


def _entry(data: bytes) -> Entry | None:
    """What a row holds; None where it has no time."""
    head, _, body = data.partition(b"\n")
    with suppress(ValueError):
        if 0 <= (stored := float(head)) < _LATEST:
            return Entry(stored, body)
    return None


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

    def note(self, key: str) -> bytes | None:  # noqa: ARG002 (nothing is noted)
        """Return nothing: what one run works out it has at hand."""
        return None

    def put_note(self, key: str, note: bytes) -> None:
        """Keep nothing."""

    def close(self) -> None:
        """Forget nothing: there is nothing to give back."""


class DiskCache:
    """Remembers in a private folder; any doubt about the folder sets it aside and starts anew."""

    def __init__(self, folder: Path, warn: Callable[[str], None]) -> None:
        self._folder = folder
        self._warn = warn
        self._memory = MemoryCache()
        self._pending: dict[str, Entry] = {}
        self._seen: dict[str, float | None] = {}
        self._rows: Any = None
        self._empty = False
        self._lock = threading.Lock()
        self._opening = threading.Lock()
        self._said = self._said_aside = False
        self._usable = self._prepare()
        self._connected = not self._usable
        self._notes = Notes(folder / "notes")

    def get(self, key: str) -> Entry | None:
        """Return what was stored under a key; a damaged cache answers None."""
        self._connect_once()
        if key in self._pending or self._rows is None:
            return self._pending.get(key)
        data = None if self._empty else self._guard(lambda: self._rows.get(key))
        entry = _entry(data) if data is not None else None
        self._seen[key] = entry.stored if entry else None
        if data is not None and entry is None:
            self._set_aside("a row has no time")
        return entry

    def put(self, key: str, data: bytes, *, stored: float) -> None:
        """Store an answer with its time; all of a run are written together by `close`."""
        self._pending[key] = Entry(stored, data)

    def note(self, key: str) -> bytes | None:
        """Return what was worked out under a key."""
        return self._notes.get(key) if self._usable else None

    def put_note(self, key: str, note: bytes) -> None:
        """Keep what was worked out."""
        if self._usable:
            self._notes.put(key, note)

    def archive(self, digest: str) -> bytes | None:
        """Return the archive with this SHA-256; one that does not have it is removed."""
        known = self._memory.archive(digest)
        if known is not None or not self._usable or not _DIGEST.fullmatch(digest):
            return known
        folder = self._folder / "archives"
        file = folder / f"{digest}.zip"
        try:
            facts = file.lstat()
            if not is_folder(folder) or not stat.S_ISREG(facts.st_mode) or facts.st_size > _MAX_ARCHIVE:
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
        digest = self._memory.put_archive(data)
        if self._usable:
            try:
                self._store_archive(self._folder / "archives", digest, data)
            except OSError as error:
                self._say(f"the cache {self._folder} takes no archive ({error.strerror}); it is loaded again next time")
        return digest

    def close(self) -> None:
        """Write what is new and close; a full disk or a locked cache loses only these entries."""
        self._notes.tidy()
        if self._pending:
            self._connect_once()
        if self._rows is not None and self._pending:
            self._guard(self._write)
        if self._rows is not None:
            self._guard(self._rows.close)

    def _write(self) -> None:
        """Store what is lacking; where the rows stay locked nothing is lost but what nobody else stored meanwhile."""
        from diskcache import Timeout

        try:
            with self._rows.transact():
                for key, entry in self._lacking():
                    self._rows.set(key, b"%.3f\n%s" % (entry.stored, entry.data))
            self._rows.cull()  # once, not with each row
        except Timeout:
            if self._lacking():
                raise

    def _lacking(self) -> list[tuple[str, Entry]]:
        if not len(self._rows):
            return sorted(self._pending.items())
        return [(key, entry) for key, entry in sorted(self._pending.items()) if not self._is_stored(key, entry)]

    def _is_stored(self, key: str, entry: Entry) -> bool:
        """Whether another run has stored the same since this one looked for it."""
        data = self._rows.get(key)
        known = _entry(data) if data is not None else None
        return known is not None and known.data == entry.data and known.stored != self._seen.get(key, known.stored)

    def _store_archive(self, folder: Path, digest: str, data: bytes) -> None:
        """Write an archive and keep the three newest: each new state of a database is a new file."""
        folder.mkdir(mode=0o700, exist_ok=True)
        if not is_folder(folder):
            raise NotADirectoryError(0, "its folder is a symbolic link")
        with replacing(folder / f"{digest}.zip", mode=0o600) as part:
            part.write_bytes(data)
        with suppress(OSError):  # another process may be tidying up as well
            for old in sorted(folder.glob("*.zip"), key=lambda file: file.lstat().st_mtime, reverse=True)[3:]:
                old.unlink(missing_ok=True)

    def _prepare(self) -> bool:
        """Make the folder, or refuse one that is not ours alone."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            facts = self._folder.lstat()
            ours = not hasattr(os, "getuid") or facts.st_uid == os.getuid()
            if stat.S_ISDIR(facts.st_mode) and ours:
                if hasattr(os, "getuid") and facts.st_mode & 0o077:
                    self._folder.chmod(0o700)
                return True
            why = "belongs to somebody else" if not ours else "is a symbolic link or a file, not a folder"
        except OSError as error:
            why = f"cannot be used ({error.strerror})"
        self._say(f"no cache: {self._folder} {why}; --cache-dir names another")
        return False

    def _connect_once(self) -> None:
        """Open the rows when they are wanted for the first time: a run that needs no answers does without."""
        with self._opening:
            if not self._connected:
                self._connected = True
                self._guard(self._connect)

    def _connect(self) -> None:
        from diskcache import Cache as Rows  # 80 ms; imported by runs that have a cache

        folder = self._folder / "answers"
        check_files(folder)
        folder.mkdir(mode=0o700, exist_ok=True)
        check_settings(folder / "cache.db")
        self._rows = Rows(str(folder), disk=closed_disk(), timeout=TIMEOUT, size_limit=_SIZE_LIMIT, cull_limit=0)
        self._empty = not len(self._rows)  # then there is nothing to look for

    def _guard(self, work: Callable[[], Any]) -> Any:
        """Do `work`, else None; a locked database or a full disk is no damage, all else sets the folder aside."""
        from diskcache import Timeout

        try:
            return work()
        except Exception as error:  # noqa: BLE001 (a planted row may raise anything; none of it may end the run)
            import sqlite3

            busy = isinstance(error, sqlite3.OperationalError) and any(word in str(error) for word in _NO_DAMAGE)
            why = one_line(error) or type(error).__name__
            if busy or isinstance(error, Timeout | OSError):
                self._say(f"the cache {self._folder} takes part of this run only ({why}); --cache-dir names another")
            else:
                self._set_aside(why)
        return None

    def _set_aside(self, why: str) -> None:
        with self._lock:  # of several threads that meet the damage one acts
            if self._said_aside:
                return
            self._said_aside = True
            rows, self._rows = self._rows, None
        if rows is not None:
            with suppress(Exception):
                rows.close()
        aside = self._folder / f"damaged-{time.time_ns()}"
        try:
            (self._folder / "answers").rename(aside)
            self._say(
                f"the cache was damaged ({why}) and is set aside in {aside}, which you may remove; it is built anew"
            )
        except OSError as error:
            told = f"is damaged ({why}) and cannot be set aside ({error.strerror})"
            self._say(f"the cache {self._folder} {told}; --cache-dir names another")

    def _say(self, line: str) -> None:
        if not self._said:
            self._said = True
            self._warn(line)
