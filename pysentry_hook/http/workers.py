"""Do the work of one run with a bounded number of threads, and what others wait for before the rest."""

import threading
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Literal, TypeVar

Answer = TypeVar("Answer")
Item = TypeVar("Item")
Turn = Literal["first", "usual", "last"]
"""When work begins of which more waits than there are threads: `first` is for what further work depends on."""

_Task = tuple[Future[Any], Callable[[Any], Any], Any]


class Workers:
    """The threads; they begin with the first work."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._running = 0
        self._lock = threading.Lock()
        self._pool: ThreadPoolExecutor | None = None
        self._waiting: dict[Turn, deque[_Task]] = {"first": deque(), "usual": deque(), "last": deque()}

    def close(self) -> None:
        """Begin nothing more."""
        if self._pool:
            self._pool.shutdown(wait=False, cancel_futures=True)
        with self._lock:
            for future, _, _ in (each for queue in self._waiting.values() for each in queue):
                future.cancel()

    def map(self, work: Callable[[Item], Answer], items: Iterable[Item], turn: Turn) -> "list[Future[Answer]]":
        """Start `work` for every item."""
        waiting = [(Future[Answer](), work, item) for item in items]
        with self._lock:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(self._number, thread_name_prefix="http")
            self._waiting[turn].extend(waiting)
            more = min(len(waiting), self._number - self._running)
            self._running += more
            for _ in range(more):
                self._pool.submit(self._run)
        return [future for future, _, _ in waiting]

    def _run(self) -> None:
        """Do what waits until nothing does."""
        while (task := self._next()) is not None:
            future, work, item = task
            if not future.set_running_or_notify_cancel():
                continue
            try:
                answer = work(item)
            except BaseException as error:  # noqa: BLE001 (it is raised where the answer is asked for)
                future.set_exception(error)
            else:
                future.set_result(answer)

    def _next(self) -> _Task | None:
        """What is next by now; after None the caller is no longer counted."""
        with self._lock:
            for queue in self._waiting.values():
                if queue:
                    return queue.popleft()
            self._running -= 1
            return None
