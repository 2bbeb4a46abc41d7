"""Who knows advisories: the registry of sources, and what each may be asked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from pysentry_hook.cache import Cache
from pysentry_hook.http import Http
from pysentry_hook.model import Package, SourceAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What every source works with: the network, the cache, the clock, and where it is served."""

    http: Http
    cache: Cache
    now: datetime
    fresh_for: timedelta
    """How long an answer is used without asking again."""
    url: str


class Source(Protocol):
    """One source of advisories; built for one run."""

    def ask(self, packages: Sequence[Package]) -> SourceAnswer:
        """Return what is known of these exact versions; failures are part of the answer."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A registered source: its default address, whether names leave the machine, and how it is built."""

    default_url: str
    sends_names: bool
    make: Callable[[Context], Source]


def _osv(context: Context) -> Source:
    from pysentry_hook.sources.osv import Osv

    return Osv(context)


def _pypa(context: Context) -> Source:
    from pysentry_hook.sources.pypa import Pypa

    return Pypa(context)


def _pypi(context: Context) -> Source:
    from pysentry_hook.sources.pypi import Pypi

    return Pypi(context)


SOURCES: dict[str, Kind] = {
    "pypa": Kind("https://github.com/pypa/advisory-database/archive/refs/heads/main.zip", False, _pypa),
    "pypi": Kind("https://pypi.org", True, _pypi),
    "osv": Kind("https://api.osv.dev", True, _osv),
}
