"""Tell a report as GitHub's workflow commands: an annotation on the line of what blocks or warns.

A run that is clean and complete annotates nothing: annotations stand on every page of a change, and who sees one on
each green run reads none of them. The verdict ends every report as a `::debug` command all the same, so that it is
never empty and the log of a step can be asked for it.

https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pysentry_hook.report import Decision, Finding, Novelty, Report, UncheckedLine, Verdict
from pysentry_hook.reports.accepting import concerns
from pysentry_hook.reports.fixes import Free, advice, free_versions
from pysentry_hook.reports.look import Look
from pysentry_hook.reports.verdict import failed, missing, origin, rule_told, verdict_line
from pysentry_hook.reports.words import (
    NOT_CLEAN,
    Portable,
    capital,
    cure,
    input_notes,
    is_outside,
    more_ways,
    named,
    not_known,
    nothing,
    packages,
    place,
    portable,
    severity_word,
    way_in,
    worst_first,
)
from pysentry_hook.steps import MARK
from pysentry_hook.text import clean, count, one_line, some

MOST = 10
"""How many annotations of a level GitHub shows of one step."""
_LONGEST, _LONGEST_TITLE = 3000, 200
"""Characters; GitHub cuts a message at 4,096 and a title at 255."""
_LISTED = 20
_DATA = {ord("%"): "%25", ord("\r"): "%0D", ord("\n"): "%0A"}
_PROPERTY = _DATA | {ord(":"): "%3A", ord(","): "%2C"}
_LEVELS = {Decision.BLOCK: "error", Decision.WARN: "warning"}


class Annotation(NamedTuple):
    """What one command says, and of which stretch of which file."""

    level: str
    title: str
    message: str
    path: str | None = None
    line: int | None = None
    columns: tuple[int, int] | None = None
    """The first column, and the one after the last."""


def render(report: Report, look: Look) -> str:  # noqa: ARG001 (every format has the same signature)
    """Return the commands, those of one level together; file paths are relative to the root of the repository."""
    seen = Portable()
    said = list(_annotations(report, seen))
    by_level = [[each for each in said if each.level == level] for level in ("error", "warning", "notice")]
    lines = [_command(each) for level in by_level for each in _limited(level)]
    lines.append(f"::debug::{_escaped(portable(verdict_line(report, seen)[0]), _DATA, _LONGEST)}")
    return "".join(f"{line}\n" for line in lines)


def _command(annotation: Annotation) -> str:
    properties: dict[str, object] = {}
    if annotation.path and not is_outside(annotation.path):
        properties["file"] = annotation.path
        if annotation.line:
            properties["line"] = annotation.line
        if annotation.columns:
            properties["col"], properties["endColumn"] = annotation.columns
    properties["title"] = one_line(annotation.title, _LONGEST_TITLE)
    told = ",".join(f"{name}={_escaped(value, _PROPERTY, _LONGEST)}" for name, value in properties.items())
    return f"::{annotation.level} {told}::{_escaped(annotation.message, _DATA, _LONGEST)}"


def _escaped(value: object, table: dict[int, str], limit: int) -> str:
    """A value as the runner reads it back; cut before it is escaped, so that no escape is cut."""
    text = clean(value)
    text = text if len(text) <= limit else text[: limit - 1] + "…"
    return text.translate(table)


def _limited(level: Sequence[Annotation]) -> list[Annotation]:
    """At most ten of a level; of more the tenth says how many are left, and where."""
    if len(level) <= MOST:
        return list(level)
    rest = level[MOST - 1 :]
    names = [f"{each.title}{_where(each)}" for each in rest[:_LISTED]]
    more = [f"and {len(rest) - _LISTED:,} more"] if len(rest) > _LISTED else []
    told = [f"GitHub shows {MOST} of a step. All are in the Markdown and JSON reports (-o report.md, -o report.json):"]
    return [*level[: MOST - 1], Annotation(level[0].level, f"{len(rest):,} more", "\n".join([*told, *names, *more]))]


def _where(annotation: Annotation) -> str:
    if annotation.path is None or is_outside(annotation.path):
        return ""
    return f" ({annotation.path}:{annotation.line})" if annotation.line else f" ({annotation.path})"


def _annotations(report: Report, look: Look) -> Iterator[Annotation]:
    """What concerns the whole run first, so that it is never among those that are left out."""
    if not report.complete:
        yield _incomplete(report, look)
    yield from _reasons(report, look)
    yield from _of_statuses(report, look)
    yield from _of_policy(report)
    yield from _of_suppressions(report, look)
    yield from _of_findings(report, look)
    yield from _notices(report, look)


def _incomplete(report: Report, look: Look) -> Annotation:
    """What is missing, on the first input that could not be read."""
    silent = [line.named for line in report.coverage.unanswered]
    told = [
        f"{capital('; '.join(missing(report, look)))}.",
        *([f"No answer for {some(silent)}."] if silent else []),
        *(one_line(f"{name}: {detail}", 500) for name, detail in failed(report.failures, look, silent)),
        *(hint for hint in report.hints if hint.startswith(MARK)),
        f"Rule: {rule_told(report.gate.incomplete, look)}",
    ]
    path = next((failure.path for failure in report.failures if failure.path and failure.kind != "baseline"), None)
    level = "error" if report.gate.incomplete.value == "block" else "warning"
    return Annotation(level, NOT_CLEAN, portable("\n".join(told)), path)


def _reasons(report: Report, look: Look) -> Iterator[Annotation]:
    """Why the gate blocks beside its findings, at the first package that was not checked."""
    lines = report.coverage.unanswerable
    for reason in report.gate.reasons:
        first = lines[0] if lines else None
        told = "\n".join([portable(f"{reason}:"), *_unchecked(lines, look)])
        where = (first.path, first.line) if first else (None, None)
        yield Annotation("error", f"{count(len(lines), 'package')} not checked", told, *where)


def _unchecked(lines: Sequence[UncheckedLine], look: Look) -> Iterator[str]:
    for line in lines[:_LISTED]:
        yield portable(one_line(f"{line.named} ({place(line.path, line.line, look)}): {line.reason}"))
    if len(lines) > _LISTED:
        yield f"and {len(lines) - _LISTED:,} more"


def _of_statuses(report: Report, look: Look) -> Iterator[Annotation]:
    for verdict in report.gate.statuses:
        status = verdict.status
        if verdict.decision is Decision.BLOCK:
            told = [one_line(status.reason), f"Blocks: {verdict.reason} ({portable(origin(verdict.rule, look))})"]
            title = f"{status.package} is {status.status}"
            yield Annotation("error", title, "\n".join(filter(None, told)), status.path)


def _of_policy(report: Report) -> Iterator[Annotation]:
    """What the change that is judged makes of the policy; a reviewer decides about that, no gate does."""
    if report.policy_changes:
        told = [portable(line) for line in report.policy_changes]
        more = [f"and {len(told) - _LISTED:,} more"] if len(told) > _LISTED else []
        loosens = any(line.startswith("this change loosens") for line in told)
        level, title = ("warning", "This change loosens the policy") if loosens else ("notice", "The policy changes")
        yield Annotation(level, title, "\n".join([*told[:_LISTED], *more]))


def _of_suppressions(report: Report, look: Look) -> Iterator[Annotation]:
    """The suppressions that end, have ended or are refused, where they are written."""
    for concern in concerns(report, look):
        renew = [f"Renew: {concern.command}"] if concern.command else []
        told = "\n".join(map(portable, (concern.what, *concern.more, *renew)))
        where = concern.entry.rule.location
        yield Annotation("warning", f"Suppression of {concern.entry.told}", told, *(where or (None, None)))


def _of_findings(report: Report, look: Look) -> Iterator[Annotation]:
    wanted = [verdict for verdict in report.gate.verdicts if verdict.decision in _LEVELS]
    free = free_versions(report)
    fixes = {id(finding): _fix(group, free, look) for group in packages(wanted) for finding in group}
    for verdict in worst_first(wanted):
        yield _of_finding(verdict, fixes[id(verdict.finding)], look)


def _fix(findings: Sequence[Finding], free: Free, look: Look) -> str:
    return advice(findings, findings[0].input, free, look)


def _of_finding(verdict: Verdict, fix: str, look: Look) -> Annotation:
    finding, at = verdict.finding, verdict.finding.location
    vulnerability = finding.vulnerability
    verb = "Blocks" if verdict.decision is Decision.BLOCK else "Warns"
    new = ", new in this change" if finding.novelty is Novelty.INTRODUCED else ""
    told = [
        one_line(vulnerability.summary or vulnerability.details.strip().partition("\n")[0], 300),
        one_line(f"{_fixed(finding)} Fix: {fix}", 500),
        _way_in(finding, look),
        f"{verb}: {verdict.reason}{new} ({portable(origin(verdict.rule, look))})",
    ]
    return Annotation(
        _LEVELS[verdict.decision],
        f"{named(finding.dependency)}: {vulnerability.id} ({severity_word(vulnerability)})",
        "\n".join(filter(None, told)),
        at.path,
        at.line,
        (at.column, at.end_column),
    )


def _fixed(finding: Finding) -> str:
    known = finding.vulnerability
    return f"{capital(cure(finding))}." if known.fixed_in and not known.malware else ""


def _way_in(finding: Finding, look: Look) -> str:
    if not finding.paths:
        return ""
    declared = finding.declared_at
    where = f" ({place(declared.path, declared.line, look)})" if declared else ""
    number = more_ways(finding)
    return one_line(f"Way in: {way_in(finding)}{where}{f' and {number:,} more' if number else ''}", 500)


def _notices(report: Report, look: Look) -> Iterator[Annotation]:
    """What is no reason to stop and must not be silent: what was not checked, who did not answer, zero."""
    if not report.coverage.total:
        yield Annotation("notice", "Nothing to check", nothing(report, look))
    lines = report.coverage.unanswerable
    if lines and not report.gate.reasons:
        told = "\n".join(_unchecked(lines, look))
        yield Annotation("notice", f"{count(len(lines), 'package')} not checked", told, lines[0].path, lines[0].line)
    if report.complete:
        for name, detail in failed(report.failures, look):
            yield Annotation("notice", f"{name} failed", portable(detail))
    others = [each for each in report.gate.statuses if each.decision is not Decision.BLOCK]
    if others:
        told = "\n".join(f"{each.status.package} is {each.status.status} ({each.reason})" for each in others[:_LISTED])
        yield Annotation("notice", f"{count(len(others), 'project')} with a status", told)
    if notes := [portable(one_line(note, 500)) for note in _notes(report, look)]:
        more = [f"and {len(notes) - _LISTED:,} more"] if len(notes) > _LISTED else []
        yield Annotation("notice", "Notes", "\n".join([*notes[:_LISTED], *more]))


def _notes(report: Report, look: Look) -> Iterator[str]:
    """What a reader should know of how it was judged, read and answered; steps of an incomplete audit stand there."""
    yield from report.gate.notes
    yield from (f"{path}: {note}" for path, note in input_notes(report, look))
    yield from (f"{source}: {told}" for source, told in not_known(report))
    yield from (hint for hint in report.hints if report.complete or not hint.startswith(MARK))
