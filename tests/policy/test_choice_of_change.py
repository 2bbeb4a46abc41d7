"""Which gates judge a change: that of changes, with the thresholds of the branch it is meant for."""

from dataclasses import replace

from pysentry_hook.model import Severity
from pysentry_hook.report import Decision, GateResult, Novelty
from pysentry_hook.rules import Policy
from tests.builders import a_finding, a_layer, a_policy
from tests.policy.judging import judged
from tests.policy.occasions import EXISTING, RELEASE, TWO, Gates, a_change, a_push, chosen


def changed(policy: Policy) -> GateResult:
    """The verdict on an older finding and on one that the change introduces."""
    new = replace(a_finding(id="CVE-2099-9", severity=Severity.HIGH), novelty=Novelty.INTRODUCED)
    return judged(EXISTING, new, policy=policy)


def test_a_change_is_judged_by_the_gate_change() -> None:
    result = changed(a_policy(occasion=a_change("main")))
    assert (result.names, result.why) == (("change",), "a change to main (a CI service)")
    assert [verdict.decision for verdict in result.verdicts] == [Decision.PASS, Decision.BLOCK]
    assert result.verdicts[0].rule.key == "gates.change.only_introduced"


def test_a_change_to_a_branch_that_nobody_tells_is_judged_by_the_gate_change() -> None:
    assert chosen(a_policy(gates={"release": {"branches": ("*",)}}, occasion=a_change(None))) == (
        ("change",),
        "a change to an unknown branch (a CI service)",
    )


def test_a_change_has_the_thresholds_of_the_gate_of_its_target() -> None:
    gates = {
        "release": {
            "branches": ("main",),
            "fail_on": "critical",
            "unchecked": "block",
            "groups__dev__fail_on": "never",
            "only_introduced": False,
            "on_incomplete": "warn",
        }
    }
    result = changed(a_policy(gates=gates, occasion=a_change("main")))
    assert result.names == ("change",)
    assert result.why == (
        "a change to main (a CI service); thresholds of the gate of main: main of gate release (pyproject.toml:1)"
    )
    (settings,) = result.effective.values()
    assert {key: settings[key] for key in ("fail_on", "unchecked", "groups.dev.fail_on")} == {
        "fail_on": "critical",
        "unchecked": "block",
        "groups.dev.fail_on": "never",
    }
    assert (settings["only_introduced"], settings["on_incomplete"]) == ("true", "block")
    assert [verdict.rule.key for verdict in result.verdicts] == ["gates.change.only_introduced", "gates.change.fail_on"]


def test_a_change_to_a_branch_of_a_built_in_gate_has_its_thresholds() -> None:
    policy = a_policy(gates={"commit": {"branches": ("main",)}}, occasion=a_change("main"))
    (settings,) = changed(policy).effective.values()
    assert (settings["fail_on"], settings["unknown_severity"], settings["on_incomplete"]) == ("high", "warn", "block")


def test_the_own_table_of_the_gate_change_counts_more_than_the_gate_of_its_target() -> None:
    gates: Gates = {
        "change": {"fail_on": "low", "only_introduced": False},
        "release": {"branches": ("main",), "fail_on": "critical", "unchecked": "block"},
    }
    (settings,) = changed(a_policy(gates=gates, occasion=a_change("main"), unchecked="warn")).effective.values()
    assert (settings["fail_on"], settings["only_introduced"], settings["unchecked"]) == ("low", "false", "block")


def test_the_defaults_count_for_what_the_gate_change_says_itself() -> None:
    policy = a_policy(gates=RELEASE, occasion=a_change("main"), on_incomplete="warn", only_introduced=False)
    (settings,) = changed(policy).effective.values()
    assert (settings["on_incomplete"], settings["only_introduced"]) == ("warn", "false")


def test_a_floor_limits_the_gate_of_the_target_of_a_change() -> None:
    policy = a_policy(gates=TWO, occasion=a_change("release/1"), only_fixable=True)
    floor = a_layer({}, {"release": {"only_fixable": False}})
    settings = [
        each for policy in (policy, replace(policy, floor=floor)) for each in judged(policy=policy).effective.values()
    ]
    assert [each["only_fixable"] for each in settings] == ["true", "false"]


def test_a_change_to_a_branch_of_two_gates_is_judged_by_both_thresholds() -> None:
    policy = a_policy(gates=TWO, occasion=a_change("main"))
    result = changed(policy)
    assert result.names == ("change",)
    assert "main of gate audit (pyproject.toml:1) and * of gate release (pyproject.toml:1)" in result.why
    assert {name: settings["fail_on"] for name, settings in result.effective.items()} == {
        "change": "critical",
        "change (2)": "low",
    }
    assert [verdict.decision for verdict in result.verdicts] == [Decision.PASS, Decision.BLOCK]


def test_the_gate_change_may_be_named_and_takes_the_thresholds_of_a_known_target() -> None:
    assert chosen(a_policy(gates=RELEASE, named="change")) == (("change",), "--gate change")
    result = changed(a_policy(gates=RELEASE, named="change", occasion=a_change("main")))
    assert result.why == ("--gate change; thresholds of the gate of main: main of gate release (pyproject.toml:1)")


def test_the_name_of_a_branch_cannot_act_on_a_terminal() -> None:
    for occasion in (a_push("x\x1b[2J\nGate"), a_change("x\x1b[2J\nGate")):
        why = chosen(a_policy(gates={"a": {"branches": ("x*",)}}, occasion=occasion))[1]
        assert not set(why) & set("\x1b\n")
