"""What cannot be read, written or checked is one line, and never a clean result."""

import json
import os
import re
from pathlib import Path

import pytest

from tests.builders import a_uv_lock
from tests.conftest import Run
from tests.e2e.conftest import EXAMPLES

pytestmark = pytest.mark.unmeasured  # other tests measure what these run


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
        (
            "nothing",
            r"nothing: nothing to read here; looked for uv\.lock, .*\. --recursive looks below; .* FILE reads .*",
        ),
        ("fifo", r"fifo/uv\.lock: is not a regular file; name one"),
    ],
)
def test_what_cannot_be_read_is_one_line_and_exit_2(run: Run, tmp_path: Path, case: str, said: str) -> None:
    _unreadable(tmp_path)
    done = run(case, "--offline", cwd=tmp_path, timeout=60)
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
    assert "its only dependency could not be checked" in done.stdout


@pytest.mark.parametrize(
    ("files", "name", "path"),
    [
        ({"a": "", "b": "flask>=2\nsix>=1\n", "c": ""}, "requirements.txt", "b/requirements.txt"),
        ({"a": "", "b": "flask>=2\n", "c": "six>=1\n"}, "b/requirements.txt, c/requirements.txt", None),
    ],
)
def test_what_lists_something_of_which_nothing_can_be_checked_is_blamed_and_nothing_else(
    run: Run, tmp_path: Path, database: Path, files: dict[str, str], name: str, path: str | None
) -> None:
    for folder, text in files.items():
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "requirements.txt").write_text(text, encoding="utf-8")
    words = ("--advisory-db", database, "--no-resolver", "-f", "json")
    report = json.loads(run("report", *sorted(files), *words, cwd=tmp_path).stdout)
    detail = "none of the 2 dependencies could be checked"
    assert report["failures"] == [{"kind": "input", "name": name, "path": path, "detail": detail}]


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
    assert done.stdout.splitlines()[-1].endswith("The audit is incomplete: b/uv.lock failed.")
