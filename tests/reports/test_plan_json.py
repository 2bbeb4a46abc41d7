"""The JSON plan keeps the promise that its schema makes, and reads back to the same bytes."""

import json
from dataclasses import replace
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from pysentry_hook import reports
from pysentry_hook.errors import ReportError
from pysentry_hook.proposal import Plan
from pysentry_hook.reports.look import Look
from pysentry_hook.reports.plan_json import render
from pysentry_hook.reports.saved_plan import read_plan
from tests.builders import a_plan
from tests.reports.documents import (
    Place,
    at,
    changed_and_taken,
    left_out,
    objects,
    of_another_type,
    one_too_many,
)
from tests.reports.facts import NOW, SILENT
from tests.reports.plans import PLANS, RICH, filled

RULES = json.loads(Path(reports.__file__).with_name("plan.schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(RULES)
EVERYTHING = render(replace(RICH, failures=(SILENT,)), Look())
AN_EDIT = {"declaration": 0, "path": "pyproject.toml", "line": 9}
every_plan = pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS.keys())


def test_the_schema_is_a_schema_and_is_strict_about_every_object() -> None:
    Draft202012Validator.check_schema(RULES)
    for place in objects(RULES):
        entry = at(RULES, place)
        if entry.get("type") == "object":
            assert entry["additionalProperties"] is False, place
            assert set(entry["required"]) == set(entry["properties"]), place


@every_plan
def test_every_plan_keeps_its_schema(plan: Plan) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(json.loads(render(plan, Look())))] == []


@every_plan
def test_a_saved_plan_reads_back_to_the_same_plan(plan: Plan) -> None:
    text = render(plan, Look())
    assert read_plan("plan.json", text) == plan
    assert render(read_plan("plan.json", text), Look()) == text


def test_what_others_wrote_reads_back_as_it_was() -> None:
    plan = filled("\x1b[2J\n::error::x ##[group] \u202e \U0001f600 \ud800")
    assert read_plan("plan.json", render(plan, Look())) == plan
    assert "##[" not in render(plan, Look())


def test_the_plan_is_built_of_these_fields() -> None:
    found = json.loads(render(RICH, Look()))
    assert found["schema"] == "pysentry-hook/plan/1"
    assert found["tool"] == {"name": "pysentry-hook", "version": "0.1.0"}
    assert found["generated"] == "2026-11-22T13:02:05Z"
    assert found["input"] == {"path": "uv.lock", "format": "uv.lock", "tool": None}
    assert found["resolver"] == {"name": "uv 0.13.9", "runs": 7}
    assert found["before"] == {"findings": 20, "blocking": 14, "warning": 3, "suppressed": 1}
    assert found["changes"][1] == {
        "kind": "upper_bound",
        "package": "flask",
        "ask": "flask>=2.32.4",
        "edits": [
            AN_EDIT | {"before": "flask<2.1", "after": "flask>=2.2.5,<2.3"},
            {"declaration": 3, "path": "web/pyproject.toml", "line": 4, "before": "flask", "after": "flask>=2.2.5"},
        ],
        "against": [],
        "lets": None,
    }  # fmt: skip
    assert found["moves"][:2] == [
        {"package": "blinker", "before": [], "after": ["1.6"], "change": None, "distance": None},
        {"package": "flask", "before": ["2.0"], "after": ["2.2.5"], "change": "upper_bound", "distance": "minor"},
    ]
    assert found["cleared"][3] == {"package": "starlette", "version": "0.47", "id": "CVE-2099-0009", "severity": None}
    assert found["held"][0] == {
        "package": "idna",
        "version": "3.4",
        "id": "CVE-2099-0020",
        "severity": "low",
        "reason": "a cooldown",
        "chain": [],
        "exception": '[tool.uv] exclude-newer-package = { idna = "2026-11-22T13:02:05Z" }',
    }
    assert (found["commands"], found["notes"], found["limits"]) == (
        list(RICH.commands),
        list(RICH.notes),
        list(RICH.limits),
    )


def test_times_are_told_in_utc_and_how_it_is_seen_changes_nothing() -> None:
    elsewhere = NOW.astimezone(timezone(timedelta(hours=5, minutes=30)))
    shown = render(a_plan(generated=elsewhere), Look(root="/a", here="/a/b", colour=True))
    assert shown == render(a_plan(), Look())


def the_error(text: str) -> str:
    with pytest.raises(ReportError) as caught:
        read_plan("plan.json", text)
    message = str(caught.value)
    assert len(message) < 400
    assert message.isprintable()
    return message.removeprefix("plan.json: ")


def is_taken(value: object) -> bool:
    try:
        read_plan("plan.json", json.dumps(value))
    except ReportError:
        return False
    return True


@pytest.mark.parametrize("change", [left_out, one_too_many, of_another_type])
def test_a_plan_with_other_fields_is_refused(change: Any) -> None:
    assert changed_and_taken(json.loads(EVERYTHING), is_taken, change) == []


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("tool", "name"), "pysentry"),
        (("generated",), "2026-11-22 13:02:05"),
        (("gates",), []),
        (("resolver", "runs"), -1),
        (("before", "blocking"), 1.5),
        (("failures", 0, "kind"), "network"),
        (("changes", 0, "kind"), "downgrade"),
        (("changes", 1, "edits", 0, "line"), 0),
        (("moves", 0, "change"), "new"),
        (("moves", 0, "distance"), "far"),
        (("cleared", 0, "severity"), "moderate"),
        (("held", 0, "reason"), ""),
    ],
)
def test_a_plan_with_a_value_without_meaning_is_refused(place: Place, value: object) -> None:
    broken = json.loads(EVERYTHING)
    *way, key = place
    assert at(broken, tuple(way))[key] != value
    at(broken, tuple(way))[key] = value
    assert the_error(json.dumps(broken)).startswith("does not fit its schema: ")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "is not valid JSON: Expecting value"),
        (EVERYTHING[:-20], "is not valid JSON: "),
        ("[]", "is no plan of pysentry-hook (it names no schema); make one with pysentry-hook plan -o plan.json"),
        (
            '{"schema": "pysentry-hook/report/1"}',
            "is no plan of pysentry-hook (its schema is 'pysentry-hook/report/1')",
        ),
        ('{"schema": "\\u001b[2J\\n' + "x" * 99 + '"}', "is no plan of pysentry-hook"),
        (EVERYTHING.replace('"2026-11-22T', '"2026-13-22T'), "holds a value that no plan has: time data"),
        (EVERYTHING.replace('"0.47"', '"\\u001b[2J"'), "holds a value that no plan has: Invalid version: "),
    ],
)
def test_what_is_no_whole_plan_is_refused_in_one_line(text: str, told: str) -> None:
    assert the_error(text).startswith(told)
