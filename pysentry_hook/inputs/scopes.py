"""Which scopes reach a package: a walk over the graph of a lock from what each scope names."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

Step = TypeVar("Step", bound=Hashable)


def reached(starts: Mapping[str, Iterable[Step]], steps: Mapping[Step, Sequence[Step]]) -> dict[Step, set[str]]:
    """Return for every step that can be reached the scopes from which that is so."""
    scopes: dict[Step, set[str]] = {}
    for scope, first in starts.items():
        waiting = list(first)
        seen = set(waiting)
        while waiting:
            step = waiting.pop()
            scopes.setdefault(step, set()).add(scope)
            fresh = [following for following in steps.get(step, ()) if following not in seen]
            seen.update(fresh)
            waiting.extend(fresh)
    return scopes
