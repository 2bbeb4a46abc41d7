"""The ways from a project to its dependencies, shortest first."""

from collections import deque
from collections.abc import Mapping

from pysentry_hook.model import Inventory, Node

MAX_PATHS = 10
_MAX_COUNT = 1_000
_MAX_STEPS = 20_000


class Ways:
    """Answers how the project of one inventory comes to a package."""

    def __init__(self, inventory: Inventory) -> None:
        self._parents: dict[Node, list[Node]] = {}
        children: dict[Node, list[Node]] = {}
        for parent, child, _ in inventory.edges:
            children.setdefault(parent, []).append(child)
            self._parents.setdefault(child, []).append(parent)
        self._depth = _depths(inventory.roots, children)

    def to(self, node: Node) -> tuple[tuple[tuple[str, ...], ...], int]:
        """Return the shortest paths, at most ten, and how many more there are (counted to 1,000).

        A path is the names from the project to the package. Only steps that come nearer to the
        project are taken, so every path has the least length; detours are not counted.
        """
        if node not in self._depth:
            return (), 0
        found: list[tuple[str, ...]] = []
        waiting: list[tuple[Node, ...]] = [(node,)]
        steps = 0
        while waiting and len(found) < _MAX_COUNT and steps < _MAX_STEPS:
            steps += 1
            path = waiting.pop()
            if self._depth[path[0]] == 0:
                found.append(tuple(step.name for step in path))
                continue
            nearer = self._depth[path[0]] - 1
            parents = {parent for parent in self._parents[path[0]] if self._depth.get(parent) == nearer}
            waiting.extend((parent, *path) for parent in sorted(parents, key=_node_order, reverse=True))
        distinct = sorted(set(found))
        return tuple(distinct[:MAX_PATHS]), max(0, len(distinct) - MAX_PATHS)


def _node_order(node: Node) -> tuple[str, str]:
    return node.name, node.version or ""


def _depths(roots: tuple[Node, ...], children: Mapping[Node, list[Node]]) -> dict[Node, int]:
    depth = dict.fromkeys(roots, 0)
    queue = deque(roots)
    while queue:
        node = queue.popleft()
        for child in children.get(node, ()):
            if child not in depth:
                depth[child] = depth[node] + 1
                queue.append(child)
    return depth
