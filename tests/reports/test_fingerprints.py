"""By what a dashboard knows a finding again, whatever else changes."""

from dataclasses import replace

from packaging.version import Version

from pysentry_hook.model import Location
from pysentry_hook.report import Finding
from pysentry_hook.reports.fingerprints import fingerprints
from tests.builders import a_dependency, a_finding


def in_version(version: str, line: int = 12, *, path: str = "uv.lock") -> Finding:
    return replace(
        a_finding(a_dependency("requests", version)),
        input=path,
        location=Location(path, line, 1, 19, f'version = "{version}"'),
    )


def test_it_is_the_hash_of_edition_rule_package_and_input() -> None:
    # sha256 of b"v1\0PYSEC-2021-108\0urllib3\0uv.lock", the value of the sample that we aim at
    finding = a_finding(a_dependency("urllib3", "1.26.4"), id="PYSEC-2021-108")
    assert fingerprints([finding]) == ["7af117875a679f47:1"]


def test_a_bump_of_the_package_and_another_line_keep_it() -> None:
    before, after = in_version("2.29.0", 12), in_version("2.30.0", 812)
    assert fingerprints([before]) == fingerprints([after])


def test_a_record_that_a_source_adds_to_the_group_keeps_it() -> None:
    alone = a_finding(aliases=())
    joined = a_finding(aliases=("GHSA-aaaa-bbbb-cccc", "PYSEC-2099-1"), summary="Other words", fixed_in=(Version("3"),))
    assert fingerprints([alone]) == fingerprints([joined])


def test_package_rule_and_input_each_make_another() -> None:
    findings = [
        a_finding(),
        a_finding(a_dependency("idna", "3.4")),
        a_finding(id="CVE-2099-0002"),
        in_version("2.30.0", path="api/uv.lock"),
    ]
    assert len({name.partition(":")[0] for name in fingerprints(findings)}) == 4


def test_several_versions_in_one_lock_are_numbered_in_their_order_whatever_the_order_of_the_lines() -> None:
    old, new, newest = in_version("2.9.0", 90), in_version("2.30.0", 50), in_version("2.31.0", 10)
    names = fingerprints([newest, old, new])
    assert [name.partition(":")[2] for name in names] == ["3", "1", "2"]
    assert len({name.partition(":")[0] for name in names}) == 1


def test_one_version_on_two_lines_has_two() -> None:
    assert len(set(fingerprints([in_version("2.30.0", 12), in_version("2.30.0", 14)]))) == 2


def test_parts_do_not_run_into_each_other() -> None:
    one, other = a_finding(a_dependency("b", "1.0"), id="A"), a_finding(a_dependency("ab", "1.0"), id="")
    assert fingerprints([one]) != fingerprints([other])


def test_a_path_that_is_no_unicode_has_one_too() -> None:
    assert fingerprints([in_version("2.30.0", path="\udcff/uv.lock")])[0].endswith(":1")
