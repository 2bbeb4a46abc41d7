"""The types of a judged scan: rules, verdicts and the one report that every format is made from; frozen, no I/O."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import NamedTuple

from packaging.version import Version

from pysentry_hook.model import AdvisoryData, Dependency, Failure, Location, NormalizedName, Subject, Vulnerability


class Novelty(Enum):
    """Whether a finding is older than the change that is judged."""

    INTRODUCED = "introduced"
    EXISTING = "existing"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One vulnerability in one dependency of one input."""

    input: str
    dependency: Dependency
    vulnerability: Vulnerability
    upgrade_to: Version | None
    paths: tuple[tuple[str, ...], ...]
    more_paths: int
    location: Location
    declared_at: Location | None
    novelty: Novelty = Novelty.UNKNOWN
    touched: bool = False

    @property
    def order(self) -> tuple[str, str, Version, str, int]:
        """The order in which findings are shown: input, package, version, id."""
        place = self.dependency
        return (self.input, place.name, place.version, self.vulnerability.id, self.location.line)


class Decision(Enum):
    """What a gate decides of one finding."""

    BLOCK = "block"
    WARN = "warn"
    SUPPRESSED = "suppressed"
    PASS = "pass"  # noqa: S105 (a decision, no password)


class Rule(NamedTuple):
    """A setting that decided, and where it comes from: a file's place, an option or a built-in gate."""

    key: str
    value: str
    origin: str
    location: Location | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """An accepted risk; `reason` None is an ignored id without a reason."""

    id: str
    package: NormalizedName | None = None
    reason: str | None = None
    expires: date | None = None
    owner: str | None = None
    while_no_fix: bool = False
    rule: Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The decision on one finding, with the rule that made it."""

    finding: Finding
    decision: Decision
    rule: Rule
    reason: str
    suppression: Suppression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GateResult:
    """The verdict of a gate on a whole report."""

    names: tuple[str, ...]
    why: str
    day: date
    verdicts: tuple[Verdict, ...]
    unused: tuple[Suppression, ...]
    reasons: tuple[str, ...]
    """Why the gate does not pass beside its blocking findings."""
    incomplete_blocks: bool
    effective: Mapping[str, object]

    def passes(self, *, complete: bool) -> bool:
        """Whether nothing blocks: no finding, nothing unchecked that must not be, no missing answer."""
        return not (self.count(Decision.BLOCK) or self.reasons or (self.incomplete_blocks and not complete))

    def count(self, decision: Decision) -> int:
        """How many findings got this decision."""
        return sum(verdict.decision is decision for verdict in self.verdicts)


class NotKnown(NamedTuple):
    """A version for which a source that was not required had no answer."""

    source: str
    package: str
    version: str
    reason: str


class SkippedInput(NamedTuple):
    """A file that could have been read and was not."""

    path: str
    reason: str


class UncheckedLine(NamedTuple):
    """An unchecked dependency as reports show it."""

    name: str
    version: str | None
    reason: str
    path: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """How much was checked: `checked + len(unchecked) == total`."""

    total: int
    checked: int
    left_out_by_filter: int
    unchecked: tuple[UncheckedLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InputSummary:
    """One input as reports show it; `sha256` is None where it could not be read."""

    path: str
    format: str
    sha256: str | None
    packages: int
    damaged: bool
    notes: tuple[str, ...] = ()
    resolved: str | None = None
    """By what and when its versions were resolved; None where it states them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One scan, complete: every format and every gate is made from it."""

    version: str
    generated: datetime
    subject: Subject | None
    complete: bool
    failures: tuple[Failure, ...]
    inputs: tuple[InputSummary, ...]
    skipped_inputs: tuple[SkippedInput, ...]
    advisory_data: tuple[AdvisoryData, ...]
    not_known: tuple[NotKnown, ...]
    hints: tuple[str, ...]
    coverage: Coverage
    gate: GateResult

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings in the order in which they are shown."""
        return tuple(verdict.finding for verdict in self.gate.verdicts)
