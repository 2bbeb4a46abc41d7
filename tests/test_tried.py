"""Upgrades are marked as tried where a plan clears the finding, and where nothing is other than it was planned for."""

from dataclasses import replace

import pytest

from pysentry_hook.errors import UsageError
from pysentry_hook.model import Dependency
from pysentry_hook.proposal import Kind, Plan
from pysentry_hook.report import Finding
from pysentry_hook.tried import marked, meant_for
from tests.builders import a_dependency, a_finding, a_plan, an_inventory
from tests.reports.plans import NOTHING, RICH, a_change, a_move, a_seen

OLD = a_dependency()
CLEARED = a_finding(OLD)


def tried(plan: Plan, *findings: Finding, among: tuple[Dependency, ...] = (OLD,)) -> list[tuple[str, bool]]:
    """What becomes of the findings of a lock: the version to upgrade to, and whether that was tried."""
    found, warnings = marked(findings, [an_inventory(*among)], plan)
    assert warnings == ()
    return [(str(finding.upgrade_to), finding.upgrade_tried) for finding in found]


def warning(plan: Plan, *among: Dependency) -> str:
    """Why nothing is marked."""
    (found,), (told,) = marked([CLEARED], [an_inventory(*among)], plan)
    assert found == CLEARED
    assert told.startswith("warning: ")
    assert told.endswith(", so no upgrade is marked as tried: make a new plan")
    return told.removeprefix("warning: ").rpartition(", so no")[0]


@pytest.mark.parametrize("before", [None, "2.31.0", "2.32.4", "3.0"])
def test_a_cleared_finding_gets_the_version_that_was_tried(before: str | None) -> None:
    assert tried(a_plan(), a_finding(OLD, upgrade_to=before)) == [("2.32.4", True)]


def test_a_finding_is_known_again_by_an_alias() -> None:
    assert tried(a_plan(), a_finding(OLD, id="PYSEC-1", aliases=("CVE-2099-0001",))) == [("2.32.4", True)]


def test_what_a_plan_does_not_clear_is_left_as_it_was() -> None:
    other = a_finding(OLD, id="CVE-2099-0002", aliases=(), upgrade_to="2.33.0")
    idna = a_finding(a_dependency("idna", "3.4"), upgrade_to="3.7")
    among = (OLD, a_dependency("idna", "3.4"))
    assert tried(a_plan(), other, idna, among=among) == [("2.33.0", False), ("3.7", False)]


def test_an_upgrade_to_the_very_version_that_was_tried_was_tried() -> None:
    harmless = a_finding(OLD, id="CVE-2099-0002", aliases=(), upgrade_to="2.32.4")
    assert tried(a_plan(), harmless) == [("2.32.4", True)]


def test_a_finding_of_another_input_is_left_alone() -> None:
    elsewhere = replace(a_finding(OLD, upgrade_to="2.31.0"), input="api/uv.lock")
    assert tried(a_plan(), elsewhere) == [("2.31.0", False)]


def test_where_the_package_goes_there_is_no_version_to_upgrade_to() -> None:
    plan = a_plan(a_change("six"), moves=(a_move("requests", "2.30.0", None),))
    assert tried(plan, a_finding(OLD, upgrade_to="2.31.0")) == [("None", True)]


def test_malware_is_never_answered_with_an_upgrade() -> None:
    assert tried(a_plan(), a_finding(OLD, malware=True)) == [("None", False)]


def test_each_version_of_a_forked_package_has_the_next_one_above_it() -> None:
    forks = [a_dependency("numpy", "1.24"), a_dependency("numpy", "2.0")]
    plan = a_plan(
        moves=(a_move("numpy", "1.24, 2.0", "1.26, 2.1", Kind.REFRESH),),
        cleared=tuple(a_seen(package="numpy", version=version) for version in ("1.24", "2.0")),
    )
    assert tried(plan, *map(a_finding, forks), among=tuple(forks)) == [("1.26", True), ("2.1", True)]


def test_what_is_cleared_of_one_version_says_nothing_of_another() -> None:
    forks = (a_dependency("numpy", "1.24"), a_dependency("numpy", "2.0"))
    plan = a_plan(moves=(a_move("numpy", "1.24, 2.0", "1.25, 2.1"),), cleared=(a_seen(package="numpy", version="2.0"),))
    assert tried(plan, *map(a_finding, forks), among=forks) == [("None", False), ("2.1", True)]


def test_a_version_that_stays_beside_others_is_not_marked() -> None:
    forks = (a_dependency("numpy", "1.24"), a_dependency("numpy", "2.0"))
    plan = a_plan(moves=(a_move("numpy", "1.24, 2.0", "1.24, 2.1"),), cleared=())
    stays = a_finding(forks[0], upgrade_to="2.1")
    assert tried(plan, stays, among=forks) == [("2.1", False)]


def test_what_moves_down_gets_the_greatest_version_that_is_left() -> None:
    plan = a_plan(moves=(a_move("requests", "2.30.0", "2.28, 2.29"),))
    assert tried(plan, CLEARED) == [("2.29", True)]


def test_a_plan_for_another_state_marks_nothing_and_says_what_is_other() -> None:
    now = a_dependency(version="2.30.1")
    assert warning(a_plan(), now) == (
        "the plan was made for another state of uv.lock (requests was 2.30.0 and is 2.30.1)"
    )
    assert "requests was 2.30.0 and is not there" in warning(a_plan())
    assert "requests was 2.30.0 and is 2.30.0, 2.30.1" in warning(a_plan(), OLD, now)
    came = a_plan(moves=(*a_plan().moves, a_move("blinker", None, "1.6")))
    assert "blinker was not there and is 1.5" in warning(came, OLD, a_dependency("blinker", "1.5"))
    assert warning(RICH, OLD).endswith(" and 3 more)")


def test_a_cleared_version_that_is_no_more_is_another_state_too() -> None:
    plan = a_plan(moves=())
    assert "requests was 2.30.0 and is 2.30.1" in warning(plan, a_dependency(version="2.30.1"))


def test_an_incomplete_plan_marks_nothing_because_silence_may_look_like_a_fix() -> None:
    assert warning(a_plan(complete=False), OLD) == "the plan for uv.lock is incomplete"


def test_a_plan_without_changes_marks_nothing_and_warns_of_nothing() -> None:
    for plan in (NOTHING, replace(NOTHING, complete=False)):
        assert marked([CLEARED], [an_inventory()], plan) == ([CLEARED], ())


def test_an_input_that_could_not_be_read_is_no_reason_to_stop() -> None:
    assert marked([CLEARED], [an_inventory(path="api/uv.lock")], a_plan()) == ([CLEARED], ())


def test_a_plan_for_another_input_is_refused() -> None:
    meant_for(a_plan(), ["api/uv.lock", "uv.lock"])
    for paths, read in (
        (["api/uv.lock"], "what is read is api/uv.lock"),
        ([], "nothing is read"),
        ([f"{n}/uv.lock" for n in range(5)], "what is read is 0/uv.lock, 1/uv.lock, 2/uv.lock and 2 more"),
    ):
        with pytest.raises(UsageError, match=f"^--plan: it was made for uv.lock, and {read}; make one: "):
            meant_for(a_plan(), paths)
