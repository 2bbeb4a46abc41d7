"""What a plan costs: 150 packages, 10 findings, of which some need a parent to move or a bound to change.

    python -m tests.benchmarks.planning

prints the seconds of the whole command, with an empty and with a warm cache of uv, beside those of `uv lock` alone.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from tests.builders import a_folder_of_records, a_record
from tests.resolvers.index import Release, serve

PACKAGES, FINDINGS, RUNS = 150, 10, 3


def releases() -> Iterator[Release]:
    """Give packages of which each needs up to three later ones; every third wants an old version of the next."""
    for number in range(PACKAGES):
        following = [f"p{other:03}" for other in range(number + 1, min(number + 4, PACKAGES))]
        for version in ("1.0", "1.1", "2.0"):
            capped = "<1.1" if number % 3 == 0 and version == "1.0" else ""
            needs = (f"{following[0]}{capped}", *following[1:]) if following else ()
            yield Release(f"p{number:03}", version, needs)


def seconds(command: list[str], folder: Path, environment: dict[str, str]) -> float:
    """The seconds that a command takes, which may end with 0 or 1."""
    started = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode not in {0, 1}:
        raise SystemExit(done.stderr)
    return time.perf_counter() - started


def main() -> None:
    """Print the figures."""
    every = list(releases())
    known = [each for each in every if each.version == "1.0"]
    with tempfile.TemporaryDirectory() as name, serve(every, lasting=600) as index:
        folder = Path(name) / "shop"
        folder.mkdir()
        direct = [f"p{number:03}" for number in range(0, PACKAGES, 5)]
        direct[1] += "<1.1"
        manifest = f'[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = {direct}\n'
        (folder / "pyproject.toml").write_text(manifest, encoding="utf-8")
        records = [
            a_record(f"PYSEC-2099-{number}", f"p{number * 14 + 1:03}", fixed="1.1") for number in range(FINDINGS)
        ]
        a_folder_of_records(Path(name) / "db", *records)
        environment = {
            **os.environ,
            "UV_DEFAULT_INDEX": index.url,
            "UV_CACHE_DIR": f"{name}/uv",
            "PYSENTRY_HOOK_CACHE_DIR": f"{name}/cache",
        }
        uv = [str(Path(sys.prefix, "bin", "uv")), "lock", "-q", "--python", sys.executable]
        old = [word for each in known for word in ("--upgrade-package", f"{each.name}==1.0")]
        seconds([*uv, *old], folder, environment)
        upgrade = [*uv, "--upgrade", "--dry-run"]
        alone = seconds(upgrade, folder, {**environment, "UV_CACHE_DIR": f"{name}/other"})
        plan = [sys.executable, "-m", "pysentry_hook", "plan", "--advisory-db", f"{name}/db"]
        cold = seconds(plan, folder, {**environment, "UV_CACHE_DIR": f"{name}/cold"})
        warm = sorted(seconds(plan, folder, environment) for _ in range(RUNS))
        locking = sorted(seconds(upgrade, folder, environment) for _ in range(RUNS))
    ratio = median(warm) / median(locking)
    sys.stdout.write(f"uv lock --upgrade: cold {alone:.2f} s, warm {median(locking):.2f} s\n")
    sys.stdout.write(f"plan:              cold {cold:.2f} s, warm {median(warm):.2f} s, {ratio:.1f} times uv lock\n")


if __name__ == "__main__":
    main()
