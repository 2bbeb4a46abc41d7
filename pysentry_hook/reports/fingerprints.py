"""Give each finding the identity by which a dashboard knows it again: no version, no line, no record of one source."""

import hashlib
from collections.abc import Sequence

from pysentry_hook.report import Finding

_EDITION = "v1"
_DIGITS = 16


def fingerprints(findings: Sequence[Finding]) -> list[str]:
    """Return the fingerprint of each finding, in their order; no two are the same.

    It is made of the id of the alias group, the package and the path of the input. The number behind it tells
    several versions of the package in one input apart, in the order of the versions.
    """
    alike: dict[str, list[int]] = {}
    for place, finding in enumerate(findings):
        alike.setdefault(_identity(finding), []).append(place)
    found = [""] * len(findings)
    for identity, places in alike.items():
        for number, place in enumerate(sorted(places, key=lambda place: _order(findings[place])), 1):
            found[place] = f"{identity}:{number}"
    return found


def _identity(finding: Finding) -> str:
    parts = (_EDITION, finding.vulnerability.id, finding.dependency.name, finding.input)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]


def _order(finding: Finding) -> tuple[object, ...]:
    place = finding.location
    return finding.dependency.version, finding.dependency.written, place.path, place.line, place.column
