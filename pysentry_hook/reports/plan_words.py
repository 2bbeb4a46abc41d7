"""The words in which every plan for people tells what it clears, how each change is made, and what holds the rest."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from packaging.version import Version

from pysentry_hook.model import rank
from pysentry_hook.proposal import Change, Distance, Held, Kind, Move, Plan, Seen, Tally
from pysentry_hook.steps import steps as what_helps
from pysentry_hook.text import count, some

INCOMPLETE = "Incomplete: this is not a clean result"
APPLIED = "Applied: the files are changed, and a second scan found what the plan says."
LIMITS = "Limits"
EXCEPTION = "As an exception, which was tried, write"
_KINDS = {
    Kind.REFRESH: "refresh",
    Kind.LOWER_BOUND: "lower bound",
    Kind.UPPER_BOUND: "upper bound",
    Kind.CONSTRAINT: "constraint",
    Kind.OVERRIDE: "override",
}
_FAR = {Distance.MAJOR: 3, Distance.MINOR: 2, Distance.PATCH: 1, None: 0}
_MOST_NAMED = 5


class Step(NamedTuple):
    """One change as it is told: with what it moves and the findings that it clears."""

    change: Change
    move: Move | None
    clears: tuple[Seen, ...]


class Left(NamedTuple):
    """Findings of one version that stay for one reason."""

    why: Held
    findings: tuple[Seen, ...]


def outcome(plan: Plan) -> str:
    """What the plan comes to: how many changes clear how many of the findings that block."""
    blocking, cleared = plan.before.blocking, len(plan.cleared)
    if not blocking:
        return f"no {'known ' if not plan.complete else ''}finding blocks, so there is nothing to plan"
    verb = "blocks" if blocking == 1 else "block"
    of = "the finding that blocks" if blocking == 1 else f"{count(blocking, 'finding')} that {verb}"
    if not plan.changes and not cleared:
        return f"nothing was found that clears {of if blocking == 1 else f'one of {of}'}"
    if not cleared:
        what = f"{of} in some places only"
    elif cleared < blocking:
        what = f"{cleared} of {of}"
    else:
        what = of if blocking == 1 else f"all {of}"
    if not plan.changes:
        return f"to lock it anew clears {what}{_brought_in(plan)}"
    changes = count(len(plan.changes), "change")
    return f"{changes} {'clears' if len(plan.changes) == 1 else 'clear'} {what}{_brought_in(plan)}"


def _brought_in(plan: Plan) -> str:
    return f", and {count(len(plan.introduced), 'other')} would come in" if plan.introduced else ""


def tried(plan: Plan) -> Iterator[str]:
    """How it was tried and judged, and whose lock it is."""
    gates = f"by gate {' and '.join(plan.gates)}"
    smallest = " Smallest found." if plan.changes else ""
    if plan.runs:
        yield f"Tried with {plan.resolver} in {count(plan.runs, 'run')}, judged {gates}.{smallest}"
    else:
        yield f"Judged {gates}."
    if plan.tool and plan.before.blocking:
        yield (
            f"The input is {plan.tool}'s: it was translated for the resolver, and {plan.tool} itself has to lock it; "
            "it may choose other versions."
        )


def tallies(plan: Plan) -> str:
    """How both states are judged."""
    if not plan.changes and not plan.cleared:
        return f"Now: {_tally(plan.before)}."
    return f"Before: {_tally(plan.before)}. After: {_tally(plan.after)}."


def _tally(tally: Tally) -> str:
    if not tally.findings:
        return "no finding"
    number = f"{tally.blocking:,}" if tally.blocking else "none"
    block = f"{number} {'block' if tally.blocking > 1 else 'blocks'}"
    kinds = ((tally.warning, "warn"), (tally.suppressed, "suppressed"))
    rest = "".join(f", {number:,} {word}" for number, word in kinds if number)
    return f"{count(tally.findings, 'finding')} ({block}{rest})"


def steps(plan: Plan) -> list[Step]:
    """The changes in their order."""
    moves = {move.package: move for move in plan.moves}
    return [
        Step(change, moves.get(change.package), tuple(one for one in plan.cleared if one.package == change.package))
        for change in plan.changes
    ]


def along(plan: Plan) -> list[Seen]:
    """The findings that are cleared with a change to another package."""
    changed = {change.package for change in plan.changes}
    return [seen for seen in plan.cleared if seen.package not in changed]


def others(plan: Plan) -> list[Move]:
    """The packages that move with another, the furthest first; then those that come, and those that go."""
    alone = [move for move in plan.moves if move.change is None]
    return sorted(alone, key=lambda move: (not move.after, not move.before, -_FAR[move.distance], move.package))


def how(step: Step) -> str:
    """What is done, how far the package moves by it, and what nobody promises."""
    distance = far(step.move) if step.move else ""
    word = f"{_KINDS[step.change.kind]}{', ' if distance else ''}{distance}"
    word += f", so that {step.change.lets} can move" if step.change.lets else ""
    if step.change.kind is not Kind.OVERRIDE:
        return word
    who = some(step.change.against, _MOST_NAMED) or "a package that needs it"
    return f"{word}: {who} {'do' if len(step.change.against) > 1 else 'does'} not promise to work with it"


def versions(listed: Sequence[Version]) -> str:
    """The versions of a package in one state."""
    return " and ".join(map(str, listed)) or "none"


def moved(move: Move) -> str:
    """A package with its versions before and after."""
    if not move.before:
        return f"{move.package} {versions(move.after)} (new)"
    return f"{move.package} {versions(move.before)} -> {versions(move.after) if move.after else 'gone'}"


def far(move: Move) -> str:
    """How far a package moves, and whether that is down; empty where it comes or goes."""
    if move.distance is None:
        return ""
    return f"{move.distance.value}{' down' if max(move.after) < max(move.before) else ''}"


def left(plan: Plan) -> list[Left]:
    """What is not cleared, the worst first; findings of one version that stay for one reason are told together."""
    found: dict[Held, list[Seen]] = {}
    for held in plan.held:
        found.setdefault(held._replace(seen=held.seen._replace(id="", severity=None)), []).append(held.seen)
    groups = [Left(why, tuple(sorted(findings, key=_rank))) for why, findings in found.items()]
    return sorted(groups, key=lambda group: _rank(group.findings[0]))


def reasons(held: Held) -> Sequence[str]:
    """Why it stays: what holds it where that is known, else the reason itself."""
    return held.chain or (held.reason,)


def severity(seen: Seen) -> str:
    """How bad a finding is, in one word."""
    return seen.severity.word if seen.severity else "unknown"


def nexts(plan: Plan) -> list[str]:
    """A line for each thing to do about what went wrong."""
    return [*what_helps(plan.failures, planned=True)]


def worst_first(found: Sequence[Seen]) -> list[Seen]:
    """Findings by their severity."""
    return sorted(found, key=_rank)


def _rank(seen: Seen) -> float:
    return -rank(seen.severity)
