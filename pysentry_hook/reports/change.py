"""Tell a developer of one commit or push: what it brings in and how to go on; a page if it blocks, else three lines."""

import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from pysentry_hook.report import Decision, Finding, Novelty, Report, Verdict
from pysentry_hook.reports.accepting import later
from pysentry_hook.reports.fixes import TRIED, Free, fix, free_versions
from pysentry_hook.reports.look import Look
from pysentry_hook.reports.verdict import failed_name, only_follows, origin, rule_told
from pysentry_hook.reports.words import NOT_CLEAN, cure, input_notes, named, place, severity_word, way_in, worst_first
from pysentry_hook.steps import MARK, WARNING
from pysentry_hook.text import count, printable, some

_PAGE = 24
"""Lines that a terminal shows at once: a blocked commit needs no scrolling."""
_MOST_FINDINGS = 4
"""Of one package, where there are others."""
_MOST_COMMANDS = 3
_MOST_UPGRADES = 5
"""Packages in one command."""
_MOST_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=False)
class Judged:
    """What is judged: a commit or a push, and what has to be said of it."""

    word: str
    """commit or push."""
    place: str = ""
    """The folder of the project, where others are told of beside it."""
    notes: tuple[str, ...] = ()
    is_first: bool = False
    versions: tuple[int, int] | None = None
    """How many versions it brings in and how many of them were checked; None where everything was looked at."""
    command: str | None = None
    """How the program is called where the text is read; None: it cannot be."""
    project: str = ""
    """The folder whose configuration counts for the foremost finding."""
    accepted_in: str = "pyproject.toml"
    """The file of the tree that takes a suppression of the foremost finding."""
    table: tuple[str, ...] = ("tool", "pysentry-hook")
    """The keys that lead to our table in it."""

    @property
    def title(self) -> str:
        """How the first line begins."""
        return f"pysentry-hook ({self.place})" if self.place else "pysentry-hook"


def foremost(report: Report) -> Verdict | None:
    """The verdict that a blocked reader is told of first: malware, else of the worst severity."""
    blocking = _blocking(report)
    return blocking[0][0] if blocking else None


def told(report: Report, change: Judged, look: Look) -> str:
    """Return the text, without colour."""
    lines = _blocked(report, change, look) if report.gate.blocks else _in_three(_passed(report, change, look))
    return "".join(f"{printable(line)}\n" for line in lines)


def _blocking(report: Report) -> list[list[Verdict]]:
    """What blocks, by package, the worst first."""
    blocking = [verdict for verdict in report.gate.verdicts if verdict.decision is Decision.BLOCK]
    return [list(group) for _, group in groupby(worst_first(blocking), key=lambda verdict: verdict.finding.package)]


def _blocked(report: Report, change: Judged, look: Look) -> Iterator[str]:
    packages = _blocking(report)
    blocking = [verdict for group in packages for verdict in group]
    yield f"{change.title}: blocked. {_brings_in(packages, change)}"
    rules = dict.fromkeys(rule_told(verdict.rule, look) for verdict in blocking)
    below = [f"  {reason}" for reason in report.gate.reasons]
    below.append(f"Rule:    {'; '.join(rules) or '; '.join(report.gate.reasons)}")
    below += _fixes(packages, free_versions(report), look)
    below += _ways_on(blocking[0], report, change, look) if blocking else ()
    below += _in(_rest(report, change, look), 2)
    yield from _shown(packages, _PAGE - 1 - len(below), look)
    yield from below


def _shown(packages: Sequence[Sequence[Verdict]], room: int, look: Look) -> Iterator[str]:
    """As many of the findings as there is room for, and the number of the rest."""
    entries = [list(_entries(group, look, room - 1 if len(packages) == 1 else _MOST_FINDINGS)) for group in packages]
    used = number = 0
    while number < len(entries) and used + len(entries[number]) <= room - (number + 1 < len(entries)):
        yield from entries[number]
        used += len(entries[number])
        number += 1
    if number < len(entries):
        yield f"  and {count(len(entries) - number, 'more package')} with {_findings(packages[number:])}"


def _findings(packages: Iterable[Sequence[Verdict]]) -> str:
    return count(sum(map(len, packages)), "finding")


