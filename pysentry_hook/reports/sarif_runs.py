"""Make the runs of a SARIF log: one of the whole scan, or one of each project where several were scanned."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import sarif_om

from pysentry_hook.advisories import AdvisoryData
from pysentry_hook.model import Subject
from pysentry_hook.report import Decision, Report
from pysentry_hook.reports import sarif_notes
from pysentry_hook.reports.fingerprints import fingerprints
from pysentry_hook.reports.look import Look
from pysentry_hook.reports.sarif_results import Told, declarations, result, suppressions
from pysentry_hook.reports.sarif_rules import rule, score
from pysentry_hook.reports.sarif_text import relative_uri, web_uri, words
from pysentry_hook.text import count

_NAME = "pysentry-hook"
_HOME = "https://github.com/pysentry-hook/pysentry-hook"
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
MOST_RESULTS = 5_000
"""As many alerts as GitHub shows of a run."""
_MOST_RUNS = 20
"""As many runs as GitHub takes in a file."""
_SEMANTIC = re.compile(r"\d+\.\d+\.\d+")


def log(report: Report, look: Look) -> Any:
    """Return the log of a report."""
    return sarif_om.SarifLog(schema_uri=_SCHEMA, version="2.1.0", runs=list(_runs(report, look)))


class _Project(NamedTuple):
    """What a run tells of."""

    path: str | None
    """The input; None for the whole scan."""
    complete: bool
    told: Sequence[Told]
    notes: Sequence[sarif_notes.Note]


def _runs(report: Report, look: Look) -> Iterator[Any]:
    verdicts = report.gate.verdicts
    told = list(map(Told, verdicts, fingerprints([verdict.finding for verdict in verdicts])))
    return (_run(report, project, look) for project in _projects(report, told))


def _projects(report: Report, told: Sequence[Told]) -> Iterator[_Project]:
    """The whole scan as one; or each input, those without an incomplete audit if there are such."""
    notes = list(sarif_notes.notes(report))
    paths = list(dict.fromkeys(entry.path for entry in report.inputs))
    if not 1 < len(paths) <= _MOST_RUNS:
        yield _Project(None, report.complete, told, notes)
        return
    missing = incomplete(report)
    chosen = [path for path in paths if path not in missing] or paths
    left_out = list(sarif_notes.left_out([path for path in paths if path not in chosen]))
    for path in chosen:
        own = [each for each in told if each.verdict.finding.input == path]
        others = {other for other in chosen if other != path}
        yield _Project(path, path not in missing, own, [*left_out, *sarif_notes.without(notes, others)])


def incomplete(report: Report) -> frozenset[str]:
    """The inputs that lack an answer; all of them where nobody can tell which."""
    paths = frozenset(entry.path for entry in report.inputs)
    if report.complete:
        return frozenset()
    damaged = {entry.path for entry in report.inputs if entry.damaged}
    blamed = {line.path for line in report.coverage.unanswered}
    for failure in report.failures:
        if failure.kind != "source":
            where = failure.path or ""
            blamed.add(next((path for path in damaged if where.startswith(f"{path}/")), where))
    nothing = report.coverage.total > 0 and not report.coverage.checked
    return paths if nothing or report.gate.too_old or not blamed <= paths else frozenset(damaged | blamed)


def _run(report: Report, project: _Project, look: Look) -> Any:
    shown = [each for each in project.told if look.sarif_suppressed or not _is_suppressed(each)]
    kept = _worst(shown)
    notes = [
        *project.notes,
        *sarif_notes.suppressed(len(project.told) - len(shown)),
        *sarif_notes.limited(len(kept), len(shown)),
    ]
    groups: dict[str, list[Told]] = {}
    for each in kept:
        groups.setdefault(each.verdict.finding.vulnerability.id, []).append(each)
    return sarif_om.Run(
        tool=_tool(report, [rule([each.verdict.finding for each in group]) for group in groups.values()]),
        automation_details=_automation(project.path),
        column_kind="unicodeCodePoints",
        invocations=[_invocation(report, project, notes)],
        original_uri_base_ids={
            "%SRCROOT%": sarif_om.ArtifactLocation(description=sarif_om.Message(text="The root of the repository."))
        },
        version_control_provenance=_provenance(report.subject),
        results=_results(report, kept, {name: number for number, name in enumerate(groups)}),
        properties=_properties(report),
    )


def _is_suppressed(told: Told) -> bool:
    return told.verdict.decision is Decision.SUPPRESSED


def _worst(told: Sequence[Told]) -> Sequence[Told]:
    """The worst findings, as many as are shown, in the order of the report."""
    if len(told) <= MOST_RESULTS:
        return told
    found = [each.verdict.finding.vulnerability for each in told]
    ranked = sorted(range(len(told)), key=lambda number: (-found[number].rank, -(score(found[number]) or 0), number))
    return [told[number] for number in sorted(ranked[:MOST_RESULTS])]


def _results(report: Report, kept: Sequence[Told], numbers: dict[str, int]) -> Iterator[Any]:
    """Make the results one after the other as they are written; all at once they take 200 MB."""
    declared = declarations(report.gate.verdicts)
    marked = any(map(_is_suppressed, kept))  # the standard wants the list in every result of a run or in none
    for each in kept:
        made = result(each, numbers[each.verdict.finding.vulnerability.id], declared)
        made.suppressions = list(suppressions(each.verdict)) if marked else None
        yield made


def _tool(report: Report, rules: list[Any]) -> Any:
    return sarif_om.Tool(
        driver=sarif_om.ToolComponent(
            name=_NAME,
            information_uri=_HOME,
            version=report.version,
            semantic_version=report.version if _SEMANTIC.fullmatch(report.version) else None,
            rules=rules,
            notifications=sarif_notes.descriptors(),
        )
    )


def _automation(path: str | None) -> Any:
    """The category of a run where a file has several; alone it takes the one that the upload names."""
    return path and sarif_om.RunAutomationDetails(id=f"{_NAME}/{relative_uri(path)}/")


def _invocation(report: Report, project: _Project, notes: Sequence[sarif_notes.Note]) -> Any:
    """How it went; a finding or a gate that blocks is no failed execution, which would keep an upload back."""
    gate = report.gate
    code, verb = (1, "blocked") if gate.blocks else (0, "passed") if report.passed else (3, "incomplete")
    number = gate.count(Decision.BLOCK)
    told = f"{count(number, 'finding')} {'blocks' if number == 1 else 'block'}"
    return sarif_om.Invocation(
        execution_successful=project.complete,
        exit_code=code,
        exit_code_description=words(f"Gate {' and '.join(gate.names)}: {verb}; {told}."),
        tool_execution_notifications=[sarif_notes.notification(note) for note in notes] or None,
    )


def _provenance(subject: Subject | None) -> list[Any] | None:
    """The commit that was scanned; nothing of one with changes, which is no state that anybody could get."""
    address = web_uri(subject.repository) if subject and subject.repository else None
    if subject is None or address is None or subject.dirty:
        return None
    return [
        sarif_om.VersionControlDetails(
            repository_uri=address,
            revision_id=subject.commit,
            branch=subject.ref and words(subject.ref),
            mapped_to=sarif_om.ArtifactLocation(uri_base_id="%SRCROOT%"),
        )
    ]


def _properties(report: Report) -> dict[str, object]:
    """Which policy judged, which data it rests on, and how much was checked, of the whole scan."""
    gate, coverage = report.gate, report.coverage
    return {
        "gate": {
            "names": list(map(words, gate.names)),
            "why": words(gate.why),
            "passed": report.passed,
            "blocking": gate.count(Decision.BLOCK),
            "warning": gate.count(Decision.WARN),
            "suppressed": gate.count(Decision.SUPPRESSED),
            "notJudged": gate.not_judged,
        },
        "policy": [{"path": words(file.path), "sha256": words(file.sha256)} for file in report.policy_files],
        "advisoryData": list(map(_data, report.advisory_data)),
        "coverage": {
            "total": coverage.total,
            "checked": coverage.checked,
            "unchecked": len(coverage.unchecked),
            "leftOutByFilter": coverage.left_out_by_filter,
        },
        "inputs": [
            {"path": words(entry.path), "sha256": entry.sha256 and words(entry.sha256)} for entry in report.inputs
        ],
    }


def _data(data: AdvisoryData) -> dict[str, object]:
    """A source and its revision; the time of an answer would make every file another one."""
    return {
        "source": words(data.source),
        "kind": words(data.kind),
        "url": web_uri(data.url),
        "revision": data.revision and words(data.revision),
        "stale": data.stale,
    }
