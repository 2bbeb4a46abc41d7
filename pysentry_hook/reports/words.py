"""The words in which every report for people tells of findings, fixes, ways in, places and coverage."""

import re
from collections.abc import Iterator, Sequence

from pysentry_hook.advisories import Say, Vulnerability
from pysentry_hook.model import Dependency
from pysentry_hook.report import Decision, Finding, Report, Verdict
from pysentry_hook.reports.look import Look
from pysentry_hook.text import count, some

NOT_CLEAN = "Incomplete: this is not a clean result"
_MOST_FIXES = 3
_FOLDERS = re.compile(r"(?<![\w.:/~\\-])(?:[A-Za-z]:)?[/\\](?:[^/\\\s:,;()'\"]+[/\\])+")


class Portable(Look):
    """A look for what is read elsewhere: paths of the tree as they are, of other files nothing but the name."""

    def path(self, path: str) -> str:
        """A path of the tree, or the name of a file of this machine."""
        name = path.replace("\\", "/").rpartition("/")[2]
        return f"…/{name}" if is_outside(path) else path


def is_outside(path: str) -> bool:
    """Whether a path is that of a file of this machine and not of the tree."""
    return path.startswith(("/", "\\")) or path[1:3] in {":/", ":\\"}


def portable(text: str) -> str:
    """A text of ours, with the folders of this machine left out of its paths."""
    return _FOLDERS.sub("…/", text)


def severity_word(vulnerability: Vulnerability) -> str:
    """How bad it is, in one word: a severity, malware or unknown."""
    if vulnerability.malware:
        return "malware"
    return vulnerability.severity.word if vulnerability.severity else "unknown"


def shown(verdicts: Sequence[Verdict], look: Look) -> tuple[list[Verdict], int]:
    """The findings to list, and how many the wanted severity hides; what blocks is always listed."""
    judged = [verdict for verdict in verdicts if verdict.decision is not Decision.SUPPRESSED]
    listed = [verdict for verdict in judged if verdict.decision is Decision.BLOCK or _is_wanted(verdict, look)]
    return listed, len(judged) - len(listed)


def _is_wanted(verdict: Verdict, look: Look) -> bool:
    severity = verdict.finding.vulnerability.severity
    return look.severity is None or severity is None or severity >= look.severity


def useful_fixes(finding: Finding) -> Sequence[object]:
    """The fixed versions above the installed one; all of them where there is none above."""
    fixes = finding.vulnerability.fixed_in
    return [version for version in fixes if version > finding.dependency.version][:_MOST_FIXES] or fixes[-_MOST_FIXES:]


def cure(finding: Finding) -> str:
    """What is known to end a finding, in few words; malware is never answered with a version."""
    if finding.vulnerability.malware:
        return "remove it"
    fixes = ", ".join(map(str, useful_fixes(finding)))
    return f"fixed in {fixes}" if fixes else "no fixed version"


def way_in(finding: Finding) -> str:
    """The first path that brings the package in; empty where none is known."""
    return " > ".join(finding.paths[0]) if finding.paths else ""


def more_ways(finding: Finding) -> int:
    """How many paths there are beside the first."""
    return len(finding.paths) - 1 + finding.more_paths if finding.paths else finding.more_paths


def differences(finding: Finding) -> Iterator[str]:
    """What records of the same group say differently: a withdrawal, another fix, "not affected"."""
    says = finding.vulnerability.says
    withdrawn = [f"{say.id} ({say.source})" for say in says if say.withdrawn]
    live = [say for say in says if say.withdrawn is None]
    if len({(say.affected, say.fixed_in) for say in live}) > 1:
        told = [f"{say.id} ({say.source}): {_answer(say)}" for say in live]
        yield f"sources disagree: {'; '.join(dict.fromkeys(told))}"
    if withdrawn:
        yield f"withdrawn: {', '.join(dict.fromkeys(withdrawn))}"


def _answer(say: Say) -> str:
    if not say.affected:
        return "not affected"
    return ", ".join(map(str, say.fixed_in)) or "no fix"


def found(report: Report) -> str:
    """How much was found in how many packages; an incomplete audit without a finding is never clean."""
    coverage = report.coverage
    left = f" ({coverage.left_out_by_filter} left out by the chosen scopes)" if coverage.left_out_by_filter else ""
    total = count(coverage.total, "package")
    where = f"{coverage.checked:,} of {total}" if coverage.unchecked else total
    number = len(report.gate.verdicts)
    told = count(number, "known vulnerability") if number else "No known vulnerabilities"
    if not number and not report.complete:
        told = f"{NOT_CLEAN}. Nothing known so far"
    return f"{told} in {where}{left}"


def capital(text: str) -> str:
    """A text as the beginning of a sentence."""
    return text[:1].upper() + text[1:]


def nothing(report: Report, look: Look) -> str:
    """What to say where no dependency is left: which inputs list none, or that the scopes leave all out."""
    read = [entry for entry in report.inputs if not entry.damaged]
    listed = " and ".join(f"{look.path(entry.path)} lists {count(entry.packages, 'package')}" for entry in read)
    left = (
        f", {report.coverage.left_out_by_filter} left out by the chosen scopes"
        if report.coverage.left_out_by_filter
        else ""
    )
    return f"nothing to check: {listed or 'there is no input'}{left}"


def input_notes(report: Report, look: Look) -> Iterator[tuple[str, str]]:
    """The path of an input with each thing that its reader has to say of it."""
    for entry in report.inputs:
        yield from ((look.path(entry.path), note.removeprefix(f"{entry.path}: ")) for note in entry.notes)


def damaged(report: Report) -> Iterator[str]:
    """The advisory records of which a part cannot be read."""
    records = sorted({record for data in report.advisory_data for record in data.damaged_records})
    if records:
        yield f"damaged advisory records, used as far as they can be: {some(records)}"


def not_known(report: Report) -> Iterator[tuple[str, str]]:
    """For each source and reason the versions for which a source that was not required had no answer."""
    found: dict[tuple[str, str], list[str]] = {}
    for entry in report.not_known:
        found.setdefault((entry.source, entry.reason), []).append(f"{entry.package} {entry.version}")
    yield from ((source, f"{reason}: {some(names)}") for (source, reason), names in found.items())


def place(path: str, line: int, look: Look) -> str:
    """A line of a file as it is opened from where the report is read."""
    return f"{look.path(path)}:{line}"


def worst_first(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Packages by their worst finding, and the findings of each by severity; an unknown one ranks above medium."""
    worst: dict[object, float] = {}
    for verdict in verdicts:
        key = verdict.finding.package
        worst[key] = max(worst.get(key, 0), verdict.finding.vulnerability.rank)
    return sorted(
        verdicts,
        key=lambda verdict: (
            -worst[verdict.finding.package],
            verdict.finding.package,
            -verdict.finding.vulnerability.rank,
        ),
    )


def packages(verdicts: Sequence[Verdict]) -> list[list[Finding]]:
    """The findings of each package in each input, in the order in which the packages come."""
    found: dict[object, list[Finding]] = {}
    for verdict in verdicts:
        found.setdefault(verdict.finding.package, []).append(verdict.finding)
    return list(found.values())


def named(dependency: Dependency) -> str:
    """A package with its version, as the input writes it."""
    return f"{dependency.name} {dependency.written}"
