"""What the variables of the environment say, of gates and groups too."""

import pytest

from pysentry_hook.config.statements import from_environment
from pysentry_hook.errors import ConfigError
from tests.config.settling import in_environment

GATES = {"release": None, "nightly build/x.1": None}


def settings(**variables: str) -> dict[str, object]:
    found = from_environment({f"PYSENTRY_HOOK_{name}": text for name, text in variables.items()}, GATES)
    return {key: stated.value for key, stated in found.settings.items()}


def gates(**variables: str) -> dict[str, dict[str, object]]:
    found = from_environment({f"PYSENTRY_HOOK_{name}": text for name, text in variables.items()}, GATES)
    return {gate: {key: stated.value for key, stated in table.items()} for gate, table in found.gates.items()}


@pytest.mark.parametrize(
    ("variable", "text", "gate", "key", "value"),
    [
        ("GATES_RELEASE_FAIL_ON", "low", "release", "fail_on", "low"),
        ("GATES_RELEASE_BRANCHES", "main,release/*", "release", "branches", ("main", "release/*")),
        ("GATES_RELEASE_GRACE_DAYS", "low=3", "release", "grace_days", {"low": 3}),
        ("GATES_RELEASE_MAX_DATA_AGE_HOURS", "24", "release", "max_data_age_hours", 24),
        ("GATES_COMMIT_ON_INCOMPLETE", "block", "commit", "on_incomplete", "block"),
        ("GATES_NIGHTLY_BUILD_X_1_UNCHECKED", "block", "nightly build/x.1", "unchecked", "block"),
        ("GATES_NEW_ONE_ONLY_FIXABLE", "true", "new_one", "only_fixable", True),
        ("GATES_RELEASE_GROUPS_DEV_FAIL_ON", "critical", "release", "groups.dev.fail_on", "critical"),
        ("GATES_RELEASE_GROUPS_DEV_TOOLS_FAIL_ON", "critical", "release", "groups.dev-tools.fail_on", "critical"),
    ],
)
def test_a_variable_sets_a_key_of_a_gate(variable: str, text: str, gate: str, key: str, value: object) -> None:
    assert gates(**{variable: text}) == {gate: {key: value}}
    assert settings(**{variable: text}) == {}


def test_several_variables_of_a_gate_come_together() -> None:
    found = gates(GATES_RELEASE_FAIL_ON="low", GATES_RELEASE_UNCHECKED="block", GATES_PUSH_FAIL_ON="high")
    assert found == {"release": {"fail_on": "low", "unchecked": "block"}, "push": {"fail_on": "high"}}


def test_a_variable_sets_the_threshold_of_a_group() -> None:
    assert settings(GROUPS_DEV_TOOLS_FAIL_ON="critical") == {"groups.dev-tools.fail_on": "critical"}
    assert gates(GROUPS_DEV_TOOLS_FAIL_ON="critical") == {}


@pytest.mark.parametrize(
    ("variable", "nearest"),
    [
        ("OFLINE", None),
        ("OFFLINE", "HTTP_OFFLINE"),
        ("SOURCE_MIRRORS", "SOURCES_MIRRORS"),
        ("CACHEDIR", "CACHE_DIR"),
        ("http_offline", "HTTP_OFFLINE"),
        ("GATE_RELEASE_FAIL_ON", None),
        ("GATES_RELEASE", None),
        ("GATES_RELEASE_FAILON", None),
        ("GATES_FAIL_ON", None),
        ("GATES__FAIL_ON", None),
        ("GATES__GROUPS_DEV_FAIL_ON", None),
        ("GATES_RELEASE_GROUPS__FAIL_ON", None),
        ("GATES_RELEASE_GROUPS_DEV_UNCHECKED", None),
        ("GROUPS_DEV_UNCHECKED", None),
        ("GROUPS_FAIL_ON", None),
        ("GROUPS__FAIL_ON", None),
        ("FOO_GROUPS_DEV_FAIL_ON", None),
        ("FOO_FAIL_ON", None),
        ("SUPPRESSIONS", None),
        ("", None),
    ],
)
def test_an_unknown_variable_is_an_error_that_names_the_nearest(variable: str, nearest: str | None) -> None:
    with pytest.raises(ConfigError) as caught:
        settings(**{variable: "low"})
    told = str(caught.value)
    assert told.startswith(f"PYSENTRY_HOOK_{variable} is no setting")
    if nearest:
        assert told.endswith(f" (did you mean PYSENTRY_HOOK_{nearest}?)")


def test_a_variable_of_another_program_is_none_of_ours() -> None:
    environment = {"PYSENTRY_NO_CACHE": "maybe", "SENTRY_DSN": "x", "PYSENTRY": "x", "PYSENTRY_HOOK": "x"}
    assert in_environment(environment) == in_environment({})


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("HTTP_OFFLINE", "maybe", "PYSENTRY_HOOK_HTTP_OFFLINE = 'maybe' is neither true nor false"),
        ("HTTP_OFFLINE", "", "is neither true nor false"),
        ("HTTP_TIMEOUT", "0", "is not a number from 0.001"),
        ("HTTP_DEADLINE", "nan", "is not a number from 0.001"),
        ("HTTP_MAX_CONCURRENT", "1e3", "is not a whole number from 1"),
        ("CACHE_VULNERABILITY_TTL", "12h", "PYSENTRY_HOOK_CACHE_VULNERABILITY_TTL = '12h'"),
        ("DEFAULTS_FAIL_ON", "hihg", "is not one of never, low, medium, high, critical (did you mean high?)"),
        ("DEFAULTS_FAIL_ON", "", "is not one of never, low, medium, high, critical"),
        ("GATES_RELEASE_FAIL_ON", "", "is not one of never, low, medium, high, critical"),
        ("GROUPS_DEV_FAIL_ON", "nevr", "is not one of never, low, medium, high, critical (did you mean never?)"),
        ("DEFAULTS_UNCHECKED", "fail", "is not one of block, warn"),
        ("DEFAULTS_ON_INCOMPLETE", "blok", "is not one of block, warn (did you mean block?)"),
        ("GATE", "", "is not a text"),
        ("POLICY_FLOOR", "", "is not a text"),
        ("NO_CONFIG", "", "is neither true nor false"),
        ("SOURCES_OSV_URL", "ftp://me:secret@a.example", "is no http(s) URL"),
    ],
)
def test_a_value_without_meaning_is_an_error_that_names_the_variable(variable: str, value: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        settings(**{variable: value})
    told = str(caught.value)
    assert told.startswith(f"PYSENTRY_HOOK_{variable} = ")
    assert message in told
    assert "\n" not in told
    assert "secret" not in told


def test_a_gate_that_only_the_environment_knows_judges_by_its_name() -> None:
    policy = in_environment({"PYSENTRY_HOOK_GATES_NIGHTLY_FAIL_ON": "low", "PYSENTRY_HOOK_GATE": "nightly"}).policy
    assert policy.own.gates["nightly"]["fail_on"].value == "low"
    assert policy.named == "nightly"
