"""What GitHub shows beside the lines of a change."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pysentry_hook.model import Failure, Location, Severity, normalize
from pysentry_hook.report import Novelty, Report, Status
from pysentry_hook.reports import json as json_report
from pysentry_hook.reports.github import MOST, render
from pysentry_hook.reports.look import Look
from pysentry_hook.reports.saved import read_report
from pysentry_hook.rules import Place, Rule
from tests.builders import a_dependency, a_finding, a_folder_of_records, a_policy, a_record, a_suppression, a_uv_lock
from tests.conftest import Run
from tests.reports.commands import Command, commands
from tests.reports.facts import NOW, OSV, SILENT, a_report, an_unchecked, everything, malware

GOLDEN = Path(__file__).parents[1] / "data" / "reports"
HIGH = a_finding(severity=Severity.HIGH, upgrade_to="2.31.0")
LOW = a_finding(a_dependency("idna", "3.4"), id="CVE-2099-0002", severity=Severity.LOW, upgrade_to="3.7")
ENDING = a_suppression("CVE-2099-0003", expires=NOW.date().replace(day=30), owner="platform", reason="nobody calls it")
MISSING = an_unchecked("numpy", "2.1.0", "osv gave no answer")._replace(unanswered=True)


def told(report: Report, **look: Any) -> list[Command]:
    """The annotations of a report."""
    return [command for command in commands(render(report, Look(**look))) if command.name != "debug"]


def of_level(report: Report, level: str) -> list[Command]:
    return [command for command in told(report) if command.name == level]


def many(number: int, severity: Severity = Severity.HIGH) -> list[Any]:
    return [a_finding(a_dependency(f"p{n:03}", "1.0"), id=f"CVE-2099-{n:04}", severity=severity) for n in range(number)]


@pytest.mark.parametrize(
    ("name", "report"), [("one", a_report(HIGH)), ("everything", everything(ENDING)), ("eleven", a_report(*many(11)))]
)
def test_the_commands_read_as_their_golden_file(name: str, report: Report) -> None:
    assert render(report, Look()) == (GOLDEN / f"{name}.github").read_text(encoding="utf-8")


def test_what_blocks_is_an_error_on_the_line_of_its_version() -> None:
    finding = replace(HIGH, location=Location("api/uv.lock", 33, 1, 19, ""), input="api/uv.lock", more_paths=2)
    (command,) = told(a_report(finding))
    assert command.name == "error"
    assert command.properties == {
        "file": "api/uv.lock",
        "line": "33",
        "col": "1",
        "endColumn": "19",
        "title": "requests 2.30.0: CVE-2099-0001 (high)",
    }
    assert command.message.splitlines() == [
        "A flaw",
        "Fixed in 2.31.0. Fix: 2.31.0 (not tried): uv lock --directory api --upgrade-package requests",
        "Way in: shop > requests (pyproject.toml:7) and 2 more",
        "Blocks: fail_on is medium (built-in gate default)",
    ]


def test_what_warns_is_a_warning_and_what_passes_is_nothing() -> None:
    (command,) = told(a_report(a_finding(), LOW, policy=a_policy(unknown_severity="warn")))
    assert (command.name, command.properties["line"]) == ("warning", "12")
    assert command.message.endswith("Warns: unknown_severity is warn (pyproject.toml:1)")


def test_what_is_new_in_the_change_says_so() -> None:
    (command,) = told(a_report(replace(HIGH, novelty=Novelty.INTRODUCED)))
    assert "Blocks: fail_on is medium, new in this change (" in command.message


def test_malware_comes_first_and_is_never_answered_with_an_upgrade() -> None:
    other = malware(id="CVE-2099-0001", malware=False)
    found = told(a_report(HIGH, malware(upgrade_to="10.0"), replace(other, upgrade_to=HIGH.upgrade_to)))
    assert [command.properties["title"] for command in found] == [
        "requestz 9.9.9: MAL-2099-1 (malware)",
        "requestz 9.9.9: CVE-2099-0001 (critical)",
        "requests 2.30.0: CVE-2099-0001 (high)",
    ]
    assert all("Fix: remove it" in command.message for command in found[:2])
    assert not any("uv lock" in command.message for command in found[:2])


def test_a_clean_and_complete_run_annotates_nothing_and_is_never_empty() -> None:
    assert render(a_report(LOW), Look()) == ('::debug::Gate default: passed (1 finding below fail_on = "medium").\n')


@pytest.mark.parametrize(
    ("number", "shown", "rest"), [(MOST, MOST, None), (MOST + 1, MOST, "2 more"), (99, MOST, "90 more")]
)
@pytest.mark.parametrize("level", ["error", "warning"])
def test_the_tenth_says_how_many_more_there_are_and_where(
    level: str, number: int, shown: int, rest: str | None
) -> None:
    policy = a_policy(only_fixable=level == "warning")
    findings = [replace(each, vulnerability=replace(each.vulnerability, fixed_in=())) for each in many(number)]
    found = of_level(a_report(*findings, policy=policy), level)
    assert len(found) == shown
    if rest is None:
        assert found[-1].properties["title"] == "p009 1.0: CVE-2099-0009 (high)"
        return
    assert found[-1].properties == {"title": rest}
    assert "p009 1.0: CVE-2099-0009 (high) (uv.lock:12)" in found[-1].message
    assert "p008" not in found[-1].message
    assert "-o report.json" in found[-1].message
    assert found[-1].message.endswith("and 70 more" if number == 99 else "p010 1.0: CVE-2099-0010 (high) (uv.lock:12)")


def test_the_worst_are_not_among_those_that_are_left_out() -> None:
    critical = a_finding(a_dependency("zipp", "1.0"), id="CVE-2099-9999", severity=Severity.CRITICAL)
    report = a_report(*many(30), critical, failures=(SILENT,), unchecked=[MISSING])
    titles = [command.properties["title"] for command in of_level(report, "error")]
    assert titles[:2] == ["Incomplete: this is not a clean result", "zipp 1.0: CVE-2099-9999 (critical)"]
    assert len(titles) == MOST


@pytest.mark.parametrize(("on_incomplete", "level"), [("block", "error"), ("warn", "warning")])
def test_an_incomplete_audit_is_an_error_where_the_gate_blocks_on_it(on_incomplete: str, level: str) -> None:
    report = a_report(failures=(SILENT,), unchecked=[MISSING], policy=a_policy(on_incomplete=on_incomplete))
    (command,) = told(report)
    assert command.name == level
    assert command.properties == {"title": "Incomplete: this is not a clean result"}
    assert command.message.splitlines() == [
        "14 of 15 packages checked.",
        "No answer for numpy 2.1.0.",
        "osv: HTTP 503 after 4 tries in 21 s (numpy 2.1.0, pillow 11.0.0)",
        f'Rule: on_incomplete = "{on_incomplete}", pyproject.toml:1',
    ]


def test_an_input_that_cannot_be_read_is_told_on_that_file() -> None:
    broken = Failure("input", "poetry.lock", "api/poetry.lock", "is damaged")
    (command,) = told(a_report(failures=(broken,)))
    assert (command.name, command.properties["file"]) == ("error", "api/poetry.lock")
    assert "api/poetry.lock: is damaged" in command.message


def test_data_that_are_too_old_make_it_incomplete() -> None:
    old = OSV._replace(as_of=NOW.replace(day=1))
    (command,) = told(a_report(advisory_data=(old,), policy=a_policy(max_data_age_hours=24)))
    assert "The data of osv are of 2026-11-01" in command.message


def test_what_is_not_checked_is_an_error_where_it_blocks_and_a_notice_where_it_does_not() -> None:
    missing = [an_unchecked(f"p{n:02}") for n in range(25)]
    (blocking,) = told(a_report(unchecked=missing, total=30, policy=a_policy(unchecked="block")))
    (warning,) = told(a_report(unchecked=missing, total=30))
    assert (blocking.name, warning.name) == ("error", "notice")
    for command in (blocking, warning):
        assert command.properties == {"file": "uv.lock", "line": "240", "title": "25 packages not checked"}
        assert "p19 0.3 (uv.lock:240): git dependency\nand 5 more" in command.message
    assert blocking.message.startswith('25 not checked and unchecked = "block" (pyproject.toml:1):\n')


def test_suppressions_that_end_have_ended_or_are_refused_warn_where_they_are_written() -> None:
    policy = a_policy(
        a_suppression(expires=date(2026, 12, 1), owner="web"),
        a_suppression("CVE-2098-1", expires=date(2026, 10, 1)),
        a_suppression("CVE-2099-0002", reason=None),
        require_reason=True,
    )
    found = of_level(a_report(HIGH, LOW, policy=policy), "warning")
    assert [command.properties["title"] for command in found] == [
        "Suppression of CVE-2099-0001",
        "Suppression of CVE-2098-1",
        "Suppression of CVE-2099-0002",
    ]
    assert {(command.properties["file"], command.properties["line"]) for command in found} == {("pyproject.toml", "40")}
    assert "from 2026-12-02 gate default judges what it covers.\nCVE-2099-0001 in requests 2.30.0" in found[0].message
    assert "\nRenew: pysentry-hook suppressions renew CVE-2099-0001 " in found[0].message


def test_a_status_that_blocks_is_an_error_and_any_other_is_a_notice() -> None:
    quarantined = Status(normalize("osv"), "quarantined", "it holds malware", "uv.lock")
    archived = Status(normalize("six"), "archived", None, "uv.lock")
    error, notice = told(a_report(statuses=(archived, quarantined)))
    assert (error.name, error.properties) == ("error", {"file": "uv.lock", "title": "osv is quarantined"})
    assert error.message == "it holds malware\nBlocks: forbid_quarantined is true (built in)"
    assert (notice.name, notice.message) == ("notice", "six is archived (forbid_archived is false)")


def test_nothing_to_check_is_a_notice_and_never_silent() -> None:
    (command,) = told(a_report(total=0))
    assert (command.name, command.message) == ("notice", "nothing to check: uv.lock lists 0 packages")


def test_a_source_that_failed_without_being_required_is_a_notice() -> None:
    (command,) = told(a_report(failures=(SILENT,)))
    assert (command.name, command.properties["title"]) == ("notice", "osv failed")
    assert "HTTP 503" in command.message


def test_files_of_this_machine_are_no_place_of_the_repository() -> None:
    place = Place("/home/jane/.config/pysentry-hook/config.toml", 3)
    entry = a_suppression(expires=date(2026, 12, 1), rule=Rule("suppressions", "x", str(place), place))
    shown = render(a_report(HIGH, policy=a_policy(entry)), Look())
    assert "jane" not in shown
    assert shown.startswith("::warning title=Suppression of CVE-2099-0001::")
    assert "…/config.toml:3" in shown


EVERY_REPORT = {
    "nothing": a_report(),
    "blocked": a_report(HIGH, LOW),
    "eleven": a_report(*many(11)),
    "incomplete": a_report(failures=(SILENT,), unchecked=[MISSING]),
    "everything": everything(ENDING),
}
every_report = pytest.mark.parametrize("report", EVERY_REPORT.values(), ids=EVERY_REPORT.keys())


@every_report
@pytest.mark.parametrize(
    "look", [Look(root="/a", here="/a/b"), Look(severity=Severity.CRITICAL), Look(detailed=True), Look(again="--x")]
)
def test_how_a_person_wants_to_see_it_changes_nothing(report: Report, look: Look) -> None:
    assert render(report, look) == render(report, Look())


@every_report
def test_a_saved_report_gives_the_same_bytes(report: Report) -> None:
    again = read_report("r.json", json_report.render(report, Look()))
    assert render(again, Look()) == render(report, Look())


@every_report
def test_every_line_is_a_command_and_the_last_one_holds_the_verdict(report: Report) -> None:
    found = commands(render(report, Look()))
    assert {command.name for command in found} <= {"error", "warning", "notice", "debug"}
    assert [command.name for command in found].count("debug") == 1
    assert found[-1].message.startswith("Gate default: ")


def test_the_bytes_are_read_back_as_the_texts_that_they_were() -> None:
    hostile = "100% of a:b,c=d%0A%25 ::error::x ::set-output name=a::b"
    path = "a:b,c=1%2C::x/uv.lock"
    finding = replace(
        a_finding(severity=Severity.HIGH, summary=hostile, id="CVE-1::,%"),
        location=Location(path, 33, 1, 19, ""),
        input=path,
    )
    (command,) = told(a_report(finding))
    assert command.properties["file"] == path
    assert command.properties["title"] == "requests 2.30.0: CVE-1::,% (high)"
    assert command.message.splitlines()[0] == hostile


def test_a_long_message_is_cut_and_its_escapes_are_not() -> None:
    failures = [SILENT._replace(name=f"{'%' * 400}{n}") for n in range(40)]
    shown = render(a_report(failures=tuple(failures), unchecked=[MISSING]), Look())
    (command, *_) = commands(shown)
    assert len(command.message) == 3000
    assert command.message.endswith("…")
    assert not re.search(r"%(?!25|0A|3A|2C)", shown)


def test_the_command_prints_annotations_and_nothing_else(run: Run, tmp_path: Path) -> None:
    (tmp_path / "uv.lock").write_text(a_uv_lock(("requests", "2.30.0")), encoding="utf-8")
    record = a_record(
        fixed="2.31.0",
        aliases=["CVE-2099-0001"],
        summary="x\n::set-output name=a::b\r\n::stop-commands::c",
        database_specific={"severity": "HIGH"},
    )
    done = run("-f", "github", "--advisory-db", a_folder_of_records(tmp_path / "records", record), cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    error, debug = commands(done.stdout)
    assert (error.name, error.properties["file"], debug.name) == ("error", "uv.lock", "debug")
    assert error.message.startswith("x ::set-output name=a::b ::stop-commands::c\n")
    assert (
        "version" in (tmp_path / "uv.lock").read_text(encoding="utf-8").splitlines()[int(error.properties["line"]) - 1]
    )
