"""`suppressions` and `config` as people call them: what they refuse, and what they call the files."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.e2e.repository import Repository, decisions

pytestmark = pytest.mark.unmeasured  # other tests measure what these run

TODAY = datetime.now(UTC).date()
FAR, SOON, OVER = (TODAY + timedelta(days=days) for days in (60, 7, -1))
ADD = ("suppressions", "add", "CVE-2099-0001", "-p", "requests", "--reason", "we never follow a redirect")


@pytest.fixture
def project(shop: Repository) -> Repository:
    """requests with a finding of high severity."""
    shop.lock("requests 2.30.0")
    return shop


@pytest.mark.parametrize("group", ["suppressions", "config"])
def test_a_group_of_commands_without_one_shows_them_and_is_exit_2(project: Repository, group: str) -> None:
    done = project.run(group, cwd=project.folder)
    assert done.returncode == 2
    assert "Commands" in done.stdout
    assert done.stderr == f"error: name one of its commands. See pysentry-hook {group} --help\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["add"], "Missing argument 'ID'. See pysentry-hook suppressions add --help"),
        (["add", "no id", "--reason", "three whole words", "--expires", str(FAR)], "ID = 'no id' is no id of an adv"),
        (["add", "CVE-1"], "--reason is missing: Why, in three words at least"),
        (["add", "CVE-1", "--reason", "TBD"], "--reason: 'TBD' is no reason that somebody can check later"),
        (["add", "CVE-1", "--reason", "three whole words"], "--expires is missing: the last day on which it holds"),
        ([*ADD[1:], "--expires", "soon"], "--expires: 'soon' is no day; give it as 2027-01-31"),
        (
            [*ADD[1:], "--expires", str(OVER)],
            f"--expires: {OVER} is over, so nothing would be accepted; give a day after ",
        ),
        ([*ADD[1:], "--expires", str(TODAY + timedelta(days=400))], "is more than a year ahead; at most"),
        ([*ADD[1:], "--expires", str(FAR), "--version", "two"], "--version = 'two' is no version specifier"),
        (["renew", "CVE-1", "--expires", str(FAR)], "there is no suppression of CVE-1; see pysentry-hook suppressions"),
        (["remove", "CVE-1"], "there is no suppression of CVE-1; see pysentry-hook suppressions list"),
        (["list", "--expiring", "soon"], "--expiring: 'soon' is no number of days; give it as 30d"),
    ],
)
def test_what_makes_no_sense_is_one_line_and_changes_nothing(project: Repository, words: list[str], said: str) -> None:
    done = project.run("suppressions", *words, cwd=project.folder)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith("error: ")
    assert said in done.stderr
    assert not (project.folder / ".pysentry-hook.toml").exists()


def test_a_suppression_is_added_listed_renewed_and_removed(project: Repository) -> None:
    def run(*words: object) -> str:
        done = project.run(*words, cwd=project.folder)
        assert done.returncode == 0, done.stderr
        return done.stdout

    run(*ADD, "--expires", SOON, "--owner", "platform")
    assert decisions(project.report()) == {"CVE-2099-0001": "suppressed"}
    listed = f"{SOON}  CVE-2099-0001 in requests  .pysentry-hook.toml:1  owner platform\n"
    assert run("suppressions", "list").startswith(listed)
    assert run("suppressions", "list", "--expiring", "30d").startswith(listed)
    again = project.run(*ADD, "--expires", FAR, cwd=project.folder)
    assert again.stderr.startswith(f"error: CVE-2099-0001 in requests is accepted already, until {SOON}")
    past = project.run("suppressions", "renew", "CVE-2099-0001", "--expires", OVER, cwd=project.folder)
    assert (past.returncode, f"{OVER} is over" in past.stderr) == (2, True)
    run("suppressions", "renew", "cve-2099-0001", "--expires", FAR)
    assert run("suppressions", "list", "--expiring", "30d") == "No suppression ends within 30 days.\n"
    run("suppressions", "remove", "CVE-2099-0001")
    assert run("suppressions", "list") == "No suppressions.\n"
    assert project.report()["exit"] == 1


def test_what_has_ended_is_renewed_and_a_comment_that_has_ended_is_no_obstacle(project: Repository) -> None:
    entry = '[[suppressions]]\nid = "CVE-2099-0001"\npackage = "requests"\nreason = "three whole words"\n'
    config = project.write(".pysentry-hook.toml", f"{entry}expires = {OVER}\n")
    done = project.run(*ADD, "--expires", FAR, cwd=project.folder)
    told = f"CVE-2099-0001 in requests was accepted until {OVER} (.pysentry-hook.toml:1)"
    assert done.stderr == f"error: {told}: renew it (suppressions renew)\n"
    config.unlink()
    project.remove("uv.lock")
    project.write(
        "requirements.txt", f"requests==2.30.0  # pysentry: ignore[CVE-2099-0001] until {OVER}: a good reason"
    )
    assert project.run(*ADD, "--expires", FAR, cwd=project.folder).returncode == 0
    assert decisions(project.report()) == {"CVE-2099-0001": "suppressed"}


def test_what_ended_with_a_fix_may_be_accepted_anew(project: Repository) -> None:
    entry = '[[suppressions]]\nid = "CVE-2099-0001"\npackage = "requests"\nreason = "three whole words"\n'
    project.write(".pysentry-hook.toml", f'{entry}until = "fixed"\nexpires = {FAR}\n')
    assert project.report()["exit"] == 1
    assert project.run(*ADD, "--expires", FAR, cwd=project.folder).returncode == 0
    assert project.report()["exit"] == 0


def test_files_are_called_as_they_are_written_from_here(project: Repository) -> None:
    project.write("pyproject.toml", '[tool.pysentry-hook.defaults]\nfail_on = "low"\n')
    project.run(*ADD, "--expires", FAR, cwd=project.folder)
    here = project.write("docs/x.md", "").parent

    def shown(*words: str) -> str:
        return project.run(*words, cwd=here).stdout

    assert shown("config", "path") == "../pyproject.toml\n"
    assert shown("config", "validate").startswith("../pyproject.toml: valid\n1 setting, ")
    settings = shown("config", "show")
    assert settings.count('fail_on = "low"   # ../pyproject.toml:2\n') == 5
    assert '[[suppressions]]   # ../pyproject.toml:4\nid = "CVE-2099-0001"\npackage = "requests"\n' in settings
    assert f"{FAR}  CVE-2099-0001 in requests  ../pyproject.toml:4\n" in shown("suppressions", "list")
    project.remove("uv.lock")
    project.write("requirements.txt", "requests==2.30.0  # pysentry: ignore\n")
    done = project.scan("..", cwd=here)
    assert (done.returncode, done.stderr.partition(": the comment")[0]) == (2, "error: ../requirements.txt:1")
