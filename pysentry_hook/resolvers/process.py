"""Run a resolver in a process group of its own, with a deadline and bounded output."""

import os
import shutil
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

from pysentry_hook.resolvers.request import ResolutionError
from pysentry_hook.text import one_line

if TYPE_CHECKING:
    from subprocess import Popen

MAX_OUTPUT = 64 * 1024 * 1024
_TAIL = 200_000
_LEAST_FREE = 64 * 1024
_STEP = 0.05
_GRACE = 2.0
_DROPPED = (
    "CONDA_PREFIX", "PIP_REQUIRE_VIRTUALENV", "PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP", "UV_FROZEN", "UV_LOCKED",
    "UV_NO_SOURCES", "UV_NO_SOURCES_PACKAGE", "UV_PROJECT", "UV_PROJECT_ENVIRONMENT", "UV_WORKING_DIRECTORY",
    "UV_WORKING_DIR", "VIRTUAL_ENV",
)  # fmt: skip
"""What would send the resolver to another project, interpreter or index than the one that is meant."""


class Ended(NamedTuple):
    """How a program ended: its exit code and the end of what it said on stderr."""

    code: int
    said: str


def run(
    command: Sequence[str | Path],
    folder: Path,
    *,
    seconds: float,
    further: Mapping[str, str] | None = None,
    audited: Path | None = None,
) -> Ended:
    """Run a command to its end; ResolutionError where it cannot start, is too slow or says too much.

    Whatever it has started is ended with it. `further` is appended to variables of the user, after a space. What
    lies below `audited` is not on its PATH.
    """
    import subprocess  # 10 ms, needed only where something is resolved
    from tempfile import TemporaryFile

    environment = {key: value for key, value in os.environ.items() if key not in _DROPPED}
    for key, value in (further or {}).items():
        environment[key] = f"{environment.get(key, '')} {value}".strip()
    if audited:
        environment["PATH"] = os.pathsep.join(each for each in os.get_exec_path() if _is_outside(each, audited))
    with TemporaryFile() as output:
        try:
            process = subprocess.Popen(  # noqa: S603 (a resolver of the user, with words of our own)
                [str(word) for word in command],
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=sys.platform != "win32",
            )
        except OSError as error:
            raise ResolutionError(f"{Path(command[0]).name} cannot be run: {error.strerror or error}") from error
        try:
            problem = _watch(process, output, seconds)
        finally:
            _end(process)
        output.seek(max(0, os.fstat(output.fileno()).st_size - _TAIL))
        said = output.read(_TAIL).decode("utf-8", "replace")
    if not problem and process.returncode and shutil.disk_usage(folder).free < _LEAST_FREE:
        problem = "failed: the disk that holds temporary folders is full"
    if problem:
        raise ResolutionError(f"{Path(command[0]).name} {problem}", said)
    return Ended(process.returncode, said)


def _is_outside(folder: str, audited: Path) -> bool:
    path = Path(folder)
    return path.is_absolute() and not any(each.is_relative_to(audited) for each in (path, path.resolve()))


def _watch(process: "Popen[bytes]", output: IO[bytes], seconds: float) -> str | None:
    """Wait for the end of a program; return why it was not waited for."""
    latest = time.monotonic() + seconds
    while process.poll() is None:
        if time.monotonic() > latest:
            return f"did not end within {seconds:g} s and was stopped"
        if os.fstat(output.fileno()).st_size > MAX_OUTPUT:
            return f"said more than {MAX_OUTPUT // 1024 // 1024} MB and was stopped"
        time.sleep(_STEP)
    return None


def _end(process: "Popen[bytes]") -> None:
    """End the program and its group: asked first, then forced."""
    if sys.platform == "win32":
        process.kill()
        process.wait()
        return
    running = process.poll() is None
    _signal(process, signal.SIGTERM)
    latest = time.monotonic() + (_GRACE if running else 0)
    while process.poll() is None and time.monotonic() < latest:
        time.sleep(_STEP)
    _signal(process, signal.SIGKILL)
    process.wait()


def _signal(process: "Popen[bytes]", number: int) -> None:
    if sys.platform != "win32":
        try:
            os.killpg(process.pid, number)
        except (ProcessLookupError, PermissionError):  # the group has ended
            return


def failed(name: str, ended: Ended, reason: str, *, missing: Sequence[str] = ()) -> ResolutionError:
    """Return the error of a program that ended without a resolution; `reason` is the essence of what it said."""
    if ended.code < 0:
        return ResolutionError(f"{name}: it was ended by {_signal_name(-ended.code)}", ended.said)
    cause = one_line(reason, 350) or f"it ended with {ended.code} and said nothing"
    return ResolutionError(f"{name}: {cause}", ended.said, missing=missing)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"the signal {number}"
