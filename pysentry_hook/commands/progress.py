"""A line on the terminal for as long as something takes its time."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from pysentry_hook.text import one_line

_ERASE = "\r\x1b[2K"


@contextmanager
def progress(line: str) -> Iterator[None]:
    """Show a line on stderr and take it away again; nothing goes into a pipe, a file or a dumb terminal."""
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield
        return
    shown = one_line(line, max(20, shutil.get_terminal_size().columns - 1))
    try:
        sys.stderr.write(shown)
        sys.stderr.flush()
        yield
    finally:
        sys.stderr.write(_ERASE)
        sys.stderr.flush()
