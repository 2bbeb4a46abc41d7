"""The verdict in few lines: what blocks and where, what the reader must know, and the last line."""

from dataclasses import replace
from textwrap import dedent
from typing import Any

import pytest

from pysentry_hook.model import Severity, normalize
from pysentry_hook.report import Report, Status
from pysentry_hook.reports.look import Look
from pysentry_hook.reports.short import MOST, short
from pysentry_hook.reports.verdict import verdict_line
from tests.builders import a_dependency, a_finding, a_folder_of_records, a_policy, a_record, a_uv_lock
from tests.conftest import Run
from tests.reports.facts import HIGH, LATELY, LOW, NOW, REPORTS, a_report, malware


def told(report: Report, **look: Any) -> str:
    return short(report, Look(**look))


def text(golden: str) -> str:
    return dedent(golden).lstrip("\n")


def test_what_blocks_is_told_with_its_place_and_reason_and_nothing_that_does_not() -> None:
    unknown = a_finding(a_dependency("certifi", "2023.5.7"), id="CVE-2099-0010")
    assert told(a_report(HIGH, LOW, unknown, malware())) == text(
        """
        MALWARE   MAL-2099-1  requestz 9.9.9  uv.lock:12  malware, in every gate
        HIGH      CVE-2099-0001  requests 2.30.0  uv.lock:12  fail_on is medium
        UNKNOWN   CVE-2099-0010  certifi 2023.5.7  uv.lock:12  unknown_severity is block
        Judged by gate default as of 2026-11-22: no gate was named, and no CI was recognised.
        Why:    pysentry-hook explain MAL-2099-1 -p requestz
        Gate default: blocked. 3 findings block (unknown_severity = "block", fail_on = "medium", built-in gate default; malware, built in).
        """  # noqa: E501 (the last line says everything)
    )


def test_a_verdict_that_passes_is_two_lines() -> None:
    assert told(a_report(LOW)) == text(
        """
        Judged by gate default as of 2026-11-22: no gate was named, and no CI was recognised.
        Gate default: passed (1 finding below fail_on = "medium").
        """
    )


def test_what_will_block_is_told_with_the_day() -> None:
    assert told(a_report(LATELY, policy=a_policy(grace_days={"high": 14}))).splitlines()[0] == (
        "HIGH      CVE-2099-0001  requests 2.30.0  uv.lock:12  "
        "published lately: blocks from 2026-12-04 on (fail_on is medium)"
    )


def test_of_many_the_first_are_told_and_the_rest_counted_with_the_command_that_tells_all() -> None:
    findings = [a_finding(id=f"CVE-2099-{number:04}", severity=Severity.HIGH) for number in range(MOST + 1)]
    shown = told(a_report(*findings), again="api --offline").splitlines()
    assert sum(line.startswith("HIGH ") for line in shown) == MOST
    assert shown[MOST] == "and 1 finding more that block: pysentry-hook api --offline"
    assert "more that block" not in told(a_report(*findings[1:]))


def test_the_day_and_the_notes_of_the_gate_are_told() -> None:
    shown = told(REPORTS["no baseline"])
    assert "\nthere is no baseline to compare with (--against), so gate commit judges everything\n" in shown
    assert "\nJudged by gate commit as of 2026-11-22: --gate commit.\n" in shown


def test_what_a_change_makes_of_the_policy_is_told() -> None:
    assert "\nthis change loosens gate default: fail_on is high, was medium (pyproject.toml:3)\n" in told(
        REPORTS["everything"]
    )


def test_places_are_those_of_the_folder_in_which_it_is_read() -> None:
    assert "  ../uv.lock:12  fail_on is medium\n" in told(a_report(HIGH), root="/repo", here="/repo/api")


def test_a_forbidden_status_is_told_with_its_rule() -> None:
    status = Status(normalize("osv"), "quarantined", None, "uv.lock")
    assert told(a_report(statuses=(status,))).splitlines()[-1] == (
        "Gate default: blocked. osv is quarantined (maintenance.forbid_quarantined, built in)."
    )


def test_data_that_are_too_old_are_told_in_the_last_line() -> None:
    assert told(REPORTS["too old"]).splitlines()[-1] == (
        'Gate default: incomplete, so it does not pass (on_incomplete = "block", built-in gate default). '
        "The audit is incomplete: the data of pypa are of 2026-11-22 10:02 UTC, "
        "and max_data_age_hours is 1 (pyproject.toml:1)."
    )


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS.keys())
def test_the_last_line_is_that_of_the_human_report(report: Report) -> None:
    shown = told(report)
    assert shown.endswith(verdict_line(report, Look())[0] + "\n")
    assert f"Judged by gate {' and '.join(report.gate.names)} as of {NOW.date()}: {report.gate.why}.\n" in shown


def test_what_was_written_by_others_stays_on_its_line() -> None:
    hostile = replace(HIGH, location=HIGH.location._replace(path="a\x1b[2J\nGate default: passed."))
    shown = told(a_report(hostile))
    assert "\x1b" not in shown
    assert [line for line in shown.splitlines() if line.startswith("Gate")] == shown.splitlines()[-1:]


def test_the_gate_of_a_saved_report_is_the_gate_of_the_scan(run: Run, tmp_path: Any) -> None:
    (tmp_path / "uv.lock").write_text(a_uv_lock(("requests", "2.30.0"), ("idna", "3.4")), encoding="utf-8")
    record = a_record(fixed="2.31.0", aliases=["CVE-2099-0001"], database_specific={"severity": "HIGH"})
    records = a_folder_of_records(tmp_path / "records", record)
    first = run("gate", "--advisory-db", records)
    saved = run("report", "-o", "r.json", "-q", "--advisory-db", records)
    second = run("gate", "--report", "r.json")
    assert (first.returncode, saved.returncode, second.returncode) == (1, 0, 1)
    lines = [done.stdout.splitlines() for done in (first, second)]
    assert [line for line in lines[0] if "explain" not in line] == [line for line in lines[1] if "explain" not in line]
    assert run("gate", "--report", "r.json", "--fail-on", "critical").returncode == 0


@pytest.mark.parametrize(
    ("again", "command"),
    [
        ("--offline", "pysentry-hook --offline"),
        ("", "pysentry-hook"),
        ("--report 'r 1.json'", "pysentry-hook render 'r 1.json'"),
    ],
)
def test_of_many_that_will_block_some_are_listed_and_the_rest_counted(again: str, command: str) -> None:
    later = [replace(LATELY, dependency=a_dependency(f"p{number:02}", "1.0")) for number in range(MOST + 3)]
    shown = told(a_report(*later, policy=a_policy(grace_days={"high": 14})), again=again).splitlines()
    assert len([line for line in shown if "published lately" in line]) == MOST
    assert f"and 3 findings more that will block: {command}" in shown
