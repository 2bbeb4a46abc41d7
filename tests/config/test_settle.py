"""Flags over environment over files over defaults become one Settings."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from pysentry_hook.http import Limits
from pysentry_hook.model import Severity
from pysentry_hook.policy.gates import BUILT_IN, DEFAULT, told
from pysentry_hook.rules import NO_OCCASION, Rule, Suppression
from tests.config.settled_values import the_error, the_gate
from tests.config.settling import TODAY, in_environment, settled


def test_where_nothing_is_said_the_defaults_hold() -> None:
    settings = settled()
    assert settings == settings._replace(
        paths=(),
        requirements=(),
        sources=("pypa", "pypi", "osv"),
        required=("osv",),
        advisory_db=(),
        offline=False,
        cache_dir=None,
        use_cache=True,
        fresh_for=timedelta(hours=12),
        limits=Limits(),
        ca_bundle=None,
        mirrors=(),
        trusted_mirrors=(),
        private=(),
        pip_indexes=(),
        main_only=False,
        groups=(),
        direct_only=False,
        python_version=None,
        python_platform=None,
        recursive=False,
        include_scripts=False,
        pins_only=False,
        resolver=None,
        allow_build=False,
        remember_resolutions=True,
        forget_resolutions=False,
        resolution_fresh_for=timedelta(hours=24),
        against=None,
        policy_files=(),
        format="human",
        severity=None,
        detailed=False,
        quiet=False,
        allow_empty=False,
        today=TODAY,
        warnings=(),
    )
    assert settings.policy.occasion == NO_OCCASION
    assert settings.policy.suppressions == ()
    assert the_gate(settings).values() == {key: told(value) for key, value in BUILT_IN[DEFAULT].items()}


@pytest.mark.parametrize(
    ("flags", "environment", "expected", "origin"),
    [
        ({}, {}, Severity.MEDIUM, "built-in gate default"),
        ({}, {"DEFAULTS_FAIL_ON": "high"}, Severity.HIGH, "PYSENTRY_HOOK_DEFAULTS_FAIL_ON"),
        ({"fail_on": "low"}, {"DEFAULTS_FAIL_ON": "high"}, Severity.LOW, "--fail-on"),
        ({"fail_on": "medium"}, {"DEFAULTS_FAIL_ON": "high"}, Severity.MEDIUM, "--fail-on"),
        ({"fail_on": "medium"}, {}, Severity.MEDIUM, "--fail-on"),
        ({"fail_on": "never"}, {"DEFAULTS_FAIL_ON": "high"}, None, "--fail-on"),
        ({}, {"DEFAULTS_FAIL_ON": "never"}, None, "PYSENTRY_HOOK_DEFAULTS_FAIL_ON"),
        (
            {},
            {"DEFAULTS_FAIL_ON": "low", "GATES_DEFAULT_FAIL_ON": "critical"},
            Severity.CRITICAL,
            "PYSENTRY_HOOK_GATES_DEFAULT_FAIL_ON",
        ),
    ],
)
def test_a_flag_beats_the_environment_beats_the_default_also_where_it_repeats_the_default(
    flags: dict[str, str], environment: dict[str, str], expected: Severity | None, origin: str
) -> None:
    threshold, rule = the_gate(settled(environment, **flags)).threshold(frozenset(["main"]))
    assert threshold is expected
    assert rule.origin == origin


@pytest.mark.parametrize("key", ["unknown_severity", "unchecked", "on_incomplete"])
@pytest.mark.parametrize("value", ["block", "warn"])
def test_the_environment_sets_what_the_gate_does(key: str, value: str) -> None:
    variable = f"DEFAULTS_{key.upper()}"
    gate = the_gate(settled({variable: value}))
    assert gate.values() == the_gate(settled()).values() | {key: value}
    assert gate.rule(key) == Rule(f"gates.default.{key}", value, f"PYSENTRY_HOOK_{variable}")


@pytest.mark.parametrize(
    ("flag", "variable", "field"),
    [
        ("offline", "HTTP_OFFLINE", "offline"),
        ("direct_only", "DEFAULTS_DIRECT_ONLY", "direct_only"),
        ("allow_empty", "DEFAULTS_ALLOW_EMPTY", "allow_empty"),
        ("recursive", "DEFAULTS_RECURSIVE", "recursive"),
        ("include_scripts", "DEFAULTS_INCLUDE_SCRIPTS", "include_scripts"),
        ("detailed", "DEFAULTS_DETAILED", "detailed"),
        ("quiet", "OUTPUT_QUIET", "quiet"),
        ("no_resolver", "RESOLVER_NO_RESOLVER", "pins_only"),
        ("allow_build", "RESOLVER_ALLOW_BUILD", "allow_build"),
    ],
)
def test_a_switch_is_turned_by_its_flag_or_its_variable(flag: str, variable: str, field: str) -> None:
    for word, expected in {"1": True, "true": True, "YES": True, "0": False, "False": False, "no": False}.items():
        assert getattr(settled({variable: word}), field) is expected
    assert getattr(settled({variable: "false"}, **{flag: True}), field)
    assert not getattr(settled({variable: "true"}, **{flag: False}), field)


def test_no_cache_turns_the_setting_that_enables_it() -> None:
    assert not settled(no_cache=True).use_cache
    assert not settled({"CACHE_ENABLED": "false"}).use_cache
    assert settled({"CACHE_ENABLED": "false"}, no_cache=False).use_cache
    assert not settled({"CACHE_ENABLED": "true"}, no_cache=True).use_cache


def test_exclude_extra_is_the_scope_main() -> None:
    assert settled(exclude_extra=True).main_only
    assert settled({"DEFAULTS_SCOPE": "main"}).main_only
    assert not settled({"DEFAULTS_SCOPE": "main"}, exclude_extra=False).main_only
    assert not settled({"DEFAULTS_SCOPE": "all"}).main_only


@pytest.mark.parametrize(
    ("flag", "variable", "field", "said", "other", "expected"),
    [
        ("cache_dir", "CACHE_DIR", "cache_dir", Path("/b"), "/a", Path("/a")),
        ("against", "AGAINST", "against", "main...", "HEAD", "HEAD"),
        ("python_version", "DEFAULTS_PYTHON_VERSION", "python_version", "3.12", "3.11.4", "3.11.4"),
        ("python_platform", "DEFAULTS_PYTHON_PLATFORM", "python_platform", "linux", "macos", "macos"),
        ("resolver", "RESOLVER_TYPE", "resolver", "auto", "pip-tools", "pip-tools"),
        ("groups", "DEFAULTS_GROUPS", "groups", ("dev",), "docs,test", ("docs", "test")),
        ("severity", "DEFAULTS_SEVERITY", "severity", "high", "low", Severity.LOW),
    ],
)
def test_an_option_beats_its_variable(
    flag: str, variable: str, field: str, said: object, other: str, expected: object
) -> None:
    assert getattr(settled({variable: other}), field) == expected
    wanted = Severity.HIGH if said == "high" else said
    assert getattr(settled({variable: other}, **{flag: said}), field) == wanted


def test_the_gate_is_named_by_the_option_before_the_environment() -> None:
    assert (settled().policy.named, settled({"GATE": "push"}).policy.named) == (None, "push")
    assert settled({"GATE": "push"}).policy.named_by == "PYSENTRY_HOOK_GATE"
    both = settled({"GATE": "push"}, gate="commit").policy
    assert (both.named, both.named_by) == ("commit", "--gate")


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, 12),
        ({"CI": "true"}, 1),
        ({"CI": ""}, 12),
        ({"CI": "true", "PYSENTRY_HOOK_DEFAULTS_NO_CI_DETECT": "true"}, 12),
        ({"PYSENTRY_HOOK_CACHE_VULNERABILITY_TTL": "48"}, 48),
        ({"PYSENTRY_HOOK_CACHE_VULNERABILITY_TTL": "0.5", "CI": "true"}, 0.5),
    ],
)
def test_answers_live_half_a_day_and_an_hour_in_ci(environment: dict[str, str], expected: float) -> None:
    assert in_environment(environment).fresh_for == timedelta(hours=expected)


def test_resolutions_live_a_day_or_as_long_as_is_said() -> None:
    assert settled().resolution_fresh_for == timedelta(hours=24)
    assert settled({"CACHE_RESOLUTION_TTL": "2"}).resolution_fresh_for == timedelta(hours=2)
    assert settled({"CACHE_RESOLUTION_TTL": "2"}, resolution_cache_ttl=0.0).resolution_fresh_for == timedelta(0)
    assert "--resolution-cache-ttl" in the_error(resolution_cache_ttl=-1.0)


def test_limits_of_http_come_from_the_environment() -> None:
    environment = {
        "HTTP_TIMEOUT": "5",
        "HTTP_CONNECT_TIMEOUT": "1.5",
        "HTTP_DEADLINE": "30",
        "HTTP_MAX_CONCURRENT": "3",
        "HTTP_MAX_RETRIES": "0",
        "HTTP_RETRY_INITIAL_BACKOFF": "0.5",
        "HTTP_RETRY_MAX_BACKOFF": "7",
    }
    assert settled(environment).limits == replace(
        Limits(), read=5.0, connect=1.5, overall=30.0, at_once=3, retries=0, first_wait=0.5, longest_wait=7.0
    )


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_the_usual_variables_name_the_authorities_to_trust(variable: str) -> None:
    assert in_environment({variable: "/ca.pem"}).ca_bundle == "/ca.pem"
    assert in_environment({"REQUESTS_CA_BUNDLE": "", "SSL_CERT_FILE": "/ca.pem"}).ca_bundle == "/ca.pem"


def test_mirrors_and_private_names_come_from_the_environment() -> None:
    settings = settled({"SOURCES_MIRRORS": "https://a.example/simple, https://b.example", "SOURCES_PRIVATE": "acme-*"})
    assert settings.mirrors == settings.trusted_mirrors == ("https://a.example/simple", "https://b.example")
    assert settings.private == ("acme-*",)


def test_what_is_ignored_tells_where_it_is_written() -> None:
    settings = settled(
        {"IGNORE_IDS": "CVE-2099-3,,CVE-2099-4", "IGNORE_WHILE_NO_FIX": "CVE-2099-5", "IGNORE_PACKAGES": "Disk_Cache"},
        ignore=(" CVE-2099-1 ", ""),
        ignore_while_no_fix=("CVE-2099-2",),
    )

    def ignored(identifier: str, origin: str, *, until_fixed: bool = False) -> Suppression:
        return Suppression(id=identifier, until_fixed=until_fixed, rule=Rule("ignore", identifier, origin))

    variable = "PYSENTRY_HOOK_IGNORE_IDS"
    *ids, package = settings.policy.suppressions
    assert ids == [
        ignored("CVE-2099-1", "--ignore"),
        ignored("CVE-2099-2", "--ignore-while-no-fix", until_fixed=True),
        ignored("CVE-2099-3", variable),
        ignored("CVE-2099-4", variable),
        ignored("CVE-2099-5", "PYSENTRY_HOOK_IGNORE_WHILE_NO_FIX", until_fixed=True),
    ]
    assert (package.id, package.package, package.reason) == (None, "disk-cache", None)
