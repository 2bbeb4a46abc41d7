"""The threads of one run: how many, in which order, and what becomes of what waits."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError

import pytest

from pysentry_hook.http.workers import Workers


@pytest.fixture
def one() -> Iterator[Workers]:
    workers = Workers(1)
    yield workers
    workers.close()


def test_what_others_wait_for_begins_before_the_rest_that_waits(one: Workers) -> None:
    begun: list[str] = []
    hold = threading.Event()
    one.map(lambda _: hold.wait(), [None], "usual")
    last = one.map(begun.append, ["d", "e"], "last")
    one.map(begun.append, ["b", "c"], "usual")
    one.map(begun.append, ["a"], "first")
    hold.set()
    for future in last:
        future.result()
    assert begun == ["a", "b", "c", "d", "e"]


def test_what_is_added_while_others_work_is_done_too() -> None:
    workers = Workers(2)
    for number in range(200):
        answers = [future.result() for future in workers.map(lambda item: item, range(number % 5), "usual")]
        assert answers == list(range(number % 5))
    workers.close()


def test_there_are_never_more_threads_than_allowed() -> None:
    workers = Workers(3)
    seen: set[int] = set()

    def work(_: int) -> None:
        seen.add(threading.get_ident())
        time.sleep(0.001)

    futures = [future for _ in range(10) for future in workers.map(work, range(10), "usual")]
    for future in futures:
        future.result()
    workers.close()
    assert 1 <= len(seen) <= 3


@pytest.mark.parametrize("error", [ValueError("no"), KeyboardInterrupt()])
def test_what_work_raises_is_raised_where_its_answer_is_asked_for(error: BaseException, one: Workers) -> None:
    def fail(_: int) -> None:
        raise error

    (future,) = one.map(fail, [1], "usual")
    with pytest.raises(type(error)):
        future.result()
    assert one.map(lambda item: item, [2], "usual")[0].result() == 2


def test_what_has_not_begun_when_the_run_ends_is_cancelled(one: Workers) -> None:
    hold = threading.Event()
    begun, waiting = one.map(lambda _: hold.wait(), [None], "usual")[0], one.map(str, ["a"], "last")[0]
    while not begun.running():
        time.sleep(0.001)
    one.close()
    with pytest.raises(CancelledError):
        waiting.result(timeout=5)
    hold.set()
    assert begun.result(timeout=5)
