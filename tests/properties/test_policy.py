"""No suppression adds a block, no stricter word and no floor removes one, and no order matters."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pysentry_hook.policy.judge import judge
from pysentry_hook.report import Decision, Facts, Finding, GateResult, Report, reported
from pysentry_hook.reports.json import render
from pysentry_hook.reports.look import Look
from pysentry_hook.rules import Layer, Occasion, Policy, Stated, Suppression, Table
from tests.builders import a_policy, some_facts
from tests.properties.policies import (
    DAYS,
    GRACE,
    SCOPE_KEYS,
    STRICTEST_FIRST,
    TODAY,
    blocked,
    facts,
    findings,
    layers,
    policies,
    suppressions,
    tables,
)

pytestmark = pytest.mark.unmeasured  # other tests measure what these run


def report_of(found: Facts, policy: Policy, today: date = TODAY) -> Report:
    return reported(found, policy, judge(found, policy, today))


def assert_no_milder(before: Report, after: Report) -> None:
    """Everything that blocked blocks still, and what did not pass does not pass now."""
    assert blocked(before.gate) <= blocked(after.gate)
    assert before.gate.blocks <= after.gate.blocks
    assert after.passed <= before.passed
    assert after.complete <= before.complete


@given(facts(), policies(), suppressions(), st.integers(0, 3), DAYS)
def test_a_suppression_never_adds_a_block(
    found: Facts, policy: Policy, more: Suppression, place: int, today: date
) -> None:
    entries = policy.suppressions
    accepting = replace(policy, suppressions=(*entries[:place], more, *entries[place:]))
    assert_no_milder(report_of(found, accepting, today), report_of(found, policy, today))


@given(facts(), policies(), suppressions())
def test_malware_is_covered_by_nothing_that_lacks_package_or_version(
    found: Facts, policy: Policy, entry: Suppression
) -> None:
    assume(entry.package is None or entry.version is None or entry.id is None)
    result = judge(found, replace(policy, suppressions=(entry,)), TODAY)
    malware = {each.location.line for each in found.findings if each.vulnerability.malware}
    assert malware <= blocked(result)


Place = tuple[str, int, str | None, str]
"""Where a value stands: the side, the number of the base, the gate or None for the defaults, and the key."""


def _places(policy: Policy) -> Iterator[Place]:
    sides = [("own", 0, policy.own), *(("base", n, base) for n, base in enumerate(policy.bases))]
    for side, number, layer in [*sides, ("floor", 0, policy.floor)]:
        for gate, table in [(None, layer.defaults), *layer.gates.items()]:
            yield from ((side, number, gate, key) for key in table if key != "branches")
    yield from (("flags", 0, None, key) for key in policy.flags)


def _layer(policy: Policy, place: Place) -> Layer:
    side, number, _, _ = place
    return {"own": policy.own, "floor": policy.floor}.get(side) or policy.bases[number]


def _value(policy: Policy, place: Place) -> object:
    _, _, gate, key = place
    if place[0] == "flags":
        return policy.flags[key].value
    layer = _layer(policy, place)
    return (layer.defaults if gate is None else layer.gates[gate])[key].value


def _with(policy: Policy, place: Place, value: object) -> Policy:
    side, number, gate, key = place
    said = {key: Stated(value, "a stricter word")}
    if side == "flags":
        return replace(policy, flags={**policy.flags, **said})
    layer = _layer(policy, place)
    if gate is None:
        layer = replace(layer, defaults={**layer.defaults, **said})
    else:
        layer = replace(layer, gates={**layer.gates, gate: {**layer.gates[gate], **said}})
    if side == "base":
        return replace(policy, bases=(*policy.bases[:number], layer, *policy.bases[number + 1 :]))
    return replace(policy, own=layer) if side == "own" else replace(policy, floor=layer)


def _stricter(draw: Any, key: str, value: Any) -> object:
    """A value that is as strict or stricter."""
    if key == "grace_days":
        return {severity: draw(st.integers(0, days)) for severity, days in value.items() if draw(st.booleans())}
    order = STRICTEST_FIRST["fail_on" if key in SCOPE_KEYS else key]
    return draw(st.sampled_from(order[: order.index(value) + 1]))


@given(facts(), policies(), st.data(), DAYS)
def test_a_stricter_word_on_any_key_of_any_side_never_removes_a_block(
    found: Facts, policy: Policy, data: st.DataObject, today: date
) -> None:
    places = list(_places(policy))
    assume(places)
    place = data.draw(st.sampled_from(places))
    strict = _with(policy, place, _stricter(data.draw, place[3], _value(policy, place)))
    assert_no_milder(report_of(found, policy, today), report_of(found, strict, today))


@given(facts(), policies(), layers(), DAYS)
def test_a_floor_never_removes_a_block(found: Facts, policy: Policy, floor: Layer, today: date) -> None:
    without = replace(policy, floor=Layer(defaults={}, gates={}))
    assert_no_milder(report_of(found, without, today), report_of(found, replace(policy, floor=floor), today))


@given(
    findings(least=1),
    st.dictionaries(st.sampled_from(["default", "change", "release", "commit"]), tables(), max_size=4),
    st.sampled_from(["default", "change", "release", "commit"]),
    st.sampled_from(["push", "change"]),
)
def test_a_branch_that_only_the_floor_has_never_removes_a_block(
    found: list[Finding], gates: Mapping[str, Table], gate: str, event: str
) -> None:
    occasion = Occasion(event, "main", "main", "a CI service")
    policy = replace(a_policy(occasion=occasion), own=Layer(defaults={}, gates=gates))
    floor = Layer(defaults={}, gates={gate: {"branches": Stated(("main",), "floor")}})
    before, after = (report_of(some_facts(*found), each) for each in (policy, replace(policy, floor=floor)))
    assert_no_milder(before, after)


@given(facts(), policies())
def test_under_the_strictest_floor_nothing_that_anybody_says_lets_a_finding_pass(found: Facts, policy: Policy) -> None:
    floor: Mapping[str, object] = {key: values[0] for key, values in STRICTEST_FIRST.items()} | {"grace_days": {}}
    strict = Layer(defaults={key: Stated(value, "floor") for key, value in floor.items()}, gates={})
    lenient = replace(policy, floor=strict, suppressions=())
    expected = {each.location.line for each in found.findings}
    assert blocked(judge(found, lenient, TODAY)) == expected


@given(facts(), policies(), st.randoms(use_true_random=False), DAYS)
def test_the_order_of_findings_and_statuses_never_matters(
    found: Facts, policy: Policy, random: Any, today: date
) -> None:
    items, statuses = list(found.findings), list(found.statuses)
    random.shuffle(items)
    random.shuffle(statuses)
    shuffled = replace(found, findings=tuple(items), statuses=tuple(statuses))
    assert judge(shuffled, policy, today) == judge(found, policy, today)
    assert render(report_of(shuffled, policy, today), Look()) == render(report_of(found, policy, today), Look())


def _in_short(result: GateResult) -> object:
    lists = (result.unused, result.expired, result.refused)
    return [verdict.decision for verdict in result.verdicts], [sorted(map(repr, entries)) for entries in lists]


@given(facts(), policies(), st.randoms(use_true_random=False), DAYS)
def test_the_order_of_suppressions_changes_no_decision_and_no_list(
    found: Facts, policy: Policy, random: Any, today: date
) -> None:
    shuffled = list(policy.suppressions)
    random.shuffle(shuffled)
    after = judge(found, replace(policy, suppressions=tuple(shuffled)), today)
    assert _in_short(after) == _in_short(judge(found, policy, today))


@given(facts(), policies(), DAYS)
def test_every_finding_gets_exactly_one_verdict_and_every_verdict_a_rule(
    found: Facts, policy: Policy, today: date
) -> None:
    result = judge(found, policy, today)
    lines = sorted(verdict.finding.location.line for verdict in result.verdicts)
    assert lines == [finding.location.line for finding in sorted(found.findings, key=lambda each: each.location.line)]
    assert sum(result.count(decision) for decision in Decision) == len(found.findings)
    assert all(verdict.reason and verdict.rule.key and verdict.rule.origin for verdict in result.verdicts)
    assert {verdict.rule.key.split(".")[1] for verdict in result.verdicts if "gates." in verdict.rule.key} <= {
        *result.names
    }


@given(facts(), policies(), GRACE)
def test_more_grace_never_adds_a_block(found: Facts, policy: Policy, days: Mapping[str, int]) -> None:
    with_grace = replace(policy, own=replace(policy.own, defaults={"grace_days": Stated(days, "a file:1")}))
    without = replace(policy, own=replace(policy.own, defaults={"grace_days": Stated({}, "a file:1")}))
    assert blocked(judge(found, with_grace, TODAY)) <= blocked(judge(found, without, TODAY))


@given(facts(), policies(), DAYS)
def test_a_warning_that_names_a_day_blocks_from_that_day_on_and_not_before(
    found: Facts, policy: Policy, today: date
) -> None:
    bare = replace(policy, suppressions=())
    for number, verdict in enumerate(judge(found, bare, today).verdicts):
        if verdict.blocks_on:
            assert verdict.decision is Decision.WARN
            assert today < verdict.blocks_on
            later = judge(found, bare, verdict.blocks_on).verdicts[number]
            assert later.decision is Decision.BLOCK or later.blocks_on
