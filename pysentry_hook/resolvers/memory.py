"""Remember resolutions for a while: the same question to the same resolver has the same answer for a day."""

import hashlib
import json
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from pysentry_hook.cache import Cache
from pysentry_hook.resolvers.programs import Program
from pysentry_hook.resolvers.request import Request, Resolution

if TYPE_CHECKING:
    from pysentry_hook.resolvers import Resolver

_CLEARED = "resolutions/cleared"
_MOMENT = 0.001
"""What this run stores is younger than its clearing, in seconds."""


class Memory:
    """The resolutions of earlier runs, by everything that a resolution depends on."""

    def __init__(self, cache: Cache, *, now: datetime, fresh_for: timedelta, indexes: Sequence[str]) -> None:
        self._cache = cache
        self._now = now
        self._fresh_for = fresh_for
        self._indexes = tuple(indexes)

    def clear(self) -> None:
        """Forget every resolution that was stored before now."""
        self._cache.put(_CLEARED, b"", stored=self._now.timestamp() - _MOMENT)

    def resolve(
        self, resolver: "Resolver", program: Program, request: Request, folder: Path
    ) -> tuple[Resolution, datetime]:
        """Return the resolution, whose lock stands in `folder`, and when it was made."""
        key = self._key(resolver.NAME, program.version, request)
        entry = self._cache.get(key)
        cleared = self._cache.get(_CLEARED)
        oldest = (self._now - self._fresh_for).timestamp()
        if entry and max(oldest, cleared.stored if cleared else 0) < entry.stored <= self._now.timestamp():
            known = json.loads(entry.data)
            (folder / known["resolution"]["format"]).write_text(known["lock"], encoding="utf-8")
            return Resolution(**known["resolution"]), datetime.fromtimestamp(entry.stored, UTC)
        resolution = resolver.resolve(program, request, folder)
        lock = (folder / resolution.format).read_text(encoding="utf-8")
        data = json.dumps({"resolution": asdict(resolution), "lock": lock}).encode()
        self._cache.put(key, data, stored=self._now.timestamp())
        return resolution, self._now

    def _key(self, name: str, version: str, request: Request) -> str:
        """The digest of the question; addresses have no credentials in it, and are not told by it."""
        asked = asdict(request)
        for way in ("offline", "seconds"):  # how it is asked, not what
            del asked[way]
        context = (name, version, sys.version, platform.platform(), self._indexes)
        return f"resolution/{hashlib.sha256(json.dumps([asked, context], sort_keys=True).encode()).hexdigest()}"
