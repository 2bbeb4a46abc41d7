"""The types of an upgrade plan: changes, what they move and clear, and what holds the rest; frozen, no I/O."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import NamedTuple

from packaging.version import Version

from pysentry_hook.model import Failure, NormalizedName, Severity


class Kind(Enum):
    """What a change touches, in the order in which they are tried."""

    REFRESH = "refresh"
    """The lock alone: within the constraints that are written today."""
    LOWER_BOUND = "lower_bound"
    """The least version of a direct dependency."""
    UPPER_BOUND = "upper_bound"
    """The greatest version, or the pin, of a direct dependency."""
    CONSTRAINT = "constraint"
    """A bound for what nobody declares, within what its parents allow."""
    OVERRIDE = "override"
    """A version that a package which needs it does not promise to work with."""


class Distance(Enum):
    """How far a version is from another, by the first part of the release that differs."""

    PATCH = "patch"
    MINOR = "minor"
    MAJOR = "major"


class Edit(NamedTuple):
    """A requirement as a file writes it and what it becomes, both as PEP 508."""

    declaration: int
    """The number of the declaration in the project."""
    path: str
    line: int
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change to one package that the plan proposes."""

    kind: Kind
    package: NormalizedName
    ask: str | None
    """What the resolver is asked for, as a PEP 508 requirement: `requests>=2.31.0,<3`; None: what the edits say."""
    edits: tuple[Edit, ...] = ()
    """What becomes of each declaration of the package; none where the lock alone moves."""
    against: tuple[str, ...] = ()
    """For an override: who asks for other versions, as `web 1.0 (six<2)`."""
    lets: NormalizedName | None = None
    """The package that can move with it alone, where it is that which the change is for."""


class Seen(NamedTuple):
    """A finding that blocks, as before and after are compared by it."""

    package: NormalizedName
    version: Version
    id: str
    severity: Severity | None


class Move(NamedTuple):
    """A package that has other versions afterwards; () where it was not there, or is not there any more."""

    package: NormalizedName
    before: tuple[Version, ...]
    after: tuple[Version, ...]
    change: Kind | None
    """The change that moves it, None for what moves with another."""

    @property
    def distance(self) -> Distance | None:
        """How far it moves, None where it comes or goes."""
        if not (self.before and self.after):
            return None
        old, new = max(self.before).release, max(self.after).release
        old, new = (*old, 0, 0), (*new, 0, 0)
        if old[0] != new[0]:
            return Distance.MAJOR
        return Distance.MINOR if old[1] != new[1] else Distance.PATCH


class Held(NamedTuple):
    """A finding that the plan does not clear, why, and what holds its package back."""

    seen: Seen
    reason: str
    chain: tuple[str, ...] = ()
    """What holds what, from the package upwards, a sentence each."""
    exception: str | None = None
    """What to write where a cooldown alone forbids the fix; it was tried."""


class Tally(NamedTuple):
    """How a state is judged: the numbers of findings by decision."""

    findings: int
    blocking: int
    warning: int
    suppressed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The smallest set of changes that was found, tried by the resolver and judged by the same gate."""

    version: str
    generated: datetime
    path: str
    """The input that is planned for."""
    format: str
    tool: str | None
    """Whose lock it is where that is not uv: the plan was tried with uv and has to be locked by that tool."""
    resolver: str
    """Its name and version."""
    runs: int
    """How often it was asked."""
    gates: tuple[str, ...]
    complete: bool
    """Whether every answer that was due came, before and after."""
    failures: tuple[Failure, ...]
    before: Tally
    after: Tally
    changes: tuple[Change, ...]
    moves: tuple[Move, ...]
    cleared: tuple[Seen, ...]
    introduced: tuple[Seen, ...]
    """Findings that block and that the change would bring in."""
    held: tuple[Held, ...]
    commands: tuple[str, ...]
    """What to type to make the changes, in the folder of the input."""
    notes: tuple[str, ...]
    """What the reader has to know of the attempt."""
    limits: tuple[str, ...]
    """What was not looked at."""
    applied: bool = False
    """Whether the changes were made, and the second scan found what the plan says."""
