"""Read a JSON report back into a Report: what `render`, `gate --report` and `explain --report` start from."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from packaging.version import Version

from pysentry_hook.advisories import AdvisoryData, Cvss, Say, Vulnerability
from pysentry_hook.model import Compiled, Dependency, Failure, Location, NormalizedName, Subject
from pysentry_hook.report import (
    Baseline,
    Coverage,
    Decision,
    Finding,
    GateResult,
    InputSummary,
    NotKnown,
    Novelty,
    PolicyFile,
    Report,
    SkippedInput,
    Status,
    StatusVerdict,
    UncheckedLine,
    Verdict,
)
from pysentry_hook.reports.documents import REPORT, read, read_moment, read_severity
from pysentry_hook.reports.policy_json import read_place, read_policy, read_suppression_document
from pysentry_hook.rules import Rule


def read_report(path: str, text: str) -> Report:
    """Return the report of a text; ReportError for what is no report of schema 1, with the place that is wrong."""
    return read(REPORT, path, text, _report)


def _report(values: Mapping[str, Any]) -> Report:
    findings = [_finding(entry) for entry in values["findings"]]
    statuses = tuple(map(_status, values["maintenance"]))
    gate, subject, coverage = values["gate"], values["subject"], values["coverage"]
    baseline = subject and subject["baseline"]
    kept = {kind: tuple(map(read_suppression_document, entries)) for kind, entries in values["suppressions"].items()}
    return Report(
        version=values["tool"]["version"],
        generated=read_moment(values["generated"]),
        subject=_subject(subject),
        baseline=Baseline(**baseline) if baseline else None,
        failures=tuple(Failure(**entry) for entry in values["failures"]),
        inputs=tuple(map(_input, values["inputs"])),
        skipped_inputs=tuple(SkippedInput(**entry) for entry in values["skipped_inputs"]),
        advisory_data=tuple(map(_data, values["advisory_data"])),
        not_known=tuple(NotKnown(**entry) for entry in values["not_known"]),
        hints=tuple(values["hints"]),
        coverage=Coverage(**coverage | {"unchecked": tuple(UncheckedLine(**line) for line in coverage["unchecked"])}),
        findings=tuple(findings),
        statuses=tuple(verdict.status for verdict in statuses),
        policy_files=tuple(PolicyFile(**entry) for entry in values["policy"]["files"]),
        policy_changes=tuple(values["policy"]["changes"]),
        policy=read_policy(values["policy"]["rules"]),
        gate=GateResult(
            names=tuple(gate["names"]),
            why=gate["why"],
            day=date.fromisoformat(gate["date"]),
            verdicts=tuple(map(_verdict, findings, values["findings"])),
            statuses=statuses,
            unused=kept["unused"],
            expired=kept["expired"],
            ending=kept["ending"],
            refused=kept["refused"],
            reasons=tuple(gate["reasons"]),
            notes=tuple(gate["notes"]),
            too_old=tuple(gate["too_old"]),
            incomplete=_rule(gate["on_incomplete"]),
            effective=values["policy"]["effective"],
        ),
    )


def _subject(values: Mapping[str, Any] | None) -> Subject | None:
    known = None if values is None else Subject(**{key: values[key] for key in Subject._fields})
    return None if known == Subject(None, None, None, dirty=False) else known


def _input(values: Mapping[str, Any]) -> InputSummary:
    made = tuple(Compiled(**each) for each in values.get("compiled", ()))
    return InputSummary(**{**values, "notes": tuple(values["notes"]), "compiled": made})


def _data(values: Mapping[str, Any]) -> AdvisoryData:
    as_of = values["as_of"] and read_moment(values["as_of"])
    return AdvisoryData(**{**values, "as_of": as_of, "damaged_records": tuple(values["damaged_records"])})


def _finding(values: Mapping[str, Any]) -> Finding:
    upgrade, declared = values["upgrade_to"], values["declared_at"]
    return Finding(
        input=values["input"],
        dependency=Dependency(
            name=NormalizedName(values["package"]),
            version=Version(values["version"]),
            written=values["version"],
            groups=frozenset(values["groups"]),
            direct=values["direct"],
            indexes=(),
            pinned=values["pinned"],
            place=0,
        ),
        vulnerability=_vulnerability(values),
        upgrade_to=None if upgrade is None else Version(upgrade),
        paths=tuple(map(tuple, values["paths"])),
        more_paths=values["more_paths"],
        location=Location(**values["location"]),
        declared_at=None if declared is None else Location(declared["path"], declared["line"], 1, 1, declared["text"]),
        novelty=Novelty(values["novelty"]),
        touched=values["touched"],
        upgrade_tried=values["upgrade_tried"],
    )


def _vulnerability(values: Mapping[str, Any]) -> Vulnerability:
    return Vulnerability(
        id=values["id"],
        aliases=tuple(values["aliases"]),
        severity=read_severity(values["severity"]),
        severity_source=values["severity_source"],
        cvss=tuple(Cvss(**entry) for entry in values["cvss"]),
        malware=values["malware"],
        summary=values["summary"],
        details=values["details"],
        published=values["published"],
        modified=values["modified"],
        references=tuple(values["references"]),
        cwes=tuple(values["cwes"]),
        ranges=tuple(values["ranges"]),
        says=tuple(map(_say, values["sources"])),
        fixed_in=tuple(map(Version, values["fixed_in"])),
    )


def _say(values: Mapping[str, Any]) -> Say:
    fixed_in = tuple(map(Version, values["fixed_in"]))
    return Say(**{**values, "fixed_in": fixed_in, "severity": read_severity(values["severity"])})


def _rule(values: Mapping[str, Any]) -> Rule:
    return Rule(values["rule"], values["value"], values["origin"], read_place(values["location"]))


def _verdict(finding: Finding, values: Mapping[str, Any]) -> Verdict:
    verdict, suppressed = values["verdict"], values["suppressed"]
    return Verdict(
        finding=finding,
        decision=Decision(verdict["decision"]),
        rule=_rule(verdict),
        reason=verdict["reason"],
        suppression=suppressed and read_suppression_document(suppressed),
        blocks_on=verdict["blocks_on"] and date.fromisoformat(verdict["blocks_on"]),
    )


def _status(values: Mapping[str, Any]) -> StatusVerdict:
    status = Status(NormalizedName(values["package"]), values["status"], values["reason"], values["path"])
    verdict = values["verdict"]
    return StatusVerdict(status, Decision(verdict["decision"]), _rule(verdict), verdict["reason"])
