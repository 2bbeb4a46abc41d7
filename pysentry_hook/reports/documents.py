"""Documents of ours in JSON: the same bytes for the same facts, and only what fits its schema is read back."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from json.encoder import encode_basestring
from typing import Any, NamedTuple, TypeVar

from packaging.version import InvalidVersion

from pysentry_hook.errors import ReportError
from pysentry_hook.model import Severity
from pysentry_hook.text import one_line

_LOG_COMMAND = re.compile(r"##(?=\w*\[)")
"""What runners take for a command wherever it stands in a log; in JSON it can only stand in a string."""
_MOMENT = "%Y-%m-%dT%H:%M:%SZ"

T = TypeVar("T")


class Kind(NamedTuple):
    """A kind of document: its name, of which that of its schema is made, and how one comes into being."""

    word: str
    made: str

    @property
    def schema(self) -> str:
        """What a document of this kind names as its schema."""
        return f"pysentry-hook/{self.word}/1"


REPORT = Kind("report", "pysentry-hook -o report.json")
PLAN = Kind("plan", "pysentry-hook plan -o plan.json")


_WORDS = {id(value): json.dumps(value) for value in (None, True, False)}


def as_text(document: Mapping[str, Any]) -> str:
    """Return a document as text, without what a runner would act on in a log."""
    return "".join(in_pieces(document))


def in_pieces(document: Mapping[str, Any]) -> Iterator[str]:
    """Give the text of a document in pieces, the entries of an iterator one by one: all at once take memory."""
    before = "{\n "
    for key, value in document.items():
        yield f"{before}{encode_basestring(key)}: "
        if isinstance(value, Iterator):
            yield from _entries(value, "\n ")
        else:
            yield _text(value, "\n ")
        before = ",\n "
    yield "\n}\n"


def _entries(values: Iterator[object], margin: str) -> Iterator[str]:
    inner = f"{margin} "
    before = f"[{inner}"
    for each in values:
        yield before + _text(each, inner)
        before = f",{inner}"
    yield "[]" if before.startswith("[") else f"{margin}]"


def _text(value: object, margin: str) -> str:
    pieces: list[str] = []
    _write(value, margin, pieces.append)
    return _LOG_COMMAND.sub(r"#\\u0023", "".join(pieces))


def _write(value: object, margin: str, out: Callable[[str], None]) -> None:
    """Write a value an entry a line, as `json.dumps` with an indent of 1 does, in half of its time."""
    inner = f"{margin} "
    if isinstance(value, str):
        out(encode_basestring(value))
    elif isinstance(value, Mapping) and value:
        before = f"{{{inner}"
        for key, each in value.items():
            out(f"{before}{encode_basestring(key)}: ")
            _write(each, inner, out)
            before = f",{inner}"
        out(f"{margin}}}")
    elif isinstance(value, list | tuple) and value:
        before = f"[{inner}"
        for each in value:
            out(before)
            _write(each, inner, out)
            before = f",{inner}"
        out(f"{margin}]")
    else:
        out(_WORDS.get(id(value)) or json.dumps(value))


def read(kind: Kind, path: str, text: str, make: Callable[[Mapping[str, Any]], T]) -> T:
    """Return what `make` makes of a document; ReportError for what is none, with the place that is wrong."""
    try:
        values = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise ReportError(
            path, f"is not valid JSON: {one_line(error, 120)}. Is the file complete?", made=kind.made
        ) from error
    _check(kind, path, values)
    try:
        return make(values)
    except (InvalidVersion, ValueError, KeyError, TypeError) as error:
        raise ReportError(
            path, f"holds a value that no {kind.word} has: {one_line(error, 120)}", made=kind.made
        ) from error


def _no_constant(word: str) -> object:
    """Refuse NaN and Infinity, which JSON does not have and Python would read."""
    raise ValueError(f"{word} is no number")


def schema(kind: Kind) -> dict[str, Any]:
    """The JSON Schema of a kind; it is a file beside this one."""
    from importlib.resources import files

    text = files("pysentry_hook.reports").joinpath(f"{kind.word}.schema.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


@cache
def _validator(kind: Kind) -> Callable[[object], object]:
    import fastjsonschema  # 30 ms, and 150 ms for the schema; only a saved document pays for it

    validate: Callable[[object], object] = fastjsonschema.compile(schema(kind), use_default=False)
    return validate


def _check(kind: Kind, path: str, values: object) -> None:
    import fastjsonschema

    known = values.get("schema") if isinstance(values, Mapping) else None
    if known != kind.schema:
        said = f"its schema is {one_line(known, 60)!r}" if known else "it names no schema"
        raise ReportError(path, f"is no {kind.word} of pysentry-hook ({said})", made=kind.made)
    try:
        _validator(kind)(values)
    except fastjsonschema.JsonSchemaException as error:
        raise ReportError(path, f"does not fit its schema: {one_line(error, 200)}", made=kind.made) from error


def moment_document(moment: datetime) -> str:
    """A moment as documents hold it, to the second and in UTC."""
    return moment.astimezone(UTC).strftime(_MOMENT)


def read_moment(text: str) -> datetime:
    """Read it back; ValueError for what is none."""
    return datetime.strptime(text, _MOMENT).replace(tzinfo=UTC)


def severity_document(severity: Severity | None) -> str | None:
    """A severity as its word, None where it is unknown."""
    return severity.word if severity else None


def read_severity(word: str | None) -> Severity | None:
    """Read it back."""
    return None if word is None else Severity[word.upper()]
