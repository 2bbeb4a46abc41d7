"""Flags over environment over defaults."""

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pysentry_hook.config import Flags, Settings, group_names, settle
from pysentry_hook.errors import ConfigError, UsageError
from pysentry_hook.http import Limits
from pysentry_hook.model import Severity
from pysentry_hook.policy.gates import DEFAULT
from pysentry_hook.report import Rule, Suppression


def settled(environment: dict[str, str] | None = None, **flags: Any) -> Settings:
    ours = {f"PYSENTRY_HOOK_{key}": value for key, value in (environment or {}).items()}
    return settle(Flags(**flags), ours | {"PIP_CONFIG_FILE": os.devnull})


def the_error(environment: dict[str, str] | None = None, **flags: Any) -> str:
    with pytest.raises(UsageError) as caught:
        settled(environment, **flags)
    return str(caught.value)


def test_where_nothing_is_said_the_defaults_hold() -> None:
    settings = settled()
    assert settings == replace(
        settings,
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
        private=(),
        pip_indexes=(),
        main_only=False,
        groups=(),
        direct_only=False,
        gate=DEFAULT,
        suppressions=(),
        severity=None,
        allow_empty=False,
    )


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
    ],
)
def test_a_flag_beats_the_environment_beats_the_default_also_where_it_repeats_the_default(
    flags: dict[str, str], environment: dict[str, str], expected: Severity | None, origin: str
) -> None:
    gate = settled(environment, **flags).gate
    assert gate.fail_on is expected
    assert gate.rule("fail_on").origin == origin


@pytest.mark.parametrize("key", ["unknown_severity", "unchecked", "on_incomplete"])
@pytest.mark.parametrize("value", ["block", "warn"])
def test_the_environment_sets_what_the_gate_does(key: str, value: str) -> None:
    variable = f"DEFAULTS_{key.upper()}"
    gate = settled({variable: value}).gate
    assert gate.values() == DEFAULT.values() | {key: value}
    assert gate.rule(key) == Rule(f"gates.default.{key}", value, f"PYSENTRY_HOOK_{variable}")


@pytest.mark.parametrize(
    ("flag", "variable", "field"),
    [
        ("offline", "OFFLINE", "offline"),
        ("exclude_extra", "EXCLUDE_EXTRA", "main_only"),
        ("direct_only", "DIRECT_ONLY", "direct_only"),
        ("allow_empty", "ALLOW_EMPTY", "allow_empty"),
    ],
)
def test_a_switch_is_turned_by_its_flag_or_its_variable(flag: str, variable: str, field: str) -> None:
    for word, expected in {"1": True, "true": True, "YES": True, "0": False, "False": False, "no": False}.items():
        assert getattr(settled({variable: word}), field) is expected
    assert getattr(settled({variable: "false"}, **{flag: True}), field)
    assert not getattr(settled({variable: "true"}, **{flag: False}), field)


def test_no_cache_is_a_flag_or_a_variable() -> None:
    assert not settled(no_cache=True).use_cache
    assert not settled({"NO_CACHE": "true"}).use_cache
    assert settled({"NO_CACHE": "true"}, no_cache=False).use_cache


def test_the_flag_for_the_cache_folder_beats_its_variable() -> None:
    assert settled({"CACHE_DIR": "/a"}).cache_dir == Path("/a")
    assert settled({"CACHE_DIR": "/a"}, cache_dir=Path("/b")).cache_dir == Path("/b")


@pytest.mark.parametrize(
    ("text", "expected"),
    [("osv", ("osv",)), ("osv,pypa", ("pypa", "osv")), (" osv , pypi ,", ("pypi", "osv")), ("osv,osv", ("osv",))],
)
def test_sources_are_named_with_commas_in_any_order(text: str, expected: tuple[str, ...]) -> None:
    assert settled(sources=(text,)).sources == expected
    assert settled({"SOURCES_ENABLED": text}).sources == expected


def test_sources_can_be_named_by_several_flags_and_replace_those_of_the_environment() -> None:
    assert settled({"SOURCES_ENABLED": "pypi"}, sources=("osv", "pypa")).sources == ("pypa", "osv")


@pytest.mark.parametrize(
    ("sources", "required", "expected"),
    [
        ("", "", ("osv",)),
        ("osv,pypa", "", ("osv",)),
        ("pypa,pypi", "", ("pypa", "pypi")),
        ("pypa", "", ("pypa",)),
        ("", "pypa", ("pypa",)),
        ("", "osv,pypa,pypi", ("pypa", "pypi", "osv")),
    ],
)
def test_osv_is_required_where_it_is_enabled_else_all_that_are(
    sources: str, required: str, expected: tuple[str, ...]
) -> None:
    assert settled({"SOURCES_ENABLED": sources, "SOURCES_REQUIRED": required}).required == expected


