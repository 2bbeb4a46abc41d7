"""A configuration file that is named, and the commit that it is read from."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.builders import a_folder_of_records, a_record, a_uv_lock
from tests.conftest import Run
from tests.e2e.repository import a_repository, git

pytestmark = pytest.mark.unmeasured  # other tests measure what these run

LOOSE = '[defaults]\nfail_on = "never"\n'
STRICT = '[defaults]\nfail_on = "low"\n'


def commit(folder: Path, message: str) -> str:
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.invalid", "-C", str(folder)]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", message]):
        subprocess.run([*git, *words], check=True)
    return subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def project(tmp_path: Path) -> tuple[Path, str]:
    """A project whose named configuration was strict in a commit and is loose now."""
    folder = tmp_path / "project"
    (folder / "ci").mkdir(parents=True)
    record = a_record(fixed="2.31.0", aliases=["CVE-2099-0001"], database_specific={"severity": "HIGH"})
    a_folder_of_records(folder / "db", record)
    (folder / "uv.lock").write_text(a_uv_lock(("requests", "2.30.0")), encoding="utf-8")
    (folder / "ci" / "audit.toml").write_text(f'extends = "../company.toml"\n{LOOSE}', encoding="utf-8")
    (folder / "company.toml").write_text(STRICT, encoding="utf-8")
    before = commit(folder, "strict")
    (folder / "company.toml").write_text(LOOSE, encoding="utf-8")
    return folder, before


def test_a_named_configuration_is_read_from_the_commit_whose_policy_counts(run: Run, project: tuple[Path, str]) -> None:
    folder, before = project
    words = (".", "--advisory-db", "db", "--config", "ci/audit.toml")
    assert run(*words, cwd=folder).returncode == 0
    assert run(*words, "--policy-from", before, cwd=folder).returncode == 1


def test_a_configuration_that_the_commit_does_not_have_is_an_error_and_not_the_one_of_now(
    run: Run, project: tuple[Path, str]
) -> None:
    folder, before = project
    (folder / "new.toml").write_text(LOOSE, encoding="utf-8")
    done = run(".", "--advisory-db", "db", "--config", "new.toml", "--policy-from", before, cwd=folder)
    assert done.returncode == 2
    assert "new.toml: no such configuration file" in done.stderr


def test_a_configuration_from_outside_of_the_repository_is_read_as_it_is(
    run: Run, project: tuple[Path, str], tmp_path: Path
) -> None:
    folder, before = project
    (tmp_path / "mine.toml").write_text(LOOSE, encoding="utf-8")
    words = (".", "--advisory-db", "db", "--config", tmp_path / "mine.toml", "--policy-from", before)
    assert run(*words, cwd=folder).returncode == 0


def test_what_a_change_makes_of_a_named_configuration_is_listed(run: Run, project: tuple[Path, str]) -> None:
    folder, before = project
    words = (".", "--advisory-db", "db", "--config", "ci/audit.toml", "--against", before, "-f", "json")
    changes = json.loads(run(*words, cwd=folder).stdout)["policy"]["changes"]
    assert changes == ["this change loosens every gate: fail_on is never, was low (ci/audit.toml:3)"]


@pytest.mark.parametrize("said", [("--policy-from",), ()])
def test_a_commit_is_judged_by_the_configuration_of_the_commit_that_is_named(
    said: tuple[str, ...], run: Run, tmp_path: Path
) -> None:
    shop = a_repository(run, tmp_path)
    shop.write("app/.pysentry-hook.toml", STRICT)
    before = shop.commit()
    shop.remove("app/.pysentry-hook.toml")
    shop.write(".pysentry-hook.toml", LOOSE)
    shop.lock("requests 2.30.0", folder="app")
    git(shop.folder, "add", "-A")
    words, variable = ("hook", "app/uv.lock"), {} if said else {"PYSENTRY_HOOK_POLICY_FROM": before}
    assert shop.scan(*words).returncode == 0
    done = shop.scan(*words, *said, *([before] if said else []), env=variable)
    assert done.returncode == 1, done.stderr
    assert "app/.pysentry-hook.toml:2" in done.stdout


def test_what_holds_by_the_commit_that_is_named_is_shown(run: Run, project: tuple[Path, str]) -> None:
    folder, before = project
    words, named = ("config", "show", "ci/audit.toml"), {"PYSENTRY_HOOK_POLICY_FROM": before}
    assert 'fail_on = "low"   # company.toml:2' in run(*words, cwd=folder, env=named).stdout
    assert 'fail_on = "low"   # company.toml:2' not in run(*words, cwd=folder).stdout


@pytest.mark.parametrize(
    ("words", "environment"),
    [
        (("--policy-from", "HEAD", "--no-config"), {}),
        (("--policy-from", "HEAD"), {"NO_CONFIG": "1"}),
        (("--no-config",), {"POLICY_FROM": "HEAD"}),
        ((), {"POLICY_FROM": "HEAD", "NO_CONFIG": "1"}),
    ],
)
@pytest.mark.parametrize("command", [(".",), ("hook", "uv.lock")])
def test_a_commit_whose_files_nobody_may_read_is_refused(
    command: tuple[str, ...],
    words: tuple[str, ...],
    environment: dict[str, str],
    run: Run,
    project: tuple[Path, str],
) -> None:
    folder, _ = project
    named = {f"PYSENTRY_HOOK_{key}": value for key, value in environment.items()}
    done = run(*command, "--advisory-db", "db", *words, cwd=folder, env=named)
    assert (done.returncode, done.stdout) == (2, "")
    assert "names the commit whose files are read" in done.stderr


def test_no_configuration_is_read_where_the_command_line_says_so(run: Run, project: tuple[Path, str]) -> None:
    folder, _ = project
    named = {"PYSENTRY_HOOK_CONFIG": "ci/audit.toml"}
    assert run(".", "--advisory-db", "db", cwd=folder, env=named).returncode == 0
    assert run(".", "--advisory-db", "db", "--no-config", cwd=folder, env=named).returncode == 1
    both = run(".", "--advisory-db", "db", cwd=folder, env=named | {"PYSENTRY_HOOK_NO_CONFIG": "1"})
    assert both.returncode == 2
    assert "PYSENTRY_HOOK_CONFIG and PYSENTRY_HOOK_NO_CONFIG exclude each other" in both.stderr
