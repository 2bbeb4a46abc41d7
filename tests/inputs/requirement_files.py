"""Requirements files of a few lines, and what is read of them."""

from pysentry_hook.model import Dependency, Inventory, Unchecked
from tests.inputs.reading import (
    inventory,
    pins,
)


def markers(found: Inventory) -> dict[str, tuple[str, ...]]:
    entries: tuple[Dependency | Unchecked, ...] = (*found.dependencies, *found.unchecked)
    return {f"{entry.name} {entry.version}": entry.markers for entry in entries}


def pins_of(text: str | bytes) -> list[str]:
    return pins(inventory({"requirements.txt": text}))
