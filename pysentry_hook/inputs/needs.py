"""What an entry of a lock says that it needs: a name, the versions that do, and where it is needed."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from pysentry_hook.inputs.manifest import Manifest, requirement_name
from pysentry_hook.inputs.specifiers import admitted, of_requirement
from pysentry_hook.model import Node, NormalizedName
from pysentry_hook.text import one_line

LONGEST_MARKER = 2_000


class Need(NamedTuple):
    """One dependency; any of the PEP 440 specifier sets may hold, none given means any version."""

    name: NormalizedName
    specifiers: tuple[str, ...]
    marker: str | None


def parse_need(text: str) -> Need | None:
    """Return the need that a PEP 508 requirement states, None where it has no name."""
    name = requirement_name(text)
    if name is None:
        return None
    return Need(name, of_requirement(text), one_line(text.partition(";")[2], LONGEST_MARKER) or None)


def as_markers(value: object) -> tuple[str, ...]:
    """Return the markers that a lock gives an entry: one text, a list, or a table by group; any may hold."""
    if isinstance(value, dict):
        value = list(value.values())
    texts = value if isinstance(value, list) else [value]
    markers = [one_line(text, LONGEST_MARKER) for text in texts]
    return tuple(dict.fromkeys(markers)) if all(markers) else ()


def declared(manifest: Manifest, nodes: Iterable[Node]) -> Collection[Node]:
    """Return what a manifest asks for itself: of several versions of a package those that it admits."""
    found: dict[Node, None] = {}
    by_name: dict[NormalizedName, list[Node]] = {}
    for node in dict.fromkeys(nodes):
        by_name.setdefault(node.name, []).append(node)
    for name in sorted(by_name.keys() & manifest.direct):
        wanted = manifest.constraints.get(name, ())
        found |= dict.fromkeys(admitted(by_name[name], *(each.specifiers for each in wanted)))
    return found.keys()
