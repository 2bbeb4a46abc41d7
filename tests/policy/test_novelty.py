"""Introduced, existing or unknown: by what the same input installed before, judged with the same advisories."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import pytest

from pysentry_hook.advisories import Advisory
from pysentry_hook.matching import Knowledge
from pysentry_hook.model import Inventory, Package
from pysentry_hook.policy.novelty import compared
from pysentry_hook.report import Finding, Novelty
from tests.builders import a_dependency, a_finding, a_package, an_advisory, an_inventory

FLAW = an_advisory(fixed="2.31", aliases=["CVE-2099-0001"])
INTRODUCED, EXISTING, UNKNOWN = Novelty.INTRODUCED, Novelty.EXISTING, Novelty.UNKNOWN


def findings(*versions: str, advisories: Sequence[Advisory] = (FLAW,)) -> list[Finding]:
    """What is known of versions of requests in uv.lock."""
    knowledge = Knowledge(advisories)
    return [
        replace(a_finding(a_dependency(version=version)), vulnerability=vulnerability)
        for version in versions
        for vulnerability in knowledge.vulnerabilities(a_package(version=version))
    ]


def lock(*versions: str, name: str = "requests") -> Inventory:
    return an_inventory(*(a_dependency(name, version) for version in versions))


def told(
    found: Sequence[Finding],
    before: Mapping[str, Inventory],
    *,
    advisories: Sequence[Advisory] = (FLAW,),
    silent: Collection[Package] = (),
) -> list[tuple[Novelty, bool]]:
    """The novelty of each finding, and whether it was touched."""
    after = compared(found, before, Knowledge(advisories).vulnerabilities, silent.__contains__)
    assert [replace(each, novelty=UNKNOWN, touched=False) for each in after] == list(found)
    return [(each.novelty, each.touched) for each in after]


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (["2.30"], (EXISTING, False)),
        (["2.29"], (EXISTING, True)),
        (["2.31"], (INTRODUCED, False)),
        ([], (INTRODUCED, False)),
        (["2.29", "2.31"], (EXISTING, True)),
        (["2.31", "2.29"], (EXISTING, True)),
        (["2.30", "2.31"], (EXISTING, False)),
        (["2.30", "2.29"], (EXISTING, False)),
        (["2.31", "2.32"], (INTRODUCED, False)),
    ],
)
def test_a_finding_is_introduced_where_no_version_before_had_it(
    before: list[str], expected: tuple[Novelty, bool]
) -> None:
    assert told(findings("2.30"), {"uv.lock": lock(*before)}) == [expected]


def test_a_new_version_of_a_fork_is_existing_and_touched_where_the_other_had_it() -> None:
    assert told(findings("2.29", "2.30"), {"uv.lock": lock("2.29")}) == [(EXISTING, False), (EXISTING, True)]


def test_an_equal_version_that_is_written_differently_is_the_same() -> None:
    assert told(findings("2.30"), {"uv.lock": lock("2.30.0")}) == [(EXISTING, False)]


def test_another_flaw_of_the_same_package_is_no_excuse() -> None:
    other = an_advisory("PYSEC-2099-2", introduced="2.30", fixed="2.31", aliases=["CVE-2099-0002"])
    both = [FLAW, other]
    assert told(findings("2.30", advisories=both), {"uv.lock": lock("2.29")}, advisories=both) == [
        (EXISTING, True),
        (INTRODUCED, False),
    ]


def test_the_same_flaw_of_another_package_is_no_excuse() -> None:
    assert told(findings("2.30"), {"uv.lock": lock("2.29", name="idna")}) == [(INTRODUCED, False)]


def test_what_another_input_had_is_no_excuse() -> None:
    before = {"uv.lock": lock(), "api/uv.lock": lock("2.30")}
    assert told(findings("2.30"), before) == [(INTRODUCED, False)]
    in_api = [replace(each, input="api/uv.lock") for each in findings("2.30")]
    assert told(in_api, before) == [(EXISTING, False)]


def test_of_an_input_whose_earlier_state_was_not_read_nothing_is_known() -> None:
    assert told(findings("2.30"), {"api/uv.lock": lock("2.31")}) == [(UNKNOWN, False)]


def test_where_nobody_answered_for_a_version_before_nothing_is_known() -> None:
    silent = {a_package(version="2.29")}
    assert told(findings("2.30"), {"uv.lock": lock("2.29")}, advisories=(), silent=silent) == [(UNKNOWN, False)]
    assert told(findings("2.30"), {"uv.lock": lock("2.29", "2.31")}, advisories=(), silent=silent) == [(UNKNOWN, False)]


def test_what_one_answer_proves_another_silence_does_not_undo() -> None:
    silent = {a_package(version="2.31")}
    assert told(findings("2.30"), {"uv.lock": lock("2.29", "2.31")}, silent=silent) == [(EXISTING, True)]


def test_silence_on_another_package_changes_nothing() -> None:
    silent = {a_package("idna", "3.4")}
    before = an_inventory(a_dependency(version="2.31"), a_dependency("idna", "3.4"))
    assert told(findings("2.30"), {"uv.lock": before}, silent=silent) == [(INTRODUCED, False)]


LATE = an_advisory("PYSEC-2100-9", introduced="2.30", fixed="2.31", aliases=["CVE-2099-0001"], source="pypa")
"""A copy of the flaw that came later, and says less of what is affected."""


@pytest.mark.parametrize("before", [["2.30"], ["2.29"], ["2.31"], ["2.29", "2.31"], []])
def test_a_late_copy_in_the_same_alias_group_changes_nothing(before: list[str]) -> None:
    early = told(findings("2.30"), {"uv.lock": lock(*before)})
    for both in ([FLAW, LATE], [LATE, FLAW]):
        assert told(findings("2.30", advisories=both), {"uv.lock": lock(*before)}, advisories=both) == early


def test_a_version_before_that_only_another_record_of_the_group_affects_had_the_same_flaw() -> None:
    narrow = an_advisory("GHSA-aaaa-bbbb-cccc", introduced="2.30", fixed="2.31", aliases=["CVE-2099-0001"])
    wide = an_advisory("PYSEC-2099-1", introduced="2.0", fixed="2.30", aliases=["CVE-2099-0001"], source="pypa")
    both = [narrow, wide]
    assert told(findings("2.30", advisories=both), {"uv.lock": lock("2.29")}, advisories=both) == [(EXISTING, True)]


def test_each_version_before_is_looked_up_once_however_many_findings_there_are() -> None:
    asked: list[Package] = []
    knowledge = Knowledge([FLAW])

    def known(package: Package) -> list[object]:
        asked.append(package)
        return list(knowledge.vulnerabilities(package))

    compared(findings("2.30") * 3, {"uv.lock": lock("2.29")}, known, set().__contains__)  # type: ignore[arg-type]
    assert asked == [a_package(version="2.29")]
