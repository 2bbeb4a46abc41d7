"""What a person reads of the whole: what was checked, what was not, and the last line."""

import pytest

from pysentry_hook.model import Failure
from pysentry_hook.report import Coverage, SkippedInput
from pysentry_hook.reports.human import MAX_LISTED
from tests.builders import (
    a_policy,
)
from tests.reports.facts import (
    HIGH,
    OSV,
    PYPA,
    SILENT,
    a_report,
    an_input,
    an_unanswered,
    an_unchecked,
)
from tests.reports.human_text import text, the_last_line, told


def test_nothing_found_is_told_with_the_number_of_packages_and_the_data() -> None:
    assert told(a_report(total=1047, advisory_data=(OSV, PYPA._replace(stale=True)))) == text(
        """
        No known vulnerabilities in 1,047 packages.
        Data: osv 2026-11-22 13:02 UTC, pypa 2026-11-22 10:02 UTC (stale).
        Judged by gate default: no gate was named, and no CI was recognised.
        Gate default: passed.
        """
    )


def test_nothing_found_and_something_unchecked_names_it_with_place_and_reason() -> None:
    hint = "If that index serves what PyPI serves: PYSENTRY_HOOK_SOURCES_MIRRORS=https://pkgs.acme.example/simple"
    report = a_report(
        unchecked=[an_unchecked(), an_unchecked("fork-of-x", "1.0.0", "path dependency"), an_unchecked("acme", None)],
        hints=(hint,),
    )
    expected = text(
        """
        No known vulnerabilities in 12 of 15 packages; 3 were NOT checked:
          fastthing 0.3    uv.lock:240  git dependency
          fork-of-x 1.0.0  uv.lock:240  path dependency
          acme             uv.lock:240  git dependency
        If that index serves what PyPI serves: PYSENTRY_HOOK_SOURCES_MIRRORS=https://pkgs.acme.example/simple
        Data: osv 2026-11-22 13:02 UTC.
        """
    )
    assert told(report).startswith(expected)
    assert the_last_line(report).startswith("Gate default: passed")


def test_one_unchecked_package_is_told_in_the_singular() -> None:
    assert "in 14 of 15 packages; 1 was NOT checked:\n" in told(a_report(unchecked=[an_unchecked()]))


def test_many_unchecked_packages_are_counted() -> None:
    shown = told(a_report(total=50, unchecked=[an_unchecked(f"p{n}") for n in range(MAX_LISTED + 5)]))
    assert shown.count("git dependency") == MAX_LISTED
    assert "  and 5 more (all of them with -f json)\n" in shown


def test_a_lock_without_packages_is_nothing_to_check_and_never_clean() -> None:
    shown = told(a_report(total=0))
    assert shown.splitlines()[0] == "nothing to check: uv.lock lists 0 packages"
    assert "No known vulnerabilities" not in shown
    assert the_last_line(a_report(total=0)) == "Gate default: passed."


def test_several_locks_without_packages_are_all_named() -> None:
    report = a_report(total=0, inputs=(an_input(packages=0), an_input("api/uv.lock", packages=0)))
    assert told(report).startswith("nothing to check: uv.lock lists 0 packages and api/uv.lock lists 0 packages\n")


def test_scopes_that_leave_everything_out_are_named_as_the_reason() -> None:
    nothing = Coverage(total=0, checked=0, left_out_by_filter=5, unchecked=())
    shown = told(a_report(total=0, coverage=nothing))
    assert shown.startswith("nothing to check: uv.lock lists ")
    assert ", 5 left out by the chosen scopes\n" in shown
    assert "No known vulnerabilities" not in shown


def test_where_scopes_leave_something_out_the_count_says_so() -> None:
    some = Coverage(total=10, checked=10, left_out_by_filter=5, unchecked=())
    first = told(a_report(coverage=some)).splitlines()[0]
    assert first == "No known vulnerabilities in 10 packages (5 left out by the chosen scopes)."


def test_no_input_at_all_is_nothing_to_check() -> None:
    report = a_report(total=0, inputs=(), advisory_data=())
    assert told(report) == (
        "nothing to check: there is no input\n"
        "Judged by gate default: no gate was named, and no CI was recognised.\n"
        "Gate default: passed.\n"
    )


def test_an_incomplete_audit_is_not_a_clean_result() -> None:
    missing = [an_unanswered(), an_unanswered("pillow", "11.0.0", "osv failed")]
    report = a_report(unchecked=missing, failures=(SILENT,), advisory_data=(OSV._replace(as_of=None),))
    assert told(report) == text(
        """
        Incomplete: this is not a clean result. Nothing known so far in 13 of 15 packages; 2 were NOT checked:
          numpy 2.1.0    uv.lock:240  osv gave no answer
          pillow 11.0.0  uv.lock:240  osv failed
        Data: osv none.
          failed  osv: HTTP 503 after 4 tries in 21 s (numpy 2.1.0, pillow 11.0.0)
        Judged by gate default: no gate was named, and no CI was recognised.
        Gate default: incomplete, so it does not pass (on_incomplete = "block", built-in gate default). The audit is incomplete: 13 of 15 packages checked. Failed: osv.
        """  # noqa: E501 (the last line says everything)
    )


