"""Judge facts by a policy: a pure function of facts, policy and moment."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

from pysentry_hook.policy.choice import Choice, choose
from pysentry_hook.policy.gates import Gate, told
from pysentry_hook.policy.suppressing import Suppressions
from pysentry_hook.report import (
    Decision,
    Facts,
    Finding,
    GateResult,
    Novelty,
    Status,
    StatusVerdict,
    Verdict,
)
from pysentry_hook.rules import BLOCK, Policy, Rule, Suppression

MALWARE = Rule("malware", "block", "built in")

_RANK = {Decision.PASS: 0, Decision.SUPPRESSED: 1, Decision.WARN: 2, Decision.BLOCK: 3}


def judge(facts: Facts, policy: Policy, today: date) -> GateResult:
    """Return the verdict of every gate that the policy chooses, the worst of them for each finding.

    UsageError where the policy names a gate that it does not have.
    """
    choice = choose(policy)
    suppressions = Suppressions(policy.suppressions, today)
    ordered = sorted(facts.findings, key=lambda finding: finding.order)
    accepting = [suppressions.about(finding) for finding in ordered]
    by_gate = [
        [_verdict(*each, gate, suppressions, today) for each in zip(ordered, accepting, strict=True)]
        for gate in choice.gates
    ]
    if facts.baseline and not facts.baseline.whole:
        by_gate = [
            [_unless_older(verdict, gate) for verdict in row] for row, gate in zip(by_gate, choice.gates, strict=True)
        ]
    verdicts = tuple(max(row, key=lambda verdict: _RANK[verdict.decision]) for row in zip(*by_gate, strict=True))
    covering = {id(verdict.suppression) for verdict in verdicts if verdict.suppression}
    return GateResult(
        names=tuple(dict.fromkeys(gate.name for gate in choice.gates)),
        why=choice.why,
        day=today,
        verdicts=verdicts,
        statuses=tuple(_status(status, policy) for status in sorted(facts.statuses, key=_order)),
        unused=suppressions.unused(accepting),
        expired=suppressions.over(ordered, accepting),
        ending=tuple(entry for entry in policy.suppressions if id(entry) in covering and suppressions.ends_soon(entry)),
        refused=tuple(_refused(policy.suppressions, choice.gates)),
        reasons=tuple(_reasons(facts, choice.gates)),
        notes=tuple(_notes(facts, choice)),
        too_old=tuple(_too_old(facts, choice.gates, today)),
        incomplete=_strictest_rule("on_incomplete", choice.gates),
        effective=_effective(choice.gates),
    )


def _verdict(
    finding: Finding, accepting: Sequence[Suppression], gate: Gate, suppressions: Suppressions, today: date
) -> Verdict:
    """The verdict of one gate, where `accepting` speaks of the finding."""
    holding = (entry for entry in accepting if suppressions.holds(entry, finding) and not _is_refused(entry, gate))
    covering = next(holding, None)
    if covering is not None:
        return Verdict(
            finding=finding,
            decision=Decision.SUPPRESSED,
            rule=covering.rule,
            reason=covering.reason or "no reason given",
            suppression=covering,
        )
    return _by_severity(finding, gate, today)


def _unless_older(verdict: Verdict, gate: Gate) -> Verdict:
    """The verdict where the change stands on a state that nobody knows: what may be as old as that only warns."""
    older = verdict.finding.novelty is Novelty.UNKNOWN and bool(gate.value("only_introduced"))
    blocks = verdict.decision is Decision.BLOCK or verdict.blocks_on is not None
    if not blocks or verdict.rule == MALWARE or not older:
        return verdict
    why = "git does not tell what is merged, so it may be older"
    return _decided(verdict.finding, Decision.WARN, gate.rule("only_introduced"), why)


def _by_severity(finding: Finding, gate: Gate, today: date) -> Verdict:
    """The verdict on what nobody has accepted."""
    vulnerability = finding.vulnerability
    if vulnerability.malware:
        return _decided(finding, Decision.BLOCK, MALWARE, "malware, in every gate")
    if gate.value("only_introduced") and finding.novelty is Novelty.EXISTING:
        why = "older than this change, not yet fixed" if finding.touched else "older than this change"
        return _decided(finding, Decision.PASS, gate.rule("only_introduced"), why)
    least, rule = gate.threshold(finding.dependency.groups)
    if least is None:
        return _decided(finding, Decision.PASS, rule)
    if vulnerability.severity is None:
        rule = gate.rule("unknown_severity")
        if rule.value != BLOCK:
            return _decided(finding, Decision.WARN, rule)
    elif vulnerability.severity < least:
        return _decided(finding, Decision.PASS, rule)
    return _unless_excused(finding, gate, rule, today)


def _unless_excused(finding: Finding, gate: Gate, rule: Rule, today: date) -> Verdict:
    """The verdict on what is bad enough to block: it does, unless it has no fix or came out lately."""
    if gate.value("only_fixable") and not finding.vulnerability.fixed_in:
        return _decided(finding, Decision.WARN, gate.rule("only_fixable"), "no fixed version yet")
    begins = _end_of_grace(finding, gate, today)
    if begins is not None and today < begins:
        return Verdict(
            finding=finding,
            decision=Decision.WARN,
            rule=gate.rule("grace_days"),
            reason=f"published lately: blocks from {begins} on ({_short(rule)})",
            blocks_on=begins,
        )
    return _decided(finding, Decision.BLOCK, rule)


def _end_of_grace(finding: Finding, gate: Gate, today: date) -> date | None:
    """The day from which it blocks; None for what the change introduces, or without a date that can be."""
    days = gate.value("grace_days")
    published = _day(finding.vulnerability.published)
    if not isinstance(days, Mapping) or published is None or published > today:
        return None
    if finding.novelty is Novelty.INTRODUCED:
        return None
    severity = finding.vulnerability.severity
    number = days.get(severity.word if severity else "unknown", 0)
    try:
        return published + timedelta(days=int(number))
    except OverflowError:
        return None


def _day(moment: str | None) -> date | None:
    try:
        return date.fromisoformat((moment or "")[:10])
    except ValueError:
        return None


def _decided(finding: Finding, decision: Decision, rule: Rule, reason: str | None = None) -> Verdict:
    return Verdict(finding=finding, decision=decision, rule=rule, reason=reason or _short(rule))


def _short(rule: Rule) -> str:
    """A rule in a few words, without the gate: `fail_on is high`, or `groups.dev.fail_on is critical`."""
    return f"{rule.setting} is {rule.value}"


def _order(status: Status) -> tuple[str, str, str]:
    return status.path, status.package, status.status


def _status(status: Status, policy: Policy) -> StatusVerdict:
    """The verdict on a project's status: what `[maintenance]` forbids blocks, in every gate."""
    own, every = f"forbid_{status.status}", "forbid_unmaintained"
    key = every if policy.maintenance[every].value and not policy.maintenance[own].value else own
    stated = policy.maintenance[key]
    word = told(stated.value)
    rule = Rule(f"maintenance.{key}", word, stated.origin, stated.location)
    return StatusVerdict(status, Decision.BLOCK if stated.value else Decision.WARN, rule, f"{key} is {word}")


