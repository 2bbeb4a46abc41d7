"""What a plan has to reach: for each package with findings that block, the versions that clear them."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from packaging.version import Version

from pysentry_hook.model import Inventory, NormalizedName
from pysentry_hook.plan.bench import Blocking, names
from pysentry_hook.report import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """A package to move, and the versions to try, the nearest first."""

    package: NormalizedName
    installed: tuple[Version, ...]
    targets: tuple[Version, ...]
    tops: tuple[NormalizedName, ...]
    """The direct dependencies that bring it in, the nearest first."""
    direct: bool
    names: frozenset[str]
    """The ids and aliases of the findings that a version clears."""
    rank: float
    """How bad the worst of its findings is."""


class Why(NamedTuple):
    """Why a finding stays: the reason, what holds what, and what to write where a cooldown alone forbids the fix."""

    reason: str
    chain: tuple[str, ...] = ()
    exception: str | None = None


def goals(
    inventory: Inventory, blocking: Blocking, held: frozenset[NormalizedName]
) -> tuple[list[Goal], dict[tuple[NormalizedName, str], Why]]:
    """Return what to move, the worst first, and by package and id why no version clears the others."""
    found: list[Goal] = []
    hopeless: dict[tuple[NormalizedName, str], Why] = {}
    for package in dict.fromkeys(verdict.finding.dependency.name for verdict in blocking.verdicts):
        movable = []
        for verdict in blocking.of_package(package):
            if reason := _hopeless(verdict, held):
                hopeless[package, verdict.finding.vulnerability.id] = Why(reason)
            else:
                movable.append(verdict)
        if movable:
            found.append(_goal(inventory, package, movable))
    return sorted(found, key=lambda goal: (-goal.rank, not goal.direct, goal.package)), hopeless


def _hopeless(verdict: Verdict, held: frozenset[NormalizedName]) -> str | None:
    finding = verdict.finding
    if finding.vulnerability.malware:
        return "malware: remove it, and treat every machine that installed it as compromised"
    if finding.dependency.name in held:
        return "it comes from an index that was not asked, or its name is private"
    if _fixes(verdict):
        return None
    later = [version for version in finding.vulnerability.fixed_in if version > finding.dependency.version]
    if later:
        return f"it is fixed in the pre-release {min(later)} alone"
    return "no fixed version is known"


def _fixes(verdict: Verdict) -> list[Version]:
    """The fixed versions above the installed one; pre-releases for a pre-release alone."""
    installed = verdict.finding.dependency.version
    return [
        version
        for version in verdict.finding.vulnerability.fixed_in
        if version > installed and (installed.is_prerelease or not version.is_prerelease)
    ]


def _goal(inventory: Inventory, package: NormalizedName, verdicts: Sequence[Verdict]) -> Goal:
    findings = [verdict.finding for verdict in verdicts]
    clean = {finding.upgrade_to for finding in findings if finding.upgrade_to is not None}
    each = max(min(_fixes(verdict)) for verdict in verdicts)
    return Goal(
        package=package,
        installed=tuple(sorted({finding.dependency.version for finding in findings})),
        targets=tuple(sorted({*clean, each})),
        tops=tuple(_tops(inventory, package)),
        direct=any(finding.dependency.direct for finding in findings),
        names=frozenset(name for verdict in verdicts for name in names(verdict)),
        rank=max(finding.vulnerability.rank for finding in findings),
    )


def _tops(inventory: Inventory, name: NormalizedName) -> Iterator[NormalizedName]:
    """The direct dependencies from which a package is reached, the nearest first."""
    parents: dict[NormalizedName, set[NormalizedName]] = {}
    for edge in inventory.edges:
        parents.setdefault(edge.child.name, set()).add(edge.parent.name)
    roots = {node.name for node in inventory.roots}
    waiting, seen = deque([name]), {name}
    while waiting:
        each = waiting.popleft()
        above = parents.get(each, set())
        if above & roots:
            yield each
        fresh = sorted(above - roots - seen)
        seen.update(fresh)
        waiting.extend(fresh)
