"""The types of a judged scan: facts, verdicts and the one report that every format is made from; frozen, no I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from packaging.version import Version

from pysentry_hook.advisories import AdvisoryData, Vulnerability
from pysentry_hook.model import Compiled, Dependency, Failure, Location, NormalizedName, Subject
from pysentry_hook.rules import Policy, Rule, Suppression


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
    """Whether an existing finding is in a version that the baseline does not have."""
    upgrade_tried: bool = False
    """Whether a plan clears it that was resolved and judged: with `upgrade_to`, or where that is None without the
    package."""

    @property
    def order(self) -> tuple[str, str, Version, str, int]:
        """The order in which findings are shown: input, package, version, id."""
        place = self.dependency
        return (self.input, place.name, place.version, self.vulnerability.id, self.location.line)

    @property
    def package(self) -> tuple[str, str, str]:
        """What it is in: input, package and version."""
        return self.input, self.dependency.name, self.dependency.written

    def is_meant_by(self, entry: Suppression) -> bool:
        """Whether its id or an alias, package, version and scope are those of a suppression, which holds or not."""
        dependency, vulnerability = self.dependency, self.vulnerability
        names = {name.upper() for name in (vulnerability.id, *vulnerability.aliases)}
        if entry.id is not None and entry.id.upper() not in names:
            return False
        if entry.package not in {None, dependency.name}:
            return False
        if entry.version is not None and not _contains(entry.version, str(dependency.version)):
            return False
        return entry.group is None or dependency.groups == {entry.group}


@lru_cache(maxsize=4096)
def _contains(specifiers: str, version: str) -> bool:
    from packaging.specifiers import SpecifierSet  # needed only where a suppression names versions

    return SpecifierSet(specifiers).contains(version, prereleases=True)


class Status(NamedTuple):
    """A project whose status on its index is not active, https://peps.python.org/pep-0792/."""

    package: NormalizedName
    status: str
    """archived, deprecated or quarantined."""
    reason: str | None
    path: str
    """The input that needs it."""


class NotKnown(NamedTuple):
    """A version for which a source that was not required had no answer."""

    source: str
    package: str
    version: str
    reason: str


class SkippedInput(NamedTuple):
    """A file that could have been an input and was none."""

    path: str
    reason: str


class UncheckedLine(NamedTuple):
    """An unchecked dependency as reports show it."""

    name: str
    version: str | None
    reason: str
    path: str
    line: int
    unanswered: bool = False
    """Whether an answer was due and did not come, which makes the audit incomplete."""

    @property
    def named(self) -> str:
        """The package with its version, where it has one."""
        return f"{self.name} {self.version}" if self.version else self.name


class Coverage(NamedTuple):
    """How much was checked: `checked + len(unchecked) == total`."""

    total: int
    checked: int
    left_out_by_filter: int
    unchecked: tuple[UncheckedLine, ...]

    @property
    def unanswered(self) -> tuple[UncheckedLine, ...]:
        """Those for which an answer was due and did not come."""
        return tuple(line for line in self.unchecked if line.unanswered)

    @property
    def unanswerable(self) -> tuple[UncheckedLine, ...]:
        """Those of which nobody can tell everything, by their origin or form."""
        return tuple(line for line in self.unchecked if not line.unanswered)


class InputSummary(NamedTuple):
    """One input as reports show it; `sha256` is None where it could not be read."""

    path: str
    format: str
    sha256: str | None
    packages: int
    damaged: bool
    notes: tuple[str, ...] = ()
    resolved: str | None = None
    """By what and when its versions were resolved; None where it states them."""
    compiled: tuple[Compiled, ...] = ()
    """Its files that a tool made out of others."""


class Baseline(NamedTuple):
    """The state that findings are compared with; `commit` None is one that could not be read."""

    ref: str
    commit: str | None
    whole: bool = True
    """False where the change stands on another state as well, and nobody knows which."""


