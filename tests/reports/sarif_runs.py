"""Runs, results, rules and notifications of a report as SARIF."""

import json
from typing import Any

from pysentry_hook.model import Severity
from pysentry_hook.report import Finding, Report
from pysentry_hook.reports.look import Look
from pysentry_hook.reports.sarif import render
from tests.builders import a_dependency, a_finding, a_suppression
from tests.reports.facts import NOW, OSV, a_report

HIGH = a_finding(severity=Severity.HIGH, upgrade_to="2.31.0")

IDNA = a_finding(a_dependency("idna", "3.4"), id="CVE-2099-0002", severity=Severity.LOW)

OLD = OSV._replace(as_of=NOW.replace(day=1))

ENDING = a_suppression("CVE-2099-0003", expires=NOW.date().replace(day=30), owner="platform", reason="nobody calls it")


def runs(report: Report, **look: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(render(report, Look(**look)))["runs"]
    return found


def run_of(report: Report, **look: Any) -> dict[str, Any]:
    (only,) = runs(report, **look)
    return only


def result_of(finding: Finding, **more: Any) -> dict[str, Any]:
    (only,) = run_of(a_report(finding, **more))["results"]
    return dict(only)


def rules(report: Report) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = run_of(report)["tool"]["driver"]["rules"]
    return found


def notes(run: dict[str, Any]) -> list[tuple[str, str, str]]:
    """The notifications of a run: what they are about, how grave, and what they say."""
    told = run["invocations"][0].get("toolExecutionNotifications", [])
    kinds = run["tool"]["driver"]["notifications"]
    assert all(kinds[note["descriptor"]["index"]]["id"] == note["descriptor"]["id"] for note in told)
    return [(note["descriptor"]["id"], note["level"], note["message"]["text"]) for note in told]


def says(run: dict[str, Any], kind: str) -> list[str]:
    return [text for name, _, text in notes(run) if name == kind]
