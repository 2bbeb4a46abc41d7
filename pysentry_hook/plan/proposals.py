"""Propose changes for one package, the mildest and nearest first, each with what the resolver makes of it."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace

from packaging.version import Version

from pysentry_hook.model import NormalizedName
from pysentry_hook.plan.bench import Bench, Outcome
from pysentry_hook.plan.bounds import admits, nearest, raised, within, without_upper
from pysentry_hook.plan.goals import Goal
from pysentry_hook.plan.refusals import pythons
from pysentry_hook.proposal import Change, Edit, Kind
from pysentry_hook.resolvers.request import ResolutionError

Attempt = Outcome | ResolutionError
Changes = tuple[Change, ...]

_LEVELS = 4
MOST_TOPS = 6
"""Of how many direct dependencies that bring a package in the bounds are looked at."""


class Proposals:
    """Proposes on top of what is accepted; `attempt` resolves and judges changes."""

    def __init__(self, bench: Bench, attempt: Callable[[Changes], Attempt]) -> None:
        self._project = bench.project
        self._try = attempt
        self.limited: dict[NormalizedName, str] = {}
        """The Pythons on which alone a package has a fix, as a marker, as far as the resolver has told."""

    def _attempt(self, changes: Changes) -> Attempt:
        """What changes come to; what the resolver says to be for some Pythons alone is asked for these alone."""
        while True:
            limited = tuple(self._limited(change) for change in changes)
            outcome = self._try(limited)
            if isinstance(outcome, Outcome) or not self._learns(outcome, changes):
                return outcome

    def _limited(self, change: Change) -> Change:
        marker = self.limited.get(change.package)
        if marker is None or change.ask is None or ";" in change.ask or not self._project.is_lock:
            return change
        return replace(change, ask=f"{change.ask} ; {marker}")

    def _learns(self, refusal: ResolutionError, changes: Changes) -> bool:
        """Whether the refusal tells of a package that is asked for that its fix needs a later Python."""
        asked = {change.package for change in changes} - self.limited.keys()
        found = {name: python for name, python in pythons(refusal).items() if name in asked}
        self.limited |= {name: f"python_full_version >= '{python}'" for name, python in found.items()}
        return bool(found) and self._project.is_lock

    def together(self, goals: Sequence[Goal], base: Outcome) -> Attempt | None:
        """What all goals come to at once, each at its nearest version; None where no change can say that."""
        nearest_of = {goal.package: goal.targets[0] for goal in goals}
        bound = tuple(
            dict.fromkeys(
                each.name
                for each in self._project.declarations
                if each.name in nearest_of
                and not (self._project.is_lock and admits(each.requested.requirement, nearest_of[each.name]))
            )
        )
        free = [name for name in nearest_of if name not in bound]
        if free and not self._project.is_lock:
            return None
        changes = [refresh(name, next(nearest(name, nearest_of[name]))) for name in free]
        if not bound:
            return self._attempt((*base.changes, *changes))
        loose = [self._loose(name, next(nearest(name, nearest_of[name])), bound) for name in bound]
        seen = self._attempt((*base.changes, *changes, *loose))
        return seen if isinstance(seen, ResolutionError) else self._written(base, seen, (*bound, *free), bound)

    def of(self, goal: Goal, base: Outcome) -> Iterator[tuple[bool, Attempt]]:
        """Give what each proposal comes to, or why it cannot be resolved, and whether all packages promise it."""
        yield from ((True, outcome) for outcome in self._promised(goal, base))
        if goal.package not in self.limited:
            yield from ((False, outcome) for outcome in self._unpromised(base, goal))

    def _promised(self, goal: Goal, base: Outcome) -> Iterator[Attempt]:
        if self._project.is_lock:
            for target in goal.targets:
                asks = nearest(goal.package, target)
                yield from self._nearest(base, [(refresh(goal.package, ask),) for ask in asks])
            if goal.package in self.limited:  # no bound brings a release that is not there
                return
        declared = {each.name for each in self._project.declarations}
        if goal.package in declared:
            for target in goal.targets:
                if len(base.versions(goal.package)) > 1:
                    yield self._where_it_is_affected(base, goal, target)
                yield from self._restated(base, goal, target, (goal.package,))
        tops = [name for name in goal.tops if name in declared and name != goal.package][:MOST_TOPS]
        own = (goal.package,) if goal.package in declared else ()
        for target in goal.targets:
            for names in dict.fromkeys([*((top, *own) for top in tops), (*tops, *own)] if tops else []):
                yield from self._restated(base, goal, target, names)
        if self._project.is_lock:
            yield self._attempt((*base.changes, refresh(goal.package, goal.package)))

    def _unpromised(self, base: Outcome, goal: Goal) -> Iterator[Attempt]:
        """What no declaration can say: a constraint, and against what parents ask for an override."""
        if not self._project.takes_overrides:
            return
        kinds = (Kind.OVERRIDE,) if self._project.is_lock else (Kind.CONSTRAINT, Kind.OVERRIDE)
        for kind in kinds:
            for target in goal.targets:
                asks = [*nearest(goal.package, target)][1:]
                changes = [(Change(kind=kind, package=goal.package, ask=ask),) for ask in asks]
                yield from self._nearest(base, changes)

    def _nearest(self, base: Outcome, levels: Sequence[Changes]) -> Iterator[Attempt]:
        """Give the nearest level first; where not even the widest can be resolved, give that refusal alone."""
        widest = self._attempt((*base.changes, *levels[-1]))
        if isinstance(widest, ResolutionError):
            yield widest
            return
        for level in levels:
            yield self._attempt((*base.changes, *level))

    def _restated(
        self, base: Outcome, goal: Goal, target: Version, names: tuple[NormalizedName, ...]
    ) -> Iterator[Attempt]:
        """Take the upper bounds of some declarations away, see what is chosen, and write the bounds for that."""
        levels = [self._loosened(base, goal, target, names, level) for level in range(_LEVELS)]
        for outcome in self._nearest(base, levels):
            yield (
                outcome
                if isinstance(outcome, ResolutionError)
                else self._written(base, outcome, (*names, goal.package), names, lets=goal.package)
            )

    def _where_it_is_affected(self, base: Outcome, goal: Goal, target: Version) -> Attempt:
        """Other bounds for those declarations of a forked package alone that admit an affected version."""
        edits = tuple(
            Edit(each.number, each.location.path, each.location.line, text, raised(text, target))
            for each in self._project.declarations
            for text in (each.requested.requirement,)
            if each.name == goal.package
            and not admits(text, target)
            and any(admits(text, version) for version in goal.installed)
        )
        change = Change(kind=_kind(edits, target), package=goal.package, ask=goal.package, edits=edits)
        return self._attempt((*base.changes, change))

    def _loosened(
        self, base: Outcome, goal: Goal, target: Version, names: tuple[NormalizedName, ...], level: int
    ) -> Changes:
        """The changes that show what would be chosen, at one of four distances."""
        asks = {name: within(name, max(base.versions(name), default=None), level) for name in names}
        asks[goal.package] = [*nearest(goal.package, target)][level]
        return tuple(self._loose(name, ask, names) for name, ask in asks.items())

    def _loose(self, name: NormalizedName, ask: str, names: Collection[NormalizedName]) -> Change:
        """A package without the upper bounds of its declarations, if it is one of `names`."""
        edits = tuple(
            Edit(each.number, each.location.path, each.location.line, text, without_upper(text))
            for each in self._project.declarations
            if each.name == name and name in names
            for text in (each.requested.requirement,)
        )
        return Change(kind=Kind.UPPER_BOUND, package=name, ask=ask, edits=edits)

    def _written(
        self,
        base: Outcome,
        seen: Outcome,
        packages: Sequence[NormalizedName],
        names: Collection[NormalizedName],
        *,
        lets: NormalizedName | None = None,
    ) -> Attempt:
        """What the bounds of `names` come to that allow what was chosen of the packages, and little beside it.

        `lets` is the package that all of it is for.
        """
        changes: list[Change] = []
        for name in dict.fromkeys(packages):
            versions = seen.versions(name)
            if not versions:
                continue
            edits = tuple(self._edits(name, versions[-1])) if name in names else ()
            ask = exactly(name, versions) if self._project.is_lock else None
            if edits or ask:
                lets_other = lets if lets != name else None
                kind = _kind(edits, versions[-1])
                changes.append(Change(kind=kind, package=name, ask=ask, edits=edits, lets=lets_other))
        return self._attempt((*base.changes, *changes))

    def _edits(self, name: NormalizedName, version: Version) -> Iterator[Edit]:
        """What becomes of each declaration; one that allows the version stays, where a lock keeps what was chosen."""
        for each in self._project.declarations:
            text = each.requested.requirement
            if each.name == name and not (self._project.is_lock and admits(text, version)):
                yield Edit(each.number, each.location.path, each.location.line, text, raised(text, version))


def refresh(name: NormalizedName, ask: str) -> Change:
    """The change of the lock alone."""
    return Change(kind=Kind.REFRESH, package=name, ask=ask)


def exactly(name: NormalizedName, versions: Sequence[Version]) -> str:
    """What asks for these versions again; several, of a package that is forked, are chosen by the resolver."""
    return f"{name}>={versions[0]},<={versions[0]}" if len(versions) == 1 else name


def _kind(edits: Sequence[Edit], version: Version) -> Kind:
    if not edits:
        return Kind.REFRESH
    return Kind.LOWER_BOUND if all(admits(edit.before, version) for edit in edits) else Kind.UPPER_BOUND
