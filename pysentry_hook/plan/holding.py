"""Why a package does not move: what holds it, what holds that, and whether a cooldown alone stands in the way."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from packaging.version import Version

from pysentry_hook.inputs.manifest import requirement_name
from pysentry_hook.model import Inventory, Node, NormalizedName
from pysentry_hook.plan.bench import Bench, Outcome, TimeIsUpError
from pysentry_hook.plan.bounds import admits, nearest
from pysentry_hook.plan.goals import Goal
from pysentry_hook.plan.proposals import refresh
from pysentry_hook.plan.refusals import asked_by, pythons
from pysentry_hook.proposal import Change, Kind
from pysentry_hook.resolvers.request import ResolutionError

_DEEPEST = 4
_MOST_HOLDERS = 5
_COOLDOWN = "exclude-newer"


def chain(bench: Bench, goal: Goal, state: Outcome) -> tuple[str, ...]:
    """Return what holds a package back, from the package upwards, a sentence each; () where one alone does not."""
    installed = next(iter(state.versions(goal.package)), goal.installed[0])
    told: list[str] = []
    with suppress(TimeIsUpError):  # what was found before is true
        told.extend(_held_by(bench, state.inventory, goal.package, installed, goal.targets[0]))
    return tuple(told)


def _held_by(
    bench: Bench, inventory: Inventory, name: NormalizedName, installed: Version, wanted: Version
) -> Iterator[str]:
    for _ in range(_DEEPEST):
        wish = f"{name}>={wanted}"
        if isinstance(refusal := bench.alone([wish]), ResolutionError):
            python = pythons(refusal).get(name)
            if python is None:
                yield f"{name} {wanted} cannot be installed: {refusal.summary}"
                return
            yield f"{name} {wanted} needs Python {python} or later, and the project runs on older ones too"
            wish += f" ; python_full_version >= '{python}'"
        yield from _by_project(bench, name, installed, wanted)
        holder = next(_holders(bench, inventory, name, wish), None)
        if holder is None:
            return
        parent, spoken = holder
        asks = f" ({name}{spoken})" if spoken else ""
        told = f"{name} {installed} is held by {parent.name} {parent.version}{asks}"
        first = _first_that_allows(bench, parent, wish)
        if first is None:
            yield f"{told}; no later release of {parent.name} allows {name}>={wanted}"
            return
        yield f"{told}; the first {parent.name} that allows {name}>={wanted} is {first}"
        name, installed, wanted = parent.name, Version(str(parent.version)), first


def _by_project(bench: Bench, name: NormalizedName, installed: Version, wanted: Version) -> Iterator[str]:
    """What the project itself asks for."""
    for each in bench.project.declarations:
        text = each.requested.requirement
        if each.name == name and not admits(text, wanted):
            yield f"{name} {installed} is held by {each.location.path}:{each.location.line} ({text})"
    for text in bench.project.constraints:
        if requirement_name(text) == name and not admits(text, wanted):
            yield f"{name} {installed} is held by a constraint of the project ({text})"


def _holders(bench: Bench, inventory: Inventory, name: NormalizedName, wish: str) -> Iterator[tuple[Node, str]]:
    """The locked packages with which the wished version cannot be installed, and what they ask for."""
    roots = set(inventory.roots)
    parents = {edge.parent for edge in inventory.edges if edge.child.name == name and edge.parent not in roots}
    known = {each.node for each in inventory.dependencies}
    for parent in sorted(parents & known, key=str)[:_MOST_HOLDERS]:
        answer = bench.alone([f"{parent.name}=={parent.version}", wish])
        if isinstance(answer, ResolutionError):
            yield parent, asked_by(answer, parent.name, name)


def promised(bench: Bench, change: Change, inventory: Inventory) -> Change:
    """An override with the names of those that ask for other versions; every other change as it is."""
    if change.kind is not Kind.OVERRIDE or change.ask is None:
        return change
    told: list[str] = []
    with suppress(TimeIsUpError):
        for node, asks in _holders(bench, inventory, change.package, change.ask):
            told.append(f"{node.name} {node.version}" + (f" ({change.package}{asks})" if asks else ""))
    return replace(change, against=tuple(told))


def _first_that_allows(bench: Bench, parent: Node, wish: str) -> Version | None:
    """The least release above the locked one with which the wished version can be installed."""
    found = bench.alone([f"{parent.name}>{parent.version}", wish], lowest=True)
    if isinstance(found, ResolutionError):
        return None
    return min((each.version for each in found.dependencies if each.name == parent.name), default=None)


def cooldown(bench: Bench, goal: Goal, state: Outcome, refusal: ResolutionError, now: datetime) -> str | None:
    """Return what to write where a cooldown alone stands between the package and its fix; it was tried."""
    options = bench.project.options
    if _COOLDOWN not in options and _COOLDOWN not in refusal.whole:
        return None
    exceptions = {**options.get(f"{_COOLDOWN}-package", {}), goal.package: f"{now:%Y-%m-%dT%H:%M:%SZ}"}
    changes: tuple[Change, ...] = (*state.changes, refresh(goal.package, next(nearest(goal.package, goal.targets[0]))))
    try:
        outcome = bench.attempt(changes, options={**options, f"{_COOLDOWN}-package": exceptions})
    except TimeIsUpError:
        return None
    if isinstance(outcome, ResolutionError) or outcome.blocking.of_package(goal.package):
        return None
    return f'[tool.uv] exclude-newer-package = {{ {goal.package} = "{exceptions[goal.package]}" }}'
