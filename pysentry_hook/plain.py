"""Read plain values that a note holds, which may be anything: TypeError or ValueError for what they must not be."""

from collections.abc import Iterable

from packaging.version import Version

from pysentry_hook.model import parse_version


def text(value: object) -> str:
    """Return a text."""
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def text_or_none(value: object) -> str | None:
    """Return a text, or None."""
    return None if value is None else text(value)


def texts(values: Iterable[object]) -> tuple[str, ...]:
    """Return texts."""
    return tuple(map(text, values))


def version(value: object) -> Version:
    """Return a PEP 440 version."""
    found = parse_version(text(value))
    if found is None:
        raise ValueError("no version")
    return found


def versions(values: Iterable[object]) -> tuple[Version, ...]:
    """Return PEP 440 versions."""
    return tuple(map(version, values))
