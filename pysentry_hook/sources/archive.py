"""Look records up by package in a zip of the PyPA or the OSV layout, within limits.

PyPA's layout has a folder for each package (`vulns/<name>/PYSEC-….yaml`), so only the members of
packages that are asked for are ever unpacked. OSV's export is flat, so its index is made once.
What was learnt is cached by the archive's SHA-256.
"""

import io
import json
import zipfile
from collections.abc import Callable, Iterable
from pathlib import PurePosixPath

from pysentry_hook.cache import Cache
from pysentry_hook.errors import SourceError
from pysentry_hook.model import Advisory, NormalizedName, normalize
from pysentry_hook.sources.records import MAX_RECORD_BYTES, DamagedRecordError, load_json, load_yaml, names, parse

MAX_ENTRIES = 500_000
_DAMAGED = ""
"""The key of members whose package is unknown because they cannot be read."""

Index = dict[str, list[str]]


class Archive:
    """A zip of advisory records; `content` is called only if the cache does not know the answer."""

    def __init__(self, digest: str, content: Callable[[], bytes], cache: Cache, *, source: str, stored: float) -> None:
        self._digest = digest
        self._content = content
        self._cache = cache
        self._source = source
        self._stored = stored
        self._zip: zipfile.ZipFile | None = None

    def records(self, asked: Iterable[NormalizedName]) -> tuple[list[Advisory], list[str]]:
        """Return the advisories about these packages, and the records that are damaged."""
        index = self._index()
        advisories: list[Advisory] = []
        damaged = [PurePosixPath(member).stem for member in index.get(_DAMAGED, ())]
        for name in sorted(set(asked) & index.keys()):
            for member, record in self._of_package(name, index[name]):
                try:
                    advisory = parse(record, self._source)
                except DamagedRecordError:
                    damaged.append(PurePosixPath(member).stem)
                    continue
                advisories.append(advisory)
                if advisory.damage:
                    damaged.append(advisory.id)
        unique = {advisory.id: advisory for advisory in advisories}
        return list(unique.values()), sorted(set(damaged))

    def _of_package(self, name: str, members: list[str]) -> list[tuple[str, object]]:
        key = f"records:{self._digest}:{name}"
        entry = self._cache.get(key)
        if entry is None:
            found = [(member, self._load(member)) for member in members]
            self._cache.put(key, json.dumps(found).encode(), stored=self._stored)
            return found
        return [(member, record) for member, record in json.loads(entry.data)]

    def _index(self) -> Index:
        key = f"index:{self._digest}"
        entry = self._cache.get(key)
        if entry is not None:
            index: Index = json.loads(entry.data)
            return index
        index = _index_of(self._open(), self._load)
        self._cache.put(key, json.dumps(index).encode(), stored=self._stored)
        return index

    def _open(self) -> zipfile.ZipFile:
        if self._zip is None:
            try:
                self._zip = zipfile.ZipFile(io.BytesIO(self._content()))
            except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
                raise SourceError(f"is no zip archive ({error})") from error
            if len(self._zip.infolist()) > MAX_ENTRIES:
                raise SourceError(f"holds more than {MAX_ENTRIES:,} files")
        return self._zip

    def _load(self, member: str) -> object:
        """Unpack and decode one member; None where that is not possible (it counts as damaged)."""
        try:
            with self._open().open(member) as file:
                data = file.read(MAX_RECORD_BYTES + 1)
        except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError, ValueError):
            return None
        if len(data) > MAX_RECORD_BYTES:
            return None
        try:
            return load_json(data) if member.endswith(".json") else load_yaml(data)
        except DamagedRecordError:
            return None


def _index_of(archive: zipfile.ZipFile, load: Callable[[str], object]) -> Index:
    index: Index = {}
    for info in archive.infolist():
        path = PurePosixPath(info.filename)
        if info.is_dir() or path.suffix not in {".json", ".yaml", ".yml"}:
            continue
        if path.suffix != ".json" and path.parts[-3:-2] == ("vulns",):
            packages: set[str] = {normalize(path.parts[-2])}
        else:
            record = load(info.filename)
            packages = set(names(record)) if record is not None else {_DAMAGED}
        for package in packages:
            index.setdefault(package, []).append(info.filename)
    if not index:
        raise SourceError("holds no advisory records in the layout of PyPA or OSV")
    return index
