"""Tell of accepted risks: which end, have ended or are not taken, and how one would be accepted."""

import shlex
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from pysentry_hook.report import Decision, GateResult, Report, Verdict
from pysentry_hook.reports.look import Look
from pysentry_hook.reports.verdict import origin
from pysentry_hook.reports.words import is_outside, named, worst_first
from pysentry_hook.rules import Suppression

USUAL = timedelta(days=90)
"""How long a suppression holds that a printed command would add."""


def later(day: date, span: timedelta = USUAL) -> date:
    """Return the day so much later, or the last one of the calendar: a saved report is judged on any day."""
    return day + min(span, date.max - day)


def ways_on(report: Report, look: Look) -> Iterator[str]:
    """The commands that accept and explain the worst finding that blocks; malware is not accepted so easily."""
    blocking = [each for each in report.gate.verdicts if each.decision is Decision.BLOCK]
    if not blocking:
        return
    verdict = worst_first(blocking)[0]
    vulnerability = verdict.finding.vulnerability
    if not vulnerability.malware:
        yield f"Accept: {accept_command(report, verdict, look)}"
    name, package = shlex.quote(vulnerability.id), shlex.quote(verdict.finding.dependency.name)
    yield f"Why:    {look.program} explain {name} -p {package} {look.again}".rstrip()


def accept_command(report: Report, verdict: Verdict, look: Look) -> str:
    """The command that would accept a finding, with a reason to fill in; what was accepted before is renewed."""
    identifier, package = verdict.finding.vulnerability.id, verdict.finding.dependency.name
    over = [entry for entry in report.gate.expired if entry.has_ended(report.gate.day)]
    ended = any(_is_written(entry, identifier, package) for entry in over)
    names = f"{shlex.quote(identifier)} -p {shlex.quote(package)}"
    return (
        f'{look.program} suppressions {"renew" if ended else "add"} {names} --reason "…" '
        f"--expires {later(look.today or report.gate.day)}{_project(look)}"
    )


def _is_written(entry: Suppression, identifier: str, package: str) -> bool:
    """Whether a suppression stands in a configuration file under these very names."""
    same = (entry.id or "").upper() == identifier.upper() and entry.package == package
    return same and entry.rule.location is not None and not entry.is_comment


def _project(look: Look, entry: Suppression | None = None) -> str:
    """The option that names a project: where a suppression of the tree is written, else what was scanned."""
    written = entry.rule.location if entry else None
    folder = look.project
    if written and not is_outside(written.path):
        folder = look.path(written.path).rpartition("/")[0]
    return f" --project {shlex.quote(folder)}" if folder else ""


class Concern(NamedTuple):
    """What a reader has to know of one suppression."""

    entry: Suppression
    what: str
    more: tuple[str, ...] = ()
    command: str | None = None
    """The command that would renew it."""


def concerns(report: Report, look: Look) -> Iterator[Concern]:
    """The suppressions that end soon, have ended, or are refused."""
    for entry in report.gate.ending:
        yield from _ending(entry, report.gate, look)
    for entry in report.gate.expired:
        yield Concern(
            entry,
            f"a suppression ended {entry.end(report.gate.day)}, and holds no more: "
            f"{entry.told} ({origin(entry.rule, look)}). "
            f"{'Renew or remove it' if entry.has_ended(report.gate.day) else 'Upgrade, and remove it'}.",
        )
    for entry in report.gate.refused:
        yield Concern(
            entry,
            f"{entry.told} is ignored without a reason ({origin(entry.rule, look)}), and require_reason is "
            f"true, so it is judged. Give one: {look.program} suppressions add",
        )


def suppression_lines(report: Report, look: Look) -> Iterator[str]:
    """The concerns as lines of plain text."""
    for concern in concerns(report, look):
        yield f"warning: {concern.what}"
        yield from (f"  {line}" for line in concern.more)
        if concern.command:
            yield f"Renew: {concern.command}"


def _ending(entry: Suppression, gate: GateResult, look: Look) -> Iterator[Concern]:
    if entry.expires is None:
        return
    covered = [verdict for verdict in gate.verdicts if verdict.suppression == entry]
    dependencies = sorted({named(each.finding.dependency) for each in covered})
    fixed = any(each.finding.vulnerability.fixed_in for each in covered)
    owner = f", owner {entry.owner}" if entry.owner else ""
    reason = f'reason given: "{entry.reason}"' if entry.reason else "no reason given"
    yield Concern(
        entry,
        f"a suppression ends on {entry.expires}; from {later(entry.expires, timedelta(days=1))} "
        f"gate {' and '.join(gate.names)} judges what it covers.",
        (
            f"{entry.id or 'every finding'} in {', '.join(dependencies)}{owner}, {origin(entry.rule, look)}",
            f"{reason}. {'There is a fixed release.' if fixed else 'Still no fixed release.'}",
            *([f"Renew: write another day into the comment at {origin(entry.rule, look)}"] if entry.is_comment else []),
        ),
        None if entry.is_comment else _renewal(entry, gate, look),
    )


def _renewal(entry: Suppression, gate: GateResult, look: Look) -> str:
    limits = {"-p": entry.package, "--version": entry.version, "--group": entry.group}
    narrow = "".join(f" {option} {shlex.quote(value)}" for option, value in limits.items() if value)
    return (
        f"{look.program} suppressions renew {shlex.quote(entry.id or '')}{narrow} "
        f'--reason "…" --expires {later(look.today or gate.day)}{_project(look, entry)}'
    )
