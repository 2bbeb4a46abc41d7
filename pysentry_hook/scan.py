"""The story of one scan: read the inputs, ask the sources, match, judge, and tell what was not checked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from pysentry_hook.asking import Answers, Asker
from pysentry_hook.baseline import Bases, Before, read_before
from pysentry_hook.cache import Cache
from pysentry_hook.changes import ask_changed, brought_in, differences
from pysentry_hook.config.settings import Settings
from pysentry_hook.errors import InputError
from pysentry_hook.evaluation import judged, remember
from pysentry_hook.facts import facts
from pysentry_hook.graph import Ways
from pysentry_hook.http import Http
from pysentry_hook.learnt import Judged
from pysentry_hook.matching import Knowledge
from pysentry_hook.memory import Memory
from pysentry_hook.model import Dependency, Inventory, Package
from pysentry_hook.policy.judge import judge
from pysentry_hook.policy.novelty import compared, unsure
from pysentry_hook.reading import Reading, chosen_scopes, within_scope
from pysentry_hook.remarks import with_remarks
from pysentry_hook.report import Finding, Report, reported
from pysentry_hook.text import count
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
    resolved = _resolver(settings, read, http, cache, now, log, progress)
    inventories = list(map(resolved, read.inventories))
    before = read_before(bases, read.root, read.tree, inventories, resolved) if bases.refs else None
    chosen = chosen_scopes(settings, inventories)
    scoped = [within_scope(inventory, settings, chosen) for inventory in inventories]
    asker = Asker(settings, http=http, cache=cache, now=now)
    changed: tuple[int, int] | None = None
    memory = _memory(settings, read, before, cache, now)
    learnt = memory.recall() if memory else None
    everything = _everything([inventory for inventory, _ in scoped], before)
    differing = differences(scoped, before) if before and unchanged else []
    asked = brought_in(differing) if before and unchanged else everything
    with progress(_asking(settings, asked), after=_LONG):
        if before and unchanged:
            here = Asker(settings, http=unchanged, cache=cache, now=now)
            scoped, answers, *numbers = ask_changed(differing, asker, here)
            changed = (numbers[0], numbers[1])
        else:
            answers = asker.ask(everything, learnt)
        knowledge = Knowledge(answers.advisories)
        packages = (each.package for inventory, _ in scoped for each in inventory.dependencies)
        found = judged(packages, answers, knowledge, asker, learnt)
        answers = asker.complete(answers)
    if memory:
        remember(memory, learnt, answers, asker, found)
    findings = list(_findings([inventory for inventory, _ in scoped], found))
    findings = _compared(findings, before, knowledge, answers) if before else findings
    findings, remarked = marked(findings, inventories, plan) if plan else (findings, ())
    settings = with_remarks(settings, read, before)
    known = facts(settings, read, before, inventories, scoped, answers, knowledge, findings, remarked, now)
    report = reported(known, settings.policy, judge(known, settings.policy, now.date()))
    return Result(report=report, root=read.root, unreadable=tuple(read.named), changed=changed)


def _resolver(
    settings: Settings,
    read: Reading,
    http: Http,
    cache: Cache,
    now: datetime,
    log: Callable[[str], None],
    progress: Progress,
) -> Callable[[Inventory], Inventory]:
    """What makes the loose requirements of an input exact; nothing is loaded for it where all are."""

    @lru_cache
    def resolving() -> Resolving:
        from pysentry_hook.resolving import Resolving

        return Resolving(settings, root=read.root, http=http, cache=cache, now=now, log=log, progress=progress)

    if settings.forget_resolutions:
        resolving()
    return lambda inventory: resolving().resolved(inventory) if inventory.requirements else inventory


def _compared(findings: Sequence[Finding], before: Before, knowledge: Knowledge, answers: Answers) -> list[Finding]:
    """The findings with what the baseline tells of their age."""
    found = compared(findings, before.inventories, knowledge.vulnerabilities, answers.unanswered.__contains__)
    return found if before.baseline.whole else unsure(found)


def _asking(settings: Settings, dependencies: Iterable[Dependency]) -> str:
    """What is told while the sources are asked."""
    number = len({each.package for each in dependencies})
    return f"asking {', '.join(settings.sources) or 'the database'} about {count(number, 'version')} …"


def _everything(inventories: Iterable[Inventory], before: Before | None) -> list[Dependency]:
    """What is asked about: the services tell of the baseline's versions as of today's."""
    older = before.inventories.values() if before else ()
    return [dependency for inventory in (*inventories, *older) for dependency in inventory.dependencies]


def _memory(settings: Settings, read: Reading, before: Before | None, cache: Cache, now: datetime) -> Memory | None:
    """Where the next scan finds what this one learnt; a baseline is not learnt whole, a database is fast to ask."""
    if before or settings.advisory_db:
        return None
    return Memory(cache, settings, str(read.root), (inventory.path for inventory in read.inventories), now)


def _findings(inventories: Iterable[Inventory], found: Mapping[Package, Sequence[Judged]]) -> Iterator[Finding]:
    for inventory in inventories:
        ways: Ways | None = None
        for dependency in inventory.dependencies:
            for each in found.get(dependency.package, ()):
                ways = ways or Ways(inventory)
                yield _finding(inventory, dependency, each, ways)


def _finding(
    inventory: Inventory,
    dependency: Dependency,
    judgement: Judged,
    ways: Ways,
) -> Finding:
    paths, more = ways.to(dependency.node)
    top = next((path[1] for path in paths if len(path) > 1), dependency.node)
    return Finding(
        input=inventory.path,
        dependency=dependency,
        vulnerability=judgement.vulnerability,
        upgrade_to=judgement.upgrade_to,
        paths=tuple(tuple(step.name for step in path) for path in paths),
        more_paths=more,
        location=inventory.places.location(dependency.place),
        declared_at=inventory.places.declaration(top),
    )
