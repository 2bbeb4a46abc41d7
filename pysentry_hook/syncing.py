"""Bring the database file up to date: from the PyPA archive and the OSV export, later only what changed in them."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from http import HTTPStatus
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from pysentry_hook.cache import MemoryCache
from pysentry_hook.errors import SourceError
from pysentry_hook.http import MAX_ARCHIVE, Http
from pysentry_hook.sources.archive import Archive, whole_zip
from pysentry_hook.sources.database import records_of
from pysentry_hook.sources.export import MANY, Export
from pysentry_hook.sources.records import DamagedRecordError, names, package_of, parse
from pysentry_hook.sources.rows import Row, row
from pysentry_hook.sources.store import MAGIC, Origin, Store, as_file, write_store
from pysentry_hook.text import one_line, without_credentials

PYPA, OSV = "pypa", "osv"
_MANY_GONE = 20
"""Records that the list of changes may lack and that are asked for one by one, instead of the whole export."""

Log = Callable[[str], None]


class Synced(NamedTuple):
    """What a synchronisation came to; `revision` None where nothing was written."""

    revision: str | None
    counts: Mapping[str, int]
    changed: int
    failures: tuple[str, ...]


class _Part(NamedTuple):
    """The records of one source, and where they are from."""

    origin: Origin
    rows: Mapping[str, Row]
    damaged: tuple[str, ...]


def sync(path: Path, urls: Mapping[str, str], http: Http, now: datetime, log: Log) -> Synced:
    """Write the database anew where a source has changed; a source that fails leaves what was known of it.

    `urls` tells where `pypa` and `osv` are. Where a source fails and nothing is known of it, nothing is written.
    SourceError where a file stands there that is no database of ours.
    """
    old = _read(path) if path.exists() else {}
    parts: dict[str, _Part] = {}
    failures: list[str] = []
    for source, update in ((PYPA, _pypa), (OSV, _osv)):
        url = urls[source].rstrip("/")
        known = old.get(source)
        known = known if known and known.origin.url == without_credentials(url) else None
        try:
            parts[source] = update(url, known, http, now)
        except SourceError as error:
            failures.append(f"{source}: {error}")
            if source in old:
                parts[source] = old[source]
                log(f"{source}: kept as of {old[source].origin.as_of:%Y-%m-%d %H:%M} UTC")
    if len(parts) < len(urls):
        return Synced(None, {source: len(part.rows) for source, part in parts.items()}, 0, tuple(failures))
    rows = [each for part in parts.values() for each in part.rows.values()]
    before = {(each.source, each.id): each.digest for part in old.values() for each in part.rows.values()}
    after = {(each.source, each.id): each.digest for each in rows}
    changed = len(dict(before.items() ^ after.items()))
    damaged = [name for part in parts.values() for name in part.damaged]
    revision = write_store(path, rows, [part.origin for part in parts.values()], damaged)
    return Synced(revision, {source: len(part.rows) for source, part in parts.items()}, changed, tuple(failures))


def _read(path: Path) -> dict[str, _Part]:
    """What a database holds, by source."""
    with Store(path) as store:
        damaged = store.damaged()
        return {
            origin.source: _Part(
                origin,
                {each.id: each for each in store.rows(origin.source)},
                tuple(name for name in damaged if name.startswith(f"{origin.source}:")),
            )
            for origin in store.origins()
        }


def _pypa(url: str, known: _Part | None, http: Http, now: datetime) -> _Part:
    response = http.get(
        url, whole_zip, etag=known.origin.etag if known else None, accept="application/zip, */*", limit=MAX_ARCHIVE
    )
    if known and response.status == HTTPStatus.NOT_MODIFIED:
        return known._replace(origin=known.origin._replace(as_of=now))
    records, damaged = _unpacked(PYPA, response.body)
    origin = Origin(PYPA, without_credentials(url), response.etag, None, now)
    return _Part(origin, records, damaged)


def _osv(url: str, known: _Part | None, http: Http, now: datetime) -> _Part:
    export = Export(http, url)
    changes = export.changes(known.origin.etag if known else None)
    if changes is None:
        if known is None:
            raise SourceError("nothing has changed since nothing was known")
        return known._replace(origin=known.origin._replace(as_of=now))
    listed, etag = changes
    newest = max((modified for modified, _ in listed), default=None)
    origin = Origin(OSV, without_credentials(url), etag, newest, now)
    new = _changed_since(listed, known) if known and known.origin.newest else None
    ids = {identifier for _, identifier in listed}
    gone = known.rows.keys() - ids if known else frozenset()
    # a list that lacks many records, or one that is there, was cut: what is left of it must not take them away
    if known is None or new is None or len(new) > MANY or len(gone) > _MANY_GONE or export.has_any(gone):
        records, damaged = _unpacked(OSV, export.whole())
        return _Part(origin, records, damaged)
    fetched, damaged = _rows(OSV, ((f"{identifier}.json", record) for identifier, record in export.records(new)))
    still = {_told(OSV, identifier) for identifier in ids.difference(new)}
    kept = {identifier: each for identifier, each in known.rows.items() if identifier in ids}
    return _Part(origin, {**kept, **fetched}, (*(name for name in known.damaged if name in still), *damaged))


def _changed_since(listed: Iterable[tuple[str, str]], known: _Part) -> list[str]:
    """The ids that were modified since the newest that is known, or in the same moment; the newest stand first."""
    found: dict[str, None] = {}
    for modified, identifier in listed:
        if modified < (known.origin.newest or ""):
            break
        each = known.rows.get(identifier)
        if each is None or _modified(each) != modified:
            found[identifier] = None
    return list(found)


def _modified(each: Row) -> object:
    """When a record was modified; None where it cannot be read, so that it is loaded again."""
    try:
        return each.record().get("modified")
    except ValueError:
        return None


def _unpacked(source: str, content: bytes) -> tuple[dict[str, Row], tuple[str, ...]]:
    """The records of an archive by id, and the names of those that cannot be used."""
    archive = Archive("", lambda: content, MemoryCache(), source=source, stored=0)
    return _rows(source, archive.everything())


def _rows(source: str, records: Iterable[tuple[str, object]]) -> tuple[dict[str, Row], tuple[str, ...]]:
    """The rows of records, each with the path of its file, and the names of those that cannot be used.

    Of these it is kept whom they are about, where that can be told, so that nobody calls those packages clean.
    """
    rows: dict[str, Row] = {}
    damaged: list[str] = []
    for path, record in records:
        if isinstance(record, Mapping) and _is_usable(source, record):
            each = row(source, record)
            rows[each.id] = each
            continue
        file = PurePosixPath(path)
        own = package_of(file)
        name = one_line(f"{own}/{file.stem}" if own else file.stem, 60)
        damaged.append(_told(source, name))
        if about := names(record) | ({own} if own else set()):
            rows[name] = row(source, _unusable(about))._replace(id=name)
    return rows, tuple(damaged)


def _unusable(about: Iterable[str]) -> Mapping[str, object]:
    """What is kept of a record that cannot be used: whom it is about."""
    return {"affected": [{"package": {"ecosystem": "PyPI", "name": name}} for name in sorted(about)]}


def _told(source: str, name: str) -> str:
    """How a database calls a record that could not be read."""
    return f"{source}:{one_line(name, 60)}"


def imported(content: bytes | Path, path: Path, as_of: datetime) -> str:
    """Write what others made as a database, and return its revision: a database or zip, or a folder of records.

    SourceError where it is none of them, or a database that is not what it says.
    """
    if isinstance(content, bytes) and not content.startswith(MAGIC):
        rows, damaged = _unpacked("import", content)
        return write_store(path, rows.values(), [Origin("import", "a zip", None, None, as_of)], damaged)
    if isinstance(content, Path):
        return _from_records(content, path, as_of)
    with as_file(content) as whole, Store(whole) as store:
        for problem in store.problems():
            raise SourceError(f"is damaged: {problem}")
        return write_store(path, store.rows(), store.origins(), store.damaged())


def _from_records(origin: Path, path: Path, as_of: datetime) -> str:
    rows, damaged = _rows("import", records_of(origin))
    if not rows:
        raise SourceError("holds no advisory records (*.json, *.yaml)")
    return write_store(path, rows.values(), [Origin("import", origin.name, None, None, as_of)], damaged)


def _is_usable(source: str, record: object) -> bool:
    try:
        parse(record, source)
    except DamagedRecordError:
        return False
    return True
