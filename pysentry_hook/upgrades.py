"""The version to upgrade to: fixed, above the installed one, and itself not known to be affected."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from packaging.version import Version

from pysentry_hook.advisories import Advisory, Vulnerability
from pysentry_hook.matching import Knowledge
from pysentry_hook.model import Package

MAX_ROUNDS = 20

Ask = Callable[[Sequence[Package]], tuple[Iterable[Advisory], frozenset[Package]]]
"""Asks the sources about candidates: returns advisories, and the packages that were answered."""


def candidates(package: Package, vulnerability: Vulnerability) -> list[Version]:
    """The fixed versions above the installed one, smallest first; pre-releases only for a pre-release."""
    takes_pre = package.version.is_prerelease
    return [
        version
        for version in vulnerability.fixed_in
        if version > package.version and (takes_pre or not version.is_prerelease)
    ]


def find_upgrades(
    known: Sequence[Advisory], wanted: Mapping[tuple[Package, str], Sequence[Version]], ask: Ask
) -> dict[tuple[Package, str], Version | None]:
    """Return for each (package, id) the first candidate that no advisory affects.

    The services answer by version, so each candidate is asked for before it is proposed; the next
    round asks for the next candidate of what is still open.
    """
    advisories = list(known)
    open_candidates = {key: list(versions) for key, versions in wanted.items()}
    found: dict[tuple[Package, str], Version | None] = {}
    asked: set[Package] = set()
    answered: frozenset[Package] = frozenset()
    for _ in range(MAX_ROUNDS):
        knowledge = Knowledge(advisories)
        questions: set[Package] = set()
        for key, versions in open_candidates.items():
            name = key[0].name
            while versions and knowledge.affected(Package(name, versions[0])):
                versions.pop(0)
            if not versions:
                found[key] = None
                continue
            candidate = Package(name, versions[0])
            if candidate in asked:
                found[key] = versions[0] if candidate in answered else None
            else:
                questions.add(candidate)
        for key in found:
            open_candidates.pop(key, None)
        if not open_candidates:
            break
        new, now_answered = ask(sorted(questions))
        advisories.extend(new)
        asked |= questions
        answered |= now_answered
    return found | dict.fromkeys(open_candidates)
