"""The story of a plan: open the input, search for changes, and tell what they clear, move and leave."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from pysentry_hook import __version__
from pysentry_hook.config.settings import Settings
from pysentry_hook.inputs import requirements
from pysentry_hook.model import Dependency, Failure, NormalizedName
from pysentry_hook.plan import refusals
from pysentry_hook.plan.bench import Bench, Blocking, Outcome, TimeIsUpError, names, seen
from pysentry_hook.plan.commands import commands
from pysentry_hook.plan.goals import Goal, Why, goals
from pysentry_hook.plan.holding import chain, cooldown, promised
from pysentry_hook.plan.project import Project
from pysentry_hook.plan.search import Search
from pysentry_hook.proposal import Held, Move, Plan, Tally
from pysentry_hook.report import Decision, Report
from pysentry_hook.resolvers import uv
from pysentry_hook.resolvers.request import ResolutionError
from pysentry_hook.text import count, some

Names = frozenset[NormalizedName]
Opened = Callable[[Names, Names], Project]
"""Opens the input, with packages that stay as they are because no resolver can be asked for them, and with pins
that are asked for by themselves although the file says that something else needs them."""

_MOST_UNUSABLE = 30
_LIMITS = (
    "smallest found, not the smallest there is: packages are tried one after another, the worst finding first",
    "a version between those that advisories name as fixed is taken only where the resolver chooses it",
)
_RESOLVED = {
    False: "uv resolved from wheels and metadata; nothing was installed, and no test was run",
    True: "uv resolved with --allow-build, so it may have built packages, and run their code; no test was run",
}
"""By whether a resolver may build."""
_IDLE = "on no Python that was resolved for its marker holds, so it was left alone"


def plan(bench: Bench, opened: Opened, now: datetime) -> tuple[Plan, Outcome]:
    """Return the plan, and the state that it leads to: that of the input itself where nothing can be done."""
    before = bench.before
    blocking = Blocking.of(before)
    wanted, reasons = goals(bench.project.inventory, blocking, bench.project.held)
    origin = Outcome(changes=(), inventory=bench.project.inventory, report=before, blocking=blocking, hashes={})
    start, unusable, idle = _started(bench, opened) if wanted else (origin, frozenset(), frozenset())
    if isinstance(start, ResolutionError):
        failure = Failure("resolver", uv.NAME, origin.inventory.path, start.summary)
        otherwise = f"nothing was tried: {bench.time_is_up or 'the input cannot be resolved'}"
        return _Told(bench, origin, origin, reasons, otherwise).plan(now, failures=(failure,)), origin
    search = Search(bench=bench, start=start, best=start)
    stays = dict.fromkeys(unusable, _unresolved(bench.settings)) | dict.fromkeys(idle, _IDLE)
    search.run([goal for goal in wanted if goal.package not in stays])
    for goal in wanted:
        reasons |= _why_not(bench, search, goal, now, stays)
    changes = tuple(promised(bench, change, search.best.inventory) for change in search.best.changes)
    best = replace(search.best, changes=changes)
    told = _Told(bench, origin, best, reasons)
    return told.plan(now, notes=tuple(_notes(bench, origin, start, stays))), best


def _started(bench: Bench, opened: Opened) -> tuple[Outcome | ResolutionError, Names, Names]:
    """Resolve the input as it is, or say why it is not."""
    try:
        return _as_it_is(bench, opened)
    except TimeIsUpError as error:
        return ResolutionError(str(error)), frozenset(), frozenset()


def _as_it_is(bench: Bench, opened: Opened) -> tuple[Outcome | ResolutionError, Names, Names]:
    """Resolve the input; what cannot be resolved is held as it is, and so are pins that apply nowhere."""
    unusable: Names = frozenset()
    idle: Names = frozenset()
    alone: Names = frozenset()
    for _ in range(_MOST_UNUSABLE):
        start = bench.attempt(())
        if isinstance(start, Outcome):
            gone = _listed(bench.project) - start.names
            idle, alone = idle | (gone & alone), alone | gone
        else:
            known = {each.name for each in bench.project.inventory.dependencies}
            gone = refusals.unusable(start) & known - unusable
            unusable |= gone
        if not gone:
            break
        bench.project = opened(unusable | idle, alone)
    if isinstance(start, Outcome) and (listed := _listed(bench.project)) and start.names - listed:
        bench.unlisted = start.names - listed
        start = bench.attempt(())
    return start, unusable, idle


def _listed(project: Project) -> Names:
    """What a requirements file pins: what else is installed with that is not in it, and was never checked."""
    if not (project.is_lock and project.inventory.format == requirements.FORMAT):
        return frozenset()
    return frozenset(each.name for each in project.inventory.dependencies)


def _unresolved(settings: Settings) -> str:
    what = "release" if settings.allow_build else "wheel"
    return f"no {what} that could be resolved, and nobody knows what it asks for"


def _why_not(
    bench: Bench, search: Search, goal: Goal, now: datetime, stays: Mapping[NormalizedName, str]
) -> dict[tuple[NormalizedName, str], Why]:
    """Why the findings of a goal that are left are left; `stays` tells it of packages that were not moved."""
    left = [verdict for verdict in search.best.blocking.of_package(goal.package) if goal.names & {*names(verdict)}]
    if not left:
        return {}
    if told := stays.get(goal.package):
        why = Why(told)
    else:
        why = _reason(bench, search, goal, now, [verdict.finding.dependency for verdict in left])
    return {(goal.package, verdict.finding.vulnerability.id): why for verdict in left}


def _reason(bench: Bench, search: Search, goal: Goal, now: datetime, left: Sequence[Dependency]) -> Why:
    refusal = search.refusals.get(goal.package)
    if bench.time_is_up and goal.package not in search.done:
        return Why(f"not tried to the end: {bench.time_is_up}")
    if refusal and (exception := cooldown(bench, goal, search.best, refusal, now)):
        return Why("a cooldown (exclude-newer) alone forbids the fix", exception=exception)
    clean = set(search.best.versions(goal.package)) - {each.version for each in left}
    if clean:
        stays = (f"stays at {each.version} where {' or '.join(each.markers)}" for each in left if each.markers)
        where = "; ".join(dict.fromkeys(stays))
        return Why(f"{some([*map(str, sorted(clean))])} elsewhere, but it {where or 'stays for others'}")
    if spoilt := search.spoilt.get(goal.package):
        brought = [f"{each.id} in {each.package} {each.version}" for each in spoilt]
        return Why(f"what clears it brings in {some(list(dict.fromkeys(brought)), 3)}")
    told = refusal.summary if refusal else "no version that was tried is free of what blocks"
    return Why(told, chain=chain(bench, goal, search.best))


class _Told(NamedTuple):
    """What a plan is told from."""

    bench: Bench
    before: Outcome
    after: Outcome
    reasons: Mapping[tuple[NormalizedName, str], Why]
    otherwise: str = "no version that was tried is free of what blocks"

    def plan(self, now: datetime, *, notes: tuple[str, ...] = (), failures: tuple[Failure, ...] = ()) -> Plan:
        """Return the plan."""
        project, before, after = self.bench.project, self.before, self.after
        cleared = before.blocking.without(after.blocking)
        every = (*failures, *self.bench.unanswered)
        return Plan(
            version=__version__,
            generated=now.replace(microsecond=0),
            path=project.inventory.path,
            format=project.inventory.format,
            tool=project.tool,
            resolver=f"{uv.NAME} {self.bench.program.version}",
            runs=self.bench.runs,
            gates=before.report.gate.names,
            complete=before.report.complete and after.report.complete and not every,
            failures=tuple(dict.fromkeys((*before.report.failures, *after.report.failures, *every))),
            before=_tally(before.report),
            after=_tally(after.report),
            changes=after.changes,
            moves=tuple(self._moves()),
            cleared=cleared,
            introduced=after.blocking.without(before.blocking),
            held=tuple(self._held()),
            commands=tuple(commands(project, after)) if after.changes or cleared else (),
            notes=notes,
            limits=(*_LIMITS, _RESOLVED[self.bench.settings.allow_build]),
        )

    def _moves(self) -> Iterator[Move]:
        kinds = {change.package: change.kind for change in self.after.changes}
        every = (*self.before.inventory.dependencies, *self.after.inventory.dependencies)
        for name in sorted({each.name for each in every}):
            before, after = self.before.versions(name), self.after.versions(name)
            if before != after and self.after is not self.before:
                yield Move(name, before, after, kinds.get(name))

    def _held(self) -> Iterator[Held]:
        known = {seen(verdict) for verdict in self.before.blocking.verdicts}
        for one in dict.fromkeys(map(seen, self.after.blocking.verdicts)):
            why = self.reasons.get((one.package, one.id))
            if why or any((one.package, one.id) == (each.package, each.id) for each in known):
                why = why or Why(self.otherwise)
                yield Held(one, why.reason, why.chain, why.exception)


def _tally(report: Report) -> Tally:
    gate = report.gate
    return Tally(
        len(report.findings), gate.count(Decision.BLOCK), gate.count(Decision.WARN), gate.count(Decision.SUPPRESSED)
    )


def _notes(bench: Bench, origin: Outcome, start: Outcome, stays: Mapping[NormalizedName, str]) -> Iterator[str]:
    """What was not asked for, and what the resolver makes of the input without any change."""
    if bench.time_is_up:
        yield f"{bench.time_is_up}, and more may be found with more: PYSENTRY_HOOK_RESOLVER_DEADLINE=3600"
    for why in sorted({*stays.values()}, reverse=True):
        packages = sorted(name for name, told in stays.items() if told == why)
        if why == _IDLE:
            yield f"{some(packages)}: {why}"
        else:
            yield f"{some(packages)} {'stays as it is' if len(packages) == 1 else 'stay as they are'}: {why}"
    if python := bench.project.python_version:
        yield f"resolved for Python {python} alone"
    names = {each.name for each in (*origin.inventory.dependencies, *start.inventory.dependencies)}
    moved = [name for name in sorted(names) if origin.versions(name) != start.versions(name)]
    if moved:
        yield f"without any change uv alone moves {count(len(moved), 'package')}: {some(moved)}"
