"""Split a text file into the words of the commands that stand in it, with their lines and comments."""

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from pysentry_hook.text import one_line

_TOKEN = re.compile(r"(?P<word>(?:[^\s\"'`()\[\];|&\\]|\\(?!\n))+)|(?P<goes_on>[\\`]\n)|(?P<mark>[\n()\[\];|&])")
_COMMENT = re.compile(r"(?:^|(?<=\s))#.*")
_INI_COMMENT = re.compile(r"\s*;.*")
_OPTION = re.compile(r"[ \t]*--?\w")
"""A line that goes on with the options of the one before: a folded text of YAML."""
_ITEM = re.compile(r"[ \t]*- ")
_OPTION_ITEM = re.compile(r"[ \t]*- +[\"']?--?\w")
_STATEMENT = re.compile(r"[^\s)\]]")


class Word(NamedTuple):
    """One word, or "" where every command ends that began as deep in brackets as this, or deeper."""

    text: str
    line: int
    depth: int = 0


class Comment(NamedTuple):
    """A comment at the end of a line, and whether nothing else stands on that line."""

    text: str
    is_alone: bool


def comments(path: str, text: str) -> dict[int, Comment]:
    """Return the comments of a file by their lines."""
    is_ini = PurePosixPath(path).suffix in {".ini", ".cfg"}
    found: dict[int, Comment] = {}
    for number, line in enumerate(text.split("\n"), 1):
        mark = (_INI_COMMENT.match(line) if is_ini else None) or _COMMENT.search(line)
        if mark:
            found[number] = Comment(one_line(mark[0].strip().lstrip("#; "), 150), not line[: mark.start()].strip())
    return found


def words(path: str, text: str) -> Sequence[Word]:
    """Return the words of a file without its comments."""
    noted = comments(path, text)
    lines = [
        _COMMENT.sub("", line) if number in noted and not noted[number].is_alone else "" if number in noted else line
        for number, line in enumerate(text.split("\n"), 1)
    ]
    return list(_split("\n".join(lines), keeps_brackets=PurePosixPath(path).suffix in {".py", ".toml", ".json"}))


def behind(found: Sequence[Word], place: int) -> Sequence[Word]:
    """The words behind one of them, up to the end of its command."""
    depth = found[place].depth
    ends = (n for n in range(place + 1, len(found)) if not found[n].text and found[n].depth <= depth)
    return [word for word in found[place + 1 : next(ends, len(found))] if word.text]


def _split(text: str, *, keeps_brackets: bool) -> Iterator[Word]:
    """Give the words; where brackets are kept, no line ends what a bracket holds together."""
    line, depth = 1, 0
    for found in _TOKEN.finditer(text):
        kind, piece = found.lastgroup, found[0]
        if kind == "word":
            plain = piece.strip(",").lstrip("@+")
            if plain and plain != "-":
                yield Word(plain, line, depth)
        elif piece in "([":
            depth += 1
        elif piece in ")]":
            yield Word("", line, depth)
            depth = max(0, depth - 1)
        elif piece == "\n" and keeps_brackets:
            depth = 0 if _STATEMENT.match(text, found.end()) else depth
            if not depth:
                yield Word("", line, 0)
        elif kind == "mark" and not (piece == "\n" and _goes_on(text, found.start())):
            yield Word("", line, depth)
        line += piece.count("\n")


def _goes_on(text: str, end: int) -> bool:
    """Whether the line behind the end of a line still belongs to its command."""
    start = text.rfind("\n", 0, end) + 1
    is_item = bool(_ITEM.match(text, end + 1)) and bool(_OPTION_ITEM.match(text, start))
    return is_item or bool(_OPTION.match(text, end + 1))
