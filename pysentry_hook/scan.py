"""The story of one scan: read the inputs, ask the sources, match, judge, and tell what was not checked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from pysentry_hook import __version__
from pysentry_hook.advisories import Package
from pysentry_hook.asking import Answers, Asker
from pysentry_hook.baseline import Bases, Before, read_before
from pysentry_hook.cache import Cache
from pysentry_hook.changes import ask_changed
from pysentry_hook.config.settings import Settings
from pysentry_hook.errors import InputError
from pysentry_hook.evaluation import judged, remember
from pysentry_hook.graph import Ways
from pysentry_hook.http import Http
from pysentry_hook.learnt import Judged
from pysentry_hook.matching import Knowledge
from pysentry_hook.memory import Memory
from pysentry_hook.model import NOT_PINNED, Dependency, Failure, Inventory, Subject
from pysentry_hook.policy.judge import judge
from pysentry_hook.policy.novelty import compared, unsure
from pysentry_hook.reading import Reading, chosen_scopes, remarks, within_scope
from pysentry_hook.report import Coverage, Facts, Finding, InputSummary, Report, Status, UncheckedLine, reported
from pysentry_hook.severity import is_malware
from pysentry_hook.sources.status import QUARANTINED, TOLD
from pysentry_hook.steps import steps
from pysentry_hook.text import count, some
from pysentry_hook.tree import FolderTree, subject
from pysentry_hook.tried import marked

if TYPE_CHECKING:
    from pysentry_hook.proposal import Plan
    from pysentry_hook.resolving import Progress, Resolving

_LONG = 0.5
"""Seconds of work after which the reader is told what takes so long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The report, and the errors of inputs that the user named and that could not be read."""

    report: Report
    root: Path
    unreadable: tuple[InputError, ...]
    changed: tuple[int, int] | None = None
    """How many versions differ from the baseline and how many of them were checked, where it was limited to them."""


def scan(
    settings: Settings,
    read: Reading,
    bases: Bases,
    *,
    http: Http,
    cache: Cache,
    now: datetime,
    log: Callable[[str], None],
    progress: Progress,
    unchanged: Http | None = None,
    plan: Plan | None = None,
) -> Result:
    """Return one complete report of what was read, compared with what stood in other commits.

    `unchanged` limits the scan to what differs from them: the rest is asked through it, and counts where it answers.
    `plan` marks the upgrades that it tried.
    """

    @lru_cache
    def resolving() -> Resolving:
        from pysentry_hook.resolving import Resolving

        return Resolving(settings, root=read.root, http=http, cache=cache, now=now, log=log, progress=progress)

    def resolved(inventory: Inventory) -> Inventory:
        return resolving().resolved(inventory) if inventory.requirements else inventory

    if settings.forget_resolutions:
        resolving()
    inventories = list(map(resolved, read.inventories))
    before = read_before(bases, read.root, read.tree, inventories, resolved) if bases.refs else None
    chosen = chosen_scopes(settings, inventories)
    scoped = [within_scope(inventory, settings, chosen) for inventory in inventories]
    asker = Asker(settings, http=http, cache=cache, now=now)
    changed: tuple[int, int] | None = None
    memory = _memory(settings, read, before, cache, now)
    learnt = memory.recall() if memory else None
    everything = _everything([inventory for inventory, _ in scoped], before)
    with progress(_asking(settings, everything), after=_LONG):
        if before and unchanged:
            here = Asker(settings, http=unchanged, cache=cache, now=now)
            scoped, answers, *numbers = ask_changed(scoped, before, asker, here)
            changed = (numbers[0], numbers[1])
        else:
            answers = asker.ask(everything, learnt)
        knowledge = Knowledge(answers.advisories)
        packages = (Package(each.name, each.version) for inventory, _ in scoped for each in inventory.dependencies)
        found = judged(packages, answers, knowledge, asker, learnt)
        answers = asker.complete(answers)
    if memory:
        remember(memory, learnt, answers, asker, found)
    findings = list(_findings([inventory for inventory, _ in scoped], found))
    findings = _compared(findings, before, knowledge, answers) if before else findings
    findings, remarked = marked(findings, inventories, plan) if plan else (findings, ())
    coverage, uncovered = _coverage(scoped, answers)
    failures = tuple(_failures(read, scoped, answers, uncovered, before))
    facts = Facts(
        version=__version__,
        generated=now.replace(microsecond=0),
        subject=_subject(read),
        baseline=before.baseline if before else None,
        failures=failures,
        inputs=(*(_summary(inventory) for inventory in inventories), *read.broken),
        skipped_inputs=tuple(read.skipped),
        advisory_data=answers.data,
        not_known=answers.not_known,
        hints=(*remarked, *_hints(read, before, answers, knowledge), *_loose(coverage, settings), *steps(failures)),
        coverage=coverage,
        findings=tuple(sorted(findings, key=lambda finding: finding.order)),
        statuses=tuple(_statuses([inventory for inventory, _ in scoped], answers)),
        policy_files=settings.policy_files,
        policy_changes=settings.policy_changes,
    )
    policy = replace(
        settings.policy,
        suppressions=(*settings.policy.suppressions, *remarks(read.inventories, settings.today, read.root)),
    )
    report = reported(facts, policy, judge(facts, policy, now.date()))
    return Result(report=report, root=read.root, unreadable=tuple(read.named), changed=changed)


def _compared(findings: Sequence[Finding], before: Before, knowledge: Knowledge, answers: Answers) -> list[Finding]:
    """The findings with what the baseline tells of their age."""
    found = compared(findings, before.inventories, knowledge.vulnerabilities, answers.unanswered.__contains__)
    return found if before.baseline.whole else unsure(found)


def _asking(settings: Settings, everything: Sequence[Dependency]) -> str:
    """What is told while the sources are asked."""
    return f"asking {', '.join(settings.sources) or 'the database'} about {count(len(everything), 'version')} …"


def _hints(read: Reading, before: Before | None, answers: Answers, knowledge: Knowledge) -> Iterator[str]:
    """What the reader should know of what was read, compared and answered."""
    yield from _impostors(answers, knowledge)
    yield from read.hints
    yield from before.notes if before else ()
    yield from answers.hints


def _statuses(inventories: Iterable[Inventory], answers: Answers) -> Iterator[Status]:
    """The projects that are not active, by input: what the index says, and what made a resolution fail."""
    for inventory in inventories:
        for name in sorted(inventory.quarantined):
            yield Status(name, QUARANTINED, None, inventory.path)
        for name in sorted({dependency.name for dependency in inventory.dependencies} - set(inventory.quarantined)):
            known = answers.statuses.get(name)
            if known and known.status in TOLD:
                yield Status(name, known.status, known.reason, inventory.path)


def _subject(read: Reading) -> Subject | None:
    """The commit that a folder stands on; of what git keeps the caller knows it, and a work tree tells nothing."""
    if not isinstance(read.tree, FolderTree):
        return None
    return subject(read.root, [inventory.path for inventory in read.inventories])


def _everything(inventories: Iterable[Inventory], before: Before | None) -> list[Dependency]:
    """What is asked about: the services tell of the baseline's versions as of today's."""
    older = before.inventories.values() if before else ()
    return [dependency for inventory in (*inventories, *older) for dependency in inventory.dependencies]


def _failures(
    read: Reading,
    scoped: Iterable[tuple[Inventory, int]],
    answers: Answers,
    uncovered: Iterable[Failure],
    before: Before | None,
) -> Iterator[Failure]:
    """Everything that went wrong; a version of the baseline that nobody answered for is such a thing too."""
    yield from (*read.failures, *(failure for inventory, _ in scoped for failure in inventory.failures))
    yield from (*answers.failures, *uncovered)
    if before is None:
        return
    yield from before.failures
    here = {Package(each.name, each.version) for inventory, _ in scoped for each in inventory.dependencies}
    for path, inventory in before.inventories.items():
        older = {Package(each.name, each.version) for each in inventory.dependencies}
        missing = sorted((older - here) & answers.unanswered.keys())
        if missing:
            detail = f"no answer for {some([f'{package.name} {package.version}' for package in missing])}"
            yield Failure("baseline", before.baseline.ref, path, detail)


def _memory(settings: Settings, read: Reading, before: Before | None, cache: Cache, now: datetime) -> Memory | None:
    """Where the next scan finds what this one learnt; a baseline is not learnt whole, a database is fast to ask."""
    if before or settings.advisory_db:
        return None
    return Memory(cache, settings, str(read.root), (inventory.path for inventory in read.inventories), now)


def _findings(inventories: Iterable[Inventory], found: Mapping[Package, Sequence[Judged]]) -> Iterator[Finding]:
    for inventory in inventories:
        ways: Ways | None = None
        for dependency in inventory.dependencies:
            for each in found.get(Package(dependency.name, dependency.version), ()):
                ways = ways or Ways(inventory)
                yield _finding(inventory, dependency, each, ways)


def _finding(
    inventory: Inventory,
    dependency: Dependency,
    judgement: Judged,
    ways: Ways,
) -> Finding:
    paths, more = ways.to(dependency.node)
    top = next((path[1] for path in paths if len(path) > 1), dependency.name)
    return Finding(
        input=inventory.path,
        dependency=dependency,
        vulnerability=judgement.vulnerability,
        upgrade_to=judgement.upgrade_to,
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
                line = _line(inventory, dependency.name, dependency.written, reason, dependency.place)
                package = Package(dependency.name, dependency.version)
                own.append(line._replace(unanswered=package in answers.unanswered))
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


def _impostors(answers: Answers, knowledge: Knowledge) -> Iterator[str]:
    """Warn of private names that malware on the public index has as well: whoever takes them from there installs it."""
    for name in sorted({package.name for package in answers.never_matched}):
        known = [record.id for record in knowledge.records(name) if is_malware(record) and not record.withdrawn]
        if known:
            yield f"warning: {name} is the name of malware on PyPI ({some(known, 3)}): pin the index that it comes from"


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
