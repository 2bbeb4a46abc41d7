"""Judge findings by a gate: a pure function of facts, policy and date."""

from collections.abc import Sequence
from datetime import date

from pysentry_hook.policy.gates import BLOCK, Gate
from pysentry_hook.report import Decision, Finding, GateResult, Rule, Suppression, Verdict

MALWARE = Rule("malware", "block", "built in")


def judge(
    findings: Sequence[Finding],
    gate: Gate,
    suppressions: Sequence[Suppression],
    *,
    unchecked: int,
    why: str,
    today: date,
) -> GateResult:
    """Return the verdict on every finding, in order, and on the whole."""
    verdicts = tuple(
        _verdict(finding, gate, suppressions) for finding in sorted(findings, key=lambda finding: finding.order)
    )
    reasons = []
    if unchecked and gate.unchecked == BLOCK:
        rule = gate.rule("unchecked")
        reasons.append(f'{unchecked} not checked and unchecked = "block" ({rule.origin})')
    return GateResult(
        names=(gate.name,),
        why=why,
        day=today,
        verdicts=verdicts,
        unused=tuple(entry for entry in suppressions if not any(_names(entry, finding) for finding in findings)),
        reasons=tuple(reasons),
        incomplete_blocks=gate.on_incomplete == BLOCK,
        effective=gate.values(),
    )


def _verdict(finding: Finding, gate: Gate, suppressions: Sequence[Suppression]) -> Verdict:
    suppression = next((entry for entry in suppressions if _covers(entry, finding)), None)
    if suppression is not None:
        return Verdict(
            finding=finding,
            decision=Decision.SUPPRESSED,
            rule=suppression.rule,
            reason=suppression.reason or "no reason given",
            suppression=suppression,
        )
    vulnerability = finding.vulnerability
    if vulnerability.malware:
        return _decided(finding, Decision.BLOCK, MALWARE)
    if gate.fail_on is None:
        return _decided(finding, Decision.PASS, gate.rule("fail_on"))
    if vulnerability.severity is None:
        decision = Decision.BLOCK if gate.unknown_severity == BLOCK else Decision.WARN
        return _decided(finding, decision, gate.rule("unknown_severity"))
    blocks = vulnerability.severity >= gate.fail_on
    return _decided(finding, Decision.BLOCK if blocks else Decision.PASS, gate.rule("fail_on"))


def _decided(finding: Finding, decision: Decision, rule: Rule) -> Verdict:
    key = rule.key.rpartition(".")[2]
    reason = "malware, in every gate" if rule is MALWARE else f"{key} is {rule.value}"
    return Verdict(finding=finding, decision=decision, rule=rule, reason=reason)


def _names(suppression: Suppression, finding: Finding) -> bool:
    """Whether a suppression speaks of this finding: by its id or an alias, and its package where it has one."""
    vulnerability = finding.vulnerability
    if suppression.package not in {None, finding.dependency.name}:
        return False
    return suppression.id.upper() in {name.upper() for name in (vulnerability.id, *vulnerability.aliases)}


def _covers(suppression: Suppression, finding: Finding) -> bool:
    """Whether a suppression holds for this finding; malware needs more than an id."""
    vulnerability = finding.vulnerability
    if vulnerability.malware and suppression.package is None:
        return False
    return _names(suppression, finding) and not (suppression.while_no_fix and vulnerability.fixed_in)
