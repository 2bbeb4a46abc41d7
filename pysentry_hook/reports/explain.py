"""Tell of one finding why it blocks or not: rule and place, ways in, what each source says, what would change it."""

from collections.abc import Iterator

from pysentry_hook.report import Decision, Finding, Novelty, Report, Verdict
from pysentry_hook.reports.accepting import accept_command
from pysentry_hook.reports.fixes import TRIED, Free, advice, free_versions
from pysentry_hook.reports.look import Look
from pysentry_hook.reports.verdict import origin, rule_told
from pysentry_hook.reports.words import named, place, severity_word
from pysentry_hook.rules import NEVER
from pysentry_hook.text import count, printable

_VERBS = {
    Decision.BLOCK: "blocks",
    Decision.WARN: "warns",
    Decision.SUPPRESSED: "is accepted",
    Decision.PASS: "passes",
}


def chosen(report: Report, identifier: str, package: str | None) -> list[Verdict]:
    """The verdicts on the findings that an id or alias names, in one package or in all."""
    return [verdict for verdict in report.gate.verdicts if _is_named(verdict.finding, identifier, package)]


def _is_named(finding: Finding, identifier: str, package: str | None) -> bool:
    names = {name.upper() for name in (finding.vulnerability.id, *finding.vulnerability.aliases)}
    return identifier.upper() in names and package in {None, finding.dependency.name}


def explain(report: Report, verdicts: list[Verdict], look: Look) -> str:
    """Return the explanation of each verdict as text without colour."""
    free = free_versions(report)
    parts = ("\n".join(printable(line) for line in _lines(report, verdict, free, look)) for verdict in verdicts)
    return "\n\n".join(parts) + "\n"


def _lines(report: Report, verdict: Verdict, free: Free, look: Look) -> Iterator[str]:
    finding = verdict.finding
    vulnerability = finding.vulnerability
    yield f"{vulnerability.id} in {named(finding.dependency)} {_VERBS[verdict.decision]}: {verdict.reason}"
    if vulnerability.summary:
        yield f"  what      {vulnerability.summary}"
    yield f"  severity  {severity_word(vulnerability)} (from {vulnerability.severity_source}){_vectors(finding)}"
    yield f"  rule      {rule_told(verdict.rule, look)}"
    yield f"  gate      {' and '.join(report.gate.names)}, as of {report.gate.day}: {report.gate.why}"
    yield f"  found in  {place(finding.location.path, finding.location.line, look)}  {finding.location.text}"
    yield from _ways_in(finding, look)
    yield f"  age       {_age(report, finding)}"
    yield from (f"  {text}" for text in _says(finding))
    yield from _not_accepted(report, finding, look)
    yield from _fix(finding, free, look)
    yield "  what would change it"
    yield from (f"    {text}" for text in _changes(report, verdict, free, look))


def _vectors(finding: Finding) -> str:
    vectors = [f"CVSS {each.version} {each.score:g} {each.vector}" for each in finding.vulnerability.cvss]
    return f": {'; '.join(vectors)}" if vectors else ""


def _ways_in(finding: Finding, look: Look) -> Iterator[str]:
    for number, path in enumerate(finding.paths):
        yield f"  {'way in' if not number else '':<8}  {' > '.join(path)}"
    if finding.more_paths:
        yield f"            and {count(finding.more_paths, 'way')} more"
    if finding.declared_at:
        yield f"  declared  {place(finding.declared_at.path, finding.declared_at.line, look)}"
    if finding.dependency.groups:
        yield f"  scopes    {', '.join(sorted(finding.dependency.groups))}"


def _age(report: Report, finding: Finding) -> str:
    published = f"published {finding.vulnerability.published or 'on a day that nobody tells'}"
    if report.baseline is None:
        return f"{published}; not compared with an earlier state (--against)"
    of = f"since {report.baseline.ref}"
    if finding.novelty is Novelty.INTRODUCED:
        return f"{published}; introduced {of}"
    if finding.novelty is Novelty.EXISTING:
        changed = "; the version changed since, and it is not yet fixed" if finding.touched else ""
        return f"{published}; older than the change {of}{changed}"
    return f"{published}; nobody knows whether it is new {of}"


def _says(finding: Finding) -> Iterator[str]:
    for number, say in enumerate(finding.vulnerability.says):
        fixed = f", fixed in {', '.join(map(str, say.fixed_in))}" if say.fixed_in else ", no fixed version"
        told = "withdrawn" if say.withdrawn else f"affected{fixed}" if say.affected else "not affected"
        severity = f", {say.severity.word}" if say.severity else ""
        yield f"{'sources' if not number else '':<8}  {say.source} {say.id}: {told}{severity}"


def _not_accepted(report: Report, finding: Finding, look: Look) -> Iterator[str]:
    """The suppressions of this finding that hold no more, or that the gate does not take."""
    gate = report.gate
    told = [(entry, f"ended {entry.end(gate.day)}") for entry in gate.expired]
    told += [(entry, "not taken, because it has no reason") for entry in gate.refused]
    for entry, why in told:
        if finding.is_meant_by(entry):
            yield f"  accepted  {entry.told}: {why} ({origin(entry.rule, look)})"


def _fix(finding: Finding, free: Free, look: Look) -> Iterator[str]:
    yield f"  fix       {advice([finding], look.path(finding.input), free, look)}"


def _changes(report: Report, verdict: Verdict, free: Free, look: Look) -> Iterator[str]:
    """What would make the decision another one."""
    rule = verdict.rule
    where = origin(rule, look)
    key = rule.key.rpartition(".")[2]
    if verdict.suppression:
        yield from _ends(verdict, look)
    elif verdict.decision is Decision.BLOCK:
        yield from _ends_block(report, verdict, free, look)
    elif verdict.blocks_on:
        yield f"time: from {verdict.blocks_on} on it blocks"
        yield f"fewer grace_days ({where})"
    elif key == "only_introduced":
        yield f"only_introduced = false ({where})"
    elif key == "only_fixable":
        yield f"a fixed version, or only_fixable = false ({where})"
    elif key == "unknown_severity":
        yield f'a severity from any source, or unknown_severity = "block" ({where})'
    else:
        word = "a fail_on other than never" if rule.value == NEVER else "a lower fail_on"
        yield f"{word} ({where})"


def _ends_block(report: Report, verdict: Verdict, free: Free, look: Look) -> Iterator[str]:
    """What would make it pass; malware is never answered with an upgrade."""
    finding = verdict.finding
    if finding.vulnerability.malware:
        yield "a suppression with package and version; nothing else covers malware"
        return
    if to := finding.upgrade_to or free.versions.get(finding.package):
        yield f"an upgrade to {to} ({TRIED[finding.upgrade_tried]}) or any version that no advisory affects"
    yield f"a suppression: {accept_command(report, verdict, look)}"
    yield f"another value of {verdict.rule.key.rpartition('.')[2]} ({origin(verdict.rule, look)})"
    if report.baseline is None:
        yield "only_introduced with --against, where the finding is older than the change"


def _ends(verdict: Verdict, look: Look) -> Iterator[str]:
    entry = verdict.suppression
    if entry is None:
        return
    where = origin(entry.rule, look)
    last = f"{entry.expires} is its last day" if entry.expires else "it has none"
    yield f"the end of what accepts it ({where}): {last}"
    if entry.until_fixed:
        yield "a fixed version, with which it ends"
    if entry.reason is None:
        yield "require_reason = true, because no reason was given"
