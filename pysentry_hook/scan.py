"""The story of one scan: read the inputs, ask the sources, match, judge, and tell what was not checked."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from packaging.version import Version

from pysentry_hook import __version__
from pysentry_hook.asking import Answers, Asker
from pysentry_hook.cache import Cache
from pysentry_hook.config import Settings
from pysentry_hook.errors import InputError
from pysentry_hook.graph import Ways
from pysentry_hook.http import Http
from pysentry_hook.inputs.declarations import NOT_PINNED
from pysentry_hook.matching import Knowledge
from pysentry_hook.model import Dependency, Failure, Inventory, Package, Vulnerability
from pysentry_hook.policy.judge import judge
from pysentry_hook.reading import read_inputs, within_scope
from pysentry_hook.report import Coverage, Finding, InputSummary, Report, UncheckedLine
from pysentry_hook.resolving import Resolving
from pysentry_hook.text import count
from pysentry_hook.tree import subject
from pysentry_hook.upgrades import candidates, find_upgrades


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The report, and the errors of inputs that the user named and that could not be read."""

    report: Report
    root: Path
    unreadable: tuple[InputError, ...]


def scan(settings: Settings, *, http: Http, cache: Cache, now: datetime, log: Callable[[str], None]) -> Result:
    """Return one complete report; InputError where nothing at all could be read."""
    read = read_inputs(settings)
    resolving = Resolving(settings, root=read.root, cache=cache, now=now, log=log)
    inventories = [resolving.resolved(inventory) for inventory in read.inventories]
    scoped = [within_scope(inventory, settings, inventories) for inventory in inventories]
    asker = Asker(settings, http=http, cache=cache, now=now)
    answers = asker.ask([dependency for inventory, _ in scoped for dependency in inventory.dependencies])
    findings = _findings([inventory for inventory, _ in scoped], answers, asker)
    coverage, uncovered = _coverage(scoped, answers)
    failures = (*read.failures, *(f for i, _ in scoped for f in i.failures), *answers.failures, *uncovered)
    complete = not (uncovered or answers.incomplete or any(failure.kind != "source" for failure in failures))
    gate = judge(
        findings,
        settings.gate,
        settings.suppressions,
        unchecked=len(coverage.unchecked),
        why=settings.why,
        today=now.date(),
    )
    report = Report(
        version=__version__,
        generated=now.replace(microsecond=0),
        subject=subject(read.root, [inventory.path for inventory in read.inventories]),
        complete=complete,
        failures=failures,
        inputs=(*(_summary(inventory) for inventory in inventories), *read.broken),
        skipped_inputs=tuple(read.skipped),
        advisory_data=answers.data,
        not_known=answers.not_known,
        hints=(*read.hints, *answers.hints, *_loose(coverage, settings)),
        coverage=coverage,
        gate=gate,
    )
    return Result(report=report, root=read.root, unreadable=tuple(read.named))


def _findings(inventories: Iterable[Inventory], answers: Answers, asker: Asker) -> list[Finding]:
    knowledge = Knowledge(answers.advisories)
    hits: list[tuple[Inventory, Dependency, Vulnerability]] = []
    known: dict[Package, list[Vulnerability]] = {}
    for inventory in inventories:
        for dependency in inventory.dependencies:
            package = Package(dependency.name, dependency.version)
            if package in answers.never_matched:
                continue
            if package not in known:
                known[package] = knowledge.vulnerabilities(package)
            hits.extend((inventory, dependency, vulnerability) for vulnerability in known[package])
    wanted = {
        (package, vulnerability.id): candidates(package, vulnerability)
        for package, vulnerabilities in known.items()
        for vulnerability in vulnerabilities
        if not vulnerability.malware
    }
    upgrades = find_upgrades(answers.advisories, wanted, asker.ask_candidates)
    ways: dict[str, Ways] = {}
    return [_finding(inventory, dependency, hit, upgrades, ways) for inventory, dependency, hit in hits]


def _finding(
    inventory: Inventory,
    dependency: Dependency,
    vulnerability: Vulnerability,
    upgrades: Mapping[tuple[Package, str], Version | None],
    ways: dict[str, Ways],
) -> Finding:
    if inventory.path not in ways:
        ways[inventory.path] = Ways(inventory)
    paths, more = ways[inventory.path].to(dependency.node)
    top = next((path[1] for path in paths if len(path) > 1), dependency.name)
    package = Package(dependency.name, dependency.version)
    return Finding(
        input=inventory.path,
        dependency=dependency,
        vulnerability=vulnerability,
        upgrade_to=upgrades.get((package, vulnerability.id)),
        paths=paths,
        more_paths=more,
        location=inventory.places.location(dependency.place),
        declared_at=inventory.places.declaration(type(dependency.name)(top)),
    )


def _coverage(scoped: Sequence[tuple[Inventory, int]], answers: Answers) -> tuple[Coverage, tuple[Failure, ...]]:
    """Count what was checked and name the rest; where nothing at all could be checked that is a failure."""
    lines: list[UncheckedLine] = []
    failures: list[Failure] = []
    total = checked = 0
    for inventory, _ in scoped:
        own = [_line(inventory, item.name, item.version, item.reason, item.place) for item in inventory.unchecked]
        for dependency in inventory.dependencies:
            reason = answers.why_unchecked(dependency)
            if reason:
                own.append(_line(inventory, dependency.name, dependency.written, reason, dependency.place))
        size = len(inventory.dependencies) + len(inventory.unchecked)
        total += size
        checked += size - len(own)
        lines.extend(own)
    if total and not checked:
        inventory = scoped[0][0]
        detail = f"none of the {total} dependencies could be checked"
        failures.append(Failure("input", inventory.format, inventory.path, detail))
    left_out = sum(number for _, number in scoped)
    lines.sort(key=lambda line: (line.path, line.name, line.version or "", line.line))
    return Coverage(total=total, checked=checked, left_out_by_filter=left_out, unchecked=tuple(lines)), tuple(failures)


def _loose(coverage: Coverage, settings: Settings) -> tuple[str, ...]:
    """The hint about requirements that are not pinned, unless the user asked for pins only."""
    loose = sum(line.reason.startswith(NOT_PINNED) for line in coverage.unchecked)
    if not loose or settings.pins_only:
        return ()
    told = f"{count(loose, 'requirement')} {'is' if loose == 1 else 'are'} not pinned"
    return (f"{told}: lock the project (uv lock) and scan the lock, or accept it with --no-resolver",)


def _line(inventory: Inventory, name: str, version: str | None, reason: str, place: int) -> UncheckedLine:
    location = inventory.places.location(place)
    return UncheckedLine(name, version, reason, location.path, location.line)


def _summary(inventory: Inventory) -> InputSummary:
    return InputSummary(
        path=inventory.path,
        format=inventory.format,
        sha256=inventory.files[0].sha256,
        packages=len(inventory.dependencies) + len(inventory.unchecked),
        damaged=False,
        resolved=inventory.resolved,
        notes=inventory.notes,
    )
