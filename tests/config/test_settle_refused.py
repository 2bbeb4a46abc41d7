"""An option or a value without a meaning is refused, with those that have one."""

from pathlib import Path

import pytest

from pysentry_hook.config.words import group_names
from pysentry_hook.errors import UsageError
from pysentry_hook.model import Severity
from tests.config.settled_values import the_error
from tests.config.settling import settled, settled_in


def test_severity_limits_what_is_shown_and_not_what_blocks() -> None:
    settings = settled(severity="high")
    assert settings.severity is Severity.HIGH
    assert settings.policy == settled().policy


def test_an_unknown_severity_is_answered_with_the_nearest_and_all_that_are_known() -> None:
    known = "never, low, medium, high, critical"
    assert the_error(fail_on="hihg") == f"--fail-on: 'hihg' is not one of {known} (did you mean high?)"
    assert the_error(fail_on="") == f"--fail-on: '' is not one of {known}"
    assert the_error(fail_on="HIGH").startswith("--fail-on: 'HIGH' is not one of")
    assert the_error(severity="moderate") == (
        "--severity: 'moderate' is no severity; known: low, medium, high, critical"
    )
    assert "'never' is no severity" in the_error(severity="never")
    assert "'' is no severity" in the_error(severity="")


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ({"resolver": "uvv"}, "--resolver: 'uvv' is no resolver (did you mean uv?); known: auto, uv, pip-tools"),
        ({"python_version": "3"}, "--python-version: '3' is no Python version; give it as 3.11 or 3.11.4"),
        ({"python_platform": "linx"}, "--python-platform: 'linx' is no platform (did you mean linux?)"),
    ],
)
def test_an_option_of_no_meaning_says_what_has_one(flags: dict[str, str], message: str) -> None:
    assert the_error(**flags).startswith(message)


@pytest.mark.parametrize("flag", ["resolver", "python_version", "python_platform"])
def test_an_empty_option_is_no_silence(flag: str) -> None:
    assert the_error(**{flag: ""}).startswith(f"--{flag.replace('_', '-')}: ''")


def test_names_of_groups_are_normalised_and_must_be_names() -> None:
    assert group_names(["Dev_Tools", " docs "]) == ("dev-tools", "docs")
    with pytest.raises(UsageError, match="--group: 'a b' is no name of a group or extra"):
        group_names(["a b"])


def test_a_project_adds_private_names_and_takes_none_back(tmp_path: Path) -> None:
    user = tmp_path / "home" / "pysentry-hook" / "config.toml"
    user.parent.mkdir(parents=True)
    user.write_text('[sources]\nprivate = ["acme-*"]\n', encoding="utf-8")
    project = tmp_path / "project"
    project.mkdir()
    for said, names in (("[]", ("acme-*",)), ('["shop-*"]', ("shop-*", "acme-*"))):
        (project / ".pysentry-hook.toml").write_text(f"[sources]\nprivate = {said}\n", encoding="utf-8")
        assert settled_in(project, {"XDG_CONFIG_HOME": str(user.parents[1])}).private == names


def test_an_option_that_forbids_a_status_asks_for_it() -> None:
    silent = {"MAINTENANCE_ENABLED": "false"}
    assert not settled(silent).ask_status
    assert settled(silent, forbid_archived=True).ask_status
    assert settled(silent, forbid_unmaintained=True, advisory_db=(".",), sources=("osv",)).ask_status


def test_an_option_that_forbids_a_status_is_refused_where_nobody_is_asked_for_it() -> None:
    needs = "--forbid-archived needs the status of projects, which nobody is asked for"
    by_flag = the_error(forbid_archived=True, no_maintenance_check=True)
    assert by_flag == f"{needs}: --no-maintenance-check"
    assert the_error(forbid_archived=True, advisory_db=(".",)) == f"{needs}: --advisory-db without --sources"


def test_who_names_a_resolver_by_an_option_wants_it() -> None:
    pins = {"RESOLVER_NO_RESOLVER": "true"}
    assert settled(pins, resolver="uv").pins_only is False
    assert settled(pins).pins_only is True
    assert (
        the_error(resolver="uv", no_resolver=True) == "--resolver and --no-resolver exclude each other; leave one out"
    )
