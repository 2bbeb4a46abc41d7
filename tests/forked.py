"""Run the real command in processes forked from one that has imported it, and kill them where a test says.

A new interpreter begins late; a fork begins at once, and is a process like any other:

```python
with Forks(environment, folder) as forks:
    scan = forks.start("report", "uv.lock")
    time.sleep(0.05)
    assert scan.kill().killed
    assert forks.run("report", "uv.lock", dies_at=7).killed
```
"""

import gc
import itertools
import json
import os
import select
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Mapping
from importlib import import_module
from io import BufferedWriter
from pathlib import Path
from pkgutil import walk_packages
from types import FrameType, TracebackType
from typing import Any, NamedTuple, Self

import pytest

import pysentry_hook

ROOT = Path(__file__).parents[1]
_PRINTED = (".out", ".err")

forking = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork, and no SIGKILL")


class Ended(NamedTuple):
    """How a command ended, and what it printed; the code of what a signal has ended is negative."""

    code: int
    out: str
    err: str

    @property
    def killed(self) -> bool:
        """Whether it was killed before it ended by itself."""
        return self.code == -signal.SIGKILL

    def report(self, *without: str) -> dict[str, Any]:
        """The JSON report that it printed, but for the moment of its making and some fields of the advisory data."""
        found: dict[str, Any] = json.loads(self.out)
        del found["generated"]
        for data in found["advisory_data"]:
            for name in without:
                del data[name]
        return found


class Fork(NamedTuple):
    """A command that runs."""

    forks: "Forks"
    number: int
    out: Path

    def kill(self) -> Ended:
        """End it at once, whatever it does, unless it has ended by itself."""
        self.forks.tell(kill=self.number)
        return self.wait()

    def wait(self, seconds: float | None = None) -> Ended:
        """Wait for its end; TimeoutError where it has not ended in time, and it is killed."""
        if seconds is not None and not self._ends_within(seconds):
            self.kill()
            raise TimeoutError(f"it did not end within {seconds} s")
        code = self.forks.tell(wait=self.number)
        return Ended(code, *(self.out.with_suffix(suffix).read_text("utf-8") for suffix in _PRINTED))

    def _ends_within(self, seconds: float) -> bool:
        end = os.pidfd_open(self.number)
        try:
            ends = select.poll()
            ends.register(end, select.POLLIN)
            return bool(ends.poll(seconds * 1000))
        finally:
            os.close(end)


