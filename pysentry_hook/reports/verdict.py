"""The last line of a report that people read: the verdict, its rules, and whatever failed."""

from collections.abc import Iterable, Iterator, Sequence

from pysentry_hook.model import Failure
from pysentry_hook.report import Decision, Report
from pysentry_hook.reports.look import Look
from pysentry_hook.rules import NEVER, Rule
from pysentry_hook.text import count

_NAMED = 10
"""How many packages a failure names at most."""
_CONSEQUENCES = ("none of the ", "its only dependency ")
_SOURCES = {"status": "project status"}
"""What a source is called where its name alone says too little."""


def verdict_line(report: Report, look: Look) -> tuple[str, str]:
    """Return the line and its style; nothing that failed is left to a line above."""
    gate = report.gate
    name = " and ".join(gate.names)
    also = _also(report, look)
    blocking = [verdict for verdict in gate.verdicts if verdict.decision is Decision.BLOCK]
    if gate.blocks:
        rules = "; ".join(_rules_told([verdict.rule for verdict in blocking], look))
        verb = "blocks" if len(blocking) == 1 else "block"
        told = [f"{count(len(blocking), 'finding')} {verb} ({rules})"] if blocking else []
        told += [
            f"{verdict.status.package} is {verdict.status.status} ({rule_told(verdict.rule, look)})"
            for verdict in gate.statuses
            if verdict.decision is Decision.BLOCK
        ]
        told += [*gate.reasons, *_older(report)]
        return f"Gate {name}: blocked. {'; '.join(told)}.{also}", "bold red"
    if not report.complete:
        verb = "passed with a warning" if report.passed else "incomplete, so it does not pass"
        return f"Gate {name}: {verb} ({rule_told(gate.incomplete, look)}).{also}", "bold yellow"
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
        told.extend(_let_through(report))
    if counts[Decision.SUPPRESSED]:
        told.append(f"{counts[Decision.SUPPRESSED]} suppressed")
    if report.coverage.unchecked:
        told.append(f'{len(report.coverage.unchecked)} unchecked with unchecked = "warn"')
    return told


def _let_through(report: Report) -> Iterator[str]:
    """The findings that pass, by the setting that lets them: below the threshold, or older than the change."""
    yield from _older(report)
    rules = [verdict.rule for verdict in report.gate.verdicts if verdict.decision is Decision.PASS]
    values = [rule.value for rule in rules if rule.key.endswith("fail_on")]
    for value in dict.fromkeys(values):
        word = "with" if value == NEVER else "below"
        yield f'{count(values.count(value), "finding")} {word} fail_on = "{value}"'


def _older(report: Report) -> Iterator[str]:
    """The findings that are older than the change, and how many of them are in a version that changed."""
    number = report.gate.not_judged
    if number:
        passed = [each.finding for each in report.gate.verdicts if each.rule.key.endswith(".only_introduced")]
        touched = sum(finding.touched for finding in passed)
        changed = f", {touched} of them in a version that changed, so not yet fixed" if touched else ""
        yield f"{count(number, 'older finding')} not judged{changed}"


def _also(report: Report, look: Look) -> str:
    """What is missing where the audit is incomplete, and the sources that failed."""
    names = {failed_name(failure, look) for failure in report.failures if failure.kind == "source"}
    failed = f" Failed: {', '.join(sorted(names))}." if names else ""
    return failed if report.complete else f" The audit is incomplete: {'; '.join(missing(report, look))}.{failed}"


def missing(report: Report, look: Look) -> Iterator[str]:
    """What makes an audit incomplete: answers that did not come, whatever could not be read, data that are too old."""
    coverage = report.coverage
    if coverage.checked < coverage.total:
        yield f"{coverage.checked:,} of {count(coverage.total, 'package')} checked"
    causes = (failure for failure in report.failures if failure.kind != "source" and not only_follows(failure))
    names = {failed_name(failure, look) for failure in causes}
    if names:
        yield f"{', '.join(sorted(names))} failed"
    yield from report.gate.too_old


def failed_name(failure: Failure, look: Look) -> str:
    """What failed: a source, a file, or an earlier state and a file of it."""
    path = failure.path and look.path(failure.path)
    if failure.kind == "baseline":
        return f"baseline {failure.name} ({path})" if path else f"baseline {failure.name}"
    return path or _SOURCES.get(failure.name, failure.name)


def only_follows(failure: Failure) -> bool:
    """Whether it only says once more that nothing was checked."""
    return failure.detail.startswith(_CONSEQUENCES)


def failed(failures: Iterable[Failure], look: Look, said: Sequence[str] = ()) -> Iterator[tuple[str, str]]:
    """The name of each failure and what happened; packages that were named before, in `said` too, are not again."""
    told = {_names(", ".join(said))}
    for failure in failures:
        cause, _, rest = failure.detail.rpartition(" (")
        names = _names(rest)
        known = cause and len(names) > 1 and names in told
        yield failed_name(failure, look), f"{cause} (the same packages)" if known else failure.detail
        told.add(names)


def _names(listed: str) -> tuple[str, ...]:
    """The first packages of a list, without their versions."""
    return tuple(each.split(" ")[0].rstrip(")") for each in listed.split(", ")[:_NAMED])


def rule_told(rule: Rule, look: Look) -> str:
    """A rule with its value and where it comes from."""
    return f"{_valued(rule)}, {origin(rule, look)}"


def _rules_told(rules: Iterable[Rule], look: Look) -> Iterator[str]:
    """Each rule once, those of one origin together."""
    by_origin: dict[str, dict[str, None]] = {}
    for rule in rules:
        by_origin.setdefault(origin(rule, look), {})[_valued(rule)] = None
    yield from (f"{', '.join(valued)}, {where}" for where, valued in by_origin.items())


def _valued(rule: Rule) -> str:
    return rule.key if rule.setting is None else f'{rule.setting} = "{rule.value}"'


def origin(rule: Rule, look: Look) -> str:
    """Where a rule comes from, a file as it is written where the report is read."""
    return f"{look.path(rule.location.path)}:{rule.location.line}" if rule.location else rule.origin
