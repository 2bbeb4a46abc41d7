"""Look records up by package in a zip of the PyPA or the OSV layout, within limits.

PyPA's layout has a folder for each package (`vulns/<name>/PYSEC-….yaml`), so only the members of
packages that are asked for are ever unpacked. OSV's export is flat, so its index is made once.
What was learnt is cached by the archive's SHA-256.
"""

import io
import json
import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import PurePosixPath
from typing import Any

from pysentry_hook.cache import Cache
from pysentry_hook.errors import SourceError
from pysentry_hook.http import Response
from pysentry_hook.model import NormalizedName
from pysentry_hook.sources.context import recall
from pysentry_hook.sources.found import Found
from pysentry_hook.sources.records import MAX_RECORD_BYTES, DamagedRecordError, load_json, load_yaml, names, package_of
from pysentry_hook.text import one_line

MAX_ENTRIES = 500_000
MAX_UNPACKED = 1 << 32
MAX_RATIO = 100
"""How many times its own size an archive may unpack to; advisories have less than ten."""
ANY_RATIO = 1 << 28
"""The bytes that every archive may unpack to, however small it is."""
_DAMAGED = ""
"""The key of members whose package is unknown because they cannot be read."""

_NEVER = 1980
"""The year of what was written at no time that is told."""
_HEADER = 30
"""The bytes that stand before the name of a member at its place."""
_UTF_8 = 0x800
"""The flag of a name in UTF-8; it is in code page 437 without, https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT."""

Index = dict[str, list[str]]

_DAMAGES = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error,
    OSError, RuntimeError, EOFError, ValueError, LookupError, ArithmeticError,
)  # fmt: skip
"""What zipfile raises for damaged archives; RuntimeError is an encrypted member or an unknown compression."""


class Archive:
    """A zip of advisory records; `content` is called only if the cache does not know the answer."""

    def __init__(self, digest: str, content: Callable[[], bytes], cache: Cache, *, source: str, stored: float) -> None:
        self._digest = digest
        self._content = content
        self._cache = cache
        self._source = source
        self._stored = stored
        self._zip: zipfile.ZipFile | None = None

    def records(self, asked: Iterable[NormalizedName]) -> Found:
        """Return what the records about these packages say, and which of all are damaged."""
        index = self._index()
        found = Found(frozenset(asked))
        found.damaged.update(PurePosixPath(member).stem for member in index.get(_DAMAGED, ()))
        for name in sorted(found.wanted.intersection(index)):
            for member, record in self._of_package(name, index[name]):
                found.take(record, self._source, PurePosixPath(member).stem, {name})
        return found

    def made_at(self, now: float) -> float:
        """When its newest member was written, as `made_at` tells."""
        key = f"made:{self._digest}"
        known = recall(self._cache, key, lambda text: text and datetime.fromisoformat(text))
        newest = known[1] if known is not None else _newest(self._content())
        if known is None:
            self._cache.put(key, json.dumps(newest and newest.isoformat()).encode(), stored=self._stored)
        return _at(newest, now)

    def everything(self) -> Iterator[tuple[str, object]]:
        """Give every record by the name of its file; None for one that cannot be read."""
        members = {member for package in _index_of(self._open(), self._load).values() for member in package}
        yield from ((member, self._load(member)) for member in sorted(members))

    def _of_package(self, name: str, members: list[str]) -> list[tuple[str, object]]:
        key = f"records:{self._digest}:{name}"
        known = recall(self._cache, key, lambda value: [(str(member), record) for member, record in value])
        if known is not None:
            return known[1]
        found = [(member, self._load(member)) for member in members]
        self._cache.put(key, json.dumps(found).encode(), stored=self._stored)
        return found

    def _index(self) -> Index:
        key = f"index:{self._digest}"
        known = recall(self._cache, key, _as_index)
        if known is not None:
            return known[1]
        index = _index_of(self._open(), self._load)
        self._cache.put(key, json.dumps(index).encode(), stored=self._stored)
        return index

    def _open(self) -> zipfile.ZipFile:
        if self._zip is None:
            try:
                content = self._content()
                self._zip = zipfile.ZipFile(io.BytesIO(content))
            except _DAMAGES as error:
                raise SourceError(f"is no zip archive ({one_line(error)})") from error
            members = self._zip.infolist()
            if len(members) > MAX_ENTRIES:
                raise SourceError(f"holds more than {MAX_ENTRIES:,} files")
            most = min(MAX_UNPACKED, max(ANY_RATIO, MAX_RATIO * len(content)))
            if sum(member.file_size for member in members) > most:  # no member gives more than it declares
                raise SourceError(f"unpacks to more than {most // 1024 // 1024:,} MB")
            _check_names(content, members)
        return self._zip

    def _load(self, member: str) -> object:
        """Unpack and decode one member; None where it is no record (it counts as damaged).

        SourceError where it cannot be unpacked: then the archive is not what its maker made, and what else is
        not in it nobody knows.
        """
        try:
            with self._open().open(member) as file:
                data = file.read(MAX_RECORD_BYTES + 1)
        except KeyError:  # a name that only the cache knows
            return None
        except _DAMAGES as error:
            raise SourceError(f"is a damaged zip archive ({one_line(error, 100)})") from error
        if len(data) > MAX_RECORD_BYTES:
            return None
        try:
            return load_json(data) if member.endswith(".json") else load_yaml(data)
        except DamagedRecordError:
            return None


