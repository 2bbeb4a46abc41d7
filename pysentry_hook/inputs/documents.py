"""Decode a project's files, TOML or JSON, into plain values, or raise an InputError with the place."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from pysentry_hook.errors import DamagedError
from pysentry_hook.inputs.limits import MAX_PACKAGES, within
from pysentry_hook.text import one_line
from pysentry_hook.tree import Tree

_CONFLICT = re.compile(r"^<{7} ", re.MULTILINE)
_AT_LINE = re.compile(r"line (\d+)")
# No possessive quantifier on a group: before 3.11.5 Python matches them wrongly,
# https://github.com/python/cpython/issues/106052
_TOML_TOKEN = re.compile(
    r"""#[^\n]*|(\"{3}[^"\\]*+(?:(?:\\.|"(?!""))[^"\\]*+)*"{3,5}|'{3}[^']*+(?:'(?!'')[^']*+)*'{3,5})"""
    r"""|"[^"\\\n]*+(?:\\.[^"\\\n]*+)*"|'[^'\n]*+'""",
    re.DOTALL,
)


class Document(NamedTuple):
    """A file as text, with the SHA-256 of its bytes."""

    path: str
    text: str
    sha256: str


def read_text(tree: Tree, path: str) -> Document:
    """Read a UTF-8 file, with or without a byte order mark."""
    data = tree.read(path)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DamagedError(path, f"is not UTF-8 text (byte 0x{data[error.start]:02x})", line=line) from error
    return Document(path, text, hashlib.sha256(data).hexdigest())


def parse_toml(document: Document) -> Mapping[str, Any]:
    """Parse TOML; duplicate keys are refused and nesting is bounded by the parser."""
    import rtoml  # 30 ms, needed only where a TOML file is read

    try:
        return rtoml.loads(document.text)
    except (rtoml.TomlParsingError, ValueError, RecursionError) as error:
        if merge := _CONFLICT.search(document.text):
            place = document.text.count("\n", 0, merge.start()) + 1
            raise DamagedError(document.path, "holds a merge that nobody finished (<<<<<<<)", line=place) from error
        text = one_line(error)
        found = _AT_LINE.search(text)
        line = int(found[1]) if found else None
        detail = re.sub(r",? ?at line \d+( column \d+)?", "", text)
        raise DamagedError(document.path, f"is not valid TOML: {detail}. Is the file complete?", line=line) from error


def without_long_strings(text: str) -> str:
    """Return valid TOML with its multi-line strings blanked, so that each line means what it looks like."""
    if '"""' not in text and "'''" not in text:
        return text
    return _TOML_TOKEN.sub(lambda found: re.sub(r"[^\n]", " ", found[1]) if found[1] else found[0], text)


def parse_json(document: Document) -> Mapping[str, Any]:
    """Parse a JSON object; duplicate keys are refused."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            seen: set[str] = set()
            twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
            raise DamagedError(document.path, f"holds the key {one_line(twice, 60)!r} twice")
        return found

    try:
        value = json.loads(document.text, object_pairs_hook=unique)
    except json.JSONDecodeError as error:
        raise DamagedError(
            document.path, f"is not valid JSON: {error.msg}. Is the file complete?", line=error.lineno
        ) from error
    except (RecursionError, ValueError) as error:
        raise DamagedError(document.path, f"is not valid JSON: {one_line(error, 80)}") from error
    if not isinstance(value, dict):
        raise DamagedError(document.path, "is not a JSON object", line=1)
    return value


def tables(value: object, path: str, what: str) -> Sequence[Mapping[str, Any]]:
    """Return a list of tables, empty where there is none; InputError for every other shape."""
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise DamagedError(path, f"{what} is not a list of tables")
    within(path, len(value), MAX_PACKAGES, f"entries in {what}")
    return value


def table(value: object, path: str, what: str) -> Mapping[str, Any]:
    """Return a table, empty where there is none; InputError for every other shape."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise DamagedError(path, f"{what} is not a table")
    return value


def subtable(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """Return the table at a key, empty where there is none, or something else that nobody here needs."""
    value = data.get(key)
    return value if isinstance(value, dict) else {}


def texts(value: object, path: str, what: str) -> Sequence[str]:
    """Return a list of strings, empty where there is none; InputError for every other shape."""
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise DamagedError(path, f"{what} is not a list of strings")
    return value
