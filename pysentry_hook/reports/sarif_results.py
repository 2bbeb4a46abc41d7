"""Tell each finding as a SARIF result: the line, the way in, the fix, and by what it is known again."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import quote

import sarif_om

from pysentry_hook.graph import MAX_PATHS
from pysentry_hook.model import Location
from pysentry_hook.report import Decision, Finding, Verdict
from pysentry_hook.reports.fixes import TRIED
from pysentry_hook.reports.sarif_json import Plain, Suppression, plain
from pysentry_hook.reports.sarif_rules import level, severity_told
from pysentry_hook.reports.sarif_text import message, relative_uri, without_secret, words
from pysentry_hook.reports.words import cure
from pysentry_hook.text import one_line

_DECLARED = 1
"""The id of the place that the message links to."""
_REMEMBERED = 256
"""Findings of one entry of a lock follow each other, and what they share is made once."""
_LONGEST_REASON = 1000

Declarations = Mapping[tuple[str, str], Location]
"""Where a project declares a package, by input and package, as far as findings tell."""


class Told(NamedTuple):
    """A finding that the report tells of."""

    verdict: Verdict
    fingerprint: str


def declarations(verdicts: tuple[Verdict, ...]) -> Declarations:
    """Collect from all findings where what is declared is declared."""
    found: dict[tuple[str, str], Location] = {}
    for verdict in verdicts:
        finding = verdict.finding
        if finding.declared_at:
            found.setdefault((finding.input, _declared_name(finding)), finding.declared_at)
    return found


def _declared_name(finding: Finding) -> str:
    """The package that the project declares and that brings the finding in; the first path tells."""
    return next((path[1] for path in finding.paths if len(path) > 1), finding.dependency.name)


def result(told: Told, number: int, declared: Declarations) -> Any:
    """Return the result whose rule is the `number`-th."""
    finding = told.verdict.finding
    dependency = finding.dependency
    return sarif_om.Result(
        message=sarif_om.Message(text=_message(finding)),
        rule_id=one_line(finding.vulnerability.id),
        rule_index=number,
        level=level(finding.vulnerability),
        locations=[_entry(finding.location, dependency.name, dependency.written)],
        related_locations=_related(finding),
        code_flows=_ways_in(finding, declared),
        partial_fingerprints={"primaryLocationLineHash": told.fingerprint},
        properties=_properties(told.verdict),
    )


def place(path: str, line: int, **columns: Any) -> Any:
    """Return the place of one line of a file of the tree."""
    return sarif_om.PhysicalLocation(
        artifact_location=sarif_om.ArtifactLocation(uri=relative_uri(path), uri_base_id="%SRCROOT%"),
        region=sarif_om.Region(start_line=line, end_line=line, **columns),
    )


@lru_cache(maxsize=_REMEMBERED)
def _entry(spot: Location, name: str, written: str) -> Plain:
    """The line of a version in the input; all its findings share it, and their ways in end there."""
    physical = place(
        spot.path,
        spot.line,
        start_column=spot.column,
        end_column=spot.end_column,
        snippet=sarif_om.ArtifactContent(text=without_secret(one_line(spot.text))) if spot.text else None,
    )
    logical = sarif_om.LogicalLocation(name=words(name), kind="package", fully_qualified_name=_purl(name, written))
    return Plain(plain(sarif_om.Location(physical_location=physical, logical_locations=[logical])))


def _purl(name: str, written: str) -> str:
    return f"pkg:pypi/{quote(words(name))}@{quote(words(written))}"


def _related(finding: Finding) -> list[Any] | None:
    where = finding.declared_at
    if where is None:
        return None
    told = _declaration(where.path, where.line, f"{message(_declared_name(finding))} declared here")
    return [Plain(told, id=_DECLARED)]


@lru_cache(maxsize=_REMEMBERED)
def _declaration(path: str, line: int, text: str) -> Plain:
    """The line of a declaration; of its columns a saved report tells nothing."""
    return Plain(plain(sarif_om.Location(physical_location=place(path, line), message=sarif_om.Message(text=text))))


def _ways_in(finding: Finding, declared: Declarations) -> list[Plain] | None:
    paths = finding.paths[:MAX_PATHS]
    starts = tuple(declared.get((finding.input, path[1])) if len(path) > 1 else None for path in paths)
    name, written, pinned = finding.dependency.name, finding.dependency.written, finding.dependency.pinned
    verb = "is locked here" if pinned else "is what this resolves to"
    here = f"{message(name)} {message(written)} {verb}"
    return list(_flows(paths, starts, _Entry(finding.location, name, written), here)) or None


class _Entry(NamedTuple):
    location: Location
    name: str
    written: str


@lru_cache(maxsize=_REMEMBERED)
def _flows(
    paths: tuple[tuple[str, ...], ...], starts: tuple[Location | None, ...], entry: _Entry, here: str
) -> tuple[Plain, ...]:
    """The ways in, each from the line of the manifest that declares its first package to the entry in the lock."""
    flows = []
    for path, where in zip(paths, starts, strict=True):
        end = Plain(_entry(*entry), message={"text": f"{here} ({' > '.join(map(message, path))})"})
        told = f"{message(path[0])} requires {message(path[1])}" if where else ""
        steps = [_declaration(where.path, where.line, told), end] if where else [end]
        thread = sarif_om.ThreadFlow(locations=[sarif_om.ThreadFlowLocation(location=step) for step in steps])
        flows.append(Plain(plain(sarif_om.CodeFlow(thread_flows=[thread]))))
    return tuple(flows)


def _message(finding: Finding) -> str:
    return f"{_affected(finding)} {_brought_in(finding)}."


def _affected(finding: Finding) -> str:
    """The first sentence, the one that a list of alerts shows: what it is, and which version fixes it."""
    vulnerability, dependency = finding.vulnerability, finding.dependency
    name, identifier = f"{message(dependency.name)} {message(dependency.written)}", message(vulnerability.id)
    if vulnerability.malware:
        cure = "remove it, and treat every machine that installed it as compromised"
        return f"{name} is malware ({identifier}): {cure}."
    return f"{name} is affected by {identifier} ({severity_told(vulnerability)}); {_fix(finding)}."


def _fix(finding: Finding) -> str:
    if finding.upgrade_tried and finding.upgrade_to is None:
        return "it goes with the changes of a plan (tried)"
    if not finding.vulnerability.fixed_in:
        upgrade = f"; upgrade to {finding.upgrade_to} (tried)" if finding.upgrade_tried else ""
        return f"no fixed version yet{upgrade}"
    fixed = cure(finding)
    if finding.upgrade_to is None:
        return f"{fixed}, none of them known to be free of other findings"
    return f"{fixed}; upgrade to {finding.upgrade_to} ({TRIED[finding.upgrade_tried]})"


def _brought_in(finding: Finding) -> str:
    dependency = finding.dependency
    kind = {True: "Direct dependency", False: "Transitive dependency", None: "Dependency"}[dependency.direct]
    scopes = f" ({message(', '.join(sorted(dependency.groups)))})" if dependency.groups else ""
    top = _declared_name(finding)
    way = f" brought in by {message(top)}" if dependency.direct is False and top != dependency.name else ""
    where = finding.declared_at
    link = f", [declared in {message(where.path)} line {where.line}]({_DECLARED})" if where else ""
    return f"{kind}{scopes}{way}{link}"


def suppressions(verdict: Verdict) -> Iterator[Any]:
    """What accepts the finding; nothing where nobody does."""
    entry = verdict.suppression
    if verdict.decision is not Decision.SUPPRESSED or entry is None:
        return
    properties = {
        "rule": words(entry.rule.key),
        "expires": entry.expires and entry.expires.isoformat(),
        "until": "fixed" if entry.until_fixed else None,
        "owner": entry.owner and words(entry.owner),
        "origin": words(str(entry.rule.location or entry.rule.origin)),
    }
    yield Suppression(
        kind="external",
        status="accepted",
        justification=words(entry.reason or "no reason given", _LONGEST_REASON),
        properties=properties,
    )


def _properties(verdict: Verdict) -> dict[str, object]:
    finding = verdict.finding
    dependency, vulnerability = finding.dependency, finding.vulnerability
    known = {
        "package": words(dependency.name),
        "version": words(dependency.written),
        "purl": _purl(dependency.name, dependency.written),
        "severity": vulnerability.severity and vulnerability.severity.word,
        "relationship": {True: "direct", False: "transitive", None: None}[dependency.direct],
        "scopes": sorted(map(words, dependency.groups)),
        "dependencyPaths": [[words(name) for name in path] for path in finding.paths] or None,
        "morePaths": finding.more_paths or None,
        "fixedVersions": [str(version) for version in vulnerability.fixed_in],
        "upgradeTo": None if finding.upgrade_to is None else str(finding.upgrade_to),
        "upgradeTried": finding.upgrade_tried or None,
        "manifest": finding.declared_at and words(finding.declared_at.path),
        "lockFile": words(finding.input),
        "novelty": finding.novelty.value,
        "gate": verdict.decision.value,
        "gateRule": words(verdict.rule.key),
        "gateReason": words(verdict.reason, _LONGEST_REASON),
    }
    return Plain((name, value) for name, value in known.items() if value is not None)
