"""Join the lock that a resolver made with the input that it was made of."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

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
    known = {node.name for node in nodes(lock)}
    sent = {each.place for each in asked}
    locations: list[Location] = []

    def at(place: int) -> int:
        locations.append(inventory.places.location(place))
        return len(locations) - 1

    groups = _groups(inventory, asked, lock)
    declared = _declared(lock, places)

    def kept(item: Dependency | Unchecked) -> bool:
        return item.place not in sent or item.name not in known

    def scopes(item: Dependency | Unchecked) -> frozenset[str]:
        return groups.get(item.node) or item.groups

    own = [replace(item, place=at(item.place)) for item in inventory.dependencies if kept(item)]
    dependencies = own + [
        replace(item, groups=scopes(item), direct=item.name in places, pinned=False, place=at(declared(item.node)))
        for item in lock.dependencies
    ]
    unchecked = [
        replace(item, place=at(item.place), reason=_left_out(item.reason) if item.place in sent else item.reason)
        for item in inventory.unchecked
        if kept(item)
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


def _declared(lock: Inventory, places: Mapping[NormalizedName, int]) -> Callable[[Node], int]:
    """A function from a node to the place of the declaration that brings it in by the shortest way."""
    ways, first = Ways(lock), min(places.values())

    def place(node: Node) -> int:
        found, _ = ways.to(node)
        tops = (places[top] for path in found for top in map(normalize, path[1:2]) if top in places)
        return places.get(node.name, next(tops, first))

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
