"""The README as data: its fenced blocks, and the code that stands within its lines."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

HOUSE = Path(__file__).parents[2]
TEXT = (HOUSE / "README.md").read_text(encoding="utf-8")
_FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


class Block(NamedTuple):
    """A fenced block: what language it says it is in, and its lines."""

    language: str
    text: str

    @property
    def first(self) -> str:
        """Its first line, by which the tests know it."""
        return self.text.partition("\n")[0]


def blocks(*languages: str) -> list[Block]:
    """Every block in one of these languages."""
    return [Block(*found) for found in _FENCE.findall(TEXT) if found[0] in languages or not languages]


def block(first: str) -> Block:
    """The one block that begins with this line."""
    (found,) = (each for each in blocks() if each.first == first)
    return found


def prose() -> str:
    """The page without its blocks."""
    return _FENCE.sub("", TEXT)


def inline(beginning: str) -> Iterator[str]:
    """The code within lines that begins so, each once."""
    yield from dict.fromkeys(re.findall(rf"`({re.escape(beginning)}[^`]*)`", prose()))


def anchors() -> set[str]:
    """The names of its headings, as GitHub makes them."""
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in _HEADING.findall(prose())}


def commands() -> list[str]:
    """Every command of the blocks that a shell takes, a line each."""
    return [line for each in blocks("sh") for line in each.text.splitlines()]
