"""What the gate decides of each finding, which rule it names, and what is counted."""

from dataclasses import replace
from typing import Any

import pytest
from packaging.version import Version

from pysentry_hook.model import Severity, normalize
from pysentry_hook.policy.judge import judge
from pysentry_hook.report import Decision, Finding, GateResult, Novelty, Status, reported
from pysentry_hook.rules import Place, Policy, Rule, Stated
from tests.builders import a_dependency, a_finding, a_policy, a_suppression, some_facts
from tests.policy.judging import TODAY, judged, the_decision, the_verdict

HIGH = a_finding(severity=Severity.HIGH)


@pytest.mark.parametrize("severity", [None, *Severity])
def test_malware_blocks_in_every_gate(severity: Severity | None) -> None:
    lenient = a_policy(
        fail_on="never", unknown_severity="warn", only_fixable=True, only_introduced=True, grace_days={"critical": 9999}
    )
    malware = replace(a_finding(severity=severity, malware=True, fixed_in=()), novelty=Novelty.EXISTING)
    verdict = the_verdict(malware, lenient)
    assert (verdict.decision, verdict.reason) == (Decision.BLOCK, "malware, in every gate")
    assert verdict.rule == Rule("malware", "block", "built in")


def test_every_verdict_names_its_rule_its_value_and_where_that_comes_from() -> None:
    lately = "2026-11-20T00:00:00Z"
    table: list[tuple[Finding, dict[str, Any], Decision, str, str]] = [
        (HIGH, {"fail_on": "high"}, Decision.BLOCK, "fail_on", "high"),
        (a_finding(severity=Severity.LOW), {"fail_on": "high"}, Decision.PASS, "fail_on", "high"),
        (a_finding(), {"unknown_severity": "block"}, Decision.BLOCK, "unknown_severity", "block"),
        (a_finding(), {"unknown_severity": "warn"}, Decision.WARN, "unknown_severity", "warn"),
        (a_finding(), {"fail_on": "never"}, Decision.PASS, "fail_on", "never"),
        (replace(HIGH, novelty=Novelty.EXISTING), {"only_introduced": True}, Decision.PASS, "only_introduced", "true"),
        (a_finding(severity=Severity.HIGH, fixed_in=()), {"only_fixable": True}, Decision.WARN, "only_fixable", "true"),
        (
            a_finding(severity=Severity.HIGH, published=lately),
            {"grace_days": {"low": 9, "high": 7}},
            Decision.WARN,
            "grace_days",
            "low = 9, high = 7",
        ),
    ]
    for finding, settings, decision, key, value in table:
        verdict = the_verdict(finding, a_policy(**settings))
        assert (verdict.decision, verdict.rule) == (
            decision,
            Rule(f"gates.default.{key}", value, "pyproject.toml:1"),
        )
    assert the_verdict(HIGH, a_policy()).rule == Rule("gates.default.fail_on", "medium", "built-in gate default")


def test_a_rule_has_the_place_of_its_file() -> None:
    place = Place("pyproject.toml", 31)
    policy = a_policy()
    own = replace(policy.own, gates={"default": {"fail_on": Stated("low", str(place), place)}})
    assert the_verdict(HIGH, replace(policy, own=own)).rule == Rule(
        "gates.default.fail_on", "low", "pyproject.toml:31", place
    )


@pytest.mark.parametrize(
    ("finding", "settings", "reason"),
    [
        (HIGH, {}, "fail_on is medium"),
        (HIGH, {"groups__main__fail_on": "high"}, "groups.main.fail_on is high"),
        (a_finding(), {}, "unknown_severity is block"),
        (a_finding(severity=Severity.HIGH, fixed_in=()), {"only_fixable": True}, "no fixed version yet"),
        (replace(HIGH, novelty=Novelty.EXISTING), {"only_introduced": True}, "older than this change"),
        (
            replace(HIGH, novelty=Novelty.EXISTING, touched=True),
            {"only_introduced": True},
            "older than this change, not yet fixed",
        ),
    ],
)
def test_a_verdict_gives_its_reason_in_a_few_words(finding: Finding, settings: dict[str, Any], reason: str) -> None:
    assert the_verdict(finding, a_policy(**settings)).reason == reason


