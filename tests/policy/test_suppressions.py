"""Which accepted risk covers which finding, until when, and what is told of those that do not."""

from collections.abc import Sequence
from datetime import date

import pytest
from packaging.version import Version

from pysentry_hook.model import Severity
from pysentry_hook.report import Decision, Finding, GateResult
from pysentry_hook.rules import Occasion, Place, Rule, Suppression
from tests.builders import a_dependency, a_finding, a_policy, a_suppression
from tests.policy.judging import TODAY, judged, the_verdict

HIGH = a_finding(severity=Severity.HIGH, aliases=("GHSA-aaaa-bbbb-cccc", "PYSEC-2099-1"))
LOW = a_finding(severity=Severity.LOW)


def covers(entry: Suppression, finding: Finding = HIGH, today: date = TODAY) -> bool:
    """Whether a finding that blocks without it is suppressed."""
    decision = the_verdict(finding, a_policy(entry), today).decision
    assert decision in {Decision.SUPPRESSED, Decision.BLOCK}
    return decision is Decision.SUPPRESSED


@pytest.mark.parametrize(
    "name", ["CVE-2099-0001", "cve-2099-0001", "PYSEC-2099-1", "pysec-2099-1", "Ghsa-AAAA-bbbb-cccc"]
)
def test_a_suppression_names_the_id_or_any_alias_in_any_case(name: str) -> None:
    assert covers(a_suppression(name))


def test_an_alias_is_compared_in_any_case_on_both_sides() -> None:
    assert covers(
        a_suppression("ghsa-aaaa-bbbb-cccc"), a_finding(severity=Severity.HIGH, aliases=("ghsa-AAAA-bbbb-cccc",))
    )


@pytest.mark.parametrize("name", ["CVE-2099-00010", "CVE-2099-000", "CVE-2099-*", "CVE", "requests", "PYSEC-2099-2"])
def test_a_suppression_of_another_id_covers_nothing(name: str) -> None:
    assert not covers(a_suppression(name))


def test_a_suppression_says_who_accepted_the_risk_where_and_why() -> None:
    rule = Rule("suppressions", "CVE-2099-0001", "pyproject.toml:40", Place("pyproject.toml", 40))
    for reason, told in (("the path is closed", "the path is closed"), (None, "no reason given")):
        entry = a_suppression(reason=reason)
        verdict = the_verdict(HIGH, a_policy(entry))
        assert (verdict.decision, verdict.rule, verdict.reason) == (Decision.SUPPRESSED, rule, told)
        assert (verdict.suppression, verdict.blocks_on) == (entry, None)


def test_a_suppression_of_a_package_covers_that_package_only() -> None:
    assert covers(a_suppression(package="Requests"))
    assert not covers(a_suppression(package="idna"))
    assert covers(a_suppression(package="idna"), a_finding(a_dependency("idna"), severity=Severity.HIGH))


def test_a_package_that_is_ignored_as_a_whole_is_so_with_every_id() -> None:
    assert covers(a_suppression(None, "requests"))
    assert covers(a_suppression(None, "requests"), a_finding(severity=Severity.HIGH, id="CVE-2098-1", aliases=()))
    assert not covers(a_suppression(None, "idna"))


@pytest.mark.parametrize(
    ("specifiers", "version", "covered"),
    [
        ("==2.30.0", "2.30.0", True),
        ("==2.30", "2.30.0", True),
        ("==2.31", "2.30.0", False),
        ("<2.31,>=2.30", "2.30.0", True),
        ("<2.30", "2.30.0", False),
        ("==2.30.*", "2.30.1", True),
        (">=2", "3.0rc1", True),
        ("<3", "3.0rc1", False),
        ("==2.30.0", "2.30.0+cpu", True),
        ("===2.30.0", "2.30.0", True),
    ],
)
def test_a_suppression_of_versions_covers_those_only_release_candidates_included(
    specifiers: str, version: str, *, covered: bool
) -> None:
    finding = a_finding(a_dependency(version=version), severity=Severity.HIGH)
    assert covers(a_suppression(version=specifiers), finding) is covered


