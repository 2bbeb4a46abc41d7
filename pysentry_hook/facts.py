"""Facts of a scan: what was found, what was checked, and everything that was not, with the reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from pysentry_hook import __version__
from pysentry_hook.asking import Answers
from pysentry_hook.baseline import Before
from pysentry_hook.config.settings import Settings
from pysentry_hook.matching import Knowledge
from pysentry_hook.model import NOT_PINNED, Failure, Inventory, Subject
from pysentry_hook.reading import Reading
from pysentry_hook.report import Coverage, Facts, Finding, InputSummary, Status, UncheckedLine
from pysentry_hook.severity import is_malware
from pysentry_hook.sources.status import QUARANTINED, TOLD
from pysentry_hook.steps import WARNING, steps
from pysentry_hook.text import count, some
from pysentry_hook.tree import FolderTree, subject


def facts(
    settings: Settings,
    read: Reading,
    before: Before | None,
    inventories: Sequence[Inventory],
    scoped: Sequence[tuple[Inventory, int]],
    answers: Answers,
    knowledge: Knowledge,
    findings: Iterable[Finding],
    remarked: Iterable[str],
    now: datetime,
) -> Facts:
    """Everything that was found, and everything that was not checked."""
    coverage, uncovered = _coverage(scoped, answers)
    failures = tuple(_failures(read, scoped, answers, uncovered, before))
    return Facts(
        version=__version__,
        generated=now.replace(microsecond=0),
        subject=_subject(read),
        baseline=before.baseline if before else None,
        failures=failures,
        inputs=(*(_summary(inventory) for inventory in inventories), *read.broken),
        skipped_inputs=tuple(read.skipped),
        advisory_data=answers.data,
        not_known=answers.not_known,
        hints=(*remarked, *_hints(read, before, answers, knowledge), *_loose(scoped, settings), *steps(failures)),
        coverage=coverage,
        findings=tuple(sorted(findings, key=lambda finding: finding.order)),
        statuses=tuple(_statuses([inventory for inventory, _ in scoped], answers)),
        policy_files=settings.policy_files,
        policy_changes=settings.policy_changes,
    )


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
    here = {each.package for inventory, _ in scoped for each in inventory.dependencies}
    for path, inventory in before.inventories.items():
        older = {each.package for each in inventory.dependencies}
        missing = sorted((older - here) & answers.unanswered.keys())
        if missing:
            detail = f"no answer for {some(list(map(str, missing)))}"
            yield Failure("baseline", before.baseline.ref, path, detail)


def _coverage(scoped: Sequence[tuple[Inventory, int]], answers: Answers) -> tuple[Coverage, tuple[Failure, ...]]:
    """Count what was checked and name the rest; where nothing at all could be checked that is a failure."""
    lines: list[UncheckedLine] = []
    listing: list[Inventory] = []
    total = checked = 0
    for inventory, _ in scoped:
        own = [_line(inventory, item.name, item.version, item.reason, item.place) for item in inventory.unchecked]
        for dependency in inventory.dependencies:
            reason = answers.why_unchecked(dependency)
            if reason:
                line = _line(inventory, dependency.name, dependency.written, reason, dependency.place)
                package = dependency.package
                own.append(line._replace(unanswered=package in answers.unanswered))
        listing += [inventory] if inventory.size else []
        total += inventory.size
        checked += inventory.size - len(own)
        lines.extend(own)
    left_out = sum(number for _, number in scoped)
    lines.sort(key=lambda line: (line.path, line.name, line.version or "", line.line))
    coverage = Coverage(total=total, checked=checked, left_out_by_filter=left_out, unchecked=tuple(lines))
    return coverage, () if checked or not total else (_nothing_checked(listing, total),)


def _nothing_checked(listing: Sequence[Inventory], total: int) -> Failure:
    """The failure of the inputs that list something of which nothing could be checked."""
    none = "its only dependency could not" if total == 1 else f"none of the {total} dependencies could"
    first, *others = listing
    if others:
        return Failure("input", some([inventory.path for inventory in listing], 3), None, f"{none} be checked")
    return Failure("input", first.format, first.path, f"{none} be checked")


def _impostors(answers: Answers, knowledge: Knowledge) -> Iterator[str]:
    """Warn of private names that malware on the public index has as well: whoever takes them from there installs it."""
    for name in sorted({package.name for package in answers.never_matched}):
        known = [record.id for record in knowledge.records(name) if is_malware(record) and not record.withdrawn]
        if known:
            yield f"{WARNING}{name} is the name of malware on PyPI ({some(known, 3)}): pin the index that it comes from"


def _loose(scoped: Iterable[tuple[Inventory, int]], settings: Settings) -> tuple[str, ...]:
    """The hint about requirements that are not pinned, unless the user asked for pins only.

    Where a resolver failed, its failure says what helps: a lock would fail as well.
    """
    settled = (inventory for inventory, _ in scoped if all(each.kind != "resolver" for each in inventory.failures))
    loose = sum(item.reason.startswith(NOT_PINNED) for inventory in settled for item in inventory.unchecked)
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
        packages=inventory.size,
        damaged=False,
        resolved=inventory.resolved,
        compiled=inventory.compiled,
        notes=inventory.notes,
    )
