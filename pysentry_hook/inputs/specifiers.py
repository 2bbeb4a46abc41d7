"""The PEP 440 specifier sets of a requirement or a constraint, and which versions they admit."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from pysentry_hook.model import Node, parse_version

if TYPE_CHECKING:
    from packaging.specifiers import SpecifierSet

_SPECIFIERS = re.compile(r"[<>=!~][^;@]*")


def of_requirement(text: str) -> tuple[str, ...]:
    """Return the set of a PEP 508 requirement; none where it leaves the version open."""
    found = _SPECIFIERS.search(text.partition(";")[0].partition("@")[0])
    return (found[0].strip(" )"),) if found else ()


def of_constraint(constraint: object) -> tuple[str, ...]:
    """Return the sets of a constraint of Poetry; none, which means any version, where it cannot be read."""
    from pysentry_hook.inputs.poetry_constraints import alternatives

    try:
        return alternatives(constraint) if isinstance(constraint, str) else ()
    except ValueError:
        return ()


def admits(specifiers: tuple[str, ...], version: str | None) -> bool:
    """Whether any of the sets holds a version; none of them, and one that cannot be read, hold every one."""
    sets = _sets(specifiers) if any(specifiers) else ()
    parsed = parse_version(version) if version else None
    return not sets or (parsed is not None and any(each.contains(parsed, prereleases=True) for each in sets))


@lru_cache
def _sets(specifiers: tuple[str, ...]) -> Sequence["SpecifierSet"]:
    from packaging.specifiers import SpecifierSet  # 20 ms, needed only for forks

    try:
        return [SpecifierSet(text) for text in specifiers]
    except ValueError:
        return ()


def admitted(nodes: Sequence[Node], *wanted: tuple[str, ...]) -> Sequence[Node]:
    """Return the nodes of one package whose version is allowed where one of the specifiers counts; all if none is.

    Only a package with several versions needs the look.
    """
    if len(nodes) < 2:  # noqa: PLR2004 (a choice needs two)
        return nodes
    return [node for node in nodes if any(admits(specifiers, node.version) for specifiers in wanted)] or nodes
