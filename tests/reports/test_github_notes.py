"""What GitHub shows of a run beside its findings: what failed, what to do next, and what a reader should know."""

from pysentry_hook.model import Failure
from pysentry_hook.report import NotKnown, Report
from pysentry_hook.reports.github import render
from pysentry_hook.reports.look import Look
from tests.builders import a_policy
from tests.reports.commands import Command, commands
from tests.reports.facts import SILENT, a_report, an_input, an_unanswered


def told(report: Report) -> list[Command]:
    """The annotations of a report."""
    return [command for command in commands(render(report, Look())) if command.name != "debug"]


def test_what_fails_of_the_baseline_or_the_status_is_named_as_what_it_is() -> None:
    base = Failure("baseline", "main", "uv.lock", "no answer for six 1.16.0")
    (command,) = told(a_report(failures=(base,)))
    assert command.message.splitlines()[:2] == [
        "Baseline main (uv.lock) failed.",
        "baseline main (uv.lock): no answer for six 1.16.0",
    ]
    (command,) = told(a_report(failures=(SILENT._replace(name="status"),)))
    assert command.properties["title"] == "project status failed"


def test_what_a_reader_should_know_is_one_notice() -> None:
    report = a_report(
        policy=a_policy(only_introduced=True),
        inputs=(an_input(notes=("uv.lock: it is cut",)),),
        not_known=(NotKnown("pypi", "idna", "3.4", "PyPI does not know this version"),),
        hints=("a hint", "Next: run it again"),
    )
    (command,) = told(report)
    assert (command.name, command.properties) == ("notice", {"title": "Notes"})
    assert command.message.splitlines() == [
        "there is no baseline to compare with (--against), so gate default judges everything",
        "uv.lock: it is cut",
        "pypi: PyPI does not know this version: idna 3.4",
        "a hint",
        "Next: run it again",
    ]


def test_of_many_notes_the_number_of_the_rest_is_told() -> None:
    (command,) = told(a_report(hints=tuple(f"hint {number}" for number in range(23))))
    assert command.message.splitlines()[19:] == ["hint 19", "and 3 more"]


def test_the_next_step_stands_where_the_audit_is_incomplete() -> None:
    (command,) = told(a_report(failures=(SILENT,), unchecked=[an_unanswered()], hints=("Next: run it again",)))
    assert "\nNext: run it again\n" in command.message
