"""`cache info, clear`: what is remembered between runs, and how it is forgotten."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from pysentry_hook.cache import LAYOUT
from pysentry_hook.cache.contents import clear as remove
from pysentry_hook.cache.contents import parts
from pysentry_hook.commands.helping import Commands
from pysentry_hook.commands.options import takes_flags
from pysentry_hook.commands.running import cache_folder, prepare
from pysentry_hook.config.flags import Flags
from pysentry_hook.errors import UsageError
from pysentry_hook.text import count

cache = Commands("What is remembered between runs.", example="pysentry-hook cache info")

_OPTIONS = ("cache_dir", "config", "no_config")
_HOLDS = {
    "answers": "what services said, and resolutions",
    "archives": "advisory databases that were loaded",
    "notes": "what was read of locks and worked out",
}
_MEGABYTE = 1_000_000


@cache.add("pysentry-hook cache info")
@takes_flags(*_OPTIONS)
def info(flags: Flags) -> None:
    """Show where the cache is, what it holds, and how large it is."""
    folder = cache_folder(prepare(flags).settings) / LAYOUT
    with _told(folder):
        found = list(parts(folder))
    typer.echo(f"{folder}: {_size(sum(part.size for part in found)) if found else 'nothing is remembered'}")
    for part in found:
        what = _HOLDS.get(part.path.name, "set aside because it was damaged; cache clear removes it")
        typer.echo(f"  {part.path.name:<8}  {_size(part.size):>8}  {count(part.files, 'file')}: {what}")


@cache.add("pysentry-hook cache clear")
@takes_flags(*_OPTIONS)
def clear(flags: Flags) -> None:
    """Forget everything; the database of db sync stays."""
    folder = cache_folder(prepare(flags).settings) / LAYOUT
    with _told(folder):
        found = list(parts(folder))
        remove(folder)
    typer.echo(f"{folder}: {f'{_size(sum(part.size for part in found))} removed' if found else 'nothing to remove'}")


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    """UsageError where the cache cannot be listed or removed."""
    try:
        yield
    except OSError as error:
        what = f"{error.filename or folder}: {error.strerror or type(error).__name__}"
        raise UsageError(f"the cache cannot be used: {what}; --cache-dir names another") from error


def _size(size: int) -> str:
    return f"{size / _MEGABYTE:,.1f} MB"
