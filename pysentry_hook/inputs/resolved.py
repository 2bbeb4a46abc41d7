"""Join the lock that a resolver made with the input that it was made of."""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import replace

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from pysentry_hook.graph import Ways
from pysentry_hook.inputs.manifest import requirement_name
from pysentry_hook.inputs.places import LinePlaces
from pysentry_hook.model import (
    NOT_PINNED,
    Dependency,
    Edge,
    Inventory,
    Location,
    Node,
    NormalizedName,
    Requested,
    Unchecked,
    normalize,
)


def merged(
    inventory: Inventory, asked: Sequence[Requested], lock: Inventory, by: str, notes: Sequence[str]
) -> Inventory:
    """Return the lock, with the project, the scopes and the lines of the input that it was made of."""
    places = {name: each.place for each in reversed(asked) if (name := requirement_name(each.requirement))}
    taken = _taken(asked, lock, {requirement_name(text) for text in inventory.overrides})
    settled = {place for found in taken.values() for place in found}
    sent = {each.place for each in asked}
    locations: list[Location] = []

    def at(place: int) -> int:
        locations.append(inventory.places.location(place))
        return len(locations) - 1

    groups = _groups(inventory, asked, lock)
    declared = _declared(lock, places, taken)

    def scopes(item: Dependency | Unchecked) -> frozenset[str]:
        return groups.get(item.node) or item.groups

    own = [replace(item, place=at(item.place)) for item in inventory.dependencies if item.place not in settled]
    dependencies = own + [
        replace(item, groups=scopes(item), direct=item.name in places, pinned=False, place=at(declared(item.node)))
        for item in lock.dependencies
    ]
    unchecked = [
        replace(item, place=at(item.place), reason=_left_out(item.reason) if item.place in sent else item.reason)
        for item in inventory.unchecked
        if item.place not in settled
    ] + [
        replace(item, groups=scopes(item), direct=item.name in places, place=at(declared(item.node)))
        for item in lock.unchecked
    ]
    project = inventory.roots[0]
    edges = [Edge(project if parent in lock.roots else parent, child, marker) for parent, child, marker in lock.edges]
    edges += [Edge(project, item.node) for item in own]
    return replace(
        inventory,
        dependencies=tuple(dependencies),
        unchecked=tuple(unchecked),
        edges=tuple(dict.fromkeys(edges)),
        places=LinePlaces(locations),
        notes=(*(text for text in inventory.notes if "was not checked" not in text), *notes),
        resolved=by,
    )


def _left_out(reason: str) -> str:
    """The reason of what the resolver was asked for and did not take: to pin it would change nothing."""
    return reason.replace(NOT_PINNED, "left out by the resolver, because of its marker", 1)


def nodes(lock: Inventory) -> list[Node]:
    """Return every package of a lock."""
    return [item.node for item in lock.dependencies] + [item.node for item in lock.unchecked]


def _taken(
    asked: Iterable[Requested], lock: Inventory, overridden: Container[NormalizedName | None]
) -> Mapping[Node, Sequence[int]]:
    """The places of what asked for each version of a lock; what is at none of them was left out by the resolver."""
    wanted: dict[NormalizedName, list[tuple[int, SpecifierSet]]] = {}
    for each in asked:
        requirement = Requirement(each.requirement)
        wanted.setdefault(normalize(requirement.name), []).append((each.place, requirement.specifier))

    def admits(specifier: SpecifierSet, item: Dependency | Unchecked) -> bool:
        may_differ = isinstance(item, Unchecked) or item.name in overridden
        return may_differ or specifier.contains(str(item.version), prereleases=True)

    items: list[Dependency | Unchecked] = [*lock.dependencies, *lock.unchecked]
    return {
        item.node: [place for place, specifier in wanted.get(item.node.name, ()) if admits(specifier, item)]
        for item in items
    }


def _declared(
    lock: Inventory, places: Mapping[NormalizedName, int], taken: Mapping[Node, Sequence[int]]
) -> Callable[[Node], int]:
    """A function from a node to the place of the declaration that brings it in by the shortest way."""
    ways, first = Ways(lock), min(places.values())

    def place(node: Node) -> int:
        found, _ = ways.to(node)
        tops = (places[top.name] for path in found for top in path[1:2] if top.name in places)
        return next(iter(taken[node]), places.get(node.name, next(tops, first)))

    return place


def _groups(inventory: Inventory, asked: Iterable[Requested], lock: Inventory) -> Mapping[Node, frozenset[str]]:
    """The scopes that reach each package: those of the declarations, down all edges."""
    children: dict[Node, list[Node]] = {}
    for parent, child, _ in lock.edges:
        children.setdefault(parent, []).append(child)
    named: dict[NormalizedName, list[Node]] = {}
    for node in nodes(lock):
        named.setdefault(node.name, []).append(node)
    found: dict[Node, set[str]] = {}
    for scope in sorted(inventory.scopes):
        names = {requirement_name(each.requirement) for each in asked if scope in each.groups}
        waiting = [node for name in names if name for node in named.get(name, ())]
        while waiting:
            node = waiting.pop()
            if scope not in found.setdefault(node, set()):
                found[node].add(scope)
                waiting.extend(children.get(node, ()))
    return {node: frozenset(scopes) for node, scopes in found.items()}
