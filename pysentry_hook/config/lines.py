"""Find where the keys and values of a TOML file stand: for messages the line, for an editor the span."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

Path = tuple[str | int, ...]
"""The keys that lead to a value; a number is the place in a list."""

# https://toml.io/en/v1.0.0; no possessive quantifier on a group, see inputs/documents.py
_TOKEN = re.compile(
    r"(?P<comment>#[^\n]*)"
    r'|(?P<text>"""[^"\\]*+(?:(?:\\.|"(?!""))[^"\\]*+)*"{3,5}'
    r"|'''[^']*+(?:'(?!'')[^']*+)*'{3,5}"
    r'|"[^"\\\n]*+(?:\\.[^"\\\n]*+)*"'
    r"|'[^'\n]*+')"
    r"|(?P<mark>[\n\[\]{}=,.])"
    r"""|(?P<word>[^\s\[\]{}=,."'#]+)""",
    re.DOTALL,
)


class _Token(NamedTuple):
    text: str
    line: int
    start: int


class Span(NamedTuple):
    """The characters of a value, from the first to behind the last."""

    start: int
    end: int


class Lines:
    """The lines of one file that is valid TOML, counted from 1, and the spans of its values."""

    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._next = next(self._tokens, None)
        self._end = 0
        self._spans: dict[Path, Span] = {}
        self._known: dict[Path, int] = {}
        self._numbers: dict[Path, int] = {}
        self._read_file()

    def line(self, path: Sequence[str | int]) -> int:
        """The line of a key, of the nearest one around it where it has none of its own, else 1."""
        whole = tuple(path)
        return next((self._known[whole[:n]] for n in range(len(whole), 0, -1) if whole[:n] in self._known), 1)

    def span(self, path: Sequence[str | int]) -> Span | None:
        """The span of a value that stands behind a key or in a list; None for tables with headers of their own."""
        return self._spans.get(tuple(path))

    def _take(self) -> _Token:
        token = self._next or _Token("\n", 0, self._end)
        self._end = token.start + len(token.text)
        self._next = next(self._tokens, None)
        return token

    def _is_at(self, *marks: str) -> bool:
        return self._next is None or self._next.text in marks

    def _pass(self, *marks: str) -> None:
        while self._next is not None and self._next.text in marks:
            self._take()

    def _read_file(self) -> None:
        table: Path = ()
        while True:
            self._pass("\n")
            if self._next is None:
                return
            if self._next.text == "[":
                table = self._read_header()
            else:
                self._read_pair(table)

    def _read_header(self) -> Path:
        line = self._take().line
        is_list = self._is_at("[")
        self._pass("[")
        names = self._read_names("]", "\n")
        self._pass("]")
        path: Path = ()
        for place, name in enumerate(names, 1):
            path = (*path, name)
            if place == len(names) and is_list:
                self._numbers[path] = self._numbers.get(path, -1) + 1
                self._known.setdefault(path, line)
            if path in self._numbers:
                path = (*path, self._numbers[path])
        self._known.setdefault(path, line)
        return path

    def _read_names(self, *ends: str) -> list[str]:
        names = []
        while not self._is_at(*ends):
            token = self._take()
            if token.text != ".":
                quoted = token.text[:1] in {'"', "'"}
                names.append(token.text[1:-1] if quoted else token.text)
        return names

    def _read_pair(self, table: Path) -> None:
        line = self._next.line if self._next else 1
        path = table
        for name in self._read_names("=", "\n"):
            path = (*path, name)
            self._known.setdefault(path, line)
        self._pass("=")
        self._read_value(path)

    def _read_value(self, path: Path) -> None:
        start = self._next.start if self._next else self._end
        self._read_what_stands(path)
        self._spans.setdefault(path, Span(start, self._end))

    def _read_what_stands(self, path: Path) -> None:
        if self._is_at("["):
            self._take()
            self._read_list(path)
        elif self._is_at("{"):
            self._take()
            self._read_table(path)
        else:
            while not self._is_at("\n", ",", "]", "}"):
                self._take()

    def _read_list(self, path: Path) -> None:
        number = 0
        self._pass("\n", ",")
        while not self._is_at("]"):
            self._known.setdefault((*path, number), self._next.line if self._next else 1)
            self._read_value((*path, number))
            number += 1
            self._pass("\n", ",", "}")  # the last of these is in no valid file, and must not be waited for
        self._take()

    def _read_table(self, path: Path) -> None:
        self._pass("\n", ",")
        while not self._is_at("}"):
            self._read_pair(path)
            self._pass("\n", ",")
        self._take()


def _tokens(text: str) -> Iterator[_Token]:
    line = 1
    for found in _TOKEN.finditer(text):
        if found.lastgroup != "comment":
            yield _Token(found[0], line, found.start())
        line += found[0].count("\n")
