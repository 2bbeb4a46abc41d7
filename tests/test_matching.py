"""Which versions are affected."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from packaging.version import Version

from pysentry_hook.advisories import Advisory, Vulnerability
from pysentry_hook.matching import Knowledge, affects, in_range
from pysentry_hook.sources.records import parse
from tests.builders import a_package, a_record, affected, an_advisory

Events = Sequence[Mapping[str, str]]


def hits(version: str, **more: Any) -> bool:
    """Whether a record with these keywords of `a_record` affects this version of requests."""
    return affects(an_advisory(**more), a_package(version=version))


def among(versions: str, **more: Any) -> str:
    """Those of the versions that such a record affects."""
    return " ".join(version for version in versions.split() if hits(version, **more))


def the_vulnerability(*advisories: Advisory, version: str = "2.30.0") -> Vulnerability:
    (found,) = Knowledge(advisories).vulnerabilities(a_package(version=version))
    return found


def test_fixed_is_the_first_version_that_is_not_affected() -> None:
    assert among("0.1 2.30.99 2.31.0 2.31 3.0", fixed="2.31.0") == "0.1 2.30.99"


def test_last_affected_is_itself_affected() -> None:
    assert among("1.9 2.0 2.5 2.5.1", events=[{"introduced": "2.0"}, {"last_affected": "2.5"}]) == "2.0 2.5"


def test_every_interval_of_a_range_counts_and_the_gap_between_does_not() -> None:
    events = [{"introduced": "1.0"}, {"fixed": "1.2"}, {"introduced": "2.0"}, {"fixed": "2.1"}]
    assert among("0.9 1.0 1.1 1.2 1.9 2.0 2.1", events=events) == "1.0 1.1 2.0"


def test_events_are_read_in_version_order_however_they_are_written() -> None:
    events = [{"fixed": "2.1"}, {"introduced": "2.0"}, {"fixed": "1.10"}, {"introduced": "1.9"}]
    assert among("1.8 1.9 1.10 2.0 2.1", events=events) == "1.9 2.0"


def test_two_bounds_in_one_event_are_two_events() -> None:
    events = [{"introduced": "1.0", "fixed": "1.5"}]
    assert among("0.9 1.0 1.4 1.5", events=events) == "1.0 1.4"


@pytest.mark.parametrize(
    "events",
    [
        [{"introduced": "1.0"}, {"fixed": "2.0"}, {"introduced": "2.0"}, {"fixed": "3.0"}],
        [{"introduced": "2.0"}, {"fixed": "2.0"}, {"introduced": "1.0"}, {"fixed": "3.0"}],
    ],
)
def test_a_version_that_is_fixed_and_introduced_at_once_is_affected(events: Events) -> None:
    assert hits("2.0", events=events)
    assert hits("2.5", events=events)


def test_a_range_of_one_version_holds_that_version_alone() -> None:
    events = [{"last_affected": "1.0"}, {"introduced": "1.0"}]
    assert among("0.9 1.0 1.0.post1 1.1", events=events) == "1.0"


@pytest.mark.parametrize("closing", ["fixed", "last_affected", "limit"])
def test_a_closing_bound_without_an_open_interval_affects_nothing(closing: str) -> None:
    assert not hits("0.5", events=[{closing: "1.0"}])
    assert not hits("1.5", events=[{closing: "1.0"}])
    assert not hits("1.5", events=[{"introduced": "0"}, {"fixed": "0.5"}, {closing: "2.0"}])


def test_an_interval_that_is_opened_twice_is_closed_once() -> None:
    events = [{"introduced": "0"}, {"introduced": "1.0"}, {"fixed": "2.0"}]
    assert among("0.5 1.5 2.0", events=events) == "0.5 1.5"


def test_an_interval_that_nothing_closes_has_no_upper_end() -> None:
    assert hits("999!1.0", events=[{"introduced": "1.0"}])
    assert not hits("0.9", events=[{"introduced": "1.0"}])


def test_a_limit_ends_a_range_before_its_version() -> None:
    events = [{"introduced": "0"}, {"limit": "2.0"}]
    assert hits("1.9", events=events)
    assert not hits("2.0", events=events)


def test_a_limit_of_a_star_is_no_limit() -> None:
    assert hits("99.0", events=[{"introduced": "0"}, {"limit": "*"}])


def test_introduced_zero_comes_before_every_version_even_a_development_release_of_zero() -> None:
    assert hits("0.0.dev0", fixed="1.0")
    assert hits("0.0.dev0", events=[{"fixed": "1.0"}, {"introduced": "0"}])


def test_a_prerelease_of_the_fixed_version_comes_before_it_and_is_affected() -> None:
    assert among("2.0.dev5 2.0a1 2.0rc1 2.0 2.0.post1", introduced="1.0", fixed="2.0") == "2.0.dev5 2.0a1 2.0rc1"


def test_a_prerelease_can_be_a_bound_itself() -> None:
    events = [{"introduced": "2.0b1"}, {"fixed": "2.0rc2"}]
    assert among("2.0a9 2.0b1 2.0rc1 2.0rc2 2.0", events=events) == "2.0b1 2.0rc1"


def test_a_local_build_is_as_affected_as_its_public_version() -> None:
    assert among("2.5.1+cpu 2.6.0+cu124 2.6.0 2.6.1+cpu", fixed="2.6.0") == "2.5.1+cpu"


def test_a_local_build_of_the_last_affected_version_is_affected() -> None:
    assert hits("2.6.0+cu124", events=[{"introduced": "0"}, {"last_affected": "2.6.0"}])


def test_a_local_build_of_the_version_that_introduced_it_is_affected() -> None:
    assert hits("2.0+cpu", introduced="2.0")


def test_a_bound_with_a_local_segment_tells_builds_apart() -> None:
    events = [{"introduced": "0"}, {"fixed": "2.6.0+security.1"}]
    assert hits("2.6.0+cpu", events=events)
    assert not hits("2.6.0+security.1", events=events)


def test_an_epoch_comes_before_everything_else_in_a_version() -> None:
    assert not hits("1!0.5", fixed="2.0")
    assert hits("1!0.5", fixed="1!1.0")
    assert hits("2030.1", fixed="1!1.0")


@pytest.mark.parametrize(
    ("listed", "installed"),
    [
        ("1.0", "1.0.0"),
        ("1.0.0", "1"),
        ("v1.0", "1.0"),
        ("V1.0", "1.0"),
        ("1.0-1", "1.0.post1"),
        ("1.0RC1", "1.0rc1"),
        ("1.0-alpha.2", "1.0a2"),
        ("01.0", "1.0"),
        ("0!1.0", "1.0"),
        (" 1.0 ", "1.0"),
        ("1.0+CPU", "1.0+cpu"),
        ("1.0+cu-12", "1.0+cu.12"),
    ],
)
def test_a_listed_version_is_found_in_any_spelling(listed: str, installed: str) -> None:
    assert hits(installed, events=[], versions=[listed])


def test_a_listed_version_stands_for_its_local_builds_and_not_the_other_way_round() -> None:
    assert hits("2.0+cpu", events=[], versions=["2.0"])
    assert not hits("2.0", events=[], versions=["2.0+cpu"])
    assert not hits("2.0+cuda", events=[], versions=["2.0+cpu"])


def test_a_listed_version_that_is_none_is_passed_over() -> None:
    assert hits("1.0", events=[], versions=["1-nonsense", "2004d", "1.0"])
    assert not hits("1.1", events=[], versions=["1-nonsense", "2004d", "1.0"])


def test_a_version_is_affected_by_the_list_or_by_a_range() -> None:
    assert hits("0.5", introduced="1.0", fixed="2.0", versions=["0.5"])
    assert hits("1.5", introduced="1.0", fixed="2.0", versions=["0.5"])
    assert not hits("0.6", introduced="1.0", fixed="2.0", versions=["0.5"])


def test_each_affected_entry_and_each_range_of_a_package_counts() -> None:
    record = a_record(introduced="1.0", fixed="1.1")
    entry = record["affected"][0]
    entry["ranges"].append({"type": "ECOSYSTEM", "events": [{"introduced": "2.0"}, {"fixed": "2.1"}]})
    record["affected"].append(entry | {"ranges": [], "versions": ["3.0"]})
    advisory = parse(record, "osv")
    versions = ("1.0", "1.5", "2.0", "2.5", "3.0")
    assert [text for text in versions if affects(advisory, a_package(version=text))] == ["1.0", "2.0", "3.0"]


def test_an_entry_of_another_package_says_nothing_of_this_one() -> None:
    record = a_record(fixed="99.0")
    record["affected"].append(a_record(package="idna", fixed="1.0")["affected"][0])
    advisory = parse(record, "osv")
    assert affects(advisory, a_package("requests", "2.0"))
    assert not affects(advisory, a_package("idna", "2.0"))


def test_a_name_is_compared_in_its_normal_form() -> None:
    assert affects(an_advisory(package="Jaraco.Context"), a_package("jaraco_context", "1.0"))


@pytest.mark.parametrize("kind", ["GIT", "SEMVER", "git", None])
def test_only_an_ecosystem_range_speaks_of_versions(kind: str | None) -> None:
    record = a_record()
    record["affected"][0]["ranges"][0]["type"] = kind
    assert not affects(parse(record, "osv"), a_package())


@pytest.mark.parametrize("ecosystem", ["npm", "Debian:12", "pypi-like", "", "PyPISomething"])
def test_a_package_of_that_name_in_another_ecosystem_is_another_package(ecosystem: str) -> None:
    assert not hits("2.30.0", ecosystem=ecosystem)


def test_an_ecosystem_with_a_suffix_is_still_the_ecosystem() -> None:
    assert hits("2.30.0", ecosystem="PyPI:https://pypi.org")


def test_a_withdrawn_record_affects_nothing() -> None:
    assert not hits("2.30.0", withdrawn="2099-02-01T00:00:00Z")


def test_a_bound_that_cannot_be_ordered_never_opens_a_range() -> None:
    events = [{"introduced": "0"}, {"last_affected": "2.6.0-cu124"}]
    advisory = an_advisory(events=events, versions=["2.5.0"])
    assert not affects(advisory, a_package(version="2.13.0"))
    assert affects(advisory, a_package(version="2.5.0"))
    assert "'2.6.0-cu124' is no PEP 440 version" in (advisory.damage or "")


def test_a_bound_that_cannot_be_ordered_leaves_the_other_ranges_alone() -> None:
    record = a_record(events=[{"introduced": "0"}, {"fixed": "not-a-version"}])
    record["affected"][0]["ranges"].append({"type": "ECOSYSTEM", "events": [{"introduced": "2.0"}, {"fixed": "3.0"}]})
    advisory = parse(record, "osv")
    assert affects(advisory, a_package(version="2.30.0"))
    assert not affects(advisory, a_package(version="1.0"))


def test_no_events_are_an_empty_range() -> None:
    assert not in_range((), Version("1.0"))
    assert not affected().ranges


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([{"introduced": "0"}], ("all versions",)),
        ([{"introduced": "0"}, {"fixed": "2.31.0"}], ("<2.31.0",)),
        ([{"introduced": "2.0"}], (">=2.0",)),
        ([{"introduced": "2.0"}, {"last_affected": "3.0"}], (">=2.0,<=3.0",)),
        ([{"introduced": "2.0"}, {"limit": "3.0"}], (">=2.0,<3.0",)),
        (
            [{"fixed": "3.5"}, {"introduced": "3.0"}, {"introduced": "0"}, {"fixed": "2.5"}],
            ("<2.5", ">=3.0,<3.5"),
        ),
        ([{"introduced": "0"}, {"fixed": "1.0"}, {"introduced": "2.0"}], ("<1.0", ">=2.0")),
        ([{"introduced": "0"}, {"fixed": "1.0"}, {"limit": "5.0"}], ("<1.0",)),
        ([{"introduced": "0"}, {"fixed": "1.0"}, {"introduced": "3.0"}, {"limit": "2.0"}], ("<1.0",)),
        ([{"introduced": "0"}, {"last_affected": "1.0"}, {"fixed": "2.0"}], ("<=1.0",)),
        ([{"introduced": "1.0"}, {"introduced": "2.0"}, {"fixed": "3.0"}], (">=1.0,<3.0",)),
        ([{"fixed": "2.0"}], ()),
        ([{"introduced": "0"}, {"fixed": "0"}], ("<0",)),
    ],
)
def test_ranges_are_told_as_one_specifier_an_interval(events: Events, expected: tuple[str, ...]) -> None:
    assert the_vulnerability(an_advisory(events=events, versions=["2.30.0"])).ranges == expected


def test_a_range_that_several_records_state_is_told_once() -> None:
    first = an_advisory("PYSEC-2099-1", fixed="2.31.0")
    second = an_advisory("GHSA-aaaa-bbbb-cccc", aliases=["PYSEC-2099-1"], fixed="2.31.0")
    assert the_vulnerability(first, second).ranges == ("<2.31.0",)


def test_a_package_of_which_nothing_is_known_is_not_affected() -> None:
    knowledge = Knowledge([an_advisory()])
    assert knowledge.vulnerabilities(a_package("idna", "3.4")) == []
    assert not knowledge.affected(a_package("idna", "3.4"))
    assert knowledge.records(a_package("idna").name) == ()


def test_a_version_below_any_of_several_limits_is_within_them() -> None:
    advisory = an_advisory(events=[{"introduced": "0"}, {"limit": "1.0"}, {"limit": "2.0"}])
    assert affects(advisory, a_package(version="1.5"))
    assert not affects(advisory, a_package(version="2.0"))
    assert affects(an_advisory(events=[{"introduced": "0"}, {"limit": "1.0"}, {"limit": "*"}]), a_package(version="3"))


def test_nothing_at_or_above_the_limit_is_affected_even_if_introduced_there() -> None:
    advisory = an_advisory(events=[{"introduced": "0"}, {"fixed": "1.0"}, {"introduced": "3.0"}, {"limit": "2.0"}])
    assert affects(advisory, a_package(version="0.5"))
    assert not affects(advisory, a_package(version="3.5"))


def test_what_is_fixed_before_every_version_affects_none() -> None:
    assert not in_range(affected("requests", ("introduced", None), ("fixed", None)).ranges[0], Version("1.0"))
