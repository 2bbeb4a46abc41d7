"""Fuzz all targets, or those that are named, one after the other: python -m tests.fuzz [--seconds 120] [TARGET]...

With atheris where it is installed, else with changes at random. What was found stays in the folder that is told.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from random import Random

from tests.fuzz.runs import Running
from tests.fuzz.targets import TARGETS


def main() -> int:
    """Run every target for its time, tell what came out, and end with 1 if anything did."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=120, help="for each target")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="the folder for what was found")
    parser.add_argument("target", nargs="*", choices=[*TARGETS, []], metavar="TARGET", help=", ".join(TARGETS))
    said = parser.parse_args()
    keep = said.keep or Path(tempfile.mkdtemp(prefix="fuzz-found-"))
    run = _guided if find_spec("atheris") else _at_random
    found = 0
    for name in said.target or TARGETS:
        before = _kept(keep, name)
        told = run(name, said.seconds, said.seed, keep)
        new = sorted(_kept(keep, name) - before)
        found += len(new)
        print(f"{name}: {told}, {len(new)} found{''.join(f'{chr(10)}  {file}' for file in new)}", flush=True)  # noqa: T201
    return int(found > 0)


def _kept(keep: Path, name: str) -> set[Path]:
    (keep / name).mkdir(parents=True, exist_ok=True)
    return set((keep / name).iterdir())


def _guided(name: str, seconds: float, seed: int, keep: Path) -> str:
    options = (
        f"-max_total_time={seconds:.0f}",
        f"-seed={seed + 1}",
        "-rss_limit_mb=2048",
        "-max_len=60000",
        "-print_final_stats=1",
    )
    with tempfile.TemporaryDirectory(prefix="fuzz-corpus-") as corpus:
        words = [sys.executable, "-m", "tests.fuzz.guided", name, *options, f"-artifact_prefix={keep / name}/", corpus]
        done = subprocess.run(words, capture_output=True, text=True, errors="replace", check=False)
    runs = [line.split()[-1] for line in done.stderr.splitlines() if "number_of_executed_units" in line]
    if done.returncode:
        (keep / name / f"log-{time.time():.0f}").write_text(done.stdout + done.stderr, encoding="utf-8")
    return f"{runs[-1] if runs else 'no'} runs with atheris"


def _at_random(name: str, seconds: float, seed: int, keep: Path) -> str:
    random, runs, end = Random(seed), 0, time.monotonic() + seconds
    with Running.of(name) as running:
        while time.monotonic() < end:
            data = running.changed(random)
            runs += 1
            try:
                running.one(data)
            except Exception as error:  # noqa: BLE001 (whatever it is, it was found)
                (keep / name / f"{type(error).__name__}-{runs}").write_bytes(data)
    return f"{runs} runs at random"


if __name__ == "__main__":
    sys.exit(main())
