"""Which format goes where: pair the formats with the outputs, and write each file in one step."""

import errno
import shlex
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path, PurePath

from pysentry_hook.errors import OutputError, UsageError
from pysentry_hook.replacing import replacing
from pysentry_hook.reports import FORMATS, SUFFIXES

STDOUT = None


def pair(
    formats: Sequence[str], outputs: Sequence[str], *, otherwise: str | None, known: Collection[str] = FORMATS
) -> list[tuple[str, Path | None]]:
    """Return (format, file) for each report; a file None is stdout.

    `known` are the formats that there are. The n-th format belongs to the n-th output, further outputs go by
    their suffix, at most one format may have no output, and where nothing goes to stdout the format `otherwise` does.
    """
    for name in formats:
        if name not in known:
            raise UsageError(f"--format: {name!r} is no format; known: {', '.join(known)}")
    if len(formats) > len(outputs) + 1:
        raise UsageError("--format: at most one format may lack its --output, because stdout takes one report")
    targets = [None if output == "-" else Path(output) for output in outputs]
    pairs: list[tuple[str, Path | None]] = [
        (formats[n] if n < len(formats) else _by_suffix(target, known), target) for n, target in enumerate(targets)
    ]
    if len(formats) > len(outputs):
        pairs.append((formats[-1], STDOUT))
    files = [target for _, target in pairs if target is not None]
    if len(set(files)) < len(files):
        raise UsageError("--output: two reports cannot go into the same file; name two")
    on_stdout = [name for name, target in pairs if target is None]
    if len(on_stdout) > 1:
        raise UsageError("--output: only one report can go to stdout; name a file for the other")
    if otherwise is not None and otherwise not in known:
        raise UsageError(f"defaults.format: {otherwise!r} is no format; known: {', '.join(known)}")
    if not on_stdout and otherwise is not None:
        pairs.append((otherwise, STDOUT))
    return pairs


def _by_suffix(target: Path | None, known: Collection[str]) -> str:
    suffix = PurePath(target).suffix.lower() if target else ".txt"
    meant = {each: name for each, name in SUFFIXES.items() if name in known}
    if suffix not in meant:
        told = ", ".join(meant)
        raise UsageError(f"--output {target}: its suffix names no format ({told}); say it with --format")
    return meant[suffix]


def write(target: Path, text: str) -> None:
    """Write a text as `write_bytes` writes; a path in it that is not UTF-8 stays readable, in JSON as an escape."""
    write_pieces(target, iter((text,)))


def write_pieces(target: Path, pieces: Iterator[str]) -> None:
    """Write a text that comes in pieces in the same way; it is never held whole."""
    _write(target, (piece.encode("utf-8", "backslashreplace") for piece in pieces))


def write_bytes(target: Path, data: bytes) -> None:
    """Write a file in one step: either all of the data are there or what was there before; its mode stays.

    A link is followed, and what is no regular file (a pipe, /dev/null) is written to, never replaced.
    """
    _write(target, iter((data,)))


def _write(target: Path, pieces: Iterator[bytes]) -> None:
    try:
        target = _followed(target)
        if target.exists() and not target.is_file():
            with target.open("wb") as file:
                file.writelines(pieces)
            return
        with replacing(target) as part, part.open("wb") as file:
            file.writelines(pieces)
    except OSError as error:
        raise OutputError(f"{target}: cannot be written: {error.strerror or error}; {_step(error, target)}") from error


def _step(error: OSError, target: Path) -> str:
    """What makes a file writable, by what stands against it."""
    if isinstance(error, FileNotFoundError):
        return f"make its folder first: mkdir -p {shlex.quote(str(target.parent))}"
    return "make room, or name another place" if error.errno == errno.ENOSPC else "name another place"


def _followed(target: Path) -> Path:
    try:
        return target.resolve()
    except RuntimeError as error:  # up to Python 3.12
        raise OSError("a symbolic link that leads to itself") from error
