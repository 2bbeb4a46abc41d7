"""The real command, as people and CI call it."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.builders import a_folder_of_records, a_record, a_uv_lock
from tests.conftest import Run

HOUSE = Path(__file__).parents[2]
EXAMPLES = HOUSE / "examples"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "uv.lock").write_text(a_uv_lock(("requests", "2.30.0"), ("idna", "3.4")), encoding="utf-8")
    return folder


@pytest.fixture
def database(tmp_path: Path) -> Path:
    record = a_record(fixed="2.31.0", aliases=["CVE-2099-0001"], database_specific={"severity": "HIGH"})
    return a_folder_of_records(tmp_path / "records", record)


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
    assert done.stderr == "error: --group: there is no group or extra 'nope'; there is: dev, images\n"


def _unreadable(folder: Path) -> dict[str, Path]:
    cases = {name: folder / name for name in ("version", "cut", "folder", "binary", "large", "nothing", "fifo")}
    for case in cases.values():
        case.mkdir(parents=True)
    (cases["version"] / "uv.lock").write_text("version = 9\n", encoding="utf-8")
    whole = (EXAMPLES / "shop" / "uv.lock").read_bytes()
    (cases["cut"] / "uv.lock").write_bytes(whole[: len(whole) // 2])
    (cases["folder"] / "uv.lock").mkdir()
    (cases["binary"] / "uv.lock").write_bytes(bytes(range(256)) * 16)
    with (cases["large"] / "uv.lock").open("wb") as file:
        file.truncate(50 * 1024 * 1024)
    os.mkfifo(cases["fifo"] / "uv.lock")
    return cases


ANEW = "Restore it with git, or make it anew: uv lock"


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ("version", r"version/uv\.lock: lock version 9 is not supported \(1 is\)\. Upgrade pysentry-hook"),
        ("cut", rf"cut/uv\.lock:\d+: is not valid TOML: .* Is the file complete\? {ANEW}"),
        ("folder", r"folder/uv\.lock: is a folder, and a file was expected; name the file"),
        ("binary", rf"binary/uv\.lock:2: is not UTF-8 text \(byte 0x80\)\. {ANEW}"),
        ("large", r"large/uv\.lock: is 50 MB large; at most 32 MB are read"),
        ("nothing", r"nothing: nothing to read here; looked for uv\.lock, .*\. --recursive looks below"),
        ("fifo", r"fifo/uv\.lock: is not a regular file; name one"),
    ],
)
def test_what_cannot_be_read_is_one_line_and_exit_2(run: Run, tmp_path: Path, case: str, said: str) -> None:
    _unreadable(tmp_path)
    done = run(case, "--offline", cwd=tmp_path, timeout=20)
    assert done.returncode == 2
    assert done.stdout == ""
    assert re.fullmatch(f"error: {said}\n", done.stderr), done.stderr


def test_others_are_audited_where_one_input_cannot_be_read(run: Run, project: Path, database: Path) -> None:
    broken = project / "broken"
    broken.mkdir()
    (broken / "uv.lock").write_text("version = 9\n", encoding="utf-8")
    options = (project, broken, "--advisory-db", database, "--fail-on", "never")
    found = run(*options, "-f", "json")
    report = json.loads(found.stdout)
    assert found.returncode == 3
    assert not report["complete"]
    assert [failure["kind"] for failure in report["failures"]] == ["input"]
    assert [entry["damaged"] for entry in report["inputs"]] == [False, True]
    named = run(project, broken / "uv.lock", "--advisory-db", database, "--fail-on", "never")
    assert named.returncode == 2
    assert "Gate default" in named.stdout
    assert "broken/uv.lock: lock version 9" in named.stderr


def test_allow_empty_makes_a_missing_input_no_error(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert run("empty", "--offline", cwd=tmp_path).returncode == 2
    assert run("empty", "--offline", "--allow-empty", cwd=tmp_path).returncode == 0


def test_offline_without_data_is_incomplete_and_never_clean(run: Run, project: Path) -> None:
    done = run(project, "--offline")
    assert done.returncode == 3
    assert "No known vulnerabilities" not in done.stdout
    assert "not asked, because of --offline" in done.stdout


def test_nothing_that_can_be_checked_is_incomplete(run: Run, tmp_path: Path, database: Path) -> None:
    (tmp_path / "requirements.txt").write_text("flask>=2\n", encoding="utf-8")
    done = run(".", "--advisory-db", database, cwd=tmp_path)
    assert done.returncode == 3
    assert "none of the 1 dependencies could be checked" in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--fail-on", "hgh"], "did you mean high?"),
        (["--sources", "osvv"], "did you mean osv?"),
        (["-f", "xml"], "known: human, json"),
        (["-o", "r.xyz"], "its suffix names no format"),
        (["--python-version", "3"], "give it as 3.11 or 3.11.4"),
        (["--python-platform", "linus"], "did you mean linux?"),
        (["--wrong"], "See pysentry-hook --help"),
        (["--advisory-db", "nowhere"], "nowhere is not there"),
        (["--requirements-file", "r.txt"], "it is --requirements FILE"),
    ],
)
def test_a_wrong_word_is_one_line_that_helps(run: Run, project: Path, words: list[str], said: str) -> None:
    done = run(project, *words)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert said in done.stderr


def test_an_unwritable_output_is_exit_2_and_the_others_are_written(run: Run, project: Path, database: Path) -> None:
    done = run(project, "--advisory-db", database, "-o", "nowhere/r.json", "-o", "there.json", cwd=project)
    assert done.returncode == 2
    assert "nowhere/r.json: cannot be written" in done.stderr
    assert json.loads((project / "there.json").read_text(encoding="utf-8"))


def test_the_version_is_told_without_loading_the_rest() -> None:
    code = (
        "import sys; sys.argv = ['pysentry-hook', '--version']\n"
        "from pysentry_hook.cli import main\n"
        "main()\n"
        "print(*sorted({'requests', 'rich', 'yaml', 'rtoml', 'diskcache'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert re.fullmatch(r"pysentry-hook \d+\.\d+\.\d+\n\n", done.stdout)


def test_an_output_that_is_no_regular_file_is_written_to_and_not_replaced(
    run: Run, project: Path, database: Path
) -> None:
    target = project / "target.json"
    target.write_text("old", encoding="utf-8")
    (project / "link.json").symlink_to(target)
    run(
        project,
        "--advisory-db",
        database,
        "-f",
        "json",
        "-o",
        "link.json",
        "-f",
        "json",
        "-o",
        "/dev/null",
        cwd=project,
    )
    assert (project / "link.json").is_symlink()

    assert Path("/dev/null").is_char_device()
    assert target.read_text(encoding="utf-8") != "old"


def test_two_reports_do_not_go_into_one_file(run: Run, project: Path) -> None:
    done = run(project, "--offline", "-o", "r.json", "-o", "r.json")
    assert done.returncode == 2
    assert "two reports cannot go into the same file" in done.stderr


def test_a_path_with_strange_bytes_is_told_and_acts_on_nothing(run: Run, tmp_path: Path, database: Path) -> None:
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\x1b[31m"))
    folder.mkdir()
    (folder / "uv.lock").write_text(a_uv_lock(("requests", "2.30.0")), encoding="utf-8")
    done = run(folder, "--advisory-db", database, "-o", "r.json", cwd=tmp_path)
    assert done.returncode == 1
    assert "\x1b" not in done.stdout
    assert json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))["gate"]["blocking"] == 1


def test_a_damaged_input_is_not_told_as_one_that_lists_nothing(run: Run, tmp_path: Path) -> None:
    for name, text in (("a", "version = 1\n"), ("b", "version = 9\n")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "uv.lock").write_text(text, encoding="utf-8")
    done = run("a", "b", "--offline", cwd=tmp_path)
    assert done.returncode == 3
    assert "nothing to check: a/uv.lock lists 0 packages\n" in done.stdout
    assert done.stdout.splitlines()[-1].endswith("Failed: b/uv.lock.")


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


def _readme_commands() -> list[list[str]]:
    text = (HOUSE / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```sh\n(.*?)\n```", text, re.DOTALL)
    return [shlex.split(block.rpartition("&& ")[2]) for block in blocks]


def test_the_first_command_of_the_readme_prints_what_the_readme_says(run: Run) -> None:
    command = _readme_commands()[0]
    assert command[0] == ".venv/bin/pysentry-hook"
    done = run(*command[1:], cwd=HOUSE)
    assert done.returncode == 1
    text = (HOUSE / "README.md").read_text(encoding="utf-8")
    for block in re.findall(r"```text\n(.*?)\n```", text, re.DOTALL):
        assert block in done.stdout


def test_the_second_command_of_the_readme_is_what_ci_runs() -> None:
    command = " ".join(_readme_commands()[1])
    assert command == ".venv/bin/pytest -q -n 3"
    assert command in (HOUSE / ".ci" / "test").read_text(encoding="utf-8")
    assert (HOUSE / ".ci" / "run").read_text(encoding="utf-8").endswith("\nbash .ci/check\nbash .ci/test\n")


def test_every_variable_of_the_readme_is_a_setting_that_config_show_lists(run: Run, tmp_path: Path) -> None:
    from pysentry_hook.config.keys import GATE_KEYS, KEYS
    from pysentry_hook.config.variables import variable

    text = (HOUSE / "README.md").read_text(encoding="utf-8")
    known = {variable(key) for key in KEYS} | {variable(f"gates.release.{key}") for key in GATE_KEYS}
    row = ""
    for prefix, name in re.findall(r"`(PYSENTRY_HOOK|…)_([A-Z_]+)", text):
        row = name.partition("_")[0] if prefix == "PYSENTRY_HOOK" else row
        assert {f"PYSENTRY_HOOK_{name}", f"PYSENTRY_HOOK_{row}_{name}"} & known, name
    shown = run("config", "show", cwd=tmp_path).stdout
    assert [name for name, key in KEYS.items() if key.in_files and variable(name) not in shown] == []


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
    assert "1 requirement is not pinned: lock the project" in run(*options, cwd=tmp_path).stdout
    accepted = run(*options, "--no-resolver", cwd=tmp_path)
    assert "lock the project" not in accepted.stdout
    assert "flask" in accepted.stdout
    assert accepted.returncode == 0


@pytest.fixture
def monorepo(tmp_path: Path) -> Path:
    """A repository of projects: a workspace, a project of pins, sets of requirements, and what is not to be read."""
    root = tmp_path / "monorepo"
    files = {
        "web/uv.lock": a_uv_lock(("requests", "2.30.0")),
        "web/pyproject.toml": '[project]\nname = "shop"\ndependencies = ["requests"]\n',
        "jobs/requirements.txt": "-r requirements/base.txt\nidna==3.4\n",
        "jobs/requirements/base.txt": "requests==2.30.0\n",
        "tools/requirements-dev.txt": "requests==2.30.0\n",
        "ignored/requirements.txt": "requests==2.30.0\n",
        "env/pyvenv.cfg": "home = /usr\n",
        "env/lib/requirements.txt": "requests==2.30.0\n",
        "scripts/tool.py": '# /// script\n# dependencies = ["requests==2.30.0"]\n# ///\n',
        "settings/pyproject.toml": "[tool.ruff]\nline-length = 100\n",
        ".gitignore": "ignored/\n",
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    subprocess.run(["git", "init", "-q", root], check=True)
    return root


def test_recursive_reads_every_project_once_and_nothing_else(run: Run, monorepo: Path, database: Path) -> None:
    done = run("report", ".", "--recursive", "--advisory-db", database, "-f", "json", cwd=monorepo)
    report = json.loads(done.stdout)
    assert done.returncode == 0, done.stdout
    assert [entry["path"] for entry in report["inputs"]] == [
        "jobs/requirements.txt",
        "tools/requirements-dev.txt",
        "web/uv.lock",
    ]
    assert {finding["location"]["path"] for finding in report["findings"]} == {
        "jobs/requirements/base.txt",
        "tools/requirements-dev.txt",
        "web/uv.lock",
    }
    skipped = {entry["path"]: entry["reason"] for entry in report["skipped_inputs"]}
    assert skipped["jobs/requirements/base.txt"] == "read with jobs/requirements.txt"
    assert "settings" in skipped


def test_recursive_reads_scripts_where_they_are_asked_for(run: Run, monorepo: Path, database: Path) -> None:
    done = run("report", ".", "--recursive", "--include-scripts", "--advisory-db", database, "-f", "json", cwd=monorepo)
    assert "scripts/tool.py" in {entry["path"] for entry in json.loads(done.stdout)["inputs"]}


def test_recursive_where_nothing_is_to_be_read_is_exit_2(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = run("empty", "--recursive", "--offline", cwd=tmp_path)
    assert done.returncode == 2
    assert "nothing to read below; looked for uv.lock" in done.stderr
