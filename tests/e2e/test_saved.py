"""`gate --report`: the verdict of a saved report, at any date and branch and by other rules, without a scan."""

import shlex
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.builders import a_folder_of_records, a_record
from tests.conftest import Run
from tests.e2e.repository import Done, Repository, a_repository

pytestmark = pytest.mark.unmeasured  # other tests measure what these run

TODAY = datetime.now(UTC).date()
PUBLISHED = TODAY - timedelta(days=3)
BLOCKS_ON = PUBLISHED + timedelta(days=7)
ENDS = TODAY + timedelta(days=20)
CONFIG = f"""\
[defaults]
grace_days = {{ low = 7 }}
max_data_age_hours = 480

[gates.release]
branches = ["main", "v*"]
fail_on = "low"

[[suppressions]]
id = "CVE-2099-0001"
package = "requests"
reason = "we never follow a redirect"
expires = {ENDS}
"""


@pytest.fixture
def saved(run: Run, tmp_path: Path) -> Repository:
    """A repository whose report.json holds a suppressed high finding and a fresh low one; its gate passes today."""
    low = a_record("PYSEC-2099-2", "idna", fixed="3.7", database_specific={"severity": "LOW"})
    high = a_record("PYSEC-2099-1", fixed="2.31.0", aliases=["CVE-2099-0001"], database_specific={"severity": "HIGH"})
    shop = a_repository(run, tmp_path, low | {"published": f"{PUBLISHED}T05:00:00Z"}, high)
    shop.write(".pysentry-hook.toml", CONFIG)
    shop.lock("requests 2.30.0", "idna 3.4")
    done = shop.scan("-q", "-o", "report.json")
    assert done.returncode == 0
    return shop


def gate(shop: Repository, *words: object, env: Mapping[str, str] | None = None) -> Done:
    return shop.run("gate", "--report", "report.json", *words, cwd=shop.folder, env=env)


def last(done: Done) -> str:
    return done.stdout.splitlines()[-1]


def test_a_saved_report_passes_and_blocks_as_its_scan_did(saved: Repository) -> None:
    assert gate(saved).returncode == 0
    for words in (["--fail-on", "low"], ["--gate", "release"], ["--ignore", "PYSEC-2099-2", "--fail-on", "low"]):
        scanned = saved.scan("gate", *words)
        again = gate(saved, *words)
        assert (again.returncode, last(again)) == (scanned.returncode, last(scanned))


def test_the_lines_are_those_of_a_scan_but_for_the_command_that_asks_again(saved: Repository) -> None:
    def lines(done: Done) -> list[str]:
        return [line for line in done.stdout.splitlines() if not line.startswith("Why: ")]

    saved.write(".pysentry-hook.toml", '[defaults]\nfail_on = "low"\n')
    saved.scan("-q", "-o", "report.json")
    assert lines(gate(saved)) == lines(saved.scan("gate"))
    assert "Why:    pysentry-hook explain CVE-2099-0001 -p requests --report report.json" in gate(saved).stdout


@pytest.mark.parametrize(
    ("branch", "name", "code"), [("main", "release", 1), ("v3", "release", 1), ("topic", "default", 0)]
)
def test_a_branch_chooses_the_gate(saved: Repository, branch: str, name: str, code: int) -> None:
    done = gate(saved, "--branch", branch, "--date", str(BLOCKS_ON))
    assert done.returncode == code
    assert last(done).startswith(f"Gate {name}: ")
    assert f"branch {branch} (--branch)" in done.stdout


def test_a_branch_takes_the_place_of_the_gate_that_the_scan_was_told(saved: Repository) -> None:
    saved.scan("-q", "-o", "report.json", "--gate", "commit")
    assert last(gate(saved)).startswith("Gate commit: ")
    assert last(gate(saved, "--branch", "main")).startswith("Gate release: ")


@pytest.mark.parametrize(
    ("day", "code", "said"),
    [
        (BLOCKS_ON - timedelta(days=1), 0, f"published lately: blocks from {BLOCKS_ON} on"),
        (BLOCKS_ON, 1, "LOW       PYSEC-2099-2  idna 3.4"),
        (ENDS - timedelta(days=14), 1, f"warning: a suppression ends on {ENDS}"),
        (ENDS - timedelta(days=15), 1, "Gate release: blocked. 1 finding blocks"),
        (ENDS, 1, "Gate release: blocked. 1 finding blocks"),
        (ENDS + timedelta(days=1), 1, "Gate release: blocked. 2 findings block"),
        (TODAY + timedelta(days=19), 1, "Gate release: blocked. 1 finding blocks (fail_on"),
        (TODAY + timedelta(days=22), 1, "The audit is incomplete: the data of database are of"),
        (PUBLISHED - timedelta(days=1), 1, "LOW       PYSEC-2099-2  idna 3.4"),
    ],
)
def test_a_date_decides_grace_suppressions_and_the_age_of_data(
    saved: Repository, day: date, code: int, said: str
) -> None:
    done = gate(saved, "--date", str(day), "--branch", "main")
    assert done.returncode == code
    assert said in done.stdout
    assert f"Judged by gate release as of {day}: " in done.stdout
    if day < ENDS - timedelta(days=14):
        assert "a suppression ends" not in done.stdout