def _refused(entries: Iterable[Suppression], gates: Sequence[Gate]) -> Iterator[Suppression]:
    yield from (entry for entry in entries if any(_is_refused(entry, gate) for gate in gates))


def _is_refused(entry: Suppression, gate: Gate) -> bool:
    """Whether a gate does not take a suppression, because nobody gave a reason for it."""
    return entry.reason is None and bool(gate.value("require_reason"))


def _reasons(facts: Facts, gates: Sequence[Gate]) -> Iterator[str]:
    unchecked = sum(not line.unanswered for line in facts.coverage.unchecked)
    rules = [gate.rule("unchecked") for gate in gates]
    rule = next((rule for rule in rules if rule.value == BLOCK), None)
    if unchecked and rule:
        yield f'{unchecked} not checked and unchecked = "block" ({rule.origin})'


def _notes(facts: Facts, choice: Choice) -> Iterator[str]:
    """How it was judged, where that is not what the setting says."""
    only_new = next((gate for gate in choice.gates if gate.value("only_introduced")), None)
    if only_new and facts.baseline is None:
        yield f"there is no baseline to compare with (--against), so gate {only_new.name} judges everything"
    elif only_new and facts.baseline and facts.baseline.commit is None:
        yield f"the baseline {facts.baseline.ref} could not be read, so gate {only_new.name} judges everything"


def _too_old(facts: Facts, gates: Sequence[Gate], today: date) -> Iterator[str]:
    """The data that are older than the strictest gate allows, when it was scanned or on the day that is judged.

    Those of a database that does not tell may be; a service without a moment was asked about nothing.
    """
    limits = [
        (hours, gate.rule("max_data_age_hours"))
        for gate in gates
        if isinstance(hours := gate.value("max_data_age_hours"), int | float)
    ]
    if not limits:
        return
    hours, rule = min(limits, key=lambda limit: limit[0])
    now = facts.generated if today == facts.generated.date() else datetime.combine(today, time.min, UTC)
    for data in facts.advisory_data:
        told = None
        if data.as_of is None and data.kind == "database" and data.revision:
            told = "do not tell of when they are"
        elif data.as_of is not None and now - data.as_of > timedelta(hours=hours):
            told = f"are of {data.as_of:%Y-%m-%d %H:%M} UTC"
        if told:
            yield f"the data of {data.source} {told}, and max_data_age_hours is {rule.value} ({rule.origin})"


def _strictest_rule(key: str, gates: Sequence[Gate]) -> Rule:
    rules = [gate.rule(key) for gate in gates]
    return next((rule for rule in rules if rule.value == BLOCK), rules[0])


def _effective(gates: Sequence[Gate]) -> Mapping[str, Mapping[str, str]]:
    """The settings of each gate; of two gates of a change the names of their models tell them apart."""
    found: dict[str, Mapping[str, str]] = {}
    for gate in gates:
        name = gate.name if gate.name not in found else f"{gate.name} ({len(found) + 1})"
        found[name] = gate.values()
    return found
