"""Which records are one vulnerability, and what is told of it."""

from dataclasses import replace

import pytest
from packaging.version import Version

from pysentry_hook.advisories import Advisory, Vulnerability
from pysentry_hook.matching import Knowledge, alias_groups, id_order
from pysentry_hook.model import Severity
from pysentry_hook.sources.records import parse
from tests.builders import a_package, a_record, an_advisory


def the_vulnerability(*advisories: Advisory, version: str = "2.30.0") -> Vulnerability:
    (found,) = Knowledge(advisories).vulnerabilities(a_package(version=version))
    return found


def test_records_that_name_each_other_are_one_vulnerability() -> None:
    found = the_vulnerability(
        an_advisory("PYSEC-2099-1", aliases=["CVE-2099-1"]), an_advisory("GHSA-aaaa-bbbb-cccc", aliases=["CVE-2099-1"])
    )
    assert found.id == "CVE-2099-1"
    assert found.aliases == ("GHSA-aaaa-bbbb-cccc", "PYSEC-2099-1")


def test_a_record_that_knows_two_others_joins_them() -> None:
    first = an_advisory("PYSEC-2099-1", aliases=["CVE-2099-1"])
    second = an_advisory("GHSA-aaaa-bbbb-cccc", aliases=["CVE-2099-2"])
    bridge = an_advisory("PYSEC-2099-9", aliases=["CVE-2099-2", "CVE-2099-1"])
    assert len(alias_groups([first, second])) == 2
    for order in ([first, second, bridge], [bridge, second, first], [first, bridge, second]):
        assert len(alias_groups(order)) == 1
    assert the_vulnerability(first, second, bridge).aliases == (
        "CVE-2099-2",
        "GHSA-aaaa-bbbb-cccc",
        "PYSEC-2099-1",
        "PYSEC-2099-9",
    )


def test_a_bridge_that_does_not_affect_this_version_joins_all_the_same() -> None:
    first = an_advisory("PYSEC-2099-1", aliases=["CVE-2099-1"])
    second = an_advisory("PYSEC-2099-2", aliases=["CVE-2099-2"])
    bridge = an_advisory("PYSEC-2099-3", aliases=["PYSEC-2099-1", "PYSEC-2099-2"], fixed="1.0")
    assert the_vulnerability(first, second, bridge).id == "CVE-2099-1"


def test_the_same_record_from_two_sources_is_one_vulnerability_with_two_says() -> None:
    found = the_vulnerability(an_advisory(source="osv"), an_advisory(source="pypa"))
    assert [(say.source, say.id) for say in found.says] == [("osv", "PYSEC-2099-1"), ("pypa", "PYSEC-2099-1")]


def test_a_withdrawn_record_joins_nothing() -> None:
    first = an_advisory("PYSEC-2099-1")
    second = an_advisory("PYSEC-2099-2")
    withdrawn = an_advisory("PYSEC-2099-3", aliases=["PYSEC-2099-1", "PYSEC-2099-2"], withdrawn="2099-02-01T00:00:00Z")
    assert len(alias_groups([first, second, withdrawn])) == 3
    found = Knowledge([first, second, withdrawn]).vulnerabilities(a_package())
    assert [vulnerability.id for vulnerability in found] == ["PYSEC-2099-1", "PYSEC-2099-2"]


def test_a_withdrawn_record_that_a_live_one_names_is_told_beside_it() -> None:
    live = an_advisory("GHSA-aaaa-bbbb-cccc", aliases=["PYSEC-2099-1"])
    withdrawn = an_advisory("PYSEC-2099-1", aliases=["CVE-2099-1"], withdrawn="2099-02-01T00:00:00Z")
    found = the_vulnerability(live, withdrawn)
    assert found.id == "GHSA-aaaa-bbbb-cccc"
    assert "CVE-2099-1" not in found.aliases
    assert [(say.id, say.affected, say.withdrawn) for say in found.says] == [
        ("GHSA-aaaa-bbbb-cccc", True, None),
        ("PYSEC-2099-1", False, "2099-02-01T00:00:00Z"),
    ]


def test_a_record_withdrawn_in_one_source_and_live_in_another_affects() -> None:
    found = the_vulnerability(
        an_advisory(source="pypa", withdrawn="2099-02-01T00:00:00Z"), an_advisory(source="osv", fixed="2.31.0")
    )
    assert [(say.source, say.affected) for say in found.says] == [("osv", True), ("pypa", False)]
    assert found.fixed_in == (Version("2.31.0"),)


