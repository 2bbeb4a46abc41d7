"""Turn the bytes of a requirements file into logical lines, as pip does.

Lines are joined at a backslash before comments are cut, `#` starts a comment only after white space:
https://pip.pypa.io/en/stable/reference/requirements-file-format/#line-continuations.
"""

import codecs
import re
import shlex
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from pysentry_hook.errors import InputError
from pysentry_hook.model import Location
from pysentry_hook.text import clean, one_line

MAX_LINE = 100_000
_ITEM_OPTION = re.compile(r"\s(?:-C|--(?:hash|config-settings?|global-option|install-option)(?:[=\s]|$))")
_COMMENT = re.compile(r"(?:^|\s)#.*$")
_OPTION = re.compile(r"(--[a-z][a-z-]+)(?:=(.*))?|(-[a-zA-Z])(.*)", re.DOTALL)
_CODING = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-_.a-zA-Z0-9]+)")

_NO_CHARSETS = {"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape"}
"""Codecs of Python that are no encodings of files; some take quadratic time."""


class Line(NamedTuple):
    """One logical line: what is left of it without its comment, and where it starts."""

    text: str
    comment: str
    location: Location

    @property
    def item(self) -> str:
        """The requirement that it holds, without the options that belong to it."""
        cut = _ITEM_OPTION.search(self.text)
        return (self.text[: cut.start()] if cut else self.text).strip()


_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def decode(path: str, data: bytes) -> str:
    """Decode as pip does: a byte order mark, a PEP 263 line in the first two, else UTF-8."""
    encoding, body = "utf-8", data
    for mark, name in _BOMS:
        if data.startswith(mark):
            encoding, body = name, data[len(mark) :]
            break
    else:
        for line in data.split(b"\n", 2)[:2]:
            if found := _CODING.match(line):
                encoding = found[1].decode("ascii")
                break
    try:
        text = body.decode(_charset(encoding))
    except UnicodeDecodeError as error:
        line_number = body.count(b"\n", 0, error.start) + 1
        raise InputError(path, f"is not {encoding} text; save it as UTF-8", line=line_number) from error
    except LookupError as error:
        raise InputError(
            path, f"names an encoding that is not read: {one_line(encoding, 40)!r}; save it as UTF-8"
        ) from error
    if "\0" in text:
        raise InputError(
            path, "holds NUL bytes, so it is no text; save it as UTF-8", line=text.count("\n", 0, text.index("\0")) + 1
        )
    return text


def _charset(encoding: str) -> str:
    if codecs.lookup(encoding).name.replace("-", "_") in _NO_CHARSETS:
        raise LookupError(encoding)
    return encoding


def logical_lines(path: str, text: str) -> Iterator[Line]:
    """Join continued lines, then cut comments; the location is that of the first physical line."""
    parts: list[str] = []
    start, first, length = 1, "", 0
    for number, line in _physical_lines(text):
        if not parts:
            start, first, length = number, line, 0
        comment = re.match(r"\s*#", line)
        continued = line.endswith("\\") and not comment  # pip: a comment line inside a continuation ends it
        parts.append(line.strip("\\") if continued else f" {line}" if comment else line)
        length += len(line)
        if length > MAX_LINE:
            raise InputError(path, f"is longer than {MAX_LINE:,} characters with its continuations", line=start)
        if not continued:
            yield _logical("".join(parts), _line_location(path, start, first))
            parts = []
    if parts:
        yield _logical("".join(parts), _line_location(path, start, first))


def _physical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines as pip splits them, at form feeds and the like too; the numbers are those that editors show."""
    number = 1
    for line in text.splitlines(keepends=True):
        yield number, line.splitlines()[0]
        number += line.endswith(("\n", "\r"))


def _logical(whole: str, location: Location) -> Line:
    comment = _COMMENT.search(whole)
    content = (whole[: comment.start()] if comment else whole).strip()
    return Line(clean(content), comment[0].strip() if comment else "", location)


def options(path: str, line: Line) -> Iterator[tuple[str, str]]:
    """The options of a line with their values, "" where there is none; pip reads them as a shell would."""
    try:
        words = deque(shlex.split(line.text))
    except ValueError as error:
        raise InputError(path, f"has an option with an open quotation: {error}", line=line.location.line) from error
    while words:
        found = _OPTION.fullmatch(words.popleft())
        if not found:
            raise InputError(path, "has an option that pip does not know", line=line.location.line)
        key, value = (found[1], found[2]) if found[1] else (found[3], found[4] or None)
        if value is None and words and not words[0].startswith("-"):
            value = words.popleft()
        yield key, value or ""
        while words and not words[0].startswith("-"):
            words.popleft()  # pip passes over what follows a value


def _line_location(path: str, number: int, line: str) -> Location:
    shown = _COMMENT.sub("", line).rstrip("\\").rstrip()
    cut = _ITEM_OPTION.search(shown)
    shown = (shown[: cut.start()] if cut else shown).rstrip()
    column = len(shown) - len(shown.lstrip()) + 1
    return Location(path, number, column, max(column, len(shown) + 1), one_line(shown))
