"""An Inventory as plain values that JSON holds, and back: every field, and every place that it can be asked for."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from sys import intern
from typing import Any, TypeVar

from pysentry_hook import plain
from pysentry_hook.model import (
    Compiled,
    Dependency,
    Edge,
    Failure,
    InputFile,
    Inventory,
    Location,
    Node,
    NormalizedName,
    Remark,
    Requested,
    Unchecked,
)

Shared = TypeVar("Shared")


class Stored:
    """Places that were looked up when the file was read."""

    def __init__(self, places: Mapping[int, Sequence[Any]], declared: Mapping[Node, Sequence[Any]]) -> None:
        self._places = places
        self._declared = declared

    def location(self, place: int) -> Location:
        """The line of an entry."""
        return _location(self._places[place])

    def declaration(self, node: Node) -> Location | None:
        """The top-level declaration of a direct dependency."""
        found = self._declared.get(node)
        return _location(found) if found else None


class LaterEdges:
    """The edges of an inventory that is looked up when they are asked for."""

    def __init__(self, whole: Callable[[], Inventory]) -> None:
        self._whole = whole

    def __iter__(self) -> Iterator[Edge]:
        return iter(self._whole().edges)


class LaterPlaces:
    """The places of an inventory that is looked up when they are asked for."""

    def __init__(self, whole: Callable[[], Inventory]) -> None:
        self._whole = whole

    def location(self, place: int) -> Location:
        """The line of an entry."""
        return self._whole().places.location(place)

    def declaration(self, node: Node) -> Location | None:
        """The top-level declaration of a direct dependency."""
        return self._whole().places.declaration(node)


class _Table:
    """Values that many entries share, each once and known by its number."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[Any, ...], int] = {}

    def number(self, value: Sequence[Any]) -> int:
        return self._numbers.setdefault(tuple(value), len(self._numbers))

    @property
    def values(self) -> list[tuple[Any, ...]]:
        return list(self._numbers)


def packed(inventory: Inventory) -> dict[str, Any]:
    """Return an inventory as lists, texts, numbers and None."""
    groups, shared, nodes = _Table(), _Table(), _Table()
    dependencies = [
        [
            each.name,
            str(each.version),
            each.written,
            groups.number(sorted(each.groups)),
            each.direct,
            shared.number(each.indexes),
            shared.number(each.markers),
            each.pinned,
            each.place,
        ]
        for each in inventory.dependencies
    ]
    unchecked = [
        [
            each.name,
            each.version,
            each.reason,
            groups.number(sorted(each.groups)),
            each.direct,
            shared.number(each.markers),
            each.place,
        ]
        for each in inventory.unchecked
    ]
    return {
        "path": inventory.path,
        "format": inventory.format,
        "files": inventory.files,
        "dependencies": dependencies,
        "unchecked": unchecked,
        "roots": [nodes.number(node) for node in inventory.roots],
        "edges": [[nodes.number(parent), nodes.number(child), marker] for parent, child, marker in inventory.edges],
        "declared": [[nodes.number(node), found] for node, found in _declared(inventory)],
        "scopes": sorted(inventory.scopes),
        "requirements": [
            [each.requirement, groups.number(sorted(each.groups)), each.indexes, each.place, each.alone]
            for each in inventory.requirements
        ],
        "constraints": inventory.constraints,
        "overrides": inventory.overrides,
        "requires_python": inventory.requires_python,
        "resolved": inventory.resolved,
        "remarks": inventory.remarks,
        "compiled": inventory.compiled,
        "members": sorted(inventory.members),
        "notes": inventory.notes,
        "failures": inventory.failures,
        "quarantined": inventory.quarantined,
        "groups": groups.values,
        "shared": shared.values,
        "nodes": nodes.values,
        "places": {place: inventory.places.location(place) for place in _asked_places(inventory)},
    }


def _asked_places(inventory: Inventory) -> set[int]:
    found = {each.place for each in inventory.dependencies} | {each.place for each in inventory.unchecked}
    return found | {each.place for each in inventory.requirements} | {each.place for each in inventory.remarks}


