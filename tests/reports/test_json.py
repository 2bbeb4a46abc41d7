"""The JSON report keeps the promise that its schema makes."""

import json
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from pysentry_hook import reports
from pysentry_hook.model import Severity
from pysentry_hook.report import Report
from pysentry_hook.reports.json import render
from pysentry_hook.reports.look import Look
from tests.builders import a_finding, a_folder_of_records, a_record, a_uv_lock
from tests.conftest import Run
from tests.reports.documents import at, objects
from tests.reports.facts import IGNORE, NOW, REPORTS, a_report, everything

RULES = json.loads(Path(reports.__file__).with_name("report.schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(RULES)
EVERYTHING = REPORTS["everything"]


def rendered(report: Report) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(render(report, Look()))
    return found


def has_free_names(entry: dict[str, Any]) -> bool:
    """Whether an object has names that the user chose: gates, severities."""
    return isinstance(entry.get("additionalProperties"), dict)


def test_the_schema_is_a_schema_and_is_strict_about_every_object() -> None:
    Draft202012Validator.check_schema(RULES)
    for place in objects(RULES):
        entry = at(RULES, place)
        if entry.get("type") != "object" or has_free_names(entry) or "propertyNames" in entry:
            continue
        assert entry["additionalProperties"] is False, place
        if place != ("$defs", "gate_settings"):  # a side need not speak of every key
            exceptional = {"whole"} if "baseline" in place else {"compiled"} if place == ("$defs", "input") else set()
            assert {*entry["required"], *exceptional} == set(entry["properties"]), place


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
    assert shown.startswith('{\n "schema": "pysentry-hook/report/1",\n')
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
        "id": "CVE-2099-0001",
        "package": "requests",
        "version": None,
        "group": None,
        "reason": "the path is closed",
        "expires": "2027-03-31",
        "until": None,
        "owner": "platform",
        "rule": "suppressions",
        "origin": "pyproject.toml:40",
        "location": {"path": "pyproject.toml", "line": 40},
    }
    assert finding["verdict"]["location"] == {"path": "pyproject.toml", "line": 40}


def test_the_gate_is_told_with_its_counts_and_settings() -> None:
    found = rendered(EVERYTHING)
    assert found["gate"] == {
        "names": ["default"],
        "why": "no gate has the branch main (a CI service)",
        "date": "2026-11-22",
        "passed": False,
        "blocking": 2,
        "warning": 0,
        "suppressed": 1,
        "not_judged": 0,
        "reasons": [],
        "notes": [],
        "too_old": [],
        "on_incomplete": {
            "rule": "gates.default.on_incomplete",
            "value": "block",
            "origin": "built-in gate default",
            "location": None,
        },
    }
    assert found["policy"]["effective"]["default"]["fail_on"] == "medium"
    assert rendered(REPORTS["incomplete"])["gate"]["passed"] is False
    assert rendered(REPORTS["passes incomplete"])["gate"]["passed"] is True


def test_what_the_gate_says_of_the_whole_is_told() -> None:
    gates = {name: rendered(REPORTS[name])["gate"] for name in ("too old", "no baseline", "unchecked blocks", "older")}
    assert gates["too old"]["too_old"] == [
        "the data of pypa are of 2026-11-22 10:02 UTC, and max_data_age_hours is 1 (pyproject.toml:1)"
    ]
    assert rendered(REPORTS["too old"])["complete"] is False
    assert len(gates["no baseline"]["notes"]) == len(gates["unchecked blocks"]["reasons"]) == 1
    assert gates["older"]["not_judged"] == 1


def test_suppressions_are_told_by_what_becomes_of_them() -> None:
    found = rendered(EVERYTHING)["suppressions"]
    assert {kind: [entry["id"] for entry in entries] for kind, entries in found.items()} == {
        "unused": ["PYSEC-2098-2"],
        "expired": ["CVE-2098-1"],
        "ending": ["CVE-2099-0002"],
        "refused": ["CVE-2099-0003", "PYSEC-2098-2"],
    }
    assert (found["expired"][0]["until"], found["expired"][0]["version"]) == ("fixed", "<3")


def test_grace_and_novelty_are_told_with_the_finding() -> None:
    (lately,), (older,) = (rendered(REPORTS[name])["findings"] for name in ("grace", "older"))
    assert (lately["verdict"]["decision"], lately["verdict"]["blocks_on"]) == ("warn", "2026-12-04")
    assert (older["novelty"], older["touched"], older["verdict"]["decision"]) == ("existing", True, "pass")


def test_the_status_of_a_project_is_told_with_its_verdict() -> None:
    (entry,) = rendered(REPORTS["quarantined"])["maintenance"]
    assert (entry["status"], entry["verdict"]["decision"]) == ("quarantined", "block")
    assert entry["verdict"]["rule"] == "maintenance.forbid_quarantined"
