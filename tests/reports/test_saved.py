"""A saved report reads back to the same bytes, and anything else is refused in one line."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pysentry_hook.errors import ReportError
from pysentry_hook.policy.judge import judge
from pysentry_hook.report import Report, reported
from pysentry_hook.reports.explain import explain
from pysentry_hook.reports.human import render as told
from pysentry_hook.reports.json import render
from pysentry_hook.reports.look import Look
from pysentry_hook.reports.saved import read_report
from pysentry_hook.reports.short import short
from tests.builders import a_folder_of_records, a_record, a_uv_lock
from tests.conftest import Run
from tests.reports.documents import Change, Place, at, changed_and_taken, left_out, of_another_type, one_too_many
from tests.reports.facts import REPORTS

EVERYTHING = render(REPORTS["everything"], Look())


def the_error(text: str) -> str:
    """Why a text is refused as a report, on one line and without what acts on a terminal."""
    with pytest.raises(ReportError) as caught:
        read_report("r.json", text)
    message = str(caught.value)
    assert message.startswith("r.json: ")
    assert len(message) < 400
    assert not [character for character in message if not character.isprintable()]
    return message.removeprefix("r.json: ")


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS.keys())
def test_a_saved_report_reads_back_to_the_same_bytes(report: Report) -> None:
    text = render(report, Look())
    assert render(read_report("r.json", text), Look()) == text


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS.keys())
def test_a_saved_report_is_told_to_a_person_in_the_same_words(report: Report) -> None:
    saved = read_report("r.json", render(report, Look()))
    assert told(saved, Look(detailed=True)) == told(report, Look(detailed=True))


def test_a_report_that_the_command_saved_reads_back_to_the_same_bytes(run: Run, tmp_path: Path) -> None:
    (tmp_path / "uv.lock").write_text(a_uv_lock(("requests", "2.30.0"), ("idna", "3.4")), encoding="utf-8")
    records = a_folder_of_records(tmp_path / "records", a_record(fixed="2.31.0", aliases=["CVE-2099-0001"]))
    first = run("-o", "r.json", "--advisory-db", records)
    assert first.returncode == 1, first.stderr
    assert run("render", "r.json", "-f", "json").stdout == (tmp_path / "r.json").read_text(encoding="utf-8")


GRACE = {"grace_days": {"value": {"low": 10**30}, "origin": "a file:1", "location": None}}
DAMAGED = {
    "nothing": ("", "is not valid JSON: Expecting value: line 1 column 1 (char 0). Is the file complete?"),
    "half of it": (EVERYTHING[: len(EVERYTHING) // 2], "is not valid JSON: "),
    "text": ("Gate default: passed.\n", "is not valid JSON: "),
    "too deep": ("[" * 100_000, "is not valid JSON: maximum recursion depth exceeded"),
    "too long a number": ('{"schema": 1' + "0" * 5_000 + "}", "is not valid JSON: Exceeds the limit"),
    "no object": (
        "[]",
        "is no report of pysentry-hook (it names no schema); make one with pysentry-hook -o report.json",
    ),
    "null": ("null", "is no report of pysentry-hook (it names no schema)"),
    "another document": ('{"version": "2.1.0"}', "is no report of pysentry-hook (it names no schema)"),
    "an old schema": ('{"schema": "x/0"}', "is no report of pysentry-hook (its schema is 'x/0')"),
    "a later schema": (
        EVERYTHING.replace("report/1", "report/2"),
        "is no report of pysentry-hook (its schema is 'pysentry-hook/report/2')",
    ),
    "a schema that acts": (
        '{"schema": "\\u001b[2J\\n' + "x" * 99 + '"}',
        "is no report of pysentry-hook",
    ),
    "a schema alone": ('{"schema": "pysentry-hook/report/1"}', "does not fit its schema: data must contain "),
    "no number": (
        EVERYTHING.replace('"score": 6.1', '"score": NaN'),
        "is not valid JSON: NaN is no number",
    ),
    "no day": (
        EVERYTHING.replace('"2026-11-30"', '"2026-11-31"'),
        "holds a value that no report has: day",
    ),
    "no month": (EVERYTHING.replace('"2026-11-22T', '"2026-13-22T'), "holds a value that no report has: "),
    "no version": (
        EVERYTHING.replace('"3.4"', '"three"'),
        "holds a value that no report has: Invalid version: 'three'",
    ),
    "no specifier": (EVERYTHING.replace('"<3"', '"3<"'), "holds a value that no report has: Invalid specifier: '3<'"),
    "a value that acts": (EVERYTHING.replace('"3.4"', '"\\u001b[2J\\n3"'), "holds a value that no report has: "),
    "a key that acts": (
        EVERYTHING.replace('"complete":', '"\\u001b[2J\\n": 1, "complete":'),
        "does not fit its schema: ",
    ),
}


@pytest.mark.parametrize(("text", "told"), DAMAGED.values(), ids=DAMAGED.keys())
def test_what_is_no_whole_report_is_refused_in_one_line(text: str, told: str) -> None:
    assert the_error(text).startswith(told)


def test_a_damaged_report_ends_every_command_that_reads_one_with_exit_2(run: Run, tmp_path: Path) -> None:
    (tmp_path / "r.json").write_text(EVERYTHING[:-20], encoding="utf-8")
    (tmp_path / "binary.json").write_bytes(b"\xff\xfe{}")
    for name, detail in (
        ("r.json", "is not valid JSON"),
        ("binary.json", "is not UTF-8"),
        ("no.json", "cannot be read"),
    ):
        for words in (["gate", "--report", name], ["render", name], ["explain", "CVE-2099-0001", "--report", name]):
            done = run(*words)
            assert (done.returncode, done.stdout) == (2, "")
            assert done.stderr.startswith(f"error: {name}: {detail}")
            assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("findings", 0, "published"), "9999-12-31T00:00:00Z"),
        (("findings", 0, "published"), "yesterday"),
        (
            ("policy", "rules", "own", "defaults"),
            GRACE,
        ),
        (("policy", "rules", "suppressions", 0, "version"), "==1.*"),
        (("policy", "rules", "named"), "change"),
        (("advisory_data", 0, "as_of"), "0001-01-01T00:00:00Z"),
        (("generated",), "9999-12-31T23:59:59Z"),
    ],
)
@pytest.mark.parametrize("day", [date.min, date(2026, 11, 22), date.max])
def test_what_is_read_can_be_judged_and_told_on_any_day(place: Place, value: object, day: date) -> None:
    changed = json.loads(EVERYTHING)
    *way, key = place
    at(changed, tuple(way))[key] = value
    report = read_report("r.json", json.dumps(changed))
    judged = reported(report, report.policy, judge(report, report.policy, day))
    assert short(judged, Look()).endswith("\n")
    assert told(judged, Look()).endswith("\n")
    assert explain(judged, list(judged.gate.verdicts), Look()).endswith("\n")


def is_optional(place: Place) -> bool:
    """Whether an object of the policy lists only what was said: keys of gates, gates by name, days by severity."""
    inside = place[-1:] in {("defaults",), ("flags",), ("value",)} or place[-2:-1] == ("gates",)
    return place[:2] == ("policy", "rules") and inside


def is_named_freely(place: Place) -> bool:
    """Whether the names in an object are the user's."""
    return place[-1:] == ("gates",) or place[:2] == ("policy", "effective")