def test_related_and_upstream_records_stay_apart() -> None:
    first = an_advisory("PYSEC-2099-1", related=["PYSEC-2099-2"], upstream=["PYSEC-2099-2"])
    assert len(Knowledge([first, an_advisory("PYSEC-2099-2")]).vulnerabilities(a_package())) == 2


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["PYSEC-2099-1", "GHSA-aaaa-bbbb-cccc", "CVE-2099-1"], "CVE-2099-1"),
        (["PYSEC-2099-1", "CVE-2021-10000", "CVE-2021-9999"], "CVE-2021-9999"),
        (["PYSEC-2099-1", "CVE-2100-1", "CVE-2099-20000"], "CVE-2099-20000"),
        (["PYSEC-2099-1", "GHSA-zzzz-zzzz-zzzz", "GHSA-aaaa-bbbb-cccc"], "GHSA-aaaa-bbbb-cccc"),
        (["OSV-2099-1", "PYSEC-2099-10", "PYSEC-2099-9"], "PYSEC-2099-9"),
        (["MAL-2099-1", "OSV-2099-1"], "OSV-2099-1"),
        (["SNYK-1", "MAL-2099-1"], "MAL-2099-1"),
    ],
)
def test_the_id_is_the_lowest_cve_else_ghsa_pysec_osv_mal(names: list[str], expected: str) -> None:
    for first in names:
        found = the_vulnerability(an_advisory(first, aliases=[name for name in names if name != first]))
        assert found.id == expected
        assert set(found.aliases) == set(names) - {expected}


def test_a_late_copy_of_a_known_vulnerability_does_not_change_its_id() -> None:
    early = an_advisory("GHSA-aaaa-bbbb-cccc", aliases=["CVE-2099-1"], published="2099-01-01T00:00:00Z")
    late = an_advisory("PYSEC-2100-1", aliases=["CVE-2099-1"], published="2100-01-01T00:00:00Z")
    found = the_vulnerability(late, early)
    assert (found.id, found.published) == ("CVE-2099-1", "2099-01-01T00:00:00Z")


def test_ids_are_sorted_by_kind_and_then_by_number() -> None:
    names = ["X-1", "MAL-2099-2", "CVE-2099-10", "GHSA-2222", "CVE-2099-9", "PYSEC-2099-1", "GHSA-aaaa", "OSV-2099-1"]
    assert sorted(names, key=id_order) == [
        "CVE-2099-9",
        "CVE-2099-10",
        "GHSA-2222",
        "GHSA-aaaa",
        "PYSEC-2099-1",
        "OSV-2099-1",
        "MAL-2099-2",
        "X-1",
    ]
    assert sorted(["X-1", "7-X", "11-X"], key=id_order) == ["7-X", "11-X", "X-1"]


def test_what_each_source_says_is_kept_where_they_disagree() -> None:
    pypa = an_advisory("PYSEC-2099-1", source="pypa", fixed="2.31.0")
    osv = an_advisory(
        "GHSA-aaaa-bbbb-cccc",
        source="osv",
        aliases=["PYSEC-2099-1"],
        fixed="2.32.0",
        database_specific={"severity": "HIGH"},
    )
    other = an_advisory("CVE-2099-1", source="osv", aliases=["PYSEC-2099-1"], fixed="2.0")
    found = the_vulnerability(pypa, osv, other)
    assert [(say.source, say.id, say.affected, list(map(str, say.fixed_in)), say.severity) for say in found.says] == [
        ("osv", "CVE-2099-1", False, ["2.0"], None),
        ("osv", "GHSA-aaaa-bbbb-cccc", True, ["2.32.0"], Severity.HIGH),
        ("pypa", "PYSEC-2099-1", True, ["2.31.0"], None),
    ]
    assert list(map(str, found.fixed_in)) == ["2.31.0", "2.32.0"]
    assert found.severity is Severity.HIGH


def test_fixed_versions_are_in_version_order_and_each_is_told_once() -> None:
    first = an_advisory(events=[{"introduced": "0"}, {"fixed": "2.9"}, {"introduced": "2.10"}, {"fixed": "2.31"}])
    second = an_advisory(source="pypa", fixed="2.31.0")
    assert list(map(str, the_vulnerability(first, second).fixed_in)) == ["2.9", "2.31"]


def test_a_version_that_only_another_package_fixes_is_no_fix() -> None:
    record = a_record()
    record["affected"].append(a_record(package="idna", fixed="1.0")["affected"][0])
    assert the_vulnerability(parse(record, "osv")).fixed_in == ()


def test_the_summary_comes_from_a_record_that_has_one() -> None:
    pypa = an_advisory("PYSEC-2099-1", details="Long. " * 50)
    osv = an_advisory("GHSA-aaaa-bbbb-cccc", aliases=["PYSEC-2099-1"], summary="A flaw", details="Short.")
    assert the_vulnerability(pypa, osv).summary == "A flaw"


