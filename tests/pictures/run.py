"""A picture of a real run: what the command prints on a terminal, with the command that was typed."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from rich.text import Text

from tests.pictures.drawing import MONO, document, tag, words

PICTURE = Path(__file__).with_name("run.svg")
ROOT = PICTURE.parents[2]
WORDS = ("examples/shop", "--advisory-db", "examples/advisories")
COLUMNS = 120

_CHARACTER, _LINE, _PADDING, _BAR, _FONT = 8.4, 20, 18, 38, 14
_COLOURS = {1: "#ff7b72", 2: "#3fb950", 3: "#e3b341", 4: "#79c0ff", 5: "#d2a8ff", 6: "#56d4dd"}
"""The colours of a terminal by their numbers, as they are read well on a dark ground."""

_STYLE = (
    f"text{{font:{_FONT}px {MONO};fill:#e6edf3}}.bold{{font-weight:700}}.dim{{fill:#9198a1}}.title{{fill:#9198a1}}"
    + "".join(f".c{number}{{fill:{colour}}}" for number, colour in _COLOURS.items())
)
_DAY = re.compile(r"\b\d{4}-\d\d-\d\d(?:(?: |&#160;)\d\d:\d\d)?\b")


def make() -> str:
    """The picture of a run that is made now."""
    return drawn(" ".join(("pysentry-hook", *WORDS)), printed())


def without_days(picture: str) -> str:
    """The same whatever day it is: the report tells when the data were loaded, and offers an end of a suppression."""
    return _DAY.sub("DAY", picture)


def printed() -> str:
    """What the command prints on a terminal of its own, for somebody without settings, caches and CI."""
    import pty  # Windows has none

    with tempfile.TemporaryDirectory() as home:
        place = {"HOME": home, "XDG_CONFIG_HOME": home, "XDG_CONFIG_DIRS": home, "PYSENTRY_HOOK_CACHE_DIR": home}
        terminal = {"PATH": os.environ["PATH"], "TERM": "xterm", "COLUMNS": str(COLUMNS), "FORCE_COLOR": "1"}
        ours, theirs = pty.openpty()
        command = [sys.executable, "-m", "pysentry_hook", *WORDS]
        with subprocess.Popen(command, cwd=ROOT, env=place | terminal, stdin=theirs, stdout=theirs) as running:
            os.close(theirs)
            text = b"".join(iter(lambda: _read(ours), b"")).decode()
        os.close(ours)
    if running.returncode != 1:
        raise SystemExit(
            f"the run ended with {running.returncode}, and a run that finds something ends with 1:\n{text}"
        )
    return text.replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:  # how Linux says that nobody writes any more
        return b""


def drawn(command: str, output: str) -> str:
    """A terminal with a command and what it printed, as wide as the longest line."""
    rows = [[Segment("$ ", Style(dim=True)), Segment(command, Style(bold=True))], *_rows(output)]
    longest = max(sum(len(part.text) for part in row) for row in rows)
    width = round(longest * _CHARACTER) + 2 * _PADDING
    height = _BAR + len(rows) * _LINE + _PADDING
    return document("pysentry-hook", width, height, _STYLE, [*_window(width, height), *_lines(rows)])


def _rows(output: str) -> list[list[Segment]]:
    console = Console(color_system="standard", force_terminal=True)
    return [list(line.render(console)) for line in Text.from_ansi(output).split()]


def _window(width: int, height: int) -> Iterator[str]:
    yield tag("rect", x=0.5, y=0.5, width=width - 1, height=height - 1, rx=8, fill="#161b22", stroke="#3d444d")
    for place, colour in enumerate(("#ff5f57", "#febc2e", "#28c840")):
        yield tag("circle", cx=_PADDING + 6 + place * 20, cy=_BAR // 2, r=6, fill=colour)
    yield words("pysentry-hook", width / 2, _BAR / 2 + 5, "title", text_anchor="middle")


def _lines(rows: list[list[Segment]]) -> Iterator[str]:
    for number, row in enumerate(rows):
        column = 0
        for text, style, _ in row:
            bare = text.strip()
            x = _PADDING + (column + len(text) - len(text.lstrip())) * _CHARACTER
            if bare:
                length, y = len(bare) * _CHARACTER, _BAR + number * _LINE + _FONT
                yield words(bare, x, y, _class(style), textLength=length, lengthAdjust="spacingAndGlyphs")
            column += len(text)


def _class(style: Style | None) -> str:
    if style is None:
        return ""
    colour = f"c{style.color.number}" if style.color and style.color.number else ""
    return " ".join(word for word in (style.bold and "bold", style.dim and "dim", colour) if word)
