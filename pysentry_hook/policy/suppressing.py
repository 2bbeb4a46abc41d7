"""Which suppression covers a finding on a day, and which ones are unused, expired or about to end."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from pysentry_hook.model import NormalizedName
from pysentry_hook.report import Finding
from pysentry_hook.rules import Suppression

NOTICE = timedelta(days=14)
"""How long before its end a suppression warns."""


class Suppressions:
    """The accepted risks of one policy on one day, found by the names that they speak of."""

    def __init__(self, entries: Sequence[Suppression], today: date) -> None:
        self.entries = tuple(entries)
        self._today = today
        self._by_id: dict[str, list[int]] = {}
        self._by_package: dict[NormalizedName, list[int]] = {}
        for number, entry in enumerate(entries):
            if entry.id is not None:
                self._by_id.setdefault(entry.id.upper(), []).append(number)
            elif entry.package is not None:
                self._by_package.setdefault(entry.package, []).append(number)

    def about(self, finding: Finding) -> list[Suppression]:
        """The suppressions that speak of a finding, in their order, whether they hold or not."""
        vulnerability = finding.vulnerability
        numbers = set(self._by_package.get(finding.dependency.name, ()))
        for name in (vulnerability.id, *vulnerability.aliases):
            numbers.update(self._by_id.get(name.upper(), ()))
        if not numbers:
            return []
        return [entry for entry in map(self.entries.__getitem__, sorted(numbers)) if finding.is_meant_by(entry)]

    def holds(self, entry: Suppression, finding: Finding) -> bool:
        """Whether a suppression that speaks of a finding covers it on this day; malware needs package and version."""
        vulnerability = finding.vulnerability
        if vulnerability.malware and (entry.package is None or entry.version is None or entry.id is None):
            return False
        return not (self.has_come_true(entry, finding) or self.has_expired(entry))

    def has_come_true(self, entry: Suppression, finding: Finding) -> bool:
        """Whether it holds until there is a fixed version, and there is one."""
        return entry.until_fixed and bool(finding.vulnerability.fixed_in)

    def has_expired(self, entry: Suppression) -> bool:
        """Whether the last day of a suppression is over."""
        return entry.has_ended(self._today)

    def ends_soon(self, entry: Suppression) -> bool:
        """Whether it still holds, and for two weeks at most."""
        return entry.expires is not None and timedelta(0) <= entry.expires - self._today <= NOTICE

    def over(self, findings: Sequence[Finding], speaking: Sequence[Sequence[Suppression]]) -> tuple[Suppression, ...]:
        """Those that hold no more: their last day is over, or what they wait for has come for one of the findings."""
        fixed = {
            id(entry)
            for finding, entries in zip(findings, speaking, strict=True)
            for entry in entries
            if self.has_come_true(entry, finding)
        }
        return tuple(entry for entry in self.entries if self.has_expired(entry) or id(entry) in fixed)

    def unused(self, speaking: Iterable[Sequence[Suppression]]) -> tuple[Suppression, ...]:
        """Those that speak of no finding, and have not expired; `speaking` is what `about` found."""
        used = {id(entry) for entries in speaking for entry in entries}
        return tuple(entry for entry in self.entries if id(entry) not in used and not self.has_expired(entry))