def test_a_record_that_does_not_affect_this_version_tells_nothing_of_it() -> None:
    hit = an_advisory("PYSEC-2099-1", references=[{"type": "WEB", "url": "https://a.example/1"}])
    other = an_advisory(
        "GHSA-aaaa-bbbb-cccc",
        aliases=["PYSEC-2099-1"],
        fixed="1.0",
        summary="About old versions",
        references=[{"type": "WEB", "url": "https://a.example/2"}],
        database_specific={"severity": "CRITICAL"},
    )
    found = the_vulnerability(hit, other)
    assert (found.summary, found.references, found.severity) == ("", ("https://a.example/1",), None)


def test_a_malicious_package_is_malware_and_critical() -> None:
    found = the_vulnerability(an_advisory("MAL-2099-1"))
    assert (found.malware, found.severity) == (True, Severity.CRITICAL)


def test_vulnerabilities_come_in_the_order_of_their_ids() -> None:
    names = ["PYSEC-2099-1", "CVE-2099-10", "CVE-2099-9", "GHSA-aaaa-bbbb-cccc"]
    found = Knowledge(map(an_advisory, names)).vulnerabilities(a_package())
    assert [item.id for item in found] == ["CVE-2099-9", "CVE-2099-10", "GHSA-aaaa-bbbb-cccc", "PYSEC-2099-1"]


def test_a_record_that_malware_is_an_alias_of_is_malware() -> None:
    knowledge = Knowledge([an_advisory("GHSA-aaaa-bbbb-cccc", aliases=["MAL-2099-1"])])
    assert knowledge.vulnerabilities(a_package())[0].malware


def test_everything_that_a_record_tells_is_kept() -> None:
    vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N"
    found = the_vulnerability(
        an_advisory(
            details="A flaw, told at length.",
            severity=[{"type": "CVSS_V3", "score": vector}],
            database_specific={"cwe_ids": ["CWE-200", "CWE-79"]},
        )
    )
    assert (found.details, found.modified) == ("A flaw, told at length.", "2099-01-02T00:00:00Z")
    assert (found.severity, found.severity_source) == (Severity.MEDIUM, "cvss")
    assert [(each.vector, each.score) for each in found.cvss] == [(vector, 6.1)]
    assert found.cwes == ("CWE-79", "CWE-200")


def test_a_group_was_published_with_its_first_record_and_modified_with_its_last() -> None:
    first = an_advisory("PYSEC-2099-1", published="2098-01-01T00:00:00Z", modified="2099-05-01T00:00:00Z")
    second = an_advisory("CVE-2099-1", aliases=["PYSEC-2099-1"], modified="2099-06-01T00:00:00Z")
    for records in ([first, second], [second, first]):
        found = the_vulnerability(*records)
        assert (found.published, found.modified) == ("2098-01-01T00:00:00Z", "2099-06-01T00:00:00Z")


def test_a_record_without_dates_has_none() -> None:
    found = the_vulnerability(an_advisory(published=None, modified=None))
    assert (found.published, found.modified) == (None, None)


def test_fixed_versions_that_a_source_states_beside_ranges_are_told() -> None:
    stated = replace(an_advisory(), stated_fixes=("2.32.0", "2.31.0", "no version"))
    assert list(map(str, the_vulnerability(stated).fixed_in)) == ["2.31.0", "2.32.0"]


def test_an_answer_about_another_version_says_nothing_of_this_one() -> None:
    whole = an_advisory(source="osv")
    here = replace(an_advisory(source="pypi", events=[], versions=["2.30.0"]), partial=True)
    elsewhere = replace(an_advisory(source="pypi", events=[], versions=["1.26.0"]), partial=True)
    withdrawn = replace(here, withdrawn="2099-02-01T00:00:00Z")
    found = the_vulnerability(whole, elsewhere, here)
    assert [(say.source, say.affected) for say in found.says] == [("osv", True), ("pypi", True)]
    found = the_vulnerability(whole, elsewhere, withdrawn)
    assert [(say.source, say.withdrawn) for say in found.says] == [("osv", None), ("pypi", withdrawn.withdrawn)]


def test_two_databases_may_have_the_same_record_in_different_states() -> None:
    early = an_advisory(source="database")
    late = an_advisory(source="database", database_specific={"severity": "HIGH"})
    found = the_vulnerability(early, late)
    assert [(say.id, say.severity) for say in found.says] == [("PYSEC-2099-1", None), ("PYSEC-2099-1", Severity.HIGH)]
