"""Tell a report on GitHub: Markdown for the summary of a job and for a comment, the verdict first."""

from collections.abc import Iterator, Sequence

from pysentry_hook.report import Decision, Report, Verdict
from pysentry_hook.reports.accepting import Concern, accept_command, concerns
from pysentry_hook.reports.fixes import fix, free_versions
from pysentry_hook.reports.gfm import LIMIT, MAX_SHOWN, Part, code, fence, fitted, folded, unless_many, words
from pysentry_hook.reports.look import Look
from pysentry_hook.reports.markdown_folds import background, failures, not_blocking, unchecked
from pysentry_hook.reports.markdown_rows import findings_table, items
from pysentry_hook.reports.verdict import origin, verdict_line
from pysentry_hook.reports.words import (
    NOT_CLEAN,
    Portable,
    capital,
    found,
    input_notes,
    named,
    nothing,
    packages,
    portable,
    shown,
    worst_first,
)
from pysentry_hook.text import count, printable

REST = "every row is in the JSON report (`pysentry-hook -o report.json`)"
_LONG = 2000


def render(report: Report, look: Look) -> str:
    """Return the report as Markdown; places are those of the repository, wherever it is written."""
    seen = Portable(detailed=look.detailed, severity=look.severity)
    return fitted(list(_parts(report, seen)), LIMIT, REST).rstrip("\n") + "\n"


def _parts(report: Report, look: Look) -> Iterator[Part]:
    listed, hidden = shown(report.gate.verdicts, look)
    by_decision = {
        decision: worst_first([verdict for verdict in listed if verdict.decision is decision]) for decision in Decision
    }
    blocking, warning = by_decision[Decision.BLOCK], by_decision[Decision.WARN]
    yield Part(_head(report, look))
    yield from _concerned(list(concerns(report, look)))
    yield from _noted(report, look)
    if not report.complete:
        yield from failures(report, look)
    yield from _blocking(report, blocking, look)
    yield from _fixes(report, [*blocking, *warning], look)
    yield from _accepting(report, blocking, look)
    yield from not_blocking(report, warning, by_decision[Decision.PASS], look)
    if hidden and look.severity:
        told = f"{count(hidden, 'finding')} below {look.severity.word} not shown (`--severity`); none of them blocks."
        yield Part(f"{told}\n\n")
    yield from unchecked(report, look)
    if report.complete:
        yield from failures(report, look)
    yield from background(report, look)


def _head(report: Report, look: Look) -> str:
    """What a reviewer reads first: the verdict, by which gate and why, and how much was found and checked."""
    line = words(portable(verdict_line(report, look)[0]), _LONG)
    gates = " and ".join(report.gate.names)
    why = words(portable(f"Judged by gate {gates} as of {report.gate.day}: {report.gate.why}."), _LONG)
    told = [line, *_counts(report), why]
    return f"## {_headline(report, look)}\n\n" + "\\\n".join(told) + "\n\n"


def _headline(report: Report, look: Look) -> str:
    name = "pysentry-hook ·"
    if report.gate.blocks:
        also = f". {NOT_CLEAN}" if not report.complete else ""
        return f"❌ {name} Blocked by {_causes(report)}{also}"
    if not report.complete:
        return f"⚠️ {name} {NOT_CLEAN}"
    if not report.coverage.total:
        return f"⚪ {name} {words(capital(nothing(report, look)), _LONG)}"
    missing = len(report.coverage.unchecked)
    also = f"; {missing} {'was' if missing == 1 else 'were'} NOT checked" if missing else ""
    harmless = ", none of them blocks" if report.gate.verdicts else ""
    mark = "✅" if report.coverage.checked else "⚠️"
    return f"{mark} {name} {found(report)}{harmless}{also}"


def _causes(report: Report) -> str:
    """What blocks, as numbers."""
    gate = report.gate
    statuses = sum(verdict.decision is Decision.BLOCK for verdict in gate.statuses)
    packages = len(report.coverage.unanswerable) if gate.reasons else 0
    told = [
        (gate.count(Decision.BLOCK), "finding", ""),
        (statuses, "project", " by status"),
        (packages, "package", " not checked"),
    ]
    return " and ".join(count(number, noun) + why for number, noun, why in told if number)


