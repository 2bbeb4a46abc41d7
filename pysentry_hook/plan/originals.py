"""Keep files as they were until a change is known to be good, and put them back whatever ends it."""

import os
import signal
import stat
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

from pysentry_hook.errors import NotAppliedError, UsageError
from pysentry_hook.output import write_bytes

SUFFIX = ".before-plan"
"""Of the copy that lies beside each file meanwhile: a run that is killed leaves it, and so nothing is lost."""
_ENDING = ("SIGINT", "SIGTERM", "SIGHUP")


class InterruptedByError(BaseException):
    """The program was told to end, by the signal of that name."""


class Originals:
    """Copies beside files, from entering to leaving; where that ends with an exception the files are put back.

    While it lasts a signal that ends the program is such an exception, once.
    """

    def __init__(self, files: Sequence[Path]) -> None:
        self._copies = {file: _copy(file) for file in files}
        self._handlers: dict[int, Any] = {}
        self._is_ending = False

    def __enter__(self) -> None:
        try:
            for number in [getattr(signal, name) for name in _ENDING if hasattr(signal, name)]:
                if signal.getsignal(number) is not signal.SIG_IGN:
                    self._handlers[number] = signal.signal(number, self._end)
            for file, copy in self._copies.items():
                write_bytes(copy, file.read_bytes())
                copy.chmod(stat.S_IMODE(file.stat().st_mode))
        except BaseException:
            self._leave(is_good=False)
            raise

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._leave(is_good=kind is None)

    def _end(self, number: int, _: FrameType | None) -> None:
        if not self._is_ending:
            self._is_ending = True
            raise InterruptedByError(signal.Signals(number).name)

    def _leave(self, *, is_good: bool) -> None:
        self._is_ending = True  # what was begun is ended, whoever asks
        left = [copy for file, copy in self._copies.items() if not _settled(file, copy, is_good=is_good)]
        for number, handler in self._handlers.items():
            signal.signal(number, handler or signal.SIG_DFL)
        if left:
            told = (
                "could not be removed; remove it by hand"
                if is_good
                else "could not be moved back; move it back: it is what the file was before"
            )
            raise NotAppliedError(f"{', '.join(map(str, left))} {told}")


def refuse_what_is_left(files: Iterable[Path]) -> None:
    """UsageError where copies are left of a run that was killed: they are what the files were."""
    left = [copy for copy in map(_copy, files) if os.path.lexists(copy)]
    if left:
        raise UsageError(
            f"{', '.join(map(str, left))}: left by a run that was killed, and what the files were before it; "
            "compare them, and move them back or remove them"
        )


def _copy(file: Path) -> Path:
    return file.with_name(file.name + SUFFIX)


def _settled(file: Path, copy: Path, *, is_good: bool) -> bool:
    """Remove the copy of a file that is good, else move it back; whether that was possible."""
    try:
        if is_good:
            copy.unlink()
        elif os.path.lexists(copy):
            copy.replace(file)
    except OSError:
        return False
    return True
