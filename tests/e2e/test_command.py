"""The real command, as people and CI call it."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.builders import a_folder_of_records, a_record, a_uv_lock
from tests.conftest import Run
from tests.e2e.conftest import EXAMPLES


def test_a_finding_from_fail_on_upwards_exits_1_and_says_why(run: Run, project: Path, database: Path) -> None:
    done = run(project, "--advisory-db", database)
    assert done.returncode == 1
    assert "HIGH      CVE-2099-0001  fixed in 2.31.0  blocks: fail_on is medium" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("Gate default: blocked. 1 finding blocks")
    assert done.stderr == ""


def test_a_finding_below_fail_on_exits_0_and_is_still_told(run: Run, project: Path, database: Path) -> None:
    done = run(project, "--advisory-db", database, "--fail-on", "critical")
    assert done.returncode == 0
    assert "does not block: fail_on is critical" in done.stdout


def test_report_tells_the_same_bytes_and_never_fails_for_findings(run: Run, project: Path, database: Path) -> None:
    scanned = run(project, "--advisory-db", database)
    reported = run("report", project, "--advisory-db", database)
    assert (scanned.returncode, reported.returncode) == (1, 0)
    assert scanned.stdout == reported.stdout


def test_a_folder_that_bears_the_name_of_a_command_is_reached_by_its_path(run: Run, tmp_path: Path) -> None:
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "uv.lock").write_text("version = 1\n", encoding="utf-8")
    assert "report/uv.lock lists 0 packages" in run("./report", "--offline", cwd=tmp_path).stdout


@pytest.mark.parametrize("level", ["high", "never"])
def test_an_ignored_finding_stays_in_the_report(run: Run, project: Path, database: Path, level: str) -> None:
    done = run(project, "--advisory-db", database, "--ignore", "cve-2099-0001", "--fail-on", level, "-f", "json")
    report = json.loads(done.stdout)
    assert done.returncode == 0
    assert [finding["verdict"]["decision"] for finding in report["findings"]] == ["suppressed"]
    assert report["findings"][0]["suppressed"]["reason"] is None


def test_malware_blocks_whatever_fail_on_says(run: Run, project: Path, tmp_path: Path) -> None:
    records = a_folder_of_records(tmp_path / "records", a_record("MAL-2099-1", "idna", versions=["3.4"], events=[]))
    done = run(project, "--advisory-db", records, "--fail-on", "never", "--ignore", "MAL-2099-1")
    assert done.returncode == 1
    assert "treat every machine that installed it as compromised" in done.stdout
    assert "--upgrade-package" not in done.stdout


def test_several_outputs_are_one_scan(run: Run, project: Path, database: Path, tmp_path: Path) -> None:
    done = run(project, "--advisory-db", database, "-o", "r.json", "-o", "r.txt", cwd=tmp_path)
    assert json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))["gate"]["blocking"] == 1
    assert (tmp_path / "r.txt").read_text(encoding="utf-8").splitlines()[-1] == done.stdout.splitlines()[-1]


def test_quiet_prints_nothing(run: Run, project: Path, database: Path) -> None:
    done = run(project, "--advisory-db", database, "-q")
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 1)


def test_several_databases_are_told_apart(run: Run, project: Path, database: Path) -> None:
    other = a_folder_of_records(database.with_name("more"), a_record("PYSEC-2099-2", "idna"))
    one = run("report", project, "--advisory-db", database).stdout
    assert re.search(r"^Data: database \d{4}-\d\d-\d\d \d\d:\d\d UTC\.$", one, re.MULTILINE)
    both = run("report", project, "--advisory-db", database, "--advisory-db", other).stdout
    assert re.search(r"^Data: database records 20[^,]+ UTC, database more 20[^,]+ UTC\.$", both, re.MULTILINE)


def test_a_group_keeps_main_and_that_group(run: Run) -> None:
    def packages(*options: str) -> set[str]:
        done = run(EXAMPLES / "shop", "--advisory-db", EXAMPLES / "advisories", "-f", "json", *options)
        return {finding["package"] for finding in json.loads(done.stdout)["findings"]}

    assert "pillow" in packages()
    assert "pillow" not in packages("--exclude-extra")
    assert "pillow" not in packages("--group", "dev")
    assert "pillow" in packages("--group", "Images")


def test_an_unknown_group_is_answered_with_those_that_there_are(run: Run) -> None:
    done = run(EXAMPLES / "shop", "--group", "nope", "--offline")
    assert done.returncode == 2
    told = "error: --group (or groups in [defaults]): there is no group or extra 'nope'; there is: dev, images\n"
    assert done.stderr == told


def test_the_version_is_told_without_loading_the_rest() -> None:
    code = (
        "import sys; sys.argv = ['pysentry-hook', '--version']\n"
        "from pysentry_hook.cli import main\n"
        "main()\n"
        "print(*sorted({'requests', 'rich', 'yaml', 'rtoml', 'diskcache'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert re.fullmatch(r"pysentry-hook \d+\.\d+\.\d+\n\n", done.stdout)


def test_the_report_names_the_commit_and_whether_the_inputs_differ_from_it(
    run: Run, project: Path, database: Path
) -> None:
    def git(*words: str) -> str:
        done = subprocess.run(["git", "-C", project, *words], capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def subject() -> dict[str, object]:
        done = run("report", project, "--advisory-db", database, "-f", "json")
        found: dict[str, object] = json.loads(done.stdout)["subject"]
        return found

    git("init", "-q", "-b", "trunk")
    git("config", "user.email", "somebody@example.org")
    git("config", "user.name", "Somebody")
    git("remote", "add", "origin", "https://user:secret@git.example/acme/shop.git")
    git("add", "uv.lock")
    git("commit", "-qm", "Lock")
    repository = "https://git.example/acme/shop.git"
    clean = {"repository": repository, "commit": git("rev-parse", "HEAD"), "ref": "trunk", "dirty": False}
    assert subject() == clean | {"baseline": None}
    (project / "uv.lock").write_text(a_uv_lock(("requests", "2.31.0")), encoding="utf-8")
    assert subject()["dirty"] is True


def test_one_environment_leaves_out_what_another_one_installs(run: Run, tmp_path: Path) -> None:
    lock = a_uv_lock(("click", "8.1.0"), ("colorama", "0.4.6"))
    lock = lock.replace('{ name = "colorama" }', '{ name = "colorama", marker = "sys_platform == \'win32\'" }')
    (tmp_path / "uv.lock").write_text(lock, encoding="utf-8")
    records = a_folder_of_records(tmp_path / "records", a_record(package="colorama"), a_record("PYSEC-2099-2", "click"))

    def coverage(*options: str) -> dict[str, object]:
        done = run("report", ".", "--advisory-db", records, "-f", "json", *options, cwd=tmp_path)
        found: dict[str, object] = json.loads(done.stdout)["coverage"]
        return {key: found[key] for key in ("total", "left_out_by_filter")}

    assert coverage() == {"total": 2, "left_out_by_filter": 0}
    assert coverage("--python-platform", "linux") == {"total": 1, "left_out_by_filter": 1}
    assert coverage("--python-platform", "windows", "--python-version", "3.12") == {"total": 2, "left_out_by_filter": 0}


def test_what_is_not_pinned_comes_with_a_hint_unless_it_is_accepted(run: Run, tmp_path: Path, database: Path) -> None:
    (tmp_path / "requirements.txt").write_text("flask>=2\nidna==3.4\n", encoding="utf-8")
    options = ("report", ".", "--advisory-db", database)
    assert "\nNext: " in run(*options, cwd=tmp_path).stdout
    accepted = run(*options, "--no-resolver", cwd=tmp_path)
    assert "Next: " not in accepted.stdout
    assert "flask" in accepted.stdout
    assert accepted.returncode == 0
