"""Files that were written for pysentry 0.5 mean here what they mean there, or a warning says why not."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from pysentry_hook.config.settings import Settings
from pysentry_hook.model import Severity
from tests.builders import a_folder_of_records, a_record, a_uv_lock
from tests.config.peer_files import EVERYWHERE, PEERS, gate, ignored, put
from tests.config.settling import settled, settled_in
from tests.conftest import Run

# what `config init` of pysentry 0.5 writes, and `severity` of those before it, each with its default
DEFAULTS = """\
version = 1
defaults.format = "human"
defaults.fail_on = "medium"
defaults.severity = "low"
defaults.scope = "all"
defaults.direct_only = false
defaults.detailed = false
defaults.compact = false
defaults.display = "table"
defaults.include_withdrawn = false
defaults.no_ci_detect = false
defaults.groups = []
defaults.include_scripts = false
sources.enabled = ["pypa", "pypi", "osv"]
sources.fail_on_partial = true
resolver.type = "uv"
resolver.no_resolver = false
cache.enabled = true
cache.resolution_ttl = 24
cache.vulnerability_ttl = 48
ignore.ids = []
ignore.while_no_fix = []
ignore.packages = []
http.timeout = 120
http.connect_timeout = 30
http.max_retries = 3
http.retry_initial_backoff = 1
http.retry_max_backoff = 60
http.show_progress = false
maintenance.enabled = true
maintenance.forbid_archived = false
maintenance.forbid_deprecated = false
maintenance.forbid_quarantined = true
maintenance.forbid_unmaintained = false
maintenance.check_direct_only = false
maintenance.cache_ttl = 1
notifications.enabled = true
output.quiet = false
groups = {}
"""


Meaning = Callable[[Settings], object]


@EVERYWHERE
@pytest.mark.parametrize(
    ("line", "meaning", "expected"),
    [
        ("version = 1", lambda s: s.warnings, ()),
        *((f'defaults.format = "{name}"', lambda s: s.format, name) for name in ("human", "json", "sarif", "markdown")),
        *((f'defaults.fail_on = "{name}"', lambda s: gate(s, "fail_on"), name)
          for name in ("low", "medium", "high", "critical")),
        ('defaults.severity = "high"', lambda s: s.severity, Severity.HIGH),
        ('defaults.scope = "main"', lambda s: s.main_only, True),
        ('defaults.scope = "all"', lambda s: s.main_only, False),
        ('defaults.groups = ["dev", "docs"]', lambda s: s.groups, ("dev", "docs")),
        ("defaults.include_scripts = true", lambda s: s.include_scripts, True),
        ("defaults.direct_only = true", lambda s: s.direct_only, True),
        ("defaults.detailed = true", lambda s: s.detailed, True),
        ('sources.enabled = ["osv", "pypa"]', lambda s: s.sources, ("pypa", "osv")),
        ('sources.service_url = "https://osv.example"', lambda s: s.urls["osv"], "https://osv.example"),
        ("sources.fail_on_partial = true", lambda s: (s.required, gate(s, "on_incomplete")),
         (("pypa", "pypi", "osv"), "block")),
        ("sources.fail_on_partial = false", lambda s: (s.required, gate(s, "on_incomplete")), (("osv",), "warn")),
        ('resolver.type = "uv"', lambda s: s.resolver, "uv"),
        ('resolver.type = "pip-tools"', lambda s: s.resolver, "pip-tools"),
        ("resolver.no_resolver = true", lambda s: s.pins_only, True),
        ("cache.enabled = false", lambda s: s.use_cache, False),
        ("cache.resolution_ttl = 48", lambda s: s.resolution_fresh_for, timedelta(hours=48)),
        ("cache.vulnerability_ttl = 6", lambda s: s.fresh_for, timedelta(hours=6)),
        ('ignore.ids = ["CVE-2099-1", "GHSA-x"]', ignored, [("CVE-2099-1", None, False), ("GHSA-x", None, False)]),
        ('ignore.while_no_fix = ["CVE-2099-1"]', ignored, [("CVE-2099-1", None, True)]),
        ('ignore.packages = ["Disk_Cache"]', ignored, [(None, "disk-cache", False)]),
        ('groups.Dev_Tools.fail_on = "critical"', lambda s: gate(s, "groups.dev-tools.fail_on"), "critical"),
        *((f"maintenance.forbid_{name} = true",
           lambda s, name=name: s.policy.maintenance[f"forbid_{name}"].value, True)
          for name in ("archived", "deprecated", "quarantined", "unmaintained")),
        ("maintenance.forbid_quarantined = false",
         lambda s: s.policy.maintenance["forbid_quarantined"].value, False),
        ("maintenance.enabled = true", lambda s: s.ask_status, True),
        ("maintenance.enabled = false", lambda s: s.ask_status, False),
        ("maintenance.check_direct_only = true", lambda s: s.status_of_direct_only, True),
        ("http.timeout = 60", lambda s: s.limits.read, 60),
        ("http.connect_timeout = 7", lambda s: s.limits.connect, 7),
        ("http.max_retries = 0", lambda s: s.limits.retries, 0),
        ("http.retry_initial_backoff = 2", lambda s: s.limits.first_wait, 2),
        ("http.retry_max_backoff = 9", lambda s: s.limits.longest_wait, 9),
        ("output.quiet = true", lambda s: s.quiet, True),
    ],
)  # fmt: skip
def test_a_setting_means_the_same(line: str, meaning: Meaning, expected: object, name: str, tmp_path: Path) -> None:
    put(tmp_path, name, f"{line}\n")
    settings = settled_in(tmp_path)
    assert meaning(settings) == expected
    assert settings.warnings == ()


def test_no_ci_detect_keeps_the_branch_of_ci_from_choosing_the_gate(tmp_path: Path) -> None:
    service = {"GITHUB_ACTIONS": "true", "GITHUB_REF_NAME": "main", "CI": "true"}
    put(tmp_path, PEERS, "defaults.no_ci_detect = true\n")
    settings = settled_in(tmp_path, service)
    assert (settings.policy.occasion.event, settings.fresh_for) == (None, timedelta(hours=12))
    put(tmp_path, PEERS, "defaults.no_ci_detect = false\n")
    assert settled_in(tmp_path, service).policy.occasion.branch == "main"


@EVERYWHERE
@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("defaults.compact = true", "the human report is compact unless detailed"),
        ('defaults.display = "text"', "there is one display"),
        ("defaults.include_withdrawn = true", "withdrawn records are named with their group and are no findings"),
        ("maintenance.cache_ttl = 24", "a status is as young as other answers: vulnerability_ttl"),
        ("http.show_progress = true", "progress is shown on a terminal"),
    ],
)
def test_a_setting_that_changes_nothing_here_warns_with_the_reason(
    line: str, why: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    put(tmp_path, name, f"{line}\n")
    key = line.partition(" ")[0]
    settings = settled_in(tmp_path)
    assert settings.warnings == (f"{name}:{1 if name == PEERS else 2}: {key} changes nothing here: {why}",)
    assert settings.policy == settled().policy


@pytest.mark.parametrize("line", ["notifications.enabled = true", "notifications.enabled = false"])
def test_there_is_nobody_to_be_notified_by(line: str, tmp_path: Path) -> None:
    put(tmp_path, PEERS, f"{line}\n")
    assert settled_in(tmp_path).warnings == ()


def test_the_folder_of_the_cache_is_taken_from_the_users_file_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "home/pysentry").mkdir(parents=True)
    put(tmp_path, PEERS, 'cache.directory = "/tmp/x"\n')
    settings = settled_in(tmp_path)
    assert settings.cache_dir is None
    assert settings.warnings == (
        ".pysentry.toml:1: cache.directory is not taken from a project's file; it was passed over",
    )
    (tmp_path / PEERS).unlink()
    put(tmp_path / "home/pysentry", "config.toml", 'cache.directory = "/tmp/x"\n')
    assert settled_in(tmp_path, {"XDG_CONFIG_HOME": str(tmp_path / "home")}).cache_dir == Path("/tmp/x")  # noqa: S108 (no file is made there)


@EVERYWHERE
def test_a_file_that_says_every_default_warns_of_nothing(name: str, tmp_path: Path) -> None:
    put(tmp_path, name, DEFAULTS)
    settings = settled_in(tmp_path)
    assert settings.warnings == ()
    assert gate(settings, "fail_on") == "medium"


@pytest.mark.parametrize(
    ("file", "flag", "expected"),
    [
        ("critical", None, "critical"),
        ("critical", "medium", "medium"),
        ("critical", "low", "low"),
        ("low", "medium", "medium"),
        ("low", "never", "never"),
        (None, "medium", "medium"),
    ],
)
def test_an_option_beats_the_file_also_where_it_repeats_the_default(
    file: str | None, flag: str | None, expected: str, tmp_path: Path
) -> None:
    put(tmp_path, PEERS, f'defaults.fail_on = "{file}"\n' if file else "")
    assert gate(settled_in(tmp_path, fail_on=flag), "fail_on") == expected


def test_fail_on_medium_blocks_where_the_file_says_critical(run: Run, tmp_path: Path) -> None:
    (tmp_path / "uv.lock").write_text(a_uv_lock(("requests", "2.30.0")), encoding="utf-8")
    database = a_folder_of_records(tmp_path / "db", a_record(database_specific={"severity": "MODERATE"}))
    put(tmp_path, PEERS, 'defaults.fail_on = "critical"\n')
    assert run("--advisory-db", database).returncode == 0
    assert run("--advisory-db", database, "--fail-on", "medium").returncode == 1
