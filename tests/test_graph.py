"""The ways from a project to its dependencies."""

from itertools import pairwise

import pytest

from pysentry_hook.graph import MAX_PATHS, Ways
from pysentry_hook.model import Edge, Inventory, Node, normalize
from tests.builders import an_inventory


def node(text: str) -> Node:
    """`a` is the package a in version 1, `a2` in version 2; `shop` is the project."""
    if text == "shop":
        return Node(normalize("shop"), None)
    name = text.rstrip("0123456789")
    return Node(normalize(name), text.removeprefix(name) or "1")


def an_inventory_of(*edges: str) -> Inventory:
    """An inventory with edges such as `shop>a`."""
    pairs = [edge.split(">") for edge in edges]
    return an_inventory(edges=[(node(parent), node(child)) for parent, child in pairs])


def named(inventory: Inventory, target: Node) -> list[tuple[str, ...]]:
    """The names on every way that is told."""
    paths, more = Ways(inventory).to(target)
    assert not more
    return [tuple(step.name for step in path) for path in paths]


def ways(target: str, *edges: str) -> tuple[list[str], int]:
    paths, more = Ways(an_inventory_of(*edges)).to(node(target))
    return [" ".join(step.name for step in path) for path in paths], more


def test_a_direct_dependency_is_one_step_away() -> None:
    assert ways("a", "shop>a") == (["shop a"], 0)


def test_a_transitive_dependency_is_shown_with_all_steps() -> None:
    assert ways("c", "shop>a", "a>b", "b>c") == (["shop a b c"], 0)


def test_of_a_short_and_a_long_way_the_short_one_is_shown() -> None:
    assert ways("c", "shop>a", "a>b", "b>c", "a>c") == (["shop a c"], 0)
    assert ways("c", "shop>a", "a>c", "shop>c") == (["shop c"], 0)


def test_both_sides_of_a_diamond_are_shown_in_order() -> None:
    assert ways("d", "shop>c", "shop>b", "c>d", "b>d") == (["shop b d", "shop c d"], 0)


def test_a_cycle_ends() -> None:
    assert ways("c", "shop>a", "a>b", "b>a", "b>c", "c>a", "c>c") == (["shop a b c"], 0)
    assert ways("a", "shop>a", "a>shop") == (["shop a"], 0)


def test_a_package_that_nothing_reaches_has_no_way() -> None:
    assert ways("z", "shop>a", "y>z", "z>y") == ([], 0)
    assert ways("unknown", "shop>a") == ([], 0)


def test_the_project_itself_is_where_every_way_begins() -> None:
    assert ways("shop", "shop>a") == (["shop"], 0)


def test_two_versions_of_one_package_have_their_own_ways() -> None:
    edges = ("shop>a", "shop>b", "a>c1", "b>c2")
    assert ways("c1", *edges) == (["shop a c"], 0)
    assert ways("c2", *edges) == (["shop b c"], 0)


def test_ways_through_two_versions_of_one_package_are_shown_once() -> None:
    assert ways("b", "shop>a1", "shop>a2", "a1>b", "a2>b") == (["shop a b"], 0)


def test_an_edge_that_stands_twice_is_one_way() -> None:
    assert ways("a", "shop>a", "shop>a") == (["shop a"], 0)


def test_in_a_workspace_the_nearest_member_is_where_a_way_begins() -> None:
    lib = Node(normalize("lib"), "0.1")
    inventory = an_inventory_of("shop>a", "a>b")
    inventory = Inventory(
        **{name: getattr(inventory, name) for name in Inventory.__slots__ if name not in {"roots", "edges"}},
        roots=(*inventory.roots, lib),
        edges=(*inventory.edges, Edge(inventory.roots[0], lib), Edge(lib, node("b"))),
    )
    assert Ways(inventory).to(node("b")) == (((lib, node("b")),), 0)


@pytest.mark.parametrize(("count", "more"), [(MAX_PATHS, 0), (MAX_PATHS + 1, 1), (25, 15)])
def test_ten_ways_are_shown_and_the_rest_is_counted(count: int, more: int) -> None:
    middle = [f"m{chr(ord('a') + number)}" for number in range(count)]
    paths, rest = ways("z", *(f"shop>{name}" for name in middle), *(f"{name}>z" for name in middle))
    assert paths == [f"shop {name} z" for name in middle[:10]]
    assert rest == more


@pytest.mark.timeout(60)
def test_more_ways_than_anybody_can_count_are_counted_to_a_thousand() -> None:
    names = "abcdefghijklmnopqrst"
    edges = ["shop>ax", "shop>ay"]
    for above, below in pairwise(names):
        edges += [f"{above}{one}>{below}{other}" for one in "xy" for other in "xy"]
    paths, more = ways("tx", *edges)
    assert len(paths) == 10
    assert len(set(paths)) == 10
    assert all(len(path.split()) == 21 for path in paths)
    assert more == 990


@pytest.mark.timeout(60)
def test_ways_of_the_same_names_are_one_however_many_versions_they_go_through() -> None:
    levels = [[Node(normalize(name), version) for version in "12"] for name in "abcdefghijklmnopqrstuvwxyz"]
    edges = [(node("shop"), each) for each in levels[0]]
    edges += [(one, other) for above, below in pairwise(levels) for one in above for other in below]
    assert named(an_inventory(edges=edges), levels[-1][0]) == [("shop", *"abcdefghijklmnopqrstuvwxyz")]


def a_chain(length: int) -> tuple[Inventory, list[Node]]:
    nodes = [Node(normalize(f"p{number}"), "1") for number in range(length)]
    return an_inventory(edges=[(node("shop"), nodes[0]), *pairwise(nodes)]), nodes


def test_a_way_of_fifty_names_is_told_whole() -> None:
    inventory, nodes = a_chain(49)
    assert named(inventory, nodes[-1]) == [("shop", *(each.name for each in nodes))]


@pytest.mark.timeout(60)
@pytest.mark.parametrize("length", [50, 30_000])
def test_a_longer_way_is_told_by_its_beginning_and_its_end(length: int) -> None:
    inventory, nodes = a_chain(length)
    names = [each.name for each in nodes]
    assert named(inventory, nodes[-1]) == [("shop", *names[:9], "…", *names[-40:])]


def test_ways_that_differ_where_a_long_one_is_told_are_told_each() -> None:
    _, nodes = a_chain(100)
    x, y = node("x"), node("y")
    edges = [
        *pairwise([node("shop"), *nodes]),
        *pairwise([node("shop"), x, nodes[1]]),
        *pairwise([nodes[97], y, nodes[99]]),
    ]
    names = [each.name for each in nodes]
    beginning = ("shop", *names[:9], "…", *names[60:98])
    told = named(an_inventory(edges=edges), nodes[-1])
    assert told == [(*beginning, "p98", "p99"), (*beginning, "y", "p99")]


@pytest.mark.timeout(60)
def test_many_packages_at_the_end_of_a_long_chain_are_asked_for_at_once() -> None:
    inventory, nodes = a_chain(30_000)
    ways = Ways(inventory)
    assert {len(ways.to(each)[0][0]) for each in nodes[-5_000:]} == {51}


def test_the_ways_to_a_package_are_looked_for_once() -> None:
    ways = Ways(an_inventory_of("shop>a", "a>b"))
    assert ways.to(node("b")) is ways.to(node("b"))
