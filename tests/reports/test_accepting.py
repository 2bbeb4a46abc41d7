"""What is told of accepted risks: those that end, have ended or are refused, and how to accept one."""

from dataclasses import replace
from datetime import date
from textwrap import dedent
from typing import Any

import pytest
from packaging.version import Version

from pysentry_hook.model import Severity
from pysentry_hook.report import Report
from pysentry_hook.reports.accepting import suppression_lines, ways_on
from pysentry_hook.reports.human import render
from pysentry_hook.reports.look import Look
from pysentry_hook.reports.short import short
from pysentry_hook.rules import Place, Rule, Suppression
from tests.builders import a_dependency, a_finding, a_policy, a_suppression
from tests.reports.facts import HIGH, IGNORE, LOW, a_report, malware

DISKCACHE = a_dependency("diskcache", "5.6.3")
UNFIXED = a_finding(DISKCACHE, id="CVE-2025-69872", severity=Severity.HIGH, fixed_in=())
PLACE = Place("pyproject.toml", 60)
ENDING = a_suppression(
    "CVE-2025-69872",
    "diskcache",
    reason="the pickle path is closed in our Disk class",
    expires=date(2026, 12, 1),
    owner="platform",
    rule=Rule("suppressions", "CVE-2025-69872", "pyproject.toml:60", PLACE),
)


def lines(*entries: Suppression, report: Report | None = None, **look: Any) -> str:
    report = report or a_report(UNFIXED, policy=a_policy(*entries))
    return "".join(line + "\n" for line in suppression_lines(report, Look(**look)))


def text(golden: str) -> str:
    return dedent(golden).lstrip("\n")


def test_one_that_ends_soon_is_told_with_everything_that_is_needed_to_renew_it() -> None:
    assert lines(ENDING) == text(
        """
        warning: a suppression ends on 2026-12-01; from 2026-12-02 gate default judges what it covers.
          CVE-2025-69872 in diskcache 5.6.3, owner platform, pyproject.toml:60
          reason given: "the pickle path is closed in our Disk class". Still no fixed release.
        Renew: pysentry-hook suppressions renew CVE-2025-69872 -p diskcache --reason "…" --expires 2027-02-20
        """
    )


def test_one_that_ends_without_an_owner_or_package_says_what_it_covers_and_that_there_is_a_fix() -> None:
    entry = replace(ENDING, package=None, owner=None)
    fixed = replace(UNFIXED, vulnerability=replace(UNFIXED.vulnerability, fixed_in=(Version("6.0"),)))
    other = replace(fixed, dependency=a_dependency("certifi", "2026.1"))
    assert lines(report=a_report(fixed, other, policy=a_policy(entry))) == text(
        """
        warning: a suppression ends on 2026-12-01; from 2026-12-02 gate default judges what it covers.
          CVE-2025-69872 in certifi 2026.1, diskcache 5.6.3, pyproject.toml:60
          reason given: "the pickle path is closed in our Disk class". There is a fixed release.
        Renew: pysentry-hook suppressions renew CVE-2025-69872 --reason "…" --expires 2027-02-20
        """
    )


def test_one_that_ends_names_the_finding_as_it_is_written_in_the_configuration() -> None:
    by_alias = replace(ENDING, id="PYSEC-2099-1")
    assert "\n  PYSEC-2099-1 in diskcache 5.6.3, " in lines(by_alias)
    assert " renew PYSEC-2099-1 -p diskcache " in lines(by_alias)


def test_one_that_ended_is_told_in_one_line() -> None:
    assert lines(replace(ENDING, expires=date(2026, 11, 21))) == (
        "warning: a suppression ended on 2026-11-21, and holds no more: "
        "CVE-2025-69872 in diskcache (pyproject.toml:60). Renew or remove it.\n"
    )


def test_one_that_is_refused_is_told_with_its_origin() -> None:
    report = a_report(LOW, policy=a_policy(IGNORE, require_reason=True))
    assert lines(report=report) == (
        "warning: CVE-2099-0003 is ignored without a reason (--ignore), and require_reason is true, so it is judged."
        " Give one: pysentry-hook suppressions add\n"
    )


