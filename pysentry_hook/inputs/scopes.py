"""The names of scopes, and which scopes reach a package: a walk over the graph of a lock."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

from pysentry_hook.inputs.limits import MAX_REACHED, within
from pysentry_hook.model import normalize
from pysentry_hook.text import one_line

Step = TypeVar("Step", bound=Hashable)


def scope_name(text: str) -> str:
    """Return the name of an extra or a group as it is shown and chosen: normalised and safe to print."""
    return one_line(normalize(text), 80)


def reached(
    path: str, starts: Mapping[str, Iterable[Step]], steps: Mapping[Step, Sequence[Step]]
) -> dict[Step, set[str]]:
    """Return for every step that can be reached the scopes from which that is so."""
    scopes: dict[Step, set[str]] = {}
    number = 0
    for scope, first in starts.items():
        waiting = list(first)
        seen = set(waiting)
        while waiting:
            step = waiting.pop()
            scopes.setdefault(step, set()).add(scope)
            fresh = [following for following in steps.get(step, ()) if following not in seen]
            seen.update(fresh)
            waiting.extend(fresh)
        number += len(seen)
        within(path, number, MAX_REACHED, "packages in its extras and groups together")
    return scopes
