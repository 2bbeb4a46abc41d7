"""The last line of a report that people read: the verdict, its rules, and whatever failed."""

from pysentry_hook.report import Decision, Report, Verdict
from pysentry_hook.reports.look import Look
from pysentry_hook.text import count

NEVER = "never"


def verdict_line(report: Report, look: Look) -> tuple[str, str]:
    """Return the line and its style; nothing that failed is left to a line above."""
    gate = report.gate
    name = " and ".join(gate.names)
    also = _also(report, look)
    blocking = [verdict for verdict in gate.verdicts if verdict.decision is Decision.BLOCK]
    if blocking or gate.reasons:
        rules = "; ".join(dict.fromkeys(_rule(verdict) for verdict in blocking))
        verb = "blocks" if len(blocking) == 1 else "block"
        told = [f"{count(len(blocking), 'finding')} {verb} ({rules})"] if blocking else []
        return f"Gate {name}: blocked. {'; '.join((*told, *gate.reasons))}.{also}", "bold red"
    if not report.complete:
        verb = "incomplete, so it does not pass" if gate.incomplete_blocks else "passed with a warning"
        rule = "block" if gate.incomplete_blocks else "warn"
        return f'Gate {name}: {verb} (on_incomplete = "{rule}").{also}', "bold yellow"
    told = _passed(report)
    return f"Gate {name}: passed{' (' + ', '.join(told) + ')' if told else ''}.{also}", "bold green"


def _passed(report: Report) -> list[str]:
    """What a passing gate let through, and by which setting."""
    gate = report.gate
    counts = {decision: gate.count(decision) for decision in Decision}
    told = []
    if counts[Decision.WARN]:
        told.append(count(counts[Decision.WARN], "warning"))
    if counts[Decision.PASS]:
        fail_on = gate.effective["fail_on"]
        word = "with" if fail_on == NEVER else "below"
        told.append(f'{count(counts[Decision.PASS], "finding")} {word} fail_on = "{fail_on}"')
    if counts[Decision.SUPPRESSED]:
        told.append(f"{counts[Decision.SUPPRESSED]} suppressed")
    if report.coverage.unchecked:
        told.append(f'{len(report.coverage.unchecked)} unchecked with unchecked = "{gate.effective["unchecked"]}"')
    return told


def _also(report: Report, look: Look) -> str:
    """How much was checked where the audit is incomplete, and the names of what failed."""
    names = {failure.name if failure.path is None else look.path(failure.path) for failure in report.failures}
    failed = f" Failed: {', '.join(sorted(names))}." if names else ""
    if report.complete:
        return failed
    return f" The audit is incomplete: {report.coverage.checked} of {report.coverage.total} checked.{failed}"


def _rule(verdict: Verdict) -> str:
    rule = verdict.rule
    key = rule.key.rpartition(".")[2]
    return f"{rule.key}, {rule.origin}" if key == rule.key else f'{key} = "{rule.value}", {rule.origin}'
