"""Findings as rows of a Markdown table, and as items of a list that tells all that is known of them."""

from collections.abc import Iterator, Sequence

from pysentry_hook.report import Decision, Finding, Novelty, Verdict
from pysentry_hook.reports.fixes import TRIED
from pysentry_hook.reports.gfm import Part, advisory, code, row, table_head, words
from pysentry_hook.reports.look import Look
from pysentry_hook.reports.verdict import origin
from pysentry_hook.reports.words import (
    cure,
    differences,
    more_ways,
    named,
    place,
    portable,
    severity_word,
    useful_fixes,
    way_in,
)

_LOUD = {"malware", "critical", "high"}
_LONGEST_DESCRIPTION = 4000
_MANY_STEPS = 4


def findings_table(verdicts: Sequence[Verdict], look: Look, weight: int = 1) -> Part:
    """What to know of each finding; of what does not block also why."""
    told_why = any(verdict.decision is not Decision.BLOCK for verdict in verdicts)
    head = table_head("Severity", "Package", "Finding", "Fixed in", "Way in", "Place", *(["Why"] if told_why else []))
    return Part(head, [_row(verdict, look, told_why=told_why) for verdict in verdicts], "\n", weight)


def _row(verdict: Verdict, look: Look, *, told_why: bool) -> str:
    finding = verdict.finding
    word = severity_word(finding.vulnerability)
    return row(
        f"**{word.upper()}**" if word in _LOUD else word,
        code(named(finding.dependency)),
        advisory(finding.vulnerability.id),
        _fixed(finding),
        _short_way(finding),
        code(place(finding.location.path, finding.location.line, look)),
        *([words(portable(verdict.reason))] if told_why else []),
    )


def _fixed(finding: Finding) -> str:
    """The versions in which it is fixed, and the one to take where that is another."""
    fixes, target = list(map(str, useful_fixes(finding))), finding.upgrade_to
    if finding.vulnerability.malware or not fixes:
        return cure(finding)
    if target is None or (str(target) in fixes and not finding.upgrade_tried):
        return words(", ".join(fixes))
    return f"{words(', '.join(fixes))}<br>take {words(target)} ({TRIED[finding.upgrade_tried]})"


def _short_way(finding: Finding) -> str:
    """The first path, without the steps between its ends where there are many."""
    path = finding.paths[0] if finding.paths else ()
    number = more_ways(finding)
    more = f" +{number:,}" if number else ""
    if not path:
        return "not known"
    steps = path if len(path) <= _MANY_STEPS else (*path[:2], "…", path[-1])
    return code(" > ".join(steps)) + more


def items(verdicts: Sequence[Verdict], look: Look, weight: int = 1) -> Part:
    """All that is known of each finding, as a list."""
    return Part(
        rows=["".join(f"{line}\n" for line in _item(verdict, look)) for verdict in verdicts], after="\n", weight=weight
    )


def _item(verdict: Verdict, look: Look) -> Iterator[str]:
    finding = verdict.finding
    vulnerability = finding.vulnerability
    summary = words(vulnerability.summary or vulnerability.details.strip().partition("\n")[0], 300)
    yield f"- {code(named(finding.dependency))} {advisory(vulnerability.id)} {summary}".rstrip()
    verb = "blocks" if verdict.decision is Decision.BLOCK else "does not block"
    where = words(portable(origin(verdict.rule, look)), 300)
    yield f"  - {verb}: {words(portable(verdict.reason), 300)} ({where})"
    yield from _origin(finding, look)
    if vulnerability.aliases:
        yield f"  - also known as {', '.join(map(advisory, vulnerability.aliases[:10]))}"
    yield from (f"  - {words(text, 500)}" for text in differences(finding))
    if look.detailed:
        yield from _description(finding)


def _origin(finding: Finding, look: Look) -> Iterator[str]:
    way = way_in(finding)
    declared = finding.declared_at
    where = f", declared at {code(place(declared.path, declared.line, look))}" if declared else ""
    groups = words(", ".join(sorted(finding.dependency.groups)))
    scopes = f", in {groups}" if groups else ""
    if way or where or scopes:
        yield f"  - way in: {code(way, 500) or 'not known'}{where}{scopes}"
    if finding.novelty is Novelty.INTRODUCED:
        yield "  - new in this change"
    if finding.touched:
        yield "  - its version was changed, and it is still not fixed"


def _description(finding: Finding) -> Iterator[str]:
    """What the advisory says, as text and not as the Markdown that it may be, and its references as addresses."""
    lines = finding.vulnerability.details.strip()[:_LONGEST_DESCRIPTION].split("\n")
    told = [text for line in lines if (text := words(line, _LONGEST_DESCRIPTION))]
    if told:
        yield "  - " + "\\\n    ".join(told)
    yield from (f"  - {code(url, 500)}" for url in finding.vulnerability.references[:20])