def test_a_source_that_is_required_must_be_enabled() -> None:
    assert the_error({"SOURCES_REQUIRED": "osv"}, sources=("pypa",)) == (
        "PYSENTRY_HOOK_SOURCES_REQUIRED: osv is required and not enabled"
    )


def test_a_database_replaces_the_services_unless_the_flag_names_them_too(tmp_path: Path) -> None:
    database = (str(tmp_path),)
    alone = settled(advisory_db=database)
    assert (alone.sources, alone.required, alone.advisory_db) == ((), ("database",), (tmp_path,))
    assert settled({"SOURCES_ENABLED": "osv"}, advisory_db=database).sources == ()
    both = settled(advisory_db=database, sources=("osv",))
    assert (both.sources, both.required) == (("osv",), ("database",))


def test_a_database_may_be_named_by_the_environment_and_the_flag_replaces_it(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    environment = {"SOURCES_DATABASE": f"{tmp_path / 'a'},{tmp_path / 'b'}"}
    assert settled(environment).advisory_db == (tmp_path / "a", tmp_path / "b")
    assert settled(environment).sources == ()
    assert settled(environment, advisory_db=(str(tmp_path / "b"),)).advisory_db == (tmp_path / "b",)


def test_a_database_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    assert the_error(advisory_db=(str(tmp_path / "x.zip"),)) == f"--advisory-db: {tmp_path}/x.zip is not there"


def test_a_database_behind_an_address_is_not_read_yet() -> None:
    assert the_error(advisory_db=("https://a.example/all.zip",)).startswith("--advisory-db: a URL is not read yet")


def test_a_bare_service_url_means_osv() -> None:
    urls = settled(service_urls=("http://127.0.0.1:8/v1?a=b",)).urls
    assert urls["osv"] == "http://127.0.0.1:8/v1?a=b"
    assert urls["pypi"] == "https://pypi.org"


def test_a_service_url_names_its_source_and_beats_the_environment() -> None:
    environment = {"SOURCES_PYPI_URL": "https://a.example", "SOURCES_OSV_URL": "https://b.example"}
    urls = settled(environment, service_urls=("pypi=https://c.example?x=y", "pypa=http://d.example/main.zip")).urls
    assert urls == {"pypi": "https://c.example?x=y", "osv": "https://b.example", "pypa": "http://d.example/main.zip"}


def test_a_service_url_for_an_unknown_source_names_those_that_are_known() -> None:
    assert the_error(service_urls=("osvv=https://a.example",)) == (
        "--service-url: 'osvv' is no source; known: pypa, pypi, osv"
    )


@pytest.mark.parametrize("url", ["osv=ftp://a.example", "file:///etc/passwd", "osv=", "osv=a.example", "a.example"])
def test_a_service_is_reached_by_http_only(url: str) -> None:
    assert "the address of osv is no http(s) URL" in the_error(service_urls=(url,))


def test_credentials_of_an_address_are_not_in_its_error() -> None:
    assert "secret" not in the_error(service_urls=("osv=ftp://user:secret@a.example/?key=secret",))


def test_an_unknown_source_is_answered_with_the_nearest_and_all_that_are_known() -> None:
    assert (
        the_error(sources=("pypaa",)) == "--sources: 'pypaa' is no source (did you mean pypa?); known: pypa, pypi, osv"
    )
    assert (
        the_error({"SOURCES_ENABLED": "github"})
        == "PYSENTRY_HOOK_SOURCES_ENABLED: 'github' is no source; known: pypa, pypi, osv"
    )


def test_an_unknown_severity_is_answered_with_the_nearest_and_all_that_are_known() -> None:
    known = "known: low, medium, high, critical"
    assert the_error(fail_on="hihg") == f"--fail-on: 'hihg' is no severity (did you mean high?); {known}"
    assert the_error(severity="moderate") == f"--severity: 'moderate' is no severity; {known}"
    assert "'HIGH' is no severity" in the_error(fail_on="HIGH")
    assert "'never' is no severity" in the_error(severity="never")


def test_severity_limits_what_is_shown_and_not_what_blocks() -> None:
    settings = settled(severity="high")
    assert (settings.severity, settings.gate) == (Severity.HIGH, DEFAULT)


@pytest.mark.parametrize(
    ("variable", "nearest"),
    [
        ("PYSENTRY_HOOK_OFLINE", "PYSENTRY_HOOK_OFFLINE"),
        ("PYSENTRY_HOOK_SOURCE_MIRRORS", "PYSENTRY_HOOK_SOURCES_MIRRORS"),
        ("PYSENTRY_HOOK_CACHEDIR", "PYSENTRY_HOOK_CACHE_DIR"),
        ("PYSENTRY_HOOK_offline", "PYSENTRY_HOOK_OFFLINE"),
    ],
)
def test_an_unknown_variable_is_an_error_that_names_the_nearest(variable: str, nearest: str) -> None:
    with pytest.raises(ConfigError) as caught:
        settle(Flags(), {variable: "1"})
    assert str(caught.value) == f"{variable} is no setting (did you mean {nearest}?)"


def test_a_variable_of_another_program_is_none_of_ours() -> None:
    environment = {"PYSENTRY_NO_CACHE": "maybe", "SENTRY_DSN": "x", "PYSENTRY": "x"}
    assert settle(Flags(), environment) == settle(Flags(), {})


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("OFFLINE", "maybe", "PYSENTRY_HOOK_OFFLINE = 'maybe' is neither true nor false"),
        ("OFFLINE", "", "is neither true nor false"),
        ("HTTP_TIMEOUT", "0", "is not a number above 0"),
        ("HTTP_TIMEOUT", "-3", "is not a number above 0"),
        ("HTTP_TIMEOUT", "soon", "PYSENTRY_HOOK_HTTP_TIMEOUT = 'soon'"),
        ("HTTP_DEADLINE", "nan", "is not a number above 0"),
        ("HTTP_DEADLINE", "inf", "is not a number above 0"),
        ("HTTP_MAX_CONCURRENT", "1e99", "is not a number above 0"),
        ("CACHE_MAX_AGE_HOURS", "12h", "PYSENTRY_HOOK_CACHE_MAX_AGE_HOURS = '12h'"),
        ("DEFAULTS_FAIL_ON", "hihg", "is not one of never, low, medium, high, critical (did you mean high?)"),
        ("DEFAULTS_UNCHECKED", "fail", "is not one of block, warn"),
        ("DEFAULTS_ON_INCOMPLETE", "blok", "is not one of block, warn (did you mean block?)"),
    ],
)
def test_a_value_of_the_wrong_type_is_an_error_that_names_the_variable(variable: str, value: str, message: str) -> None:
    told = the_error({variable: value})
    assert told.startswith(f"PYSENTRY_HOOK_{variable} = ")
    assert message in told
    assert "\n" not in told


