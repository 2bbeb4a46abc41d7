"""Who types what pysentry 0.5 takes gets the same, or is told what it is here; nothing is passed over in silence."""

from pathlib import Path

import pytest

from tests.builders import a_folder_of_records, a_record, a_uv_lock
from tests.conftest import Run

pytestmark = pytest.mark.unmeasured  # other tests measure what these run

# all that `pysentry-rs --help` lists, with a value where it takes one
SAME = (
    ("--format", "json"), ("--fail-on", "high"), ("--ignore", "CVE-2099-1"), ("--ignore-while-no-fix", "CVE-2099-1"),
    ("-o", "report.txt"), ("--output", "report.txt"), ("--exclude-extra",), ("--direct-only",), ("--no-cache",),
    ("--cache-dir", "cache"), ("--resolution-cache-ttl", "2"), ("--no-resolution-cache",),
    ("--clear-resolution-cache",), ("--sources", "osv,pypa"), ("--service-url", "http://127.0.0.1:9"),
    ("--resolver", "uv"), ("--requirements-files", "requirements.txt"), ("-v",), ("-vv",), ("--verbose",), ("-q",),
    ("-qq",), ("--quiet",), ("--detailed",), ("--config", "own.toml"), ("--no-config",), ("--no-maintenance-check",),
    ("--forbid-archived",), ("--forbid-deprecated",), ("--forbid-quarantined",), ("--forbid-unmaintained",),
    ("--maintenance-direct-only",), ("--no-resolver",), ("--group", "dev"), ("--include-scripts",),
)  # fmt: skip
OTHER = (
    ("--color", "never"), ("--include-withdrawn",), ("--no-fail-on-partial",), ("--compact",), ("--display", "table"),
    ("--maintenance-cache-ttl", "2"), ("--no-fail-on-unknown",), ("--no-ci-detect",), ("-V",),
)  # fmt: skip


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "uv.lock").write_text(a_uv_lock(("requests", "2.31.0")), encoding="utf-8")
    (tmp_path / "requirements.txt").write_text("requests==2.31.0\n", encoding="utf-8")
    (tmp_path / "own.toml").write_text("[defaults]\n", encoding="utf-8")
    a_folder_of_records(tmp_path / "db", a_record(fixed="2.31.0"))
    return tmp_path


@pytest.mark.parametrize("words", SAME, ids=lambda words: words[0])
def test_an_option_of_pysentry_that_we_have_is_taken(words: tuple[str, ...], run: Run, project: Path) -> None:
    status = ("--sources", "pypa") if words[0].startswith("--forbid-") else ()  # a database alone knows no status
    done = run(*words, "--advisory-db", "db", *status, cwd=project)
    assert "option" not in done.stderr
    if (
        words[0] not in {"--group", "--service-url"} and not status
    ):  # the lock has no such group; a database asks no service
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("words", OTHER, ids=lambda words: words[0])
def test_an_option_of_pysentry_that_we_lack_is_answered_with_ours(
    words: tuple[str, ...], run: Run, project: Path
) -> None:
    done = run(*words, cwd=project)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error: {words[0]} is no option here: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("setting", "line"),
    [
        ("PYSENTRY_HOOK_DEFAULTS_ON_INCOMPLETE", "--no-fail-on-partial"),
        ("PYSENTRY_HOOK_DEFAULTS_UNKNOWN_SEVERITY", "--no-fail-on-unknown"),
    ],
)
def test_the_setting_that_an_answer_names_is_one(setting: str, line: str, run: Run, project: Path) -> None:
    assert f"{setting}=warn" in run(line, cwd=project).stderr
    shown = run("config", "show", cwd=project, env={setting: "warn"}).stdout
    assert f' = "warn"   # {setting}' in shown


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (("check-version",), "check-version is no command here: nobody is asked for newer versions"),
        (("help",), "help is no command here: it is pysentry-hook --help"),
        (("config", "show", "--toml"), "--toml is no option here: "),
        (("config", "show", "--config", "x.toml"), "--config is no option here: name the file alone"),
        (("--ignore-vuln", "CVE-2099-1"), "--ignore-vuln is no option here: it is --ignore ID"),
        (("--ignore-until-fixed", "CVE-2099-1"), "it is --ignore-while-no-fix ID"),
        (("gate", "--policy-file", "x.yml"), "pysentry-hook config import FILE"),
        (("-r", "requirements.txt"), "-r is no option here: it is --requirements FILE"),
        (("--colour",), "No such option: --colour"),
        (("check-versions",), "check-versions: no such file or folder"),
    ],
)
def test_what_other_tools_are_told_is_answered(words: tuple[str, ...], answer: str, run: Run, tmp_path: Path) -> None:
    done = run(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert answer in done.stderr


@pytest.mark.parametrize("words", [("resolvers",), ("config", "path"), ("config", "validate"), ("config", "init")])
def test_a_command_of_pysentry_that_we_have_is_taken(words: tuple[str, ...], run: Run, project: Path) -> None:
    assert run(*words, cwd=project).returncode == 0


def test_a_folder_may_be_called_as_a_command_of_another_tool(run: Run, project: Path) -> None:
    (project / "check").mkdir()
    (project / "uv.lock").rename(project / "check" / "uv.lock")
    assert run("check", "--advisory-db", "db", cwd=project).returncode == 0


@pytest.mark.parametrize(("theirs", "ours"), [("CONFIG", "own.toml"), ("NO_CONFIG", "1")])
def test_a_variable_of_pysentry_is_answered_with_ours(theirs: str, ours: str, run: Run, project: Path) -> None:
    said = {f"PYSENTRY_{theirs}": ours}
    told = f"warning: PYSENTRY_{theirs} is not read here: it is PYSENTRY_HOOK_{theirs}\n"
    for words in (("config", "validate"), ("--advisory-db", "db")):
        assert run(*words, cwd=project, env=said).stderr == told
    said[f"PYSENTRY_HOOK_{theirs}"] = ours
    assert "is not read here" not in run("config", "validate", cwd=project, env=said).stderr
