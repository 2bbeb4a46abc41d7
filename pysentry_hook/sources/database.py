"""Advisory records on this disk: a database file, a zip in PyPA or OSV layout, or a folder of JSON or YAML records."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from pysentry_hook.cache import Cache
from pysentry_hook.errors import SourceError
from pysentry_hook.model import Advisory, AdvisoryData, Failure, Package, SourceAnswer
from pysentry_hook.sources.archive import Archive
from pysentry_hook.sources.records import MAX_RECORD_BYTES, DamagedRecordError, load_json, load_yaml, names, parse
from pysentry_hook.sources.store import Store, is_store
from pysentry_hook.text import one_line

_SUFFIXES = (".json", ".yaml", ".yml")
MAX_FILES = 500_000


class Database:
    """One `--advisory-db`; what is asked of it never leaves the machine."""

    def __init__(self, path: Path, cache: Cache) -> None:
        self._path = path
        self._cache = cache

    def ask(self, packages: Sequence[Package]) -> SourceAnswer:
        """Return every record about these packages, whatever versions it affects."""
        try:
            if self._path.is_file() and is_store(self._path):
                return self._store(packages)
            advisories, damaged, digest = self._folder(packages) if self._path.is_dir() else self._zip(packages)
            changed = datetime.fromtimestamp(int(self._path.stat().st_mtime), UTC)
        except (SourceError, OSError) as error:
            cause = error.strerror or type(error).__name__ if isinstance(error, OSError) else str(error)
            return self._failed(f"{self._path}: {cause} (every package)")
        revision = f"sha256:{digest[:16]}"
        data = AdvisoryData(
            "database", "database", str(self._path), revision, changed, stale=False, damaged_records=tuple(damaged)
        )
        return SourceAnswer(
            data=data, advisories=tuple(advisories), answered=frozenset(packages), unknown={}, failures=()
        )

    def _failed(self, cause: str) -> SourceAnswer:
        data = AdvisoryData("database", "database", str(self._path), None, None, stale=False, damaged_records=())
        failure = Failure("source", "database", None, cause)
        return SourceAnswer(data=data, advisories=(), answered=frozenset(), unknown={}, failures=(failure,))

    def _store(self, packages: Sequence[Package]) -> SourceAnswer:
        """Look packages up in a database file, which knows its revision and its age."""
        with Store(self._path) as store:
            advisories, damaged = [], list(store.damaged())
            for source, record in store.about(sorted({package.name for package in packages})):
                try:
                    advisory = parse(record, one_line(source, 20))
                except DamagedRecordError as error:
                    damaged.append(f"{source}: a record {error}")
                    continue
                advisories.append(advisory)
                damaged.extend([advisory.id] if advisory.damage else [])
            origins = store.origins()
            data = AdvisoryData(
                source="database",
                kind="database",
                url=str(self._path),
                revision=store.revision[: len("sha256:") + 16],
                as_of=min((origin.as_of for origin in origins), default=None),
                stale=False,
                damaged_records=tuple(sorted(set(damaged))),
            )
        return SourceAnswer(
            data=data, advisories=tuple(advisories), answered=frozenset(packages), unknown={}, failures=()
        )

    def _zip(self, packages: Sequence[Package]) -> tuple[list[Advisory], list[str], str]:
        content = self._path.read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        stored = self._path.stat().st_mtime
        archive = Archive(digest, lambda: content, self._cache, source="database", stored=stored)
        advisories, damaged = archive.records(package.name for package in packages)
        return advisories, damaged, digest

    def _folder(self, packages: Sequence[Package]) -> tuple[list[Advisory], list[str], str]:
        wanted = {package.name for package in packages}
        advisories: dict[str, Advisory] = {}
        damaged: list[str] = []
        digest = hashlib.sha256()
        count = 0
        for file in _records_below(self._path):
            with file.open("rb") as stream:
                data = stream.read(MAX_RECORD_BYTES + 1)
            digest.update(f"{file.relative_to(self._path).as_posix()}\0{hashlib.sha256(data).hexdigest()}\n".encode())
            try:
                record = _decode(file, data)
                count += _is_record(record)
                if names(record) & wanted:
                    advisory = parse(record, "database")
                    advisories[advisory.id] = advisory
                    damaged.extend([advisory.id] if advisory.damage else [])
            except DamagedRecordError:
                damaged.append(file.stem)
        if not (count or damaged):
            raise SourceError("holds no advisory records (*.json, *.yaml)")
        return list(advisories.values()), sorted(damaged), digest.hexdigest()


def _is_record(value: object) -> bool:
    """Whether a file that could be read is an advisory, https://ossf.github.io/osv-schema/, and no other document."""
    return isinstance(value, dict) and isinstance(value.get("id"), str) and "modified" in value


def _decode(file: Path, data: bytes) -> object:
    if len(data) > MAX_RECORD_BYTES:
        raise DamagedRecordError("is too large")
    return load_json(data) if file.suffix == ".json" else load_yaml(data)


def _records_below(folder: Path) -> Iterator[Path]:
    files = sorted(file for file in folder.rglob("*") if file.suffix in _SUFFIXES and file.is_file())
    if len(files) > MAX_FILES:
        raise SourceError(f"holds more than {MAX_FILES:,} files")
    yield from files
