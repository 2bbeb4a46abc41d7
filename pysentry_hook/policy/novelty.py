"""Is a finding older than the change? By what the same input installed before, judged with the same advisories."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from pysentry_hook.advisories import Vulnerability
from pysentry_hook.model import Inventory, NormalizedName, Package
from pysentry_hook.report import Finding, Novelty

Known = Callable[[Package], Iterable[Vulnerability]]
"""What the advisories of this scan say of a version."""


def compared(
    findings: Iterable[Finding],
    before: Mapping[str, Inventory],
    known: Known,
    unanswered: Callable[[Package], bool],
) -> list[Finding]:
    """Return the findings with their novelty: introduced where no version before has the same alias group.

    `before` holds by the path of an input what it installed, an empty inventory for a new one; for a path that
    is not in it nothing is known. A version before that nobody answered for leaves the novelty unknown.
    """
    versions = {path: _versions(inventory) for path, inventory in before.items()}
    ids: dict[Package, frozenset[str]] = {}

    def names(package: Package) -> frozenset[str]:
        if package not in ids:
            ids[package] = frozenset(vulnerability.id for vulnerability in known(package))
        return ids[package]

    def novelty(finding: Finding) -> Finding:
        if finding.input not in versions:
            return finding
        old = versions[finding.input].get(finding.dependency.name, frozenset())
        if any(finding.vulnerability.id in names(package) for package in old):
            touched = finding.dependency.version not in {package.version for package in old}
            return replace(finding, novelty=Novelty.EXISTING, touched=touched)
        if any(map(unanswered, old)):
            return finding
        return replace(finding, novelty=Novelty.INTRODUCED)

    return [novelty(finding) for finding in findings]


def unsure(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings of a change that stands on one more state than is known: that may hold what seems new."""
    return [
        replace(finding, novelty=Novelty.UNKNOWN) if finding.novelty is Novelty.INTRODUCED else finding
        for finding in findings
    ]


def _versions(inventory: Inventory) -> Mapping[NormalizedName, frozenset[Package]]:
    found: dict[NormalizedName, set[Package]] = {}
    for dependency in inventory.dependencies:
        found.setdefault(dependency.name, set()).add(dependency.package)
    return {name: frozenset(packages) for name, packages in found.items()}
