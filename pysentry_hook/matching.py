"""Advisories meet dependencies: which versions are affected, and which records are one vulnerability.

The rules are those of https://ossf.github.io/osv-schema/#evaluation on PEP 440 versions.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from packaging.version import Version

from pysentry_hook.advisories import Advisory, Affected, Event, Say, Vulnerability
from pysentry_hook.model import NormalizedName, Package, parse_version, public
from pysentry_hook.severity import assess, is_malware

_PREFIXES = ("CVE-", "GHSA-", "PYSEC-", "OSV-", "MAL-")
_DIGITS = re.compile(r"(\d+)")
_RELEASE = re.compile(r"(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*))*", re.ASCII)
"""A version of numbers and dots as PEP 440 writes it."""


class Knowledge:
    """All advisories that the sources gave, by package; answers what is known of one version."""

    def __init__(self, advisories: Iterable[Advisory]) -> None:
        self._records: dict[NormalizedName, list[Advisory]] = {}
        self._affected: dict[Package, bool] = {}
        self._groups: dict[NormalizedName, list[list[Advisory]]] = {}
        for advisory in advisories:
            for name in advisory.names:
                self._records.setdefault(name, []).append(advisory)

    def records(self, name: NormalizedName) -> Sequence[Advisory]:
        """Every record about a package, affecting or not, withdrawn or not."""
        return self._records.get(name, ())

    def affected(self, package: Package) -> bool:
        """Whether any live record says that this version is affected; each version is judged once."""
        known = self._affected.get(package)
        if known is None:
            known = self._affected[package] = any(affects(record, package) for record in self.records(package.name))
        return known

    def vulnerabilities(self, package: Package) -> list[Vulnerability]:
        """The alias groups of which at least one live record affects this version, by id."""
        if not self.affected(package):
            return []
        groups = self._groups.get(package.name)
        if groups is None:
            groups = self._groups[package.name] = alias_groups(self.records(package.name))
        found = (_vulnerability(group, package) for group in groups)
        return sorted((item for item in found if item), key=lambda item: id_order(item.id))


def affects(advisory: Advisory, package: Package) -> bool:
    """Whether a record that is not withdrawn says that this version is affected."""
    return advisory.withdrawn is None and any(
        entry.name == package.name and entry_affects(entry, package.version) for entry in advisory.affected
    )


def entry_affects(entry: Affected, version: Version) -> bool:
    """Whether a version is in the list or in any range of one `affected` entry."""
    return (
        str(version) in entry.versions
        or any(in_range(events, version) for events in entry.ranges)
        or _is_listed(entry.versions, version)
    )


def _is_listed(versions: frozenset[str], version: Version) -> bool:
    # Equal versions may be written differently (1.0 and 1.0.0); a listed 2.0 also stands for 2.0+cpu.
    outside = public(version)
    releases, others = _forms(versions)
    return _without_zeros(str(outside)) in releases or version in others or outside in others


@lru_cache(maxsize=1 << 14)
def _forms(versions: frozenset[str]) -> tuple[frozenset[str], frozenset[Version | None]]:
    """The listed versions that are numbers and dots, in one form each, and the others, parsed."""
    releases = {text for text in versions if _RELEASE.fullmatch(text)}
    return frozenset(map(_without_zeros, releases)), frozenset(map(parse_version, versions - releases))


def _without_zeros(release: str) -> str:
    """A release without the zeros at its end, which PEP 440 does not count."""
    while release.endswith(".0"):
        release = release[:-2]
    return release


def in_range(events: Sequence[Event], version: Version) -> bool:
    """Whether a version lies in one of the intervals that sorted events describe."""
    outside = public(version)
    inside = False
    for kind, bound in events:
        # A bound without a local segment speaks of the public version: 2.0+cpu is not above 2.0.
        here = version if bound is not None and bound.local else outside
        if kind == "introduced":
            inside = inside or bound is None or here >= bound
        elif bound is None:
            inside = False
        elif kind == "limit" and here >= bound:
            return False
        elif kind == "last_affected":
            inside = inside and here <= bound
        elif kind == "fixed":
            inside = inside and here < bound
    return inside


def alias_groups(records: Sequence[Advisory]) -> list[list[Advisory]]:
    """Join records that share an id or alias, transitively; a withdrawn record joins nothing."""
    leader: dict[str, str] = {}

    def find(name: str) -> str:
        while (above := leader.setdefault(name, name)) != name:
            leader[name] = leader[above]
            name = leader[name]
        return name

    for record in records:
        root = find(record.id)
        if record.withdrawn is None:
            for alias in record.aliases:
                leader[find(alias)] = root
    groups: dict[str, list[Advisory]] = {}
    for record in records:
        groups.setdefault(find(record.id), []).append(record)
    return list(groups.values())


def id_order(identifier: str) -> tuple[int, tuple[tuple[int, int | str], ...], str]:
    """Sort CVE before GHSA, PYSEC, OSV, MAL and the rest; numbers by value."""
    rank = next((n for n, prefix in enumerate(_PREFIXES) if identifier.startswith(prefix)), len(_PREFIXES))
    parts = tuple((0, int(part)) if part.isdecimal() else (1, part) for part in _DIGITS.split(identifier) if part)
    return rank, parts, identifier


def _vulnerability(group: Sequence[Advisory], package: Package) -> Vulnerability | None:
    hits = [record for record in group if affects(record, package)]
    if not hits:
        return None
    affecting = set(map(id, hits))
    live = [record for record in group if record.withdrawn is None]
    names = sorted({name for record in live for name in (record.id, *record.aliases)}, key=id_order)
    severity, severity_source, cvss = assess(hits)
    richest = max(hits, key=lambda record: (bool(record.summary), len(record.details), record.id, record.source))
    return Vulnerability(
        id=names[0],
        aliases=tuple(names[1:]),
        severity=severity,
        severity_source=severity_source,
        cvss=cvss,
        malware=any(map(is_malware, hits)),
        summary=richest.summary,
        details=richest.details,
        published=min((record.published for record in live if record.published), default=None),
        modified=max((record.modified for record in live if record.modified), default=None),
        references=_union(record.references for record in hits),
        cwes=tuple(sorted({cwe for record in hits for cwe in record.cwes}, key=id_order)),
        ranges=_union(_describe(entry) for record in hits for entry in record.affected if entry.name == package.name),
        says=tuple(
            sorted(
                (
                    _say(record, package.name, affected=id(record) in affecting)
                    for record in group
                    if _speaks_of(record, package)
                ),
                key=lambda say: (say.source, say.id),
            )
        ),
        fixed_in=_fixes(hits, package.name),
    )


def _speaks_of(record: Advisory, package: Package) -> bool:
    """Whether a record says anything of this version, withdrawn or not."""
    return not record.partial or any(
        entry.name == package.name and entry_affects(entry, package.version) for entry in record.affected
    )


def _say(record: Advisory, name: NormalizedName, *, affected: bool) -> Say:
    return Say(
        source=record.source,
        id=record.id,
        affected=affected,
        fixed_in=_fixes([record], name),
        severity=assess([record])[0],
        withdrawn=record.withdrawn,
    )


def _fixes(records: Iterable[Advisory], name: NormalizedName) -> tuple[Version, ...]:
    fixes: set[Version] = set()
    for record in records:
        fixes.update(version for text in record.stated_fixes if (version := parse_version(text)))
        for entry in record.affected:
            if entry.name == name:
                fixes.update(
                    version for events in entry.ranges for kind, version in events if kind == "fixed" and version
                )
    return tuple(sorted(fixes))


_SIGNS = {"fixed": "<", "limit": "<", "last_affected": "<="}


def _describe(entry: Affected) -> tuple[str, ...]:
    """The ranges of an entry in the notation of version specifiers, one text an interval."""
    return tuple(text for events in entry.ranges for text in _intervals(events))


def _intervals(events: Sequence[Event]) -> Iterator[str]:
    """What `in_range` holds to be affected: an end counts where an interval is open, and nothing after a limit."""
    start: str | None = None
    for kind, version in events:
        if kind == "introduced":
            start = start if start is not None else f">={version}" if version is not None else ""
        elif start is not None:
            if version is not None:
                yield f"{start},{_SIGNS[kind]}{version}".lstrip(",")
            start = None
        if kind == "limit":
            return
    if start is not None:
        yield start or "all versions"


def _union(groups: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(sorted({text for group in groups for text in group}))
