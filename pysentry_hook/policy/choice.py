"""Which gate judges? By name, by the branch that is built, or by the branch that a change is meant for."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import NamedTuple

from pysentry_hook.errors import UsageError
from pysentry_hook.policy.gates import BUILT_IN, CHANGE, DEFAULT, Gate, settle_gate
from pysentry_hook.rules import Policy, Stated
from pysentry_hook.text import one_line


class Choice(NamedTuple):
    """The gates that judge, and why these."""

    gates: tuple[Gate, ...]
    why: str


class _Match(NamedTuple):
    gate: str
    pattern: str
    stated: Stated
    by_floor: bool
    """Whether nobody but the floor says this branch: it adds a gate, and takes none away."""


def choose(policy: Policy) -> Choice:
    """Return the gates for the occasion; UsageError for a name that no gate has."""
    if policy.named is not None:
        return _named(policy, policy.named)
    event, branch, target, origin = policy.occasion
    if event == "change":
        return _of_change(policy, f"a change to {one_line(target) or 'an unknown branch'} ({origin})")
    if branch is None:
        return Choice((settle_gate(policy, DEFAULT),), f"no gate was named, and {origin}")
    found = list(_matches(policy, branch))
    if not found:
        return Choice((settle_gate(policy, DEFAULT),), f"no gate has the branch {one_line(branch)} ({origin})")
    why = f"branch {one_line(branch)} ({origin}) matches {_told(found)}"
    names = [match.gate for match in found]
    if all(match.by_floor for match in found) and DEFAULT not in names:
        names, why = [DEFAULT, *names], f"{why}, beside the gate {DEFAULT}"
    return Choice(tuple(settle_gate(policy, name) for name in names), why)


def _named(policy: Policy, name: str) -> Choice:
    known = known_gates(policy)
    if name not in known:
        raise UsageError(f"{policy.named_by}: there is no gate {one_line(name, 60)!r}; known: {', '.join(known)}")
    why = f"{policy.named_by} {name}"
    return _of_change(policy, why) if name == CHANGE else Choice((settle_gate(policy, name),), why)


def _of_change(policy: Policy, why: str) -> Choice:
    """The gate of a change, with the thresholds of each gate of the branch that it is meant for."""
    target = policy.occasion.target
    found = list(_matches(policy, target)) if target else []
    if not found:
        return Choice((settle_gate(policy, CHANGE),), why)
    models = [match.gate for match in found]
    plain = (settle_gate(policy, CHANGE),) if all(match.by_floor for match in found) else ()
    gates = (*plain, *(settle_gate(policy, CHANGE, like=model) for model in models))
    return Choice(gates, f"{why}; thresholds of the gate of {one_line(target)}: {_told(found)}")


def known_gates(policy: Policy) -> tuple[str, ...]:
    """The names of all gates, the built-in ones first."""
    layers = (policy.own, *policy.bases, policy.floor)
    return (*BUILT_IN, *sorted({name for layer in layers for name in layer.names()} - BUILT_IN.keys()))


def _matches(policy: Policy, branch: str) -> Iterator[_Match]:
    """The gates with a pattern for a branch, `*` standing for anything, by name; every side adds its own."""
    sides = [(policy.own, False), *((base, False) for base in policy.bases), (policy.floor, True)]
    for name in known_gates(policy):
        for layer, is_floor in sides:
            stated = layer.gates.get(name, {}).get("branches")
            patterns = stated.value if stated and isinstance(stated.value, tuple) else ()
            pattern = next((each for each in patterns if fnmatchcase(branch, each)), None)
            if stated and pattern is not None:
                yield _Match(name, pattern, stated, by_floor=is_floor)
                break


def _told(found: list[_Match]) -> str:
    return " and ".join(f"{match.pattern} of gate {match.gate} ({match.stated.origin})" for match in found)