def _declared(inventory: Inventory) -> Iterator[tuple[Node, Location]]:
    """The declarations of what may stand first on a way to a package, and of the packages."""
    children = (edge.child for edge in inventory.edges)
    packages = (*(each.node for each in inventory.dependencies), *(each.node for each in inventory.unchecked))
    for node in dict.fromkeys((*children, *packages)):
        if found := inventory.places.declaration(node):
            yield node, found


def unpacked(values: Mapping[str, Any]) -> Inventory:
    """Return the inventory of what `packed` gave; TypeError, ValueError or LookupError for anything else."""
    groups = [_shared(frozenset(plain.texts(each))) for each in values["groups"]]
    shared = [_shared(plain.texts(each)) for each in values["shared"]]
    nodes = [Node(NormalizedName(plain.text(name)), plain.text_or_none(version)) for name, version in values["nodes"]]
    return Inventory(
        path=plain.text(values["path"]),
        format=plain.text(values["format"]),
        files=tuple(InputFile(*map(plain.text, each)) for each in values["files"]),
        dependencies=tuple(_dependency(each, groups, shared) for each in values["dependencies"]),
        unchecked=tuple(_unchecked(each, groups, shared) for each in values["unchecked"]),
        roots=tuple(nodes[number] for number in values["roots"]),
        edges=tuple(Edge(nodes[parent], nodes[child], marker) for parent, child, marker in values["edges"]),
        places=Stored(
            {int(place): found for place, found in values["places"].items()},
            {nodes[number]: found for number, found in values["declared"]},
        ),
        scopes=frozenset(map(plain.text, values["scopes"])),
        requirements=tuple(
            Requested(plain.text(requirement), groups[number], tuple(indexes), place, alone)
            for requirement, number, indexes, place, alone in values["requirements"]
        ),
        constraints=tuple(map(plain.text, values["constraints"])),
        overrides=tuple(map(plain.text, values["overrides"])),
        requires_python=plain.text_or_none(values["requires_python"]),
        resolved=plain.text_or_none(values["resolved"]),
        remarks=tuple(Remark(NormalizedName(name), comment, place) for name, comment, place in values["remarks"]),
        compiled=tuple(
            Compiled(plain.text(path), plain.text(folder), plain.text_or_none(command))
            for path, folder, command in values["compiled"]
        ),
        members=frozenset(map(plain.text, values["members"])),
        notes=tuple(map(plain.text, values["notes"])),
        failures=tuple(Failure(*each) for each in values["failures"]),
        quarantined=tuple(NormalizedName(plain.text(name)) for name in values["quarantined"]),
    )


@lru_cache(maxsize=1 << 16)
def _shared(value: Shared) -> Shared:
    """The same object for equal values, which most entries of most inputs share."""
    return value


def _dependency(
    values: Sequence[Any], groups: Sequence[frozenset[str]], shared: Sequence[tuple[str, ...]]
) -> Dependency:
    name, version, written, group, direct, indexes, markers, pinned, place = values
    return Dependency(
        name=NormalizedName(intern(plain.text(name))),
        version=plain.version(version),
        written=intern(plain.text(written)),
        groups=groups[group],
        direct=direct,
        indexes=shared[indexes],
        markers=shared[markers],
        pinned=pinned,
        place=place,
    )


def _unchecked(values: Sequence[Any], groups: Sequence[frozenset[str]], shared: Sequence[tuple[str, ...]]) -> Unchecked:
    name, version, reason, group, direct, markers, place = values
    return Unchecked(
        name=plain.text(name),
        version=plain.text_or_none(version),
        reason=plain.text(reason),
        groups=groups[group],
        direct=direct,
        markers=shared[markers],
        place=place,
    )


def _location(values: Sequence[Any]) -> Location:
    path, line, column, end_column, text = values
    return Location(plain.text(path), int(line), int(column), int(end_column), plain.text(text))
