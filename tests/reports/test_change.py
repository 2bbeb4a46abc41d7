"""The short report of a commit or push: whatever was not checked is a line of it, and what is clean is one line."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from packaging.version import Version

from pysentry_hook.model import Failure, Severity
from pysentry_hook.report import Report
from pysentry_hook.reports.change import Judged, foremost, told
from pysentry_hook.reports.look import Look
from tests.builders import a_dependency, a_finding, a_policy, a_suppression
from tests.reports.facts import HIGH, IGNORE, OSV, SILENT, a_report, an_input, an_unanswered, an_unchecked

BASE = Failure("baseline", "main", "uv.lock", "no answer for six 1.16.0")
PYPA = Failure("source", "pypa", None, "HTTP 503 after 2 tries in 3 s (six 1.16.0)")
STATUS = PYPA._replace(name="status", detail="HTTP 503 after 2 tries in 3 s (flask)")


def lines(report: Report, word: str = "commit", **look: Any) -> list[str]:
    return told(report, Judged(word), Look(**look)).splitlines()


def test_a_clean_commit_is_told_in_one_line() -> None:
    assert lines(a_report()) == ["pysentry-hook: 15 packages of this commit checked, no known vulnerabilities."]


def test_data_that_are_too_old_are_told() -> None:
    old = OSV._replace(as_of=OSV.as_of and OSV.as_of.replace(day=1))
    head, line = lines(a_report(advisory_data=(old,), policy=a_policy(max_data_age_hours=24)))
    assert head.endswith("Incomplete: this is not a clean result.")
    assert line == (
        "incomplete: the data of osv are of 2026-11-01 13:02 UTC, and max_data_age_hours is 24 (pyproject.toml:1)"
    )


def test_a_source_that_failed_is_told_where_another_answered_for_everything() -> None:
    assert lines(a_report(failures=(PYPA, STATUS)))[1:] == [
        "failed: pypa, project status: HTTP 503 after 2 tries in 3 s"
    ]


def test_a_source_that_was_silent_is_told_once_with_the_packages() -> None:
    report = a_report(unchecked=[an_unanswered()], failures=(SILENT, SILENT._replace(name="pypi")))
    assert lines(report)[1:] == [
        'not audited: numpy 2.1.0: HTTP 503 after 4 tries in 21 s (on_incomplete = "block")',
    ]


def test_a_baseline_that_nobody_answered_for_is_told() -> None:
    head, *rest = lines(a_report(failures=(PYPA, BASE)))
    assert head.endswith("Incomplete: this is not a clean result.")
    assert rest == [
        "failed: pypa: HTTP 503 after 2 tries in 3 s",
        "incomplete: baseline main (uv.lock): no answer for six 1.16.0",
    ]


@pytest.mark.parametrize("detail", ["its only dependency could not be checked", "none of the 2 dependencies could"])
def test_what_only_follows_from_what_was_not_checked_is_not_told_again(detail: str) -> None:
    failure = Failure("input", "uv.lock", "uv.lock", detail)
    report = a_report(total=1, unchecked=[an_unchecked()], failures=(failure,))
    assert lines(report)[1:] == ["not checked: fastthing: git dependency"]


def test_what_a_reader_of_an_input_says_is_told_with_the_path_as_it_is_seen_from_here() -> None:
    notes = ("api/uv.lock: it is cut.", "more", "more")
    report = a_report(inputs=(an_input("api/uv.lock", notes=notes),))
    assert lines(report, root="/src", here="/src/api")[1:] == ["note: uv.lock: it is cut. (and 2 more)"]


def test_a_warning_is_told_and_any_other_hint_is_not() -> None:
    warning = "warning: acme is the name of malware on PyPI (MAL-1): pin the index that it comes from"
    assert lines(a_report(hints=("If that index serves what PyPI serves", warning)))[1:] == [warning]


def test_a_push_without_a_baseline_says_that_everything_is_judged() -> None:
    report = a_report(policy=a_policy(only_introduced=True))
    assert lines(report, "push")[1:] == [
        "there is no baseline to compare with (--against), so gate default judges everything"
    ]
    assert lines(report)[1:] == []


def test_suppressions_that_ended_or_are_not_taken_are_told_with_their_place() -> None:
    ended = a_suppression("CVE-2098-1", expires=date(2026, 10, 1))
    refused = replace(IGNORE, id="CVE-2098-2")
    report = a_report(policy=a_policy(ended, refused, require_reason=True))
    assert lines(report, root="/src", here="/src/api")[1:] == [
        "a suppression ended on 2026-10-01: CVE-2098-1 (../pyproject.toml:40)",
        "ignored without a reason, so judged: CVE-2098-2 (--ignore)",
    ]


def test_an_unknown_severity_is_told_before_a_medium_one_and_behind_a_high_one() -> None:
    unknown, medium = a_finding(id="CVE-1"), a_finding(id="CVE-2", severity=Severity.MEDIUM)
    first = foremost(a_report(medium, unknown))
    assert first
    assert first.finding == unknown
    worst = foremost(a_report(unknown, replace(HIGH, dependency=a_dependency("zipp", "1.0"))))
    assert worst
    assert worst.finding.dependency.name == "zipp"


def test_of_many_fixed_versions_the_next_ones_are_told() -> None:
    many = a_finding(severity=Severity.HIGH, fixed_in=tuple(Version(f"2.{number}") for number in range(31, 60)))
    (line,) = [line for line in lines(a_report(many)) if "HIGH" in line]
    assert line == "  HIGH  CVE-2099-0001  fixed in 2.31, 2.32, 2.33"
