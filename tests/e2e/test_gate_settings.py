"""What a gate is told decides the exit code: options, environment, files, bases and a floor that nobody loosens."""

import os
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.builders import a_folder_of_records, a_record
from tests.e2e.repository import Repository, decisions

pytestmark = pytest.mark.unmeasured  # other tests measure what these run

TODAY = datetime.now(UTC).date()
DEFAULTS, FLOOR = "[tool.pysentry-hook.defaults]\n", "[defaults]\n"


@pytest.fixture
def project(shop: Repository) -> Repository:
    """requests with a high finding that has a fix, and a low one that has none and is of this week."""
    shop.lock("requests 2.30.0", "six 1.16.0")
    published = f"{TODAY - timedelta(days=3)}T00:00:00Z"
    fresh = a_record("GHSA-aaaa-bbbb-0001", "six", database_specific={"severity": "LOW"}, published=published)
    low = a_record("GHSA-aaaa-bbbb-0002", "six", fixed="2", database_specific={"severity": "LOW"}, published=published)
    shutil.rmtree(shop.records)
    return shop._replace(records=_records(shop.records, fresh, low))


def _records(folder: Path, *more: Mapping[str, Any]) -> Path:
    high = a_record("GHSA-aaaa-bbbb-0003", fixed="2.31.0", database_specific={"severity": "HIGH"})
    return a_folder_of_records(folder, high, *more)


HIGH, UNFIXED, LOW = "GHSA-aaaa-bbbb-0003", "GHSA-aaaa-bbbb-0001", "GHSA-aaaa-bbbb-0002"


def blocked(report: Mapping[str, Any]) -> set[str]:
    return {name for name, decision in decisions(report).items() if decision == "block"}


@pytest.mark.parametrize(
    ("words", "environment", "file", "expected"),
    [
        ([], {}, "", {HIGH}),
        ([], {}, 'fail_on = "low"', {HIGH, UNFIXED, LOW}),
        ([], {"FAIL_ON": "critical"}, 'fail_on = "low"', set()),
        (["--fail-on", "medium"], {"FAIL_ON": "critical"}, 'fail_on = "low"', {HIGH}),
        (["--fail-on", "low"], {"ONLY_FIXABLE": "true"}, "", {HIGH, LOW}),
        (["--fail-on", "low"], {"GRACE_DAYS": "low=7"}, "", {HIGH}),
        (["--fail-on", "low"], {}, "grace_days = { low = 3 }", {HIGH, UNFIXED, LOW}),
    ],
)
def test_options_beat_the_environment_and_that_beats_the_file(
    project: Repository, words: list[str], environment: Mapping[str, str], file: str, expected: set[str]
) -> None:
    project.write("pyproject.toml", DEFAULTS + file)
    variables = {f"PYSENTRY_HOOK_DEFAULTS_{name}": value for name, value in environment.items()}
    report = project.report(*words, env=variables)
    assert (blocked(report), report["exit"]) == (expected, bool(expected))


def test_a_gate_and_a_scope_have_variables_of_their_own(project: Repository) -> None:
    project.write("pyproject.toml", '[tool.pysentry-hook.gates.release]\nbranches = ["main"]\n')
    release = {"PYSENTRY_HOOK_GATE": "release", "PYSENTRY_HOOK_GATES_RELEASE_FAIL_ON": "low"}
    report = project.report(env=release)
    assert blocked(report) == {HIGH, UNFIXED, LOW}
    assert {finding["verdict"]["origin"] for finding in report["findings"]} == {"PYSENTRY_HOOK_GATES_RELEASE_FAIL_ON"}
    assert blocked(project.report(env={"PYSENTRY_HOOK_GROUPS_MAIN_FAIL_ON": "critical"})) == set()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("DEFAULTS_FAIL_ON", "", "PYSENTRY_HOOK_DEFAULTS_FAIL_ON = '' is not one of never, low"),
        ("DEFAULTS_FAIL_ON", "hihg", "did you mean high?"),
        ("DEFAULTS_FAIL_NO", "high", "did you mean PYSENTRY_HOOK_DEFAULTS_FAIL_ON?"),
        ("OFFLINE", "1", "PYSENTRY_HOOK_OFFLINE is no setting"),
        ("DEFAULTS_ONLY_FIXABLE", "maybe", "is neither true nor false"),
    ],
)
def test_a_variable_without_meaning_is_one_line_and_exit_2(
    project: Repository, name: str, value: str, said: str
) -> None:
    done = project.scan(env={f"PYSENTRY_HOOK_{name}": value})
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert said in done.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('fail_on = "hgih"', "is not one of never, low, medium, high, critical (did you mean high?)"),
        ("fail_on = 3", "defaults.fail_on = 3 is not one of never"),
        ('fial_on = "high"', "defaults.fial_on is no setting (did you mean defaults.fail_on?)"),
        ("only_fixable = 1", "is neither true nor false"),
        ("grace_days = { hgh = 3 }", "did you mean high?"),
    ],
)
def test_a_file_that_makes_no_sense_is_named_with_its_line(project: Repository, text: str, said: str) -> None:
    project.write("pyproject.toml", f"\n{DEFAULTS}{text}\n")
    for words in ([], ["gate"], ["report"], ["config", "validate"]):
        done = project.run(*words, cwd=project.folder)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
        assert done.stderr.startswith("error: pyproject.toml:3: ")
        assert said in done.stderr


