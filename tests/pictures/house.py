"""A picture of the house: the way of the data, and every room in its layer with the first sentence of its docstring."""

import ast
import re
import textwrap
import tomllib
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from tests.pictures.drawing import MONO, SANS, document, tag, words

PICTURE = Path(__file__).with_name("house.svg")
ROOT = PICTURE.parents[2]
PACKAGE = ROOT / "pysentry_hook"

FLOW = {
    "tree": "files",
    "inputs": "Inventory",
    "sources": "Advisories",
    "matching": "Findings",
    "policy": "Verdicts",
    "report": "Report",
    "reports": "",
}
"""The rooms through which the data go, with what each gives to the next."""

FLOORS = {
    "__main__": "The command: words in, exit code out",
    "plan": "The stories: each tells what happens in one go, and leaves the work to the rooms below",
    "config": "The rooms: one question each, and a registry where there are several answers",
    "report": "The facts: types that travel, and pure functions of them",
    "severity": "The ground: doors to the world outside, and what everybody stands on",
}
"""The floors of the house, by the layer that each begins with."""

_WIDTH, _EDGE, _GAP, _FONT, _LINE = 900, 20, 8, 11.5, 15
_CHARACTER = 6.7
"""The mean width of a character, in the widest of the fonts."""
_NAME, _ROWS = 116, 4
_SENTENCE = re.compile(r"\n|(?<=[.?]) ")
_STEP = 74
_STYLE = (
    f"text{{font:{_FONT}px {SANS};fill:#1f2328}}.name{{font-family:{MONO};font-weight:600;font-size:12.5px}}"
    f".head{{font-size:16px;font-weight:600}}.soft{{fill:#59636e}}.small{{font-size:10.5px}}"
    ".page{fill:#fff;stroke:#d1d9e0}.room{fill:#f6f8fa;stroke:#d1d9e0}.step{fill:#ddf4ff;stroke:#54aeff}"
    ".arrow{stroke:#59636e;stroke-width:1.5;fill:none}.tip{fill:#59636e}.dot{fill:#0969da}.number{fill:#fff;font-weight:600}"
    "@media(prefers-color-scheme:dark){text{fill:#e6edf3}.soft{fill:#9198a1}.page{fill:#0d1117;stroke:#3d444d}"
    ".room{fill:#161b22;stroke:#3d444d}.step{fill:#0c2d6b;stroke:#388bfd}.arrow{stroke:#9198a1}.tip{fill:#9198a1}"
    ".dot{fill:#388bfd}.number{fill:#fff}}"
)


class Room(NamedTuple):
    """A module or a package of ours, and the one sentence about it."""

    name: str
    says: str
    is_package: bool


def make() -> str:
    """The picture of the house as it stands now."""
    parts, top = list(_flow()), 168
    for layer in layers():
        if layer[0] in FLOORS:
            parts.append(words(FLOORS[layer[0]], _EDGE, top + 16, "soft"))
            top += 30
        rooms = [room(name) for name in layer]
        parts += _row(rooms, top) if len(rooms) > 1 else _alone(rooms[0], top)
        top += _height(rooms) + _GAP
    page = tag("rect", x=0.5, y=0.5, width=_WIDTH - 1, height=top + 11, rx=8, class_="page")
    return document("How pysentry-hook is built", _WIDTH, top + 12, _STYLE, [page, *parts])


def without_days(picture: str) -> str:
    """The same: nothing in it depends on the day."""
    return picture


def layers() -> list[list[str]]:
    """The rooms of each layer, the upper ones first, as import-linter holds them."""
    said = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    (lines,) = [contract["layers"] for contract in said if contract["type"] == "layers"]
    return [line.split(" | ") for line in lines]


def room(name: str) -> Room:
    """A room as its source tells it."""
    folder = PACKAGE / name
    source = folder / "__init__.py" if folder.is_dir() else PACKAGE / f"{name}.py"
    told = ast.get_docstring(ast.parse(source.read_text(encoding="utf-8"))) or ""
    return Room(name, _SENTENCE.split(told)[0].removesuffix("."), folder.is_dir())


