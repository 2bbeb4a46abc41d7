"""Name the tables of other tools that declare dependencies and are not read."""

from collections.abc import Iterator, Mapping
from typing import Any

from pysentry_hook.inputs.documents import subtable
from pysentry_hook.text import one_line

_MAX_SHOWN = 10


def unread(tool: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the lists of [tool] that declare what nobody reads: at most ten by name, then how many more there are."""
    named = [f"[tool.{table}] {key}" for table, content, keys in _tables(tool) for key in keys if content.get(key)]
    more = len(named) - _MAX_SHOWN
    return (*named[:_MAX_SHOWN], *([f"{more} more of such lists"] if more > 0 else []))


def notes(path: str, tool: Mapping[str, Any]) -> tuple[str, ...]:
    """Return a note for each list of [tool] that declares what nobody reads."""
    return tuple(f"{path}: {name} were not read." for name in unread(tool))


def _tables(tool: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any], tuple[str, ...]]]:
    for env, content in subtable(subtable(tool, "hatch"), "envs").items():
        if isinstance(content, dict):
            yield f"hatch.envs.{one_line(env, 60)}", content, ("dependencies", "extra-dependencies")
    yield "rye", subtable(tool, "rye"), ("dev-dependencies",)
    yield "flit.metadata", subtable(subtable(tool, "flit"), "metadata"), ("requires", "dev-requires", "requires-extra")
