"""`suppressions add, list, renew, remove`, through the command itself."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.builders import a_folder_of_records, a_record, a_uv_lock
from tests.conftest import Run

DAY = datetime.now(UTC).date()
SOON, LATER, TOO_LATE = (DAY + timedelta(days=days) for days in (10, 200, 400))
OURS, PYPROJECT = ".pysentry-hook.toml", "pyproject.toml"
REASON = ("--reason", "only used in tests")


def entry(identifier: str = "CVE-2099-1", expires: object = LATER, more: str = "", prefix: str = "") -> str:
    return f'[[{prefix}suppressions]]\nid = "{identifier}"\nreason = "the path is closed"\nexpires = {expires}\n{more}'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one vulnerable package, and a database beside it."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "uv.lock").write_text(a_uv_lock(("requests", "2.30.0")), encoding="utf-8")
    a_folder_of_records(
        tmp_path / "db",
        a_record("PYSEC-2099-1", aliases=["CVE-2099-1"], database_specific={"severity": "HIGH"}),
    )
    return folder


@pytest.mark.parametrize("identifier", ["CVE-2099-1", "PYSEC-2099-1"])
@pytest.mark.parametrize(
    "narrow",
    [
        (),
        ("-p", "Requests"),
        ("-p", "requests", "--version", "<2.31"),
        ("--group", "main"),
        ("--until", "fixed"),
        ("--owner", "the team"),
    ],
)
def test_what_was_added_covers_the_finding_in_a_scan(
    identifier: str, narrow: tuple[str, ...], run: Run, project: Path
) -> None:
    scan = ("gate", project, "--advisory-db", project.parent / "db")
    assert run(*scan).returncode == 1
    done = run("suppressions", "add", identifier, *narrow, *REASON, "--expires", LATER, "--project", project)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == f"Accepted until {LATER}, in project/{OURS}. Commit it, so that others see it.\n"
    assert run(*scan).returncode == 0
    assert run("suppressions", "remove", identifier, "--project", project).returncode == 0
    assert (project / OURS).read_bytes() == b""
    assert run(*scan).returncode == 1


@pytest.mark.parametrize(
    ("narrow", "code"), [(("-p", "idna"), 1), (("--version", ">=2.31"), 1), (("--group", "dev"), 1)]
)
def test_what_was_added_covers_no_more_than_it_says(
    narrow: tuple[str, ...], code: int, run: Run, project: Path
) -> None:
    assert run("suppressions", "add", "CVE-2099-1", *narrow, *REASON, "--expires", LATER, cwd=project).returncode == 0
    assert run("gate", "--advisory-db", "../db", cwd=project).returncode == code


@pytest.mark.parametrize(
    ("files", "target"),
    [
        ({}, OURS),
        ({PYPROJECT: "[project]\nname = 'x'\nversion = '1'\n"}, PYPROJECT),
        ({PYPROJECT: "[project]\nname = 'pysentry-hook-user'\n", OURS: ""}, OURS),
        ({PYPROJECT: "[tool.pysentry-hook.defaults]\nfail_on = 'low'\n", OURS: "# ours\n"}, OURS),
        ({PYPROJECT: "[project]\nname = 'x'\n", f"../{OURS}": "# ours\n"}, f"../{OURS}"),
        ({PYPROJECT: "[project]\nname = 'x'\n", f"../{PYPROJECT}": "[tool.'pysentry-hook'.http]\ntimeout = 3\n"},
         f"../{PYPROJECT}"),
        ({PYPROJECT: "# [tool.pysentry-hook]\n[project]\nname = 'x'\n", f"../{OURS}": ""}, f"../{OURS}"),
        ({".pysentry.toml": "version = 1\n"}, OURS),
    ],
)  # fmt: skip
def test_a_suppression_goes_into_the_nearest_file_that_has_a_table_of_ours(
    files: dict[str, str], target: str, run: Run, project: Path
) -> None:
    (project.parent / ".git").mkdir()
    for name, text in files.items():
        (project / name).write_text(text, encoding="utf-8")
    done = run("suppressions", "add", "CVE-2099-1", *REASON, "--expires", LATER, cwd=project)
    assert done.returncode == 0, done.stderr
    before = files.get(target, "")
    after = (project / target).read_text(encoding="utf-8")
    assert after.startswith(before)
    assert f'id = "CVE-2099-1"\nreason = "only used in tests"\nexpires = {LATER}\n' in after
    assert "CVE-2099-1" in run("suppressions", "list", cwd=project).stdout


def test_the_file_may_be_named_by_an_option_or_the_environment(run: Run, project: Path) -> None:
    add = ("suppressions", "add", "CVE-2099-1", *REASON, "--expires", LATER)
    (project / OURS).write_text("", encoding="utf-8")
    assert run(*add, "--config", "other.toml", cwd=project).returncode == 0
    assert "CVE-2099-1" in (project / "other.toml").read_text(encoding="utf-8")
    (project / "company.toml").write_text("", encoding="utf-8")
    assert run(*add, cwd=project, env={"PYSENTRY_HOOK_CONFIG": "company.toml"}).returncode == 0
    assert "CVE-2099-1" in (project / "company.toml").read_text(encoding="utf-8")
    assert (project / OURS).read_text(encoding="utf-8") == ""


def test_a_list_shows_what_ends_first_at_the_top_with_its_place(run: Run, project: Path) -> None:
    (project / OURS).write_text(
        entry("CVE-2099-1", LATER, 'package = "idna"\nversion = "<4"\ngroup = "dev"\nuntil = "fixed"\nowner = "me"\n')
        + entry("CVE-2099-2", SOON)
        + entry("CVE-2099-3", "2020-01-01"),
        encoding="utf-8",
    )
    done = run("suppressions", "list", cwd=project)
    assert done.returncode == 0
    assert done.stdout.splitlines() == [
        "2020-01-01 (ended)  CVE-2099-3  .pysentry-hook.toml:14",
        "            the path is closed",
        f"{SOON}  CVE-2099-2  .pysentry-hook.toml:10",
        "            the path is closed",
        f"{LATER}  CVE-2099-1 in idna  (<4, group dev, until fixed)  .pysentry-hook.toml:1  owner me",
        "            the path is closed",
    ]
    soon = run("suppressions", "list", "--expiring", "30d", cwd=project).stdout
    assert "CVE-2099-2" in soon
    assert "CVE-2099-3" in soon
    assert "CVE-2099-1" not in soon
    assert run("suppressions", "list", "--expiring", "9", cwd=project).stdout.count("CVE") == 1


def test_an_empty_list_says_so(run: Run, project: Path) -> None:
    assert run("suppressions", "list", cwd=project).stdout == "No suppressions.\n"
    (project / OURS).write_text(entry(), encoding="utf-8")
    assert run("suppressions", "list", "--expiring", "30d", cwd=project).stdout == (
        "No suppression ends within 30 days.\n"
    )


def test_comments_in_requirements_are_listed_and_left_to_their_author(run: Run, tmp_path: Path) -> None:
    line = f"requests==2.30.0  # pysentry: ignore[CVE-2099-1] until {SOON}: only used in tests\n"
    (tmp_path / "requirements.txt").write_text(f"idna==3.7\n{line}", encoding="utf-8")
    assert run("suppressions", "list").stdout.startswith(f"{SOON}  CVE-2099-1 in requests  requirements.txt:2\n")
    for command in (("remove", "CVE-2099-1"), ("renew", "CVE-2099-1", "--expires", LATER)):
        done = run("suppressions", *command)
        assert done.returncode == 2
        assert done.stderr == ("error: CVE-2099-1 in requests is a comment at requirements.txt:2: change it there\n")
    assert (tmp_path / "requirements.txt").read_text(encoding="utf-8").endswith(line)


def test_renew_changes_the_end_and_the_reason_where_one_is_given(run: Run, project: Path) -> None:
    (project / OURS).write_text(entry(expires=f"{SOON}  # soon"), encoding="utf-8")
    done = run("suppressions", "renew", "cve-2099-1", "--expires", LATER, cwd=project)
    assert (done.returncode, done.stderr) == (0, f"Renewed until {LATER}, in {OURS}.\n")
    assert (project / OURS).read_text(encoding="utf-8") == entry(expires=f"{LATER}  # soon")
    run("suppressions", "renew", "CVE-2099-1", "--expires", SOON, "--reason", "still only used in tests", cwd=project)
    assert (project / OURS).read_text(encoding="utf-8") == entry(expires=f"{SOON}  # soon").replace(
        "the path is closed", "still only used in tests"
    )


def test_what_has_ended_can_be_renewed(run: Run, project: Path) -> None:
    (project / OURS).write_text(entry(expires="2020-01-01"), encoding="utf-8")
    assert run("suppressions", "renew", "CVE-2099-1", "--expires", LATER, cwd=project).returncode == 0
    assert (project / OURS).read_text(encoding="utf-8") == entry()


@pytest.mark.parametrize("text", ["suppressions = [{}, {}]\n", "suppressions = [\n  {},\n  {},\n]\n"])
def test_of_several_in_one_array_the_one_that_was_named_is_changed(text: str, run: Run, project: Path) -> None:
    one, two = (f'{{ id = "CVE-2099-{n}", reason = "a b c", expires = {SOON} }}' for n in (1, 2))
    (project / OURS).write_text(text.format(one, two), encoding="utf-8")
    assert run("suppressions", "renew", "CVE-2099-2", "--expires", LATER, cwd=project).returncode == 0
    assert (project / OURS).read_text(encoding="utf-8") == text.format(one, two.replace(str(SOON), str(LATER)))
    assert run("suppressions", "remove", "CVE-2099-2", cwd=project).returncode == 0
    assert (project / OURS).read_text(encoding="utf-8") == text.replace("\n  {},\n]", "\n]").replace(", {}", "").format(
        one
    )


def test_a_package_tells_two_of_one_id_apart(run: Run, project: Path) -> None:
    both = entry(more='package = "idna"\n') + entry(more='package = "requests"\n')
    (project / OURS).write_text(both, encoding="utf-8")
    done = run("suppressions", "remove", "CVE-2099-1", cwd=project)
    assert done.returncode == 2
    assert done.stderr == (
        "error: 2 suppressions of CVE-2099-1 (.pysentry-hook.toml:1, .pysentry-hook.toml:6): add -p NAME\n"
    )
    assert run("suppressions", "remove", "CVE-2099-1", "-p", "Requests", cwd=project).returncode == 0
    assert (project / OURS).read_text(encoding="utf-8") == entry(more='package = "idna"\n')


@pytest.mark.parametrize(
    ("one", "two", "option"),
    [('version = "<2"\n', 'version = ">3"\n', ["--version", ">3"]), ('group = "dev"\n', "", ["--group", "dev"])],
)
def test_versions_and_scopes_tell_two_of_one_package_apart(
    one: str, two: str, option: list[str], run: Run, project: Path
) -> None:
    (project / OURS).write_text(entry(more=one) + entry(more=two), encoding="utf-8")
    done = run("suppressions", "remove", "CVE-2099-1", cwd=project)
    assert done.stderr.endswith(f": add {option[0]} {'SPEC' if option[0] == '--version' else 'NAME'}\n")
    renewed = run("suppressions", "renew", "CVE-2099-1", *option, "--expires", LATER, cwd=project)
    assert renewed.returncode == 0, renewed.stderr
    named, other = (one, two) if option[0] == "--group" else (two, one)
    text = (project / OURS).read_text(encoding="utf-8")
    assert text.index(str(LATER)) > 0
    assert run("suppressions", "remove", "CVE-2099-1", *option, cwd=project).returncode == 0
    assert (project / OURS).read_text(encoding="utf-8") == entry(more=other)
    assert named not in entry(more=other)


def test_two_that_no_option_tells_apart_are_left_to_their_author(run: Run, project: Path) -> None:
    both = entry(more='owner = "a"\n') + entry(more='owner = "b"\n')
    (project / OURS).write_text(both, encoding="utf-8")
    done = run("suppressions", "remove", "CVE-2099-1", cwd=project)
    assert done.stderr.endswith(": change the file by hand\n")
    assert (project / OURS).read_text(encoding="utf-8") == both


CACHE = '[cache]\ndir = "/var/cache/audits"\n'
"""What no project may say, and a user may."""


def test_a_suppression_of_a_base_or_a_user_is_changed_where_it_stands(run: Run, project: Path) -> None:
    (project / OURS).write_text('extends = "base.toml"\n', encoding="utf-8")
    (project / "base.toml").write_text(entry(), encoding="utf-8")
    user = project.parent / "xdg/pysentry-hook/config.toml"
    user.parent.mkdir(parents=True)
    user.write_text(CACHE + entry("CVE-2099-2"), encoding="utf-8")
    home = {"XDG_CONFIG_HOME": str(user.parents[1])}
    for identifier in ("CVE-2099-1", "CVE-2099-2"):
        assert run("suppressions", "remove", identifier, cwd=project, env=home).returncode == 0
    assert (project / "base.toml").read_text(encoding="utf-8") == ""
    assert user.read_text(encoding="utf-8") == CACHE
    assert (project / OURS).read_text(encoding="utf-8") == 'extends = "base.toml"\n'


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("add", "CVE-2099-2", "--expires", LATER), "--reason is missing: Why, in three words at least."),
        (("add", "CVE-2099-2", *REASON), "--expires is missing: the last day on which it holds, at most "),
        (("add", "2099", *REASON, "--expires", LATER), "ID = '2099' is no id of an advisory"),
        (("add", "", *REASON, "--expires", LATER), "ID = '' is not a text"),
        (("add", "CVE-2099-2", "--reason", "TBD", "--expires", LATER), "--reason: 'TBD' is no reason"),
        (("add", "CVE-2099-2", "--reason", "todo: write this", "--expires", LATER), "is a placeholder"),
        (("add", "CVE-2099-2", *REASON, "--expires", TOO_LATE), f"--expires: {TOO_LATE} is more than a year ahead"),
        (("add", "CVE-2099-2", *REASON, "--expires", "soon"), "--expires: 'soon' is no day; give it as 2027-01-31"),
        (("add", "CVE-2099-2", *REASON, "--expires", LATER, "-p", "a b"), "--package = 'a b' is no name"),
        (("add", "CVE-2099-2", *REASON, "--expires", LATER, "--version", "6"), "--version = '6' is no version"),
        (("add", "CVE-2099-2", *REASON, "--expires", LATER, "--group", ""), "--group = '' is no name"),
        (("add", "CVE-2099-2", *REASON, "--expires", LATER, "--until", "never"), "--until = 'never' is not \"fixed\""),
        (("add", "CVE-2099-2", *REASON, "--expires", LATER, "--config", "no/such/folder.toml"), "cannot be written"),
        (("add", "CVE-2099-2", *REASON, "--expires", LATER, "--config", "."), "cannot be read"),
        (("add", "CVE-2099-2", *REASON, "--expires", LATER, "--project", "nowhere"), "nowhere: no such file or folder"),
        (("add", "CVE-2099-1", *REASON, "--expires", LATER), "CVE-2099-1 is accepted already, until "),
        (("renew", "CVE-2099-1"), "--expires: say until which day it holds"),
        (("renew", "CVE-2099-1", "--expires", "soon"), "--expires: 'soon' is no day; give it as 2027-01-31"),
        (("renew", "CVE-2099-1", "--expires", "2020-01-01"), "--expires: 2020-01-01 is over, so nothing would"),
        (("add", "CVE-2099-2", *REASON, "--expires", "2020-01-01"), "--expires: 2020-01-01 is over, so nothing would"),
        (("renew", "CVE-2099-1", "--expires", TOO_LATE), "more than a year ahead"),
        (("renew", "CVE-2099-1", "--expires", LATER, "--reason", "TBD"), "--reason: 'TBD' is no reason"),
        (("renew", "CVE-2099-1", "--expires", LATER, "--reason", ""), "--reason = '' is not a text"),
        (("renew", "CVE-2099-7", "--expires", LATER), "there is no suppression of CVE-2099-7"),
        (("remove", "CVE-2099-7"), "there is no suppression of CVE-2099-7; see pysentry-hook suppressions list"),
        (("remove", "CVE-2099-1", "-p", "idna"), "there is no suppression of CVE-2099-1"),
        (("remove", "CVE-2099-1", "-p", "a b"), "--package: 'a b' is no name"),
        (("list", "--expiring", "soon"), "--expiring: 'soon' is no number of days; give it as 30d"),
        (("list", "--expiring", "9" * 30), "--expiring: "),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_in_one_line_and_the_file_stays(
    words: tuple[object, ...], message: str, run: Run, project: Path
) -> None:
    (project / OURS).write_text(entry(), encoding="utf-8")
    done = run("suppressions", *words, cwd=project)
    assert done.returncode == 2, done.stderr
    assert message in done.stderr
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
    assert (project / OURS).read_text(encoding="utf-8") == entry()


@pytest.mark.parametrize(
    "data",
    [b"[[suppressions]\n", b"\xff", b"[[suppressions]]\nid = 3\n", b"fail_on = 1\n", b"suppressions = 3\n"],
)
def test_a_file_that_has_no_meaning_is_refused_and_stays(data: bytes, run: Run, project: Path) -> None:
    (project / OURS).write_bytes(data)
    for words in (("add", "CVE-2099-2", *REASON, "--expires", LATER), ("list",), ("remove", "CVE-2099-1")):
        done = run("suppressions", *words, cwd=project)
        assert done.returncode == 2
        assert done.stderr.startswith("error: .pysentry-hook.toml")
        assert done.stderr.count("\n") == 1
        assert (project / OURS).read_bytes() == data
