"""What the records of one database say of some packages, and of which packages it cannot be known."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from pysentry_hook.advisories import Advisory, AdvisoryData, SourceAnswer
from pysentry_hook.model import Failure, NormalizedName, Package
from pysentry_hook.sources.context import failures
from pysentry_hook.sources.records import DamagedRecordError, Once, names, parse
from pysentry_hook.text import one_line


@dataclass(slots=True)
class Found:
    """What the records of one database say of some packages."""

    wanted: frozenset[NormalizedName]
    advisories: dict[tuple[str, str], Advisory] = field(default_factory=dict)
    """By source and id."""
    damaged: set[str] = field(default_factory=set)
    broken: dict[NormalizedName, str] = field(default_factory=dict)
    """Packages that an unusable record names, and why it is none: what it says of them is not known."""
    _once: Once = field(default_factory=Once, compare=False, repr=False)

    def take(self, record: object, source: str, name: str, about: Collection[str] = ()) -> None:
        """Keep the advisory of a record, or what is not known of the packages that it is `about`, or names itself.

        `name` is what the database calls the record.
        """
        try:
            advisory = parse(record, source, self._once)
        except DamagedRecordError as error:
            self.damaged.add(name)
            cause = f"the record {one_line(name, 80)} {error}"
            self.broken.update(dict.fromkeys(self.wanted & (set(about) or names(record)), cause))
            return
        self.advisories[source, advisory.id] = advisory
        if advisory.damage:
            self.damaged.add(advisory.id)

    def answer(self, packages: Sequence[Package], data: AdvisoryData, trouble: str | None) -> SourceAnswer:
        """Return what is known of these packages; `trouble` is why older data are used, where they are."""
        unanswered = self.unanswered(packages)
        told = (Failure("source", data.source, None, trouble),) if trouble else ()
        return SourceAnswer(
            data=data._replace(damaged_records=tuple(sorted(self.damaged))),
            advisories=tuple(self.advisories.values()),
            answered=frozenset(packages) - unanswered.keys(),
            unknown={},
            failures=(*told, *failures(data.source, unanswered)),
        )

    def unanswered(self, packages: Iterable[Package]) -> dict[Package, str]:
        """The packages of which not everything is known, and why."""
        return {package: self.broken[package.name] for package in packages if package.name in self.broken}
