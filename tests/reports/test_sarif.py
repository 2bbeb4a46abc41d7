"""What dashboards of code scanning are told."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from pysentry_hook.model import Severity
from pysentry_hook.report import Report
from pysentry_hook.reports import json as json_report
from pysentry_hook.reports.look import Look
from pysentry_hook.reports.sarif import render
from pysentry_hook.reports.saved import read_report
from tests.builders import a_dependency, a_finding, a_policy, a_suppression
from tests.reports.facts import NOW, a_report, everything, malware
from tests.reports.sarif_runs import ENDING, HIGH, IDNA, run_of, says

GOLDEN = Path(__file__).parents[1] / "data" / "reports"


@pytest.mark.parametrize(
    ("name", "report", "look"),
    [
        ("one", a_report(HIGH), Look()),
        ("everything", everything(ENDING), Look()),
        ("suppressed", a_report(HIGH, IDNA, policy=a_policy(a_suppression())), Look(sarif_suppressed=True)),
    ],
)
def test_the_report_reads_as_its_golden_file(name: str, report: Report, look: Look) -> None:
    assert render(report, look) == (GOLDEN / f"{name}.sarif").read_text(encoding="utf-8")


@pytest.mark.parametrize("report", [a_report(), a_report(HIGH, IDNA), everything(ENDING)])
def test_a_saved_report_gives_the_same_bytes(report: Report) -> None:
    saved = read_report("r.json", json_report.render(report, Look()))
    assert render(saved, Look()) == render(report, Look())


def test_where_and_in_what_colours_a_report_is_read_changes_nothing() -> None:
    view = Look(width=60, colour=True, root="/src/shop", here="/src", detailed=True, severity=Severity.CRITICAL)
    assert render(everything(ENDING), view) == render(everything(ENDING), Look())


def test_nothing_found_is_an_empty_list_of_results() -> None:
    run = run_of(a_report())
    assert run["results"] == []
    assert run["invocations"][0]["executionSuccessful"] is True


def test_what_nobody_knows_is_left_out() -> None:
    assert "null" not in render(everything(ENDING), Look(sarif_suppressed=True))


class TestSuppressed:
    REPORT = a_report(HIGH, IDNA, policy=a_policy(a_suppression(expires=NOW.date().replace(year=2027))))

    def test_what_is_suppressed_is_left_out_and_counted(self) -> None:
        run = run_of(self.REPORT)
        assert [each["ruleId"] for each in run["results"]] == ["CVE-2099-0002"]
        assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["CVE-2099-0002"]
        assert says(run, "suppressed-findings") == [
            "1 suppressed finding is not in this file; --sarif-suppressed puts it in."
        ]
        assert all("suppressions" not in each for each in run["results"])

    def test_on_request_it_is_there_with_its_reason(self) -> None:
        run = run_of(self.REPORT, sarif_suppressed=True)
        other, suppressed = run["results"]
        assert suppressed["suppressions"] == [
            {
                "kind": "external",
                "status": "accepted",
                "justification": "the path is closed",
                "properties": {"rule": "suppressions", "expires": "2027-11-22", "origin": "pyproject.toml:40"},
            }
        ]
        assert other["suppressions"] == []
        assert says(run, "suppressed-findings") == []

    def test_it_keeps_the_fingerprints_of_the_others(self) -> None:
        fork = replace(a_finding(a_dependency("requests", "2.31.0"), severity=Severity.HIGH))
        one = a_suppression(package="requests", version="==2.30.0")
        accepted, judged = a_report(HIGH, fork, policy=a_policy(one)), a_report(HIGH, fork)
        assert [each["partialFingerprints"] for each in run_of(accepted)["results"]] == [
            run_of(judged)["results"][1]["partialFingerprints"]
        ]

    def test_an_ignored_id_has_no_reason(self) -> None:
        ignored = a_report(HIGH, policy=a_policy(a_suppression(reason=None)))
        (result,) = run_of(ignored, sarif_suppressed=True)["results"]
        assert result["suppressions"][0]["justification"] == "no reason given"


def test_only_who_writes_sarif_pays_for_its_library() -> None:
    code = "import sys, pysentry_hook.cli, pysentry_hook.reports.sarif; sys.exit('sarif_om' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_each_result_and_each_rule_has_a_line_of_its_own() -> None:
    lines = render(a_report(HIGH, IDNA, malware()), Look()).splitlines()
    assert sum('"ruleIndex"' in line for line in lines) == sum('"security-severity"' in line for line in lines) == 3
