"""Time to react to what was published lately: how long, for what, and from which day it blocks."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest

from pysentry_hook.model import Severity
from pysentry_hook.report import Decision, Finding, Novelty, Verdict
from tests.builders import a_finding, a_policy
from tests.policy.judging import the_decision, the_verdict

DAYS = {"low": 30, "medium": 14, "high": 7, "unknown": 3}


def published(moment: str | None = "2026-11-20T22:30:00Z", severity: Severity | None = Severity.HIGH) -> Finding:
    return a_finding(severity=severity, published=moment)


def on(day: str, finding: Finding, days: Mapping[str, int] = DAYS) -> Verdict:
    """The verdict on a day."""
    return the_verdict(finding, a_policy(grace_days=days, fail_on="low"), date.fromisoformat(day))


@pytest.mark.parametrize(
    ("severity", "last_day", "blocks_on"),
    [
        (Severity.LOW, "2026-12-19", "2026-12-20"),
        (Severity.MEDIUM, "2026-12-03", "2026-12-04"),
        (Severity.HIGH, "2026-11-26", "2026-11-27"),
        (None, "2026-11-22", "2026-11-23"),
    ],
)
def test_a_finding_warns_for_the_days_of_its_severity_and_says_when_it_will_block(
    severity: Severity | None, last_day: str, blocks_on: str
) -> None:
    for day in ("2026-11-20", last_day):
        verdict = on(day, published(severity=severity))
        assert verdict.decision is Decision.WARN
        assert verdict.blocks_on == date.fromisoformat(blocks_on)
        assert verdict.rule.key == "gates.default.grace_days"
    verdict = on(blocks_on, published(severity=severity))
    assert (verdict.decision, verdict.blocks_on) == (Decision.BLOCK, None)


def test_the_reason_says_from_when_it_blocks_and_by_which_rule() -> None:
    assert on("2026-11-22", published()).reason == "published lately: blocks from 2026-11-27 on (fail_on is low)"
    unknown = on("2026-11-22", published(severity=None))
    assert unknown.reason == "published lately: blocks from 2026-11-23 on (unknown_severity is block)"


@pytest.mark.parametrize("severity", [Severity.CRITICAL, Severity.HIGH])
def test_without_days_for_a_severity_it_blocks_at_once(severity: Severity) -> None:
    days = {"low": 30, "high": 0}
    assert on("2026-11-20", published(severity=severity), days).decision is Decision.BLOCK


def test_what_the_change_introduces_has_no_grace() -> None:
    for novelty, decision in (
        (Novelty.INTRODUCED, Decision.BLOCK),
        (Novelty.EXISTING, Decision.WARN),
        (Novelty.UNKNOWN, Decision.WARN),
    ):
        assert on("2026-11-22", replace(published(), novelty=novelty)).decision is decision


def test_malware_has_no_grace() -> None:
    malware = a_finding(severity=Severity.HIGH, malware=True, published="2026-11-20T00:00:00Z")
    assert on("2026-11-22", malware).decision is Decision.BLOCK


@pytest.mark.parametrize("moment", [None, "", "soon", "2026-13-01T00:00:00Z", "2026-11-23T00:00:00Z", "2099-01-01"])
def test_without_a_date_or_with_one_that_is_still_to_come_there_is_no_grace(moment: str | None) -> None:
    assert on("2026-11-22", published(moment)).decision is Decision.BLOCK


def test_what_was_published_today_has_grace() -> None:
    assert on("2026-11-22", published("2026-11-22T23:59:59Z")).decision is Decision.WARN


def test_a_grace_beyond_the_end_of_the_calendar_is_none() -> None:
    assert on("2026-11-22", published(), {"high": 10**9}).decision is Decision.BLOCK
    assert on("2026-11-22", published(), {"high": 10**12}).decision is Decision.BLOCK


def test_what_passes_or_warns_anyway_says_no_date() -> None:
    lately = "2026-11-20T00:00:00Z"
    for finding, settings, decision in (
        (a_finding(severity=Severity.LOW, published=lately), {"fail_on": "high"}, Decision.PASS),
        (a_finding(published=lately), {"unknown_severity": "warn"}, Decision.WARN),
        (a_finding(severity=Severity.HIGH, published=lately, fixed_in=()), {"only_fixable": True}, Decision.WARN),
    ):
        verdict = the_verdict(finding, a_policy(grace_days=DAYS, **settings), date(2026, 11, 22))
        assert (verdict.decision, verdict.blocks_on) == (decision, None)


def test_without_grace_days_there_is_none() -> None:
    assert the_decision(published(), a_policy(), date(2026, 11, 22)) is Decision.BLOCK