def _flow() -> Iterator[str]:
    yield words("How pysentry-hook is built", _EDGE, 34, "head")
    yield words("Data flows one way, and scan.py is that story in prose:", _EDGE, 58, "soft")
    pitch = (_WIDTH - 2 * _EDGE - _STEP) / (len(FLOW) - 1)
    places = {name: _EDGE + number * pitch for number, name in enumerate(FLOW)}
    for name, x in places.items():
        yield tag("rect", x=x, y=74, width=_STEP, height=34, rx=6, class_="step")
        yield words(name, x + _STEP / 2, 95, "name", text_anchor="middle")
        yield from _number(name, x, 74)
    for (name, x), (_, end) in pairwise(places.items()):
        yield tag("path", d=f"M{x + _STEP + 4:.6g} 91H{end - 8:.6g}", class_="arrow")
        yield _tip(end - 4, 91, "h")
        yield words(FLOW[name], (x + _STEP + end) / 2, 118, "small", text_anchor="middle")
    yield words("Imports point downwards only, never beside, and lint-imports holds it:", _EDGE, 152, "soft")
    yield tag("path", d=f"M{_WIDTH - 32} 138V158", class_="arrow")
    yield _tip(_WIDTH - 32, 162, "v")


def _tip(x: float, y: float, along: str) -> str:
    back = "l-7-4v8z" if along == "h" else "l-4-7h8z"
    return tag("path", d=f"M{x:.6g} {y}{back}", class_="tip")


def _number(name: str, x: float, y: float) -> Iterator[str]:
    """The place of a room on the way of the data, at the corner of its box."""
    if name in FLOW:
        yield tag("circle", cx=x + 1, cy=y + 1, r=8, class_="dot")
        yield words(str(list(FLOW).index(name) + 1), x + 1, y + 5, "number small", text_anchor="middle")


def _wrapped(says: str, width: float, rows: int = _ROWS) -> list[str]:
    """A sentence in lines; where it is too long, as many of its parts as there is place for."""
    lines = textwrap.wrap(says, int(width / _CHARACTER), break_long_words=False)
    shorter = re.sub(r"[,;:][^,;:]*$", "", says)
    return lines[:rows] if len(lines) <= rows or shorter == says else _wrapped(shorter, width, rows)


def _column(rooms: Sequence[Room]) -> float:
    return (_WIDTH - 2 * _EDGE - _GAP * (len(rooms) - 1)) / len(rooms)


def _height(rooms: Sequence[Room]) -> int:
    if len(rooms) == 1:
        return 28
    return 34 + _LINE * max(len(_wrapped(each.says, _column(rooms) - 20)) for each in rooms)


def _alone(room: Room, top: int) -> Iterator[str]:
    """A layer of one room: its name and, beside it, what it says."""
    width = _WIDTH - 2 * _EDGE
    yield _box(room, _EDGE, top, width, 28)
    (says,) = _wrapped(room.says, width - _NAME - 10, 1)
    yield words(says, _EDGE + _NAME, top + 18, "says")
    yield from _name(room, _EDGE, top)


def _row(rooms: Sequence[Room], top: int) -> Iterator[str]:
    """A layer of rooms that do not know each other."""
    width, height = _column(rooms), _height(rooms)
    for place, each in enumerate(rooms):
        x = _EDGE + place * (width + _GAP)
        yield _box(each, x, top, width, height)
        for number, line in enumerate(_wrapped(each.says, width - 20)):
            yield words(line, x + 12, top + 36 + number * _LINE, "says")
        yield from _name(each, x, top)


def _box(room: Room, x: float, top: int, width: float, height: int) -> str:
    return tag("rect", x=x, y=top, width=width, height=height, rx=6, class_="step" if room.name in FLOW else "room")


def _name(room: Room, x: float, top: int) -> Iterator[str]:
    yield words(f"{room.name}{'/' if room.is_package else ''}", x + 12, top + 18, "name")
    yield from _number(room.name, x, top)
