"""Speak to the runner: outputs, the job summary, annotations, and a log in which nothing acts as a command.

https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
"""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from uuid import uuid4

from pysentry_hook.errors import UsageError
from pysentry_hook.text import clean

_LARGEST_SUMMARY = 1_000_000
"""Bytes; GitHub refuses a summary of more than 1 MiB, all of it."""
_KEPT_LINES = 50
_ESCAPES = {ord("%"): "%25", ord("\r"): "%0D", ord("\n"): "%0A"}
_IN_PROPERTY = _ESCAPES | {ord(":"): "%3A", ord(","): "%2C"}


def output(values: Mapping[str, object]) -> None:
    """Set outputs of this step; no value can end its own entry, because nobody knows the delimiter before."""
    delimiter = f"end-{uuid4()}"
    lines = (f"{name}<<{delimiter}\n{_text(value)}\n{delimiter}\n" for name, value in values.items())
    _append("GITHUB_OUTPUT", "".join(lines))


def summary(markdown: str) -> None:
    """Add to the job summary, as much as GitHub takes."""
    data = markdown.encode()
    if len(data) > _LARGEST_SUMMARY:
        kept = data[:_LARGEST_SUMMARY].decode("utf-8", "ignore").rpartition("\n")[0]
        markdown = f"{kept}\n\n**This summary is cut: GitHub takes no more. All of it is in the Markdown report.**\n"
    _append("GITHUB_STEP_SUMMARY", markdown)


def annotate(level: str, title: str, message: str) -> None:
    """Annotate the run: level is error, warning or notice."""
    told = clean(message).translate(_ESCAPES)
    say(f"::{level} title={clean(title).translate(_IN_PROPERTY)}::{told}")


def say(text: str) -> None:
    """Write a line to the log at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def run(
    words: Sequence[str], settings: Mapping[str, str] | None = None, folder: Path | None = None
) -> tuple[int, list[str]]:
    """Run this program with other words, settings and folder; return its exit code and its last lines on stderr.

    All that it writes goes to the log while commands are stopped, as an audited file can have any name.
    -I keeps Python from importing what lies in the audited folder.
    """
    token = uuid4().hex
    say(f"::stop-commands::{token}")
    kept: list[str] = []
    command = [sys.executable, "-I", "-X", "utf8", "-m", "pysentry_hook", *words]
    with subprocess.Popen(  # noqa: S603 (this program itself)
        command,
        cwd=folder,
        env={**os.environ, **(settings or {})},
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
    ) as process:
        for line in process.stderr or ():
            sys.stdout.write(line)  # on stdout: a line on another stream may arrive when commands work again
            kept = [*kept[-_KEPT_LINES:], line.rstrip("\n")]
        code = process.wait()
    say(f"\n::{token}::")
    return code, kept


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _append(variable: str, text: str) -> None:
    path = os.environ.get(variable)
    if not path:
        raise UsageError(
            f"{variable} is not set: this command is for the steps of the GitHub Action; elsewhere run pysentry-hook"
        )
    with Path(path).open("a", encoding="utf-8", newline="\n") as file:
        file.write(text)
