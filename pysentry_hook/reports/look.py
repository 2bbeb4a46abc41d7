"""What a report format is given beside the report, and what it has to offer."""

from typing import NamedTuple, Protocol

from pysentry_hook.model import Severity
from pysentry_hook.report import Report


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
