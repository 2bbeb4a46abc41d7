"""Try changes: resolve them with uv in a temporary folder, read the lock, scan it and judge it as the input was."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from typing import Any

from packaging.version import Version

from pysentry_hook.config.settings import Settings
from pysentry_hook.errors import InputError, PysentryHookError
from pysentry_hook.inputs import uv_lock
from pysentry_hook.inputs.manifest import requirement_name
from pysentry_hook.model import MAIN, Dependency, Edge, Failure, Inventory, NormalizedName, normalize
from pysentry_hook.plan.project import Project
from pysentry_hook.proposal import Change, Kind, Seen
from pysentry_hook.report import Decision, Report, Verdict
from pysentry_hook.resolvers import uv
from pysentry_hook.resolvers.programs import Program
from pysentry_hook.resolvers.request import Request, ResolutionError
from pysentry_hook.resolving import Progress
from pysentry_hook.text import some
from pysentry_hook.tree import FolderTree

Hashes = Mapping[tuple[NormalizedName, str], tuple[str, ...]]
"""The digests of the files of each version, as `sha256:…`."""
Scan = Callable[[Inventory], Report]
"""Scans an inventory in the place of the input, with the same data, and judges it by the same gates."""


class TimeIsUpError(PysentryHookError):
    """The time for a plan was used up, so the resolver was not asked; what was tried before holds."""


@dataclass(frozen=True, slots=True)
class Blocking:
    """The findings that block in one state; a finding is the same where a name of its group is."""

    verdicts: tuple[Verdict, ...]

    @classmethod
    def of(cls, report: Report) -> "Blocking":
        """Those of a report."""
        return cls(tuple(verdict for verdict in report.gate.verdicts if verdict.decision is Decision.BLOCK))

    def without(self, other: "Blocking") -> tuple[Seen, ...]:
        """Those that the other state does not have, in whatever version of the package."""
        known = {(verdict.finding.dependency.name, name) for verdict in other.verdicts for name in names(verdict)}
        return tuple(
            seen(verdict)
            for verdict in self.verdicts
            if not any((verdict.finding.dependency.name, name) in known for name in names(verdict))
        )

    def of_package(self, name: NormalizedName) -> tuple[Verdict, ...]:
        """Those of one package."""
        return tuple(verdict for verdict in self.verdicts if verdict.finding.dependency.name == name)


def seen(verdict: Verdict) -> Seen:
    """The finding of a verdict as a plan tells it."""
    dependency, vulnerability = verdict.finding.dependency, verdict.finding.vulnerability
    return Seen(dependency.name, dependency.version, vulnerability.id, vulnerability.severity)


def names(verdict: Verdict) -> tuple[str, ...]:
    """The names of a finding: a finding is the same in two states where one of them is."""
    return (verdict.finding.vulnerability.id, *verdict.finding.vulnerability.aliases)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What changes came to: the inventory that they resolve to, and how it is judged."""

    changes: tuple[Change, ...]
    inventory: Inventory
    report: Report
    blocking: Blocking
    hashes: Hashes

    @property
    def names(self) -> frozenset[NormalizedName]:
        """Every package."""
        return frozenset(each.name for each in self.inventory.dependencies)

    def versions(self, name: NormalizedName) -> tuple[Version, ...]:
        """The versions of a package, the oldest first."""
        return tuple(sorted(each.version for each in self.inventory.dependencies if each.name == name))


