"""Reports of every kind, to be told as Markdown."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from packaging.version import Version

from pysentry_hook.model import Severity
from pysentry_hook.report import Novelty, Report
from pysentry_hook.reports.look import Look
from pysentry_hook.reports.markdown import render
from tests.builders import a_dependency, a_finding, a_policy, a_suppression
from tests.reports.facts import NOW, SILENT, a_report, an_unchecked, everything

GOLDEN = Path(__file__).parents[1] / "data" / "reports"

HIGH = a_finding(severity=Severity.HIGH, upgrade_to="2.31.0")

LOW = a_finding(a_dependency("idna", "3.4"), id="CVE-2099-0002", severity=Severity.LOW, upgrade_to="3.7")

ENDING = a_suppression(
    "CVE-2099-0003", expires=NOW.date().replace(day=30), owner="platform", reason="nobody calls that part of it"
)


def told(report: Report, **look: Any) -> str:
    return render(report, Look(**look))


def many(number: int) -> Report:
    """As many findings, three of each package."""
    severities = (Severity.HIGH, Severity.CRITICAL, Severity.MEDIUM)
    return a_report(
        *(
            a_finding(
                a_dependency(f"package-{n // 3}", "1.0"),
                id=f"CVE-2099-{10_000 + n}",
                severity=severities[n % 3],
                fixed_in=(Version("1.1"),),
                upgrade_to="1.1",
            )
            for n in range(number)
        ),
        total=number,
    )


EVERY_REPORT = {
    "nothing": a_report(),
    "zero": a_report(total=0),
    "blocked": a_report(replace(HIGH, more_paths=2, novelty=Novelty.EXISTING, touched=True), LOW),
    "suppressed": a_report(HIGH, policy=a_policy(a_suppression())),
    "unchecked": a_report(unchecked=[an_unchecked()]),
    "incomplete": a_report(failures=(SILENT,), unchecked=[an_unchecked()._replace(unanswered=True)]),
    "everything": everything(ENDING),
    "many": many(300),
}

every_report = pytest.mark.parametrize("report", EVERY_REPORT.values(), ids=EVERY_REPORT.keys())
