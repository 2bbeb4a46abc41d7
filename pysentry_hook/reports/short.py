"""Tell a verdict in few lines: what blocks and where, what the reader must know, and the last line."""

from collections.abc import Iterator, Sequence

from pysentry_hook.report import Decision, Report, Verdict
from pysentry_hook.reports.accepting import suppression_lines, ways_on
from pysentry_hook.reports.look import Look
from pysentry_hook.reports.verdict import failed, verdict_line
from pysentry_hook.reports.words import named, place, severity_word, worst_first
from pysentry_hook.steps import MARK
from pysentry_hook.text import count, printable

MOST = 20


def short(report: Report, look: Look) -> str:
    """Return the verdict as text without colour."""
    return "".join(printable(line) + "\n" for line in _lines(report, look))


def _lines(report: Report, look: Look) -> Iterator[str]:
    verdicts = report.gate.verdicts
    yield from _some([verdict for verdict in verdicts if verdict.decision is Decision.BLOCK], "block", look)
    yield from _some([verdict for verdict in verdicts if verdict.blocks_on is not None], "will block", look)
    yield from suppression_lines(report, look)
    yield from report.gate.notes
    yield from report.policy_changes
    yield from (f"failed    {name}: {detail}" for name, detail in failed(report.failures, look))
    yield from (hint for hint in report.hints if hint.startswith(MARK))
    yield f"Judged by gate {' and '.join(report.gate.names)} as of {report.gate.day}: {report.gate.why}."
    yield from ways_on(report, look)
    yield verdict_line(report, look)[0]


def _some(verdicts: Sequence[Verdict], what: str, look: Look) -> Iterator[str]:
    """The worst of them, and the number of the rest."""
    yield from (_line(verdict, look) for verdict in worst_first(verdicts)[:MOST])
    if len(verdicts) > MOST:
        yield f"and {count(len(verdicts) - MOST, 'finding')} more that {what}: {look.whole}"


def _line(verdict: Verdict, look: Look) -> str:
    finding = verdict.finding
    vulnerability = finding.vulnerability
    word = severity_word(vulnerability).upper()
    where = place(finding.location.path, finding.location.line, look)
    return f"{word:<8}  {vulnerability.id}  {named(finding.dependency)}  {where}  {verdict.reason}"
