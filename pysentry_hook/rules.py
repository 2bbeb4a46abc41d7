"""The types of a policy: settings with their place, gates, suppressions, and their occasion; frozen, no I/O."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from pysentry_hook.model import NormalizedName, Severity

BLOCK, WARN, NEVER = "block", "warn", "never"
COMMENT = "comment"
"""The rule of a suppression that stands beside a requirement; that of a file is "suppressions"."""
LEVELS = tuple(severity.word for severity in Severity)
_OF_GATE = re.compile(r"gates\..+?\.(groups\.[^.]+\.fail_on|[^.]+)")


class Place(NamedTuple):
    """A line of a file; `path` is relative to the tree, or absolute for a file of the user."""

    path: str
    line: int

    def __str__(self) -> str:
        """The place as reports write it."""
        return f"{self.path}:{self.line}"


class Rule(NamedTuple):
    """A setting that decided, and where it comes from: a file's place, an option or a built-in gate."""

    key: str
    value: str
    origin: str
    location: Place | None = None

    @property
    def setting(self) -> str | None:
        """The key within its gate, whose name may have dots: `fail_on`, `groups.dev.fail_on`; None: of no gate."""
        found = _OF_GATE.fullmatch(self.key)
        return found and found[1]


class Stated(NamedTuple):
    """The value of a setting, and who says so."""

    value: object
    origin: str
    location: Place | None = None


Table = Mapping[str, Stated]
"""Settings by key: those of a gate, where `groups.NAME.fail_on` is the threshold of one scope."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """An accepted risk: of one id, of one package, or of both."""

    id: str | None
    """The id or an alias of what is accepted; None: everything that is found in `package`."""
    package: NormalizedName | None = None
    version: str | None = None
    """PEP 440 specifiers of the versions that it is for; None: every version."""
    group: str | None = None
    """It holds only where no other scope reaches the package; None: whatever reaches it."""
    reason: str | None = None
    """None is an ignored id, for which nobody gave a reason."""
    expires: date | None = None
    """The last day on which it holds, UTC."""
    until_fixed: bool = False
    """Whether it ends when a fixed version is out."""
    owner: str | None = None
    rule: Rule

    @property
    def told(self) -> str:
        """What it is for, in words."""
        return " in ".join(part for part in (self.id or "every finding", self.package) if part)

    @property
    def is_comment(self) -> bool:
        """Whether it stands beside a requirement, where no command changes it."""
        return self.rule.key == COMMENT

    def has_ended(self, day: date) -> bool:
        """Whether its last day is over."""
        return self.expires is not None and day > self.expires

    def end(self, day: date) -> str:
        """How one that holds no more has ended, in words."""
        return f"on {self.expires}" if self.has_ended(day) else "because a fixed version is out"


class Occasion(NamedTuple):
    """What a gate is asked for: what is built, and where that is known from."""

    event: str | None
    """change: a pull request or merge queue; push: a branch or tag; None: nobody said."""
    branch: str | None
    """The branch or tag that is built."""
    target: str | None
    """The branch that a change is meant for."""
    origin: str


NO_OCCASION = Occasion(None, None, None, "no CI was recognised")


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """What one side says of gates: its defaults, and its tables by the name of the gate."""

    defaults: Table
    gates: Mapping[str, Table]

    def names(self) -> frozenset[str]:
        """The gates that it has a table for."""
        return frozenset(self.gates)


SILENT = Layer(defaults={}, gates={})


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Everything that decides a verdict beside the facts, the date and the occasion."""

    own: Layer = SILENT
    """The project's files, the user's files and the environment."""
    bases: tuple[Layer, ...] = ()
    """What the files extend: where they speak as well, the strictest holds."""
    floor: Layer = SILENT
    """What nobody may loosen, options included."""
    flags: Table
    """What the command line says, of whichever gate."""
    named: str | None = None
    """The gate that was asked for by name."""
    named_by: str = "--gate"
    occasion: Occasion = NO_OCCASION
    suppressions: tuple[Suppression, ...] = ()
    maintenance: Table
    """What blocks by the status of a project on its index: forbid_archived, …"""
