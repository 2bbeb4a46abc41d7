"""A plan ends in time: what was tried before holds, and what was not tried is told as that."""

from collections.abc import Callable
from itertools import count

import pytest

from pysentry_hook.proposal import Plan
from tests.builders import a_record
from tests.plan.conftest import Shop
from tests.plan.test_cases import Shops, told
from tests.resolvers.index import Release

NEXT = "and more may be found with more: PYSENTRY_HOOK_RESOLVER_DEADLINE=3600"
Limited = Callable[..., Plan]


@pytest.fixture
def limited(monkeypatch: pytest.MonkeyPatch) -> Limited:
    """Give a function that plans with time for a number of runs of the resolver, each of which takes a second."""

    def planned(shop: Shop, runs: int) -> Plan:
        clock = count()
        monkeypatch.setattr("pysentry_hook.plan.bench.monotonic", lambda: float(next(clock)))
        monkeypatch.setenv("PYSENTRY_HOOK_RESOLVER_DEADLINE", f"{runs + 1}")
        return shop.plan(
            a_record("PYSEC-2099-1", "six", fixed="2.0"),
            a_record("PYSEC-2099-2", "idna", fixed="3.7"),
        )

    return planned


def test_what_is_told_is_true_whenever_the_time_ends(shops: Shops, limited: Limited) -> None:
    shop = shops(
        Release("top", "1.0", ("web<1.1",)), Release("web", "1.0", ("six<2",)), Release("web", "1.1", ("six>=1",)),
        Release("six", "1.0"), Release("six", "2.0"), Release("idna", "3.4"), Release("idna", "3.7"),
    )  # fmt: skip
    shop.write("requirements.txt", "top==1.0\nweb==1.0\nsix==1.0\nidna==3.4\n")
    whole = limited(shop, 1_000)
    assert [change.package for change in whole.changes] == ["idna"]
    (held,) = whole.held
    assert [held.seen.package, len(held.chain)] == ["six", 2]
    assert not any(NEXT in note for note in whole.notes)
    for runs in range(1, whole.runs):
        plan = limited(shop, runs)
        assert (plan.runs, plan.complete) == (runs, True)
        time = f"the time for a plan, {runs + 1} s, was used up"
        assert f"{time}, {NEXT}" in plan.notes
        cleared = [seen.package for seen in plan.cleared]
        assert cleared in ([], ["idna"])
        assert [change.package for change in plan.changes] == cleared
        assert {*cleared, *(each.seen.package for each in plan.held)} == {"six", "idna"}
        for each in plan.held:
            assert each.reason == f"not tried to the end: {time}" or each.seen.package == "six"
            assert each.chain == held.chain[: len(each.chain)]


def test_who_promises_no_override_is_named_as_far_as_there_is_time(shops: Shops, limited: Limited) -> None:
    shop = shops(Release("web", "1.0", ("six<2",)), Release("six", "1.0"), Release("six", "2.0"))
    shop.locked(["web"])
    whole = limited(shop, 1_000)
    assert [change.against for change in whole.changes] == [("web 1.0 (six<2)",)]
    before = limited(shop, whole.runs - 1)
    assert [change.against for change in before.changes] == [()]
    assert told(before) == told(whole)


def test_an_exception_that_there_was_no_time_to_try_is_not_offered(shops: Shops, limited: Limited) -> None:
    shop = shops(Release("six", "1.0"), Release("six", "2.0", uploaded="2026-07-01T00:00:00Z"))
    shop.locked(["six"], '[tool.uv]\nexclude-newer = "2026-06-01T00:00:00Z"\n')
    whole = limited(shop, 1_000)
    tried = [limited(shop, runs) for runs in range(whole.runs)]
    assert whole.held[0].exception
    assert {held.exception for plan in tried for held in plan.held} == {None}


def test_without_any_time_nothing_was_tried(shops: Shops, limited: Limited) -> None:
    shop = shops(Release("six", "1.0"), Release("six", "2.0"))
    shop.locked(["six<2"])
    plan = limited(shop, 0)
    assert (plan.runs, plan.complete, plan.changes) == (0, False, ())
    (failure,) = plan.failures
    assert (failure.kind, failure.name, failure.path) == ("resolver", "uv", "uv.lock")
    assert failure.detail == "the time for a plan, 1 s, was used up"
    assert {each.reason for each in plan.held} == {f"nothing was tried: {failure.detail}"}
