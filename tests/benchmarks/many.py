"""What a thousand locks cost in one run with --recursive: `python -m tests.benchmarks.many` tells and draws it.

Each lock has 100 entries, drawn from 5,000 versions; each version is asked about once, however many locks have it. The
services run in a process of their own. Wanted: neither the cost of a lock nor the memory grows with the number of
locks, but for the report, which holds every finding of every lock.
"""

import random
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tests.benchmarks.peers import generated, tools
from tests.benchmarks.peers.running import Cost, Way
from tests.benchmarks.peers.services import ask, services
from tests.benchmarks.peers.tools import OURS, Site

LOCKS = (125, 250, 500, 1_000)
_ENTRIES, _VERSIONS, _RECORDS = 100, 5_000, 500


class Told(NamedTuple):
    """What one number of locks cost, with an empty cache and again."""

    locks: int
    cold: Cost
    warm: Cost
    requests: str
    report: float
    """MB."""


def measured(site: Site, pool: Sequence[generated.Pin], locks: int) -> Told:
    """Write so many locks and scan them twice."""
    folder, cache = site.work / f"many-{locks}", site.work / "cache"
    chance = random.Random(locks)
    for number in range(locks):
        project = folder / f"shop-{number:04}"
        generated.write(project, chance.sample(list(pool), _ENTRIES), f"{site.url}/simple")
        shutil.rmtree(project / "pins")  # the same versions for a peer
    shutil.rmtree(cache, ignore_errors=True)
    once = tools.ways(site, folder)[OURS]
    way = Way(once.name, (*once.words, "--recursive"), once.environment, once.output)
    ask(site, "count")
    cold = way.run(cache)
    requests = ask(site, "count")
    told = Told(locks, cold, way.run(cache), requests, way.output.stat().st_size / 1e6)
    shutil.rmtree(folder)
    return told


def main() -> None:
    """Measure every number of locks, and draw the cost of each lock."""
    with tempfile.TemporaryDirectory() as place:
        work = Path(place)
        tools.install(work, (OURS,))
        tools.certify(work)
        chance = random.Random(1)
        known = generated.of_records(_RECORDS)
        pool = generated.pins(_VERSIONS, known, generated.projects(2 * _VERSIONS, chance), chance)
        with services(work, _RECORDS) as site:
            found = [measured(site, pool, locks) for locks in LOCKS]
    for mode in ("cold", "warm"):
        first: Cost = getattr(found[0], mode)
        for told in found:
            cost: Cost = getattr(told, mode)
            each = cost.busy / told.locks * 1_000
            ratio = each / (first.busy / found[0].locks * 1_000)
            asked = f"{told.requests} requests, " if mode == "cold" else ""
            took = f"{cost.wall:6.2f} s ({cost.busy:.2f} of a processor), {cost.peak:4.0f} MB"
            drawn = f"a lock {each:5.1f} ms {'#' * round(20 * ratio)} {ratio:.2f}"
            sys.stdout.write(f"{mode} {told.locks:5,} locks: {took}, {asked}report {told.report:.1f} MB; {drawn}\n")


if __name__ == "__main__":
    main()
