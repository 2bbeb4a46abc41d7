"""The policy through the real command: what files, options and the environment of CI come to."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.builders import a_folder_of_records, a_record, a_uv_lock
from tests.conftest import Run

CI = {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "push"}


@pytest.fixture
def records(tmp_path: Path) -> Path:
    """Write a lock with a medium, a low and an unknown finding, and return what is known of them."""
    (tmp_path / "uv.lock").write_text(
        a_uv_lock(("requests", "2.30.0"), ("idna", "3.4"), ("certifi", "2023.5.7")), encoding="utf-8"
    )
    return a_folder_of_records(
        tmp_path / "records",
        a_record("CVE-2099-1", "requests", fixed="2.31.0", database_specific={"severity": "MODERATE"}),
        a_record("CVE-2099-2", "idna", fixed="3.7", database_specific={"severity": "LOW"}),
        a_record("CVE-2099-3", "certifi"),
    )


def configure(folder: Path, text: str, name: str = ".pysentry-hook.toml") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def the_report(run: Run, records: Path, *words: object, env: Mapping[str, str] | None = None) -> dict[str, Any]:
    done = run("-f", "json", "--advisory-db", records, *words, env=env)
    assert done.returncode in {0, 1}, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["gate"]["passed"] is (done.returncode == 0)
    return found


def decisions(report: Mapping[str, Any]) -> dict[str, str]:
    return {finding["package"]: finding["verdict"]["decision"] for finding in report["findings"]}


def test_without_a_word_medium_and_unknown_block(run: Run, records: Path) -> None:
    report = the_report(run, records)
    assert decisions(report) == {"certifi": "block", "idna": "pass", "requests": "block"}
    assert report["gate"]["why"] == "no gate was named, and no CI was recognised"


def test_the_gate_of_the_branch_that_ci_builds_judges_and_names_its_file_and_line(run: Run, records: Path) -> None:
    configure(records.parent, '[gates.release]\nbranches = ["release/*"]\nfail_on = "low"\nunknown_severity = "warn"\n')
    report = the_report(run, records, env=CI | {"GITHUB_REF_NAME": "release/1.2"})
    assert decisions(report) == {"certifi": "warn", "idna": "block", "requests": "block"}
    verdict = report["findings"][1]["verdict"]
    assert (verdict["rule"], verdict["location"]) == (
        "gates.release.fail_on",
        {"path": ".pysentry-hook.toml", "line": 3},
    )
    assert report["gate"]["why"] == (
        "branch release/1.2 (GitHub Actions, event push) matches release/* of gate release (.pysentry-hook.toml:2)"
    )
    assert the_report(run, records, env=CI | {"GITHUB_REF_NAME": "topic"})["gate"]["names"] == ["default"]


def test_an_option_counts_more_than_a_file_and_a_floor_more_than_an_option(run: Run, records: Path) -> None:
    configure(records.parent, '[defaults]\nfail_on = "low"\nunknown_severity = "warn"\n')
    floor = configure(records.parent, '[defaults]\nfail_on = "medium"\n', "floor.toml")
    assert decisions(the_report(run, records))["idna"] == "block"
    loose = the_report(run, records, "--fail-on", "never")
    assert set(decisions(loose).values()) == {"pass"}
    held = the_report(run, records, "--fail-on", "never", "--policy-floor", floor)
    assert decisions(held) == {"certifi": "warn", "idna": "pass", "requests": "block"}


def test_a_gate_that_does_not_exist_ends_with_exit_2_and_the_known_names(run: Run, records: Path) -> None:
    configure(records.parent, '[gates.release]\nfail_on = "low"\n')
    done = run("--gate", "releese", "--advisory-db", records)
    assert (done.returncode, done.stdout) == (2, "")
    assert "--gate: there is no gate 'releese'; known: default, commit, change, push, release" in done.stderr


def test_an_ignored_package_is_the_same_in_a_report_and_in_its_gate(run: Run, records: Path) -> None:
    configure(records.parent, '[defaults]\nunknown_severity = "warn"\n[ignore]\npackages = ["Requests"]\n')
    report = the_report(run, records)
    verdict = next(each for each in report["findings"] if each["package"] == "requests")["verdict"]
    assert (verdict["decision"], verdict["value"]) == ("suppressed", "requests")
    assert verdict["location"] == {"path": ".pysentry-hook.toml", "line": 4}


def test_an_accepted_risk_is_judged_from_the_report_on_the_day_after_its_last(run: Run, records: Path) -> None:
    accept = '[[suppressions]]\nid = "CVE-2099-{}"\nreason = "the path is closed"\nexpires = {}\n'
    day = datetime.now(UTC).date()
    configure(records.parent, accept.format(1, day) + accept.format(3, day))
    saved = records.parent / "r.json"
    assert run("-o", saved, "-q", "--advisory-db", records).returncode == 0
    assert run("gate", "--report", saved, "--date", day.isoformat()).returncode == 0
    after = run("gate", "--report", saved, "--date", "2098-01-01")
    assert after.returncode == 1
    assert after.stdout.count("and holds no more") == 2
