"""Tell a report to a person: what was found, the way in, the fix, why it blocks, what was not checked."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from pysentry_hook.advisories import AdvisoryData
from pysentry_hook.model import Severity
from pysentry_hook.report import Decision, Finding, Novelty, Report, Verdict
from pysentry_hook.reports.accepting import suppression_lines, ways_on
from pysentry_hook.reports.fixes import Free, advice, free_versions
from pysentry_hook.reports.lines import Line, Span, as_text
from pysentry_hook.reports.look import Look
from pysentry_hook.reports.verdict import failed, origin, verdict_line
from pysentry_hook.reports.words import (
    cure,
    damaged,
    differences,
    found,
    input_notes,
    more_ways,
    named,
    not_known,
    nothing,
    place,
    severity_word,
    shown,
    way_in,
)
from pysentry_hook.steps import MARK
from pysentry_hook.text import count, some

MAX_LISTED = 20
_STYLES = {
    None: "magenta",
    Severity.LOW: "cyan",
    Severity.MEDIUM: "yellow",
    Severity.HIGH: "red",
    Severity.CRITICAL: "bold red",
}


def render(report: Report, look: Look) -> str:
    """Return the report as text; with colour only where the look asks for it."""
    return as_text(_lines(report, look), width=look.width if look.wraps else None, colour=look.colour)


def _lines(report: Report, look: Look) -> Iterator[Line]:
    listed, hidden = shown(report.gate.verdicts, look)
    by_package = groupby(listed, key=lambda verdict: (verdict.finding.input, verdict.finding.dependency.node))
    free = free_versions(report)
    for _, group in by_package:
        yield from _package(list(group), free, look)
        yield ()
    if hidden and look.severity:
        yield (
            Span(f"{count(hidden, 'finding')} below {look.severity.word} not shown (--severity); none of them blocks."),
        )
        yield ()
    yield from _suppressed(report, look)
    yield from _notes(report, look)
    yield from _coverage(report, look)
    yield from _data(report.advisory_data)
    for name, detail in failed(report.failures, look):
        yield (Span("  failed  ", "bold red"), Span(f"{name}: {detail}"))
    yield from ((Span(hint, whole=True),) for hint in report.hints if hint.startswith(MARK))
    yield (Span(f"Judged by gate {' and '.join(report.gate.names)}: {report.gate.why}.", "dim"),)
    yield from ((Span(line, whole=True),) for line in ways_on(report, look))
    yield (Span(*verdict_line(report, look)),)


def _package(verdicts: Sequence[Verdict], free: Free, look: Look) -> Iterator[Line]:
    finding = verdicts[0].finding
    dependency = finding.dependency
    where = place(finding.location.path, finding.location.line, look)
    groups = ", ".join(sorted(dependency.groups))
    yield (Span(named(dependency), "bold"), Span(f"  {where}  {groups}", "dim"))
    yield from _way_in(finding, look)
    for verdict in verdicts:
        yield from _finding(verdict, look)
    yield from _fix([verdict.finding for verdict in verdicts], free, look)


def _way_in(finding: Finding, look: Look) -> Iterator[Line]:
    if not finding.paths:
        return
    number = more_ways(finding)
    more = f"  and {number} more" if number else ""
    declared = finding.declared_at
    where = f"  ({place(declared.path, declared.line, look)})" if declared else ""
    yield (Span("  way in    ", "dim"), Span(f"{way_in(finding)}{where}{more}"))


def _finding(verdict: Verdict, look: Look) -> Iterator[Line]:
    vulnerability = verdict.finding.vulnerability
    word = severity_word(vulnerability).upper()
    style = _STYLES[vulnerability.severity]
    verb = {Decision.BLOCK: "blocks", Decision.WARN: "warns"}.get(verdict.decision, "does not block")
    tail = f"  {verb}: {verdict.reason}"
    new = "  new" if verdict.finding.novelty is Novelty.INTRODUCED else ""
    head = f"  {vulnerability.id}  {cure(verdict.finding)}{new}"
    yield (Span(f"  {word:<8}", style), Span(head), Span(tail, "bold" if verb == "blocks" else "dim"))
    summary = vulnerability.summary or vulnerability.details.strip().partition("\n")[0]
    if summary:
        yield (Span("            " + textwrap.shorten(summary, max(30, look.width - 12), placeholder=" …"), "dim"),)
    for text in differences(verdict.finding):
        yield (Span(f"            {text}", "dim"),)
    if look.detailed:
        yield from _details(verdict.finding, look)


def _details(finding: Finding, look: Look) -> Iterator[Line]:
    vulnerability = finding.vulnerability
    if vulnerability.aliases:
        yield (Span(f"            also known as {', '.join(vulnerability.aliases)}", "dim"),)
    for paragraph in vulnerability.details.strip().split("\n"):
        for text in textwrap.wrap(paragraph, max(30, look.width - 12)) or [""]:
            yield (Span(f"            {text}"),)
    for url in vulnerability.references:
        yield (Span(f"            {url}", "dim"),)


def _fix(findings: Sequence[Finding], free: Free, look: Look) -> Iterator[Line]:
    """One upgrade that clears all that is known of a package, with the command that asks for it."""
    yield (Span("  fix       ", "dim"), Span(advice(findings, look.path(findings[0].input), free, look), whole=True))


def _suppressed(report: Report, look: Look) -> Iterator[Line]:
    entries = [verdict for verdict in report.gate.verdicts if verdict.decision is Decision.SUPPRESSED]
    if entries:
        yield (Span(f"{count(len(entries), 'finding')} suppressed:"),)
        for verdict in entries:
            text = f"{verdict.finding.vulnerability.id} in {named(verdict.finding.dependency)}"
            yield (Span(f"  {text}  {verdict.reason} ({origin(verdict.rule, look)})", "dim"),)
        yield ()
    for text in suppression_lines(report, look):
        yield (Span(text, "yellow" if text.startswith("warning") else "", text.startswith("Renew")),)
    if report.gate.unused:
        unused = [f"{entry.told} ({origin(entry.rule, look)})" for entry in report.gate.unused]
        yield (Span(f"Accepted and not found: {', '.join(unused)}"),)
        yield ()


def _notes(report: Report, look: Look) -> Iterator[Line]:
    lines = [f"{some(paths)}: {note}" for note, paths in _alike(input_notes(report, look))]
    skipped = ((look.path(entry.path), entry.reason) for entry in report.skipped_inputs)
    lines += [f"{some(paths)} {_unaudited(len(paths))}: {reason}." for reason, paths in _alike(skipped)]
    lines += report.gate.notes
    lines += report.policy_changes
    lines += [f"{verdict.status.package} is {verdict.status.status}" for verdict in report.gate.statuses]
    lines += damaged(report)
    lines += [f"{source}: {told}" for source, told in not_known(report)]
    for line in lines:
        yield (Span(f"note: {line}", "dim"),)
    if lines:
        yield ()


def _alike(told: Iterable[tuple[str, str]]) -> Iterable[tuple[str, list[str]]]:
    """What is said of several files, each with all of them."""
    found: dict[str, list[str]] = {}
    for path, what in told:
        found.setdefault(what, []).append(path)
    return found.items()


def _unaudited(number: int) -> str:
    return "was not audited by itself" if number == 1 else "were not audited by themselves"


def _was(number: int) -> str:
    return "was" if number == 1 else "were"


def _coverage(report: Report, look: Look) -> Iterator[Line]:
    coverage = report.coverage
    unchecked = coverage.unchecked
    if not coverage.total:
        yield (Span(nothing(report, look), "bold"),)
        return
    rest = f"; {len(unchecked):,} {_was(len(unchecked))} NOT checked:" if unchecked else "."
    yield (Span(f"{found(report)}{rest}", "bold"),)
    listed = unchecked[:MAX_LISTED]
    names = [line.named for line in listed]
    places = [place(line.path, line.line, look) for line in listed]
    for name, where, line in zip(names, places, listed, strict=True):
        wide = f"  {name:<{max(map(len, names))}}  {where:<{max(map(len, places))}}  {line.reason}"
        yield (Span(wide),)
    if len(unchecked) > MAX_LISTED:
        yield (Span(f"  and {len(unchecked) - MAX_LISTED:,} more (all of them with -f json)"),)
    yield from ((Span(hint, whole=True),) for hint in report.hints if not hint.startswith(MARK))


def _data(data: Sequence[AdvisoryData]) -> Iterator[Line]:
    told = []
    several = len({entry.source for entry in data}) < len(data)
    for entry in data:
        file = entry.url.rstrip("/").rpartition("/")[2]
        name = f"{entry.source} {file}" if several else entry.source
        if entry.as_of is None:
            told.append(f"{name} none")
            continue
        stale = " (stale)" if entry.stale else ""
        told.append(f"{name} {entry.as_of:%Y-%m-%d %H:%M} UTC{stale}")
    if told:
        yield (Span(f"Data: {', '.join(told)}."),)
