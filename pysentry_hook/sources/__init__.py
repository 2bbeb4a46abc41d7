"""Who knows advisories: the registry of sources, and what each may be asked."""

from collections.abc import Callable
from typing import NamedTuple

from pysentry_hook.sources.context import Context, Source


class Kind(NamedTuple):
    """A registered source: what is at its address, how it is built, and whether names leave the machine."""

    what: str
    default_url: str
    make: Callable[[Context], Source]
    sends_names: bool


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
    "pypa": Kind(
        "the archive of the PyPA advisory database",
        "https://github.com/pypa/advisory-database/archive/refs/heads/main.zip",
        _pypa,
        sends_names=False,
    ),
    "pypi": Kind("the JSON API of the index", "https://pypi.org", _pypi, sends_names=True),
    "osv": Kind("the OSV service", "https://api.osv.dev", _osv, sends_names=True),
}
