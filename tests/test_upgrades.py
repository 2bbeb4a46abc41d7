"""The version to upgrade to."""

from collections.abc import Iterable, Sequence

import pytest
from packaging.version import Version

from pysentry_hook.advisories import Advisory
from pysentry_hook.matching import Knowledge
from pysentry_hook.model import Package
from pysentry_hook.upgrades import MAX_ROUNDS, candidates, find_upgrades
from tests.builders import a_package, a_vulnerability, an_advisory


class Upstream:
    """Answers about candidates what it was given for them, and remembers what it was asked."""

    def __init__(self, *advisories: Advisory, silent: Iterable[Package] = ()) -> None:
        self.advisories = advisories
        self.silent = frozenset(silent)
        self.rounds: list[list[str]] = []

    def __call__(self, packages: Sequence[Package]) -> tuple[Iterable[Advisory], frozenset[Package]]:
        self.rounds.append([f"{package.name} {package.version}" for package in packages])
        return self.advisories, frozenset(packages) - self.silent


def upgrades(known: Sequence[Advisory], upstream: Upstream, *packages: Package) -> dict[str, str | None]:
    """The proposed version for each id of the packages, requests 2.30.0 unless others are given."""
    knowledge = Knowledge(known)
    wanted = {
        (package, vulnerability.id): candidates(package, vulnerability)
        for package in packages or (a_package(),)
        for vulnerability in knowledge.vulnerabilities(package)
    }
    found = find_upgrades(known, wanted, upstream)
    return {identifier: None if version is None else str(version) for (_, identifier), version in found.items()}


@pytest.mark.parametrize(
    ("installed", "fixes", "expected"),
    [
        ("2.30.0", ["2.31.0", "2.32.0"], ["2.31.0", "2.32.0"]),
        ("2.30.0", ["1.26.1", "2.31.0"], ["2.31.0"]),
        ("2.30.0", ["2.30.0", "2.30"], []),
        ("2.30.0", ["1.0"], []),
        ("2.30.0", ["2.31.0rc1", "2.31.0.dev1", "2.32.0"], ["2.32.0"]),
        ("2.31.0rc1", ["2.31.0rc2", "2.31.0"], ["2.31.0rc2", "2.31.0"]),
        ("2.31.0rc2", ["2.31.0rc1"], []),
        ("2.30.0", ["2.30.0.post1"], ["2.30.0.post1"]),
        ("2.30.0+cpu", ["2.30.0", "2.30.1"], ["2.30.1"]),
        ("2030.1", ["1!1.0"], ["1!1.0"]),
        ("2.30.0", [], []),
    ],
)
def test_candidates_are_the_fixes_above_with_prereleases_only_for_a_prerelease(
    installed: str, fixes: list[str], expected: list[str]
) -> None:
    vulnerability = a_vulnerability(fixed_in=tuple(map(Version, fixes)))
    assert list(map(str, candidates(a_package(version=installed), vulnerability))) == expected


def test_the_smallest_fixed_version_above_is_proposed_after_it_was_asked_for() -> None:
    upstream = Upstream()
    known = [an_advisory(events=[{"introduced": "0"}, {"fixed": "1.0"}, {"introduced": "2.0"}, {"fixed": "2.31.0"}])]
    assert upgrades(known, upstream) == {"PYSEC-2099-1": "2.31.0"}
    assert upstream.rounds == [["requests 2.31.0"]]


def test_nothing_is_proposed_and_nothing_asked_where_there_is_no_fix() -> None:
    upstream = Upstream()
    assert upgrades([an_advisory()], upstream) == {"PYSEC-2099-1": None}
    assert upstream.rounds == []


def test_a_fix_below_the_installed_version_is_never_proposed() -> None:
    known = [an_advisory(events=[{"introduced": "0"}, {"fixed": "1.0"}, {"introduced": "2.0"}])]
    assert upgrades(known, Upstream()) == {"PYSEC-2099-1": None}


def test_a_candidate_that_a_known_advisory_affects_is_passed_over_without_a_question() -> None:
    upstream = Upstream()
    known = [
        an_advisory("PYSEC-2099-1", fixed="2.31.0"),
        an_advisory("GHSA-aaaa-bbbb-cccc", aliases=["PYSEC-2099-1"], fixed="2.32.0"),
    ]
    assert upgrades(known, upstream) == {"GHSA-aaaa-bbbb-cccc": "2.32.0"}
    assert upstream.rounds == [["requests 2.32.0"]]


def test_one_version_must_be_free_of_every_vulnerability_of_the_package() -> None:
    known = [an_advisory("PYSEC-2099-1", fixed="2.31.0"), an_advisory("PYSEC-2099-2", fixed="2.33.0")]
    assert upgrades(known, Upstream()) == {"PYSEC-2099-1": None, "PYSEC-2099-2": "2.33.0"}


def test_a_candidate_that_an_advisory_found_on_asking_affects_is_passed_over() -> None:
    branches = [{"introduced": "0"}, {"fixed": "2.31.0"}, {"introduced": "2.40"}, {"fixed": "2.41"}]
    upstream = Upstream(an_advisory("PYSEC-2099-2", introduced="2.31.0", fixed="2.31.5"))
    assert upgrades([an_advisory(events=branches)], upstream) == {"PYSEC-2099-1": "2.41"}
    assert upstream.rounds == [["requests 2.31.0"], ["requests 2.41"]]


def test_a_candidate_that_was_not_answered_is_not_proposed() -> None:
    upstream = Upstream(silent=[a_package(version="2.31.0")])
    assert upgrades([an_advisory(fixed="2.31.0")], upstream) == {"PYSEC-2099-1": None}


def test_a_candidate_of_several_findings_is_asked_for_once() -> None:
    upstream = Upstream()
    known = [an_advisory("PYSEC-2099-1", fixed="2.31.0"), an_advisory("PYSEC-2099-2", fixed="2.31.0")]
    assert upgrades(known, upstream) == {"PYSEC-2099-1": "2.31.0", "PYSEC-2099-2": "2.31.0"}
    assert upstream.rounds == [["requests 2.31.0"]]


def test_all_packages_are_asked_for_in_one_round_in_order() -> None:
    upstream = Upstream()
    known = [an_advisory("PYSEC-2099-1", fixed="2.31.0"), an_advisory("PYSEC-2099-2", "idna", fixed="3.7")]
    packages = (a_package(), a_package("idna", "3.4"))
    assert upgrades(known, upstream, *packages) == {"PYSEC-2099-1": "2.31.0", "PYSEC-2099-2": "3.7"}
    assert upstream.rounds == [["idna 3.7", "requests 2.31.0"]]


def test_an_endless_row_of_affected_candidates_ends_without_a_proposal() -> None:
    class Endless(Upstream):
        def __call__(self, packages: Sequence[Package]) -> tuple[Iterable[Advisory], frozenset[Package]]:
            super().__call__(packages)
            text = str(packages[0].version)
            return [an_advisory(f"PYSEC-2099-{len(self.rounds)}9", events=[], versions=[text])], frozenset(packages)

    fixes = tuple(Version(f"2.31.{n}") for n in range(MAX_ROUNDS + 5))
    vulnerability = a_vulnerability(fixed_in=fixes)
    upstream = Endless()
    key = (a_package(), vulnerability.id)
    assert find_upgrades([], {key: candidates(a_package(), vulnerability)}, upstream) == {key: None}
    assert len(upstream.rounds) == MAX_ROUNDS
