"""The JSON report, schema pysentry-hook/report/1: built field by field, complete, the same bytes for the same facts."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from pysentry_hook.model import Subject
from pysentry_hook.report import Decision, Finding
from pysentry_hook.reports.documents import REPORT, in_pieces, moment_document, severity_document
from pysentry_hook.reports.policy_json import place_document, policy_document, suppression_document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pysentry_hook.advisories import AdvisoryData, Vulnerability
    from pysentry_hook.model import Location
    from pysentry_hook.report import Baseline, InputSummary, Report, StatusVerdict, Verdict
    from pysentry_hook.reports.look import Look
    from pysentry_hook.rules import Rule


def render(report: Report, look: Look) -> str:
    """Return the report as JSON; the JSON Schema is `report.schema.json` beside this file."""
    return "".join(pieces(report, look))


def pieces(report: Report, look: Look) -> Iterator[str]:  # noqa: ARG001 (every format has the same signature)
    """Give the same text in pieces, each finding as it is written: the report of a thousand locks is large."""
    return in_pieces(document(report) | {"findings": map(_finding, report.gate.verdicts)})


def document(report: Report) -> dict[str, Any]:
    """Return the report as plain values, less its findings."""
    return {
        "schema": REPORT.schema,
        "tool": {"name": "pysentry-hook", "version": report.version},
        "generated": moment_document(report.generated),
        "subject": _subject(report.subject, report.baseline),
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
        "findings": (),
        "maintenance": [_status(verdict) for verdict in report.gate.statuses],
        "suppressions": {
            "unused": [suppression_document(entry) for entry in report.gate.unused],
            "expired": [suppression_document(entry) for entry in report.gate.expired],
            "ending": [suppression_document(entry) for entry in report.gate.ending],
            "refused": [suppression_document(entry) for entry in report.gate.refused],
        },
        "policy": {
            "effective": {name: dict(values) for name, values in report.gate.effective.items()},
            "files": [file._asdict() for file in report.policy_files],
            "changes": list(report.policy_changes),
            "rules": policy_document(report.policy),
        },
        "gate": _gate(report),
    }


def _subject(subject: Subject | None, baseline: Baseline | None) -> dict[str, Any] | None:
    if subject is None and baseline is None:
        return None
    known = subject or Subject(None, None, None, dirty=False)
    return known._asdict() | {"baseline": baseline and _baseline(baseline)}


def _baseline(baseline: Baseline) -> dict[str, Any]:
    told: dict[str, Any] = {"ref": baseline.ref, "commit": baseline.commit}
    return told if baseline.whole else told | {"whole": False}


def _input(entry: InputSummary) -> dict[str, Any]:
    told = {
        "path": entry.path,
        "format": entry.format,
        "sha256": entry.sha256,
        "packages": entry.packages,
        "resolved": entry.resolved,
        "damaged": entry.damaged,
        "notes": list(entry.notes),
    }
    return told | ({"compiled": [each._asdict() for each in entry.compiled]} if entry.compiled else {})


def _data(data: AdvisoryData) -> dict[str, Any]:
    return data._asdict() | {
        "as_of": data.as_of and moment_document(data.as_of),
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
        "declared_at": finding.declared_at and _declared(finding.declared_at),
        "novelty": finding.novelty.value,
        "touched": finding.touched,
        "suppressed": _suppressed(verdict),
        "verdict": _decided(verdict.decision, verdict.rule, verdict.reason, verdict.blocks_on),
    }


def _declared(location: Location) -> dict[str, Any]:
    return {"path": location.path, "line": location.line, "text": location.text}


def _decided(decision: Decision, rule: Rule, reason: str, blocks_on: date | None = None) -> dict[str, Any]:
    return {
        "decision": decision.value,
        "rule": rule.key,
        "value": rule.value,
        "origin": rule.origin,
        "location": place_document(rule.location),
        "reason": reason,
        "blocks_on": blocks_on and blocks_on.isoformat(),
    }


def _status(verdict: StatusVerdict) -> dict[str, Any]:
    status = verdict.status
    return {
        "package": status.package,
        "status": status.status,
        "reason": status.reason,
        "path": status.path,
        "verdict": _decided(verdict.decision, verdict.rule, verdict.reason),
    }


def _vulnerability(found: Vulnerability, finding: Finding) -> dict[str, Any]:
    return {
        "id": found.id,
        "aliases": list(found.aliases),
        "package": finding.dependency.name,
        "version": finding.dependency.written,
        "pinned": finding.dependency.pinned,
        "severity": severity_document(found.severity),
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
                "severity": severity_document(say.severity),
                "withdrawn": say.withdrawn,
            }
            for say in found.says
        ],
        "fixed_in": [str(version) for version in found.fixed_in],
        "upgrade_to": None if finding.upgrade_to is None else str(finding.upgrade_to),
        "upgrade_tried": finding.upgrade_tried,
    }


def _location(location: Location) -> dict[str, Any]:
    return location._asdict()


def _suppressed(verdict: Verdict) -> dict[str, Any] | None:
    entry = verdict.suppression
    if entry is None:
        return None
    return suppression_document(entry)


def _gate(report: Report) -> dict[str, Any]:
    gate = report.gate
    return {
        "names": list(gate.names),
        "why": gate.why,
        "date": gate.day.isoformat(),
        "passed": report.passed,
        "blocking": gate.count(Decision.BLOCK),
        "warning": gate.count(Decision.WARN),
        "suppressed": gate.count(Decision.SUPPRESSED),
        "not_judged": gate.not_judged,
        "reasons": list(gate.reasons),
        "notes": list(gate.notes),
        "too_old": list(gate.too_old),
        "on_incomplete": {
            "rule": gate.incomplete.key,
            "value": gate.incomplete.value,
            "origin": gate.incomplete.origin,
            "location": place_document(gate.incomplete.location),
        },
    }
