"""Read from [tool.uv] what limits versions beside what is declared: constraints and overrides.

https://docs.astral.sh/uv/concepts/resolution/#dependency-constraints
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from pysentry_hook.inputs.documents import table, texts
from pysentry_hook.inputs.requirement_parts import requirement
from pysentry_hook.model import Inventory
from pysentry_hook.text import one_line


def limited(inventory: Inventory, data: Mapping[str, Any]) -> Inventory:
    """Return the inventory with the constraints and overrides of a manifest; what is of no index is noted."""
    path = inventory.path
    uv = table(table(data.get("tool"), path, "[tool]").get("uv"), path, "[tool.uv]")
    notes: list[str] = []

    def of_index(key: str) -> Iterator[str]:
        for text in texts(uv.get(key), path, f"tool.uv.{key}"):
            asked = requirement(text.strip())
            if asked and asked.text:
                yield asked.text
            else:
                notes.append(f"{path}: {one_line(text, 60)!r} of {key} limits no version of an index; passed over.")

    return replace(
        inventory,
        constraints=tuple(of_index("constraint-dependencies")),
        overrides=tuple(of_index("override-dependencies")),
        notes=(*inventory.notes, *notes),
    )
