"""Tell a verdict in few lines: what blocks and where, what the reader must know, and the last line."""

from collections.abc import Iterator

from pysentry_hook.report import Decision, Report, Verdict
from pysentry_hook.reports.accepting import suppression_lines, ways_on
from pysentry_hook.reports.look import Look
from pysentry_hook.reports.verdict import failed_name, verdict_line
from pysentry_hook.reports.words import place, severity_word
from pysentry_hook.steps import MARK
from pysentry_hook.text import count, printable

MOST = 20


def short(report: Report, look: Look) -> str:
    """Return the verdict as text without colour."""
    return "".join(printable(line) + "\n" for line in _lines(report, look))


def _lines(report: Report, look: Look) -> Iterator[str]:
    blocking = [verdict for verdict in report.gate.verdicts if verdict.decision is Decision.BLOCK]
    for verdict in blocking[:MOST]:
        yield _line(verdict, look)
    if len(blocking) > MOST:
        yield f"and {count(len(blocking) - MOST, 'finding')} more that block: {look.program} {look.again}".rstrip()
    for verdict in report.gate.verdicts:
        if verdict.blocks_on is not None:
            yield f"{_line(verdict, look)}"
    yield from suppression_lines(report, look)
    yield from report.gate.notes
    yield from report.policy_changes
    yield from (f"failed    {failed_name(failure, look)}: {failure.detail}" for failure in report.failures)
    yield from (hint for hint in report.hints if hint.startswith(MARK))
    yield f"Judged by gate {' and '.join(report.gate.names)} as of {report.gate.day}: {report.gate.why}."
    yield from ways_on(report, look)
    yield verdict_line(report, look)[0]


def _line(verdict: Verdict, look: Look) -> str:
    finding = verdict.finding
    vulnerability, dependency = finding.vulnerability, finding.dependency
    word = severity_word(vulnerability).upper()
    where = place(finding.location.path, finding.location.line, look)
    return f"{word:<8}  {vulnerability.id}  {dependency.name} {dependency.written}  {where}  {verdict.reason}"
