"""The database file: advisory records in one SQLite file, found by package, with a revision of their own.

It is opened read-only, and what it holds is untrusted like every other input.
"""

import hashlib
import json
import os
import sqlite3
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, Self, TypeVar

from pysentry_hook.errors import SourceError
from pysentry_hook.replacing import replacing
from pysentry_hook.sources.records import MAX_RECORD_BYTES, load_json
from pysentry_hook.sources.rows import Row, joined, row
from pysentry_hook.text import one_line

SCHEMA = 2
MAGIC = b"SQLite format 3\0"
_TABLES = {
    "about": "CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "body": "CREATE TABLE body (number INTEGER PRIMARY KEY, data BLOB NOT NULL)",
    "record": (
        "CREATE TABLE record (number INTEGER PRIMARY KEY, source TEXT NOT NULL, id TEXT NOT NULL, "
        "digest TEXT NOT NULL, body INTEGER NOT NULL, data BLOB NOT NULL, UNIQUE (source, id))"
    ),
    "package": "CREATE TABLE package (name TEXT, number INTEGER, PRIMARY KEY (name, number)) WITHOUT ROWID",
}
_AT_ONCE = 500
Told = TypeVar("Told")
_DAMAGES = (sqlite3.Error, ValueError, LookupError, TypeError, zlib.error)


class Origin(NamedTuple):
    """Where the records of one source are from, and in which state."""

    source: str
    url: str
    etag: str | None
    newest: str | None
    """The newest modification that is in it, as the source writes it; None where the source has none."""
    as_of: datetime
    """When the source was asked."""


def _origin(told: Mapping[str, Any]) -> Origin:
    as_of = datetime.fromisoformat(told["as_of"])
    if as_of.tzinfo is None:
        raise ValueError("a moment of an unknown zone")
    etag, newest = (value if isinstance(value, str) else None for value in (told["etag"], told["newest"]))
    return Origin(one_line(told["source"], 20), one_line(told["url"], 500), etag, newest, as_of)


def is_store(path: Path) -> bool:
    """Whether a file is an SQLite file."""
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


@contextmanager
def as_file(content: bytes) -> Iterator[Path]:
    """Give a database as a file, which is how SQLite reads it."""
    with tempfile.TemporaryDirectory(prefix="pysentry-hook-") as folder:
        path = Path(folder) / "database"
        path.write_bytes(content)
        yield path


