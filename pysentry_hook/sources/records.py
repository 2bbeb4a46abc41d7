"""Parse OSV records, from JSON or from the YAML of the PyPA database, into an Advisory.

The schema is https://ossf.github.io/osv-schema/. What cannot be used is set aside and named in
`Advisory.damage`: a bound that cannot be ordered never opens a range; one that begins with a release is read as that.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePath
from typing import Any, TypeVar

from packaging.version import Version

from pysentry_hook.advisories import Advisory, Affected, Event
from pysentry_hook.model import NormalizedName, normalize, parse_version
from pysentry_hook.text import clean, one_line

MAX_RECORD_BYTES = 8 * 1024 * 1024
_DEEPEST = 100
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,99}", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_LONGEST_LINK = 1_000
_RELEASE = re.compile(r"\d+(?:\.\d+)*(?=[-+._])", re.ASCII)
Answer = TypeVar("Answer")
_KINDS = ("introduced", "fixed", "last_affected", "limit")
# On a tie a closing bound comes before an opening one, and last_affected includes its own version.
_TIE = {"fixed": 0, "limit": 0, "introduced": 1, "last_affected": 2}


class DamagedRecordError(ValueError):
    """A record of which nothing can be used; the text says why."""


def load_json(data: bytes) -> object:
    """Decode JSON; DamagedRecordError where it is none."""
    try:
        record = json.loads(data)
        return _bounded(record) if data.count(b"[") + data.count(b"{") > _DEEPEST else record
    except (ValueError, RecursionError) as error:
        raise DamagedRecordError(f"is not JSON ({one_line(error, 80)})") from error


def load_yaml(data: bytes) -> object:
    """Decode YAML with every scalar but null kept as text, so that 1.10 stays 1.10."""
    from pysentry_hook.sources import yaml_records  # 120 ms, needed only where an archive is read for the first time

    try:
        record, may_grow = yaml_records.load(data, _DEEPEST)
        return _bounded(record) if may_grow else record
    except ValueError as error:
        raise DamagedRecordError(f"is not YAML ({one_line(error, 80)})") from error


def _bounded(record: object) -> object:
    """Return the record; ValueError where it is nested deeply or grows by references to itself (billion laughs)."""
    left = MAX_RECORD_BYTES
    waiting = [(record, 0)]
    while waiting:
        value, depth = waiting.pop()
        inner = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else ()
        left -= 1 + len(inner) + (len(value) if isinstance(value, str) else 0)
        if left < 0 or depth > _DEEPEST:
            raise ValueError("it is nested too deeply or refers to itself too often")
        waiting.extend((item, depth + 1) for item in inner)
    return record


class Once:
    """Reads a value once, however many records share it."""

    def __init__(self) -> None:
        self._known: dict[tuple[Callable[[object], Any], int], tuple[object, Any]] = {}

    def __call__(self, read: Callable[[object], Answer], value: object) -> Answer:
        """Return what was read of this very value; it is kept, so that no other has its identity."""
        key = read, id(value)
        if key not in self._known:
            self._known[key] = value, read(value)
        found: Answer = self._known[key][1]
        return found


def parse(record: object, source: str, once: Once | None = None) -> Advisory:
    """Return the Advisory of one OSV record; DamagedRecordError where it has no usable id.

    `once` is for records that share parts, as those of a database do.
    """
    once = once or Once()
    if not isinstance(record, Mapping):
        raise DamagedRecordError("cannot be read" if record is None else "is not an object")
    identifier = record.get("id")
    if not isinstance(identifier, str) or not _ID.fullmatch(identifier):
        raise DamagedRecordError("has no usable id")
    affected, damage = once(_all_affected, record.get("affected"))
    withdrawn = moment(record.get("withdrawn"))
    specific = record.get("database_specific")
    specific = specific if isinstance(specific, Mapping) else {}
    return Advisory(
        id=identifier,
        source=source,
        aliases=tuple(alias for alias in _texts(record.get("aliases")) if _ID.fullmatch(alias)),
        affected=affected,
        summary=one_line(record.get("summary"), 300),
        details=once(_details, record.get("details")),
        published=moment(record.get("published")),
        modified=moment(record.get("modified")),
        withdrawn=withdrawn,
        vectors=tuple(_vectors(record)),
        label=one_line(specific.get("severity"), 20) or None,
        references=once(_references, record.get("references")),
        cwes=tuple(cwe for cwe in _texts(specific.get("cwe_ids")) if _ID.fullmatch(cwe)),
        damage=None if withdrawn else damage,  # it affects nothing, whatever can be used of it
    )


def names(record: object) -> set[NormalizedName]:
    """The PyPI packages that a record speaks of, without parsing the rest of it."""
    entries = _entries(record.get("affected")) if isinstance(record, Mapping) else ()
    return {name for entry in entries if (name := _name(entry))}


def silent(record: object) -> set[NormalizedName]:
    """The PyPI packages of which a record names no version as affected, in a list or a range; none if it is withdrawn.

    A range that cannot be used names some all the same.
    """
    if not isinstance(record, Mapping) or moment(record.get("withdrawn")):
        return set()
    entries = [(name, entry) for entry in _entries(record.get("affected")) if (name := _name(entry))]
    speaking = {name for name, entry in entries if _list(entry.get("versions")) or _spoken(entry)}
    return {name for name, _ in entries} - speaking


def package_of(file: PurePath) -> NormalizedName | None:
    """The package whose folder a file of the PyPA layout stands in: `vulns/<name>/PYSEC-….yaml`."""
    return normalize(file.parts[-2]) if file.suffix != ".json" and file.parts[-3:-2] == ("vulns",) else None


def _entries(affected: object) -> list[Mapping[str, object]]:
    return [entry for entry in _list(affected) if isinstance(entry, dict)]


def _name(entry: Mapping[str, object]) -> NormalizedName | None:
    package = entry.get("package")
    if not isinstance(package, Mapping):
        return None
    ecosystem, name = package.get("ecosystem"), package.get("name")
    if not isinstance(ecosystem, str) or ecosystem.partition(":")[0] != "PyPI":
        return None
    return normalize(name) if isinstance(name, str) and name else None


def _all_affected(written: object) -> tuple[tuple[Affected, ...], str | None]:
    """What a record says of packages, and what of it cannot be used."""
    damage: list[str] = []
    read = [parsed for entry in _entries(written) if (parsed := _affected(entry, damage))]
    return tuple(read), "; ".join(damage) or None


def _affected(entry: Mapping[str, object], damage: list[str]) -> Affected | None:
    name = _name(entry)
    if name is None:
        return None
    versions = frozenset(_texts(entry.get("versions")))
    ranges = tuple(events for block in _spoken(entry) if (events := _events(block, damage)))
    if not versions and not ranges:
        damage.append(f"{name} has neither versions nor a usable range")
    return Affected(name=name, versions=versions, ranges=ranges)


def _spoken(entry: Mapping[str, object]) -> list[Mapping[str, object]]:
    """The ranges of an entry that speak of versions."""
    blocks = _list(entry.get("ranges"))
    return [block for block in blocks if isinstance(block, Mapping) and block.get("type") == "ECOSYSTEM"]


def _events(block: Mapping[str, object], damage: list[str]) -> tuple[Event, ...]:
    events: list[Event] = []
    for entry in _list(block.get("events")):
        if not isinstance(entry, Mapping):
            damage.append("a range holds an event that is no object, so the range is set aside")
            return ()
        for kind in _KINDS:
            if kind in entry:
                text = str(entry[kind])
                if (kind == "introduced" and text == "0") or (kind == "limit" and text == "*"):
                    events.append(Event(kind, None))
                    continue
                version = parse_version(text) or _release(text, damage)
                if version is None:
                    damage.append(f"{kind} {one_line(text, 40)!r} is no PEP 440 version, so the range is set aside")
                    return ()
                events.append(Event(kind, version))
    return tuple(sorted(_with_one_limit(events), key=_event_order))


def _release(text: str, damage: list[str]) -> Version | None:
    """The release at the beginning of a bound that is no version, as of `2.6.0-cu124` and `4.1.0-NA`; else None."""
    found = _RELEASE.match(text)
    version = parse_version(found[0]) if found else None
    if version:
        damage.append(f"{one_line(text, 40)!r} is no PEP 440 version and was read as {version}")
    return version


def _with_one_limit(events: list[Event]) -> list[Event]:
    """A version is within the limits if it is below any of them: the highest counts, and none where one is `*`."""
    limits = [event.version for event in events if event.kind == "limit"]
    if not limits:
        return events
    rest = [event for event in events if event.kind != "limit"]
    highest = max((limit for limit in limits if limit is not None), default=None)
    return rest if highest is None or None in limits else [*rest, Event("limit", highest)]


def _event_order(event: Event) -> tuple[int, Any, int]:
    if event.version is None:
        return (0, 0, 0)
    return (1, event.version, _TIE[event.kind])


def _vectors(record: Mapping[str, object]) -> list[str]:
    entries = _entries(record.get("affected"))
    blocks = [record, *(entry for entry in entries if "severity" in entry and _name(entry))]
    found = [
        item["score"]
        for block in blocks
        for item in _list(block.get("severity"))
        if isinstance(item, Mapping) and isinstance(item.get("score"), str)
    ]
    return list(dict.fromkeys(one_line(vector, 300) for vector in found))


def _details(written: object) -> str:
    return clean(written)[:65_536]


def _references(written: object) -> tuple[str, ...]:
    found = [item.get("url") for item in _list(written) if isinstance(item, dict)]
    links = [url for url in found if isinstance(url, str) and url.startswith(("https://", "http://"))]
    if not _is_plain(links) or any(" " in link or len(link) > _LONGEST_LINK for link in links):
        links = [one_line(link, _LONGEST_LINK) for link in links]
    return tuple(dict.fromkeys(links))[:50]


def moment(value: object) -> str | None:
    """A date or time; anything else says nothing, so that `withdrawn: false` withdraws nothing."""
    return one_line(value, 40) if isinstance(value, str) and _DATE.match(value) else None


def _list(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else ()


def _texts(value: object) -> Sequence[str]:
    texts = _list(value)
    return texts if _is_plain(texts) else [clean(text) for text in texts if isinstance(text, str)]


def _is_plain(values: Sequence[object]) -> bool:
    """Whether all are texts as `clean` leaves them: one look instead of hundreds, as lists of versions have."""
    try:
        together = "".join(values)  # type: ignore[arg-type]
    except TypeError:
        return False
    return together.isascii() and together.isprintable()