def test_data_that_are_too_old_on_a_date_are_exit_3(saved: Repository) -> None:
    late = TODAY + timedelta(days=22)
    assert gate(saved, "--date", str(late), "--fail-on", "never", "--ignore", "CVE-2099-0001").returncode == 3


def test_options_and_files_of_now_take_the_place_of_those_of_then(saved: Repository) -> None:
    other = saved.write("other.toml", '[defaults]\nfail_on = "never"\n')
    saved.write("strict.toml", '[defaults]\nfail_on = "low"\n')
    saved.write(
        "ignoring.toml", '[defaults]\nfail_on = "low"\n[ignore]\nids = ["PYSEC-2099-2"]\npackages = ["requests"]\n'
    )
    assert gate(saved, "--config", other).returncode == 0
    strict = gate(saved, "--config", "strict.toml")
    assert (strict.returncode, last(strict)) == (
        1,
        'Gate default: blocked. 2 findings block (fail_on = "low", strict.toml:2).',
    )
    assert gate(saved, "--config", "ignoring.toml").returncode == 0
    assert gate(saved, "--config", other, "--policy-floor", "strict.toml").returncode == 1
    assert gate(saved, "--config", other, "--fail-on", "low").returncode == 1
    introduced = gate(saved, "--only-introduced")
    assert "there is no baseline to compare with (--against)" in introduced.stdout


def test_neither_the_environment_nor_the_files_of_now_count(saved: Repository) -> None:
    saved.write(".pysentry-hook.toml", "nonsense")
    loud = {
        "PYSENTRY_HOOK_DEFAULTS_FAIL_ON": "never",
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": "push",
        "GITHUB_REF_NAME": "topic",
    }
    done = gate(saved, "--branch", "main", "--date", str(BLOCKS_ON), env=loud)
    assert (done.returncode, done.stdout) == (1, gate(saved, "--branch", "main", "--date", str(BLOCKS_ON)).stdout)


def test_what_the_scan_was_told_by_options_variables_and_comments_stays(saved: Repository) -> None:
    saved.remove(".pysentry-hook.toml")
    saved.remove("uv.lock")
    saved.write(
        "requirements.txt",
        f"requests==2.30.0  # pysentry: ignore[CVE-2099-0001] until {ENDS}: a good reason\nidna==3.4",
    )
    saved.write("any.toml", '[defaults]\nunchecked = "warn"\n')
    variables = {"PYSENTRY_HOOK_DEFAULTS_FAIL_ON": "low", "PYSENTRY_HOOK_IGNORE_IDS": "PYSEC-2099-2"}
    assert saved.scan("-q", "-o", "report.json", env=variables).returncode == 0
    assert gate(saved, "--config", "any.toml").returncode == 0
    del variables["PYSENTRY_HOOK_IGNORE_IDS"]
    assert saved.scan("-q", "-o", "report.json", env=variables).returncode == 1
    blocked = gate(saved, "--config", "any.toml")
    assert 'fail_on = "low", PYSENTRY_HOOK_DEFAULTS_FAIL_ON' in last(blocked)
    assert saved.scan("-q", "-o", "report.json", "--fail-on", "low").returncode == 1
    blocked = gate(saved, "--config", "any.toml")
    assert (blocked.returncode, '1 finding blocks (fail_on = "low", --fail-on)' in last(blocked)) == (1, True)


def test_a_report_of_a_comparison_keeps_what_was_introduced(saved: Repository) -> None:
    saved.remove(".pysentry-hook.toml")
    saved.lock("requests 2.30.0")
    saved.commit()
    saved.lock("requests 2.30.0", "idna 3.4")
    saved.scan("-q", "-o", "report.json", "--against", "HEAD")
    assert gate(saved).returncode == 1
    introduced = gate(saved, "--only-introduced")
    assert introduced.returncode == 0
    assert "1 older finding not judged" in last(introduced)
    assert gate(saved, "--only-introduced", "--fail-on", "low").returncode == 1


