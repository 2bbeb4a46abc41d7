"""Which format goes where: pair the formats with the outputs, and write each file in one step."""

from collections.abc import Sequence
from pathlib import Path, PurePath

from pysentry_hook.errors import OutputError, UsageError
from pysentry_hook.replacing import replacing
from pysentry_hook.reports import FORMATS, SUFFIXES

STDOUT = None


def pair(formats: Sequence[str], outputs: Sequence[str], *, otherwise: str | None) -> list[tuple[str, Path | None]]:
    """Return (format, file) for each report; a file None is stdout.

    The n-th format belongs to the n-th output, further outputs go by their suffix, at most one
    format may have no output, and where nothing goes to stdout the format `otherwise` does.
    """
    for name in formats:
        if name not in FORMATS:
            raise UsageError(f"--format: {name!r} is no format; known: {', '.join(FORMATS)}")
    if len(formats) > len(outputs) + 1:
        raise UsageError("--format: at most one format may lack its --output, because stdout takes one report")
    targets = [None if output == "-" else Path(output) for output in outputs]
    pairs: list[tuple[str, Path | None]] = [
        (formats[n] if n < len(formats) else _by_suffix(target), target) for n, target in enumerate(targets)
    ]
    if len(formats) > len(outputs):
        pairs.append((formats[-1], STDOUT))
    files = [target for _, target in pairs if target is not None]
    if len(set(files)) < len(files):
        raise UsageError("--output: two reports cannot go into the same file")
    on_stdout = [name for name, target in pairs if target is None]
    if len(on_stdout) > 1:
        raise UsageError("--output: only one report can go to stdout")
    if otherwise is not None and otherwise not in FORMATS:
        raise UsageError(f"defaults.format: {otherwise!r} is not written yet; known: {', '.join(FORMATS)}")
    if not on_stdout and otherwise is not None:
        pairs.append((otherwise, STDOUT))
    return pairs


def _by_suffix(target: Path | None) -> str:
    suffix = PurePath(target).suffix.lower() if target else ".txt"
    if suffix not in SUFFIXES:
        known = ", ".join(SUFFIXES)
        raise UsageError(f"--output {target}: its suffix names no format ({known}); say it with --format")
    return SUFFIXES[suffix]


def write(target: Path, text: str) -> None:
    """Write a file in one step: either all of the text is there or what was there before.

    A link is followed, and what is no regular file (a pipe, /dev/null) is written to, never replaced.
    """
    data = text.encode("utf-8", "backslashreplace")  # a path that is not UTF-8 stays readable, in JSON as an escape
    try:
        target = target.resolve()
        if target.exists() and not target.is_file():
            target.write_bytes(data)
            return
        with replacing(target) as part:
            part.write_bytes(data)
    except (OSError, RuntimeError) as error:
        cause = error.strerror if isinstance(error, OSError) else "a symbolic link that leads to itself"
        raise OutputError(f"{target}: cannot be written: {cause}") from error
