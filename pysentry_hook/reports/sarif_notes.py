"""Tell what is no finding as SARIF notifications: what was not checked, what failed, what the reader has to know."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import sarif_om

from pysentry_hook.report import Decision, Report
from pysentry_hook.reports.look import Look
from pysentry_hook.reports.sarif_results import place
from pysentry_hook.reports.sarif_text import message, relative_uri
from pysentry_hook.reports.verdict import failed_name, missing
from pysentry_hook.reports.words import NOT_CLEAN, capital, damaged, input_notes, is_outside
from pysentry_hook.rules import Suppression
from pysentry_hook.text import count

_LONGEST = 1000
_PAGE = "https://github.com/pysentry-hook/pysentry-hook#reports"


class Kind(NamedTuple):
    """A kind of notification: its id, what it is about, and what to do about it."""

    id: str
    about: str
    cure: str


INCOMPLETE = Kind("incomplete-audit", "An answer that was due did not come.", "Run it again, or use a database.")
LEFT_OUT = Kind("input-left-out", "An input whose audit is incomplete.", "Run it again; no alert of it is closed.")
FAILURE = Kind(
    "audit-failure", "A source, an input, a resolver or the baseline failed.", "The message says what failed."
)
UNCHECKED = Kind("unchecked-dependency", "A dependency that was not checked.", "The message says why.")
SUPPRESSED = Kind("suppressed-findings", "Accepted findings.", "--sarif-suppressed puts them into this file.")
LIMIT = Kind("result-limit", "More findings than a dashboard shows.", "The JSON report holds all of them.")
GATE = Kind("gate-verdict", "How the gate judged.", "pysentry-hook explain tells of each finding why.")
SUPPRESSION = Kind("suppression-state", "A suppression that ends, has ended or covers nothing.", "Renew or remove it.")
STATUS = Kind("project-status", "A project that is not active on its index.", "Look for its successor.")
INPUT = Kind("input-note", "How the inputs were read.", "The message says what was found.")
DATA = Kind("advisory-data", "The advisory data and what they do not know.", "Refresh the data and run it again.")
KINDS = (
    INCOMPLETE,
    LEFT_OUT,
    FAILURE,
    UNCHECKED,
    SUPPRESSED,
    LIMIT,
    GATE,
    SUPPRESSION,
    STATUS,
    INPUT,
    DATA,
)


class Note(NamedTuple):
    """One notification; without a path it is about the whole audit."""

    kind: Kind
    level: str
    text: str
    path: str | None = None
    line: int | None = None


def descriptors() -> list[Any]:
    """Describe every kind, in the order of KINDS."""
    return [
        sarif_om.ReportingDescriptor(
            id=kind.id,
            name="".join(word.capitalize() for word in kind.id.split("-")),
            short_description=sarif_om.MultiformatMessageString(text=kind.about),
            full_description=sarif_om.MultiformatMessageString(text=kind.about),
            help=sarif_om.MultiformatMessageString(text=kind.cure),
            help_uri=_PAGE,
        )
        for kind in KINDS
    ]


def notification(note: Note) -> Any:
    """Return a note as SARIF has it."""
    return sarif_om.Notification(
        message=sarif_om.Message(text=message(note.text, _LONGEST)),
        level=note.level,
        descriptor=sarif_om.ReportingDescriptorReference(id=note.kind.id, index=KINDS.index(note.kind)),
        locations=[_location(note.path, note.line)] if note.path and not is_outside(note.path) else None,
    )


def _location(path: str, line: int | None) -> Any:
    if line is None:
        where = sarif_om.ArtifactLocation(uri=relative_uri(path), uri_base_id="%SRCROOT%")
        return sarif_om.Location(physical_location=sarif_om.PhysicalLocation(artifact_location=where))
    return sarif_om.Location(physical_location=place(path, line))


def notes(report: Report) -> Iterator[Note]:
    """Everything beside the findings that any other format tells."""
    yield from _completeness(report)
    yield from _unchecked(report)
    yield from _judgement(report)
    yield from _suppressions(report)
    yield from _statuses(report)
    yield from _inputs(report)
    yield from _data(report)


def suppressed(number: int) -> Iterator[Note]:
    """Say how many accepted findings are not in the file."""
    if number:
        told = f"{count(number, 'suppressed finding')} {'is' if number == 1 else 'are'} not in this file"
        yield Note(SUPPRESSED, "note", f"{told}; --sarif-suppressed puts {'it' if number == 1 else 'them'} in.")


def limited(number: int, total: int) -> Iterator[Note]:
    """Say that findings were left out because there are too many."""
    if number < total:
        told = f"Only the worst {number:,} of {count(total, 'finding')} are in this file, as many as a dashboard shows"
        yield Note(LIMIT, "warning", f"{told}; the JSON report holds all of them.")


def left_out(paths: Sequence[str]) -> Iterator[Note]:
    """Name the inputs of which the file tells nothing."""
    for path in paths:
        text = f"{path} is not in this file, because its audit is incomplete. None of its alerts is closed."
        yield Note(LEFT_OUT, "error", text)


def _completeness(report: Report) -> Iterator[Note]:
    level = "warning" if report.complete else "error"
    if not report.complete:
        yield Note(INCOMPLETE, level, f"{NOT_CLEAN}. {'; '.join(missing(report, Look()))}.")
    for text in report.gate.too_old:
        yield Note(DATA, level, _sentence(text))
    for failure in report.failures:
        yield Note(FAILURE, level, f"{failed_name(failure, Look())}: {failure.detail}", failure.path)


def _unchecked(report: Report) -> Iterator[Note]:
    for line in report.coverage.unchecked:
        level = "error" if line.unanswered else "warning"
        yield Note(UNCHECKED, level, f"{line.named} was not checked: {line.reason}", line.path, line.line)


def _judgement(report: Report) -> Iterator[Note]:
    gate = report.gate
    for text in gate.reasons:
        yield Note(GATE, "error", _sentence(text))
    for text in gate.notes:
        yield Note(GATE, "note", _sentence(text))
    for text in report.policy_changes:
        yield Note(GATE, "warning", _sentence(text))


def _suppressions(report: Report) -> Iterator[Note]:
    gate = report.gate
    for entry in gate.ending:
        yield _about(entry, "warning", f"A suppression ends on {entry.expires}")
    for entry in gate.expired:
        yield _about(entry, "warning", f"A suppression ended {entry.end(gate.day)} and holds no more")
    for entry in gate.refused:
        yield _about(entry, "warning", "Ignored without a reason, so it is judged")
    for entry in gate.unused:
        yield _about(entry, "note", "Accepted and not found")


def _about(entry: Suppression, level: str, text: str) -> Note:
    where = entry.rule.location
    told = f"{text}: {entry.told} ({where or entry.rule.origin})."
    return Note(SUPPRESSION, level, told, where.path if where else None, where.line if where else None)


def _statuses(report: Report) -> Iterator[Note]:
    for verdict in report.gate.statuses:
        status = verdict.status
        level = "error" if verdict.decision is Decision.BLOCK else "warning"
        reason = f" ({status.reason})" if status.reason else ""
        yield Note(STATUS, level, f"{status.package} is {status.status}{reason}: {verdict.reason}", status.path)


def _inputs(report: Report) -> Iterator[Note]:
    for path, note in input_notes(report, Look()):
        yield Note(INPUT, "note", f"{path}: {note}", path)
    for skipped in report.skipped_inputs:
        yield Note(INPUT, "note", f"{skipped.path} was not audited by itself: {skipped.reason}.")
    for hint in report.hints:
        yield Note(INPUT, "note", hint)
    if report.coverage.left_out_by_filter:
        number = count(report.coverage.left_out_by_filter, "package")
        yield Note(INPUT, "note", f"{number} left out by the chosen scopes.")


def _data(report: Report) -> Iterator[Note]:
    for data in report.advisory_data:
        if data.stale:
            yield Note(DATA, "warning", f"The data of {data.source} are stale: the source gave no newer ones.")
    for text in damaged(report):
        yield Note(DATA, "note", _sentence(text))
    for entry in report.not_known:
        yield Note(DATA, "note", f"{entry.source}: {entry.reason}: {entry.package} {entry.version}")


def _sentence(text: str) -> str:
    return capital(text) + ("" if text.endswith(".") else ".")


def without(found: Iterable[Note], others: Collection[str | None]) -> list[Note]:
    """Those that are not about one of the other inputs."""
    return [note for note in found if note.path not in others]
