"""No suppression adds a block, no stricter threshold removes one, no order of findings matters."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from pysentry_hook.model import Location, Severity, normalize
from pysentry_hook.policy.gates import Gate
from pysentry_hook.policy.judge import judge
from pysentry_hook.report import Decision, Finding, GateResult, Rule, Suppression
from tests.builders import a_dependency, a_finding

IDS = [f"CVE-2099-{number}" for number in range(1, 5)]
PACKAGES = ["requests", "idna"]
STRICTNESS = [None, *sorted(Severity, reverse=True)]
"""Thresholds from the most lenient to the strictest."""


@st.composite
def findings(draw: st.DrawFn) -> list[Finding]:
    found = [
        a_finding(
            a_dependency(draw(st.sampled_from(PACKAGES)), draw(st.sampled_from(["1.0", "1.10", "1.9"]))),
            id=draw(st.sampled_from(IDS)),
            aliases=draw(st.sampled_from([(), ("PYSEC-2099-1",), ("PYSEC-2099-1", "PYSEC-2099-2")])),
            severity=draw(st.sampled_from([None, *Severity])),
            malware=draw(st.booleans()),
            fixed_in=draw(st.sampled_from([(), (Version("2.0"),)])),
        )
        for _ in range(draw(st.integers(0, 5)))
    ]
    return [replace(finding, location=Location("uv.lock", n + 1, 1, 2, "v")) for n, finding in enumerate(found)]


@st.composite
def suppressions(draw: st.DrawFn) -> Suppression:
    package = draw(st.sampled_from([None, *PACKAGES]))
    identifier = draw(st.sampled_from([*IDS, "pysec-2099-1", "CVE-1999-1"]))
    return Suppression(
        id=identifier,
        package=None if package is None else normalize(package),
        while_no_fix=draw(st.booleans()),
        rule=Rule("ignore", identifier, "--ignore"),
    )


GATES = st.builds(
    Gate,
    name=st.just("default"),
    fail_on=st.sampled_from(STRICTNESS),
    unknown_severity=st.sampled_from(["block", "warn"]),
    unchecked=st.sampled_from(["block", "warn"]),
    on_incomplete=st.sampled_from(["block", "warn"]),
)


def judged(found: Sequence[Finding], gate: Gate, accepted: Sequence[Suppression], unchecked: int = 0) -> GateResult:
    return judge(found, gate, accepted, unchecked=unchecked, why="a test", today=date(2026, 11, 22))


def blocked(result: GateResult) -> set[int]:
    """The lines of what blocks; every finding has its own."""
    return {verdict.finding.location.line for verdict in result.verdicts if verdict.decision is Decision.BLOCK}


@given(findings(), GATES, st.lists(suppressions(), max_size=3), suppressions(), st.integers(0, 3))
def test_a_suppression_never_adds_a_block(
    found: list[Finding], gate: Gate, accepted: list[Suppression], more: Suppression, place: int
) -> None:
    before = blocked(judged(found, gate, accepted))
    assert blocked(judged(found, gate, [*accepted[:place], more, *accepted[place:]])) <= before


@given(findings(), GATES, st.lists(suppressions(), max_size=3), st.data())
def test_a_stricter_gate_never_removes_a_block(
    found: list[Finding], gate: Gate, accepted: list[Suppression], data: st.DataObject
) -> None:
    at_least = STRICTNESS[STRICTNESS.index(gate.fail_on) :]
    changes: dict[str, Any] = {"fail_on": data.draw(st.sampled_from(at_least))}
    for key in ("unknown_severity", "unchecked", "on_incomplete"):
        changes[key] = "block" if data.draw(st.booleans()) else getattr(gate, key)
    lenient, strict = judged(found, gate, accepted, 1), judged(found, replace(gate, **changes), accepted, 1)
    assert blocked(lenient) <= blocked(strict)
    for complete in (True, False):
        assert lenient.passes(complete=complete) or not strict.passes(complete=complete)


@given(findings(), GATES, st.lists(suppressions(), max_size=3), st.randoms(use_true_random=False))
def test_the_order_of_findings_never_matters(
    found: list[Finding], gate: Gate, accepted: list[Suppression], random: Any
) -> None:
    shuffled = list(found)
    random.shuffle(shuffled)
    assert judged(shuffled, gate, accepted) == judged(found, gate, accepted)


@given(findings(), GATES, st.lists(suppressions(), max_size=4), st.randoms(use_true_random=False))
def test_the_order_of_suppressions_never_changes_a_decision(
    found: list[Finding], gate: Gate, accepted: list[Suppression], random: Any
) -> None:
    shuffled = list(accepted)
    random.shuffle(shuffled)
    before, after = judged(found, gate, accepted), judged(found, gate, shuffled)
    assert [verdict.decision for verdict in after.verdicts] == [verdict.decision for verdict in before.verdicts]


@given(findings(), GATES, st.lists(suppressions(), max_size=3))
def test_every_finding_gets_exactly_one_verdict(found: list[Finding], gate: Gate, accepted: list[Suppression]) -> None:
    result = judged(found, gate, accepted)
    assert sorted(verdict.finding.location.line for verdict in result.verdicts) == [
        finding.location.line for finding in found
    ]
    assert sum(result.count(decision) for decision in Decision) == len(found)
