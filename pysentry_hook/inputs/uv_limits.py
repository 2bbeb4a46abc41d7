"""Read from [tool.uv] what limits versions beside what is declared: constraints and overrides.

https://docs.astral.sh/uv/concepts/resolution/#dependency-constraints
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from pysentry_hook.inputs.documents import table, texts
from pysentry_hook.inputs.manifest import requirement_name
from pysentry_hook.inputs.requirement_parts import requirement
from pysentry_hook.model import NOT_PINNED, Dependency, Inventory, Unchecked
from pysentry_hook.text import one_line, without_credentials

CONSTRAINTS, OVERRIDES = "constraint-dependencies", "override-dependencies"


def limits(path: str, uv: Mapping[str, Any], key: str) -> tuple[list[str], list[str]]:
    """Return the entries of a list that limit versions of an index, and those that do not."""
    kept: list[str] = []
    others: list[str] = []
    for text in texts(uv.get(key), path, f"tool.uv.{key}"):
        asked = requirement(text.strip())
        (kept if asked and asked.text else others).append(text.strip())
    return kept, others


def limited(inventory: Inventory, data: Mapping[str, Any]) -> Inventory:
    """Return the inventory with the constraints and overrides of a manifest; what is of no index is noted.

    A pin that an override stands in the place of says nothing of what is installed.
    """
    path = inventory.path
    uv = table(table(data.get("tool"), path, "[tool]").get("uv"), path, "[tool.uv]")
    found = {key: limits(path, uv, key) for key in (CONSTRAINTS, OVERRIDES)}
    notes = [
        f"{path}: {_shown(text)} of {key} limits no version of an index; passed over."
        for key, (_, others) in found.items()
        for text in others
    ]
    return replace(
        _overridden(inventory, *found[OVERRIDES]),
        constraints=tuple(found[CONSTRAINTS][0]),
        overrides=tuple(found[OVERRIDES][0]),
        notes=(*inventory.notes, *notes),
    )


def _overridden(inventory: Inventory, overrides: Sequence[str], elsewhere: Sequence[str]) -> Inventory:
    """The inventory without the pins that overrides stand in the place of; of `elsewhere` no index is asked."""
    by_name = {requirement_name(text): text for text in reversed((*overrides, *elsewhere))}
    unasked = set(map(requirement_name, elsewhere))
    pins = [each for each in inventory.dependencies if each.name in by_name]
    nodes = {each.node for each in pins}
    return replace(
        inventory,
        dependencies=tuple(each for each in inventory.dependencies if each.name not in by_name),
        unchecked=(*inventory.unchecked, *(_unpinned(each, by_name[each.name]) for each in pins)),
        edges=tuple(edge for edge in inventory.edges if edge.child not in nodes),
        requirements=tuple(
            each for each in inventory.requirements if requirement_name(each.requirement) not in unasked
        ),
    )


def _unpinned(pin: Dependency, override: str) -> Unchecked:
    return Unchecked(
        name=pin.name,
        version=None,
        reason=f"{NOT_PINNED}: {_shown(override)} of override-dependencies stands in its place",
        groups=pin.groups,
        direct=pin.direct,
        markers=pin.markers,
        place=pin.place,
    )


def _shown(text: str) -> str:
    return repr(one_line(without_credentials(text), 60))
