"""A plan by what services answer: each scan has its time, and what nobody answered for clears nothing."""

import time
from pathlib import Path

import pytest

from pysentry_hook.resolvers import uv
from pysentry_hook.resolvers.programs import Program
from pysentry_hook.resolvers.request import Request
from tests.builders import a_record
from tests.plan.test_cases import Shops, told
from tests.resolvers.index import Release
from tests.upstream import Fault, Upstream

OLD, NEW, FURTHER = Release("web", "1.0"), Release("web", "1.1", ("six",)), Release("six", "1.0")
RECORD = a_record(package="web", fixed="1.1")


def test_each_scan_of_a_plan_has_the_whole_time_for_its_requests(shops: Shops, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = shops(OLD, NEW, FURTHER)
    shop.locked(["web"], as_of=[OLD])
    real, resolve, late = time.monotonic, uv.resolve, [0.0]

    def slow(program: Program, request: Request, folder: Path) -> object:
        late[0] += 1_000
        return resolve(program, request, folder)

    monkeypatch.setattr("time.monotonic", lambda: real() + late[0])
    monkeypatch.setattr("pysentry_hook.plan.bench.uv.resolve", slow)
    monkeypatch.setenv("PYSENTRY_HOOK_RESOLVER_DEADLINE", "100000")
    with Upstream([RECORD]) as upstream:
        plan = shop.plan_asking(upstream)
        assert b"six" in upstream.asked("/v1/querybatch")[-1].body
    assert (plan.complete, plan.failures) == (True, ())
    assert told(plan) == [("refresh", "web", "web>=1.1,<=1.1")]


def test_a_state_that_nobody_answered_for_clears_nothing(shops: Shops) -> None:
    shop = shops(OLD, NEW, FURTHER)
    shop.offer(OLD)
    shop.locked(["web"])
    with Upstream([RECORD]) as upstream:
        shop.plan_asking(upstream)  # what is installed now is known from then on
        shop.offer(OLD, NEW, FURTHER)
        upstream.faults.append(Fault("/v1/querybatch", status=400))
        plan = shop.plan_asking(upstream)
    assert (plan.complete, plan.changes, plan.cleared) == (False, (), ())
    assert {held.reason for held in plan.held} == {"nobody knows what it comes to: no answer for six"}
    assert [failure.detail for failure in plan.failures] == ["HTTP 400 (six 1.0)"]
