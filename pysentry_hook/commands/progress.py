"""A line on the terminal for as long as something takes its time."""

import os
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from pysentry_hook.text import one_line

_ERASE = "\r\x1b[2K"


@contextmanager
def progress(line: str, *, after: float = 0.0) -> Iterator[None]:
    """Show a line on stderr and take it away again; nothing goes into a pipe, a file or a dumb terminal.

    It is shown where the work takes longer than `after` seconds.
    """
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield
        return
    text = one_line(line, max(20, shutil.get_terminal_size().columns - 1))
    shown = threading.Event()

    def show() -> None:
        shown.set()
        _write(text)

    waiting = threading.Timer(after, show)
    waiting.daemon = True
    if after:
        waiting.start()
    else:
        show()
    try:
        yield
    finally:
        waiting.cancel()
        if after:
            waiting.join()
        if shown.is_set():
            _write(_ERASE)


def _write(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()