def is_optional_or_free(place: Place) -> bool:
    return is_optional(place) or is_named_freely(place)


def is_taken(value: object) -> bool:
    try:
        read_report("r.json", json.dumps(value))
    except ReportError:
        return False
    return True


def accepted(change: Change, but: Callable[[Place], bool] = lambda _: False) -> list[str]:
    """The fields whose change is not refused, `but` those that need not be."""
    return changed_and_taken(json.loads(EVERYTHING), is_taken, change, but)


def test_a_report_without_one_of_its_fields_is_refused() -> None:
    assert accepted(left_out, is_optional_or_free) == []


def test_a_report_with_a_field_too_many_is_refused() -> None:
    assert accepted(one_too_many, is_named_freely) == []


def test_a_report_with_a_field_of_another_type_is_refused() -> None:
    assert accepted(of_another_type) == []


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("tool", "name"), "pysentry"),
        (("generated",), "2026-11-22 13:02:05"),
        (("generated",), "2026-11-22T13:02:05+01:00"),
        (("coverage", "checked"), -1),
        (("coverage", "checked"), 1.5),
        (("coverage", "unchecked", 0, "line"), 0),
        (("failures", 0, "kind"), "network"),
        (("inputs", 0, "sha256"), "0" * 63),
        (("advisory_data", 0, "kind"), "file"),
        (("findings", 0, "severity"), "moderate"),
        (("findings", 0, "severity"), "unknown"),
        (("findings", 0, "severity_source"), "nvd"),
        (("findings", 0, "novelty"), "new"),
        (("findings", 0, "verdict", "decision"), "ignored"),
        (("findings", 0, "id"), ""),
        (("findings", 2, "cvss", 0, "score"), 10.1),
        (("findings", 2, "cvss", 0, "version"), "3.2"),
        (("policy", "effective", "default", "fail_on"), ""),
        (("policy", "rules", "own", "gates", "release", "fail_on", "value"), "none"),
        (("policy", "rules", "own", "gates", "release", "unchecked", "value"), "pass"),
        (("policy", "rules", "own", "gates", "release", "only_fixable", "value"), "true"),
        (("policy", "rules", "own", "gates", "release", "grace_days", "value"), {"low": -1}),
        (("policy", "rules", "own", "gates", "release", "grace_days", "value"), {"moderate": 1}),
        (("policy", "rules", "own", "gates", "release", "grace_days", "value"), {"low": 1.5}),
        (("policy", "rules", "own", "gates", "release", "max_data_age_hours", "value"), -1),
        (("policy", "rules", "own", "gates", "release", "max_data_age_hours", "value"), 1e9),
        (("policy", "rules", "own", "gates", "release", "max_data_age_hours", "value"), True),
        (("policy", "rules", "own", "gates", "release", "branches", "value"), "main"),
        (("policy", "rules", "own", "gates", "release", "branches", "value"), [1]),
        (("policy", "rules", "own", "gates", "release", "groups.dev.fail_on", "value"), "block"),
        (("policy", "rules", "maintenance", "forbid_archived", "value"), "no"),
        (("policy", "rules", "occasion", "event"), "commit"),
        (("policy", "rules", "suppressions", 0, "until"), "never"),
        (("policy", "rules", "suppressions", 0, "expires"), "soon"),
        (("maintenance", 0, "status"), "active"),
        (("gate", "on_incomplete", "value"), "pass"),
        (("gate", "date"), "22.11.2026"),
        (("gate", "names"), []),
    ],
)
def test_a_report_with_a_value_without_meaning_is_refused(place: Place, value: object) -> None:
    broken = json.loads(EVERYTHING)
    *way, key = place
    assert at(broken, tuple(way))[key] != value
    at(broken, tuple(way))[key] = value
    assert the_error(json.dumps(broken)).startswith("does not fit its schema: ")
