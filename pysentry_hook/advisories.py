"""The types of advisories: records, what they say of a version, and the answers of sources; frozen, no I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from packaging.version import Version

from pysentry_hook.model import Failure, NormalizedName, Package, Severity, rank


class Event(NamedTuple):
    """One bound of a range: introduced, fixed, last_affected or limit; version None is before all."""

    kind: str
    version: Version | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Affected:
    """What an advisory says of one package: version texts, and ranges as events in version order."""

    name: NormalizedName
    versions: frozenset[str]
    ranges: tuple[tuple[Event, ...], ...]


class Cvss(NamedTuple):
    """One CVSS vector with its base score, 0.0 to 10.0."""

    version: str
    vector: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Advisory:
    """One record of one source, https://ossf.github.io/osv-schema/."""

    id: str
    source: str
    aliases: tuple[str, ...]
    affected: tuple[Affected, ...]
    summary: str
    details: str
    published: str | None
    modified: str | None
    withdrawn: str | None
    vectors: tuple[str, ...]
    label: str | None
    references: tuple[str, ...]
    cwes: tuple[str, ...]
    stated_fixes: tuple[str, ...] = ()
    """Fixed versions that the source states outside ranges; they never decide "affected"."""
    damage: str | None = None
    """Why part of the record was set aside."""
    partial: bool = False
    """Whether it is an answer about the versions that it lists, which says nothing of any other."""

    @property
    def names(self) -> frozenset[NormalizedName]:
        """The packages that it speaks of."""
        return frozenset(entry.name for entry in self.affected)


class Say(NamedTuple):
    """What one record of one source says of one version of a package."""

    source: str
    id: str
    affected: bool
    fixed_in: tuple[Version, ...]
    severity: Severity | None
    withdrawn: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Vulnerability:
    """One alias group as it concerns one version of one package."""

    id: str
    aliases: tuple[str, ...]
    severity: Severity | None
    severity_source: str
    """cvss, label or none."""
    cvss: tuple[Cvss, ...]
    malware: bool
    summary: str
    details: str
    published: str | None
    modified: str | None
    references: tuple[str, ...]
    cwes: tuple[str, ...]
    ranges: tuple[str, ...]
    says: tuple[Say, ...]
    fixed_in: tuple[Version, ...]

    @property
    def rank(self) -> float:
        """How bad it is beside others: malware is the worst."""
        return Severity.CRITICAL + 1 if self.malware else rank(self.severity)


class AdvisoryData(NamedTuple):
    """Which advisory data an answer rests on."""

    source: str
    kind: str
    """api, database or archive."""
    url: str
    revision: str | None
    as_of: datetime | None
    stale: bool
    damaged_records: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceAnswer:
    """What one source knows of the packages that it was asked about."""

    data: AdvisoryData
    advisories: tuple[Advisory, ...]
    answered: frozenset[Package]
    unknown: Mapping[Package, str]
    """Packages that the source cannot answer for, and why; no failure."""
    failures: tuple[Failure, ...]
    states: Mapping[Package, tuple[str, ...]] = field(default_factory=dict)
    """By version the states of the records that were named for it, where the revision is made of them."""
    unsettled: frozenset[Package] = frozenset()
    """Packages whose answer is about to change: it is used, and asked for again by the next scan."""