class PolicyFile(NamedTuple):
    """A file of the configuration that was read, with the hexadecimal SHA-256 of its bytes."""

    path: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What one scan found; nothing in it is a judgement."""

    version: str
    generated: datetime
    subject: Subject | None
    baseline: Baseline | None
    failures: tuple[Failure, ...]
    inputs: tuple[InputSummary, ...]
    skipped_inputs: tuple[SkippedInput, ...]
    advisory_data: tuple[AdvisoryData, ...]
    not_known: tuple[NotKnown, ...]
    hints: tuple[str, ...]
    coverage: Coverage
    findings: tuple[Finding, ...]
    statuses: tuple[Status, ...]
    policy_files: tuple[PolicyFile, ...]
    policy_changes: tuple[str, ...]
    """What the change that is judged makes of the policy, a line each."""

    @property
    def answered(self) -> bool:
        """Whether every answer that was due came: no input, resolution or baseline failed, no source was silent."""
        return not self.coverage.unanswered and all(failure.kind == "source" for failure in self.failures)


class Decision(Enum):
    """What a gate decides of one finding."""

    BLOCK = "block"
    WARN = "warn"
    SUPPRESSED = "suppressed"
    PASS = "pass"  # noqa: S105 (a decision, no password)


class Verdict(NamedTuple):
    """The decision on one finding, with the rule that made it."""

    finding: Finding
    decision: Decision
    rule: Rule
    reason: str
    suppression: Suppression | None = None
    blocks_on: date | None = None
    """The day from which it will block, where it does not yet."""


class StatusVerdict(NamedTuple):
    """The decision on the status of a project."""

    status: Status
    decision: Decision
    rule: Rule
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GateResult:
    """The verdict of the gates on a whole scan."""

    names: tuple[str, ...]
    why: str
    day: date
    verdicts: tuple[Verdict, ...]
    statuses: tuple[StatusVerdict, ...]
    unused: tuple[Suppression, ...]
    expired: tuple[Suppression, ...]
    """Those whose last day is over, and those for which a fixed version came out, where they waited for that."""
    ending: tuple[Suppression, ...]
    """Those that cover something and end within two weeks."""
    refused: tuple[Suppression, ...]
    """Those without a reason where a gate requires one."""
    reasons: tuple[str, ...]
    """Why the gate does not pass beside its blocking findings."""
    notes: tuple[str, ...]
    """What the reader has to know about how it was judged."""
    too_old: tuple[str, ...]
    """Advisory data that are older than a gate allows, or do not tell how old they are."""
    incomplete: Rule
    """What an incomplete audit comes to: on_incomplete, "block" or "warn"."""
    effective: Mapping[str, Mapping[str, str]]
    """The settings by which it was judged, by the name of the gate."""

    def count(self, decision: Decision) -> int:
        """How many findings got this decision."""
        return sum(verdict.decision is decision for verdict in self.verdicts)

    @property
    def not_judged(self) -> int:
        """How many findings are older than the change, and for that reason alone do not count."""
        return sum(
            verdict.decision is Decision.PASS and verdict.rule.key.endswith(".only_introduced")
            for verdict in self.verdicts
        )

    @property
    def blocks(self) -> bool:
        """Whether something that was found blocks: exit code 1."""
        by_status = any(verdict.decision is Decision.BLOCK for verdict in self.statuses)
        return bool(self.count(Decision.BLOCK) or self.reasons or by_status)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report(Facts):
    """Facts, the policy that they were judged by, and the verdict: every format is made from it."""

    policy: Policy
    gate: GateResult

    @property
    def complete(self) -> bool:
        """Whether every answer came and is young enough for the gate."""
        return self.answered and not self.gate.too_old

    @property
    def passed(self) -> bool:
        """Whether nothing blocks: no finding, nothing unchecked that must not be, no missing answer."""
        return not self.gate.blocks and (self.complete or self.gate.incomplete.value != "block")


def reported(facts: Facts, policy: Policy, gate: GateResult) -> Report:
    """Return the report of facts that were judged; a Report is taken for its facts."""
    known = {field.name: getattr(facts, field.name) for field in fields(Facts)}
    return Report(**known, policy=policy, gate=gate)
