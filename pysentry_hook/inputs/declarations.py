"""What a manifest declares, entry by entry, and the Inventory that it makes."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from pysentry_hook.errors import InputError
from pysentry_hook.inputs.constraints import Key
from pysentry_hook.inputs.documents import Document
from pysentry_hook.inputs.kinds import kind_of_url
from pysentry_hook.inputs.limits import bounded, few_packages
from pysentry_hook.inputs.manifest import DeclaredLines
from pysentry_hook.inputs.needs import LONGEST_MARKER
from pysentry_hook.inputs.packages import Package, joined, kind_of, package
from pysentry_hook.inputs.places import LinePlaces
from pysentry_hook.model import (
    MAIN,
    NOT_PINNED,
    THIS_PROJECT,
    Dependency,
    Edge,
    Failure,
    InputFile,
    Inventory,
    Node,
    NormalizedName,
    Requested,
    Unchecked,
    normalize,
)
from pysentry_hook.text import one_line

if TYPE_CHECKING:
    from packaging.requirements import Requirement


class Step(NamedTuple):
    """Where something is declared: the kind `main`, `extra` or `group`, and the name of the scope."""

    kind: str
    name: str


IN_MAIN = Step("main", MAIN)


class Stated(NamedTuple):
    """One declaration: the `number`-th of its package in its table or list."""

    step: Step
    section: Key
    number: int
    name: NormalizedName
    version: str | None
    """The version of an exact pin, as it is written."""
    reason: str
    """Why it cannot be checked; empty for an exact pin."""
    marker: str | None = None
    origin: str | None = None
    """The name of the index that it must come from."""
    requirement: str | None = None
    """The declaration as PEP 508 writes it; None for what comes from no index or cannot be written so."""


def parse_requirement(path: str, text: str) -> "Requirement":
    """Parse PEP 508; InputError where it is no requirement."""
    from packaging.requirements import InvalidRequirement, Requirement  # 20 ms, needed only for manifests

    try:
        return Requirement(text)
    except (InvalidRequirement, ValueError, RecursionError) as error:
        raise InputError(path, f"{one_line(text, 60)!r} is no requirement") from error


def of_requirement(step: Step, section: Key, number: int, requirement: "Requirement") -> Stated:
    """What a PEP 508 requirement states; one `==` or `===` without `.*` is an exact pin."""
    name = normalize(requirement.name)
    marker = one_line(requirement.marker, LONGEST_MARKER) or None
    if requirement.url:
        return Stated(step, section, number, name, None, kind_of_url(requirement.url), marker)
    specifiers = list(requirement.specifier)
    if len(specifiers) == 1 and specifiers[0].operator in {"==", "==="}:
        version = pinned_version(f"=={specifiers[0].version}")
        if version:
            return Stated(step, section, number, name, version, "", marker, requirement=str(requirement))
    reason = not_pinned(requirement.name, str(requirement.specifier))
    return Stated(step, section, number, name, None, reason, marker, requirement=str(requirement))


def as_pep508(name: NormalizedName, entry: Mapping[str, object], specifiers: str, marker: str | None) -> str:
    """Return a table of Poetry or a Pipfile as one PEP 508 requirement."""
    extras = entry.get("extras")
    listed = ",".join(extra for extra in extras if isinstance(extra, str)) if isinstance(extras, list) else ""
    return f"{name}{f'[{listed}]' if listed else ''}{specifiers}{f' ; {marker}' if marker else ''}"


def pinned_version(constraint: str) -> str | None:
    """Return the version of `==1.2` or `===1.2`, None for everything else, `==1.*` included."""
    if not constraint.startswith("=="):
        return None
    version = constraint.lstrip("=").strip()
    return None if not version or "*" in version or "," in version else version


def not_pinned(name: str, constraint: str) -> str:
    """Return the reason of a declaration that leaves the version open."""
    gap = "" if constraint[:1] in {"<", ">", "=", "!", "~", ""} else " "
    return f"{NOT_PINNED}: {one_line(f'{name}{gap}{constraint}', 80)!r}"


def joined_markers(markers: Iterable[str | None]) -> str | None:
    """Return the marker that holds where all of them hold; None where there is none."""
    stated = [marker for marker in markers if marker]
    joined = " and ".join(f"({marker})" for marker in stated) if len(stated) > 1 else "".join(stated)
    return one_line(joined, LONGEST_MARKER) or None


def inventory(
    document: Document,
    form: str,
    stated: Collection[Stated],
    *,
    reached: Mapping[Step, Collection[str]],
    scopes: Iterable[str],
    indexes: Callable[[Stated], tuple[str, ...]],
    root: NormalizedName | None,
    requires_python: str | None = None,
    notes: Sequence[str] = (),
    failures: tuple[Failure, ...] = (),
) -> Inventory:
    """Return what was declared; what stands in several scopes with one version is one entry."""
    few_packages(document.path, len(stated))
    lines = DeclaredLines(document)
    items = [_item(entry, frozenset(reached[entry.step]), indexes(entry), n) for n, entry in enumerate(stated)]
    packages = joined(items)
    places = {kind_of(each): each.place for each in packages}
    requirements = (
        Requested(entry.requirement, item.groups, indexes(entry), places[kind_of(item)], entry.origin is not None)
        for entry, item in zip(stated, items, strict=True)
        if entry.requirement
    )
    dependencies = tuple(item for item in packages if isinstance(item, Dependency))
    project = Node(root or THIS_PROJECT, None)
    unlocked = "it is no lock: what these pins bring in themselves is not in it and was not checked."
    return Inventory(
        path=document.path,
        format=form,
        files=(InputFile(document.path, form, document.sha256),),
        dependencies=dependencies,
        unchecked=tuple(item for item in packages if isinstance(item, Unchecked)),
        roots=(project,),
        edges=bounded(document.path, (Edge(project, dependency.node) for dependency in dependencies)),
        places=LinePlaces([lines.of(entry.section, entry.name, entry.number) for entry in stated]),
        scopes=frozenset({MAIN, *scopes}),
        requirements=tuple(requirements),
        requires_python=requires_python,
        notes=(*([unlocked] if dependencies else ()), *notes),
        failures=failures,
    )


def _item(entry: Stated, groups: frozenset[str], indexes: tuple[str, ...], place: int) -> Package:
    return package(
        name=entry.name,
        written=entry.version,
        reason=entry.reason,
        groups=groups,
        direct=True,
        markers=(entry.marker,) if entry.marker else (),
        indexes=indexes,
        place=place,
    )
