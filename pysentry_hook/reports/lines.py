"""Lines of a terminal: pieces of text with a style, broken at a width, with colour or without."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from pysentry_hook.text import printable

_WORD = re.compile(r"\s*\S+")
_DEEP, _SHALLOW = " " * 12, "  "


class Span(NamedTuple):
    """A piece of a line and its style, "" for none."""

    text: str
    style: str = ""
    whole: bool = False
    """Whether its line is never broken, because it holds a command to copy."""


Line = Sequence[Span]


def as_text(lines: Iterable[Line], *, width: int | None, colour: bool) -> str:
    """Return the lines as text; those that are longer than `width` are broken between words, None breaks none.

    Whoever wrote a piece: nothing in it acts on a terminal or ends its line.
    """
    safe = [[span._replace(text=printable(span.text)) for span in line] for line in lines]
    broken = [part for line in safe for part in (_broken(line, width) if width else [line])]
    if colour:
        return _coloured(broken)
    return "".join("".join(span.text for span in line).rstrip() + "\n" for line in broken)


def _broken(line: Line, width: int) -> Iterator[Line]:
    """Break a line between its pieces, and a piece that is too long between words; the rest is indented."""
    if sum(len(span.text) for span in line) <= width or any(span.whole for span in line):
        yield line
        return
    indent = _DEEP if line[0].text.startswith("  ") else _SHALLOW
    part: list[Span] = []
    used = 0
    for span in _pieces(line, width - len(indent)):
        text = span.text
        if part and used + len(text.rstrip()) > width:
            yield part
            part, used, text = [Span(indent)], len(indent), text.lstrip()
        part.append(span._replace(text=text))
        used += len(text)
    yield part


def _pieces(line: Line, longest: int) -> Iterator[Span]:
    """The pieces of a line, those that fit in no line as words."""
    for span in line:
        if len(span.text.strip()) <= longest:
            yield span
        else:
            yield from (span._replace(text=word) for word in _WORD.findall(span.text.rstrip()))


def _coloured(lines: Iterable[Line]) -> str:
    from io import StringIO

    from rich.console import Console  # 150 ms, needed only on a terminal
    from rich.text import Text

    buffer = StringIO()
    console = Console(
        file=buffer,
        force_terminal=True,
        color_system="standard",
        width=100_000,
        highlight=False,
        soft_wrap=True,
        _environ={},
    )
    for line in lines:
        console.print(Text.assemble(*((span.text, span.style) for span in line)))
    return buffer.getvalue()
