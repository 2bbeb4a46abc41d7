"""On which line of a TOML file does a key stand? By the look of its lines, for messages."""

import re
from collections.abc import Mapping, Sequence

from pysentry_hook.inputs.documents import without_long_strings

Path = tuple[str | int, ...]
"""The keys that lead to a value; a number is the place in a list of tables."""

_HEADER = re.compile(r"[ \t]*(\[\[?)[ \t]*([^\]#]+?)[ \t]*\]")
_NAME = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_KEY = re.compile(rf"[ \t]*({_NAME}(?:[ \t]*\.[ \t]*{_NAME})*)[ \t]*=")
_SEGMENT = re.compile(_NAME)


class Lines:
    """The lines of the keys of one file."""

    def __init__(self, text: str) -> None:
        self._known = _scan(without_long_strings(text).splitlines())

    def line(self, path: Sequence[str | int]) -> int:
        """The line of a key, of the nearest one around it where it has none of its own, else 1."""
        whole = tuple(path)
        return next((self._known[whole[:n]] for n in range(len(whole), 0, -1) if whole[:n] in self._known), 1)


def _scan(lines: Sequence[str]) -> Mapping[Path, int]:
    known: dict[Path, int] = {}
    numbers: dict[Path, int] = {}
    table: Path = ()
    for number, line in enumerate(lines, 1):
        if header := _HEADER.match(line):
            table = _table(header[2], numbers, is_list=header[1] == "[[")
            known.setdefault(table, number)
        elif key := _KEY.match(line):
            path = table
            for name in _segments(key[1]):
                path = (*path, name)
                known.setdefault(path, number)
    return known


def _table(text: str, numbers: dict[Path, int], *, is_list: bool) -> Path:
    """The path of a header, with the number of each list of tables that it lies in."""
    path: Path = ()
    names = _segments(text)
    for place, name in enumerate(names):
        path = (*path, name)
        if place == len(names) - 1 and is_list:
            numbers[path] = numbers.get(path, -1) + 1
        if path in numbers:
            path = (*path, numbers[path])
    return path


def _segments(text: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in _SEGMENT.findall(text))
