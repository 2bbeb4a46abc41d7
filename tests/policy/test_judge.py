"""What the gate decides of each finding and of the whole."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from pysentry_hook.model import Severity
from pysentry_hook.policy.gates import DEFAULT, Gate
from pysentry_hook.policy.judge import judge
from pysentry_hook.report import Decision, Finding, GateResult, Rule, Suppression
from tests.builders import a_dependency, a_finding

TODAY = date(2026, 11, 22)
LEVELS = {"never": None, "low": Severity.LOW, "medium": Severity.MEDIUM, "high": Severity.HIGH}
LEVELS["critical"] = Severity.CRITICAL
SEVERITIES = {word: severity for word, severity in LEVELS.items() if severity} | {"unknown": None}


def judged(
    *findings: Finding, gate: Gate = DEFAULT, suppressions: Sequence[Suppression] = (), unchecked: int = 0
) -> GateResult:
    return judge(findings, gate, suppressions, unchecked=unchecked, why="no gate was named", today=TODAY)


def the_decision(finding: Finding, **more: Any) -> Decision:
    (verdict,) = judged(finding, **more).verdicts
    return verdict.decision


def an_ignore(identifier: str = "CVE-2099-0001", **more: Any) -> Suppression:
    return Suppression(id=identifier, rule=Rule("ignore", identifier, "--ignore"), **more)


TABLE = """
    fail_on    unknown   low    medium  high   critical
    never      pass      pass   pass    pass   pass
    low        by key    block  block   block  block
    medium     by key    pass   block   block  block
    high       by key    pass   pass    block  block
    critical   by key    pass   pass    pass   block
