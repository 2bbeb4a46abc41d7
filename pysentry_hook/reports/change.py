"""Tell a developer of one commit or push: what it brings in and how to go on; a page if it blocks, else three lines."""

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from pysentry_hook.report import Decision, Novelty, Report, Verdict
from pysentry_hook.reports.accepting import later
from pysentry_hook.reports.fixes import advice
from pysentry_hook.reports.look import Look
from pysentry_hook.reports.verdict import rule_told
from pysentry_hook.text import clean, count, some

_MOST_PACKAGES = 4
_MOST_FINDINGS = 4
_CONSEQUENCES = ("none of the ", "no answer for ")
"""How failures begin that only say again that a source was silent."""
_MOST_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=False)
class Change:
    """What is judged: a commit or a push, and what has to be said of it."""

    word: str
    """commit or push."""
    notes: tuple[str, ...] = ()
    is_first: bool = False
    packages: int | None = None
    """How many versions it brings in; None where everything was looked at."""
    knows_all: bool = True
    """Whether every state that it stands on is known."""
    command: str | None = None
    """How the program is called where the text is read; None: it cannot be."""


def told(report: Report, change: Change, look: Look) -> str:
    """Return the text, without colour."""
    blocking = [verdict for verdict in report.gate.verdicts if verdict.decision is Decision.BLOCK]
    lines = _blocked(report, blocking, change, look) if report.gate.blocks else _in_three(_passed(report, change))
    return "".join(clean(line).replace("\n", " ") + "\n" for line in lines)


def _blocked(report: Report, blocking: Sequence[Verdict], change: Change, look: Look) -> Iterator[str]:
    packages = [list(group) for _, group in groupby(blocking, key=_package)]
    yield f"pysentry-hook: blocked. {_brings_in(packages, change)}"
    for group in packages[:_MOST_PACKAGES]:
        yield from _entries(group, look)
    if len(packages) > _MOST_PACKAGES:
        yield f"  and {count(len(packages) - _MOST_PACKAGES, 'package')} more"
    yield from (f"  {reason}" for reason in report.gate.reasons)
    rules = dict.fromkeys(rule_told(verdict.rule, look) for verdict in blocking)
    yield f"Rule:    {'; '.join(rules) or '; '.join(report.gate.reasons)}"
    for group in packages[:_MOST_PACKAGES]:
        yield f"Fix:     {_fix(group, look)}"
    if blocking:
        yield from _ways_on(blocking[0], report, change)
    yield from _rest(report, change)


def _passed(report: Report, change: Change) -> Iterator[str]:
    """The answer first, then what was not checked, what is older, and what ends soon."""
    warned = [verdict for verdict in report.gate.verdicts if verdict.decision is Decision.WARN]
    checked = count(report.coverage.checked, "package")
    if change.packages is not None:
        checked = count(change.packages, "new version")
    found = "no known vulnerabilities"
    if warned:
        ids = some(
            [f"{each.finding.vulnerability.id} in {each.finding.dependency.name}" for each in warned], _MOST_NAMED
        )
        found = f"{count(len(warned), 'warning')}: {ids} ({warned[0].reason})"
    elif report.findings:
        found = "nothing that blocks"
    incomplete = "" if report.complete else " Incomplete: this is not a clean result."
    yield f"pysentry-hook: {checked} of this {change.word} checked, {found}.{incomplete}"
    yield from _rest(report, change)


def _in_three(lines: Iterator[str]) -> Iterator[str]:
    """Everything in three lines: what would be the fourth and later ones goes on behind the third."""
    every = list(lines)
    yield from every[:2]
    if every[2:]:
        yield "; ".join(every[2:])


