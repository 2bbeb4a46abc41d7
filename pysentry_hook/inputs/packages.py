"""Make packages of what entries say; those that repeat one are one, with what any of them says."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from pysentry_hook.model import Dependency, NormalizedName, Unchecked, parse_version
from pysentry_hook.text import one_line

Package = Dependency | Unchecked


def package(
    *,
    name: NormalizedName,
    written: str | None,
    reason: str,
    groups: frozenset[str],
    direct: bool | None,
    markers: tuple[str, ...],
    indexes: tuple[str, ...],
    place: int,
) -> Package:
    """Return the dependency, or what cannot be checked: for the reason, or because `written` is no version."""
    version = parse_version(written) if written else None
    shown = written and one_line(written, 80)
    if reason or not shown or version is None:
        return Unchecked(
            name=name,
            version=shown,
            reason=reason or why_no_version(written),
            groups=groups,
            direct=direct,
            markers=markers,
            place=place,
        )
    return Dependency(
        name=name,
        version=version,
        written=shown,
        groups=groups,
        direct=direct,
        indexes=indexes,
        markers=markers,
        pinned=True,
        place=place,
    )


def why_no_version(written: str | None) -> str:
    """Return the reason of what has no version that can be looked up."""
    return f"the version {one_line(written, 40)!r} is no PEP 440 version" if written else "the lock gives no version"


def kind_of(package: Package) -> object:
    """What entries have in common that are one: name and version, and the reason of what cannot be checked."""
    return package.name, package.version, package.reason if isinstance(package, Unchecked) else None


def joined(packages: Iterable[Package]) -> Sequence[Package]:
    """Return each package once, in the order and at the place of its first entry."""
    same: dict[object, list[Package]] = {}
    for package in packages:
        same.setdefault(kind_of(package), []).append(package)
    return [each[0] if len(each) == 1 else _one(each) for each in same.values()]


def _one(same: Sequence[Package]) -> Package:
    groups = frozenset[str]().union(*(each.groups for each in same))
    found = replace(same[0], groups=groups, markers=any_marker([each.markers for each in same]))
    if isinstance(found, Unchecked):
        return found
    return replace(found, indexes=all_of(each.indexes for each in same if isinstance(each, Dependency)))


def any_marker(alternatives: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """The markers of which one must hold; none where one of the entries is installed everywhere."""
    return all_of(alternatives) if all(alternatives) else ()


def all_of(alternatives: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """All that are named, each once."""
    return tuple(dict.fromkeys(each for some in alternatives for each in some))
