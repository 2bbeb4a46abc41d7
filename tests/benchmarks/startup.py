"""What a start costs: `python -m tests.benchmarks.startup` tells it.

Each way in is run by turns with `import typer`, which every way but `--version` imports, and is told as the ratio of
their processor times: the load of a machine only adds to both. Exit code 1: a limit was missed.
"""

import os
import statistics
import subprocess
import sys
from collections.abc import Sequence
from typing import NamedTuple

_ROUNDS = 21
_TYPER = ("-c", "import typer")
_ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""In which what is imported is compiled once."""


class Way(NamedTuple):
    """Words behind `python`, and the greatest ratio to importing typer, where there is a limit."""

    name: str
    words: Sequence[str]
    limit: float | None = None


WAYS = (
    Way("--version", ("-m", "pysentry_hook", "--version"), 1.3),
    Way("--help", ("-m", "pysentry_hook", "--help"), 1.3),
    Way("scan --help", ("-m", "pysentry_hook", "scan", "--help")),
    Way("import of the scan command", ("-c", "import pysentry_hook.commands.scan")),
    Way("import of the engine", ("-c", "import pysentry_hook.commands.running")),
)


def seconds(words: Sequence[str]) -> float:
    """The processor time of one run of python."""
    with subprocess.Popen([sys.executable, *words], stdout=subprocess.DEVNULL, env=_ENVIRONMENT) as run:
        _, status, used = os.wait4(run.pid, 0)
        run.returncode = os.waitstatus_to_exitcode(status)
    if run.returncode:
        raise SystemExit(f"python {' '.join(words)} ended with {run.returncode}")
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Measure every way in, and tell it."""
    missed = False
    for way in WAYS:
        seconds(way.words)
        pairs = [(seconds(_TYPER), seconds(way.words)) for _ in range(_ROUNDS)]
        usual, own = (statistics.median(each) for each in zip(*pairs, strict=True))
        ratio = statistics.median(own / usual for usual, own in pairs)
        limit = "" if way.limit is None else f"; at most {way.limit}"
        missed |= way.limit is not None and ratio > way.limit
        sys.stdout.write(
            f"{way.name}: {ratio:.2f} times importing typer ({own * 1000:.0f} ms to {usual * 1000:.0f} ms{limit})\n"
        )
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
