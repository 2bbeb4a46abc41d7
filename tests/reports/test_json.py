"""The JSON report keeps the promise that its schema makes."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from pysentry_hook import reports
from pysentry_hook.model import Location, Severity, normalize
from pysentry_hook.policy.gates import DEFAULT
from pysentry_hook.report import Report, Rule, Suppression
from pysentry_hook.reports.json import SCHEMA, document, render
from pysentry_hook.reports.look import Look
from tests.builders import a_finding, a_folder_of_records, a_record, a_uv_lock
from tests.conftest import Run
from tests.reports.facts import NOW, a_report, an_unchecked, everything, malware

RULES = json.loads(Path(reports.__file__).with_name("report.schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(RULES)
IGNORE = Suppression(id="CVE-2099-0003", rule=Rule("ignore", "CVE-2099-0003", "--ignore"))
EVERYTHING = everything(IGNORE)
LOCATION = Location("pyproject.toml", 40, 1, 20, 'id = "CVE-2099-0001"')
ACCEPTED = Suppression(
    id="CVE-2099-0001",
    package=normalize("requests"),
    reason="the path is closed",
    expires=date(2027, 3, 31),
    owner="platform",
    rule=Rule("suppressions", "CVE-2099-0001", "pyproject.toml:40", LOCATION),
)
REPORTS = {
    "nothing": a_report(),
    "zero": a_report(total=0, inputs=(), advisory_data=()),
    "findings": a_report(a_finding(severity=Severity.HIGH, upgrade_to="2.31.0"), malware()),
    "unchecked": a_report(unchecked=[an_unchecked(), an_unchecked("x", None)]),
    "unused": a_report(suppressions=[IGNORE]),
    "lenient": a_report(a_finding(), gate=replace(DEFAULT, fail_on=None, unknown_severity="warn")),
    "accepted": a_report(a_finding(severity=Severity.HIGH), suppressions=[ACCEPTED]),
    "everything": EVERYTHING,
}

Place = tuple[str | int, ...]


def rendered(report: Report) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(render(report, Look()))
    return found


def objects(value: object, place: Place = ()) -> Iterator[Place]:
    """The places of all objects in a document, the document itself first."""
    if isinstance(value, dict):
        yield place
        for key, item in value.items():
            yield from objects(item, (*place, key))
    if isinstance(value, list):
        for n, item in enumerate(value):
            yield from objects(item, (*place, n))


def at(value: Any, place: Place) -> Any:
    for step in place:
        value = value[step]
    return value


def keys(value: Any) -> list[tuple[Place, str]]:
    """One place for each field that a document has, whichever entry of its list has it first."""
    found: dict[tuple[Place, str], tuple[Place, str]] = {}
    for place in objects(value):
        for key in at(value, place):
            form = tuple("*" if isinstance(step, int) else step for step in place)
            found.setdefault((form, key), (place, key))
    return list(found.values())


def is_valid(value: object) -> bool:
    return bool(VALIDATOR.is_valid(value))


def test_the_schema_is_a_schema_and_is_strict_about_every_object() -> None:
    Draft202012Validator.check_schema(RULES)
    for place in objects(RULES):
        entry = at(RULES, place)
        if entry.get("type") == "object":
            assert entry["additionalProperties"] is False, place
            assert set(entry["required"]) == set(entry["properties"]), place


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS.keys())
def test_every_report_keeps_its_schema(report: Report) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(rendered(report))] == []


def test_the_report_of_the_command_keeps_the_schema_and_says_what_was_found(run: Run, tmp_path: Path) -> None:
    (tmp_path / "uv.lock").write_text(a_uv_lock(("requests", "2.30.0"), ("idna", "3.4")), encoding="utf-8")
    record = a_record(fixed="2.31.0", aliases=["CVE-2099-0001"], database_specific={"severity": "HIGH"})
    done = run("-f", "json", "--advisory-db", a_folder_of_records(tmp_path / "records", record))
    found = json.loads(done.stdout)
    assert [error.message for error in VALIDATOR.iter_errors(found)] == []
    assert [(item["id"], item["upgrade_to"]) for item in found["findings"]] == [("CVE-2099-0001", "2.31.0")]
    assert found["gate"]["passed"] is False


def accepted(change: Callable[[Any, str], None]) -> list[str]:
    """The fields whose change is not refused."""
    missed = []
    for place, key in keys(document(EVERYTHING)):
        broken = rendered(EVERYTHING)
        change(at(broken, place), key)
        if is_valid(broken):
            missed.append("/".join(map(str, (*place, key))))
    return missed


def test_a_report_without_one_of_its_fields_is_refused() -> None:
    assert accepted(lambda value, key: value.pop(key)) == []


def test_a_report_with_a_field_too_many_is_refused() -> None:
    assert accepted(lambda value, key: value.update({f"{key}-too": value[key]})) == []


def test_a_report_with_a_field_of_another_type_is_refused() -> None:
    def change(value: Any, key: str) -> None:
        value[key] = {"0": value[key]} if isinstance(value[key], list) else [value[key]]

    assert accepted(change) == []


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("schema",), "pysentry-hook/report/2"),
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
        (("policy", "effective", "fail_on"), "none"),
        (("gate", "date"), "22.11.2026"),
        (("gate", "names"), []),
    ],
)
def test_a_report_with_a_value_without_meaning_is_refused(place: Place, value: object) -> None:
    broken = rendered(EVERYTHING)
    *way, key = place
    assert at(broken, tuple(way))[key] != value
    at(broken, tuple(way))[key] = value
    assert not is_valid(broken)


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS.keys())
def test_what_was_checked_and_what_was_not_add_up_to_the_total(report: Report) -> None:
    coverage = rendered(report)["coverage"]
    assert coverage["checked"] + len(coverage["unchecked"]) == coverage["total"]


def test_the_same_facts_are_the_same_bytes() -> None:
    assert render(everything(IGNORE), Look()) == render(EVERYTHING, Look())


def test_the_order_in_which_findings_arrive_does_not_change_the_bytes() -> None:
    findings = [a_finding(id=f"CVE-2099-{n}") for n in (1, 2, 3)]
    assert render(a_report(*findings), Look()) == render(a_report(*reversed(findings)), Look())


@pytest.mark.parametrize(
    "look",
    [
        Look(width=60),
        Look(colour=True),
        Look(detailed=True),
        Look(root="/a", here="/a/b"),
        Look(severity=Severity.HIGH),
    ],
)
def test_how_a_person_wants_to_see_it_changes_nothing(look: Look) -> None:
    assert render(EVERYTHING, look) == render(EVERYTHING, Look())


def test_the_text_ends_with_a_newline_and_names_its_schema_first() -> None:
    shown = render(a_report(), Look())
    assert shown.startswith(f'{{\n "schema": "{SCHEMA}",\n')
    assert shown.endswith("}\n")


def test_times_are_told_in_utc() -> None:
    elsewhere = NOW.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert rendered(a_report(generated=elsewhere))["generated"] == "2026-11-22T13:02:05Z"


def test_fields_are_those_that_the_facts_have() -> None:
    found = rendered(EVERYTHING)
    by_id = {finding["id"]: finding for finding in found["findings"]}
    assert [finding["package"] for finding in found["findings"]] == ["certifi", "idna", "requests", "requestz"]
    assert by_id["CVE-2099-0002"]["cvss"][0]["score"] == 6.1
    assert by_id["CVE-2099-0002"]["upgrade_to"] == "2.31.0"
    assert by_id["CVE-2099-0002"]["upgrade_tried"] is False
    assert by_id["CVE-2099-0001"]["severity"] is None
    assert by_id["CVE-2099-0001"]["upgrade_to"] is None
    assert by_id["CVE-2099-0001"]["direct"] is None
    assert by_id["CVE-2099-0003"]["suppressed"] == {"reason": None, "expires": None, "owner": None, "location": None}
    assert by_id["MAL-2099-1"]["malware"] is True
    assert by_id["MAL-2099-1"]["verdict"] == {
        "decision": "block",
        "rule": "malware",
        "value": "block",
        "origin": "built in",
        "location": None,
        "reason": "malware, in every gate",
        "blocks_on": None,
    }
    assert found["complete"] is False
    assert found["inputs"][1]["sha256"] is None
    assert found["advisory_data"][1]["as_of"] is None


def test_an_accepted_risk_is_told_with_all_that_was_written() -> None:
    (finding,) = rendered(REPORTS["accepted"])["findings"]
    assert finding["suppressed"] == {
        "reason": "the path is closed",
        "expires": "2027-03-31",
        "owner": "platform",
        "location": LOCATION._asdict(),
    }
    assert finding["verdict"]["location"] == LOCATION._asdict()


def test_the_gate_is_told_with_its_counts_and_settings() -> None:
    found = rendered(EVERYTHING)
    assert found["gate"] == {
        "names": ["default"],
        "why": "no gate was named",
        "date": "2026-11-22",
        "passed": False,
        "blocking": 3,
        "warning": 0,
        "suppressed": 1,
        "not_judged": 0,
        "reasons": [],
    }
    assert found["policy"]["effective"] == DEFAULT.values()
    assert rendered(a_report(complete=False))["gate"]["passed"] is False


def test_an_unused_suppression_is_told_with_its_origin() -> None:
    assert rendered(a_report(suppressions=[IGNORE]))["suppressions"]["unused"] == [
        {"id": "CVE-2099-0003", "package": None, "origin": "--ignore"}
    ]