@pytest.mark.parametrize("gate", ["v1.2", "groups.dev", "a.b.c"])
def test_a_gate_may_have_dots_in_its_name(gate: str) -> None:
    policy = a_policy(named=gate, gates={gate: {"fail_on": "low", "groups__dev__fail_on": "high"}})
    assert the_verdict(HIGH, policy).reason == "fail_on is low"
    in_dev = a_finding(a_dependency(groups=["dev"]), severity=Severity.HIGH)
    assert the_verdict(in_dev, policy).reason == "groups.dev.fail_on is high"


def test_only_what_the_change_introduces_or_nobody_knows_is_judged_where_only_introduced() -> None:
    decisions = {
        novelty: the_decision(replace(HIGH, novelty=novelty), a_policy(only_introduced=True)) for novelty in Novelty
    }
    assert decisions == {
        Novelty.INTRODUCED: Decision.BLOCK,
        Novelty.EXISTING: Decision.PASS,
        Novelty.UNKNOWN: Decision.BLOCK,
    }


def test_a_touched_finding_never_blocks_where_only_introduced_and_is_counted() -> None:
    touched = replace(HIGH, novelty=Novelty.EXISTING, touched=True)
    result = judged(touched, policy=a_policy(only_introduced=True))
    assert not result.blocks
    assert result.not_judged == 1
    assert judged(touched, policy=a_policy()).not_judged == 0


def test_what_passes_below_the_threshold_is_not_counted_as_older() -> None:
    low = a_finding(severity=Severity.LOW)
    older = replace(a_finding(a_dependency("idna"), severity=Severity.LOW), novelty=Novelty.EXISTING)
    assert judged(low, older, policy=a_policy(only_introduced=True)).not_judged == 1


def test_nothing_found_and_everything_checked_passes() -> None:
    facts, policy = some_facts(), a_policy()
    result = judge(facts, policy, TODAY)
    assert (result.names, result.day, result.verdicts, result.statuses) == (("default",), TODAY, (), ())
    assert (result.reasons, result.notes, result.too_old) == ((), (), ())
    assert not result.blocks
    assert reported(facts, policy, result).passed


def test_a_warning_passes_and_every_decision_is_counted() -> None:
    result = judged(
        a_finding(id="CVE-2099-1"),
        a_finding(id="CVE-2099-2"),
        a_finding(id="CVE-2099-3", severity=Severity.LOW),
        a_finding(id="CVE-2099-4", severity=Severity.HIGH),
        policy=a_policy(a_suppression("CVE-2099-4"), unknown_severity="warn"),
    )
    assert not result.blocks
    assert {decision: result.count(decision) for decision in Decision} == {
        Decision.BLOCK: 0,
        Decision.WARN: 2,
        Decision.SUPPRESSED: 1,
        Decision.PASS: 1,
    }


def test_verdicts_come_by_input_package_version_and_id() -> None:
    findings = [
        a_finding(a_dependency("requests", "2.9"), id="CVE-2099-1"),
        a_finding(a_dependency("requests", "2.10"), id="CVE-2099-1"),
        a_finding(a_dependency("idna", "3.4"), id="CVE-2099-2"),
        a_finding(a_dependency("idna", "3.4"), id="CVE-2099-1"),
        replace(a_finding(a_dependency("zipp", "1.0")), input="api/uv.lock"),
    ]
    facts = replace(some_facts(), findings=tuple(findings))
    shown = [verdict.finding for verdict in judge(facts, a_policy(), TODAY).verdicts]
    assert [f"{each.dependency.name} {each.dependency.written} {each.vulnerability.id}" for each in shown] == [
        "zipp 1.0 CVE-2099-0001",
        "idna 3.4 CVE-2099-1",
        "idna 3.4 CVE-2099-2",
        "requests 2.9 CVE-2099-1",
        "requests 2.10 CVE-2099-1",
    ]