def _passed(report: Report, change: Judged, look: Look) -> Iterator[str]:
    """The answer first, then what was not checked, what is older, and what ends soon."""
    warned = [verdict for verdict in report.gate.verdicts if verdict.decision is Decision.WARN]
    total, checked = change.versions or (report.coverage.total, report.coverage.checked)
    what = count(total, "new version" if change.versions else "package")
    found = "no known vulnerabilities" if checked else "so nothing is known"
    if warned:
        ids = some(
            [f"{each.finding.vulnerability.id} in {each.finding.dependency.name}" for each in warned], _MOST_NAMED
        )
        found = f"{count(len(warned), 'warning')}: {ids} ({warned[0].reason})"
    elif report.findings:
        found = "nothing that blocks"
    incomplete = "" if report.complete else f" {NOT_CLEAN}."
    if total:
        some_of = "" if checked == total else f"{checked} of "
        yield f"{change.title}: {some_of}{what} of this {change.word} checked, {found}.{incomplete}"
    else:
        yield f"{change.title}: this {change.word} brings in no new version.{incomplete}"
    yield from _rest(report, change, look)


def _in_three(lines: Iterable[str]) -> Iterator[str]:
    return _in(lines, 3)


def _in(lines: Iterable[str], most: int) -> Iterator[str]:
    """Everything in so many lines: what would be further ones goes on behind the last."""
    every = list(lines)
    yield from every[: most - 1]
    if every[most - 1 :]:
        yield "; ".join(every[most - 1 :])


def _rest(report: Report, change: Judged, look: Look) -> Iterator[str]:
    """What was not checked, what is older, and what the reader should know, a line each."""
    yield from _missing(report, look)
    if not report.passed:
        yield from (hint for hint in report.hints if hint.startswith(MARK))
    others = [f"{line.name}: {line.reason}" for line in report.coverage.unanswerable]
    if others:
        yield f"not checked: {some(others, _MOST_NAMED)}"
    yield from (hint for hint in report.hints if hint.startswith(WARNING))
    yield from _suppressions(report, look)
    if notes := [f"{path}: {note}" for path, note in input_notes(report, look)]:
        yield f"note: {notes[0]}{f' (and {len(notes) - 1} more)' if len(notes) > 1 else ''}"
    if change.word == "push":  # where a commit has no baseline, nothing is staged, which it says itself
        yield from report.gate.notes
    if report.baseline and not report.baseline.whole:
        yield "git does not tell what is merged, so what seems new only warns"
    if report.gate.not_judged:
        scan = f": {change.command}" if change.command else ""
        yield f"{count(report.gate.not_judged, 'older finding')} not judged{scan}"
    yield from change.notes


def _missing(report: Report, look: Look) -> Iterator[str]:
    """What gave no answer or could not be read, and data that are too old."""
    silent = [line.named for line in report.coverage.unanswered]
    causes: dict[str, list[str]] = {}
    for failure in report.failures:
        if failure.kind == "source":
            causes.setdefault(failure.detail.partition(" (")[0], []).append(failed_name(failure, look))
    if silent:
        setting = f'on_incomplete = "{report.gate.incomplete.value}"'
        yield f"not audited: {some(silent, _MOST_NAMED)}: {'; '.join(causes) or 'no answer'} ({setting})"
    else:
        yield from (f"failed: {', '.join(dict.fromkeys(names))}: {cause}" for cause, names in causes.items())
    for failure in report.failures:
        if failure.kind != "source" and not only_follows(failure):
            yield f"incomplete: {failed_name(failure, look)}: {failure.detail}"
    yield from (f"incomplete: {text}" for text in report.gate.too_old)


def _suppressions(report: Report, look: Look) -> Iterator[str]:
    """Those that end soon, have ended, or are not taken because they have no reason."""
    gate = report.gate
    for entry in gate.ending:
        yield f"a suppression ends on {entry.expires}: {entry.told} ({origin(entry.rule, look)})"
    for entry in gate.expired:
        yield f"a suppression ended {entry.end(gate.day)}: {entry.told} ({origin(entry.rule, look)})"
    if gate.refused:
        told = [f"{entry.told} ({origin(entry.rule, look)})" for entry in gate.refused]
        yield f"ignored without a reason, so judged: {some(told, _MOST_NAMED)}"


