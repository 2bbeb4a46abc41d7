"""What is ignored without a reason, and files that are named, in the commands on accepted risks."""

from pathlib import Path

import pytest

from tests.builders import a_uv_lock
from tests.config.test_suppressions_commands import LATER, OURS, PYPROJECT, REASON, entry
from tests.conftest import Run

pytestmark = pytest.mark.unmeasured  # other tests measure what these run

PEERS = ".pysentry.toml"
ADD = ("suppressions", "add", "CVE-2099-1", *REASON, "--expires", LATER)
IGNORED = '[ignore]\nids = ["CVE-2099-1"]\nwhile_no_fix = ["CVE-2099-2"]\npackages = ["idna"]\n'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "uv.lock").write_text(a_uv_lock(("requests", "2.30.0")), encoding="utf-8")
    return folder


def test_what_is_ignored_without_a_reason_is_listed_as_such(run: Run, project: Path) -> None:
    (project / OURS).write_text(IGNORED + entry("CVE-2099-3"), encoding="utf-8")
    done = run("suppressions", "list", cwd=project)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        f"{LATER}  CVE-2099-3  {OURS}:5",
        "            the path is closed",
        f"no end      CVE-2099-1  {OURS}:2",
        "            no reason given",
        f"no end      CVE-2099-2  (until fixed)  {OURS}:3",
        "            no reason given",
        f"no end      every finding in idna  {OURS}:4",
        "            no reason given",
    ]
    said = run("suppressions", "list", cwd=project, env={"PYSENTRY_HOOK_IGNORE_IDS": "CVE-2099-9"}).stdout
    assert "no end      CVE-2099-9  PYSENTRY_HOOK_IGNORE_IDS\n" in said


def test_what_pysentry_ignores_is_listed_too(run: Run, project: Path) -> None:
    (project / PEERS).write_text('[ignore]\nids = ["CVE-2099-1"]\nother = 1\n', encoding="utf-8")
    done = run("suppressions", "list", cwd=project)
    assert done.stdout.startswith(f"no end      CVE-2099-1  {PEERS}:2\n")
    assert done.stderr.startswith(f"warning: {PEERS}:3: ignore.other is no setting of pysentry")


def test_a_reason_can_be_given_for_what_is_ignored(run: Run, project: Path) -> None:
    (project / OURS).write_text(IGNORED, encoding="utf-8")
    assert run(*ADD, cwd=project).returncode == 0
    assert run("suppressions", "remove", "CVE-2099-1", cwd=project).returncode == 0
    done = run("suppressions", "remove", "CVE-2099-1", cwd=project)
    assert done.returncode == 2
    assert done.stderr == f"error: CVE-2099-1 is ignored without a reason at {OURS}:2: change it there\n"
    assert (project / OURS).read_text(encoding="utf-8") == IGNORED


def test_what_is_accepted_already_is_looked_for_in_the_file_that_is_named(run: Run, project: Path) -> None:
    (project / OURS).write_text(entry(), encoding="utf-8")
    assert run(*ADD, cwd=project).returncode == 2
    assert run(*ADD, "--config", "other.toml", cwd=project).returncode == 0
    second = run(*ADD, "--config", "other.toml", cwd=project)
    assert second.returncode == 2
    assert "CVE-2099-1 is accepted already" in second.stderr
    assert "(other.toml:1)" in second.stderr


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ((*ADD, "--config", PEERS), {}),
        (ADD, {"PYSENTRY_HOOK_CONFIG": PEERS}),
        (("config", "init", "-o", PEERS), {}),
        (("config", "import", "-o", PEERS), {}),
    ],
)
def test_nothing_of_ours_is_written_into_a_file_of_pysentry(
    words: tuple[object, ...], named: dict[str, str], run: Run, project: Path
) -> None:
    done = run(*words, cwd=project, env=named)
    if named:  # it is read before it is written to
        (project / PEERS).write_text("version = 1\n", encoding="utf-8")
        done = run(*words, cwd=project, env=named)
    assert done.returncode == 2
    assert f"{PEERS}: pysentry's own file holds no settings of ours; name another" in done.stderr
    assert (project / PEERS).exists() is bool(named)


@pytest.mark.parametrize(
    ("files", "target"),
    [
        ({}, OURS),
        ({PYPROJECT: "[project]\nname = 'x'\n"}, PYPROJECT),
        ({PYPROJECT: "[project]\nname = 'x'\n", f"../{OURS}": "# ours\n"}, f"../{OURS}"),
        ({f"../{PYPROJECT}": "[tool.pysentry-hook.http]\ntimeout = 3\n"}, f"../{PYPROJECT}"),
        ({f"../{PYPROJECT}": "[project]\nname = 'x'\n"}, OURS),
    ],
)
def test_a_new_configuration_is_written_where_a_suppression_would_be(
    files: dict[str, str], target: str, run: Run, project: Path
) -> None:
    (project.parent / ".git").mkdir()
    for name, text in files.items():
        (project / name).write_text(text, encoding="utf-8")
    done = run("config", "init", cwd=project)
    if target.startswith("../"):
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith(f"error: {target} ")
        assert "-o FILE" in done.stderr
        assert run("config", "init", "--force", cwd=project).returncode == 2
    else:
        assert (done.returncode, done.stderr.splitlines()[0].partition(".")[0]) == (
            0,
            f"Wrote {target.partition('.')[0]}",
        )
        assert (project / target).read_text(encoding="utf-8").startswith(files.get(target, "# What"))
    assert run(*ADD, cwd=project).returncode == 0
    assert "CVE-2099-1" in (project / target).read_text(encoding="utf-8")
    for name, text in files.items():
        assert name == target or (project / name).read_text(encoding="utf-8") == text


@pytest.mark.parametrize(("name", "target"), [("", OURS), (PYPROJECT, PYPROJECT)])
def test_where_no_file_is_the_one_is_named_that_init_would_write(
    name: str, target: str, run: Run, project: Path
) -> None:
    if name:
        (project / name).write_text("[project]\nname = 'x'\n", encoding="utf-8")
    told = run("config", "path", cwd=project).stderr
    assert told == f"There is no configuration file; write one: pysentry-hook config init -o {target}\n"


@pytest.mark.parametrize(
    "words", [("config", "show"), ("config", "path"), ("config", "validate"), ("suppressions", "list"), ADD]
)
def test_what_a_file_of_pysentry_has_no_effect_with_is_told(words: tuple[object, ...], run: Run, project: Path) -> None:
    (project / PEERS).write_text("[defaults]\ncompact = true\n", encoding="utf-8")
    done = run(*words, cwd=project)
    assert done.returncode == 0
    assert done.stderr.startswith(f"warning: {PEERS}:2: defaults.compact changes nothing here")


def test_a_file_of_pysentry_that_a_saved_report_is_judged_by_tells_too(run: Run, project: Path) -> None:
    (project / PEERS).write_text("[defaults]\ncompact = true\n", encoding="utf-8")
    run("report", "--offline", "-o", "report.json", cwd=project)
    done = run("gate", "--report", "report.json", "--config", PEERS, cwd=project)
    assert done.stderr.startswith(f"warning: {PEERS}:2: defaults.compact changes nothing here")


def test_a_file_is_no_comment_whatever_its_name(run: Run, project: Path) -> None:
    (project / "policy.conf").write_text(entry(), encoding="utf-8")
    done = run("suppressions", "remove", "CVE-2099-1", cwd=project, env={"PYSENTRY_HOOK_CONFIG": "policy.conf"})
    assert done.returncode == 0, done.stderr
    assert (project / "policy.conf").read_text(encoding="utf-8") == ""
