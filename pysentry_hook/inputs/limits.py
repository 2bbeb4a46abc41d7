"""How much of one input is read: what repeats itself could say in a short file more than a memory holds."""

from collections.abc import Iterable
from itertools import islice

from pysentry_hook.errors import InputError
from pysentry_hook.model import Edge

MAX_PACKAGES = 100_000
MAX_EDGES = 1_000_000
MAX_SCOPES = 1_000
MAX_REACHED = 5_000_000


def within(path: str, number: int, limit: int, what: str) -> None:
    """InputError where an input has more of something than is read."""
    if number > limit:
        raise InputError(path, f"has more than {limit:,} {what}, which is the limit")


def few_edges(path: str, number: int) -> None:
    """InputError where an input has more edges than are read."""
    within(path, number, MAX_EDGES, "edges from package to package")


def few_packages(path: str, number: int) -> None:
    """InputError where an input lists more packages than are read."""
    within(path, number, MAX_PACKAGES, "packages")


def bounded(path: str, edges: Iterable[Edge]) -> tuple[Edge, ...]:
    """Return the edges of an input, each once; InputError where it has more than are read."""
    read = list(islice(edges, MAX_EDGES + 1))
    few_edges(path, len(read))
    return tuple(dict.fromkeys(read))