@pytest.mark.parametrize("key", ["sources.offline", "resolver.allow_build", "cache.dir", "policy_floor"])
def test_a_project_may_not_set_what_would_serve_somebody_who_sends_a_change(project: Repository, key: str) -> None:
    table, _, name = key.rpartition(".")
    header = f"[tool.pysentry-hook.{table}]" if table else "[tool.pysentry-hook]"
    project.write("pyproject.toml", f"{header}\n{name} = true\n")
    done = project.scan()
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: pyproject.toml:2: ")


@pytest.mark.parametrize(
    ("file", "words", "code"),
    [
        ('fail_on = "critical"', [], 1),
        ("", ["--fail-on", "never"], 1),
        ('fail_on = "low"', [], 1),
        ("", [], 1),
        ("only_fixable = true", ["--only-introduced"], 1),
    ],
)
def test_nobody_is_more_lenient_than_the_floor(project: Repository, file: str, words: list[str], code: int) -> None:
    project.lock("six 1.16.0")
    project.commit()
    project.write("pyproject.toml", DEFAULTS + file)
    floor = project.folder.parent / "floor.toml"
    floor.write_text(f'{FLOOR}fail_on = "low"\nonly_introduced = false\nonly_fixable = false\n', encoding="utf-8")
    words = [*words, "--against", "HEAD"]
    assert blocked(project.report(*words, "--policy-floor", floor)) == {UNFIXED, LOW}
    report = project.report(*words, env={"PYSENTRY_HOOK_POLICY_FLOOR": str(floor)})
    assert (blocked(report), report["exit"]) == ({UNFIXED, LOW}, code)


def test_a_floor_tells_where_it_stands_and_leaves_what_is_stricter(project: Repository) -> None:
    floor = project.folder.parent / "floor.toml"
    floor.write_text(f'{FLOOR}fail_on = "high"\n[gates.release]\nfail_on = "low"\n', encoding="utf-8")
    project.write("pyproject.toml", '[tool.pysentry-hook.gates.release]\nbranches = ["main"]\nfail_on = "critical"\n')
    report = project.report("--policy-floor", floor, "--gate", "release")
    assert blocked(report) == {HIGH, UNFIXED, LOW}
    assert report["findings"][0]["verdict"]["location"] == {"path": floor.as_posix(), "line": 4}
    told = project.scan("--policy-floor", floor, "--gate", "release").stdout
    assert 'fail_on = "low", ../floor.toml:4' in told
    assert blocked(project.report("--policy-floor", floor, "--fail-on", "low")) == {HIGH, UNFIXED, LOW}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[suppressions]]\nid = "CVE-1"\nreason = "a b c"\nexpires = 2026-01-01\n', "suppressions: a floor holds"),
        ("[http]\ntimeout = 5\n", "http.timeout: a floor holds"),
        ('extends = "x.toml"\n', "extends: a floor holds"),
    ],
)
def test_a_floor_holds_gates_alone(project: Repository, text: str, said: str) -> None:
    floor = project.folder.parent / "floor.toml"
    floor.write_text(text, encoding="utf-8")
    done = project.scan("--policy-floor", floor)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    gone = project.scan("--policy-floor", "gone.toml")
    assert (gone.returncode, gone.stderr) == (2, "error: --policy-floor gone.toml: no such file; check the path\n")


def test_of_a_file_and_the_one_that_it_extends_the_stricter_holds(project: Repository) -> None:
    project.write("company/policy.toml", '[defaults]\nfail_on = "low"\nunchecked = "warn"\n')
    project.write(
        "pyproject.toml",
        '[tool.pysentry-hook]\nextends = "company/policy.toml"\n'
        '[tool.pysentry-hook.defaults]\nfail_on = "critical"\nunchecked = "block"\n',
    )
    report = project.report()
    assert blocked(report) == {HIGH, UNFIXED, LOW}
    assert report["findings"][0]["verdict"]["location"] == {"path": "company/policy.toml", "line": 2}
    assert report["policy"]["effective"]["default"]["unchecked"] == "block"
    assert [entry["path"] for entry in report["policy"]["files"]] == ["pyproject.toml", "company/policy.toml"]


