"""What an entry of a lock says that it needs: a name, the versions that do, and where it is needed."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from pysentry_hook.inputs.manifest import requirement_name
from pysentry_hook.model import Node, NormalizedName
from pysentry_hook.text import one_line

LONGEST_MARKER = 2_000
_SPECIFIERS = re.compile(r"[<>=!~][^;@]*")


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
    head, _, marker = text.partition(";")
    found = _SPECIFIERS.search(head.partition("@")[0])
    return Need(name, (found[0].strip(" )"),) if found else (), one_line(marker, LONGEST_MARKER) or None)


def as_markers(value: object) -> tuple[str, ...]:
    """Return the markers that a lock gives an entry: one text, a list, or a table by group; any may hold."""
    if isinstance(value, dict):
        value = list(value.values())
    texts = value if isinstance(value, list) else [value]
    markers = [one_line(text, LONGEST_MARKER) for text in texts]
    return tuple(dict.fromkeys(markers)) if all(markers) else ()


def admitted(nodes: Sequence[Node], specifiers: Sequence[str]) -> Sequence[Node]:
    """Return the nodes of one package whose version is allowed; all of them where that cannot be told.

    Only a package with several versions needs the look.
    """
    if len(nodes) < 2 or not any(specifiers):  # noqa: PLR2004 (a choice needs two)
        return nodes
    from packaging.specifiers import InvalidSpecifier, SpecifierSet  # 20 ms, needed only for forks

    try:
        sets = [SpecifierSet(text) for text in specifiers]
    except InvalidSpecifier:
        return nodes
    fits = [
        node for node in nodes if any(node.version and each.contains(node.version, prereleases=True) for each in sets)
    ]
    return fits or nodes
