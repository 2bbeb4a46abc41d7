"""Read requirements files that were named together: what includes or constrains another is one set with it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from pysentry_hook.errors import InputError
from pysentry_hook.inputs import Opened, requirements
from pysentry_hook.model import CONSTRAINTS, Inventory
from pysentry_hook.report import SkippedInput
from pysentry_hook.tree import Tree


def open_sets(tree: Tree, paths: Sequence[str]) -> Iterator[Opened]:
    """Give each set with the named files that are read with its first, whatever the order in which they were named.

    A file that others include is read with each of them. Where one limits the versions of another (`-c`), both
    are what one installation must satisfy.
    """
    alone = {path: _read(tree, (path,)) for path in sorted(set(paths))}
    yield from (Opened(path, error) for path, error in alone.items() if isinstance(error, InputError))
    found = {path: inventory for path, inventory in alone.items() if isinstance(inventory, Inventory)}
    tops = _tops(found)
    for members in _together(found, tops):
        first = members[0]
        result = found[first] if len(members) == 1 else _read(tree, members)
        others = sorted(path for path in found if path != first and tops[path][0] in members)
        if isinstance(result, Inventory):
            result = replace(result, members=frozenset(others))
        yield Opened(first, result, tuple(SkippedInput(path, f"read with {first}") for path in others))


def _read(tree: Tree, paths: Sequence[str]) -> Inventory | InputError:
    try:
        return requirements.read_together(tree, paths)
    except InputError as error:
        return error


def _named(inventory: Inventory, found: Mapping[str, Inventory], form: str) -> set[str]:
    """The other named files that an input reads in this form, through whatever lies between."""
    return {file.path for file in inventory.files if file.format == form and file.path in found} - {inventory.path}


def _tops(found: Mapping[str, Inventory]) -> Mapping[str, Sequence[str]]:
    """Which files stand for each: those that include it and that no other includes, else itself.

    Of files that include each other the first stands for all.
    """
    below = {path: _named(inventory, found, requirements.FORMAT) for path, inventory in found.items()}
    above = {path: {other for other in found if path in below[other]} for path in found}
    first = {path: min({path} | (above[path] & below[path])) for path in found if above[path] <= below[path]}
    return {path: sorted({first[other] for other in {path} | above[path] if other in first}) for path in found}


def _together(found: Mapping[str, Inventory], tops: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """The files that stand for others, joined where one limits another; what only limits comes last in its set."""
    limits: set[str] = set()
    sets = {top: frozenset({top}) for several in tops.values() for top in several}
    for path, inventory in found.items():
        for limiting in _named(inventory, found, CONSTRAINTS):
            limits.add(limiting)
            joined = frozenset().union(*(sets[top] for top in (*tops[path], *tops[limiting])))
            sets.update(dict.fromkeys(joined, joined))
    return sorted(sorted(members, key=lambda path: (path in limits, path)) for members in set(sets.values()))