class Store:
    """A database file that is read; SourceError for what is none, or none of this schema."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            if not is_store(path):
                raise SourceError("is no database of pysentry-hook")
            # immutable: a file that is replaced, never written; no lock and no journal beside it is looked at
            self._rows = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
            self._rows.execute("PRAGMA trusted_schema = OFF")
            self._check()
        except FileNotFoundError:
            raise
        except (OSError, sqlite3.Error, ValueError) as error:
            raise SourceError(f"is no database of pysentry-hook ({one_line(error, 100)})") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the file back."""
        self._rows.close()

    def _check(self) -> None:
        """Refuse a file with other tables than ours: a view or trigger would run what somebody else wrote."""
        found = dict(self._rows.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
        if found != _TABLES:
            raise SourceError("is no database of pysentry-hook: it has other tables")
        version = self._about("schema")
        if version != str(SCHEMA):
            raise SourceError(f"has schema {one_line(version, 20)}, and this program reads {SCHEMA}")

    def _about(self, key: str) -> str:
        try:
            found = self._rows.execute("SELECT value FROM about WHERE key = ?", (key,)).fetchone()
        except sqlite3.Error as error:
            raise SourceError(f"is damaged ({one_line(error, 100)})") from error
        if found is None:
            raise SourceError(f"is incomplete: it does not tell its {key}")
        return str(found[0])

    @property
    def revision(self) -> str:
        """The hash over all (source, id, digest), as `sha256:` and 64 hexadecimal digits."""
        return one_line(self._about("revision"), 80)

    def origins(self) -> tuple[Origin, ...]:
        """The sources that it was made from."""
        return tuple(self._told("origins", _origin))

    def damaged(self) -> tuple[str, ...]:
        """The records that could not be read when it was made."""
        return tuple(self._told("damaged", one_line))

    def _told(self, key: str, read: Callable[[Any], Told]) -> list[Told]:
        """What it lists of itself; SourceError where that makes no sense."""
        try:
            return [read(each) for each in load_json(self._about(key).encode())]  # type: ignore[attr-defined]
        except (ValueError, TypeError, LookupError) as error:
            raise SourceError(f"is damaged: what it tells as {key} makes no sense") from error

    def counts(self) -> Mapping[str, int]:
        """The number of records of each source."""
        try:
            return dict(self._rows.execute("SELECT source, count(*) FROM record GROUP BY source ORDER BY source"))
        except sqlite3.Error as error:
            raise SourceError(f"is damaged ({one_line(error, 100)})") from error

    def about(self, packages: Sequence[str]) -> Iterator[tuple[str, str, object]]:
        """Give (source, id, record) of all that is known of some packages, without what sources note of an entry.

        What records share are the same objects. SourceError for a damaged file.
        """
        try:
            for start in range(0, len(packages), _AT_ONCE):
                some = packages[start : start + _AT_ONCE]
                marks = ",".join("?" * len(some))
                numbers = f"SELECT number FROM package WHERE name IN ({marks})"  # noqa: S608 (marks)
                of_these = f"SELECT body FROM record WHERE number IN ({numbers})"  # noqa: S608
                bodies = {number: load_json(data) for number, data in self._bodies(f"number IN ({of_these})", some)}
                query = f"SELECT source, id, body, data FROM record WHERE number IN ({numbers}) ORDER BY source, id"  # noqa: S608
                for source, identifier, body, rest in self._rows.execute(query, some):
                    yield source, identifier, joined(bodies[body], load_json(_bytes(rest)))
        except _DAMAGES as error:
            raise SourceError(f"is damaged ({one_line(error, 100)})") from error

    def _bodies(self, which: str, values: Sequence[str] = ()) -> Iterator[tuple[int, bytes]]:
        for number, data in self._rows.execute(f"SELECT number, data FROM body WHERE {which}", values):  # noqa: S608
            yield number, _unpacked(data)

    def rows(self, source: str | None = None) -> Iterator[Row]:
        """Give all records, of one source or of all."""
        packages: dict[int, set[str]] = {}
        try:
            for name, number in self._rows.execute("SELECT name, number FROM package"):
                packages.setdefault(number, set()).add(name)
            bodies = dict(self._bodies("true"))
            which = "? IN (source, '') ORDER BY source, id"
            query = f"SELECT number, body, source, id, digest, data FROM record WHERE {which}"  # noqa: S608
            for number, body, told_by, identifier, digest, rest in self._rows.execute(query, (source or "",)):
                named = frozenset(packages.get(number, ()))
                yield Row(told_by, identifier, digest, bodies[body], _bytes(rest), named)
        except _DAMAGES as error:
            raise SourceError(f"is damaged ({one_line(error, 100)})") from error

    def problems(self) -> Iterator[str]:
        """Everything in which the file is not what it says: damage, wrong digests, a wrong revision."""
        try:
            for (said,) in self._rows.execute("PRAGMA integrity_check"):
                if said != "ok":
                    yield f"SQLite: {one_line(said)}"
            self.origins(), self.damaged()  # they say it themselves
            every = []
            for each in self.rows():
                every.append((each.source, each.id, each.digest))
                if not _is_whole(each):
                    yield f"{one_line(each.id, 60)} ({one_line(each.source, 20)}) is not what its digest says"
            if _revision(every) != self.revision:
                yield "its revision is not that of its records"
        except (sqlite3.Error, SourceError) as error:
            yield one_line(error)


def _is_whole(each: Row) -> bool:
    """Whether a record is what its digest says, and found by the packages that it names."""
    try:
        found = row(each.source, each.record())
    except ValueError:
        return False
    return (found.digest, found.packages) == (each.digest, each.packages)


def _bytes(data: object) -> bytes:
    """The bytes of a part of a record, within the size that any record may have."""
    if not isinstance(data, bytes) or len(data) > MAX_RECORD_BYTES:
        raise TypeError("a record that is no bytes, or too large")
    return data


def _unpacked(data: object) -> bytes:
    unpacking = zlib.decompressobj()
    found = unpacking.decompress(_bytes(data), MAX_RECORD_BYTES)
    if unpacking.unconsumed_tail or not unpacking.eof:
        raise ValueError("a record that is too large, or cut")
    return found


def _revision(rows: Iterable[tuple[str, str, str]]) -> str:
    told = hashlib.sha256()
    for source, identifier, digest in sorted(rows):
        told.update(f"{source}\0{identifier}\0{digest}\n".encode())
    return f"sha256:{told.hexdigest()}"


def write_store(path: Path, rows: Iterable[Row], origins: Sequence[Origin], damaged: Iterable[str]) -> str:
    """Write a database in one step and return its revision: the file that was there stays until the new one is whole.

    The same records make the same revision; OSError where it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with replacing(path) as part:
            revision = _fill(part, rows, origins, damaged)
            with part.open("rb") as file:
                os.fsync(file.fileno())
    except sqlite3.Error as error:
        raise OSError(0, one_line(error)) from error
    return revision


def _fill(path: Path, rows: Iterable[Row], origins: Sequence[Origin], damaged: Iterable[str]) -> str:
    every: list[tuple[str, str, str]] = []
    bodies: dict[bytes, int] = {}
    with closing(sqlite3.connect(path, isolation_level=None)) as made:
        # nobody sees this file before it is whole, so it needs no journal
        made.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN")
        for sql in _TABLES.values():
            made.execute(sql)
        for number, each in enumerate(rows, 1):
            every.append((each.source, each.id, each.digest))
            if each.body not in bodies:
                bodies[each.body] = len(bodies) + 1
                made.execute("INSERT INTO body VALUES (NULL, ?)", (zlib.compress(each.body, 6),))
            values = (number, each.source, each.id, each.digest, bodies[each.body], each.rest)
            made.execute("INSERT INTO record VALUES (?, ?, ?, ?, ?, ?)", values)
            made.executemany("INSERT INTO package VALUES (?, ?)", [(name, number) for name in sorted(each.packages)])
        revision = _revision(every)
        known = [{**origin._asdict(), "as_of": origin.as_of.astimezone(UTC).isoformat()} for origin in origins]
        about = {
            "schema": str(SCHEMA),
            "revision": revision,
            "origins": json.dumps(known),
            "damaged": json.dumps(sorted(set(damaged))),
        }
        made.executemany("INSERT INTO about VALUES (?, ?)", sorted(about.items()))
        made.execute("COMMIT")
        made.execute("VACUUM")
    return revision
