"""`explain`, and the commands that a report prints: they run as they stand, where they are printed."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.builders import a_folder_of_records, a_record
from tests.conftest import Run, scrubbed
from tests.e2e.conftest import needed
from tests.e2e.repository import Done, Repository, as_json, decisions

pytestmark = pytest.mark.unmeasured  # other tests measure what these run

TODAY = datetime.now(UTC).date()
ENDS = TODAY + timedelta(days=60)
CONFIG = f"""\
[tool.pysentry-hook.defaults]
fail_on = "medium"
unknown_severity = "warn"
grace_days = {{ critical = 30 }}

[[tool.pysentry-hook.suppressions]]
id = "PYSEC-2099-4"
reason = "we never parse foreign files"
expires = {ENDS}
owner = "platform"
"""


def _record(number: int, package: str, severity: str | None, **more: object) -> dict[str, object]:
    values = {"fixed": "9", "aliases": [f"CVE-2099-000{number}"], **more}
    if severity:
        values["database_specific"] = {"severity": severity}
    return a_record(f"PYSEC-2099-{number}", package, **values)  # type: ignore[arg-type]  # the keywords of a record


RECORDS = (
    _record(1, "requests", "HIGH", summary="A flaw in redirects"),
    _record(2, "idna", "LOW"),
    _record(3, "six", None),
    _record(4, "lxml", "CRITICAL"),
    _record(5, "jinja2", "CRITICAL", published=f"{TODAY - timedelta(days=1)}T00:00:00Z"),
    _record(6, "attrs", "HIGH", fixed="99"),
    a_record("MAL-2099-7", "evil", versions=["1.0"], events=[]),
)
PACKAGES = ("requests 2.30.0", "idna 3.4", "six 1.16.0", "lxml 5.0", "jinja2 3.0", "evil 1.0")


@pytest.fixture
def project(shop: Repository) -> Repository:
    """Findings of every decision; that in attrs is older than the change."""
    shutil.rmtree(shop.records)
    a_folder_of_records(shop.records, *RECORDS)
    shop.write("pyproject.toml", CONFIG)
    shop.lock("attrs 22.1.0")
    shop.commit()
    shop.lock("attrs 22.2.0", *PACKAGES)
    return shop


EXPLAINED = {
    "CVE-2099-0001": (
        "CVE-2099-0001 in requests 2.30.0 blocks: fail_on is medium",
        "  what      A flaw in redirects",
        "  severity  high (from label)",
        '  rule      fail_on = "medium", pyproject.toml:2',
        "  found in  uv.lock:26",
        "  way in    shop > requests",
        "  age       published 2099-01-01T00:00:00Z; introduced since HEAD",
        "  sources   database PYSEC-2099-1: affected, fixed in 9, high",
        "    an upgrade to 9 (not tried) or any version that no advisory affects",
        '    a suppression: pysentry-hook suppressions add CVE-2099-0001 -p requests --reason "…"',
        "    another value of fail_on (pyproject.toml:2)",
    ),
    "CVE-2099-0002": (
        "CVE-2099-0002 in idna 3.4 passes: fail_on is medium",
        "    a lower fail_on (pyproject.toml:2)",
    ),
    "CVE-2099-0003": (
        "CVE-2099-0003 in six 1.16.0 warns: unknown_severity is warn",
        "  severity  unknown (from none)",
        '    a severity from any source, or unknown_severity = "block" (pyproject.toml:3)',
    ),
    "CVE-2099-0004": (
        "CVE-2099-0004 in lxml 5.0 is accepted: we never parse foreign files",
        "  rule      suppressions, pyproject.toml:6",
        f"    the end of what accepts it (pyproject.toml:6): {ENDS} is its last day",
    ),
    "CVE-2099-0006": (
        "CVE-2099-0006 in attrs 22.2.0 passes: older than this change, not yet fixed",
        '  rule      only_introduced = "true", --only-introduced',
        "; older than the change since HEAD; the version changed since, and it is not yet fixed",
        "    only_introduced = false (--only-introduced)",
    ),
    "MAL-2099-7": (
        "MAL-2099-7 in evil 1.0 blocks: malware, in every gate",
        "  severity  malware",
        "  fix       remove it, and treat every machine that installed it as compromised",
        "    a suppression with package and version; nothing else covers malware",
    ),
}
WORDS = ("--against", "HEAD", "--only-introduced")


@pytest.mark.parametrize("name", EXPLAINED)
def test_every_decision_is_explained_alike_from_a_scan_and_from_a_report(project: Repository, name: str) -> None:
    told = project.scan("explain", name, *WORDS)
    assert (told.returncode, told.stderr) == (0, "")
    for line in EXPLAINED[name]:
        assert line in told.stdout
    project.scan(*WORDS, "-q", "-o", "report.json")
    again = project.run("explain", name, "--report", "report.json", cwd=project.folder)
    assert (again.returncode, again.stdout) == (0, told.stdout)


def test_what_came_out_lately_is_explained_by_the_day_on_which_it_blocks(project: Repository) -> None:
    begins = TODAY + timedelta(days=29)
    told = project.scan("explain", "CVE-2099-0005").stdout
    assert f"CVE-2099-0005 in jinja2 3.0 warns: published lately: blocks from {begins} on (fail_on is medium)" in told
    assert f"    time: from {begins} on it blocks\n    fewer grace_days (pyproject.toml:4)" in told


def test_an_alias_in_small_letters_names_it_too_and_a_package_narrows(project: Repository) -> None:
    told = project.scan("explain", "pysec-2099-1").stdout
    assert told.startswith("CVE-2099-0001 in requests 2.30.0 blocks")
    assert project.scan("explain", "pysec-2099-1", "--package", "Requests").stdout == told
    other = project.scan("explain", "pysec-2099-1", "-p", "idna")
    assert (other.returncode, other.stdout) == (2, "")
    assert other.stderr.startswith(
        "error: pysec-2099-1 in idna is not among the findings (found in requests; name one: -p NAME)"
    )


def test_a_package_without_that_id_is_answered_with_its_own(project: Repository) -> None:
    other = project.scan("explain", "CVE-1999-1", "-p", "requests")
    assert other.returncode == 2
    found = re.search(r"\(found: (.*)\)", other.stderr)
    assert found
    assert set(found[1].split(", ")) < set(EXPLAINED)


def test_an_id_in_two_inputs_is_explained_for_each(project: Repository) -> None:
    project.lock("requests 2.29.0", folder="api")
    told = project.scan("explain", "CVE-2099-0001", "--recursive").stdout
    assert re.findall(r"^CVE-2099-0001 in requests (\S+) blocks", told, re.MULTILINE) == ["2.29.0", "2.30.0"]


def test_an_id_that_is_not_there_is_exit_2_and_says_what_is(project: Repository) -> None:
    project.lock("requests 2.30.0")
    project.scan("-q", "-o", "report.json")
    for done in (
        project.scan("explain", "CVE-1999-1"),
        project.run("explain", "CVE-1999-1", "--report", "report.json", cwd=project.folder),
    ):
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == "error: CVE-1999-1 is not among the findings (found: CVE-2099-0001)\n"
    project.lock("requests 9")
    assert "(nothing was found; name another project, or --report FILE)" in project.scan("explain", "CVE-1999-1").stderr
    missing = project.scan("explain", "CVE-1999-1", "--against", "gone").stderr
    assert missing.endswith("; the audit is incomplete, so it may be there all the same\n")


# what a report prints is run where it is printed

HERE = ("the root", "a folder below", "a folder beside")


def _place(project: Repository, where: str) -> tuple[Path, list[str]]:
    """A folder to stand in, and the words that name the project from there."""
    if where == "the root":
        return project.folder, ["a shop"]
    if where == "a folder below":
        return project.folder / "a shop", []
    (project.folder / "docs here").mkdir()
    return project.folder / "docs here", ["../a shop"]


@pytest.fixture
def spaced(project: Repository) -> Repository:
    """A project in a folder with a space, whose database has one in its name too."""
    project.lock("requests 2.30.0", folder="a shop")
    (project.folder / "a shop" / "pyproject.toml").write_text('[project]\nname = "shop"\n', encoding="utf-8")
    records = project.records.rename(project.records.with_name("the records"))
    return project._replace(records=records)


def printed(done: Done, label: str) -> str:
    lines = [line for line in done.stdout.splitlines() if line.strip().startswith(f"{label}:")]
    assert len(lines) == 1, done.stdout
    return lines[0].partition(":")[2].strip()


def as_it_stands(run: Run, command: str, folder: Path) -> Done:
    program, *words = shlex.split(command)
    assert program == "pysentry-hook"
    return run(*words, cwd=folder)


@pytest.mark.parametrize("words", [[], ["gate"]], ids=["scan", "gate"])
@pytest.mark.parametrize("where", HERE)
def test_the_command_that_explains_runs_where_it_is_printed(spaced: Repository, where: str, words: list[str]) -> None:
    folder, named = _place(spaced, where)
    done = spaced.scan(*words, *named, cwd=folder)
    why = as_it_stands(spaced.run, printed(done, "Why"), folder)
    assert (why.returncode, why.stderr) == (0, "")
    assert why.stdout.startswith("CVE-2099-0001 in requests 2.30.0 blocks: ")
    lock = os.path.relpath(spaced.folder / "a shop" / "uv.lock", folder)
    assert f"  found in  {lock}:15" in why.stdout


@pytest.mark.parametrize("words", [[], ["gate"], ["explain", "CVE-2099-0001"]], ids=["scan", "gate", "explain"])
@pytest.mark.parametrize("where", HERE)
def test_the_command_that_accepts_runs_where_it_is_printed(spaced: Repository, where: str, words: list[str]) -> None:
    folder, named = _place(spaced, where)
    done = spaced.scan(*words, *named, cwd=folder)
    command = printed(done, "a suppression" if words[:1] == ["explain"] else "Accept")
    refused = as_it_stands(spaced.run, command, folder)
    assert (refused.returncode, refused.stdout, refused.stderr.count("\n")) == (2, "", 1)
    assert refused.stderr.startswith("error: --reason: '…' is no reason that somebody can check later")
    taken = as_it_stands(spaced.run, command.replace("…", "we never follow a redirect"), folder)
    assert (taken.returncode, taken.stdout) == (0, "")
    after = as_json(spaced.scan(*named, "-f", "json", cwd=folder))
    assert (after["exit"], decisions(after)) == (0, {"CVE-2099-0001": "suppressed"})


@pytest.mark.parametrize("where", HERE)
def test_the_command_that_renews_runs_where_it_is_printed(spaced: Repository, where: str) -> None:
    folder, named = _place(spaced, where)
    written = '[[suppressions]]\nid = "CVE-2099-0001"\npackage = "requests"\nreason = "no redirects here"\n'
    config = spaced.write("a shop/.pysentry-hook.toml", written + f"expires = {TODAY + timedelta(days=5)}\n")
    command = printed(spaced.scan(*named, cwd=folder), "Renew").replace("…", "there are still no redirects")
    assert as_it_stands(spaced.run, command, folder).returncode == 0
    assert f"expires = {TODAY + timedelta(days=90)}\n" in config.read_text(encoding="utf-8")
    config.write_text(written + "expires = 2026-01-01\n", encoding="utf-8")
    command = printed(spaced.scan(*named, cwd=folder), "Accept").replace("…", "there are still no redirects")
    assert as_it_stands(spaced.run, command, folder).returncode == 0
    assert spaced.scan(*named, cwd=folder).returncode == 0


def test_the_command_that_shows_what_a_saved_report_holds_runs_as_well(spaced: Repository) -> None:
    spaced.scan("-q", "-o", "a report.json", "a shop")
    done = spaced.run("gate", "--report", "a report.json", cwd=spaced.folder)
    why = as_it_stands(spaced.run, printed(done, "Why"), spaced.folder)
    assert (why.returncode, why.stdout.partition(" blocks")[0]) == (0, "CVE-2099-0001 in requests 2.30.0")


SCRIPTS = Path(sysconfig.get_path("scripts"))
UV = {"UV": "/usr/bin/uv"}  # what uv gives to what it runs


@pytest.mark.parametrize(
    ("before", "further", "behind", "program"),
    [
        ([], {}, [], None),
        ([SCRIPTS], {}, [], "pysentry-hook"),
        ([SCRIPTS], UV, [], "uvx pysentry-hook"),
        ([SCRIPTS], UV | {"VIRTUAL_ENV": "/usr"}, [], "uvx pysentry-hook"),
        ([SCRIPTS], UV | {"VIRTUAL_ENV": sys.prefix}, [], "uv run pysentry-hook"),
        ([SCRIPTS], UV, ["tools"], "pysentry-hook"),
        ([], UV, [], None),
    ],
    ids=["typed", "on PATH", "uvx", "uvx elsewhere", "uv run", "installed", "typed below uv"],
)
def test_a_printed_command_is_found_by_a_shell(
    spaced: Repository,
    tmp_path: Path,
    before: list[Path],
    further: dict[str, str],
    behind: list[str],
    program: str | None,
) -> None:
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "pysentry-hook").symlink_to(SCRIPTS / "pysentry-hook")
    folders = [*before, *(each for each in _folders() if each != SCRIPTS), *(tmp_path / each for each in behind)]
    environment = scrubbed(tmp_path / "cache") | {"PATH": os.pathsep.join(map(str, folders))} | further
    typed = os.path.relpath(SCRIPTS / "pysentry-hook", spaced.folder)
    words = [typed, "a shop", "--advisory-db", str(spaced.records)]
    done = subprocess.run(words, cwd=spaced.folder, env=environment, capture_output=True, text=True, check=False)
    found = [re.sub(r" (suppressions|explain) .*", "", printed(done, label)) for label in ("Accept", "Why")]
    assert found == [program or typed] * 2


def test_uv_run_is_what_calls_a_program_of_the_project_again(spaced: Repository, tmp_path: Path) -> None:
    folders = [each for each in _folders() if each != SCRIPTS]
    environment = scrubbed(tmp_path / "cache") | {"PATH": os.pathsep.join(map(str, folders)), "VIRTUAL_ENV": sys.prefix}
    words = [needed("uv", "uv"), "run", "--no-project", "pysentry-hook", "a shop", "--advisory-db", str(spaced.records)]
    done = subprocess.run(words, cwd=spaced.folder, env=environment, capture_output=True, text=True, check=False)
    assert printed(done, "Why").startswith("uv run pysentry-hook explain "), done.stderr


def _folders() -> list[Path]:
    return [Path(each) for each in os.environ["PATH"].split(os.pathsep)]
