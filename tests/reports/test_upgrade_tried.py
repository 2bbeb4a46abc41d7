"""An upgrade that a plan tried is told as tried in every format, and none other is."""

import json
from dataclasses import replace

import pytest
from packaging.version import Version

from pysentry_hook.model import Severity
from pysentry_hook.report import Finding
from pysentry_hook.reports import FORMATS
from pysentry_hook.reports.change import Judged
from pysentry_hook.reports.change import told as hook_told
from pysentry_hook.reports.explain import explain
from pysentry_hook.reports.fixes import Free, advice
from pysentry_hook.reports.look import Look
from tests.builders import a_finding
from tests.reports.facts import GOES, HIGH, TRIED, a_report, malware
from tests.reports.gfm import tables

PLANNED = "2.31.0 (tried): make the changes of the plan"
NO_FIX = replace(TRIED, vulnerability=replace(TRIED.vulnerability, fixed_in=()))


def told(name: str, *findings: Finding) -> str:
    return FORMATS[name]().render(a_report(*findings), Look())


def test_a_person_is_told_that_it_was_tried() -> None:
    assert f"  fix       {PLANNED}\n" in told("human", TRIED)
    assert "  fix       it goes with the changes of the plan (tried)\n" in told("human", GOES)


def test_json_says_so_of_each_finding() -> None:
    found = json.loads(told("json", TRIED, GOES))["findings"]
    assert [(each["upgrade_to"], each["upgrade_tried"]) for each in found] == [(None, True), ("2.31.0", True)]


def test_annotations_say_so() -> None:
    assert f"Fixed in 2.31.0. Fix: {PLANNED}" in told("github", TRIED)


def test_markdown_offers_no_command_for_what_the_plan_changes() -> None:
    shown = told("markdown", TRIED, replace(GOES, vulnerability=replace(GOES.vulnerability, severity=Severity.HIGH)))
    assert f"- `requests 2.30.0`: {PLANNED}\n" in shown
    assert "- `idna 3.4`: it goes with the changes of the plan (tried)\n" in shown
    assert "None of these upgrades was tried" not in shown
    assert tables(shown)["Severity"][1][3] == "2.31.0take 2.31.0 (tried)"


@pytest.mark.parametrize(
    ("finding", "words"),
    [
        (TRIED, "fixed in 2.31.0; upgrade to 2.31.0 (tried). "),
        (GOES, "it goes with the changes of a plan (tried). "),
        (NO_FIX, "no fixed version yet; upgrade to 2.31.0 (tried). "),
    ],
)
def test_an_alert_says_so(finding: Finding, words: str) -> None:
    (result,) = json.loads(told("sarif", finding))["runs"][0]["results"]
    assert words in result["message"]["text"]
    assert result["properties"]["upgradeTried"] is True
    (other,) = json.loads(told("sarif", HIGH))["runs"][0]["results"]
    assert "upgradeTried" not in other["properties"]


def test_the_hook_says_so() -> None:
    assert f"Fix (tried):  requests 2.31.0: {PLANNED.partition(': ')[2]}\n" in hook_told(
        a_report(TRIED), Judged("commit"), Look()
    )
    high = replace(GOES, vulnerability=replace(GOES.vulnerability, severity=Severity.HIGH))
    assert "Fix:     idna: it goes with the changes of the plan (tried)\n" in hook_told(
        a_report(high), Judged("commit"), Look()
    )


def test_an_explanation_says_so() -> None:
    report = a_report(TRIED)
    shown = explain(report, list(report.gate.verdicts), Look())
    assert f"  fix       {PLANNED}\n" in shown
    assert "    an upgrade to 2.31.0 (tried) or any version that no advisory affects\n" in shown


@pytest.mark.parametrize("name", FORMATS)
def test_what_was_not_tried_is_not_told_as_tried(name: str) -> None:
    shown = told(name, HIGH)
    assert "(tried)" not in shown
    assert '"upgrade_tried": true' not in shown


def test_one_version_is_told_for_a_package_and_what_it_does_not_clear() -> None:
    further = a_finding(id="CVE-2099-0002", upgrade_to="2.33.0")
    nearer = a_finding(id="CVE-2099-0003", upgrade_to="2.30.1")
    assert advice([nearer, TRIED], "uv.lock", Free({}, {}), Look()) == PLANNED
    assert advice([TRIED, further], "uv.lock", Free({}, {}), Look()) == f"{PLANNED}; 2.33.0 clears the rest (not tried)"


def test_malware_is_removed_whatever_was_tried() -> None:
    tried = replace(malware(), upgrade_to=Version("10"), upgrade_tried=True)
    assert advice([tried], "uv.lock", Free({}, {}), Look()).startswith("remove it")
    assert "(tried)" not in told("human", tried)
