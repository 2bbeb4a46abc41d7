"""Advisory records on this disk or behind one address: a database file, a zip, or a folder of records."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from pysentry_hook.advisories import AdvisoryData, SourceAnswer
from pysentry_hook.errors import SourceError
from pysentry_hook.model import Failure, Package
from pysentry_hook.sources.archive import Archive
from pysentry_hook.sources.context import Context
from pysentry_hook.sources.found import Found
from pysentry_hook.sources.records import MAX_RECORD_BYTES, DamagedRecordError, load_json, load_yaml, names, package_of
from pysentry_hook.sources.remote import Remote
from pysentry_hook.sources.store import MAGIC, Store, as_file, is_store
from pysentry_hook.text import one_line, without_credentials

_SUFFIXES = (".json", ".yaml", ".yml")
MAX_FILES = 500_000


class _State(NamedTuple):
    """What one database knows, which state of it, and of when."""

    records: Found
    revision: str
    as_of: datetime | None
    stale: bool = False


class Database:
    """One `--advisory-db`; no name that is looked up in it leaves the machine.

    The location is a path, or an http(s) URL behind which `#sha256=` and 64 hexadecimal digits may pin the file.
    """

    def __init__(self, location: str, context: Context) -> None:
        url, _, pinned = location.partition("#sha256=")
        self._context = context
        self._shown = without_credentials(url) if "://" in url else location
        self._remote = Remote(context, "database", pinned=pinned.lower() or None) if "://" in url else None
        self._path = Path(location)

    def ask(self, packages: Sequence[Package]) -> SourceAnswer:
        """Return every record about these packages, whatever versions it affects."""
        try:
            found = self._behind(self._remote, packages) if self._remote else self._on_disk(packages)
        except (SourceError, OSError) as error:
            cause = error.strerror or type(error).__name__ if isinstance(error, OSError) else str(error)
            return self._failed(f"{self._shown}: {cause} (every package)")
        data = AdvisoryData(
            "database",
            "database",
            self._shown,
            found.revision,
            found.as_of,
            found.stale,
            damaged_records=(),
        )
        trouble = self._remote.trouble if self._remote else None
        return found.records.answer(packages, data, trouble and f"{self._shown}: {trouble}")

    def _failed(self, cause: str) -> SourceAnswer:
        data = AdvisoryData("database", "database", self._shown, None, None, stale=False, damaged_records=())
        failure = Failure("source", "database", None, cause)
        return SourceAnswer(data=data, advisories=(), answered=frozenset(), unknown={}, failures=(failure,))

    def _on_disk(self, packages: Sequence[Package]) -> _State:
        changed = self._path.stat().st_mtime
        if not (self._path.is_dir() or self._path.is_file()):  # a pipe would never end
            raise SourceError("is neither a file nor a folder")
        if self._path.is_dir():
            return _in_folder(self._path, packages)
        if is_store(self._path):
            return _in_store(self._path, packages)
        content = self._path.read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        archive = self._archive(digest, content, changed)
        return self._in_zip(archive, digest, packages, archive.made_at(changed))

    def _behind(self, remote: Remote, packages: Sequence[Package]) -> _State:
        """Look packages up in the file behind an address, which is loaded again only when it changed."""
        digest, stored = remote.current()
        with remote.reading():
            content = remote.content(digest)
            if content.startswith(MAGIC):
                with as_file(content) as path:
                    found = _in_store(path, packages)
            else:
                found = self._in_zip(self._archive(digest, content, stored), digest, packages, stored)
        return found._replace(stale=not remote.is_pinned and self._context.is_stale(stored))

    def _archive(self, digest: str, content: bytes, stored: float) -> Archive:
        return Archive(digest, lambda: content, self._context.cache, source="database", stored=stored)

    def _in_zip(self, archive: Archive, digest: str, packages: Sequence[Package], as_of: float) -> _State:
        found = archive.records(package.name for package in packages)
        return _State(found, _short(digest), self._context.as_of(int(as_of)))


def _short(digest: str) -> str:
    return f"sha256:{digest.removeprefix('sha256:')[:16]}"


def _in_store(path: Path, packages: Sequence[Package]) -> _State:
    """Look packages up in a database file, which tells its revision and its age."""
    with Store(path) as store:
        found = Found(frozenset(package.name for package in packages))
        found.damaged.update(store.damaged())
        for source, identifier, record in store.about(sorted(found.wanted)):
            found.take(record, one_line(source, 20), one_line(f"{source}:{identifier}", 80))
        as_of = min((origin.as_of for origin in store.origins()), default=None)
        return _State(found, _short(store.revision), as_of)


def _in_folder(folder: Path, packages: Sequence[Package]) -> _State:
    found = Found(frozenset(package.name for package in packages))
    digest = hashlib.sha256()
    count = 0
    written = told = 0.0
    for file in _records_below(folder):
        with file.open("rb") as stream:
            data = stream.read(MAX_RECORD_BYTES + 1)
            written = max(written, os.fstat(stream.fileno()).st_mtime)
        digest.update(f"{file.relative_to(folder).as_posix()}\0{hashlib.sha256(data).hexdigest()}\n".encode())
        record, own = _decoded(file, data), package_of(file.absolute())
        told = max(told, _modified(record))
        count += own is not None or record is None or _is_record(record)
        about = found.wanted & (names(record) | {own})
        if about or (record is None and own is None):  # whom it is about nobody can tell
            found.take(record, "database", file.stem, about)
    if not count:
        raise SourceError("holds no advisory records (*.json, *.yaml)")
    return _State(found, _short(digest.hexdigest()), datetime.fromtimestamp(int(min(written, told or written)), UTC))


def _is_record(value: object) -> bool:
    """Whether a file that could be read is an advisory, https://ossf.github.io/osv-schema/, and no other document."""
    return isinstance(value, dict) and isinstance(value.get("id"), str) and "modified" in value


def _modified(record: object) -> float:
    """When a record was changed by its own word, in seconds since the epoch; 0 where it does not tell."""
    if not (isinstance(record, dict) and _is_record(record)):
        return 0.0
    try:
        when = datetime.fromisoformat(record["modified"])
    except (TypeError, ValueError):
        return 0.0
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()


def _decoded(file: Path, data: bytes) -> object:
    """What a file holds; None where it cannot be read as a record."""
    if len(data) > MAX_RECORD_BYTES:
        return None
    try:
        return load_json(data) if file.suffix == ".json" else load_yaml(data)
    except DamagedRecordError:
        return None


def _records_below(folder: Path) -> Iterator[Path]:
    files = sorted(file for file in folder.rglob("*") if file.suffix in _SUFFIXES and file.is_file())
    if len(files) > MAX_FILES:
        raise SourceError(f"holds more than {MAX_FILES:,} files")
    yield from files


def records_of(path: Path) -> Iterator[tuple[str, object]]:
    """Give every record of a zip or folder by the path of its file; None for one that cannot be read."""
    if not path.is_dir():
        content = path.read_bytes()
        from pysentry_hook.cache import MemoryCache  # the one that writes has no other

        yield from Archive("", lambda: content, MemoryCache(), source="database", stored=0).everything()
        return
    yield from ((file.as_posix(), _decoded(file, file.read_bytes())) for file in _records_below(path.absolute()))