def test_an_incomplete_report_stays_incomplete(saved: Repository) -> None:
    saved.remove(".pysentry-hook.toml")
    scanned = saved.scan("-q", "-o", "report.json", "--against", "gone", "--fail-on", "never")
    again = gate(saved)
    assert (scanned.returncode, again.returncode) == (3, 3)
    assert "The audit is incomplete" in last(again)
    assert "failed    baseline gone: " in again.stdout


def commands(saved: Repository, *words: str) -> dict[str, list[str]]:
    """What a verdict offers to type, by its title."""
    told = saved.run("gate", "--report", "report.json", *words, cwd=saved.folder).stdout
    lines = (line.partition(":") for line in told.splitlines())
    return {title: shlex.split(line) for title, _, line in lines if title in {"Accept", "Why"}}


def test_why_is_told_as_the_saved_report_was_judged_now(saved: Repository) -> None:
    words = ("--fail-on", "low", "--branch", "release/1", "--date", "2028-06-01")
    why = commands(saved, *words)["Why"]
    assert why[1:] == [
        *("explain", "CVE-2099-0001", "-p", "requests", "--report", "report.json"),
        *("--fail-on", "low", "--branch", "release/1", "--date", "2028-06-01"),
    ]
    told = saved.run(*why[1:], cwd=saved.folder)
    assert told.returncode == 0
    assert "blocks" in told.stdout.splitlines()[0]
    never = saved.run(*why[1:7], "--fail-on", "never", "--date", "2028-06-01", cwd=saved.folder).stdout
    assert "passes: fail_on is never" in never.splitlines()[0]


def test_a_risk_is_accepted_from_today_on_whatever_the_day_of_the_judgement(saved: Repository) -> None:
    soon = str(datetime.now(UTC).date() + timedelta(days=90))
    for day in ("2028-06-01", "2025-06-01"):
        accept = commands(saved, "--fail-on", "low", "--date", day)["Accept"]
        assert accept[-2:] == ["--expires", soon]


@pytest.mark.parametrize(
    "words",
    [
        ["."],
        ["--requirements", "requirements.txt"],
        ["--offline"],
        ["--sources", "osv"],
        ["--advisory-db", "x.zip"],
        ["--service-url", "osv=https://x.example"],
        ["--against", "HEAD"],
        ["--recursive"],
        ["--group", "dev"],
        ["--exclude-extra"],
        ["--direct-only"],
        ["--resolver", "uv"],
        ["--no-resolver"],
        ["--resolution-cache-ttl", "0"],
        ["--clear-resolution-cache"],
        ["--python-version", "3.12"],
        ["--no-cache"],
        ["--cache-dir", "x"],
        ["--allow-empty"],
        ["--no-config"],
    ],
)
def test_what_is_for_a_scan_is_refused_beside_a_report(saved: Repository, words: list[str]) -> None:
    for command in (["gate"], ["explain", "CVE-2099-0001"]):
        done = saved.run(*command, "--report", "report.json", *words, cwd=saved.folder)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
        word = "PATH" if words == ["."] else words[0]
        assert done.stderr.endswith(f" a saved report: {word} is for a scan; leave one of them out\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--date", "2026-13-01", "--report", "report.json"], "--date: '2026-13-01' is no day; give it as 2027-01-31"),
        (["--date", "2026-12-01"], "--date and --branch judge a saved report: add --report report.json"),
        (["--branch", "main"], "--date and --branch judge a saved report: add --report report.json"),
        (
            ["--branch", "main", "--gate", "release", "--report", "report.json"],
            "--gate names the gate, so --branch would choose nothing: give one of them",
        ),
        (
            ["--gate", "relase", "--report", "report.json"],
            "--gate: there is no gate 'relase'; known: default, commit, change, push, release",
        ),
        (["--fail-on", "hgih", "--report", "report.json"], "--fail-on: 'hgih' is not one of never, low, medium"),
        (["--config", "gone.toml", "--report", "report.json"], "gone.toml: no such configuration file"),
    ],
)
def test_what_makes_no_sense_is_one_line(saved: Repository, words: list[str], said: str) -> None:
    done = saved.run("gate", *words, cwd=saved.folder)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert said in done.stderr


def test_malware_in_a_saved_report_blocks_whatever_is_said_now(saved: Repository) -> None:
    a_folder_of_records(saved.records, a_record("MAL-2099-1", "idna", versions=["3.4"], events=[]))
    saved.scan("-q", "-o", "report.json")
    for words in (["--fail-on", "never"], ["--ignore", "MAL-2099-1"], ["--gate", "commit"], ["--branch", "x"]):
        done = gate(saved, *words)
        assert done.returncode == 1
        assert "MALWARE   MAL-2099-1  idna 3.4  uv.lock:21  malware, in every gate" in done.stdout
        assert "Accept:" not in done.stdout
