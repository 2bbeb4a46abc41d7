"""A change that stands on a state that nobody knows: what may be as old as that warns, and malware blocks."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from pysentry_hook.model import Severity
from pysentry_hook.policy.judge import judge
from pysentry_hook.policy.novelty import unsure
from pysentry_hook.report import Baseline, Decision, GateResult, Novelty, reported
from pysentry_hook.reports import json
from pysentry_hook.reports.look import Look
from pysentry_hook.reports.saved import read_report
from tests.builders import a_finding, a_policy, some_facts

TODAY = date(2026, 11, 22)


def judged(novelty: Novelty, *, whole: bool, gate: str = "commit", **of_finding: Any) -> GateResult:
    finding = replace(a_finding(**{"severity": Severity.CRITICAL, **of_finding}), novelty=novelty)
    facts = some_facts(finding, baseline=Baseline("HEAD", "0" * 40, whole))
    return judge(facts, a_policy(named=gate), TODAY)


@pytest.mark.parametrize(
    ("novelty", "whole", "gate", "malware", "decision"),
    [
        (Novelty.UNKNOWN, False, "commit", False, Decision.WARN),
        (Novelty.UNKNOWN, False, "commit", True, Decision.BLOCK),
        (Novelty.UNKNOWN, False, "default", False, Decision.BLOCK),
        (Novelty.UNKNOWN, True, "commit", False, Decision.BLOCK),
        (Novelty.INTRODUCED, True, "commit", False, Decision.BLOCK),
        (Novelty.EXISTING, False, "commit", False, Decision.PASS),
    ],
)
def test_what_may_be_older_warns(novelty: Novelty, whole: bool, gate: str, malware: bool, decision: Decision) -> None:
    result = judged(novelty, whole=whole, gate=gate, malware=malware)
    assert [verdict.decision for verdict in result.verdicts] == [decision]


def test_it_says_so_and_is_not_counted_as_older() -> None:
    result = judged(Novelty.UNKNOWN, whole=False)
    assert result.verdicts[0].finding.novelty is Novelty.UNKNOWN
    assert result.verdicts[0].reason == "git does not tell what is merged, so it may be older"
    assert result.verdicts[0].rule.key == "gates.commit.only_introduced"
    assert result.not_judged == 0
    assert judged(Novelty.EXISTING, whole=False).not_judged == 1


def test_what_is_below_the_threshold_stays_below_it() -> None:
    (verdict,) = judged(Novelty.UNKNOWN, whole=False, severity=Severity.LOW).verdicts
    assert verdict.decision is Decision.PASS


def test_what_seems_new_is_unknown_and_what_is_old_stays_so() -> None:
    findings = [replace(a_finding(), novelty=novelty) for novelty in Novelty]
    assert [each.novelty for each in unsure(findings)] == [
        Novelty.UNKNOWN if novelty is Novelty.INTRODUCED else novelty for novelty in Novelty
    ]


@pytest.mark.parametrize("whole", [True, False])
def test_a_saved_report_keeps_it(whole: bool) -> None:
    facts = some_facts(a_finding(), baseline=Baseline("HEAD", "0" * 40, whole))
    policy = a_policy(named="commit")
    report = reported(facts, policy, judge(facts, policy, TODAY))
    text = json.render(report, Look())
    assert read_report("report.json", text).baseline == facts.baseline
    assert ('"whole"' in text) is not whole


def test_what_may_be_older_names_no_day_on_which_it_would_block() -> None:
    finding = a_finding(severity=Severity.CRITICAL, published="2026-11-20T00:00:00Z")
    facts = some_facts(finding, baseline=Baseline("HEAD", "0" * 40, whole=False))
    policy = a_policy(only_introduced=True, grace_days={"critical": 30})
    (verdict,) = judge(facts, policy, TODAY).verdicts
    assert (verdict.decision, verdict.rule.key) == (Decision.WARN, "gates.default.only_introduced")
    assert verdict.blocks_on is None
