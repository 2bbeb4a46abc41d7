"""Which state of this program worked something out: a note of another state says nothing to this one."""

import os
from functools import cache

from pysentry_hook import __version__


@cache
def stamp() -> str:
    """Return the version with the newest time and the number of the program's own files."""
    newest = number = 0
    waiting = [os.path.dirname(__file__)]  # noqa: PTH120 (a third of the time: this stands in every run)
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.name.endswith(".py"):
                    newest, number = max(newest, entry.stat().st_mtime_ns), number + 1
                elif entry.is_dir() and entry.name != "__pycache__":
                    waiting.append(entry.path)
    return f"{__version__} {newest} {number}"
