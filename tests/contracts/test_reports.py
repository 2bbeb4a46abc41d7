"""What every format of a report promises: what was not checked is in it, and the same facts are the same bytes."""

import pytest

from pysentry_hook.model import Failure, Severity, normalize
from pysentry_hook.report import Report, Status
from pysentry_hook.reports import FORMATS, SUFFIXES
from pysentry_hook.reports.look import Look, in_pieces
from tests.builders import a_dependency, a_finding, a_policy, a_suppression
from tests.reports.facts import HIGH, SILENT, a_report, an_input, an_unanswered, an_unchecked, everything

every_format = pytest.mark.parametrize("name", FORMATS)
SILENCES = a_report(
    HIGH,
    unchecked=[an_unchecked("fastthing", "0.3", "git dependency"), an_unanswered("numpy", "2.1.0")],
    failures=(SILENT, Failure("input", "poetry.lock", "api/poetry.lock", "is cut in the middle")),
    inputs=(an_input(), an_input("api/poetry.lock", packages=0, damaged=True)),
)


def text(name: str, look: Look | None = None) -> str:
    return FORMATS[name]().render(SILENCES, look or Look())


@every_format
@pytest.mark.parametrize(
    "said", ["fastthing", "git dependency", "numpy", "HTTP 503 after 4 tries", "cut in the middle"]
)
def test_what_was_not_checked_is_told_with_its_reason(name: str, said: str) -> None:
    assert said in text(name)


BLOCKED = a_report(
    HIGH,
    a_finding(a_dependency("idna", "3.4"), id="CVE-2099-0002", severity=Severity.CRITICAL),
    unchecked=[an_unchecked()],
    statuses=(Status(normalize("osv"), "quarantined", None, "uv.lock"),),
    policy=a_policy(unchecked="block"),
)


@every_format
@pytest.mark.parametrize("said", ["CVE-2099-0001", "CVE-2099-0002", "quarantined"])
def test_everything_that_blocks_is_told(name: str, said: str) -> None:
    assert said in FORMATS[name]().render(BLOCKED, Look())


@every_format
def test_an_incomplete_audit_says_so(name: str) -> None:
    told = text(name).lower()
    assert "incomplete" in told or '"complete": false' in told


@every_format
@pytest.mark.parametrize("report", [SILENCES, everything(a_suppression()), a_report(), a_report(total=0)])
def test_the_same_facts_are_the_same_bytes_and_end_a_line(name: str, report: Report) -> None:
    made = FORMATS[name]()
    once = made.render(report, Look())
    assert once.endswith("\n") or not once
    assert made.render(report, Look()) == once
    assert "".join(in_pieces(made, report, Look())) == once


def test_a_suffix_means_a_format_that_there_is() -> None:
    assert set(SUFFIXES.values()) <= set(FORMATS)