def _check_names(content: bytes, members: Iterable[zipfile.ZipInfo]) -> None:
    """Refuse an archive that calls a member otherwise in its directory than at its place.

    The directory has no checksum: a record whose name was damaged there would be missing without a word.
    """
    for member in members:
        start = member.header_offset + _HEADER
        name = member.orig_filename.encode("utf-8" if member.flag_bits & _UTF_8 else "cp437")
        if content[start : start + len(name)] != name:
            raise SourceError(f"is a damaged zip archive ({one_line(member.filename, 60)} has two names)")


def _as_index(value: Any) -> Index:
    return {str(package): [str(member) for member in members] for package, members in value.items()}


def _index_of(archive: zipfile.ZipFile, load: Callable[[str], object]) -> Index:
    index: Index = {}
    for info in archive.infolist():
        path = PurePosixPath(info.filename)
        if info.filename.endswith("/") or path.suffix not in {".json", ".yaml", ".yml"}:
            continue
        if own := package_of(path):
            packages: set[str] = {own}
        else:
            record = load(info.filename)
            packages = set(names(record)) if record is not None else {_DAMAGED}
        for package in packages:
            index.setdefault(package, []).append(info.filename)
    if not index:
        raise SourceError("holds no advisory records in the layout of PyPA or OSV")
    return index


def made_at(content: bytes, now: float) -> float:
    """When the newest member of a zip was written, in seconds since the epoch; `now` where it does not tell."""
    return _at(_newest(content), now)


def _at(newest: datetime | None, now: float) -> float:
    return min(now, newest.timestamp()) if newest else now


def _newest(content: bytes) -> datetime | None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            newest = max(member.date_time for member in archive.infolist())
        moment = datetime(*newest, tzinfo=UTC)
    except _DAMAGES:
        return None
    return moment if moment.year > _NEVER else None


def whole_zip(response: Response) -> Response:
    """Refuse an answer that is no zip: a cut body is tried again, a missing page is not."""
    if response.status == HTTPStatus.NOT_FOUND:
        raise SourceError("HTTP 404")
    if response.status == HTTPStatus.OK:
        try:
            zipfile.ZipFile(io.BytesIO(response.body)).close()
        except (zipfile.BadZipFile, NotImplementedError, struct.error, ArithmeticError) as error:
            raise ValueError("not a whole zip archive") from error
    return response