def _rest(report: Report, change: Change) -> Iterator[str]:
    """What was not checked, what is older, and what the reader should know, a line each."""
    silent = [f"{line.name} {line.version or ''}".strip() for line in report.coverage.unchecked if line.unanswered]
    causes = [failure for failure in report.failures if not failure.detail.startswith(_CONSEQUENCES)]
    if silent:
        why = "; ".join(dict.fromkeys(each.detail.partition(" (")[0] for each in causes if each.kind == "source"))
        setting = f'on_incomplete = "{report.gate.incomplete.value}"'
        yield f"not audited: {some(silent, _MOST_NAMED)}: {why or 'no answer'} ({setting})"
    for failure in causes:
        if failure.kind != "source":
            yield f"incomplete: {failure.path or failure.name}: {failure.detail}"
    others = [f"{line.name}: {line.reason}" for line in report.coverage.unchecked if not line.unanswered]
    if others:
        yield f"not checked: {some(others, _MOST_NAMED)}"
    for entry in report.gate.ending:
        yield f"a suppression ends on {entry.expires}: {entry.told} ({entry.rule.origin})"
    if report.gate.not_judged:
        scan = f": {change.command}" if change.command else ""
        yield f"{count(report.gate.not_judged, 'older finding')} not judged{scan}"
    yield from change.notes


def _package(verdict: Verdict) -> tuple[str, str, str]:
    finding = verdict.finding
    return finding.input, finding.dependency.name, finding.dependency.written


def _brings_in(packages: Sequence[Sequence[Verdict]], change: Change) -> str:
    number = sum(map(len, packages))
    vulnerabilities = count(number, "known vulnerability")
    if any(verdict.finding.vulnerability.malware for group in packages for verdict in group):
        vulnerabilities = count(number, "finding") + ", malware among them"
    if not packages:
        return f"This {change.word} holds what may not pass."
    what = f"{packages[0][0].finding.dependency.name} {packages[0][0].finding.dependency.written}"
    if len(packages) > 1:
        what = count(len(packages), "package")
    new = all(verdict.finding.novelty is Novelty.INTRODUCED for group in packages for verdict in group)
    verb = "brings in" if new else "holds"
    return f"This {change.word} {verb} {what} with {vulnerabilities}."


def _entries(group: Sequence[Verdict], look: Look) -> Iterator[str]:
    finding = group[0].finding
    declared = finding.declared_at
    where = f" ({look.path(declared.path)}:{declared.line})" if declared else ""
    way = f"   way in: {' > '.join(finding.paths[0])}{where}" if finding.paths else where
    name = f"{finding.dependency.name} {finding.dependency.written}"
    yield f"  {look.path(finding.location.path)}:{finding.location.line}   {name}{way}"
    for verdict in group[:_MOST_FINDINGS]:
        vulnerability = verdict.finding.vulnerability
        word = vulnerability.severity.word.upper() if vulnerability.severity else "UNKNOWN"
        fixed = ", ".join(map(str, vulnerability.fixed_in)) if vulnerability.fixed_in else ""
        told_fix = "remove it" if vulnerability.malware else f"fixed in {fixed}" if fixed else "no fixed version"
        yield f"  {'MALWARE' if vulnerability.malware else word}  {vulnerability.id}  {told_fix}"
    if len(group) > _MOST_FINDINGS:
        yield f"  and {len(group) - _MOST_FINDINGS} more"


def _fix(group: Sequence[Verdict], look: Look) -> str:
    finding = group[0].finding
    place = f"{look.path(finding.location.path)}:{finding.location.line}"
    text = advice([verdict.finding for verdict in group], look.path(finding.input), place)
    if " lock " in text or text.endswith(f" {finding.dependency.name}"):
        return f"{text} && git add {shlex.quote(look.path(finding.input))}"
    return text


def _ways_on(verdict: Verdict, report: Report, change: Change) -> Iterator[str]:
    """The commands to accept or explain, or the lines to paste where no command can be run."""
    finding = verdict.finding
    name, package = shlex.quote(finding.vulnerability.id), shlex.quote(finding.dependency.name)
    until = later(report.gate.day)
    if change.command is None:
        if not finding.vulnerability.malware:
            yield "Accept:  [[tool.pysentry-hook.suppressions]] in pyproject.toml, with these lines:"
            yield f'         id = "{finding.vulnerability.id}"'
            yield f'         package = "{finding.dependency.name}"'
            yield '         reason = "…"'
            yield f"         expires = {until}"
        return
    folder = finding.input.rpartition("/")[0]
    project = f" --project {shlex.quote(folder)}" if folder else ""
    if not finding.vulnerability.malware:
        yield f'Accept:  {change.command} suppressions add {name} -p {package} --reason "…" --expires {until}{project}'
    yield f"Why:     {change.command} explain {name} -p {package} {shlex.quote(folder)}".rstrip(" '")
