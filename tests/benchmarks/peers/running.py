"""Whole processes: their time, processor time and memory, as the operating system counts them."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

_STARTER = """
import os, sys, time
begun = time.monotonic()
child = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ)
_, status, used = os.wait4(child, 0)
wall = time.monotonic() - begun
with open(sys.argv[1], "w") as told:
    print(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, os.waitstatus_to_exitcode(status), file=told)
"""
"""Runs a command from a small process: the memory of a command is counted as no less than that of who started it."""


class Cost(NamedTuple):
    """What one run took; seconds, and the most memory in MB."""

    wall: float
    busy: float
    peak: float


class Way(NamedTuple):
    """How a tool is run: its words, in which `{cache}` stands for the folder of its cache, and its environment."""

    name: str
    words: Sequence[str]
    environment: Mapping[str, str]
    output: Path
    """What it prints."""

    def run(self, cache: Path) -> Cost:
        """Run it once with this cache; SystemExit where it ended with more than findings."""
        words = [word.replace("{cache}", str(cache)) for word in self.words]
        errors = self.output.with_suffix(".err")
        told = self.output.with_suffix(".cost")
        starting = [sys.executable, "-S", "-E", "-c", _STARTER, str(told), *words]
        with self.output.open("wb") as out, errors.open("wb") as err:
            subprocess.run(
                starting, stdout=out, stderr=err, stdin=subprocess.DEVNULL, env=dict(self.environment), check=False
            )
        wall, busy, peak, code = map(float, told.read_text(encoding="ascii").split())
        if code not in {0, 1}:
            said = errors.read_text(errors="replace")[:600]
            raise SystemExit(f"{' '.join(words)} ended with {code:.0f}: {said}")
        return Cost(wall, busy, peak)


class Pairs(NamedTuple):
    """Runs of two tools by turns."""

    ours: Sequence[Cost]
    theirs: Sequence[Cost]

    @property
    def ratios(self) -> Sequence[float]:
        """Our wall time as a part of theirs, pair by pair."""
        return [own.wall / other.wall for own, other in zip(self.ours, self.theirs, strict=True)]

    @property
    def ratio(self) -> float:
        """The median of them."""
        return median(self.ratios)


def wall(costs: Sequence[Cost]) -> float:
    """The median of the seconds."""
    return median(cost.wall for cost in costs)


def peak(costs: Sequence[Cost]) -> float:
    """The most memory, MB."""
    return max(cost.peak for cost in costs)


def warm(ours: Way, theirs: Way, folder: Path, runs: int) -> Pairs:
    """Run both by turns with the caches that one run each filled."""
    caches = [folder / f"warm-{ours.name}", folder / f"warm-{theirs.name}"]
    for way, cache in zip((ours, theirs), caches, strict=True):
        way.run(cache)
    return _by_turns(ours, theirs, runs, lambda number: caches[number])


def cold(ours: Way, theirs: Way, folder: Path, runs: int) -> Pairs:
    """Run both by turns, each time with an empty cache."""

    def empty(number: int) -> Path:
        cache = folder / f"cold-{number}"
        shutil.rmtree(cache, ignore_errors=True)
        return cache

    return _by_turns(ours, theirs, runs, empty)


def changed(ours: Way, theirs: Way, folder: Path, runs: int) -> Pairs:
    """Run both by turns with what a run on another lock left: nothing of what they add stays."""

    def copied(number: int) -> Path:
        cache = folder / f"changed-{number}"
        shutil.rmtree(cache, ignore_errors=True)
        shutil.copytree(folder / f"warm-{(ours, theirs)[number].name}", cache)
        return cache

    return _by_turns(ours, theirs, runs, copied)


def _by_turns(ours: Way, theirs: Way, runs: int, cache: Callable[[int], Path]) -> Pairs:
    pairs = [(ours.run(cache(0)), theirs.run(cache(1))) for _ in range(runs)]
    return Pairs(*map(list, zip(*pairs, strict=True)))