def _brings_in(packages: Sequence[Sequence[Verdict]], change: Judged) -> str:
    number = sum(map(len, packages))
    vulnerabilities = count(number, "known vulnerability")
    if any(verdict.finding.vulnerability.malware for group in packages for verdict in group):
        vulnerabilities = count(number, "finding") + ", malware among them"
    if not packages:
        return f"This {change.word} holds what may not pass."
    what = named(packages[0][0].finding.dependency) if len(packages) == 1 else count(len(packages), "package")
    new = all(verdict.finding.novelty is Novelty.INTRODUCED for group in packages for verdict in group)
    verb = "brings in" if new else "holds"
    return f"This {change.word} {verb} {what} with {vulnerabilities}."


def _entries(group: Sequence[Verdict], look: Look, most: int) -> Iterator[str]:
    finding = group[0].finding
    declared = finding.declared_at
    where = f" ({place(declared.path, declared.line, look)})" if declared else ""
    way = f"   way in: {way_in(finding)}{where}" if finding.paths else where
    yield f"  {place(finding.location.path, finding.location.line, look)}   {named(finding.dependency)}{way}"
    shown = len(group) if len(group) < most else most - 2
    for verdict in group[:shown]:
        vulnerability = verdict.finding.vulnerability
        yield f"  {severity_word(vulnerability).upper()}  {vulnerability.id}  {cure(verdict.finding)}"
    if shown < len(group):
        yield f"  and {len(group) - shown} more"


def _fixes(packages: Sequence[Sequence[Verdict]], free: Free, look: Look) -> list[str]:
    """What to do, by the words that do it: one command upgrades several packages of a lock."""
    found: dict[str, list[str]] = {}
    for group in packages:
        start, name, end = _fix(group, free, look)
        names = found.setdefault(f"{start}\n{end}", [])
        if name not in names:  # a package that a lock forks is named once
            names.append(name)
    lines = []
    for words, names in list(found.items())[:_MOST_COMMANDS]:
        start, _, end = words.partition("\n")
        more = f"  # and {len(names) - _MOST_UPGRADES} more" if len(names) > _MOST_UPGRADES else ""
        lines.append(f"{start}{''.join(names[:_MOST_UPGRADES])}{end}{more}")
    return lines


def _fix(group: Sequence[Verdict], free: Free, look: Look) -> tuple[str, str, str]:
    """A line in three parts, of which that in the middle is the package's own."""
    finding = group[0].finding
    lock = look.path(finding.input)
    found = fix([verdict.finding for verdict in group], lock, free, look)
    if found.to is None:
        return f"Fix:     {finding.dependency.name}: {found.words}", "", ""
    start = f"Fix ({TRIED[found.tried]}):  "
    if found.tried:
        return f"{start}{finding.dependency.name} {found.to}: {found.words}", "", ""
    if not found.own:
        return f"{start}{found.words}", "", ""
    before, _, behind = found.words.rpartition(found.own)
    end = f"{behind} && git add {shlex.join([*filter(None, [found.edits]), look.path(finding.location.path)])}"
    return f"{start}{before}", found.own, end


def _ways_on(verdict: Verdict, report: Report, change: Judged, look: Look) -> Iterator[str]:
    """The commands to accept or explain, or the lines to paste where no command can be run."""
    finding = verdict.finding
    if not finding.vulnerability.malware:
        yield from _accept(finding, later(report.gate.day), change, look)
    if change.command is None:
        return
    words = [finding.vulnerability.id, "-p", finding.dependency.name]
    folder = look.path(finding.input.rpartition("/")[0])
    gate = ["--gate", *report.gate.names[:1]]
    against = ["--against", "HEAD"] if change.word == "commit" and not change.is_first else []
    place = [folder] if folder not in {"", "."} else []
    yield f"Why:     {change.command} explain {shlex.join([*words, *gate, *against, *place])}"


def _accept(finding: Finding, until: date, change: Judged, look: Look) -> Iterator[str]:
    file = look.path(change.accepted_in)
    if change.command is None:
        yield f"Accept:  put these lines into {file}, with a reason, then git add {shlex.quote(file)}"
        yield f"[[{'.'.join((*change.table, 'suppressions'))}]]"
        yield f'id = "{finding.vulnerability.id}"'
        yield f'package = "{finding.dependency.name}"'
        yield 'reason = "…"'
        yield f"expires = {until}"
        return
    folder = look.path(change.project)
    project = ["--project", folder] if folder not in {"", "."} else []
    words = shlex.join([finding.vulnerability.id, "-p", finding.dependency.name])
    last = shlex.join(["--expires", str(until), *project])
    add = f'{change.command} suppressions add {words} --reason "…" {last}'
    yield f"Accept:  {add} && git add {shlex.quote(file)}"