def test_only_fixable_asks_for_any_fixed_version_above_or_below() -> None:
    policy = a_policy(only_fixable=True)
    assert the_decision(HIGH, policy) is Decision.BLOCK
    assert the_decision(a_finding(severity=Severity.HIGH, fixed_in=(Version("1.0"),)), policy) is Decision.BLOCK
    assert the_decision(a_finding(severity=Severity.HIGH, fixed_in=()), policy) is Decision.WARN
    assert the_decision(a_finding(severity=Severity.LOW, fixed_in=()), policy) is Decision.PASS


def _of_status(status: str, policy: Policy) -> GateResult:
    facts = some_facts(statuses=(Status(normalize("osv"), status, "moved", "uv.lock"),))
    return judge(facts, policy, TODAY)


@pytest.mark.parametrize(
    ("status", "forbidden", "decision", "rule", "reason"),
    [
        ("archived", (), Decision.WARN, "forbid_archived", "forbid_archived is false"),
        ("archived", ("archived",), Decision.BLOCK, "forbid_archived", "forbid_archived is true"),
        ("archived", ("unmaintained",), Decision.BLOCK, "forbid_unmaintained", "forbid_unmaintained is true"),
        ("archived", ("deprecated",), Decision.WARN, "forbid_archived", "forbid_archived is false"),
        ("deprecated", ("deprecated",), Decision.BLOCK, "forbid_deprecated", "forbid_deprecated is true"),
        ("quarantined", (), Decision.BLOCK, "forbid_quarantined", "forbid_quarantined is true"),
    ],
)
def test_the_status_of_a_project_blocks_where_it_is_forbidden(
    status: str, forbidden: tuple[str, ...], decision: Decision, rule: str, reason: str
) -> None:
    result = _of_status(status, a_policy(maintenance={f"forbid_{each}": True for each in forbidden}))
    (verdict,) = result.statuses
    assert verdict.status == Status(normalize("osv"), status, "moved", "uv.lock")
    assert (verdict.decision, verdict.reason) == (decision, reason)
    word = "true" if decision is Decision.BLOCK else "false"
    assert verdict.rule == Rule(f"maintenance.{rule}", word, "built in")
    assert result.blocks is (decision is Decision.BLOCK)


@pytest.mark.parametrize("forbidden", [True, False])
def test_the_rule_of_a_status_has_the_place_of_its_file(*, forbidden: bool) -> None:
    place = Place("pyproject.toml", 70)
    policy = a_policy()
    stated = {"forbid_archived": Stated(forbidden, str(place), place)}
    (verdict,) = _of_status("archived", replace(policy, maintenance={**policy.maintenance, **stated})).statuses
    word = "true" if forbidden else "false"
    assert verdict.rule == Rule("maintenance.forbid_archived", word, "pyproject.toml:70", place)


def test_a_quarantined_project_only_warns_where_the_policy_says_so() -> None:
    result = _of_status("quarantined", a_policy(maintenance={"forbid_quarantined": False}))
    assert [verdict.decision for verdict in result.statuses] == [Decision.WARN]
    assert not result.blocks


def test_statuses_come_by_input_package_and_word_however_they_were_found() -> None:
    found = [
        Status(normalize(name), status, None, path)
        for path in ("api/uv.lock", "uv.lock")
        for name, status in (("idna", "archived"), ("osv", "archived"), ("osv", "deprecated"))
    ]
    for statuses in (found, found[::-1]):
        result = judge(some_facts(statuses=tuple(statuses)), a_policy(), TODAY)
        assert [verdict.status for verdict in result.statuses] == found
