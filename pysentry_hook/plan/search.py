"""Search for the smallest set of changes: accept what clears findings, then leave out what is not needed for it."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from pysentry_hook.model import NormalizedName
from pysentry_hook.plan.bench import Bench, Outcome, TimeIsUpError, names
from pysentry_hook.plan.goals import Goal
from pysentry_hook.plan.proposals import Attempt, Changes, Proposals
from pysentry_hook.proposal import Seen
from pysentry_hook.resolvers.request import ResolutionError


@dataclass(slots=True)
class Search:
    """What has been accepted so far, and what was answered for packages that do not move."""

    bench: Bench
    start: Outcome
    """The state to which no change was made."""
    best: Outcome
    refusals: dict[NormalizedName, ResolutionError] = field(default_factory=dict)
    spoilt: dict[NormalizedName, tuple[Seen, ...]] = field(default_factory=dict)
    """What the nearest proposal would bring in, where one can be resolved and none is better."""
    done: set[NormalizedName] = field(default_factory=set)
    """The packages for which everything was tried."""
    _tried: dict[Changes, Attempt] = field(default_factory=dict)
    _proposals: Proposals = field(init=False)

    def run(self, goals: Sequence[Goal]) -> None:
        """Accept what clears the goals, and leave out what is not needed for it, as long as there is time."""
        self._proposals = Proposals(self.bench, self.attempt)
        with suppress(TimeIsUpError):  # the bench says so, and `best` was tried
            self._reach_all(goals)
            self._drop_what_is_not_needed()

    def _reach_all(self, goals: Sequence[Goal]) -> None:
        """Clear goals at once where that is possible, else each half of them by itself."""
        left = [goal for goal in goals if not self._reached(goal, self.best)]
        if not left:
            return
        outcome = self._proposals.together(left, self.best)
        reached = [goal for goal in left if self._is_good_for(goal, outcome)]
        if isinstance(outcome, Outcome) and reached == left:
            self.best = outcome
        elif len(left) == 1:
            self._reach(left[0])
            self.done.add(left[0].package)
        elif reached:
            self._reach_all(reached)
            for goal in left:
                self._reach_all([goal])
        else:
            middle = len(left) // 2
            self._reach_all(left[:middle])
            self._reach_all(left[middle:])

    def _reached(self, goal: Goal, outcome: Outcome) -> bool:
        """Whether as much is cleared of a goal as can be: everything, or for the Pythons that have a fix."""
        limited = goal.package in self._proposals.limited
        return self._clears(goal, outcome) or (limited and self._clears_somewhere(goal, outcome))

    def _is_good_for(self, goal: Goal, outcome: Attempt | None) -> bool:
        """Whether it reaches a goal and takes no other package back to an older version."""
        return isinstance(outcome, Outcome) and self._reached(goal, outcome) and not self._takes_back(outcome)

    def attempt(self, changes: Changes) -> Attempt:
        """What changes come to; the same are tried once."""
        if changes not in self._tried:
            self._tried[changes] = self.bench.attempt(changes)
        return self._tried[changes]

    def _reach(self, goal: Goal) -> None:
        """Take the first proposal that clears the findings of one package.

        Without one: what takes another package back, then what a parent does not promise, then what clears the most
        of them, or all of them for some Pythons.
        """
        backwards: Outcome | None = None
        partial: Outcome | None = None
        for promised, outcome in self._proposals.of(goal, self.best):
            if backwards and not promised:
                break
            if isinstance(outcome, ResolutionError):
                self.refusals.setdefault(goal.package, outcome)
            elif self._is_good_for(goal, outcome):
                self.best = outcome
                return
            elif self._reached(goal, outcome):
                backwards = backwards or outcome
            elif brought := self._brought_in(outcome):
                self.spoilt.setdefault(goal.package, brought)
            elif self._clears_in_part(goal, outcome) and (
                partial is None or _left(goal, outcome) < _left(goal, partial)
            ):
                partial = outcome
        self.best = backwards or partial or self.best

    def _takes_back(self, outcome: Outcome) -> bool:
        """Whether a package has an older version than in what is accepted."""
        return any(
            after[-1] < before[-1]
            for name in self.best.names & outcome.names
            for before, after in [(self.best.versions(name), outcome.versions(name))]
        )

    def _clears(self, goal: Goal, outcome: Outcome) -> bool:
        """Whether the findings of a package are gone that a version clears, and none came that was not there."""
        return not (_left(goal, outcome) or self._brought_in(outcome) or self._goes_back(goal, outcome))

    def _clears_in_part(self, goal: Goal, outcome: Outcome) -> bool:
        """Whether some findings of a package are gone, or all for some Pythons, and nothing else got worse."""
        some = _left(goal, outcome) < _left(goal, self.best) and not self._goes_back(goal, outcome)
        is_worse = bool(self._brought_in(outcome)) or self._takes_back(outcome)
        return self._clears_somewhere(goal, outcome) or (some and not is_worse)

    def _goes_back(self, goal: Goal, outcome: Outcome) -> bool:
        """Whether the newest version of a package, where several are installed, gives way to an older one."""
        before, after = self.start.versions(goal.package), outcome.versions(goal.package)
        return bool(before and after) and after[-1] < before[-1]

    def _brought_in(self, outcome: Outcome) -> tuple[Seen, ...]:
        """What blocks and was not there before, nor in what is accepted."""
        return (*outcome.blocking.without(self.best.blocking), *outcome.blocking.without(self.start.blocking))

    def _clears_somewhere(self, goal: Goal, outcome: Outcome) -> bool:
        """Whether there is a version without the findings now, where there was none."""

        def clean(state: Outcome) -> bool:
            affected = {verdict.finding.dependency.version for verdict in state.blocking.of_package(goal.package)}
            return bool(set(state.versions(goal.package)) - affected)

        return clean(outcome) and not (clean(self.best) and outcome is not self.best) and not self._brought_in(outcome)

    def _drop_what_is_not_needed(self) -> None:
        """Leave out each change without which as much is cleared, the last first.

        A package whose version is preferred moves without a change of its own only with one that needs it.
        """
        for change in reversed(self.best.changes):
            if not self._may_move_alone(change.package):
                continue
            rest = tuple(each for each in self.best.changes if each is not change)
            outcome = self.attempt(rest) if rest else self.start
            if isinstance(outcome, Outcome) and not outcome.blocking.without(self.best.blocking):
                self.best = outcome

    def _may_move_alone(self, name: NormalizedName) -> bool:
        moved = {
            each.name
            for each in self.best.inventory.dependencies
            if self.best.versions(each.name) != self.start.versions(each.name)
        }
        parents = {edge.parent.name for edge in self.best.inventory.edges if edge.child.name == name}
        return not self.bench.project.is_lock or bool(parents & moved)


def _left(goal: Goal, outcome: Outcome) -> int:
    """How many findings of a goal there are."""
    return sum(not goal.names.isdisjoint(names(verdict)) for verdict in outcome.blocking.of_package(goal.package))
