"""Which gates judge: by name, or by the branch that is built."""

from dataclasses import replace

import pytest

from pysentry_hook.errors import UsageError
from pysentry_hook.model import Severity
from pysentry_hook.policy.choice import known_gates
from pysentry_hook.policy.judge import judge
from pysentry_hook.report import Decision
from pysentry_hook.rules import Occasion
from tests.builders import a_finding, a_layer, a_policy, a_suppression, some_facts
from tests.policy.judging import TODAY, judged
from tests.policy.occasions import HIGH, RELEASE, TWO, Gates, a_change, a_push, chosen


def test_without_a_name_and_without_ci_the_default_gate_judges() -> None:
    assert chosen(a_policy(gates=RELEASE)) == (("default",), "no gate was named, and no CI was recognised")


def test_a_gate_may_be_named() -> None:
    assert chosen(a_policy(gates=RELEASE, named="release")) == (("release",), "--gate release")
    by_variable = replace(a_policy(named="commit"), named_by="PYSENTRY_HOOK_GATE")
    assert chosen(by_variable) == (("commit",), "PYSENTRY_HOOK_GATE commit")


@pytest.mark.parametrize("occasion", [a_push("main"), a_change("main")])
def test_a_name_counts_more_than_what_is_built(occasion: Occasion) -> None:
    assert chosen(a_policy(gates=RELEASE, named="push", occasion=occasion)) == (("push",), "--gate push")


@pytest.mark.parametrize("name", ["releese", "", "RELEASE"])
def test_a_name_that_no_gate_has_is_an_error_that_lists_the_known_ones(name: str) -> None:
    with pytest.raises(UsageError) as caught:
        judge(some_facts(), a_policy(gates=RELEASE, named=name), TODAY)
    assert str(caught.value) == f"--gate: there is no gate '{name}'; known: default, commit, change, push, release"


def test_a_name_that_no_gate_has_is_shown_short_and_safe() -> None:
    with pytest.raises(UsageError) as caught:
        judge(some_facts(), a_policy(named="\x1b[31m" + "x" * 99), TODAY)
    assert f"'[31m{'x' * 55}…'" in str(caught.value)


def test_gates_are_known_from_files_bases_and_floor() -> None:
    policy = replace(
        a_policy(gates={"b": {}, "push": {}}),
        bases=(a_layer({}, {"a": {}}), a_layer({}, {"b": {}})),
        floor=a_layer({}, {"c": {}}),
    )
    assert known_gates(policy) == ("default", "commit", "change", "push", "a", "b", "c")
    assert chosen(replace(policy, named="c"))[0] == ("c",)


@pytest.mark.parametrize(
    ("branch", "pattern"),
    [("main", "main"), ("release/1.2", "release/*"), ("release/a/b", "release/*"), ("release/", "release/*")],
)
def test_a_gate_is_chosen_by_the_branch_that_is_built(branch: str, pattern: str) -> None:
    names, why = chosen(a_policy(gates=RELEASE, occasion=a_push(branch)))
    assert names == ("release",)
    assert why == f"branch {branch} (a CI service) matches {pattern} of gate release (pyproject.toml:1)"


@pytest.mark.parametrize("branch", ["mainline", "Main", "xmain", "release", "a/release/1"])
def test_the_default_gate_judges_a_branch_that_no_gate_has(branch: str) -> None:
    assert chosen(a_policy(gates=RELEASE, occasion=a_push(branch))) == (
        ("default",),
        f"no gate has the branch {branch} (a CI service)",
    )


def test_a_built_in_gate_may_have_branches() -> None:
    policy = a_policy(gates={"push": {"branches": ("main",)}}, occasion=a_push("main"))
    assert chosen(policy)[0] == ("push",)


def test_without_a_known_branch_the_default_gate_judges() -> None:
    assert chosen(a_policy(gates=RELEASE, occasion=a_push(None))) == (
        ("default",),
        "no gate was named, and a CI service",
    )


def test_a_base_may_say_the_branches_of_a_gate_that_the_project_has() -> None:
    policy = a_policy(gates={"release": {"fail_on": "low"}}, occasion=a_push("main"))
    with_base = replace(policy, bases=(a_layer({}, {"release": {"branches": ("main",)}}),))
    assert [chosen(each)[0] for each in (policy, with_base)] == [("default",), ("release",)]
    nowhere = a_policy(gates={"release": {"branches": ("production",)}}, occasion=a_push("main"))
    assert chosen(replace(nowhere, bases=with_base.bases))[0] == ("release",)


