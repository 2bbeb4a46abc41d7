"""Run every tool on every size, tell the ratios, and remake the README's table and plot with `--write`.

python -m tests.benchmarks.peers [--sizes 25,150,1000,5000] [--peers pysentry-rs,pip-audit] [--records 7080]
                                 [--runs 5] [--work FOLDER] [--write]
"""

import argparse
import random
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.benchmarks.peers import generated, tools
from tests.benchmarks.peers.running import Pairs, Way, changed, cold, peak, wall, warm
from tests.benchmarks.peers.services import ask, services
from tests.benchmarks.peers.telling import Row, Story, write
from tests.benchmarks.peers.tools import OURS, PIP_AUDIT, PYSENTRY, UV, Site

_LATENCY = 50
"""Milliseconds of every answer in a cold run; none in a warm one."""
_SLOW = 1_000
"""Packages from which on runs are few: a peer takes a minute and more."""


class Chosen(NamedTuple):
    """What is asked for."""

    sizes: Sequence[int]
    peers: Sequence[str]
    records: int
    runs: int
    work: Path | None
    write: bool


def main() -> None:
    """Measure, and tell every figure as soon as it is there."""
    chosen = _chosen()
    with tempfile.TemporaryDirectory() as temporary:
        work = (chosen.work or Path(temporary)).resolve()
        work.mkdir(parents=True, exist_ok=True)
        _say("installing the tools")
        tools.install(work)
        tools.certify(work)
        with services(work, chosen.records) as site:
            rows = [row for size in chosen.sizes for row in _sized(site, size, chosen)]
    if chosen.write:
        write(Story(rows, chosen.records, {name: tools.VERSIONS[name] for name in chosen.peers}, tools.python()))


def _chosen() -> Chosen:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="25,150,1000,5000")
    parser.add_argument("--peers", default=f"{PYSENTRY},{UV},{PIP_AUDIT}")
    parser.add_argument("--records", type=int, default=generated.RECORDS)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--work", type=Path)
    parser.add_argument("--write", action="store_true")
    said = parser.parse_args()
    peers = said.peers.split(",")
    return Chosen(list(map(int, said.sizes.split(","))), peers, said.records, said.runs, said.work, said.write)


def _sized(site: Site, size: int, chosen: Chosen) -> Iterator[Row]:
    """Measure all tools on one lock."""
    known = generated.of_records(chosen.records)
    chance = random.Random(size)
    others = [each for each in generated.projects(size * 2, chance) if each.name not in {one.name for one in known}]
    pins = generated.pins(size, known, others, chance)
    folder = site.work / f"lock-{size}"
    generated.write(folder, pins, f"{site.url}/simple")
    ways = tools.ways(site, folder)
    caches = site.work / "caches"
    shutil.rmtree(caches, ignore_errors=True)
    caches.mkdir()
    _compare(site, size, ways, chosen.peers, caches)
    for peer in chosen.peers:
        runs = 1 if peer == PIP_AUDIT and size >= _SLOW else max(1, chosen.runs // (2 if size >= _SLOW else 1))
        if peer == PIP_AUDIT and size > _SLOW:
            _say(f"{size:,} packages, {peer}: left out, as it takes more than five minutes a run")
            continue
        yield _row(size, peer, "warm", warm(ways[OURS], ways[peer], caches, runs))
        if peer == PYSENTRY:
            yield _with_a_new_package(site, size, pins, caches, chosen.runs)
        ask(site, f"latency/{_LATENCY}")
        yield _row(size, peer, "cold", cold(ways[OURS], ways[peer], caches, max(1, runs // 2)))
        ask(site, "latency/0")


def _with_a_new_package(site: Site, size: int, pins: Sequence[generated.Pin], caches: Path, runs: int) -> Row:
    """A lock of which one version is known to nobody yet."""
    (name, version), *rest = pins
    folder = site.work / f"changed-{size}"
    generated.write(folder, [(name, f"{version}.post1"), *rest], f"{site.url}/simple")
    ways = tools.ways(site, folder)
    for number in (OURS, PYSENTRY):  # the services make each answer once
        ways[number].run(caches / f"spare-{ways[number].name}")
    ask(site, f"latency/{_LATENCY}")
    pairs = changed(ways[OURS], ways[PYSENTRY], caches, max(1, runs // 2))
    ask(site, "latency/0")
    return _row(size, PYSENTRY, "one new", pairs)


def _compare(site: Site, size: int, ways: Mapping[str, Way], peers: Sequence[str], caches: Path) -> None:
    """Tell what each tool finds and asks before anything is timed; the services make their answers here."""
    found = {}
    for name in (OURS, *(peer for peer in peers if peer != PIP_AUDIT or size <= _SLOW)):
        ask(site, "count")
        ways[name].run(caches / f"first-{ways[name].name}")
        asked = ask(site, "count")
        found[name] = tools.findings(name, ways[name].output)
        told = f"{size:,} packages, {name}: {len(found[name])} findings, {asked} requests"
        if name != OURS:
            ours, theirs = tools.missing(found[name], found[OURS]), tools.missing(found[OURS], found[name])
            told += f"; we lack {_some(ours)}, it lacks {_some(theirs)}"
        _say(told)


def _some(names: Sequence[str]) -> str:
    return f"{len(names)} ({', '.join(names[:3])})" if names else "none"


def _row(size: int, peer: str, mode: str, pairs: Pairs) -> Row:
    row = Row(size, peer, mode, pairs.ratio, wall(pairs.ours), wall(pairs.theirs), peak(pairs.ours), peak(pairs.theirs))
    _say(
        f"{size:,} packages, {mode}: {row.ratio:.2f} of {peer} ({min(pairs.ratios):.2f} to {max(pairs.ratios):.2f}, "
        f"{len(pairs.ours)} pairs; {row.ours:.3f} s to {row.theirs:.3f} s; "
        f"{row.our_peak:.0f} to {row.their_peak:.0f} MB)"
    )
    return row


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 (what a benchmark is run for)


if __name__ == "__main__":
    main()
