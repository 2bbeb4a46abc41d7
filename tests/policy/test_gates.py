"""Whose word counts for a key of a gate: options, files, their bases, built-in gates, and the floor below all."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from pysentry_hook.policy.gates import BUILT_IN, KEYS, settle_gate, told
from pysentry_hook.rules import SILENT, Layer, Place, Policy, Stated
from tests.builders import a_layer, a_policy, a_table
from tests.policy.judging import judged

VALUES: Mapping[str, tuple[Any, Any, Any]] = {
    "fail_on": ("low", "high", "never"),
    "unknown_severity": ("block", "warn", "warn"),
    "unchecked": ("block", "warn", "warn"),
    "only_fixable": (False, True, True),
    "only_introduced": (False, True, True),
    "grace_days": ({"low": 1}, {"low": 7}, {"low": 9}),
    "max_data_age_hours": (1, 24, 240.5),
    "on_incomplete": ("block", "warn", "warn"),
    "require_reason": (True, False, False),
}
"""For each key a strict value, a looser one and one that is not stricter than that."""

EVERY_KEY = pytest.mark.parametrize("key", VALUES)


def layer(origin: str, defaults: Mapping[str, object] | None = None, **gates: Mapping[str, object]) -> Layer:
    """What one side says, all of it with one origin."""
    return Layer(
        defaults=a_table(defaults or {}, origin),
        gates={name: a_table(table, origin) for name, table in gates.items()},
    )


def settled(policy: Policy, key: str, gate: str = "release") -> tuple[object, str]:
    """The value of a key and who says so."""
    stated = settle_gate(policy, gate).settings[key]
    return stated.value, stated.origin


def test_every_key_of_a_gate_is_tried_here() -> None:
    assert set(VALUES) == set(KEYS)


@EVERY_KEY
def test_a_key_is_said_by_the_gate_s_table_then_by_the_defaults_then_by_the_built_in_gates(key: str) -> None:
    strict, loose, _ = VALUES[key]
    table, defaults = {"release": a_table({key: loose}, "table")}, a_table({key: strict}, "defaults")
    every = replace(a_policy(), own=Layer(defaults=defaults, gates=table))
    assert settled(every, key) == (loose, "table")
    assert settled(every, key, "another") == (strict, "defaults")
    assert settled(replace(every, own=Layer(defaults={}, gates=table)), key) == (loose, "table")
    assert settled(replace(every, own=Layer(defaults=defaults, gates={})), key) == (strict, "defaults")
    assert settled(a_policy(), key) == (BUILT_IN["default"][key], "built-in gate default")


@pytest.mark.parametrize("gate", ["commit", "change", "push"])
def test_the_defaults_of_a_file_come_before_a_built_in_gate(gate: str) -> None:
    assert settled(a_policy(on_incomplete="block"), "on_incomplete", gate) == ("block", "pyproject.toml:1")
    assert settled(a_policy(on_incomplete="warn"), "on_incomplete", gate) == ("warn", "pyproject.toml:1")


def test_a_table_overrides_a_built_in_gate_key_by_key() -> None:
    policy = a_policy(gates={"commit": {"fail_on": "low"}}, unknown_severity="block")
    assert {key: settled(policy, key, "commit") for key in ("fail_on", "unknown_severity", "only_introduced")} == {
        "fail_on": ("low", "pyproject.toml:1"),
        "unknown_severity": ("block", "pyproject.toml:1"),
        "only_introduced": (True, "built-in gate commit"),
    }


@pytest.mark.parametrize(
    ("gate", "different"),
    [
        ("default", {}),
        (
            "commit",
            {"fail_on": "high", "unknown_severity": "warn", "only_introduced": "true", "on_incomplete": "warn"},
        ),
        ("change", {"only_introduced": "true"}),
        ("push", {"on_incomplete": "warn"}),
        ("release", {}),
    ],
)
def test_a_built_in_gate_says_what_the_documentation_says(gate: str, different: Mapping[str, str]) -> None:
    documented = {
        "fail_on": "medium",
        "grace_days": "none",
        "max_data_age_hours": "none",
        "on_incomplete": "block",
        "only_fixable": "false",
        "only_introduced": "false",
        "require_reason": "false",
        "unchecked": "warn",
        "unknown_severity": "block",
    }
    assert settle_gate(a_policy(), gate).values() == {**documented, **different}


@pytest.mark.parametrize(("key", "value"), [("fail_on", "never"), ("only_introduced", False)])
def test_an_option_counts_for_every_gate_and_more_than_files_and_their_bases(key: str, value: Any) -> None:
    strict = VALUES[key][0]
    policy = a_policy(gates={"release": {key: strict}}, bases=[{key: strict}], flags={key: value}, **{key: strict})
    for gate in ("release", "default", "commit"):
        assert settled(policy, key, gate) == (value, "--a-flag")


@EVERY_KEY
def test_of_a_file_and_its_bases_the_strictest_holds_whichever_says_it(key: str) -> None:
    strict, loose, looser = VALUES[key]
    for values in ((strict, loose, looser), (loose, strict, looser), (looser, loose, strict)):
        own, first, second = (layer(f"side {n}", {key: value}) for n, value in enumerate(values))
        policy = replace(a_policy(), own=own, bases=(first, second))
        assert settled(policy, key) == (strict, f"side {values.index(strict)}")


@EVERY_KEY
def test_of_equally_strict_ones_the_nearest_is_named(key: str) -> None:
    value = VALUES[key][1]
    own, base, floor = (layer(name, {key: value}) for name in ("own", "base", "floor"))
    policy = replace(a_policy(), own=own, bases=(base,), floor=floor)
    assert settled(policy, key) == (value, "own")


@EVERY_KEY
def test_a_base_that_speaks_alone_counts_even_where_it_is_looser_than_what_is_built_in(key: str) -> None:
    value = VALUES[key][2]
    assert settled(a_policy(bases=[{key: value}]), key) == (value, "pyproject.toml:1")


def test_of_a_base_the_table_of_the_gate_counts_before_its_defaults() -> None:
    base = layer("base", {"fail_on": "low"}, release={"fail_on": "critical"})
    assert settled(replace(a_policy(), bases=(base,)), "fail_on") == ("critical", "base")
    assert settled(replace(a_policy(fail_on="high"), bases=(base,)), "fail_on") == ("high", "pyproject.toml:1")


@EVERY_KEY
def test_a_floor_limits_files_and_bases_and_loosens_nothing(key: str) -> None:
    strict, loose, _ = VALUES[key]
    for policy in (a_policy(**{key: loose}), a_policy(bases=[{key: loose}])):
        assert settled(replace(policy, floor=layer("floor", {key: strict})), key) == (strict, "floor")
    for policy in (a_policy(**{key: strict}), a_policy(bases=[{key: strict}])):
        assert settled(replace(policy, floor=layer("floor", {key: loose})), key) == (strict, "pyproject.toml:1")


def test_a_floor_limits_what_is_built_in() -> None:
    words = {"unknown_severity": "block", "only_introduced": False, "fail_on": "critical", "max_data_age_hours": 24}
    policy = replace(a_policy(), floor=layer("floor", words))
    assert settled(policy, "max_data_age_hours", "commit") == (24, "floor")
    assert settled(policy, "unknown_severity", "commit") == ("block", "floor")
    assert settled(policy, "only_introduced", "commit") == (False, "floor")
    assert settled(policy, "fail_on", "commit") == ("high", "built-in gate commit")


def test_a_floor_counts_more_than_options() -> None:
    policy = a_policy(floor={"fail_on": "high", "only_introduced": False})
    flags = {"fail_on": "never", "only_introduced": True}
    loose = replace(policy, flags=a_table(flags, "--an-option"))
    assert settled(loose, "fail_on") == ("high", "pyproject.toml:1")
    assert settled(loose, "only_introduced") == (False, "pyproject.toml:1")
    strict = replace(policy, flags=a_table({"fail_on": "low"}, "--an-option"))
    assert settled(strict, "fail_on") == ("low", "--an-option")


def test_a_floor_may_limit_one_gate_alone() -> None:
    floor = layer("floor", release={"fail_on": "low"})
    policy = replace(a_policy(fail_on="high"), floor=floor)
    assert settled(policy, "fail_on") == ("low", "floor")
    assert settled(policy, "fail_on", "default") == ("high", "pyproject.toml:1")


@pytest.mark.parametrize(
    ("own", "base", "settled_days"),
    [
        ({"low": 30, "high": 7}, {"low": 10, "high": 9}, {"low": 10, "high": 7}),
        ({"low": 30}, {}, {"low": 0}),
        ({"low": 30}, {"high": 5}, {"low": 0}),
        ({}, {"low": 30}, {}),
    ],
)
def test_grace_is_the_fewest_days_that_every_side_gives(
    own: Mapping[str, int], base: Mapping[str, int], settled_days: Mapping[str, int]
) -> None:
    policy = a_policy(bases=[{"grace_days": base}], grace_days=own)
    assert settled(policy, "grace_days")[0] == settled_days
    assert settled(replace(a_policy(grace_days=own), floor=a_layer({"grace_days": base}, {})), "grace_days")[0] == (
        settled_days
    )


def test_the_side_that_shortens_grace_is_named_with_its_place() -> None:
    place = Place("policy.toml", 3)
    base = Layer(defaults={"grace_days": Stated({"low": 3}, str(place), place)}, gates={})
    policy = replace(a_policy(grace_days={"low": 30}), bases=(base,))
    assert settle_gate(policy, "default").settings["grace_days"] == Stated({"low": 3}, "policy.toml:3", place)


def test_the_report_tells_every_setting_that_it_was_judged_by() -> None:
    policy = a_policy(
        gates={"default": {"branches": ("main",), "groups__dev__fail_on": "never"}}, grace_days={"low": 3}
    )
    (settings,) = judged(policy=policy).effective.values()
    assert set(settings) == {*KEYS, "groups.dev.fail_on"}
    assert (settings["grace_days"], settings["groups.dev.fail_on"]) == ("low = 3", "never")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (True, "true"),
        (False, "false"),
        (None, "none"),
        ({}, "none"),
        ({"low": 3, "high": 0}, "low = 3, high = 0"),
        (("main", "release/*"), "main, release/*"),
        (["main"], "main"),
        (24, "24"),
        (24.0, "24"),
        (1.5, "1.5"),
        (100_000.25, "100000.25"),
        ("high", "high"),
        (("https://u:p@a.example/simple?t=1",), "https://a.example/simple"),
    ],
)
def test_values_are_told_in_the_words_of_the_configuration(value: object, words: str) -> None:
    assert told(value) == words


def test_a_policy_without_any_words_is_that_of_the_built_in_gates() -> None:
    policy = Policy(own=SILENT, flags={}, maintenance={})
    assert settle_gate(policy, "default").settings == {
        key: Stated(value, "built-in gate default") for key, value in BUILT_IN["default"].items()
    }
