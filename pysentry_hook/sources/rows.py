"""One record as the database file holds it: canonical, with a digest, in two parts of which records may share one.

Sources copy from one another what most of a record is: the text, the links, the ranges and the lists of versions. The
file holds each such body once.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from pysentry_hook.sources.records import load_json, names

_BODY = ("affected", "details", "references", "severity", "summary")
_CORE = ("package", "ranges", "severity", "versions")
"""What belongs to the body of an entry of `affected`; sources add notes of their own to it."""


class Row(NamedTuple):
    """One record of one source, and the digest of both parts."""

    source: str
    id: str
    digest: str
    body: bytes
    rest: bytes
    packages: frozenset[str]

    def record(self) -> dict[str, Any]:
        """Return the whole record; ValueError where it is none."""
        rest = load_json(self.rest)
        record = joined(load_json(self.body), rest)
        entries, notes = record.get("affected"), rest.get("affected") if isinstance(rest, dict) else None
        if not isinstance(entries, list) or not isinstance(notes, list):
            return record
        return {**record, "affected": [_merged(*pair) for pair in zip(entries, notes, strict=True)]}


def row(source: str, record: Mapping[str, object]) -> Row:
    """Return the row of a record; the same content has the same digest, however it was written."""
    body = {key: record[key] for key in _BODY if key in record}
    rest = {key: value for key, value in record.items() if key not in _BODY}
    entries = body.get("affected")
    if isinstance(entries, list):
        body["affected"] = [_part(entry, core=True) for entry in entries]
        notes = [_part(entry, core=False) for entry in entries]
        rest |= {"affected": notes} if any(notes) else {}
    texts = _canonical(body), _canonical(rest)
    digest = hashlib.sha256(b"\n".join(texts)).hexdigest()
    return Row(source, str(record.get("id")), digest, *texts, frozenset(names(record)))


def joined(body: object, rest: object) -> dict[str, Any]:
    """Return a record without the notes of its source on what is affected; ValueError where it is none."""
    if not isinstance(body, dict) or not isinstance(rest, dict):
        raise ValueError("a record that is no object")
    return {**rest, **body}


def _part(entry: object, *, core: bool) -> object:
    if not isinstance(entry, Mapping):
        return entry if core else None
    return {key: value for key, value in entry.items() if (key in _CORE) == core}


def _merged(core: object, notes: object) -> object:
    return {**core, **notes} if isinstance(core, dict) and isinstance(notes, dict) else core


def _canonical(value: object) -> bytes:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8", "surrogatepass")
