"""Contexts for sources that talk to a local server."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from pysentry_hook.cache import Cache, MemoryCache
from pysentry_hook.http import Http, Limits
from pysentry_hook.sources.context import Context

NOW = datetime(2099, 3, 1, 12, tzinfo=UTC)
FRESH = timedelta(hours=1)
LATER = NOW + timedelta(hours=2)

MakeContext = Callable[..., Context]


@pytest.fixture
def make_context() -> Iterator[MakeContext]:
    """Make contexts whose requests are retried at once and whose connections end with the test."""
    opened: list[Http] = []

    def make(url: str, *, cache: Cache | None = None, now: datetime = NOW, offline: bool = False) -> Context:
        opened.append(Http(Limits(connect=2, read=2, overall=20, at_once=4, first_wait=0.001), offline=offline))
        return Context(http=opened[-1], cache=cache or MemoryCache(), now=now, fresh_for=FRESH, url=url)

    yield make
    for http in opened:
        http.close()
