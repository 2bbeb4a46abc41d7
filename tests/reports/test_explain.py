"""Why a finding blocks or not: its rule and place, the ways in, what each source says, and what would change it."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from packaging.version import Version

from pysentry_hook.advisories import Cvss, Say
from pysentry_hook.model import Severity, normalize
from pysentry_hook.policy.gates import BUILT_IN
from pysentry_hook.report import Baseline, Finding, Novelty, Report
from pysentry_hook.reports.explain import chosen, explain
from pysentry_hook.reports.look import Look
from tests.builders import (
    a_dependency,
    a_finding,
    a_folder_of_records,
    a_policy,
    a_record,
    a_suppression,
    a_uv_lock,
)
from tests.conftest import Run
from tests.reports.facts import HIGH, LATELY, OLDER, REPORTS, a_report, malware


def told(report: Report, **look: Any) -> str:
    return explain(report, list(report.gate.verdicts), Look(**look))


def text(golden: str) -> str:
    return dedent(golden).lstrip("\n")


VECTOR = "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N"
RICH = replace(
    a_finding(
        a_dependency(groups=["main", "dev"]),
        severity=Severity.HIGH,
        severity_source="cvss",
        cvss=(Cvss("3.1", VECTOR, 7.0), Cvss("4.0", "CVSS:4.0/AV:N", 6.5)),
        upgrade_to="2.31.0",
        says=(
            Say("osv", "GHSA-1", affected=True, fixed_in=(Version("2.31"),), severity=Severity.HIGH, withdrawn=None),
            Say("pypa", "PYSEC-1", affected=True, fixed_in=(), severity=None, withdrawn=None),
            Say("pypi", "PYSEC-2", affected=False, fixed_in=(), severity=None, withdrawn=None),
            Say("pypi", "PYSEC-3", affected=False, fixed_in=(), severity=None, withdrawn="2099-02-01T00:00:00Z"),
        ),
    ),
    paths=(("shop", "requests"), ("shop", "httpie", "requests")),
    more_paths=2,
)


def test_everything_that_is_known_of_a_finding_is_told() -> None:
    assert told(a_report(RICH)) == text(
        f"""
        CVE-2099-0001 in requests 2.30.0 blocks: fail_on is medium
          what      A flaw
          severity  high (from cvss): CVSS 3.1 7 {VECTOR}; CVSS 4.0 6.5 CVSS:4.0/AV:N
          rule      fail_on = "medium", built-in gate default
          gate      default, as of 2026-11-22: no gate was named, and no CI was recognised
          found in  uv.lock:12  version = "2.30.0"
          way in    shop > requests
                    shop > httpie > requests
                    and 2 ways more
          declared  pyproject.toml:7
          scopes    dev, main
          age       published 2099-01-01T00:00:00Z; not compared with an earlier state (--against)
          sources   osv GHSA-1: affected, fixed in 2.31, high
                    pypa PYSEC-1: affected, no fixed version
                    pypi PYSEC-2: not affected
                    pypi PYSEC-3: withdrawn
          fix       2.31.0 (not tried): uv lock --upgrade-package requests
          what would change it
            an upgrade to 2.31.0 (not tried) or any version that no advisory affects
            a suppression: pysentry-hook suppressions add CVE-2099-0001 -p requests --reason "…" --expires 2027-02-20
            another value of fail_on (built-in gate default)
            only_introduced with --against, where the finding is older than the change
        """
    )


def test_what_is_not_known_has_no_line() -> None:
    bare = a_finding(a_dependency(groups=[]), summary="", published=None, fixed_in=())
    shown = told(a_report(replace(bare, paths=(), declared_at=None)))
    head = [line[2:10].strip() for line in shown.splitlines() if line.startswith("  ") and line[2] != " "]
    assert head == ["severity", "rule", "gate", "found in", "age", "fix", "what wou"]
    assert "  severity  unknown (from none)\n" in shown
    assert "  age       published on a day that nobody tells; " in shown
    assert "  fix       no fixed version yet\n" in shown


BASELINE = Baseline("main...", "1" * 40)


@pytest.mark.parametrize(
    ("finding", "age"),
    [
        (replace(HIGH, novelty=Novelty.INTRODUCED), "introduced since main..."),
        (replace(HIGH, novelty=Novelty.EXISTING), "older than the change since main..."),
        (OLDER, "older than the change since main...; the version changed since, and it is not yet fixed"),
        (HIGH, "nobody knows whether it is new since main..."),
    ],
)
def test_the_age_of_a_finding_is_told_by_the_baseline(finding: Finding, age: str) -> None:
    shown = told(a_report(finding, baseline=BASELINE))
    assert f"  age       published 2099-01-01T00:00:00Z; {age}\n" in shown


def changes(report: Report, **look: Any) -> list[str]:
    """What would change the decision on the one finding."""
    lines = told(report, **look).splitlines()
    return [line.strip() for line in lines[lines.index("  what would change it") + 1 :]]


ADD = 'a suppression: pysentry-hook suppressions add CVE-2099-0001 -p requests --reason "…" --expires 2027-02-20'
UNKNOWN, UNFIXED = a_finding(), a_finding(severity=Severity.HIGH, fixed_in=())


@pytest.mark.parametrize(
    ("finding", "settings", "verb", "expected"),
    [
        (
            UNKNOWN,
            {},
            "blocks: unknown_severity is block",
            [ADD, "another value of unknown_severity (built-in gate default)"],
        ),
        (
            HIGH,
            {"groups__main__fail_on": "high"},
            "blocks: groups.main.fail_on is high",
            [
                "an upgrade to 2.31.0 (not tried) or any version that no advisory affects",
                ADD,
                "another value of fail_on (pyproject.toml:1)",
            ],
        ),
        (
            LATELY,
            {"grace_days": {"high": 14}},
            "warns: published lately: blocks from 2026-12-04 on (fail_on is medium)",
            ["time: from 2026-12-04 on it blocks", "fewer grace_days (pyproject.toml:1)"],
        ),
        (
            OLDER,
            {"only_introduced": True},
            "passes: older than this change, not yet fixed",
            ["only_introduced = false (pyproject.toml:1)"],
        ),
        (
            UNFIXED,
            {"only_fixable": True},
            "warns: no fixed version yet",
            ["a fixed version, or only_fixable = false (pyproject.toml:1)"],
        ),
        (
            UNKNOWN,
            {"unknown_severity": "warn"},
            "warns: unknown_severity is warn",
            ['a severity from any source, or unknown_severity = "block" (pyproject.toml:1)'],
        ),
        (
            HIGH,
            {"fail_on": "critical"},
            "passes: fail_on is critical",
            ["a lower fail_on (pyproject.toml:1)"],
        ),
        (
            HIGH,
            {"fail_on": "never"},
            "passes: fail_on is never",
            ["a fail_on other than never (pyproject.toml:1)"],
        ),
    ],
)
def test_each_decision_says_what_would_change_it(
    finding: Finding, settings: dict[str, Any], verb: str, expected: list[str]
) -> None:
    report = a_report(finding, policy=a_policy(**settings), baseline=BASELINE)
    assert told(report).startswith(f"CVE-2099-0001 in requests 2.30.0 {verb}\n")
    assert changes(report) == expected


def test_of_malware_only_a_suppression_with_package_and_version_is_said_to_change_it() -> None:
    shown = told(a_report(malware()))
    assert shown.startswith("MAL-2099-1 in requestz 9.9.9 blocks: malware, in every gate\n")
    assert "  severity  malware (from none)\n  rule      malware, built in\n" in shown
    assert "  fix       remove it, and treat every machine that installed it as compromised\n" in shown
    assert changes(a_report(malware())) == ["a suppression with package and version; nothing else covers malware"]


def test_an_upgrade_is_never_said_to_change_malware() -> None:
    assert changes(a_report(replace(malware(), upgrade_to=Version("10.0")))) == [
        "a suppression with package and version; nothing else covers malware"
    ]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (
            {"expires": date(2027, 3, 31)},
            ["the end of what accepts it (pyproject.toml:40): 2027-03-31 is its last day"],
        ),
        ({}, ["the end of what accepts it (pyproject.toml:40): it has none"]),
        (
            {"until_fixed": True},
            ["the end of what accepts it (pyproject.toml:40): it has none", "a fixed version, with which it ends"],
        ),
        (
            {"reason": None},
            [
                "the end of what accepts it (pyproject.toml:40): it has none",
                "require_reason = true, because no reason was given",
            ],
        ),
    ],
)
def test_what_is_accepted_says_when_that_ends(more: dict[str, Any], expected: list[str]) -> None:
    report = a_report(UNFIXED, policy=a_policy(a_suppression(**more)))
    reason = more.get("reason", "the path is closed") or "no reason given"
    assert told(report).startswith(f"CVE-2099-0001 in requests 2.30.0 is accepted: {reason}\n")
    assert "  rule      suppressions, pyproject.toml:40\n" in told(report)
    assert changes(report) == expected


def test_places_and_commands_are_those_of_the_folder_in_which_it_is_read() -> None:
    shown = told(a_report(RICH), root="/repo", here="/repo/api", project="..")
    assert "  found in  ../uv.lock:12  " in shown
    assert "  declared  ../pyproject.toml:7\n" in shown
    assert "uv lock --directory .. --upgrade-package requests\n" in shown
    assert " --expires 2027-02-20 --project ..\n" in shown


def test_several_findings_are_told_one_after_the_other() -> None:
    report = REPORTS["findings"]
    paragraphs = told(report).split("\n\n")
    assert [paragraph.partition(" in ")[0] for paragraph in paragraphs] == [
        verdict.finding.vulnerability.id for verdict in report.gate.verdicts
    ]


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS.keys())
def test_every_verdict_of_every_report_says_its_rule_and_what_would_change_it(report: Report) -> None:
    for verdict in report.gate.verdicts:
        shown = explain(report, [verdict], Look())
        assert f"  rule      {verdict.rule.setting or verdict.rule.key}" in shown
        assert "\n  what would change it\n    " in shown


def test_a_finding_is_chosen_by_id_or_alias_in_any_case_and_by_package() -> None:
    idna = a_finding(a_dependency("idna"), severity=Severity.HIGH)
    report = a_report(HIGH, idna, a_finding(id="CVE-2099-0009", aliases=()))

    def names(identifier: str, package: str | None = None) -> list[str]:
        return [verdict.finding.dependency.name for verdict in chosen(report, identifier, package)]

    assert names("cve-2099-0001") == names("Pysec-2099-1") == ["idna", "requests"]
    assert names("CVE-2099-0001", normalize("idna")) == ["idna"]
    assert names("CVE-2099-0009") == ["requests"]
    assert names("CVE-2099-0009", normalize("idna")) == names("CVE-2099") == []


def test_what_an_advisory_writes_cannot_act_on_the_terminal() -> None:
    shown = told(a_report(a_finding(summary="\x1b[2J\u202e\nGate default: passed.")))
    assert not set(shown) & set("\x1b\u202e")
    assert not [line for line in shown.splitlines() if line.startswith("Gate")]


def test_the_command_explains_a_finding_of_a_scan_and_of_a_saved_report_alike(run: Run, tmp_path: Path) -> None:
    (tmp_path / "uv.lock").write_text(a_uv_lock(("requests", "2.30.0")), encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text('[tool.pysentry-hook.defaults]\nfail_on = "low"\n', encoding="utf-8")
    record = a_record(fixed="2.31.0", aliases=["CVE-2099-0001"], database_specific={"severity": "HIGH"})
    records = a_folder_of_records(tmp_path / "records", record)
    run("-o", "r.json", "-q", "--advisory-db", records)
    scanned = run("explain", "pysec-2099-1", "-p", "Requests", "--advisory-db", records)
    saved = run("explain", "CVE-2099-0001", "--report", "r.json")
    assert (scanned.returncode, saved.returncode) == (0, 0), scanned.stderr + saved.stderr
    assert scanned.stdout == saved.stdout
    assert '  rule      fail_on = "low", pyproject.toml:2\n' in saved.stdout
    assert BUILT_IN["default"]["fail_on"] != "low"


def test_a_suppression_that_holds_no_more_is_named() -> None:
    over = a_suppression("CVE-2099-0001", package="requests", expires=date(2026, 11, 1))
    shown = told(a_report(HIGH, policy=a_policy(over, a_suppression("CVE-2099-0002", expires=date(2026, 11, 1)))))
    assert "\n  accepted  CVE-2099-0001 in requests: ended on 2026-11-01 (" in shown
    assert "CVE-2099-0002" not in shown
    refused = a_policy(a_suppression("CVE-2099-0001", reason=None), require_reason=True)
    assert "\n  accepted  CVE-2099-0001: not taken, because it has no reason (" in told(a_report(HIGH, policy=refused))
