"""What a report format is given beside the report, and what it has to offer."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar, runtime_checkable

if TYPE_CHECKING:
    from datetime import date

    from pysentry_hook.model import Severity

SAVED = "--report "
"""How the words begin that name a saved report."""
Told_contra = TypeVar("Told_contra", contravariant=True)
"""What a format tells: a Report or a Plan."""


class Look(NamedTuple):
    """How a person wants to see it; formats for machines ignore all but what names them."""

    width: int = 100
    wraps: bool = False
    """Whether lines that are longer are broken, as on a terminal; never within a command to copy."""
    root: str = ""
    """The absolute path of the tree; with `here` it turns places into what can be opened from there."""
    here: str = ""
    """The absolute path of the folder in which the report is read."""
    colour: bool = False
    detailed: bool = False
    program: str = "pysentry-hook"
    """What calls us where the report is read, as it is written in a shell."""
    again: str = ""
    """The words that name the same scan on a command line."""
    again_applies: str = ""
    """What to type to apply the plan that is told; empty where another tool has to lock."""
    project: str = ""
    """The folder whose configuration counts, where it is not the one in which the report is read."""
    today: date | None = None
    """The day on which it is read, which may be another than the one that it is judged as of."""
    severity: Severity | None = None
    """Show only findings from this severity on; what blocks is always shown."""
    sarif_suppressed: bool = False
    """Whether SARIF holds what is suppressed, for a dashboard that dismisses it."""

    def in_file(self) -> Look:
        """The same for a file: neither colour, nor the width of a terminal, nor paths as they are seen from here."""
        return Look(
            again_applies=self.again_applies,
            detailed=self.detailed,
            severity=self.severity,
            sarif_suppressed=self.sarif_suppressed,
        )

    @property
    def whole(self) -> str:
        """The command that tells the whole report."""
        words = self.again
        if words.startswith(SAVED):
            words = f"render {shlex.quote(shlex.split(words)[1])}"
        return f"pysentry-hook {words}".rstrip()

    def path(self, path: str) -> str:
        """A path of the tree as it is written where the report is read."""
        known = self.here and (self.root or posixpath.isabs(path))
        return posixpath.relpath(posixpath.join(self.root, path), self.here) if known else path


class Format(Protocol[Told_contra]):
    """A module that renders a report, or a plan."""

    def render(self, told: Told_contra, look: Look, /) -> str:
        """Return the whole text, ending with a newline."""


@runtime_checkable
class InPieces(Format[Told_contra], Protocol[Told_contra]):
    """A format whose text can be too large to be held."""

    def pieces(self, told: Told_contra, look: Look, /) -> Iterator[str]:
        """Give the same text in pieces."""


def in_pieces(of: Format[Told_contra], told: Told_contra, look: Look) -> Iterator[str]:
    """Give the text of a format, in pieces where it has any."""
    return of.pieces(told, look) if isinstance(of, InPieces) else iter((of.render(told, look),))


Formats = Mapping[str, Callable[[], Format[Told_contra]]]
"""Formats by the word that options use, each imported where it is asked for."""
