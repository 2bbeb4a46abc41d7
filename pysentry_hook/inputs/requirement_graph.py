"""Join the lines of requirements files into packages, and their `# via` comments into edges."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from packaging.version import Version

from pysentry_hook.inputs.annotations import Said
from pysentry_hook.inputs.limits import bounded
from pysentry_hook.inputs.packages import Package, all_of, any_marker
from pysentry_hook.inputs.requirement_parts import Asked
from pysentry_hook.model import MAIN, Dependency, Edge, Location, Node, NormalizedName, Requested, Unchecked, normalize

_GROUPS = frozenset({MAIN})


class Entry(NamedTuple):
    """One line: what it asks for, what its comments say, where it may come from."""

    asked: Asked
    said: Said
    location: Location

    @property
    def name(self) -> NormalizedName:
        """The normalised name, of which paths and URLs have something like one."""
        return normalize(self.asked.name)

    def origins(self, otherwise: tuple[str, ...]) -> tuple[str, ...]:
        """The index that its comment names, else those of the file."""
        return (self.said.origin,) if self.said.origin else otherwise


class Joined(NamedTuple):
    """The packages in the order of their first lines, and what needs what."""

    dependencies: tuple[Dependency, ...]
    unchecked: tuple[Unchecked, ...]
    edges: tuple[Edge, ...]
    requirements: tuple[Requested, ...]


def join(
    path: str, root: Node, entries: Sequence[Entry], compiled: Collection[str], indexes: tuple[str, ...]
) -> Joined:
    """Make a version that stands twice one package; `compiled` names the files that a tool wrote."""
    names = {entry.name for entry in entries}
    dependencies: list[Dependency] = []
    unchecked: list[Unchecked] = []
    parents: dict[Node, set[NormalizedName]] = {}
    roots: dict[Node, None] = {}
    for places in _grouped(entries):
        same = [entries[place] for place in places]
        stated = {_direct(entry, names, compiled) for entry in same}
        direct = True if True in stated else None if None in stated else False
        package = _package(same, places[0], indexes, direct=direct)
        if isinstance(package, Dependency):
            dependencies.append(package)
        else:
            unchecked.append(package)
        if direct:
            roots[package.node] = None
        parents.setdefault(package.node, set()).update(*(entry.said.parents for entry in same))
    edges = bounded(path, chain((Edge(root, node) for node in roots), _needed(parents)))
    requirements = (
        Requested(entry.asked.text, _GROUPS, entry.origins(indexes), place, entry.said.origin is not None)
        for place, entry in enumerate(entries)
        if entry.asked.text
    )
    return Joined(tuple(dependencies), tuple(unchecked), edges, tuple(requirements))


def _grouped(entries: Sequence[Entry]) -> Iterator[list[int]]:
    """The places of each version; what has none is never the same as another line."""
    found: dict[tuple[str, Version | int], list[int]] = {}
    for place, entry in enumerate(entries):
        found.setdefault((entry.name, place if entry.asked.version is None else entry.asked.version), []).append(place)
    yield from found.values()


def _direct(entry: Entry, names: Collection[NormalizedName], compiled: Collection[str]) -> bool | None:
    """Whether the project names it; a parent that is no package here is a project. None where nothing tells."""
    said = entry.said
    if said.declared or entry.location.path not in compiled:
        return True
    return any(parent not in names for parent in said.parents) if said.parents else None


def _package(same: Sequence[Entry], place: int, indexes: tuple[str, ...], *, direct: bool | None) -> Package:
    asked = same[0].asked
    markers = any_marker([entry.asked.markers for entry in same])
    if asked.version is None:
        return Unchecked(
            name=asked.name,
            version=asked.written,
            reason=asked.reason or "",
            groups=_GROUPS,
            direct=direct,
            markers=markers,
            place=place,
        )
    return Dependency(
        name=same[0].name,
        version=asked.version,
        written=asked.written or "",
        groups=_GROUPS,
        direct=direct,
        indexes=all_of(entry.origins(indexes) for entry in same),
        markers=markers,
        pinned=True,
        place=place,
    )


def _needed(parents: Mapping[Node, Collection[NormalizedName]]) -> Iterator[Edge]:
    """From every version of what a `# via` names to what it brings in."""
    versions: dict[NormalizedName, list[Node]] = {}
    for node in parents:
        versions.setdefault(node.name, []).append(node)
    for child, names in parents.items():
        for name in sorted(names):
            yield from (Edge(parent, child) for parent in versions.get(name, ()))