def _counts(report: Report) -> Iterator[str]:
    """How many findings there are, and what became of them."""
    if not report.coverage.total:
        return
    gate = report.gate
    told = [
        f"{number:,} {one if number == 1 else many}"
        for number, one, many in (
            (gate.count(Decision.BLOCK), "blocks", "block"),
            (gate.count(Decision.WARN), "warns", "warn"),
            (gate.count(Decision.PASS) - gate.not_judged, "passes", "pass"),
            (gate.not_judged, "is older than the change", "are older than the change"),
            (gate.count(Decision.SUPPRESSED), "is suppressed", "are suppressed"),
        )
        if number
    ]
    missing = len(report.coverage.unchecked)
    also = f" {count(missing, 'package')} {'was' if missing == 1 else 'were'} NOT checked." if missing else ""
    yield f"{found(report).removeprefix(f'{NOT_CLEAN}. ')}{': ' if told else ''}{', '.join(told)}.{also}"


def _concerned(found: Sequence[Concern]) -> Iterator[Part]:
    """The suppressions that end, have ended or are refused, in plain sight."""
    if found:
        yield Part(rows=[_concern(concern) for concern in found], after="\n")


def _concern(concern: Concern) -> str:
    what = portable(concern.what)
    lines = [
        f"- ⚠️ {words(capital(what), _LONG)}",
        *(f"  {words(portable(line))}" for line in concern.more),
    ]
    if concern.command:
        lines.append(f"  Renew: {code(concern.command, _LONG)}")
    return "\\\n".join(lines) + "\n"


def _noted(report: Report, look: Look) -> Iterator[Part]:
    """What a reader has to know of how it was judged and read; the status of projects that does not block."""
    told = [words(portable(note), _LONG) for note in (*report.gate.notes, *report.policy_changes)]
    told += [f"{code(path)}: {words(note, _LONG)}" for path, note in input_notes(report, look)]
    told += [
        f"{code(verdict.status.package)} is {words(verdict.status.status)} ({words(portable(verdict.reason))})"
        for verdict in report.gate.statuses
        if verdict.decision is not Decision.BLOCK
    ]
    if told:
        yield Part(rows=[f"- Note: {line}\n" for line in told], after="\n")


def _blocking(report: Report, verdicts: Sequence[Verdict], look: Look) -> Iterator[Part]:
    """What blocks: a table, of which more than a screenful is folded, and below it all that is known."""
    if not report.gate.blocks:
        return
    yield Part("### What blocks\n\n")
    reasons = [f"- {words(portable(reason), _LONG)}\n" for reason in report.gate.reasons]
    reasons += [
        f"- {code(verdict.status.package)} is {words(verdict.status.status)}: {words(portable(verdict.reason))} "
        f"({words(portable(origin(verdict.rule, look)))})\n"
        for verdict in report.gate.statuses
        if verdict.decision is Decision.BLOCK
    ]
    if reasons:
        yield Part(rows=reasons, after="\n")
    if not verdicts:
        return
    yield findings_table(verdicts[:MAX_SHOWN], look, weight=8)
    if more := verdicts[MAX_SHOWN:]:
        summary = f"{count(len(more), 'more finding')} that {'blocks' if len(more) == 1 else 'block'}"
        yield from folded(summary, findings_table(more, look, weight=8))
    yield from folded("Details of what blocks", items(verdicts, look, weight=4))


def _fixes(report: Report, verdicts: Sequence[Verdict], look: Look) -> Iterator[Part]:
    """What to do about what blocks or warns: commands to copy, one for each package, and the rest in words."""
    if not verdicts:
        return
    commands, remarks = [], []
    free = free_versions(report)
    for findings in packages(verdicts):
        first = findings[0]
        found = fix(findings, first.input, free, look)
        told = printable(found.words)
        if found.is_command and told == found.words:
            commands.append(f"{told}  # {printable(first.dependency.written)} -> {found.to}")
            continue
        malware = any(finding.vulnerability.malware for finding in findings)
        what = f"{code(named(first.dependency))}{' **is malware**' if malware else ''}"
        remarks.append(f"- {what}: {words(found._replace(words=told).line, _LONG)}\n")
    yield Part("### Fixes\n\n")
    if remarks:
        yield from unless_many(
            Part(rows=list(dict.fromkeys(remarks)), after="\n", weight=2), "package", "without a command"
        )
    if commands:
        yield Part("None of these upgrades was tried: run them, test, and scan again.\n\n")
        yield from unless_many(fence(list(dict.fromkeys(commands)), weight=2), "command", "to copy")


def _accepting(report: Report, blocking: Sequence[Verdict], look: Look) -> Iterator[Part]:
    """How the first finding that blocks would be accepted; malware is not accepted so easily."""
    verdict = next((each for each in blocking if not each.finding.vulnerability.malware), None)
    if verdict is not None:
        command = accept_command(report, verdict, look)
        yield Part(f"To accept a risk instead, with a reason and for a time: {code(command, _LONG)}\n\n")