"""
"""What a severity comes to where it is neither malware nor ignored; "by key" is what unknown_severity says."""

_HEAD, *_ROWS = (line.replace("by key", "by-key").split() for line in TABLE.strip().splitlines())
DECISIONS = {(row[0], severity): cell for row in _ROWS for severity, cell in zip(_HEAD[1:], row[1:], strict=True)}


def expected(fail_on: str, severity: str, unknown: str, *, malware: bool, ignored: bool) -> str:
    """The whole truth: malware first, then what is ignored, then the table."""
    if malware:
        return "block"
    if ignored:
        return "suppressed"
    decision = DECISIONS[fail_on, severity]
    return unknown if decision == "by-key" else decision


@pytest.mark.parametrize("ignored", [False, True], ids=["", "ignored"])
@pytest.mark.parametrize("malware", [False, True], ids=["", "malware"])
@pytest.mark.parametrize("unknown", ["block", "warn"], ids=["unknown-blocks", "unknown-warns"])
@pytest.mark.parametrize("severity", SEVERITIES)
@pytest.mark.parametrize("fail_on", LEVELS)
def test_the_decision_follows_the_truth_table(
    *, fail_on: str, severity: str, unknown: str, malware: bool, ignored: bool
) -> None:
    gate = replace(DEFAULT, fail_on=LEVELS[fail_on], unknown_severity=unknown)
    finding = a_finding(severity=SEVERITIES[severity], malware=malware)
    result = judged(finding, gate=gate, suppressions=[an_ignore()] if ignored else [])
    want = expected(fail_on, severity, unknown, malware=malware, ignored=ignored)
    assert [verdict.decision.value for verdict in result.verdicts] == [want]
    assert result.passes(complete=True) is (want != "block")


@pytest.mark.parametrize(
    "name", ["CVE-2099-0001", "cve-2099-0001", "PYSEC-2099-1", "pysec-2099-1", "Ghsa-AAAA-bbbb-cccc"]
)
def test_an_ignore_names_the_id_or_any_alias_in_any_case(name: str) -> None:
    finding = a_finding(severity=Severity.HIGH, aliases=("GHSA-aaaa-bbbb-cccc", "PYSEC-2099-1"))
    assert the_decision(finding, suppressions=[an_ignore(name)]) is Decision.SUPPRESSED


@pytest.mark.parametrize("name", ["CVE-2099-00010", "CVE-2099-000", "CVE-2099-*", "CVE", "requests"])
def test_an_ignore_of_another_id_covers_nothing(name: str) -> None:
    assert the_decision(a_finding(severity=Severity.HIGH), suppressions=[an_ignore(name)]) is Decision.BLOCK


def test_an_ignore_of_a_package_covers_that_package_only() -> None:
    ignore = an_ignore(package=a_dependency("idna").name)
    assert the_decision(a_finding(severity=Severity.HIGH), suppressions=[ignore]) is Decision.BLOCK
    assert the_decision(a_finding(a_dependency("idna"), severity=Severity.HIGH), suppressions=[ignore]) is (
        Decision.SUPPRESSED
    )


def test_ignore_while_no_fix_ends_when_a_fix_is_out() -> None:
    ignore = an_ignore(while_no_fix=True)
    unfixed, fixed = a_finding(severity=Severity.HIGH, fixed_in=()), a_finding(severity=Severity.HIGH)
    assert the_decision(unfixed, suppressions=[ignore]) is Decision.SUPPRESSED
    assert the_decision(fixed, suppressions=[ignore]) is Decision.BLOCK


@pytest.mark.parametrize("severity", [None, *Severity])
def test_malware_blocks_in_every_gate(severity: Severity | None) -> None:
    lenient = replace(DEFAULT, fail_on=None, unknown_severity="warn", on_incomplete="warn")
    result = judged(a_finding(severity=severity, malware=True), gate=lenient)
    assert not result.passes(complete=True)
    assert result.verdicts[0].rule == Rule("malware", "block", "built in")


def test_an_id_alone_does_not_cover_malware() -> None:
    finding = a_finding(severity=Severity.CRITICAL, malware=True, id="MAL-2099-1", aliases=())
    assert the_decision(finding, suppressions=[an_ignore("MAL-2099-1")]) is Decision.BLOCK
    assert the_decision(finding, suppressions=[an_ignore("MAL-2099-1", while_no_fix=True)]) is Decision.BLOCK


def test_every_verdict_names_its_rule_its_value_and_where_that_comes_from() -> None:
    gate = replace(DEFAULT, fail_on=Severity.HIGH, rules={"fail_on": "--fail-on"})
    result = judged(
        a_finding(severity=Severity.HIGH, id="CVE-2099-1"),
        a_finding(severity=Severity.LOW, id="CVE-2099-2"),
        a_finding(severity=None, id="CVE-2099-3"),
        a_finding(severity=Severity.HIGH, id="CVE-2099-4"),
        gate=gate,
        suppressions=[an_ignore("CVE-2099-4")],
    )
    assert [(verdict.decision, verdict.rule) for verdict in result.verdicts] == [
        (Decision.BLOCK, Rule("gates.default.fail_on", "high", "--fail-on")),
        (Decision.PASS, Rule("gates.default.fail_on", "high", "--fail-on")),
        (Decision.BLOCK, Rule("gates.default.unknown_severity", "block", "built-in gate default")),
        (Decision.SUPPRESSED, Rule("ignore", "CVE-2099-4", "--ignore")),
    ]


def test_a_suppression_gives_its_reason_and_an_ignore_says_that_it_has_none() -> None:
    finding = a_finding(severity=Severity.HIGH)
    for reason, told in (("the path is closed", "the path is closed"), (None, "no reason given")):
        (verdict,) = judged(finding, suppressions=[an_ignore(reason=reason)]).verdicts
        assert (verdict.reason, verdict.suppression) == (told, an_ignore(reason=reason))


def test_a_suppression_that_covers_nothing_is_told() -> None:
    used, unused = an_ignore(), an_ignore("CVE-2098-1")
    assert judged(a_finding(severity=Severity.HIGH), suppressions=[unused, used]).unused == (unused,)


def test_a_suppression_that_covers_a_finding_below_the_threshold_is_used() -> None:
    assert judged(a_finding(severity=Severity.LOW), suppressions=[an_ignore()]).unused == ()


def test_fail_on_never_is_the_rule_that_lets_an_unknown_severity_pass() -> None:
    (verdict,) = judged(a_finding(severity=None), gate=replace(DEFAULT, fail_on=None)).verdicts
    assert verdict.rule == Rule("gates.default.fail_on", "never", "built-in gate default")


def test_the_builtin_gate_fails_on_medium_and_on_what_is_unknown() -> None:
    assert DEFAULT.values() == {
        "fail_on": "medium",
        "unknown_severity": "block",
        "unchecked": "warn",
        "on_incomplete": "block",
    }
    assert replace(DEFAULT, fail_on=None).values()["fail_on"] == "never"


def test_nothing_found_and_everything_checked_passes() -> None:
    result = judged()
    assert result.passes(complete=True)
    assert (result.names, result.why, result.day) == (("default",), "no gate was named", TODAY)


@pytest.mark.parametrize("on_incomplete", ["block", "warn"])
def test_an_incomplete_audit_passes_only_where_it_may(on_incomplete: str) -> None:
    result = judged(gate=replace(DEFAULT, on_incomplete=on_incomplete))
    assert result.passes(complete=True)
    assert result.passes(complete=False) is (on_incomplete == "warn")


@pytest.mark.parametrize("unchecked", ["block", "warn"])
def test_what_was_not_checked_blocks_only_where_it_must(unchecked: str) -> None:
    gate = replace(DEFAULT, unchecked=unchecked, rules={"unchecked": "PYSENTRY_HOOK_DEFAULTS_UNCHECKED"})
    result = judged(gate=gate, unchecked=2)
    assert result.passes(complete=True) is (unchecked == "warn")
    assert judged(gate=gate, unchecked=0).passes(complete=True)
    told = '2 not checked and unchecked = "block" (PYSENTRY_HOOK_DEFAULTS_UNCHECKED)'
    assert result.reasons == ((told,) if unchecked == "block" else ())


def test_a_warning_passes_and_is_counted() -> None:
    result = judged(a_finding(severity=None), gate=replace(DEFAULT, unknown_severity="warn"))
    assert result.passes(complete=True)
    assert {decision: result.count(decision) for decision in Decision} == {
        Decision.BLOCK: 0,
        Decision.WARN: 1,
        Decision.SUPPRESSED: 0,
        Decision.PASS: 0,
    }


def test_verdicts_come_by_input_package_version_and_id() -> None:
    findings = [
        a_finding(a_dependency("requests", "2.9"), id="CVE-2099-1"),
        a_finding(a_dependency("requests", "2.10"), id="CVE-2099-1"),
        a_finding(a_dependency("idna", "3.4"), id="CVE-2099-2"),
        a_finding(a_dependency("idna", "3.4"), id="CVE-2099-1"),
    ]
    shown = [verdict.finding for verdict in judged(*findings).verdicts]
    told = [f"{item.dependency.name} {item.dependency.written} {item.vulnerability.id}" for item in shown]
    assert told == ["idna 3.4 CVE-2099-1", "idna 3.4 CVE-2099-2", "requests 2.9 CVE-2099-1", "requests 2.10 CVE-2099-1"]
