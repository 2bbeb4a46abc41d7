"""Describe each alias group as a SARIF rule: what it is, the same in whatever project it is found."""

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import sarif_om

from pysentry_hook.advisories import Vulnerability
from pysentry_hook.matching import id_order
from pysentry_hook.model import Severity
from pysentry_hook.report import Finding
from pysentry_hook.reports import gfm
from pysentry_hook.reports.sarif_text import paragraphs, shortened, web_uri, words
from pysentry_hook.text import one_line

_LONGEST_NAME = 255
_LONGEST_DESCRIPTION = 1024
_LONGEST_DETAILS = 2000
_MOST_TAGS, _MOST_CVES, _MOST_CWES, _MOST_REFERENCES = 10, 3, 5, 20
_LEVELS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    None: "warning",
}
_OF_A_LABEL = {Severity.CRITICAL: 9.5, Severity.HIGH: 8.0, Severity.MEDIUM: 5.5, Severity.LOW: 2.0}
_LEAST_SCORE = 0.1
"""A dashboard has no place for 0.0; a vector of that score counts as low here."""
_WORDS = re.compile(r"[^A-Za-z0-9]+")


def level(vulnerability: Vulnerability) -> str:
    """The level of a finding, by its severity alone: a gate says elsewhere what it decided."""
    return "error" if vulnerability.malware else _LEVELS[vulnerability.severity]


def score(vulnerability: Vulnerability) -> float | None:
    """The number by which a dashboard sorts; None where nobody knows how bad it is."""
    if vulnerability.malware:
        return 10.0
    if vulnerability.cvss and vulnerability.severity_source == "cvss":
        return max(vulnerability.cvss[0].score, _LEAST_SCORE)
    return None if vulnerability.severity is None else _OF_A_LABEL[vulnerability.severity]


def severity_told(vulnerability: Vulnerability) -> str:
    """The severity with its score, in words."""
    if vulnerability.severity is None:
        return "severity unknown"
    vectors = vulnerability.severity_source == "cvss" and vulnerability.cvss
    return f"{vulnerability.severity.word} {vectors[0].score:.1f}" if vectors else vulnerability.severity.word


