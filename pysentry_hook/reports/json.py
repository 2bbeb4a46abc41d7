"""The JSON report, schema pysentry-hook/report/1: built field by field, complete, the same bytes for the same facts."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pysentry_hook.report import Decision, Finding

if TYPE_CHECKING:
    from pysentry_hook.model import AdvisoryData, Location, Vulnerability
    from pysentry_hook.report import GateResult, InputSummary, Report, Suppression, Verdict
    from pysentry_hook.reports.look import Look

SCHEMA = "pysentry-hook/report/1"


def render(report: Report, look: Look) -> str:  # noqa: ARG001 (every format has the same signature)
    """Return the report as JSON; the JSON Schema is `report.schema.json` beside this file."""
    return json.dumps(document(report), ensure_ascii=False, indent=1) + "\n"


def document(report: Report) -> dict[str, Any]:
    """Return the report as plain values."""
    subject = report.subject
    return {
        "schema": SCHEMA,
        "tool": {"name": "pysentry-hook", "version": report.version},
        "generated": _time(report.generated),
        "subject": subject and subject._asdict() | {"baseline": None},
        "complete": report.complete,
        "failures": [failure._asdict() for failure in report.failures],
        "inputs": [_input(entry) for entry in report.inputs],
        "skipped_inputs": [entry._asdict() for entry in report.skipped_inputs],
        "advisory_data": [_data(entry) for entry in report.advisory_data],
        "not_known": [entry._asdict() for entry in report.not_known],
        "hints": list(report.hints),
        "coverage": {
            "total": report.coverage.total,
            "checked": report.coverage.checked,
            "left_out_by_filter": report.coverage.left_out_by_filter,
            "unchecked": [line._asdict() for line in report.coverage.unchecked],
        },
        "findings": [_finding(verdict) for verdict in report.gate.verdicts],
        "maintenance": [],
        "suppressions": {
            "unused": [_suppression(entry) for entry in report.gate.unused],
            "expired": [],
            "ending": [],
        },
        "policy": {"effective": dict(report.gate.effective), "files": []},
        "gate": _gate(report.gate, complete=report.complete),
    }


def _input(entry: InputSummary) -> dict[str, Any]:
    return {
        "path": entry.path,
        "format": entry.format,
        "sha256": entry.sha256,
        "packages": entry.packages,
        "resolved": entry.resolved,
        "damaged": entry.damaged,
        "notes": list(entry.notes),
    }


def _data(data: AdvisoryData) -> dict[str, Any]:
    return data._asdict() | {
        "as_of": data.as_of and _time(data.as_of),
        "damaged_records": list(data.damaged_records),
    }


def _finding(verdict: Verdict) -> dict[str, Any]:
    finding = verdict.finding
    dependency = finding.dependency
    return {
        **_vulnerability(finding.vulnerability, finding),
        "input": finding.input,
        "direct": dependency.direct,
        "groups": sorted(dependency.groups),
        "paths": [list(path) for path in finding.paths],
        "more_paths": finding.more_paths,
        "location": _location(finding.location),
        "declared_at": finding.declared_at and {"path": finding.declared_at.path, "line": finding.declared_at.line},
        "novelty": finding.novelty.value,
        "touched": finding.touched,
        "suppressed": _suppressed(verdict),
        "verdict": {
            "decision": verdict.decision.value,
            "rule": verdict.rule.key,
            "value": verdict.rule.value,
            "origin": verdict.rule.origin,
            "location": verdict.rule.location and _location(verdict.rule.location),
            "reason": verdict.reason,
            "blocks_on": None,
        },
    }


def _vulnerability(found: Vulnerability, finding: Finding) -> dict[str, Any]:
    return {
        "id": found.id,
        "aliases": list(found.aliases),
        "package": finding.dependency.name,
        "version": finding.dependency.written,
        "pinned": finding.dependency.pinned,
        "severity": found.severity and found.severity.word,
        "severity_source": found.severity_source,
        "cvss": [entry._asdict() for entry in found.cvss],
        "malware": found.malware,
        "summary": found.summary,
        "details": found.details,
        "published": found.published,
        "modified": found.modified,
        "references": list(found.references),
        "cwes": list(found.cwes),
        "ranges": list(found.ranges),
        "sources": [
            {
                "source": say.source,
                "id": say.id,
                "affected": say.affected,
                "fixed_in": [str(version) for version in say.fixed_in],
                "severity": say.severity and say.severity.word,
                "withdrawn": say.withdrawn,
            }
            for say in found.says
        ],
        "fixed_in": [str(version) for version in found.fixed_in],
        "upgrade_to": None if finding.upgrade_to is None else str(finding.upgrade_to),
        "upgrade_tried": False,
    }


def _location(location: Location) -> dict[str, Any]:
    return location._asdict()


def _suppressed(verdict: Verdict) -> dict[str, Any] | None:
    entry = verdict.suppression
    if entry is None:
        return None
    return {
        "reason": entry.reason,
        "expires": entry.expires and entry.expires.isoformat(),
        "owner": entry.owner,
        "location": entry.rule.location and _location(entry.rule.location),
    }


def _suppression(entry: Suppression) -> dict[str, Any]:
    return {"id": entry.id, "package": entry.package, "origin": entry.rule.origin}


def _gate(gate: GateResult, *, complete: bool) -> dict[str, Any]:
    blocking = gate.count(Decision.BLOCK)
    return {
        "names": list(gate.names),
        "why": gate.why,
        "date": gate.day.isoformat(),
        "passed": gate.passes(complete=complete),
        "blocking": blocking,
        "warning": gate.count(Decision.WARN),
        "suppressed": gate.count(Decision.SUPPRESSED),
        "not_judged": 0,
        "reasons": list(gate.reasons),
    }


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
