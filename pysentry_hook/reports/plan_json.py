"""The JSON plan, schema pysentry-hook/plan/1: built field by field, complete, the same bytes for the same plan."""

from typing import Any

from pysentry_hook.proposal import Change, Edit, Held, Move, Plan, Seen, Tally
from pysentry_hook.reports.documents import PLAN, as_text, moment_document, severity_document
from pysentry_hook.reports.look import Look


def render(plan: Plan, look: Look) -> str:  # noqa: ARG001 (every format has the same signature)
    """Return the plan as JSON; the JSON Schema is `plan.schema.json` beside this file."""
    return as_text(document(plan))


def document(plan: Plan) -> dict[str, Any]:
    """Return the plan as plain values."""
    return {
        "schema": PLAN.schema,
        "tool": {"name": "pysentry-hook", "version": plan.version},
        "generated": moment_document(plan.generated),
        "input": {"path": plan.path, "format": plan.format, "tool": plan.tool},
        "resolver": {"name": plan.resolver, "runs": plan.runs},
        "gates": list(plan.gates),
        "complete": plan.complete,
        "applied": plan.applied,
        "failures": [failure._asdict() for failure in plan.failures],
        "before": _tally(plan.before),
        "after": _tally(plan.after),
        "changes": [_change(change) for change in plan.changes],
        "moves": [_move(move) for move in plan.moves],
        "cleared": [_seen(seen) for seen in plan.cleared],
        "introduced": [_seen(seen) for seen in plan.introduced],
        "held": [_held(held) for held in plan.held],
        "commands": list(plan.commands),
        "notes": list(plan.notes),
        "limits": list(plan.limits),
    }


def _tally(tally: Tally) -> dict[str, int]:
    return {
        "findings": tally.findings,
        "blocking": tally.blocking,
        "warning": tally.warning,
        "suppressed": tally.suppressed,
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "kind": change.kind.value,
        "package": change.package,
        "ask": change.ask,
        "edits": [_edit(edit) for edit in change.edits],
        "against": list(change.against),
        "lets": change.lets,
    }


def _edit(edit: Edit) -> dict[str, Any]:
    return {
        "declaration": edit.declaration,
        "path": edit.path,
        "line": edit.line,
        "before": edit.before,
        "after": edit.after,
    }


def _move(move: Move) -> dict[str, Any]:
    return {
        "package": move.package,
        "before": [str(version) for version in move.before],
        "after": [str(version) for version in move.after],
        "change": move.change and move.change.value,
        "distance": move.distance and move.distance.value,
    }


def _seen(seen: Seen) -> dict[str, Any]:
    return {
        "package": seen.package,
        "version": str(seen.version),
        "id": seen.id,
        "severity": severity_document(seen.severity),
    }


def _held(held: Held) -> dict[str, Any]:
    return {**_seen(held.seen), "reason": held.reason, "chain": list(held.chain), "exception": held.exception}
