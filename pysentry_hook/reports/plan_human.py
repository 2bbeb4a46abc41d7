"""Tell a plan to a person: what it clears, each change, what else moves, what stays and why, and what to type."""

from collections.abc import Iterator

from pysentry_hook.proposal import Plan, Seen
from pysentry_hook.reports.lines import Line, Span, as_text
from pysentry_hook.reports.look import Look
from pysentry_hook.reports.plan_words import (
    APPLIED,
    EXCEPTION,
    INCOMPLETE,
    LIMITS,
    Step,
    along,
    far,
    how,
    left,
    moved,
    nexts,
    others,
    outcome,
    reasons,
    severity,
    steps,
    tallies,
    tried,
    versions,
    worst_first,
)
from pysentry_hook.reports.verdict import failed_name
from pysentry_hook.reports.words import place
from pysentry_hook.text import some

_BUILDS = "--allow-build"
_MOST = 5
"""Findings that are named in one line; the JSON plan has them all."""


def render(plan: Plan, look: Look) -> str:
    """Return the plan as text; with colour only where the look asks for it."""
    return as_text(_lines(plan, look), width=look.width if look.wraps else None, colour=look.colour)


def _lines(plan: Plan, look: Look) -> Iterator[Line]:
    if not plan.complete:
        yield (Span(f"{INCOMPLETE}; more may block than is known.", "bold yellow"),)
        yield from _failures(plan, look)
    head, *below = tried(plan)
    yield (Span(f"Plan for {look.path(plan.path)}: {outcome(plan)}.", "bold"), Span(f" {head}"))
    yield from ((Span(line),) for line in below)
    for number, step in enumerate(steps(plan), 1):
        yield from _step(number, step, look)
    if found := along(plan):
        told = some([*map(_told, worst_first(found))], _MOST)
        yield (Span(f"  With another change are cleared: {told}"),)
    yield from _others(plan)
    yield from _introduced(plan)
    yield from _left(plan)
    yield from _to_do(plan, look)
    yield from ((Span(f"note: {note}", "dim"),) for note in plan.notes)
    if plan.complete:
        yield from _failures(plan, look)
    if plan.before.blocking:
        yield (Span(f"{LIMITS}:", "dim"),)
        yield from ((Span(f"  {limit}", "dim"),) for limit in plan.limits)
    yield (Span(tallies(plan), _style(plan)),)


def _style(plan: Plan) -> str:
    if plan.after.blocking:
        return "bold red"
    return "bold green" if plan.complete else "bold yellow"


def _failures(plan: Plan, look: Look) -> Iterator[Line]:
    for failure in plan.failures:
        yield (Span("  failed  ", "bold red"), Span(f"{failed_name(failure, look)}: {failure.detail}"))
    yield from ((Span(line, whole=True),) for line in nexts(plan))


def _step(number: int, step: Step, look: Look) -> Iterator[Line]:
    what = moved(step.move) if step.move else step.change.package
    clears = f"  clears {some([seen.id for seen in worst_first(step.clears)], _MOST)}" if step.clears else ""
    yield (Span(f"  {number}. "), Span(what, "bold"), Span(f"  {how(step)}", "dim"), Span(clears))
    for edit in step.change.edits:
        where = place(edit.path, edit.line, look)
        yield (Span(f'     {where}: "{edit.before}" becomes "{edit.after}"'),)


def _others(plan: Plan) -> Iterator[Line]:
    moves = others(plan)
    kinds = (
        ("Also moves", [f"{moved(move)} ({far(move)})" for move in moves if move.distance]),
        ("new", [f"{move.package} {versions(move.after)}" for move in moves if not move.before]),
        ("gone", [f"{move.package} {versions(move.before)}" for move in moves if not move.after]),
    )
    told = "; ".join(f"{title}: {', '.join(names)}" for title, names in kinds if names)
    if told:
        yield (Span(f"{told[0].upper()}{told[1:]}."),)


def _introduced(plan: Plan) -> Iterator[Line]:
    if plan.introduced:
        yield (Span(f"Would come in, and block ({len(plan.introduced)}):", "bold red"),)
        yield from ((Span(f"  {_told(seen)}"),) for seen in worst_first(plan.introduced))


def _left(plan: Plan) -> Iterator[Line]:
    groups = left(plan)
    if not groups:
        return
    yield (Span(f"Not cleared ({sum(len(group.findings) for group in groups)}):", "bold"),)
    for group in groups:
        seen = group.why.seen
        first, *rest = reasons(group.why)
        ids = ", ".join(f"{one.id} ({severity(one)})" for one in group.findings)
        yield (Span(f"  {seen.package} {seen.version}", "bold"), Span(f"  {ids}  "), Span(first))
        yield from ((Span(f"    {line}"),) for line in rest)
        if group.why.exception:
            yield (Span(f"    {EXCEPTION}: {group.why.exception}", whole=True),)


def _to_do(plan: Plan, look: Look) -> Iterator[Line]:
    """What to type, and where, if that is not the folder in which this is read; nothing where it was done."""
    if plan.applied:
        yield (Span(APPLIED, "bold green"),)
    elif plan.commands:
        folder = look.path(plan.path).rpartition("/")[0]
        yield (Span(f"To do{f' in {folder}' if folder else ''}:", "bold"),)
        yield from ((Span(f"  {command}", whole=True),) for command in plan.commands)
        if look.again_applies and plan.complete and not plan.introduced:
            runs_code = ", with which uv may run code of the project" if _BUILDS in look.again_applies.split() else ""
            yield (Span(f"Or let it be done{runs_code}: ", "bold"), Span(look.again_applies, whole=True))


def _told(seen: Seen) -> str:
    return f"{seen.id} in {seen.package} {seen.version} ({severity(seen)})"
