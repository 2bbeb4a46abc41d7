"""The schema for editors says of every file what the program itself says of it."""

import json
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pysentry_hook.config.keys import KEYS
from pysentry_hook.config.schema import config_schema
from pysentry_hook.errors import ConfigError
from tests.config.settling import configured
from tests.conftest import Run

FULL = """\
extends = "base.toml"

[defaults]
fail_on = "never"
unknown_severity = "warn"
grace_days = { low = 30, medium = 14, high = 0, critical = 0, unknown = 3 }
max_data_age_hours = 24.5
groups = ["dev"]
python_version = "3.12.1"
format = "json"

[sources]
enabled = ["pypa", "osv"]
required = ["osv"]
mirrors = ["https://a.example/simple"]
private = []
osv_url = "http://127.0.0.1:1"

[http]
timeout = 3
max_retries = 0

[groups.dev]
fail_on = "critical"

[gates."any name"]
branches = ["main", "release/*"]
only_introduced = true
groups.dev.fail_on = "low"

[[suppressions]]
id = "CVE-2099-1"
package = "idna"
version = "<4"
group = "dev"
reason = "only used in tests"
expires = 2027-01-31
until = "fixed"
owner = "me"

[[suppressions]]
id = "CVE-2099-2"
reason = "only used in tests"
expires = "2027-01-31"
"""


def is_accepted_by_the_schema(text: str) -> bool:
    def plain(value: Any) -> Any:
        """What an editor sees: JSON has no dates."""
        if isinstance(value, dict):
            return {key: plain(each) for key, each in value.items()}
        if isinstance(value, list):
            return [plain(each) for each in value]
        return value.isoformat() if isinstance(value, date) else value

    return bool(jsonschema.Draft7Validator(config_schema()).is_valid(plain(tomllib.loads(text))))


def is_accepted_by_the_reader(text: str, folder: Path) -> bool:
    (folder / "base.toml").write_text("", encoding="utf-8")
    (folder / ".pysentry-hook.toml").write_text(text, encoding="utf-8")
    try:
        configured(folder)
    except ConfigError:
        return False
    return True


def test_the_command_prints_a_valid_schema(run: Run) -> None:
    done = run("config", "schema")
    assert (done.returncode, done.stderr) == (0, "")
    schema = json.loads(done.stdout)
    jsonschema.Draft7Validator.check_schema(schema)
    assert schema == config_schema()


def test_the_schema_of_reports_can_be_printed_too(run: Run) -> None:
    schema = json.loads(run("config", "schema", "--report").stdout)
    assert "findings" in schema["properties"]


def test_the_schema_of_plans_can_be_printed_too(run: Run) -> None:
    schema = json.loads(run("config", "schema", "--plan").stdout)
    assert "changes" in schema["properties"]
    both = run("config", "schema", "--plan", "--report")
    assert (both.returncode, both.stdout) == (2, "")
    assert both.stderr == "error: --report and --plan exclude each other: say one of them\n"


def test_a_full_file_is_accepted(tmp_path: Path) -> None:
    assert is_accepted_by_the_schema(FULL)
    assert is_accepted_by_the_reader(FULL, tmp_path)