@pytest.mark.parametrize(
    ("groups", "covered"),
    [(["dev"], True), (["dev", "main"], False), (["main"], False), (["dev", "docs"], False), ([], False)],
)
def test_a_suppression_of_a_scope_covers_what_nothing_else_brings_in(groups: Sequence[str], *, covered: bool) -> None:
    finding = a_finding(a_dependency(groups=groups), severity=Severity.HIGH)
    assert covers(a_suppression(group="dev"), finding) is covered


def test_until_fixed_ends_when_a_fixed_version_is_out() -> None:
    entry = a_suppression(until_fixed=True)
    assert covers(entry, a_finding(severity=Severity.HIGH, fixed_in=()))
    assert not covers(entry, a_finding(severity=Severity.HIGH, fixed_in=(Version("2.31.0"),)))
    assert covers(a_suppression(), a_finding(severity=Severity.HIGH, fixed_in=(Version("2.31.0"),)))


def test_a_suppression_that_a_fixed_version_ends_is_told_and_no_other() -> None:
    fixed, unfixed = (a_finding(severity=Severity.HIGH, fixed_in=each) for each in ((Version("2.31.0"),), ()))
    entry = a_suppression(until_fixed=True)
    assert judged(fixed, policy=a_policy(entry)).expired == (entry,)
    assert entry.end(TODAY) == "because a fixed version is out"
    assert judged(unfixed, policy=a_policy(entry)).expired == ()
    assert judged(fixed, policy=a_policy(a_suppression())).expired == ()
    over = a_suppression(until_fixed=True, expires=date(2026, 1, 1))
    assert judged(fixed, policy=a_policy(over)).expired == (over,)
    assert over.end(TODAY) == "on 2026-01-01"


@pytest.mark.parametrize(
    ("today", "covered"),
    [("2026-01-01", True), ("2026-11-30", True), ("2026-12-01", True), ("2026-12-02", False), ("2027-12-01", False)],
)
def test_a_suppression_is_valid_through_its_last_day(today: str, *, covered: bool) -> None:
    assert covers(a_suppression(expires=date(2026, 12, 1)), today=date.fromisoformat(today)) is covered


def test_of_several_that_speak_of_a_finding_the_first_that_holds_covers_it() -> None:
    old = a_suppression(expires=date(2026, 1, 1))
    first = a_suppression("PYSEC-2099-1", reason="first of the two")
    second = a_suppression(package="requests", reason="second of the two")
    verdict = the_verdict(HIGH, a_policy(old, a_suppression("CVE-2098-1"), first, second))
    assert verdict.suppression is first
    assert the_verdict(HIGH, a_policy(old, second, first)).suppression is second


@pytest.mark.parametrize(
    ("entry", "covered"),
    [
        (a_suppression("MAL-2099-1", "requests", version="==2.30.0"), True),
        (a_suppression("MAL-2099-1", "requests"), False),
        (a_suppression("MAL-2099-1", version="==2.30.0"), False),
        (a_suppression("MAL-2099-1"), False),
        (a_suppression(None, "requests", version="==2.30.0"), False),
        (a_suppression(None, "requests"), False),
        (a_suppression("MAL-2099-1", "requests", version="==2.31.0"), False),
        (a_suppression("MAL-2099-1", "requests", version="==2.30.0", expires=date(2026, 1, 1)), False),
        (a_suppression("MAL-2099-1", "requests", version="==2.30.0", reason=None), True),
    ],
)
def test_only_a_suppression_with_id_package_and_version_covers_malware(entry: Suppression, *, covered: bool) -> None:
    malware = a_finding(severity=Severity.CRITICAL, malware=True, id="MAL-2099-1", aliases=())
    assert covers(entry, malware) is covered


ENDS = date(2026, 12, 1)


def lists(*entries: Suppression, today: date = TODAY, findings: Sequence[Finding] = (HIGH,)) -> dict[str, list[str]]:
    """What the gate tells of accepted risks, by their ids."""
    result: GateResult = judged(*findings, policy=a_policy(*entries), today=today)
    kinds = {
        "unused": result.unused,
        "expired": result.expired,
        "ending": result.ending,
        "refused": result.refused,
    }
    return {kind: [entry.id or "" for entry in found] for kind, found in kinds.items() if found}


def test_a_suppression_that_speaks_of_nothing_is_told() -> None:
    assert lists(a_suppression("CVE-2098-1"), a_suppression()) == {"unused": ["CVE-2098-1"]}
    assert lists(a_suppression(), findings=()) == {"unused": ["CVE-2099-0001"]}


