"""What an earlier scan of the same inputs learnt of versions, for as long as the oldest answer in it counts.

Alias groups join all records about a name: a name is known with just the versions that are asked about, or it is
asked about anew.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from packaging.version import Version

from pysentry_hook.advisories import Advisory, AdvisoryData, SourceAnswer, Vulnerability
from pysentry_hook.model import NormalizedName, Package
from pysentry_hook.sources.context import revision
from pysentry_hook.sources.status import Known

Old = Callable[[datetime | None], bool]
"""Whether an answer of that moment is older than it should be."""


class Judged(NamedTuple):
    """One vulnerability of a version, and the version to upgrade to."""

    vulnerability: Vulnerability
    upgrade_to: Version | None


class Asked(NamedTuple):
    """What is asked about one name: its versions, those that services may be told of, and whether for its status."""

    versions: frozenset[Version]
    sent: frozenset[Version]
    status: bool


class Page(NamedTuple):
    """What is known of one name."""

    asked: Asked
    affected: Mapping[Version, tuple[Judged, ...]]
    """Of the versions those that something affects."""
    unknown: Mapping[str, Mapping[Version, str]]
    """By source the versions that it cannot answer for, and why."""
    states: Mapping[str, tuple[str, ...]]
    """By source the states of the records that it named, of which its revision is made."""
    damaged: Mapping[str, tuple[str, ...]]
    """By source the records about it that cannot be used whole."""
    status: Known | None
    """None where it was not asked for."""


@dataclass(slots=True, kw_only=True)
class Learnt:
    """Pages by name, the advisory data that they rest on, and the names that their records speak of beside them."""

    pages: dict[NormalizedName, Page] = field(default_factory=dict)
    data: dict[str, AdvisoryData] = field(default_factory=dict)
    mentioned: frozenset[NormalizedName] = frozenset()
    oldest: float = 0.0
    """When the oldest answer came, in seconds since the epoch."""

    def known(self, asked: Mapping[NormalizedName, Asked]) -> frozenset[NormalizedName]:
        """The names of which all that is asked is known; none where a record speaks of one that is not, or went."""
        found = frozenset(name for name, each in asked.items() if name in self.pages and self.pages[name].asked == each)
        return frozenset() if self.mentioned & ((asked.keys() | self.pages.keys()) - found) else found

    def fits(self, source: str, answer: SourceAnswer, known: frozenset[NormalizedName]) -> bool:
        """Whether a new answer of a source about other names changes nothing of those that are known."""
        before = self.data.get(source)
        same = before is None or before.kind == "api" or before.revision == answer.data.revision
        return same and all(known.isdisjoint(advisory.names) for advisory in answer.advisories)

    def joined(self, source: str, answer: SourceAnswer | None, known: Iterable[Package], is_old: Old) -> SourceAnswer:
        """The answer of a source about all names: the new one, and what is known of these packages."""
        pages = {package: self.pages[package.name] for package in known}
        unknown = {
            package: page.unknown[source][package.version]
            for package, page in pages.items()
            if package.version in page.unknown.get(source, ())
        }
        states = {package: page.states.get(source, ()) for package, page in pages.items()}
        data = self.data[source]
        damaged = {*data.damaged_records, *(each for page in pages.values() for each in page.damaged.get(source, ()))}
        as_of = data.as_of
        if answer is None:
            answer = SourceAnswer(data=data, advisories=(), answered=frozenset(), unknown={}, failures=())
        else:
            states |= answer.states
            damaged |= set(answer.data.damaged_records)
            as_of = min((each for each in (data.as_of, answer.data.as_of) if each), default=None)
        return replace(
            answer,
            data=answer.data._replace(
                as_of=as_of,
                stale=is_old(as_of),
                revision=revision(states.values()) if data.kind == "api" else data.revision,
                damaged_records=tuple(sorted(damaged)),
            ),
            answered=answer.answered | (frozenset(pages) - unknown.keys()),
            unknown={**answer.unknown, **unknown},
            states=states,
        )


def learn(
    old: Learnt | None,
    known: frozenset[NormalizedName],
    asked: Mapping[NormalizedName, Asked],
    answers: Mapping[str, SourceAnswer],
    statuses: Mapping[NormalizedName, Known],
    judged: Mapping[Package, tuple[Judged, ...]],
    oldest: float,
) -> Learnt:
    """Return what is known after a scan: what was known and still is, and all that was asked."""
    pages = {name: old.pages[name] for name in known} if old else {}
    damaged = {source: _damaged(answer) for source, answer in answers.items()}
    states: dict[str, dict[NormalizedName, set[str]]] = {source: {} for source in answers}
    unknown: dict[NormalizedName, dict[str, dict[Version, str]]] = {}
    for source, answer in answers.items():
        for package, lines in answer.states.items():
            states[source].setdefault(package.name, set()).update(lines)
        for package, why in answer.unknown.items():
            unknown.setdefault(package.name, {}).setdefault(source, {})[package.version] = why
    for name in asked.keys() - known:
        pages[name] = Page(
            asked=asked[name],
            affected={version: found for version in asked[name].versions if (found := judged[Package(name, version)])},
            unknown=unknown.get(name, {}),
            states={source: tuple(sorted(of[name])) for source, of in states.items() if of.get(name)},
            damaged={source: tuple(sorted(of[name])) for source, of in damaged.items() if name in of},
            status=statuses.get(name) if asked[name].status else None,
        )
    named = frozenset(name for answer in answers.values() for name in _mentioned(answer.advisories))
    return Learnt(
        pages=pages,
        data={source: _general(answer.data, damaged[source], pages.values()) for source, answer in answers.items()},
        mentioned=named | (old.mentioned if old and known else frozenset()),
        oldest=min(oldest, old.oldest) if old and known else oldest,
    )


def _mentioned(advisories: Iterable[Advisory]) -> set[NormalizedName]:
    """The names in records that speak of several."""
    return {name for advisory in advisories if len(names := advisory.names) > 1 for name in names}


def _damaged(answer: SourceAnswer) -> dict[NormalizedName, set[str]]:
    """By name the records about it of which something was set aside."""
    found: dict[NormalizedName, set[str]] = {}
    for advisory in answer.advisories:
        for name in advisory.names if advisory.damage else ():
            found.setdefault(name, set()).add(advisory.id)
    return found


def _general(data: AdvisoryData, new: Mapping[NormalizedName, set[str]], pages: Iterable[Page]) -> AdvisoryData:
    """The data with those damaged records alone that are about no name that is known."""
    told = {each for of in new.values() for each in of}
    told |= {each for page in pages for each in page.damaged.get(data.source, ())}
    return data._replace(damaged_records=tuple(each for each in data.damaged_records if each not in told))