def test_an_incomplete_audit_may_pass_with_a_warning_that_still_says_so() -> None:
    policy = a_policy(on_incomplete="warn")
    last = the_last_line(a_report(unchecked=[an_unanswered()], failures=(SILENT,), policy=policy))
    assert last.startswith(
        'Gate default: passed with a warning (on_incomplete = "warn", pyproject.toml:1). The audit is incomplete'
    )
    assert last.endswith("Failed: osv.")


def test_what_blocks_comes_before_what_is_incomplete_and_both_are_in_the_last_line() -> None:
    last = the_last_line(a_report(HIGH, unchecked=[an_unanswered()], failures=(SILENT,)))
    assert last.startswith("Gate default: blocked. 1 finding blocks")
    assert last.endswith("The audit is incomplete: 14 of 15 packages checked. Failed: osv.")


def test_a_source_that_failed_without_being_required_is_in_the_last_line_too() -> None:
    report = a_report(
        failures=(SILENT._replace(name="pypi"), SILENT._replace(name="pypa"), SILENT._replace(name="pypa"))
    )
    assert the_last_line(report) == "Gate default: passed. Failed: pypa, pypi."


def test_an_input_that_failed_is_named_with_its_cause() -> None:
    failure = Failure("input", "poetry.lock", "api/poetry.lock", "line 3: is damaged")
    shown = told(a_report(failures=(failure,)))
    assert "  failed  api/poetry.lock: line 3: is damaged\n" in shown
    assert "No known vulnerabilities" not in shown


def test_what_must_be_checked_and_is_not_blocks_with_its_reason() -> None:
    report = a_report(unchecked=[an_unchecked()], policy=a_policy(unchecked="block"))
    assert the_last_line(report) == ('Gate default: blocked. 1 not checked and unchecked = "block" (pyproject.toml:1).')


@pytest.mark.parametrize(
    ("failure", "why"),
    [
        (Failure("baseline", "main", "uv.lock", "is damaged"), "baseline main (uv.lock) failed."),
        (Failure("input", "poetry.lock", "api/poetry.lock", "is damaged"), "api/poetry.lock failed."),
        (Failure("resolver", "uv", "pyproject.toml", "no network"), "pyproject.toml failed."),
    ],
)
def test_the_last_line_says_what_is_incomplete_where_every_package_was_checked(failure: Failure, why: str) -> None:
    last = the_last_line(a_report(failures=(failure, SILENT)))
    assert last.endswith(f"The audit is incomplete: {why} Failed: osv.")
    assert "15 of 15" not in last


def test_packages_of_several_failures_are_named_once() -> None:
    others = [SILENT._replace(name=name) for name in ("pypi", "pypa")]
    status = SILENT._replace(name="status", detail="HTTP 500 (numpy, pillow)")
    other = SILENT._replace(name="status", detail="HTTP 500 (flask)")
    shown = told(a_report(unchecked=[an_unanswered()], failures=(SILENT, *others, status, other, other)))
    assert [line for line in shown.splitlines() if line.startswith("  failed")] == [
        "  failed  osv: HTTP 503 after 4 tries in 21 s (numpy 2.1.0, pillow 11.0.0)",
        "  failed  pypi: HTTP 503 after 4 tries in 21 s (the same packages)",
        "  failed  pypa: HTTP 503 after 4 tries in 21 s (the same packages)",
        "  failed  project status: HTTP 500 (the same packages)",
        "  failed  project status: HTTP 500 (flask)",
        "  failed  project status: HTTP 500 (flask)",
    ]


def test_a_note_names_its_file_once() -> None:
    shown = told(a_report(inputs=(an_input("api/uv.lock", notes=("api/uv.lock: it is cut", "other")),)))
    assert "note: api/uv.lock: it is cut\nnote: api/uv.lock: other\n" in shown


def test_that_nothing_was_checked_is_said_once_in_the_last_line() -> None:
    none = Failure("input", "uv.lock", "uv.lock", "its only dependency could not be checked")
    last = the_last_line(a_report(total=1, unchecked=[an_unanswered()], failures=(SILENT, none)))
    assert last.endswith("The audit is incomplete: 0 of 1 package checked. Failed: osv.")


def test_what_is_said_of_several_files_is_said_once() -> None:
    names = ("api/uv.lock", "web/uv.lock")
    skipped = tuple(SkippedInput(f"{folder}/pyproject.toml", "uv.lock has precedence") for folder in ("api", "web"))
    shown = told(
        a_report(inputs=tuple(an_input(name, notes=("it is cut.",)) for name in names), skipped_inputs=skipped)
    )
    assert "note: api/uv.lock, web/uv.lock: it is cut.\n" in shown
    assert (
        "note: api/pyproject.toml, web/pyproject.toml were not audited by themselves: uv.lock has precedence.\n"
        in shown
    )


def test_large_numbers_are_told_with_commas() -> None:
    shown = told(a_report(total=2500, unchecked=[an_unchecked(f"p{number}") for number in range(1200)]))
    assert "No known vulnerabilities in 1,300 of 2,500 packages; 1,200 were NOT checked:" in shown
    assert "  and 1,180 more (all of them with -f json)" in shown
