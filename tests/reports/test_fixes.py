"""What to do about a package is the same in every format, and can be done as it is written."""

from dataclasses import replace

import pytest

from pysentry_hook.model import Severity
from pysentry_hook.report import Finding, Report
from pysentry_hook.reports import FORMATS
from pysentry_hook.reports.change import Change
from pysentry_hook.reports.change import told as hook_told
from pysentry_hook.reports.explain import explain
from pysentry_hook.reports.fixes import Fix, fix, free_versions
from pysentry_hook.reports.look import Look
from tests.builders import a_finding
from tests.reports.facts import a_report

UPGRADE = "uv lock --upgrade-package requests"
WORST = a_finding(id="CVE-2099-0001", severity=Severity.HIGH)
"""It blocks, and no version that clears it is known to be free of the other one."""
OTHER = a_finding(id="CVE-2099-0002", severity=Severity.LOW, upgrade_to="2.33.0")
"""It does not block."""


def fixed(*findings: Finding) -> Fix:
    report = a_report(*findings)
    return fix(report.findings, "uv.lock", "uv.lock:12", free_versions(report))


def for_a_hook(report: Report, look: Look) -> str:
    return hook_told(report, Change("commit"), look)


def explained(report: Report, look: Look) -> str:
    return explain(report, list(report.gate.verdicts)[:1], look)


@pytest.mark.parametrize(
    "tell",
    [for_a_hook, explained, *(FORMATS[name]().render for name in ("human", "markdown", "github"))],
    ids=["hook", "explain", "human", "markdown", "github"],
)
def test_an_upgrade_is_found_among_all_findings_of_a_package(tell: object) -> None:
    assert callable(tell)
    assert UPGRADE in tell(a_report(WORST, OTHER), Look())


def test_a_version_of_another_package_or_of_a_plan_is_never_taken() -> None:
    elsewhere = replace(OTHER, input="web/uv.lock")
    assert fixed(WORST, elsewhere).to is None
    planned = free_versions(a_report(replace(OTHER, upgrade_tried=True)))
    assert not planned