class Bench:
    """The resolver and the scan of one plan; every attempt is made in a folder of its own.

    TimeIsUpError from whatever asks the resolver, once `settings.plan_seconds` have passed.
    """

    def __init__(
        self,
        project: Project,
        before: Report,
        program: Program,
        settings: Settings,
        scan: Scan,
        progress: Progress,
    ) -> None:
        self.project = project
        self.before = before
        """How the input itself is judged."""
        self.unanswered: dict[Failure, None] = {}
        """Why states that were tried could not be judged."""
        self.unlisted: frozenset[NormalizedName] = frozenset()
        """What is installed with the input and never stood in it, so that it is not judged either."""
        self.runs = 0
        self.time_is_up: str | None = None
        """What is to be said of it, where there was no time for a run."""
        self._end = monotonic() + settings.plan_seconds
        self._progress = progress
        self.program = program
        self.settings = settings
        self._scan = scan

    def attempt(
        self, changes: Sequence[Change], *, options: Mapping[str, Any] | None = None
    ) -> Outcome | ResolutionError:
        """Return what the changes come to, or why the resolver makes nothing of them."""
        asks = [each.ask for each in changes if each.ask and each.kind is not Kind.OVERRIDE]
        overrides = [each.ask for each in changes if each.ask and each.kind is Kind.OVERRIDE]
        request = self.project.request(
            self.settings,
            {edit.declaration: edit.after for change in changes for edit in change.edits},
            upgrades=[*asks, *overrides] if self.project.is_lock else (),
            constraints=() if self.project.is_lock else asks,
            overrides=overrides,
            options=options,
        )
        try:
            lock, hashes = self.resolve(request)
        except ResolutionError as error:
            return error
        inventory = self._placed(lock)
        report = self._scan(inventory)
        if unknown := _unanswered(report) - _unanswered(self.before):
            self.unanswered |= dict.fromkeys(report.failures)
            return ResolutionError(f"nobody knows what it comes to: no answer for {some(sorted(unknown))}")
        return Outcome(
            changes=tuple(changes),
            inventory=inventory,
            report=report,
            blocking=Blocking.of(report),
            hashes=hashes,
        )

    def _placed(self, lock: Inventory) -> Inventory:
        """The lock in the place of the input: its scopes, its lines, and what no resolver was asked for."""
        inventory, held = self.project.inventory, self.project.held
        first: dict[NormalizedName, Dependency] = {}
        for each in inventory.dependencies:
            first.setdefault(each.name, each)
        kept = tuple(each for each in inventory.dependencies if each.name in held)
        unchecked = tuple(each for each in inventory.unchecked if each.node.name in held)
        project, roots = inventory.roots[0], set(lock.roots)
        stays = {each.node for each in kept} | {each.node for each in unchecked}
        edges = [Edge(project if edge.parent in roots else edge.parent, edge.child, edge.marker) for edge in lock.edges]
        edges += [edge for edge in inventory.edges if edge.child in stays]
        found = (_in_place(each, first) for each in lock.dependencies if each.name not in self.unlisted)
        told = (edge for edge in edges if not self.unlisted & {edge.parent.name, edge.child.name})
        return replace(
            inventory,
            dependencies=(*found, *kept),
            unchecked=unchecked,
            edges=tuple(dict.fromkeys(told)),
            requirements=(),
        )

    def resolve(self, request: Request) -> tuple[Inventory, Hashes]:
        """Return the lock that uv makes, and the digests of what it names; ResolutionError where it makes none."""
        from tempfile import TemporaryDirectory

        if monotonic() >= self._end:
            self.time_is_up = f"the time for a plan, {self.settings.plan_seconds:g} s, was used up"
            raise TimeIsUpError(self.time_is_up)
        self.runs += 1
        showing = self._progress(f"planning for {self.project.inventory.path}: run {self.runs} of uv …")
        try:
            with showing, TemporaryDirectory(prefix="pysentry-hook-", ignore_cleanup_errors=True) as name:
                folder = Path(name).resolve()
                uv.resolve(self.program, request, folder)
                return uv_lock.read(FolderTree(folder), uv.LOCK), _hashes(folder / uv.LOCK)
        except InputError as error:
            raise ResolutionError(f"uv made a lock that cannot be read: {error.path}: {error.detail}") from error
        except (OSError, ValueError) as error:
            raise ResolutionError(f"uv has no place to work in, or made no text: {error}") from error

    def alone(self, texts: Sequence[str], *, lowest: bool = False) -> Inventory | ResolutionError:
        """Return what a project resolves to that asks for these requirements and nothing else."""
        whole = self.project.request(self.settings, {})
        request = replace(
            whole,
            scopes={MAIN: tuple(texts)},
            constraints=(),
            overrides=tuple(text for text in whole.overrides if requirement_name(text) in self.project.held),
            preferred=(),
            options={"resolution": "lowest-direct"} if lowest else {},
        )
        try:
            return self.resolve(request)[0]
        except ResolutionError as error:
            return error


def _unanswered(report: Report) -> set[str]:
    return {line.name for line in report.coverage.unanswered}


def _in_place(dependency: Dependency, first: Mapping[NormalizedName, Dependency]) -> Dependency:
    known = first.get(dependency.name)
    if known is None:
        return replace(dependency, place=0, direct=False)
    return replace(dependency, place=known.place, direct=known.direct)


def _hashes(lock: Path) -> Hashes:
    import rtoml

    found: dict[tuple[NormalizedName, str], tuple[str, ...]] = {}
    for package in rtoml.loads(lock.read_text(encoding="utf-8")).get("package", ()):
        files = [package.get("sdist") or {}, *package.get("wheels", ())]
        digests = sorted({file["hash"] for file in files if "hash" in file})
        found[normalize(package["name"]), str(package.get("version"))] = tuple(digests)
    return found