class Group:
    """The findings of one alias group as one rule sees them, whichever packages and versions they are in."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        found = [finding.vulnerability for finding in findings]
        self.worst = max(found, key=lambda each: (each.malware, score(each) or 0, each.severity or 0))
        self.richest = max(found, key=lambda each: (bool(each.summary), len(each.details), each.details))
        self.id = one_line(self.worst.id)
        self.malware = self.worst.malware
        self.packages = sorted({words(finding.dependency.name) for finding in findings})
        self.aliases = sorted({one_line(name) for each in found for name in each.aliases}, key=id_order)
        self.cwes = sorted({one_line(name) for each in found for name in each.cwes}, key=id_order)
        self.references = sorted(
            {address for each in found for url in each.references if (address := web_uri(url)) is not None}
        )
        self.pinned = all(finding.dependency.pinned for finding in findings)
        self._findings = findings

    @cached_property
    def title(self) -> str:
        """What it is, in one line."""
        first = next((line for line in self.richest.details.splitlines() if line.strip()), "")
        return one_line(self.richest.summary or first.lstrip("# ")) or "a known vulnerability"

    @cached_property
    def details(self) -> str:
        """What it is, in full."""
        return shortened(self.richest.details, _LONGEST_DETAILS) or self.title

    def ranges(self, package: str) -> list[str]:
        """The versions of one package that are affected."""
        found = {text for each in self._of(package) for text in each.ranges}
        return sorted(one_line(text) for text in found)

    def fixes(self, package: str) -> list[str]:
        """The versions of one package that are not affected any more."""
        found = {version for each in self._of(package) for version in each.fixed_in}
        return [str(version) for version in sorted(found)]

    def _of(self, package: str) -> Iterator[Vulnerability]:
        return (each.vulnerability for each in self._findings if words(each.dependency.name) == package)


def rule(findings: Sequence[Finding]) -> Any:
    """Return the rule of all findings of one alias group."""
    group = Group(findings)
    packages = ", ".join(group.packages)
    name = "".join(word.capitalize() for word in _WORDS.split(group.packages[0]))
    return sarif_om.ReportingDescriptor(
        id=group.id,
        name=f"{'Malicious' if group.malware else 'Vulnerable'}{name}"[:_LONGEST_NAME],
        short_description=_string(one_line(f"{packages}: {group.title}", _LONGEST_DESCRIPTION)),
        full_description=_string(shortened(group.details, _LONGEST_DESCRIPTION)),
        help=_help(group),
        help_uri=_page(group),
        default_configuration=sarif_om.ReportingConfiguration(level=level(group.worst)),
        properties=_properties(group),
    )


def _string(text: str) -> Any:
    return sarif_om.MultiformatMessageString(text=text)


def _properties(group: Group) -> dict[str, object]:
    number = score(group.worst)
    severity = group.worst.severity
    return {
        "tags": _tags(group),
        "precision": "very-high" if group.pinned else "high",
        "security-severity": None if number is None else f"{number:.1f}",
        "problem.severity": "warning" if number is None else None,
        "aliases": group.aliases,
        "cvss": group.worst.cvss[0].vector if group.worst.cvss else None,
        "severity": severity and severity.word,
        "severitySource": group.worst.severity_source if severity else None,
    }


def _tags(group: Group) -> list[str]:
    names = [name for name in (group.id, *group.aliases) if name.startswith("CVE-")]
    cves = [f"external/cve/{name.lower()}" for name in names[:_MOST_CVES]]
    cwes = [f"external/cwe/{name.lower()}" for name in group.cwes[:_MOST_CWES]]
    kind = ["malware"] if group.malware else []
    return ["security", "dependency", *kind, *cves, *cwes][:_MOST_TAGS]


def _page(group: Group) -> str | None:
    """The page of the advisory: that of the alias that has the best one, else the first reference."""
    names = (group.id, *group.aliases)
    pages = (f"{page}{name}" for pattern, page in gfm.PAGES for name in names if pattern.fullmatch(name))
    return next(pages, group.references[0] if group.references else None)


def _rows(group: Group) -> Iterator[tuple[str, str]]:
    """What is known of the group, as names and values."""
    yield "Advisory", group.id
    if group.aliases:
        yield "Also known as", ", ".join(group.aliases)
    for package in group.packages:
        yield "Package", f"{package} (PyPI)"
        yield "Affected", "; ".join(group.ranges(package)) or "see the advisory"
        if not group.malware:
            yield "Fixed in", ", ".join(group.fixes(package)) or "no fixed version yet"
    yield "Severity", _severity(group)
    if group.cwes:
        yield "Weakness", ", ".join(group.cwes)


def _severity(group: Group) -> str:
    if group.malware:
        return "malware: remove it, and treat every machine that installed it as compromised"
    if group.worst.severity is None:
        return "unknown: no source says how bad it is"
    vectors = "; ".join(f"CVSS {each.version} {each.score:.1f} {one_line(each.vector)}" for each in group.worst.cvss)
    return f"{group.worst.severity.word} ({vectors or 'as a source labels it'})"


def _help(group: Group) -> Any:
    """The same as text and as Markdown."""
    rows = [(name, one_line(value, _LONGEST_DESCRIPTION)) for name, value in _rows(group)]
    plain = "".join(f"{name}: {value}\n" for name, value in rows)
    table = "".join(f"| {name} | {gfm.words(value, _LONGEST_DESCRIPTION)} |\n" for name, value in rows)
    links = group.references[:_MOST_REFERENCES]
    text = f"{group.title}\n\n{group.details}\n\n{plain}"
    marked = f"## {gfm.words(group.title)}\n\n{paragraphs(group.details)}\n\n| | |\n|---|---|\n{table}"
    return sarif_om.MultiformatMessageString(
        text=text + "".join(("\nReferences:\n", *(f"- {url}\n" for url in links)) if links else ()),
        markdown=marked + "".join(("\n### References\n\n", *(f"- <{url}>\n" for url in links)) if links else ()),
    )
