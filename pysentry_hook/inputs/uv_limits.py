"""Read from [tool.uv] what limits versions beside what is declared: constraints and overrides.

https://docs.astral.sh/uv/concepts/resolution/#dependency-constraints
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pysentry_hook.inputs.documents import table, texts
from pysentry_hook.inputs.requirement_parts import requirement
from pysentry_hook.model import Inventory
from pysentry_hook.text import one_line

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
    """Return the inventory with the constraints and overrides of a manifest; what is of no index is noted."""
    path = inventory.path
    uv = table(table(data.get("tool"), path, "[tool]").get("uv"), path, "[tool.uv]")
    found = {key: limits(path, uv, key) for key in (CONSTRAINTS, OVERRIDES)}
    notes = [
        f"{path}: {one_line(text, 60)!r} of {key} limits no version of an index; passed over."
        for key, (_, others) in found.items()
        for text in others
    ]
    return replace(
        inventory,
        constraints=tuple(found[CONSTRAINTS][0]),
        overrides=tuple(found[OVERRIDES][0]),
        notes=(*inventory.notes, *notes),
    )
