"""Find the line on which an entry of a lock states its version; only asked for what is reported."""

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple, Protocol

from pysentry_hook.inputs.documents import Document, without_long_strings
from pysentry_hook.inputs.specifiers import admits
from pysentry_hook.model import Location, Node, NormalizedName
from pysentry_hook.text import one_line

_HEADER = r"""^[ \t]*\[\[[ \t]*(?:{0}|"{0}"|'{0}')[ \t]*\]\]"""
_VERSION = re.compile(r"""^[ \t]*version[ \t]*=[^\r\n]*""", re.MULTILINE)
_NAME = re.compile(r"""^[ \t]*name[ \t]*=[^\r\n]*""", re.MULTILINE)
_DEPTH = 3
_TABLE = re.compile(r"^[ \t]*\[", re.MULTILINE)
_JSON_TOKEN = re.compile(r'"([^"\\]*+(?:\\.[^"\\]*+)*)"(?:([ \t\r\n]*:)([ \t]*"[^"\\]*+(?:\\.[^"\\]*+)*")?)?|[{}\[\]]')


def span(path: str, text: str, start: int, end: int) -> Location:
    """The location of text[start:end], which is the whole or a part of one line."""
    starts = _line_starts(text)
    line = bisect_right(starts, start)
    column = start - starts[line - 1] + 1
    return Location(path, line, column, column + end - start, one_line(text[start:end]))


@lru_cache(maxsize=8)
def _line_starts(text: str) -> Sequence[int]:
    return [0, *(found.end() for found in re.finditer("\n", text))]


def first_line(document: Document) -> Location:
    """The first line, for an entry whose line is not known."""
    line = document.text.partition("\n")[0].rstrip("\r")
    return span(document.path, document.text, 0, len(line))


class DeclaredLine(NamedTuple):
    """The line of one declaration, and the PEP 440 specifier sets of which a version must hold one."""

    location: Location
    specifiers: tuple[str, ...]


class Declarations(Protocol):
    """What declares packages: a manifest, or the block of a script."""

    def lines(self, name: NormalizedName) -> Sequence[DeclaredLine]:
        """The lines that declare a package, from the first to the last."""


class _WithManifests:
    """Declarations are looked up in the manifests that stand beside the lock, in order."""

    def __init__(self, manifests: Sequence[Declarations]) -> None:
        self._manifests = manifests

    def declaration(self, node: Node) -> Location | None:
        """The first declaration in the manifests that admits the version; the first of the package where none does."""
        lines = [line for manifest in self._manifests for line in manifest.lines(node.name)]
        if len(lines) > 1:
            lines.sort(key=lambda line: not admits(line.specifiers, node.version))
        return lines[0].location if lines else None


class TomlPlaces(_WithManifests):
    """The n-th `[[package]]` header (or that of another table) outside strings belongs to the n-th entry."""

    def __init__(
        self, document: Document, count: int, manifests: Sequence[Declarations], *, table: str = "package"
    ) -> None:
        super().__init__(manifests)
        self._table = table
        self._document = document
        self._count = count

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be told where the lines of the entries are not known."""
        if len(self._headers) == self._count:
            return ()
        return (f"{self._document.path}: its packages do not stand below [[{self._table}]]; each is told at line 1.",)

    def location(self, place: int) -> Location:
        """The version line of an entry, its name line where it has no version, else line 1."""
        starts = self._headers
        if len(starts) != self._count or not 0 <= place < self._count:
            return first_line(self._document)
        text = self._blanked
        inner = text.find("\n", starts[place]) + 1
        following = _TABLE.search(text, inner)
        end = following.start() if following else len(text)
        found = _VERSION.search(text, inner, end) or _NAME.search(text, inner, end)
        if not found:
            return span(self._document.path, self._document.text, starts[place], inner - 1)
        start = found.end() - len(found[0].lstrip())
        return span(self._document.path, self._document.text, start, start + len(found[0].strip()))

    @cached_property
    def _blanked(self) -> str:
        return without_long_strings(self._document.text)

    @cached_property
    def _headers(self) -> Sequence[int]:
        pattern = re.compile(_HEADER.format(self._table), re.MULTILINE)
        return [found.start() for found in pattern.finditer(self._blanked)]


class PipfilePlaces(_WithManifests):
    """The `"version"` key of an entry, in the section where it stands."""

    def __init__(
        self, document: Document, entries: Sequence[tuple[str, str]], manifests: Sequence[Declarations]
    ) -> None:
        super().__init__(manifests)
        self._document = document
        self._entries = entries

    def location(self, place: int) -> Location:
        """The version line of an entry, the line of its name where it has no version, else line 1."""
        keys = self._keys
        category, name = self._entries[place]
        start, end = keys.get((category, name, "version")) or keys.get((category, name)) or (0, 0)
        if not end:
            return first_line(self._document)
        return span(self._document.path, self._document.text, start, end)

    @cached_property
    def _keys(self) -> dict[tuple[str, ...], tuple[int, int]]:
        """Where each key of the first three levels stands, with its value if that is a string on its line."""
        import json

        found: dict[tuple[str, ...], tuple[int, int]] = {}
        path: list[str] = []
        depth = 0
        for token in _JSON_TOKEN.finditer(self._document.text):
            mark = token[0]
            if mark in "{[":
                depth += 1
            elif mark in "}]":
                depth -= 1
            elif token[2] and depth <= _DEPTH:
                path[depth - 1 :] = [str(json.loads(f'"{token[1]}"'))]
                found.setdefault(tuple(path[:depth]), (token.start(), token.end(3) if token[3] else token.end(1) + 1))
        return found


class LinePlaces:
    """Places that the reader knew when it read the line."""

    def __init__(
        self, locations: Sequence[Location], declared: Mapping[NormalizedName, Location] | None = None
    ) -> None:
        self._locations = locations
        self._declared = declared or {}

    def location(self, place: int) -> Location:
        """The line of an entry."""
        return self._locations[place]

    def declaration(self, node: Node) -> Location | None:
        """The line of what the file was compiled of; None where it is the declaration itself, or nobody knows."""
        return self._declared.get(node.name)
