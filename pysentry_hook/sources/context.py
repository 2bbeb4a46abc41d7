"""What every source is built with, and what it answers to."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, Protocol, TypeVar

from pysentry_hook.advisories import SourceAnswer
from pysentry_hook.cache import Cache, Entry
from pysentry_hook.http import Http
from pysentry_hook.model import Failure, Package
from pysentry_hook.text import some

Value = TypeVar("Value")


def recall(cache: Cache, key: str, read: Callable[[Any], Value]) -> tuple[Entry, Value] | None:
    """What the cache holds under a key, in the shape that `read` demands; anything else is as good as nothing."""
    entry = cache.get(key)
    if entry is None:
        return None
    try:
        return entry, read(json.loads(entry.data))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


class Context(NamedTuple):
    """What every source works with: the network, the cache, the clock, and where it is served."""

    http: Http
    cache: Cache
    now: datetime
    fresh_for: timedelta
    """How long an answer is used without asking again."""
    url: str

    def may_use(self, entry: Entry) -> bool:
        """Whether a cached answer is young enough; offline every answer is, and `is_stale` tells."""
        return self.http.offline or 0 <= self.now.timestamp() - entry.stored <= self.fresh_for.total_seconds()

    def is_stale(self, stored: float) -> bool:
        """Whether an answer that was stored at this time is older than it should be."""
        return self.now.timestamp() - stored > self.fresh_for.total_seconds()

    def as_of(self, stored: float) -> datetime:
        """The moment of a stored answer."""
        return datetime.fromtimestamp(stored, UTC)


class Source(Protocol):
    """One source of advisories; built for one run."""

    def ask(self, packages: Sequence[Package]) -> SourceAnswer:
        """Return what is known of these exact versions; failures are part of the answer."""


def revision(states: Iterable[Iterable[str]]) -> str:
    """The revision of data that come record by record: that of the states of all that were named."""
    told = "\n".join(sorted({line for each in states for line in each}))
    return f"sha256:{hashlib.sha256(told.encode()).hexdigest()[:16]}"


def aged(cause: str) -> str:
    """The cause of a failure that older answers made up for."""
    return f"{cause}; older answers were used"


def failures(source: str, failed: Mapping[Package, str]) -> tuple[Failure, ...]:
    """One Failure for each cause, naming the packages that it concerns."""
    by_cause: dict[str, list[Package]] = {}
    for package, cause in failed.items():
        by_cause.setdefault(cause, []).append(package)
    return tuple(
        Failure("source", source, None, f"{cause} ({some(list(map(str, sorted(packages))))})")
        for cause, packages in sorted(by_cause.items())
    )
