"""How is it told? One module a format, each a pure function from a Report to text; the registry."""

from typing import NamedTuple, Protocol

from pysentry_hook.model import Report, Severity


class Look(NamedTuple):
    """How a person wants to see it; formats for machines ignore all of it."""

    width: int = 100
    base: str = ""
    """The folder, relative to the tree, from which places and commands are given."""
    colour: bool = False
    detailed: bool = False
    severity: Severity | None = None
    """Show only findings from this severity on; what blocks is always shown."""


class Format(Protocol):
    """A module that renders a report."""

    def render(self, report: Report, look: Look) -> str:
        """Return the whole text, ending with a newline."""


def _human() -> Format:
    from pysentry_hook.reports import human

    return human


def _json() -> Format:
    from pysentry_hook.reports import json

    return json


FORMATS = {"human": _human, "json": _json}
"""Every format by the word that options use."""

SUFFIXES = {".txt": "human", ".json": "json"}
"""The format that the suffix of an output file means."""