class Forks:
    """A process that has imported the command and does nothing but fork."""

    def __init__(self, environment: Mapping[str, str], folder: Path) -> None:
        """`folder` is where the commands run; what they print is kept below it."""
        self._environment = {
            **environment,
            "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
        }
        self._folder = folder
        self._numbers = itertools.count()
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        (self._folder / "printed").mkdir(parents=True)
        command = [sys.executable, "-m", "tests.forked"]
        self._process = subprocess.Popen(
            command, cwd=self._folder, env=self._environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate(timeout=60)

    def tell(self, **order: object) -> int:
        """Give an order, and return the number that answers it."""
        assert self._process.stdin
        assert self._process.stdout
        with self._lock:
            self._process.stdin.write(f"{json.dumps(order)}\n")
            self._process.stdin.flush()
            return int(self._process.stdout.readline())

    def start(
        self,
        *words: object,
        dies_at: int | str | None = None,
        held: bool = False,
        anew: bool = False,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
    ) -> Fork:
        """Start the command; where it is held it begins after `release`, and `anew` in an interpreter of its own.

        It kills itself before its n-th step, or before the first one of a name. It runs in the folder and the
        environment of all, or in others.
        """
        out = self._folder / "printed" / str(next(self._numbers))
        for suffix in _PRINTED:  # a command that is killed early prints nothing, and has no time for files
            out.with_suffix(suffix).touch()
        number = self.tell(words=[*map(str, words)], out=str(out), dies_at=dies_at, held=held, anew=anew,
                           cwd=str(cwd or self._folder), env=env and dict(env))  # fmt: skip
        return Fork(self, number, out)

    def run(self, *words: object, dies_at: int | str | None = None) -> Ended:
        """Start the command and wait for its end."""
        return self.start(*words, dies_at=dies_at).wait()

    def steps(self, *words: object) -> list[str]:
        """Run the command to its end and tell its steps, the first one of which has the number 0."""
        fork = self.start(*words, dies_at=_NEVER)
        done = fork.wait()
        assert done.code == 0, done.err
        return fork.out.with_suffix(".steps").read_text("ascii").split()

    def release(self) -> None:
        """Let all that are held begin at once."""
        self.tell(release=True)


_STEPS = frozenset({
    "execute", "executemany", "executescript", "write", "fsync", "chmod", "mkdir", "open", "replace", "rename", "unlink"
})  # fmt: skip
"""The calls that change a file or a database."""
_NEVER = ""


def _is_step(function: Any) -> bool:
    of = function.__self__
    ours = of is sys.modules[os.name] or isinstance(of, sqlite3.Connection | sqlite3.Cursor | BufferedWriter)
    return ours and function.__name__ in _STEPS


def _watch(dies_at: int | str, file: Path) -> None:
    """Kill this process before a step, or write down all of them where it has none to die at."""
    numbers = itertools.count()
    noted = file.open("w", encoding="ascii") if dies_at == _NEVER else None

    def watch(_: FrameType, event: str, argument: Any) -> None:
        if event == "c_call" and _is_step(argument):
            if dies_at in {next(numbers), argument.__name__}:
                os.kill(os.getpid(), signal.SIGKILL)
            if noted:
                os.write(noted.fileno(), f"{argument.__name__}\n".encode())

    threading.setprofile(watch)
    sys.setprofile(watch)


class _Forker:
    """What the process does that forks: it never has a thread, and no child of it is waited for by anybody else."""

    def __init__(self) -> None:
        self._gate = os.pipe()

    def obey(self, order: Mapping[str, Any]) -> int:
        """Do what an order says; in a forked process that is the whole command, whose exit ends it."""
        if "kill" in order:
            os.kill(order["kill"], signal.SIGKILL)
            return 0
        if "wait" in order:
            return os.waitstatus_to_exitcode(os.waitpid(order["wait"], 0)[1])
        if "release" in order:
            for end in self._gate:
                os.close(end)
            self._gate = os.pipe()
            return 0
        return os.fork() or self._become(order)

    def _become(self, order: Mapping[str, Any]) -> int:
        from pysentry_hook.cli import main

        out = Path(order["out"])
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        for number, suffix in enumerate(_PRINTED, 1):
            os.dup2(os.open(out.with_suffix(suffix), os.O_WRONLY), number)
        os.close(self._gate[1])
        os.chdir(order["cwd"])
        if order["env"] is not None:
            os.environ.clear()
            os.environ.update(order["env"])
        if order["held"]:
            os.read(self._gate[0], 1)  # the end of the pipe is the beginning of the work
        if order["anew"]:
            os.execv(sys.executable, [sys.executable, "-m", "pysentry_hook", *order["words"]])  # noqa: S606
        sys.argv = [str(ROOT / "pysentry_hook" / "__main__.py"), *order["words"]]
        if order["dies_at"] is not None:
            _watch(order["dies_at"], out.with_suffix(".steps"))
        main()
        sys.exit(0)


def _import() -> None:
    """Import what commands import late."""
    ours = (each.name for each in walk_packages(pysentry_hook.__path__, "pysentry_hook."))
    late = ("diskcache", "netrc", "packaging.metadata", "platformdirs", "requests", "rtoml", "tomlkit", "yaml")
    for module in (*late, *(name for name in ours if not name.endswith("__main__"))):
        import_module(module)


def main() -> None:
    """Obey the orders that stdin holds, one a line, and answer each with a number."""
    _import()
    gc.freeze()  # nothing of it is garbage, and to look for that would take a fork longer than its work
    forker = _Forker()
    for line in sys.stdin:
        sys.stdout.write(f"{forker.obey(json.loads(line))}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
