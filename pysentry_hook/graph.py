"""The ways from a project to its dependencies, shortest first."""

from collections import deque
from collections.abc import Mapping

from pysentry_hook.model import Inventory, Node, NormalizedName

MAX_PATHS = 10
_MAX_COUNT = 1_000
_FIRST, _LAST = 10, 40
_BETWEEN = Node(NormalizedName("…"), None)

_Paths = tuple[tuple[tuple[Node, ...], ...], int]


class Ways:
    """Answers how the project of one inventory comes to a package."""

    def __init__(self, inventory: Inventory) -> None:
        self._parents: dict[Node, list[Node]] = {}
        children: dict[Node, list[Node]] = {}
        for parent, child, _ in inventory.edges:
            children.setdefault(parent, []).append(child)
            self._parents.setdefault(child, []).append(parent)
        self._depth, self._beginnings = _reached(inventory.roots, children)
        self._known: dict[Node, _Paths] = {}

    def to(self, node: Node) -> _Paths:
        """Return the shortest paths, at most ten, and how many more there are (counted to 1,000).

        A path goes from the project to the package; of those of the same names there is one. One of more than
        fifty is told by its first ten and its last forty, with `…` between them, and what differs in between
        only is one way. Only steps that come nearer to the project are taken, so every path has the least
        length; detours are not counted.
        """
        if node not in self._known:
            self._known[node] = self._paths(node)
        return self._known[node]

    def _paths(self, node: Node) -> _Paths:
        if node not in self._depth:
            return (), 0
        found: list[tuple[Node, ...]] = []
        waiting: list[tuple[Node, ...]] = [(node,)]
        while waiting and len(found) < _MAX_COUNT:
            path = waiting.pop()
            depth = self._depth[path[0]]
            if depth == 0 or (len(path) == _LAST and depth > _FIRST):
                beginning = (*self._beginnings[path[0]], _BETWEEN) if depth else ()
                found.append((*beginning, *path))
                continue
            parents = {parent for parent in self._parents[path[0]] if self._depth.get(parent) == depth - 1}
            waiting.extend((parent, *path) for parent in sorted(parents, key=_node_order, reverse=True))
        distinct = {tuple(step.name for step in path): path for path in reversed(found)}
        shown = tuple(distinct[names] for names in sorted(distinct)[:MAX_PATHS])
        return shown, len(distinct) - len(shown)


def _node_order(node: Node) -> tuple[str, str]:
    return node.name, node.version or ""


def _reached(
    roots: tuple[Node, ...], children: Mapping[Node, list[Node]]
) -> tuple[Mapping[Node, int], Mapping[Node, tuple[Node, ...]]]:
    """How far from a root each node is, and with what a shortest path to it begins, before its own."""
    depth: dict[Node, int] = dict.fromkeys(roots, 0)
    beginnings: dict[Node, tuple[Node, ...]] = dict.fromkeys(roots, ())
    queue = deque(roots)
    while queue:
        node = queue.popleft()
        beginning = beginnings[node]
        beginning = beginning if len(beginning) == _FIRST else (*beginning, node)
        for child in children.get(node, ()):
            if child not in depth:
                depth[child], beginnings[child] = depth[node] + 1, beginning
                queue.append(child)
    return depth, beginnings