def test_a_whole_package_that_is_refused_is_told_as_every_finding_of_it() -> None:
    entry = a_suppression(None, "diskcache", reason=None)
    assert lines(report=a_report(policy=a_policy(entry, require_reason=True))).startswith(
        "warning: every finding in diskcache is ignored without a reason"
    )


def test_those_that_end_come_first_then_those_that_ended_then_those_that_are_refused() -> None:
    ended = a_suppression("CVE-2098-1", expires=date(2026, 1, 1))
    told = lines(report=a_report(UNFIXED, policy=a_policy(IGNORE, ended, ENDING, require_reason=True)))
    warnings = [line for line in told.splitlines() if line.startswith("warning: ")]
    assert [line.split(" ")[3] for line in warnings] == ["ends", "ended", "ignored"]


def test_places_are_those_of_the_folder_in_which_the_report_is_read() -> None:
    assert ", owner platform, ../pyproject.toml:60\n" in lines(ENDING, root="/repo", here="/repo/api")


@pytest.mark.parametrize(
    ("path", "look", "option"),
    [
        ("api/pyproject.toml", {}, " --project api"),
        ("my api/pyproject.toml", {}, " --project 'my api'"),
        ("api/pyproject.toml", {"root": "/repo", "here": "/repo", "project": "api"}, " --project api"),
        ("pyproject.toml", {"root": "/repo", "here": "/repo/api"}, " --project .."),
        ("pyproject.toml", {"root": "/repo", "here": "/repo", "project": "api"}, ""),
        ("/home/jane/.config/pysentry-hook/config.toml", {"project": "api"}, " --project api"),
    ],
)
def test_what_renews_names_the_project_whose_file_holds_it(path: str, look: dict[str, Any], option: str) -> None:
    place = Place(path, 60)
    entry = replace(ENDING, rule=Rule("suppressions", "CVE-2025-69872", str(place), place))
    assert lines(entry, **look).splitlines()[-1].endswith(f" --expires 2027-02-20{option}")


def test_where_nothing_ends_nothing_is_told() -> None:
    assert lines(replace(ENDING, expires=date(2027, 1, 1)), a_suppression("CVE-2098-1")) == ""


def ways(report: Report, **look: Any) -> list[str]:
    return list(ways_on(report, Look(**look)))


def test_the_first_finding_that_blocks_can_be_accepted_and_explained_by_commands() -> None:
    assert ways(a_report(HIGH, LOW)) == [
        'Accept: pysentry-hook suppressions add CVE-2099-0001 -p requests --reason "…" --expires 2027-02-20',
        "Why:    pysentry-hook explain CVE-2099-0001 -p requests",
    ]
    assert ways(a_report(LOW)) == []


def test_a_command_names_the_scan_and_the_project_that_it_is_for() -> None:
    accept, why = ways(a_report(HIGH), again="'my shop' --offline", project="my shop")
    assert accept.endswith(" --expires 2027-02-20 --project 'my shop'")
    assert why == "Why:    pysentry-hook explain CVE-2099-0001 -p requests 'my shop' --offline"


def test_malware_is_not_offered_to_be_accepted() -> None:
    assert ways(a_report(malware())) == ["Why:    pysentry-hook explain MAL-2099-1 -p requestz"]


def test_an_id_cannot_smuggle_a_command_into_what_is_printed() -> None:
    hostile = a_finding(id="CVE-1;$(id)", severity=Severity.HIGH)
    assert [line.count("'CVE-1;$(id)'") for line in ways(a_report(hostile))] == [1, 1]


@pytest.mark.parametrize("told", [render, short], ids=["human", "short"])
def test_every_report_for_people_tells_of_them(told: Any) -> None:
    shown = told(a_report(UNFIXED, policy=a_policy(ENDING)), Look())
    assert lines(ENDING) in shown
    assert "Accept: pysentry-hook suppressions add " in told(a_report(HIGH), Look())