def test_a_gate_that_several_sides_match_is_judged_once() -> None:
    policy = a_policy(gates=RELEASE, occasion=a_push("main"))
    names, why = chosen(replace(policy, bases=(a_layer({}, RELEASE),), floor=a_layer({}, RELEASE)))
    assert (names, why.count("of gate release")) == (("release",), 1)


def test_two_gates_that_match_are_both_judged_and_the_worse_decision_holds() -> None:
    policy = a_policy(a_suppression("CVE-2099-9"), gates=TWO, occasion=a_push("main"))
    result = judged(HIGH, a_finding(id="CVE-2099-9", severity=Severity.HIGH), policy=policy)
    assert result.names == ("audit", "release")
    assert result.why == (
        "branch main (a CI service) matches main of gate audit (pyproject.toml:1)"
        " and * of gate release (pyproject.toml:1)"
    )
    assert [(verdict.decision, verdict.rule.key) for verdict in result.verdicts] == [
        (Decision.BLOCK, "gates.release.fail_on"),
        (Decision.SUPPRESSED, "suppressions"),
    ]
    assert list(result.effective) == ["audit", "release"]
    assert [settings["fail_on"] for settings in result.effective.values()] == ["critical", "low"]


@pytest.mark.parametrize(
    ("first", "second", "decision"),
    [
        ({"fail_on": "never"}, {"only_fixable": True}, Decision.WARN),
        ({"only_fixable": True}, {"fail_on": "never"}, Decision.WARN),
        ({"only_fixable": True}, {}, Decision.BLOCK),
        ({}, {"only_fixable": True}, Decision.BLOCK),
        ({"fail_on": "never"}, {"fail_on": "critical"}, Decision.PASS),
    ],
)
def test_of_two_gates_a_block_is_worse_than_a_warning_and_that_than_a_pass(
    first: dict[str, object], second: dict[str, object], decision: Decision
) -> None:
    gates = {"a": {"branches": ("main",), **first}, "b": {"branches": ("main",), **second}}
    unfixed = a_finding(severity=Severity.HIGH, fixed_in=())
    (verdict,) = judged(unfixed, policy=a_policy(gates=gates, occasion=a_push("main"))).verdicts
    assert verdict.decision is decision


def test_what_one_of_two_gates_refuses_to_suppress_is_judged() -> None:
    gates: Gates = {
        "a": {"branches": ("main",), "require_reason": True, "fail_on": "never"},
        "b": {"branches": ("main",), "require_reason": True, "fail_on": "low"},
        "c": {"branches": ("main",)},
    }
    policy = a_policy(a_suppression(reason=None), gates=gates, occasion=a_push("main"))
    (verdict,) = judged(HIGH, policy=policy).verdicts
    assert (verdict.decision, verdict.rule.key) == (Decision.BLOCK, "gates.b.fail_on")


def test_of_two_gates_the_stricter_word_on_the_whole_counts() -> None:
    gates = {
        "a": {"branches": ("main",), "on_incomplete": "warn"},
        "b": {"branches": ("main",), "on_incomplete": "block"},
    }
    result = judged(policy=a_policy(gates=gates, occasion=a_push("main")))
    assert (result.incomplete.key, result.incomplete.value) == ("gates.b.on_incomplete", "block")


LOW = a_finding(severity=Severity.LOW)

FLOOR = a_layer({}, {"release": {"branches": ("main",), "fail_on": "critical"}})


@pytest.mark.parametrize(
    ("occasion", "names", "why"),
    [
        (
            a_push("main"),
            ("default", "release"),
            "branch main (a CI service) matches main of gate release (pyproject.toml:1), beside the gate default",
        ),
        (
            a_change("main"),
            ("change",),
            "a change to main (a CI service); thresholds of the gate of main: main of gate release (pyproject.toml:1)",
        ),
    ],
)
def test_a_branch_that_only_the_floor_has_adds_a_gate_and_takes_none_away(
    occasion: Occasion, names: tuple[str, ...], why: str
) -> None:
    policy = a_policy(gates={"release": {"fail_on": "never"}}, occasion=occasion)
    assert judged(HIGH, policy=policy).blocks
    result = judged(HIGH, policy=replace(policy, floor=FLOOR))
    assert (result.blocks, result.names, result.why) == (True, names, why)


def test_a_branch_of_the_floor_that_a_file_has_as_well_adds_nothing() -> None:
    policy = replace(a_policy(gates=TWO, occasion=a_push("main")), floor=FLOOR)
    assert judged(LOW, policy=policy).names == ("audit", "release")


def test_the_gate_default_is_judged_once_where_the_floor_gives_it_branches() -> None:
    floor = a_layer({}, {"default": {"branches": ("main",)}})
    assert judged(LOW, policy=replace(a_policy(occasion=a_push("main")), floor=floor)).names == ("default",)