def test_limits_of_http_come_from_the_environment() -> None:
    environment = {
        "HTTP_TIMEOUT": "5",
        "HTTP_CONNECT_TIMEOUT": "1.5",
        "HTTP_DEADLINE": "30",
        "HTTP_MAX_CONCURRENT": "3",
    }
    assert settled(environment).limits == replace(Limits(), read=5.0, connect=1.5, overall=30.0, at_once=3)


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, 12),
        ({"CI": "true"}, 1),
        ({"CI": ""}, 12),
        ({"PYSENTRY_HOOK_CACHE_MAX_AGE_HOURS": "48"}, 48),
        ({"PYSENTRY_HOOK_CACHE_MAX_AGE_HOURS": "0.5", "CI": "true"}, 0.5),
    ],
)
def test_answers_live_half_a_day_and_an_hour_in_ci(environment: dict[str, str], expected: float) -> None:
    assert settle(Flags(), environment).fresh_for == timedelta(hours=expected)


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_the_usual_variables_name_the_authorities_to_trust(variable: str) -> None:
    assert settle(Flags(), {variable: "/ca.pem"}).ca_bundle == "/ca.pem"
    assert settle(Flags(), {"REQUESTS_CA_BUNDLE": "", "SSL_CERT_FILE": "/ca.pem"}).ca_bundle == "/ca.pem"


def test_mirrors_and_private_names_come_from_the_environment() -> None:
    settings = settled({"SOURCES_MIRRORS": "https://a.example/simple, https://b.example", "SOURCES_PRIVATE": "acme-*"})
    assert settings.mirrors == ("https://a.example/simple", "https://b.example")
    assert settings.private == ("acme-*",)


def test_what_is_ignored_tells_where_it_is_written() -> None:
    settings = settled(
        {"IGNORE_IDS": "CVE-2099-3,,CVE-2099-4"},
        ignore=(" CVE-2099-1 ", ""),
        ignore_while_no_fix=("CVE-2099-2",),
    )
    variable = "PYSENTRY_HOOK_IGNORE_IDS"
    assert settings.suppressions == (
        Suppression(id="CVE-2099-1", rule=Rule("ignore", "CVE-2099-1", "--ignore")),
        Suppression(id="CVE-2099-2", while_no_fix=True, rule=Rule("ignore", "CVE-2099-2", "--ignore-while-no-fix")),
        Suppression(id="CVE-2099-3", rule=Rule("ignore", "CVE-2099-3", variable)),
        Suppression(id="CVE-2099-4", rule=Rule("ignore", "CVE-2099-4", variable)),
    )


def test_names_of_groups_are_normalised_and_must_be_names() -> None:
    assert group_names(["Dev_Tools", " docs "]) == ("dev-tools", "docs")
    with pytest.raises(UsageError, match="--group: 'a b' is no name of a group or extra"):
        group_names(["a b"])
