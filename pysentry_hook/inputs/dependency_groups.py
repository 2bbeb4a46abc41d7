"""Read [dependency-groups], https://peps.python.org/pep-0735/: requirements and includes, without cycles."""

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Any, NamedTuple

from pysentry_hook.errors import InputError
from pysentry_hook.model import NormalizedName, normalize
from pysentry_hook.text import one_line

if TYPE_CHECKING:
    from packaging.requirements import Requirement


class Group(NamedTuple):
    """One group by the name that it has in the file."""

    written: str
    requirements: tuple["Requirement", ...]
    includes: tuple[NormalizedName, ...]


def parse_groups(path: str, groups: Mapping[str, Any]) -> list[Group]:
    """Return the groups; InputError for a bad entry, an include of no group, and a cycle.

    `packaging` parses the entries. The includes stay includes, because resolving them repeats what
    several groups share, and so a small file could fill the memory.
    """
    from packaging.dependency_groups import DependencyGroupInclude, DependencyGroupResolver

    try:
        resolver = DependencyGroupResolver(groups)
        found = []
        for written in groups:
            items = resolver.lookup(written)
            names = [normalize(item.include_group) for item in items if isinstance(item, DependencyGroupInclude)]
            requirements = [item for item in items if not isinstance(item, DependencyGroupInclude)]
            found.append(Group(written, tuple(requirements), tuple(names)))
    except (ExceptionGroup, ValueError, TypeError, LookupError, RecursionError) as error:
        raise InputError(path, f"[dependency-groups] is not valid: {_cause(error)}") from error
    graph = {normalize(group.written): group.includes for group in found}
    for group, included in graph.items():
        missing = next((name for name in included if name not in graph), None)
        if missing is not None:
            detail = f"the group {one_line(group, 60)!r} includes {one_line(missing, 60)!r}, which is not there"
            raise InputError(path, f"[dependency-groups] is not valid: {detail}")
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        cycle = one_line(" > ".join(error.args[1]), 120)
        raise InputError(path, f"[dependency-groups] is not valid: groups include each other: {cycle}") from error
    return found


def _cause(error: Exception) -> str:
    """The first of the errors that are gathered in one."""
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return one_line(error) or "it nests too deeply"