def test_a_suppression_of_something_below_the_threshold_is_used() -> None:
    assert lists(a_suppression(), findings=[LOW]) == {}


def test_a_suppression_that_another_one_makes_needless_is_used() -> None:
    assert lists(a_suppression(), a_suppression("PYSEC-2099-1")) == {}


def test_a_suppression_whose_package_version_or_scope_is_another_one_is_unused() -> None:
    for entry in (a_suppression(package="idna"), a_suppression(version="<1"), a_suppression(group="dev")):
        assert lists(entry) == {"unused": ["CVE-2099-0001"]}


def test_an_expired_suppression_is_told_once_whether_it_speaks_of_a_finding_or_not() -> None:
    late = ENDS.replace(day=2)
    for findings in ([HIGH], []):
        assert lists(a_suppression(expires=ENDS), today=late, findings=findings) == {"expired": ["CVE-2099-0001"]}
    assert lists(a_suppression(expires=ENDS), today=ENDS) == {"ending": ["CVE-2099-0001"]}


@pytest.mark.parametrize(
    ("today", "told"),
    [
        (date(2026, 11, 16), {}),
        (date(2026, 11, 17), {"ending": ["CVE-2099-0001"]}),
        (date(2026, 11, 30), {"ending": ["CVE-2099-0001"]}),
        (date(2026, 12, 1), {"ending": ["CVE-2099-0001"]}),
        (date(2026, 12, 2), {"expired": ["CVE-2099-0001"]}),
    ],
)
def test_a_suppression_warns_in_the_two_weeks_before_it_ends(today: date, told: dict[str, list[str]]) -> None:
    assert lists(a_suppression(expires=ENDS), today=today) == told


def test_one_that_covers_nothing_is_unused_and_does_not_warn_that_it_ends() -> None:
    assert lists(a_suppression("CVE-2098-1", expires=ENDS)) == {"unused": ["CVE-2098-1"]}
    needless = a_suppression("PYSEC-2099-1", expires=ENDS)
    assert lists(a_suppression(), needless) == {}


def test_two_that_say_the_same_are_told_apart() -> None:
    same = [a_suppression(expires=ENDS), a_suppression(expires=ENDS)]
    assert lists(*same) == {"ending": ["CVE-2099-0001"]}
    assert lists(a_suppression("CVE-2098-1"), a_suppression("CVE-2098-1")) == {"unused": ["CVE-2098-1", "CVE-2098-1"]}


def test_without_a_reason_one_is_refused_where_a_gate_requires_it_and_its_finding_is_judged() -> None:
    bare, reasoned = a_suppression(reason=None), a_suppression("CVE-2099-9")
    findings = [HIGH, a_finding(severity=Severity.HIGH, id="CVE-2099-9", aliases=())]
    lenient = judged(*findings, policy=a_policy(bare, reasoned))
    strict = judged(*findings, policy=a_policy(bare, reasoned, require_reason=True))
    assert [verdict.decision for verdict in lenient.verdicts] == [Decision.SUPPRESSED, Decision.SUPPRESSED]
    assert [verdict.decision for verdict in strict.verdicts] == [Decision.BLOCK, Decision.SUPPRESSED]
    assert (lenient.refused, strict.refused) == ((), (bare,))
    assert strict.unused == ()


def test_where_one_is_refused_the_next_that_has_a_reason_covers() -> None:
    bare, reasoned = a_suppression(reason=None), a_suppression("PYSEC-2099-1")
    assert the_verdict(HIGH, a_policy(bare, reasoned, require_reason=True)).suppression is reasoned


def test_a_refused_one_is_told_where_it_speaks_of_nothing_too() -> None:
    result = judged(policy=a_policy(a_suppression(reason=None), require_reason=True))
    assert (len(result.refused), len(result.unused)) == (1, 1)


def test_a_refused_one_is_told_where_one_gate_of_two_refuses_it() -> None:
    gates = {name: {"branches": ("main",), "require_reason": name == "b"} for name in ("a", "b", "c")}
    policy = a_policy(a_suppression(reason=None), gates=gates, occasion=Occasion("push", "main", None, "a CI service"))
    assert len(judged(HIGH, policy=policy).refused) == 1
