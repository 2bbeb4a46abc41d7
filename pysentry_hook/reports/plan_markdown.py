"""Tell a plan on GitHub: Markdown for the summary of a job and for a comment, what it comes to first."""

from collections.abc import Iterator

from pysentry_hook.proposal import Edit, Move, Plan, Seen
from pysentry_hook.reports.gfm import (
    LIMIT,
    Part,
    advisory,
    code,
    fence,
    fitted,
    folded,
    row,
    table_head,
    unless_many,
    words,
)
from pysentry_hook.reports.look import Look
from pysentry_hook.reports.plan_words import (
    APPLIED,
    EXCEPTION,
    INCOMPLETE,
    LIMITS,
    Left,
    Step,
    along,
    far,
    how,
    left,
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
from pysentry_hook.reports.words import Portable, place, portable
from pysentry_hook.text import printable

REST = "every row is in the JSON plan (`pysentry-hook plan -o plan.json`)"
_LONG = 2000


def render(plan: Plan, look: Look) -> str:  # noqa: ARG001 (every format has the same signature)
    """Return the plan as Markdown; places are those of the repository, wherever it is written."""
    return fitted(list(_parts(plan, Portable())), LIMIT, REST).rstrip("\n") + "\n"


def _parts(plan: Plan, look: Look) -> Iterator[Part]:
    yield Part(_head(plan, look))
    if not plan.complete:
        yield from _failures(plan, look)
    yield from _changes(plan, look)
    yield from _others(plan)
    yield from _introduced(plan)
    yield from _left(plan)
    yield from _to_do(plan, look)
    told = [f"- Note: {words(portable(note), _LONG)}\n" for note in plan.notes]
    if told:
        yield Part(rows=told, after="\n")
    if plan.complete:
        yield from _failures(plan, look)
    yield from _background(plan)


def _head(plan: Plan, look: Look) -> str:
    """What a reviewer reads first: what it comes to, how it was tried, and both states."""
    clean = plan.complete and not plan.after.blocking
    mark = "✅" if clean else "❌" if plan.after.blocking else "⚠️"
    incomplete = "" if plan.complete else f"{INCOMPLETE}. "
    told = [words(portable(line), _LONG) for line in (*tried(plan), tallies(plan))]
    title = f"{mark} pysentry-hook · {incomplete}Plan for {code(look.path(plan.path))}: {outcome(plan)}"
    return f"## {title}\n\n" + "\\\n".join(told) + "\n\n"


def _failures(plan: Plan, look: Look) -> Iterator[Part]:
    """What went wrong, and what helps."""
    rows = [
        row(
            words(failure.kind),
            code(failed_name(failure, look)),
            words(portable(failure.detail), 500),
        )
        for failure in plan.failures
    ]
    if rows:
        yield Part(table_head("Kind", "Name", "What happened"), rows, "\n", weight=2)
    if told := [f"- {words(portable(line), 500)}\n" for line in nexts(plan)]:
        yield Part(rows=told, after="\n")


def _changes(plan: Plan, look: Look) -> Iterator[Part]:
    rows = [_step(number, step, look) for number, step in enumerate(steps(plan), 1)]
    if rows:
        yield Part("### Changes\n\n")
        head = table_head("No.", "Package", "From", "To", "Change", "Clears")
        yield Part(head, rows, "\n", weight=8)
    if found := along(plan):
        rows = [_finding(seen) for seen in worst_first(found)]
        yield Part("Cleared with a change to another package:\n\n")
        yield Part(table_head("Package", "Finding", "Severity"), rows, "\n", weight=4)


def _step(number: int, step: Step, look: Look) -> str:
    move = step.move
    return row(
        str(number),
        code(step.change.package),
        words(versions(move.before)) if move else "",
        words(versions(move.after)) if move else "",
        "<br>".join([words(how(step)), *(_edit(edit, look) for edit in step.change.edits)]),
        ", ".join(advisory(seen.id) for seen in worst_first(step.clears)),
    )


def _edit(edit: Edit, look: Look) -> str:
    where = code(place(edit.path, edit.line, look), 300)
    return f"{where}: {code(edit.before, 500)} becomes {code(edit.after, 500)}"


def _finding(seen: Seen) -> str:
    return row(code(f"{seen.package} {seen.version}"), advisory(seen.id), severity(seen))


def _others(plan: Plan) -> Iterator[Part]:
    rows = [_other(move) for move in others(plan)]
    if rows:
        yield Part("### What else moves\n\n")
        part = Part(table_head("Package", "From", "To", "How far"), rows, "\n", weight=2)
        yield from unless_many(part, "package", "that moves with them" if len(rows) == 1 else "that move with them")


def _other(move: Move) -> str:
    distance = far(move) or ("new" if move.after else "gone")
    return row(code(move.package), words(versions(move.before)), words(versions(move.after)), distance)


def _introduced(plan: Plan) -> Iterator[Part]:
    if plan.introduced:
        rows = [_finding(seen) for seen in worst_first(plan.introduced)]
        yield Part("### What would come in, and block\n\n")
        yield Part(table_head("Package", "Finding", "Severity"), rows, "\n", weight=4)


def _left(plan: Plan) -> Iterator[Part]:
    rows = [_stays(group) for group in left(plan)]
    if rows:
        yield Part("### What is not cleared\n\n")
        yield Part(table_head("Package", "Finding", "Why"), rows, "\n", weight=4)


def _stays(group: Left) -> str:
    seen = group.why.seen
    told = [words(portable(reason), _LONG) for reason in reasons(group.why)]
    told += [f"{EXCEPTION}: {code(group.why.exception, 500)}"] if group.why.exception else []
    return row(
        code(f"{seen.package} {seen.version}"),
        "<br>".join(f"{advisory(one.id)} {severity(one)}" for one in group.findings),
        "<br>".join(told),
    )


def _to_do(plan: Plan, look: Look) -> Iterator[Part]:
    """What to type, if it was not done; a line that is not what it seems is told and not offered to copy."""
    if plan.applied:
        yield Part(f"{APPLIED}\n\n")
    if plan.applied or not plan.commands:
        return
    yield Part("### To do\n\n")
    folder = look.path(plan.path).rpartition("/")[0]
    if folder:
        yield Part(f"In {code(folder)}:\n\n")
    lines = [command for command in plan.commands if printable(command) == command]
    if len(lines) < len(plan.commands):
        told = [f"- {words(command, _LONG)}\n" for command in plan.commands]
        yield Part("Some of it cannot be copied, because it holds what is not shown:\n\n", told, "\n", weight=2)
    else:
        yield from unless_many(fence(lines, weight=2), "line", "to type")


def _background(plan: Plan) -> Iterator[Part]:
    told = [*(words(limit, _LONG) for limit in plan.limits)] if plan.before.blocking else []
    made = f"Made by pysentry-hook {words(plan.version)} at {plan.generated:%Y-%m-%d %H:%M} UTC"
    yield from folded(LIMITS, Part(rows=[f"- {line}\n" for line in (*told, made)], after="\n"))
