"""What a gate makes of what was not checked, of missing answers, of old data and of a missing baseline."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from pysentry_hook.advisories import AdvisoryData
from pysentry_hook.model import Failure, Severity
from pysentry_hook.policy.judge import judge
from pysentry_hook.report import Baseline, Facts, Report, UncheckedLine, reported
from pysentry_hook.rules import Layer, Occasion, Policy, Rule
from tests.builders import a_finding, a_policy, a_table, some_facts
from tests.policy.judging import TODAY

SCANNED = datetime(2026, 11, 22, 13, 2, 5, tzinfo=UTC)
"""When the facts of the tests were found."""
GIT = UncheckedLine("fastthing", "0.3", "git dependency", "uv.lock", 240)
SILENT = UncheckedLine("numpy", "2.1.0", "osv gave no answer", "uv.lock", 12, unanswered=True)
TWO_GATES = Occasion("push", "main", None, "a CI service")


def report_of(facts: Facts, policy: Policy | None = None, today: date = TODAY) -> Report:
    policy = policy or a_policy()
    return reported(facts, policy, judge(facts, policy, today))


def on_main(first: dict[str, Any], second: dict[str, Any]) -> Policy:
    """A policy of two gates that both judge."""
    gates = {"a": {"branches": ("main",), **first}, "b": {"branches": ("main",), **second}}
    return a_policy(gates=gates, occasion=TWO_GATES)


def test_what_cannot_be_checked_passes_unless_the_gate_says_otherwise() -> None:
    facts = some_facts(unchecked=[GIT, GIT])
    warned, blocked = report_of(facts, a_policy()), report_of(facts, a_policy(unchecked="block"))
    assert (warned.passed, warned.gate.reasons) == (True, ())
    assert (blocked.passed, blocked.gate.blocks) == (False, True)
    assert blocked.gate.reasons == ('2 not checked and unchecked = "block" (pyproject.toml:1)',)
    assert blocked.complete


def test_where_everything_was_checked_nothing_unchecked_blocks() -> None:
    assert report_of(some_facts(), a_policy(unchecked="block")).passed


def test_a_missing_answer_is_incomplete_and_not_unchecked() -> None:
    report = report_of(some_facts(unchecked=[SILENT]), a_policy(unchecked="block"))
    assert (report.complete, report.gate.reasons, report.gate.blocks, report.passed) == (False, (), False, False)
    both = report_of(some_facts(unchecked=[SILENT, GIT]), a_policy(unchecked="block"))
    assert both.gate.reasons == ('1 not checked and unchecked = "block" (pyproject.toml:1)',)


def test_of_two_gates_the_one_that_blocks_what_is_unchecked_is_named() -> None:
    for policy in (on_main({}, {"unchecked": "block"}), on_main({"unchecked": "block"}, {})):
        assert report_of(some_facts(unchecked=[GIT]), policy).gate.reasons == (
            '1 not checked and unchecked = "block" (pyproject.toml:1)',
        )


@pytest.mark.parametrize("kind", ["input", "resolver", "baseline"])
@pytest.mark.parametrize("on_incomplete", ["block", "warn"])
def test_an_incomplete_audit_passes_only_where_it_may(kind: str, on_incomplete: str) -> None:
    facts = some_facts(failures=(Failure(kind, "uv.lock", "uv.lock", "is damaged"),))
    report = report_of(facts, a_policy(on_incomplete=on_incomplete))
    assert (report.complete, report.gate.blocks) == (False, False)
    assert report.passed is (on_incomplete == "warn")
    assert report.gate.incomplete == Rule("gates.default.on_incomplete", on_incomplete, "pyproject.toml:1")


def test_a_further_source_that_failed_leaves_the_audit_complete() -> None:
    assert report_of(some_facts(failures=(Failure("source", "pypi", None, "HTTP 503"),))).passed


def test_a_finding_that_blocks_does_so_in_an_incomplete_audit_too() -> None:
    facts = some_facts(a_finding(severity=Severity.HIGH), unchecked=[SILENT])
    report = report_of(facts, a_policy(on_incomplete="warn"))
    assert (report.gate.blocks, report.passed) == (True, False)


def of(source: str, hours: float, now: datetime = SCANNED) -> AdvisoryData:
    """Data that are so many hours old."""
    as_of = now - timedelta(hours=hours)
    return AdvisoryData(source, "api", "https://a.example", None, as_of, stale=False, damaged_records=())


@pytest.mark.parametrize(
    ("hours", "limit", "old"),
    [
        (23.9, 24, False),
        (24, 24, False),
        (24.01, 24, True),
        (1.6, 1.5, True),
        (1.4, 1.5, False),
        (0, 0, False),
        (0.01, 0, True),
        (100_000.4, 100_000.25, True),
        (100_000.1, 100_000.25, False),
    ],
)
def test_data_that_are_older_than_the_gate_allows_make_the_audit_incomplete(
    hours: float, limit: float, *, old: bool
) -> None:
    facts = some_facts(advisory_data=(of("osv", hours),))
    report = report_of(facts, a_policy(max_data_age_hours=limit))
    assert report.complete is not old
    assert report.passed is not old
    assert bool(report.gate.too_old) is old
    assert report_of(facts, a_policy()).complete
    assert report_of(facts, a_policy(max_data_age_hours=limit, on_incomplete="warn")).passed


def test_each_source_whose_data_are_too_old_is_named_with_its_day_and_the_rule() -> None:
    data = (of("osv", 1), of("pypa", 30), of("pypi", 48))
    report = report_of(some_facts(advisory_data=data), a_policy(max_data_age_hours=24))
    assert report.gate.too_old == (
        "the data of pypa are of 2026-11-21 07:02 UTC, and max_data_age_hours is 24 (pyproject.toml:1)",
        "the data of pypi are of 2026-11-20 13:02 UTC, and max_data_age_hours is 24 (pyproject.toml:1)",
    )


@pytest.mark.parametrize(
    ("kind", "revision", "told"),
    [("database", "sha256:0", True), ("database", None, False), ("api", "sha256:0", False)],
    ids=["read", "failed", "asked about nothing"],
)
def test_data_that_do_not_tell_of_when_they_are_may_be_too_old(kind: str, revision: str | None, *, told: bool) -> None:
    data = of("database", 0)._replace(kind=kind, revision=revision, as_of=None)
    report = report_of(some_facts(advisory_data=(data,)), a_policy(max_data_age_hours=24))
    said = "the data of database do not tell of when they are, and max_data_age_hours is 24 (pyproject.toml:1)"
    assert (report.gate.too_old, report.complete) == ((said,) if told else (), not told)
    assert report_of(some_facts(advisory_data=(data,)), a_policy()).complete


def test_on_a_later_day_data_are_as_old_as_they_are_then() -> None:
    facts = some_facts(advisory_data=(of("osv", 10),))
    policy = a_policy(max_data_age_hours=24)
    complete = {day: report_of(facts, policy, date(2026, 11, day)).complete for day in (21, 22, 23, 24)}
    assert complete == {21: True, 22: True, 23: True, 24: False}


def test_of_two_gates_the_younger_data_are_asked_for() -> None:
    facts = some_facts(advisory_data=(of("osv", 30),))
    for first, second in ((24, 100), (100, 24), (24, None), (None, 24)):
        settings = [{"max_data_age_hours": hours} if hours else {} for hours in (first, second)]
        (told,) = report_of(facts, on_main(*settings)).gate.too_old
        assert "max_data_age_hours is 24" in told


def test_of_two_gates_with_the_same_limit_the_first_is_named() -> None:
    facts = some_facts(advisory_data=(of("osv", 30),))
    gates = {
        name: a_table({"branches": ("main",), "max_data_age_hours": 24}, f"{name}.toml:1") for name in ("push", "audit")
    }
    policy = replace(a_policy(occasion=TWO_GATES), own=Layer(defaults={}, gates=gates))
    report = report_of(facts, policy)
    assert report.gate.names == ("push", "audit")
    assert report.gate.too_old[0].endswith("max_data_age_hours is 24 (push.toml:1)")


def test_a_gate_that_judges_only_what_is_new_says_that_there_is_no_baseline() -> None:
    policy = a_policy(only_introduced=True)
    assert report_of(some_facts(), policy).gate.notes == (
        "there is no baseline to compare with (--against), so gate default judges everything",
    )
    assert report_of(some_facts(baseline=Baseline("main", None)), policy).gate.notes == (
        "the baseline main could not be read, so gate default judges everything",
    )
    assert report_of(some_facts(baseline=Baseline("main", "1" * 40)), policy).gate.notes == ()


def test_a_gate_that_judges_everything_needs_no_baseline() -> None:
    assert report_of(some_facts()).gate.notes == ()
    assert report_of(some_facts(baseline=Baseline("main", None))).gate.notes == ()


def test_of_two_gates_the_one_that_asks_for_a_baseline_is_named() -> None:
    notes = report_of(some_facts(), on_main({}, {"only_introduced": True})).gate.notes
    assert notes == ("there is no baseline to compare with (--against), so gate b judges everything",)


def test_the_same_facts_are_judged_on_any_day_without_a_scan() -> None:
    facts = some_facts(a_finding(severity=Severity.HIGH, published="2026-11-20T00:00:00Z"))
    policy = a_policy(grace_days={"high": 7})
    days = [date(2026, 11, 26), date(2026, 11, 27)]
    assert [report_of(facts, policy, day).passed for day in days] == [True, False]
    assert [report_of(replace(facts), policy, day).gate.day for day in days] == days