def test_what_came_out_lately_tells_the_day_from_which_it_blocks(project: Repository) -> None:
    project.write("pyproject.toml", f'{DEFAULTS}fail_on = "low"\ngrace_days = {{ low = 7 }}\n')
    begins = TODAY + timedelta(days=4)
    report = project.report()
    assert {finding["id"]: finding["verdict"]["blocks_on"] for finding in report["findings"]} == {
        HIGH: None,
        UNFIXED: begins.isoformat(),
        LOW: begins.isoformat(),
    }
    assert f"warns: published lately: blocks from {begins} on (fail_on is low)" in project.scan().stdout
    (line,) = (line for line in project.scan("gate").stdout.splitlines() if LOW in line)
    assert line.endswith(f"published lately: blocks from {begins} on (fail_on is low)")
    project.lock("requests 2.30.0")
    project.commit()
    project.lock("six 1.16.0")
    assert blocked(project.report("--against", "HEAD")) == {UNFIXED, LOW}


def test_what_is_unchecked_may_block(project: Repository) -> None:
    project.remove("uv.lock")
    project.write("requirements.txt", "six==2\nrequests @ https://host.example/requests-2.30.0-py3-none-any.whl\n")
    assert project.report()["exit"] == 0
    report = project.report(env={"PYSENTRY_HOOK_DEFAULTS_UNCHECKED": "block"})
    said = '1 not checked and unchecked = "block" (PYSENTRY_HOOK_DEFAULTS_UNCHECKED)'
    assert (report["exit"], report["gate"]["passed"], report["gate"]["reasons"]) == (1, False, [said])


def test_data_that_are_too_old_are_an_incomplete_audit(project: Repository) -> None:
    variables = {"PYSENTRY_HOOK_DEFAULTS_MAX_DATA_AGE_HOURS": "24", "PYSENTRY_HOOK_DEFAULTS_FAIL_ON": "never"}
    assert project.scan(env=variables).returncode == 0
    yesterday = (datetime.now(UTC) - timedelta(hours=25)).timestamp()
    for record in project.records.iterdir():
        os.utime(record, (yesterday, yesterday))
    done = project.scan(env=variables)
    assert done.returncode == 3
    assert "and max_data_age_hours is 24 (PYSENTRY_HOOK_DEFAULTS_MAX_DATA_AGE_HOURS)" in done.stdout.splitlines()[-1]
    assert project.report(env=variables)["complete"] is False
    lenient = project.report(env={**variables, "PYSENTRY_HOOK_DEFAULTS_ON_INCOMPLETE": "warn"})
    assert (lenient["exit"], lenient["complete"]) == (0, False)


def test_malware_blocks_in_every_gate_until_it_is_accepted_with_package_and_version(project: Repository) -> None:
    malware = a_record("MAL-2099-1", "six", versions=["1.16.0"], events=[])
    shutil.rmtree(project.records)
    _records(project.records, malware)
    project.commit()
    words = ("--fail-on", "never", "--only-introduced", "--against", "HEAD", "--ignore", "MAL-2099-1")
    for more in ([], ["--gate", "commit"], ["--gate", "push"], ["--gate", "change"]):
        report = project.report(*words, *more)
        assert (report["exit"], blocked(report)) == (1, {"MAL-2099-1"})
    accepted = '[[suppressions]]\nid = "MAL-2099-1"\nreason = "a false alarm, see upstream"\n'
    accepted += f"expires = {TODAY + timedelta(days=30)}\n"
    project.write(".pysentry-hook.toml", accepted + 'package = "six"\n')
    assert project.report(*words)["exit"] == 1
    project.write(".pysentry-hook.toml", accepted + 'package = "six"\nversion = "==1.16.0"\n')
    assert decisions(project.report(*words))["MAL-2099-1"] == "suppressed"


@pytest.mark.parametrize(
    ("words", "locks", "codes"),
    [
        ([], ["requests 2.31.0"], (0, 0)),
        ([], ["requests 2.30.0"], (1, 0)),
        (["--against", "gone"], ["requests 2.31.0"], (3, 3)),
        (["--against", "gone"], ["requests 2.30.0"], (1, 3)),
        (["--group", "gone"], ["requests 2.30.0"], (2, 2)),
        (["gone"], ["requests 2.30.0"], (2, 2)),
        (["--offline", "--sources", "osv"], ["requests 2.31.0"], (0, 0)),
    ],
)
def test_the_exit_code_says_what_happened(
    project: Repository, words: list[str], locks: list[str], codes: tuple[int, int]
) -> None:
    project.lock(*locks)
    gating, reporting = codes
    assert project.scan(*words).returncode == gating
    assert project.scan("gate", *words).returncode == gating
    assert project.scan("report", *words).returncode == reporting
    if gating == 1 and reporting == 3:
        assert "The audit is incomplete: baseline gone failed." in project.scan(*words).stdout.splitlines()[-1]