def test_every_table_of_the_schema_refuses_unknown_keys() -> None:
    def check(schema: Any, path: str) -> None:
        if not isinstance(schema, dict):
            return
        if "properties" in schema:
            assert schema["additionalProperties"] is False, path
            for name, each in schema["properties"].items():
                check(each, f"{path}.{name}")
        check(schema.get("additionalProperties"), f"{path}.*")
        check(schema.get("items"), f"{path}[]")

    check(config_schema(), "")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[defaults]\n",
        "suppressions = []\n",
        "[gates]\n",
        "[defaults]\ngrace_days = {}\n",
        "[sources]\nprivate = ['acme-*']\n",
        "[http]\ntimeout = 0.001\nmax_concurrent = 1_000_000\n",
        "[defaults]\npython_platform = 'macos'\n",
    ],
)
def test_what_has_a_meaning_is_accepted_by_both(text: str, tmp_path: Path) -> None:
    assert is_accepted_by_the_schema(text)
    assert is_accepted_by_the_reader(text, tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "unknown = 1\n",
        "[default]\n",
        "gate = 'release'\n",
        "config = 'a.toml'\n",
        "'defaults.fail_on' = 'low'\n",
        "extends = ''\n",
        "extends = ['base.toml']\n",
        "defaults = 3\n",
        *(f"[defaults]\nfail_on = {value}\n" for value in ("''", "'nevr'", "'LOW'", "0", "false", "[]")),
        "[defaults]\nfailon = 'low'\n",
        "[defaults]\nonly_fixable = 'true'\n",
        "[defaults]\nonly_fixable = 1\n",
        "[defaults]\nmax_data_age_hours = '24'\n",
        "[defaults]\nmax_data_age_hours = -1\n",
        "[defaults]\nmax_data_age_hours = 1_000_001\n",
        "[defaults]\nmax_data_age_hours = true\n",
        "[defaults]\ngrace_days = 3\n",
        "[defaults.grace_days]\nlo = 3\n",
        "[defaults.grace_days]\nlow = -1\n",
        "[defaults]\ngroups = 'dev'\n",
        "[defaults]\ngroups = ['']\n",
        "[defaults]\npython_version = '3'\n",
        "[defaults]\npython_version = 3.12\n",
        "[defaults]\nformat = 'xml'\n",
        "[sources]\nenabled = []\n",
        "[sources]\nenabled = ['nvd']\n",
        "[sources]\nmirrors = [' ']\n",
        "[sources]\nosv_url = 'a.example'\n",
        "[http]\nmax_retries = 1.5\n",
        "[http]\nmax_concurrent = 0\n",
        "[http]\ntimeout = 0\n",
        "[gates]\nrelease = 'low'\n",
        "[gates.release]\nbranches = 'main'\n",
        "[gates.release]\nbranch = ['main']\n",
        "[gates.release.groups.dev]\nunchecked = 'warn'\n",
        "[groups]\ndev = 'low'\n",
        "[groups.dev]\nfail_on = ''\n",
        "suppressions = {}\n",
        "suppressions = [3]\n",
        "[[suppressions]]\nid = 'CVE-2099-1'\nreason = 'a b c'\n",
        "[[suppressions]]\nreason = 'a b c'\nexpires = 2027-01-31\n",
        "[[suppressions]]\nid = 'CVE-2099-1'\nexpires = 2027-01-31\n",
        *(
            f"[[suppressions]]\nid = 'CVE-2099-1'\nreason = 'a b c'\nexpires = 2027-01-31\n{more}\n"
            for more in ("until = 'never'", "until = true", "owner = 3", "package = ''", "version = 6", "why = 'x'")
        ),
        "[[suppressions]]\nid = 'CVE-2099-1'\nreason = ''\nexpires = 2027-01-31\n",
        "[[suppressions]]\nid = 'CVE 2099'\nreason = 'a b c'\nexpires = 2027-01-31\n",
        "[[suppressions]]\nid = 'CVE-2099-1'\nreason = 'TBD'\nexpires = 2027-01-31\n",
        "[[suppressions]]\nid = 'CVE-2099-1'\nreason = 'a b c'\nexpires = 'soon'\n",
        "[[suppressions]]\nid = 'CVE-2099-1'\nreason = 'a b c'\nexpires = 20270131\n",
    ],
)
def test_what_has_none_is_refused_by_both(text: str, tmp_path: Path) -> None:
    assert not is_accepted_by_the_reader(text, tmp_path)
    assert not is_accepted_by_the_schema(text)


def test_the_schema_has_every_setting_of_files_and_no_other() -> None:
    known = {
        f"{table}.{key}"
        for table, schema in config_schema()["properties"].items()
        if table not in {"extends", "groups", "gates", "suppressions"}
        for key in schema["properties"]
    }
    assert known == {name for name, key in KEYS.items() if key.in_files}
