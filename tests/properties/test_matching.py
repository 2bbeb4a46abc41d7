"""Matching agrees with oracles that are written another way, and no order of records matters."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from pysentry_hook.advisories import Advisory, Vulnerability
from pysentry_hook.matching import Knowledge, alias_groups, in_range
from pysentry_hook.sources.records import parse
from tests.builders import a_package, a_record, an_advisory

pytestmark = pytest.mark.unmeasured  # other tests measure what these run

RELEASES = [f"{major}.{minor}" for major in range(4) for minor in range(3)]
SUFFIXES = [".dev1", "a1", "b2", "rc1", "", ".post1"]
LADDER = sorted({Version(release + suffix) for release in RELEASES for suffix in SUFFIXES} | {Version("1!0.1")})
"""Versions in order; an interval is a pair of places on it."""


class Interval(NamedTuple):
    """Places from `first` up to and without `end`; an end beyond the ladder is open."""

    first: int
    end: int
    closing: str

    def events(self) -> list[dict[str, str]]:
        start = {"introduced": "0" if self.first == 0 else str(LADDER[self.first])}
        if self.end == len(LADDER):
            return [start]
        end = LADDER[self.end - 1 if self.closing == "last_affected" else self.end]
        return [start, {self.closing: str(end)}]

    def holds(self, place: int) -> bool:
        return self.first <= place < self.end


@st.composite
def intervals(draw: st.DrawFn) -> list[Interval]:
    """Intervals that do not overlap; one may begin where the one before ends."""
    bounds = sorted(draw(st.lists(st.integers(0, len(LADDER)), min_size=2, max_size=8)))
    pairs = [(first, end) for first, end in zip(bounds[::2], bounds[1::2], strict=False) if first < end]
    return [Interval(first, end, draw(st.sampled_from(["fixed", "last_affected"]))) for first, end in pairs]


@given(intervals(), st.integers(0, len(LADDER) - 1), st.randoms(use_true_random=False))
def test_a_version_is_affected_if_an_interval_holds_it_however_the_events_are_ordered(
    spoken: list[Interval], place: int, random: Any
) -> None:
    events = [event for interval in spoken for event in interval.events()]
    random.shuffle(events)
    advisory = parse(a_record(events=events, versions=["0.0.1"]), "osv")
    ranges = advisory.affected[0].ranges
    assert any(in_range(found, LADDER[place]) for found in ranges) == any(item.holds(place) for item in spoken)


@given(intervals(), st.integers(0, len(LADDER) - 1), st.sampled_from(["cpu", "cu12.4", "1"]))
def test_a_local_build_is_as_affected_as_its_public_version(spoken: list[Interval], place: int, local: str) -> None:
    events = [event for interval in spoken for event in interval.events()]
    build = Version(f"{LADDER[place]}+{local}")
    for found in parse(a_record(events=events, versions=["0.0.1"]), "osv").affected[0].ranges:
        assert in_range(found, build) == in_range(found, LADDER[place])


NAMES = [f"PYSEC-2099-{number}" for number in range(1, 5)] + [f"CVE-2099-{number}" for number in range(1, 5)]


@st.composite
def advisories(draw: st.DrawFn) -> Advisory:
    """A record about requests with few possible names, so that many of them meet."""
    return replace(
        an_advisory(
            draw(st.sampled_from(NAMES)),
            source=draw(st.sampled_from(["osv", "pypa", "pypi"])),
            aliases=draw(st.lists(st.sampled_from(NAMES), max_size=2)),
            introduced=draw(st.sampled_from(["0", "1.0", "2.0"])),
            fixed=draw(st.sampled_from([None, "1.0", "2.0", "3.0"])),
            summary=draw(st.sampled_from(["", "A flaw", "Another"])),
            published=draw(st.sampled_from([None, "2098-01-01T00:00:00Z", "2099-01-01T00:00:00Z"])),
            database_specific={"severity": draw(st.sampled_from([None, "LOW", "HIGH"]))},
        ),
        withdrawn=draw(st.sampled_from([None, None, None, "2099-02-01T00:00:00Z"])),
    )


RECORDS = st.lists(advisories(), max_size=6, unique_by=lambda record: (record.id, record.source))


def _by_fixpoint(records: Sequence[Advisory]) -> set[frozenset[int]]:
    """Join what shares a name until nothing more can be joined: slow, and easy to believe."""
    groups = [({n}, {record.id, *(() if record.withdrawn else record.aliases)}) for n, record in enumerate(records)]
    while pair := next((pair for pair in combinations(groups, 2) if pair[0][1] & pair[1][1]), None):
        one, other = pair
        groups = [group for group in groups if group not in (one, other)]
        groups.append((one[0] | other[0], one[1] | other[1]))
    return {frozenset(members) for members, _ in groups}


@given(RECORDS)
def test_alias_groups_are_those_of_a_naive_fixpoint(records: list[Advisory]) -> None:
    places = {id(record): n for n, record in enumerate(records)}
    found = {frozenset(places[id(record)] for record in group) for group in alias_groups(records)}
    assert found == _by_fixpoint(records)


def _comparable(found: Vulnerability) -> Vulnerability:
    return replace(found, references=tuple(sorted(found.references)), ranges=tuple(sorted(found.ranges)))


@given(RECORDS, st.randoms(use_true_random=False), st.sampled_from(["0.5", "1.0", "1.5", "2.5", "3.0"]))
def test_the_order_of_records_never_matters(records: list[Advisory], random: Any, version: str) -> None:
    package = a_package(version=version)
    before = Knowledge(records).vulnerabilities(package)
    shuffled = list(records)
    random.shuffle(shuffled)
    after = Knowledge(shuffled).vulnerabilities(package)
    assert list(map(_comparable, after)) == list(map(_comparable, before))


@given(RECORDS, st.sampled_from(["0.5", "1.0", "1.5", "2.5", "3.0"]))
def test_a_version_has_vulnerabilities_exactly_if_it_is_affected(records: list[Advisory], version: str) -> None:
    package = a_package(version=version)
    found = Knowledge(records).vulnerabilities(package)
    assert bool(found) == Knowledge(records).affected(package)
    assert all(any(say.affected for say in item.says) for item in found)


@given(RECORDS, advisories(), st.sampled_from(["0.5", "1.0", "1.5", "2.5", "3.0"]))
def test_one_more_record_never_makes_a_version_safe(records: list[Advisory], more: Advisory, version: str) -> None:
    package = a_package(version=version)
    if Knowledge(records).affected(package):
        assert Knowledge([*records, more]).affected(package)
