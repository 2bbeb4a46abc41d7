"""The thresholds of scopes: the strictest of all that reach a package, and whose word counts for them."""

from dataclasses import replace
from typing import Any

import pytest

from pysentry_hook.model import Severity
from pysentry_hook.policy.gates import settle_gate
from pysentry_hook.report import Decision
from pysentry_hook.rules import Policy
from tests.builders import a_dependency, a_finding, a_layer, a_policy, a_table
from tests.policy.judging import the_verdict


def threshold(policy: Policy, *groups: str) -> tuple[str, str]:
    """The threshold of a package that these scopes reach, and who says so."""
    _, rule = settle_gate(policy, "default").threshold(frozenset(groups))
    return rule.value, rule.origin


@pytest.mark.parametrize(
    ("groups", "value"),
    [
        (["dev"], "critical"),
        (["docs"], "never"),
        (["main"], "medium"),
        ([], "medium"),
        (["dev", "docs"], "critical"),
        (["main", "dev"], "medium"),
        (["docs", "main", "dev"], "medium"),
        (["another"], "medium"),
    ],
)
def test_a_package_has_the_strictest_threshold_of_all_the_scopes_that_reach_it(groups: list[str], value: str) -> None:
    policy = a_policy(fail_on="medium", groups__dev__fail_on="critical", groups__docs__fail_on="never")
    assert threshold(policy, *groups)[0] == value


def test_the_strictest_is_so_by_its_value_and_not_by_its_name() -> None:
    policy = a_policy(fail_on="high", groups__dev__fail_on="critical", groups__docs__fail_on="low")
    assert threshold(policy, "dev", "docs")[0] == "low"
    assert threshold(policy, "main", "docs")[0] == "low"


def test_the_threshold_of_a_scope_may_be_stricter_than_that_of_the_gate() -> None:
    verdict = the_verdict(
        a_finding(a_dependency(groups=["dev"]), severity=Severity.LOW), a_policy(groups__dev__fail_on="low")
    )
    assert (verdict.decision, verdict.rule.key) == (Decision.BLOCK, "gates.default.groups.dev.fail_on")


def test_the_scope_of_the_gate_s_table_counts_before_that_of_all_gates() -> None:
    policy = a_policy(gates={"default": {"groups__dev__fail_on": "low"}}, groups__dev__fail_on="never")
    assert threshold(policy, "dev")[0] == "low"


def test_a_scope_that_only_another_gate_speaks_of_has_the_threshold_of_the_gate() -> None:
    policy = a_policy(gates={"release": {"groups__dev__fail_on": "low"}}, fail_on="high")
    assert threshold(policy, "dev") == ("high", "pyproject.toml:1")


def test_an_option_replaces_the_thresholds_of_all_scopes() -> None:
    policy = a_policy(groups__dev__fail_on="never", flags={"fail_on": "low"})
    assert threshold(policy, "dev") == ("low", "--a-flag")
    other = a_policy(groups__dev__fail_on="never", flags={"only_introduced": True})
    assert threshold(other, "dev") == ("never", "pyproject.toml:1")


def test_an_unknown_severity_passes_only_where_nothing_blocks_in_the_scope() -> None:
    in_dev = a_finding(a_dependency(groups=["dev"]))
    assert the_verdict(in_dev, a_policy(groups__dev__fail_on="never")).decision is Decision.PASS
    assert the_verdict(in_dev, a_policy(groups__dev__fail_on="critical")).decision is Decision.BLOCK


@pytest.mark.parametrize("side", ["floor", "base"])
def test_a_floor_or_base_without_a_word_on_a_scope_limits_it_by_its_threshold(side: str) -> None:
    general: dict[str, Any] = {"floor": {"fail_on": "high"}} if side == "floor" else {"bases": [{"fail_on": "high"}]}
    assert threshold(a_policy(groups__dev__fail_on="never", **general), "dev")[0] == "high"
    assert threshold(a_policy(groups__dev__fail_on="low", **general), "dev")[0] == "low"


@pytest.mark.parametrize("side", ["floor", "base"])
def test_a_floor_or_base_may_allow_a_scope_what_it_allows_no_other(side: str) -> None:
    both = {"fail_on": "low", "groups__dev__fail_on": "critical"}
    general: dict[str, Any] = {"floor": both} if side == "floor" else {"bases": [both]}
    policy = a_policy(groups__dev__fail_on="never", groups__docs__fail_on="never", **general)
    assert threshold(policy, "dev")[0] == "critical"
    assert threshold(policy, "docs")[0] == "low"


def test_a_floor_on_a_scope_counts_for_projects_that_do_not_speak_of_it() -> None:
    policy = a_policy(floor={"groups__dev__fail_on": "low"}, fail_on="never")
    assert threshold(policy, "dev")[0] == "low"
    assert threshold(policy, "main")[0] == "never"
    assert threshold(replace(policy, flags=a_table({"fail_on": "never"})), "dev")[0] == "low"


def test_a_base_on_a_scope_counts_for_projects_that_do_not_speak_of_it() -> None:
    assert threshold(a_policy(bases=[{"groups__dev__fail_on": "low"}], fail_on="high"), "dev")[0] == "low"


@pytest.mark.parametrize("target", [None, "main"], ids=["release", "a change to its branch"])
@pytest.mark.parametrize("side", ["floor", "base"])
@pytest.mark.parametrize(
    ("said", "value"),
    [
        ({"fail_on": "low"}, "low"),
        ({"fail_on": "low", "groups__dev__fail_on": "critical"}, "critical"),
        ({"groups__dev__fail_on": "high"}, "high"),
        ({}, "never"),
    ],
)
def test_the_table_of_a_gate_in_a_floor_or_base_limits_the_scopes_of_that_gate(
    side: str, said: dict[str, object], value: str, target: str | None
) -> None:
    layer = a_layer({}, {"release": said})
    policy = a_policy(gates={"release": {"groups__dev__fail_on": "never"}})
    limited = replace(policy, floor=layer) if side == "floor" else replace(policy, bases=(layer,))
    gate = settle_gate(limited, "change", like="release") if target else settle_gate(limited, "release")
    assert gate.threshold(frozenset({"dev"})).rule.value == value
