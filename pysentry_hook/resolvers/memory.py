"""Remember resolutions for a while: the same question to the same resolver has the same answer for a day."""

from __future__ import annotations

import hashlib
import json
import platform
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pysentry_hook.cache import Cache, Entry

if TYPE_CHECKING:
    from pysentry_hook.resolvers import Resolver
    from pysentry_hook.resolvers.programs import Program
    from pysentry_hook.resolvers.request import Request, Resolution

Lock = TypeVar("Lock")

_CLEARED = "resolutions/cleared"
_MOMENT = 0.001
"""What this run stores is younger than its clearing, in seconds."""


class Memory:
    """The resolutions of earlier runs, by everything that a resolution depends on."""

    def __init__(self, cache: Cache, *, now: datetime, fresh_for: timedelta, setup: str) -> None:
        self._cache = cache
        self._now = now
        self._fresh_for = fresh_for
        self._setup = setup

    def clear(self) -> None:
        """Forget every resolution that was stored before now."""
        self._cache.put(_CLEARED, b"", stored=self._now.timestamp() - _MOMENT)

    def resolve(
        self,
        resolver: Resolver,
        program: Program,
        request: Request,
        folder: Path,
        *,
        during: AbstractContextManager[object],
        read: Callable[[Resolution], Lock],
    ) -> tuple[Lock, Resolution, datetime]:
        """Return what `read` makes of the lock that then stands in `folder`, how that was made, and when.

        `during` is entered only where the resolver has to be run. What `read` refuses is not remembered.
        """
        key = self._key(resolver.NAME, program.version, request)
        lock = folder / resolver.LOCK
        entry = self._fresh(key)
        if entry and (known := _recalled(entry.data, lock)):
            return read(known), known, datetime.fromtimestamp(entry.stored, UTC)
        with during:
            resolution = resolver.resolve(program, request, folder)
        found = read(resolution)
        data = json.dumps({"resolution": asdict(resolution), "lock": lock.read_text(encoding="utf-8")}).encode()
        self._cache.put(key, data, stored=self._now.timestamp())
        return found, resolution, self._now

    def _fresh(self, key: str) -> Entry | None:
        entry, cleared = self._cache.get(key), self._cache.get(_CLEARED)
        oldest = (self._now - self._fresh_for).timestamp()
        is_fresh = entry and max(oldest, cleared.stored if cleared else 0) < entry.stored <= self._now.timestamp()
        return entry if is_fresh else None

    def _key(self, name: str, version: str, request: Request) -> str:
        """The digest of the question; addresses have no credentials in it, and are not told by it."""
        asked = asdict(request)
        for way in ("offline", "seconds"):  # how it is asked, not what
            del asked[way]
        context = (name, version, sys.version, platform.platform(), self._setup)
        return f"resolution/{hashlib.sha256(json.dumps([asked, context], sort_keys=True).encode()).hexdigest()}"


def _recalled(data: bytes, lock: Path) -> Resolution | None:
    """A resolution of an earlier run, whose lock is written; None where the row is none that we stored."""
    from pysentry_hook.resolvers.request import Resolution

    try:
        known = json.loads(data)
        resolution = Resolution(**known["resolution"])
        if not all(isinstance(text, str) for text in asdict(resolution).values()):
            return None
        lock.write_text(known["lock"], encoding="utf-8")
    except (ValueError, TypeError, LookupError, RecursionError):
        return None
    return resolution
