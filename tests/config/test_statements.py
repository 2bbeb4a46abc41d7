"""What a file says without meaning is an error with its place, and never means the mildest thing."""

from pathlib import Path

import pytest

from pysentry_hook.config.said import Said
from pysentry_hook.errors import ConfigError
from tests.config.settling import configured


def said(folder: Path, text: str) -> Said:
    (folder / ".pysentry-hook.toml").write_text(text, encoding="utf-8")
    return configured(folder).own[0]


def the_error(folder: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(folder)
    with pytest.raises(ConfigError) as caught:
        said(folder, text)
    told = str(caught.value)
    assert "\n" not in told
    return told.removeprefix(".pysentry-hook.toml:")


def test_a_whole_file_is_read_with_the_place_of_every_setting(tmp_path: Path) -> None:
    found = said(
        tmp_path,
        """\
[defaults]
fail_on = "high"
grace_days.low = 30

[groups.Dev_Tools]
fail_on = "critical"

[gates.release]
branches = ["main", "release/*"]
fail_on = "low"
groups = { dev.fail_on = "never" }

[gates."nightly build"]
only_fixable = true

[sources]
private = [
    "acme-*",
]
""",
    )
    places = {key: (stated.value, stated.origin) for key, stated in found.settings.items()}
    assert places == {
        "defaults.fail_on": ("high", ".pysentry-hook.toml:2"),
        "defaults.grace_days": ({"low": 30}, ".pysentry-hook.toml:3"),
        "groups.dev-tools.fail_on": ("critical", ".pysentry-hook.toml:6"),
        "sources.private": (("acme-*",), ".pysentry-hook.toml:17"),
    }
    assert {
        gate: {key: (stated.value, stated.location) for key, stated in table.items()}
        for gate, table in found.gates.items()
    } == {
        "release": {
            "branches": (("main", "release/*"), (".pysentry-hook.toml", 9)),
            "fail_on": ("low", (".pysentry-hook.toml", 10)),
            "groups.dev.fail_on": ("never", (".pysentry-hook.toml", 11)),
        },
        "nightly build": {"only_fixable": (True, (".pysentry-hook.toml", 14))},
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[default]\n", "1: default is no setting (did you mean defaults?)"),
        ('\nfail_on = "low"\n', "2: fail_on is no setting"),
        ('[defaults]\n\nfailon = "low"\n', "3: defaults.failon is no setting (did you mean defaults.fail_on?)"),
        ('defaults.fail-on = "low"\n', "1: defaults.fail-on is no setting (did you mean defaults.fail_on?)"),
        ('"defaults.fail_on" = "low"\n', "1: defaults.fail_on is no setting"),
        ("[cache]\ndirectory = 1\n", "2: cache.directory is no setting (did you mean"),
        ("[gates.release]\nbranch = []\n", "2: gates.release.branch is no setting"),
        ("[gates.release.groups.dev]\nfailon = 1\n",
         "2: gates.release.groups.dev.failon is no setting (did you mean gates.release.groups.dev.fail_on?)"),
        ("[groups.dev]\nunchecked = 'warn'\n", "2: groups.dev.unchecked is no setting"),
        ("[suppression]\n", "1: suppression is no setting (did you mean suppressions?)"),
        ("[[gate]]\n", "1: gate is not taken from a file"),
        ("[http]\nretries = { max = 3 }\n", "2: http.retries is no setting"),
    ],
)  # fmt: skip
def test_an_unknown_key_is_an_error_with_its_line_and_the_nearest_known_one(
    text: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert the_error(tmp_path, text, monkeypatch).startswith(message)


@pytest.mark.parametrize("table", ["defaults", "gates.release", "groups.dev", "gates.release.groups.dev"])
@pytest.mark.parametrize("value", ['""', '"nevr"', '"High"', '" high"', "false", "0", "[]", "['high']"])
def test_an_empty_or_misspelt_severity_is_an_error_and_never_means_never(
    table: str, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = the_error(tmp_path, f"[{table}]\nfail_on = {value}\n", monkeypatch)
    assert told.startswith(f"2: {table}.fail_on = ")
    assert "is not one of never, low, medium, high, critical" in told


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[defaults]\nonly_fixable = 1\n", "2: defaults.only_fixable = 1 is neither true nor false"),
        ("[defaults]\nonly_fixable = 'true'\n", "2: defaults.only_fixable = 'true' is neither true nor false"),
        ("[defaults]\nunchecked = 'blok'\n", "2: defaults.unchecked = 'blok' is not one of block, warn (did you mean"),
        ("[defaults]\ngrace_days = 3\n", "2: defaults.grace_days = 3 is not a table of days by severity"),
        ("[defaults.grace_days]\nlo = 3\n", "1: defaults.grace_days = {'lo': 3} has the severity 'lo' (did"),
        ("[defaults]\npython_version = 3.12\n", "2: defaults.python_version = 3.12 is no Python version"),
        ("[defaults]\npython_platform = 'mac'\n", "2: defaults.python_platform = 'mac' is not one of linux, macos"),
        ("[defaults]\ngroups = ['a b']\n", "2: defaults.groups = ['a b'] has 'a b', which is no name of a group"),
        ("[http]\ntimeout = '5'\n", "2: http.timeout = '5' is not a number from 0.001"),
        ("[http]\nmax_concurrent = 0\n", "2: http.max_concurrent = 0 is not a whole number from 1"),
        ("[sources]\nenabled = []\n", "2: sources.enabled = [] names no source"),
        ("[sources]\nenabled = ['ovs']\n", "2: sources.enabled = ['ovs'] is not one of pypa, pypi, osv (did you mean"),
        ("[sources]\nmirrors = 'https://me:secret@a.example'\n", "2: sources.mirrors = 'https://a.example' is not"),
        ("[sources]\nosv_url = 'a.example'\n", "2: sources.osv_url = 'a.example' is no http(s) URL"),
        ("defaults = 3\n", "1: defaults is not a table"),
        ("[[defaults]]\n", "1: defaults is not a table"),
        ("gates = []\n", "1: gates is not a table"),
        ("[gates]\nrelease = 'low'\n", "2: gates.release is not a table"),
        ("[gates.'']\n", "1: gates: '' is no name of a gate"),
        ('[gates."a\\nb"]\n', "1: gates: 'a b' is no name of a gate"),
        ("[gates.release]\nbranches = 'main'\n", "2: gates.release.branches = 'main' is not a list of texts"),
        ("[gates.release]\ngroups = 3\n", "2: gates.release.groups is not a table"),
        ("[gates.release]\ngroups.dev = 3\n", "2: gates.release.groups.dev is not a table"),
        ("[groups.'a b']\nfail_on = 'low'\n", "1: groups: 'a b' is no name of a group or extra"),
        ("[groups]\ndev = 'low'\n", "2: groups.dev is not a table"),
        ("suppressions = {}\n", "1: suppressions is not a list of tables: write [[suppressions]]"),
        ("suppressions = [3]\n", "1: suppressions.0 is not a table"),
        ("extends = ''\n", "1: extends is not the path of a file"),
        ("extends = ['a.toml']\n", "1: extends is not the path of a file"),
    ],
)  # fmt: skip
def test_an_ill_typed_value_is_an_error_with_its_line(
    text: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = the_error(tmp_path, text, monkeypatch)
    assert told.startswith(message)
    assert "secret" not in told


def test_a_table_of_pyproject_that_is_none_is_an_error_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool]\npysentry-hook = 3\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(
        ConfigError, match=r"^pyproject\.toml:2: tool\.pysentry-hook is not a table, as \{ key = value \}$"
    ):
        configured(tmp_path)


@pytest.mark.parametrize("head", ['[groups."a b"]', '[gates.release.groups."a b"]'])
def test_a_name_of_no_group_is_told_at_its_line(head: str, tmp_path: Path) -> None:
    (tmp_path / ".pysentry-hook.toml").write_text(f'[defaults]\n\n{head}\nfail_on = "low"\n', encoding="utf-8")
    with pytest.raises(ConfigError, match=r"\.pysentry-hook\.toml:3: .*'a b' is no name of a group or extra, as dev"):
        configured(tmp_path)
