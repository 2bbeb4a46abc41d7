"""Turn the bytes of a requirements file into logical lines, as pip does.

Lines are joined at a backslash before comments are cut, `#` starts a comment only after white space:
https://pip.pypa.io/en/stable/reference/requirements-file-format/#line-continuations.
"""

import codecs
import re
from collections.abc import Iterator
from typing import NamedTuple

from pysentry_hook.errors import InputError
from pysentry_hook.model import Location
from pysentry_hook.text import clean, one_line

MAX_LINE = 100_000
ITEM_OPTION = re.compile(r"\s--(?:hash|config-settings?|global-option|install-option)(?:[=\s]|$)")
_COMMENT = re.compile(r"(?:^|\s)#.*$")
_CODING = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-_.a-zA-Z0-9]+)")


class Line(NamedTuple):
    """One logical line: what is left of it without its comment, and where it starts."""

    text: str
    comment: str
    location: Location


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
        text = body.decode(encoding)
    except UnicodeDecodeError as error:
        line_number = body.count(b"\n", 0, error.start) + 1
        raise InputError(path, f"is not {encoding} text", line=line_number) from error
    except LookupError as error:
        raise InputError(path, f"names an encoding that does not exist: {encoding!r}") from error
    if "\0" in text:
        raise InputError(path, "holds NUL bytes, so it is no text", line=text.count("\n", 0, text.index("\0")) + 1)
    return text


def logical_lines(path: str, text: str) -> Iterator[Line]:
    """Join continued lines, then cut comments; the location is that of the first physical line."""
    joined, start, first = "", 0, ""
    for number, physical in enumerate([*text.split("\n"), ""], 1):
        line = physical.rstrip("\r")
        if not joined:
            start, first = number, line
        # pip: a comment line inside a continuation ends it
        if line.endswith("\\") and not re.match(r"\s*#", line):
            joined += line[:-1] + " "
            if len(joined) > MAX_LINE:
                raise InputError(path, f"is longer than {MAX_LINE:,} characters with its continuations", line=start)
            continue
        whole = joined + line
        joined = ""
        if len(whole) > MAX_LINE:
            raise InputError(path, f"is longer than {MAX_LINE:,} characters", line=start)
        comment = _COMMENT.search(whole)
        content = (whole[: comment.start()] if comment else whole).strip()
        yield Line(clean(content), comment[0].strip() if comment else "", _line_location(path, start, first))


def _line_location(path: str, number: int, line: str) -> Location:
    shown = _COMMENT.sub("", line).rstrip("\\").rstrip()
    cut = ITEM_OPTION.search(shown)
    shown = (shown[: cut.start()] if cut else shown).rstrip()
    column = len(shown) - len(shown.lstrip()) + 1
    return Location(path, number, column, max(column, len(shown) + 1), one_line(shown))
