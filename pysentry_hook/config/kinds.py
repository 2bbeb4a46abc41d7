"""What the value of a setting may be: how it is read from TOML and from the environment, and told to an editor."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from pysentry_hook.model import parse_name
from pysentry_hook.narrowing import is_python_version
from pysentry_hook.rules import LEVELS
from pysentry_hook.text import one_line, without_credentials

_MOST = 1_000_000
_LONGEST_NUMBER = 100
_SHOWN = 60
_PINNED = re.compile(r"sha256=[0-9a-fA-F]{64}")


def shown(value: object) -> str:
    """A value as an error repeats it, in short and without the credentials of an address."""
    if isinstance(value, str):
        return repr(one_line(without_credentials(value) if "://" in value else value, _SHOWN))
    text = repr(value)
    return one_line(without_credentials(text) if "://" in text else text, _SHOWN)


def nearest(name: str, known: Sequence[str] | Mapping[str, object]) -> str:
    """A hint at the nearest known word, empty where none is near."""
    from difflib import get_close_matches  # 5 ms, needed only for a mistake

    close = get_close_matches(name, list(known), 1)
    return f" (did you mean {close[0]}?)" if close else ""


def nearest_setting(name: str, known: Sequence[str] | Mapping[str, object]) -> str:
    """A hint at the nearest setting, or at the command that lists them and that needs no configuration."""
    return nearest(name, known) or "; pysentry-hook config schema lists all"


class Kind(NamedTuple):
    """One sort of value; both readers raise ValueError with the end of a sentence that begins with the value."""

    toml: Callable[[Any], Any]
    text: Callable[[str], Any]
    schema: Mapping[str, Any]
    """JSON Schema of the value in TOML."""


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("is neither true nor false")
    return value


def _boolean_text(text: str) -> bool:
    words = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    if text.strip().lower() not in words:
        raise ValueError("is neither true nor false")
    return words[text.strip().lower()]


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("is not a text; give one in quotes, or leave it out")
    return value


def _url(value: Any) -> str:
    if not isinstance(value, str) or not value.startswith(("https://", "http://")):
        raise ValueError("is no http(s) URL, as https://acme.example/osv")
    return value


def _python(value: Any) -> str:
    if not isinstance(value, str) or not is_python_version(value):
        raise ValueError("is no Python version; give it as 3.11 or 3.11.4")
    return value


def _names(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
        raise ValueError('is not a list of texts, as ["one", "two"]')
    return tuple(item.strip() for item in value)


def _names_text(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _databases(value: Any) -> tuple[str, ...]:
    names = _names([value] if isinstance(value, str) else value)
    for name in names:
        check_database(name)
    return names


def check_database(place: str) -> None:
    """Raise ValueError for what is neither a path nor an http(s) URL with or without its `#sha256=` digest."""
    if "://" not in place:
        return
    address, mark, digest = place.partition("#")
    if not address.startswith(("https://", "http://")):
        raise ValueError("is neither a path nor an http(s) URL")
    if mark and not _PINNED.fullmatch(digest):
        raise ValueError("has no #sha256= with 64 hexadecimal digits behind the URL; write both, or neither")


def _number(value: Any, least: float = 0.0) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= _MOST:
        raise ValueError(f"is not a number from {least:g} to {_MOST}")
    return value


def _number_text(text: str, least: float) -> float:
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"is not a number from {least:g} to {_MOST}") from None
    return _number(value, least)


def _count(value: Any, least: int = 0) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= _MOST:
        raise ValueError(f"is not a whole number from {least} to {_MOST}")
    return value


def _count_text(text: str, least: int = 0) -> int:
    if not text.strip().isdecimal() or len(text) > _LONGEST_NUMBER:
        raise ValueError(f"is not a whole number from {least} to {_MOST}")
    return _count(int(text), least)


def _days(value: Any) -> Mapping[str, int]:
    """Read a table of days by severity."""
    known = (*LEVELS, "unknown")
    if not isinstance(value, Mapping):
        raise ValueError("is not a table of days by severity, as { low = 30, high = 0 }")
    for severity in value:
        if severity not in known:
            shown = one_line(severity, 40)
            raise ValueError(f"has the severity {shown!r}{nearest(str(severity), known)}; known: {', '.join(known)}")
    return {severity: _count(value[severity]) for severity in known if severity in value}


def _days_text(text: str) -> Mapping[str, int]:
    parts = [part.partition("=") for part in text.split(",") if part.strip()]
    if not all(separator for _, separator, _ in parts):
        raise ValueError("is not days by severity, as low=30,high=0")
    return _days({name.strip(): _count_text(number) for name, _, number in parts})


def one_of(*words: str) -> Kind:
    """A word of a few; an empty or misspelt one is an error, never a default."""

    def read(value: Any) -> str:
        if not isinstance(value, str) or value not in words:
            hint = nearest(value, words) if isinstance(value, str) else ""
            raise ValueError(f"is not one of {', '.join(words)}{hint}")
        return value

    return Kind(read, read, {"enum": list(words)})


def _groups(value: Any) -> tuple[str, ...]:
    names = _names(value)
    for name in names:
        if parse_name(name) is None:
            raise ValueError(f"has {one_line(name, 60)!r}, which is no name of a group or extra, as dev")
    return names


def number(least: float = 0.0) -> Kind:
    """A number that is not below `least`."""
    schema = {"type": "number", "minimum": least, "maximum": _MOST}
    return Kind(lambda value: _number(value, least), lambda text: _number_text(text, least), schema)


def count(least: int = 0) -> Kind:
    """A whole number that is not below `least`."""
    schema = {"type": "integer", "minimum": least, "maximum": _MOST}
    return Kind(lambda value: _count(value, least), lambda text: _count_text(text, least), schema)


_WRITTEN = {"type": "string", "pattern": r"\S"}
_LIST = {"type": "array", "items": _WRITTEN}
FLAG = Kind(_boolean, _boolean_text, {"type": "boolean"})
TEXT = Kind(_text, _text, _WRITTEN)
URL = Kind(_url, _url, {"type": "string", "pattern": "^https?://"})
PYTHON = Kind(_python, _python, {"type": "string", "pattern": r"^3\.[0-9]{1,2}(\.[0-9]{1,3})?$"})
NAMES = Kind(_names, _names_text, _LIST)
DATABASES = Kind(
    _databases, lambda text: _databases(list(_names_text(text))), {**_LIST, **_WRITTEN, "type": ["array", "string"]}
)
GROUPS = Kind(_groups, lambda text: _groups(list(_names_text(text))), _LIST)
DAYS = Kind(
    _days,
    _days_text,
    {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            severity: {"type": "integer", "minimum": 0, "maximum": _MOST} for severity in (*LEVELS, "unknown")
        },
    },
)
