"""The folded sections of the Markdown report: what does not block, what was not checked, and what it rests on."""

from collections.abc import Iterator, Sequence

from pysentry_hook.advisories import AdvisoryData
from pysentry_hook.report import Decision, Report, Verdict
from pysentry_hook.reports.gfm import Part, advisory, code, folded, row, table_head, words
from pysentry_hook.reports.look import Look
from pysentry_hook.reports.markdown_rows import findings_table, items
from pysentry_hook.reports.verdict import failed, origin, rule_told
from pysentry_hook.reports.words import capital, damaged, is_outside, named, not_known, place, portable
from pysentry_hook.rules import Suppression
from pysentry_hook.text import count

_LONG = 2000


def not_blocking(report: Report, warning: Sequence[Verdict], passing: Sequence[Verdict], look: Look) -> Iterator[Part]:
    """What warns, what is let pass, and what is suppressed."""
    if warning:
        told = f"{count(len(warning), 'finding')} that {'warns' if len(warning) == 1 else 'warn'}"
        yield from folded(told, findings_table(warning, look), items(warning, look))
    if passing:
        old = sum(verdict.rule.key.endswith(".only_introduced") for verdict in passing)
        kinds = [(old, "older than the change"), (len(passing) - old, "below the threshold")]
        told = ", ".join(f"{number:,} {kind}" for number, kind in kinds if number)
        summary = f"{count(len(passing), 'finding')} that {'passes' if len(passing) == 1 else 'pass'}: {told}"
        parts = [findings_table(passing, look)]
        yield from folded(summary, *parts, *([items(passing, look)] if look.detailed else []))
    yield from _suppressed(report, look)


def _suppressed(report: Report, look: Look) -> Iterator[Part]:
    covered = [verdict for verdict in report.gate.verdicts if verdict.decision is Decision.SUPPRESSED]
    if covered:
        head = table_head("Finding", "Package", "Reason", "Owner", "Until", "Place")
        rows = [_accepted(verdict, verdict.suppression, look) for verdict in covered if verdict.suppression]
        yield from folded(f"{count(len(covered), 'finding')} suppressed", Part(head, rows, "\n"))
    if report.gate.unused:
        rows = [f"- {words(entry.told)} ({_where(entry, look)})\n" for entry in report.gate.unused]
        summary = f"{count(len(rows), 'suppression')} that {'covers' if len(rows) == 1 else 'cover'} nothing"
        yield from folded(summary, Part(rows=rows, after="\n"))


def _accepted(verdict: Verdict, entry: Suppression, look: Look) -> str:
    finding = verdict.finding
    return row(
        advisory(finding.vulnerability.id),
        code(named(finding.dependency)),
        words(entry.reason or "no reason given", 500),
        words(entry.owner or ""),
        f"{entry.expires or 'no end'}{' or a fix' if entry.until_fixed else ''}",
        _where(entry, look),
    )


def _where(entry: Suppression, look: Look) -> str:
    return code(portable(origin(entry.rule, look)))


def unchecked(report: Report, look: Look) -> Iterator[Part]:
    """What was not checked, with place and reason, and what would change that."""
    lines = report.coverage.unchecked
    if lines:
        head = table_head("Package", "Place", "Reason")
        rows = [
            row(
                code(line.named),
                code(place(line.path, line.line, look)),
                words(portable(line.reason)),
            )
            for line in lines
        ]
        yield from folded(f"{count(len(lines), 'package')} NOT checked", Part(head, rows, "\n", weight=2))
    if report.hints:
        yield Part(rows=[f"- {words(portable(hint), 500)}\n" for hint in report.hints], after="\n")


def failures(report: Report, look: Look) -> Iterator[Part]:
    """What went wrong; open, because an incomplete audit is read for it."""
    told = zip(report.failures, failed(report.failures, look), strict=True)
    rows = [row(words(failure.kind), code(name), words(portable(detail), 500)) for failure, (name, detail) in told]
    if rows:
        part = Part(table_head("Kind", "Name", "What happened"), rows, "\n", weight=2)
        yield from folded(count(len(rows), "failure"), part, is_open=True)


def background(report: Report, look: Look) -> Iterator[Part]:
    """How it was judged, and what was read and asked."""
    yield from folded("How it was judged", *_judged(report, look))
    yield from folded("What was read, and the advisory data", *_read(report, look), *_data(report, look))


def _judged(report: Report, look: Look) -> Iterator[Part]:
    gate = report.gate
    names = " and ".join(map(code, gate.names))
    told = [f"Gate {names}, as of {gate.day}: {words(portable(gate.why), _LONG)}"]
    rules = dict.fromkeys(rule_told(verdict.rule, look) for verdict in gate.verdicts)
    told += [f"Decided: {words(portable(rule), 300)}" for rule in rules]
    told.append(f"For an incomplete audit: {words(portable(rule_told(gate.incomplete, look)), 300)}")
    yield Part(rows=[f"- {line}\n" for line in told], after="\n")
    settings = [
        row(code(name), code(key), code(value)) for name, keys in gate.effective.items() for key, value in keys.items()
    ]
    yield Part(table_head("Gate", "Setting", "Value"), settings, "\n")
    if report.policy_files:
        rows = [row(code(look.path(file.path)), code(file.sha256)) for file in report.policy_files]
        yield Part(table_head("Policy file", "SHA-256"), rows, "\n")


def _read(report: Report, look: Look) -> Iterator[Part]:
    told = []
    if subject := report.subject:
        state = " with changes that are not committed" if subject.dirty else ""
        told.append(f"Commit {code(subject.commit or 'not known')}{state}, {code(subject.ref or 'no branch')}")
    if report.baseline:
        told.append(f"Compared with {code(report.baseline.ref)}, {code(report.baseline.commit or 'not readable')}")
    told += [
        f"{code(entry.path)} was not audited by itself: {words(portable(entry.reason), 300)}"
        for entry in report.skipped_inputs
    ]
    yield Part(rows=[f"- {line}\n" for line in told], after="\n" if told else "")
    rows = [
        row(
            code(look.path(entry.path)),
            f"{entry.packages:,}" if not entry.damaged else "damaged",
            code(entry.sha256 or ""),
            words(entry.resolved or ""),
        )
        for entry in report.inputs
    ]
    yield Part(table_head("Input", "Packages", "SHA-256", "Resolved"), rows, "\n")


def _data(report: Report, look: Look) -> Iterator[Part]:
    rows = [_source(data, look) for data in report.advisory_data]
    yield Part(table_head("Source", "From", "Revision", "As of"), rows, "\n")
    told = [words(capital(line), _LONG) for line in damaged(report)]
    told += [f"{code(source)}: {words(what, _LONG)}" for source, what in not_known(report)]
    told.append(f"Made by pysentry-hook {words(report.version)} at {report.generated:%Y-%m-%d %H:%M} UTC")
    yield Part(rows=[f"- {line}\n" for line in told], after="\n")


def _source(data: AdvisoryData, look: Look) -> str:
    as_of = f"{data.as_of:%Y-%m-%d %H:%M} UTC{' (stale)' if data.stale else ''}" if data.as_of else "no answer"
    address = look.path(data.url) if is_outside(data.url) else data.url
    return row(code(data.source), code(address), code(data.revision or ""), as_of)
