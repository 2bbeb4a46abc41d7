"""How a person sees a report: on this terminal, from this folder, with commands that a shell finds here."""

import os
import shlex
import shutil
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from pysentry_hook.commands.program import from_here
from pysentry_hook.commands.running import Prepared
from pysentry_hook.reports.look import Look
from pysentry_hook.text import with_its_pin

_NARROWEST, _WIDEST = 60, 120
"""Columns."""


def look(prepared: Prepared) -> Look:
    """How a person sees a report on this terminal, or in a file or pipe, and the words that would scan again."""
    settings = prepared.settings
    here = Path.cwd().resolve()
    folder = (prepared.tree.root / prepared.folder).resolve()
    return look_at(os.environ)._replace(
        root=prepared.tree.root.as_posix(),
        here=here.as_posix(),
        again=shlex.join(with_its_pin(word) if "://" in word else word for word in settings.words),
        project="" if folder == here else os.path.relpath(folder, here).replace(os.sep, "/"),
        detailed=settings.detailed,
        severity=settings.severity,
    )


def look_at_saved(path: Path) -> Look:
    """How a person sees a saved report: its paths are those of the tree that was scanned."""
    here = Path.cwd().resolve().as_posix()
    return look_at(os.environ)._replace(here=here, again=shlex.join(["--report", str(path)]))


def look_at(environment: Mapping[str, str]) -> Look:
    """What stdout can show."""
    terminal = sys.stdout.isatty() and environment.get("TERM") != "dumb"
    colour = bool(environment.get("FORCE_COLOR")) or (terminal and not environment.get("NO_COLOR"))
    width = max(_NARROWEST, shutil.get_terminal_size((100, 24)).columns) if terminal else 100
    return Look(
        width=min(_WIDEST, width),
        wraps=terminal,
        colour=colour,
        program=from_here(environment),
        today=datetime.now(UTC).date(),
    )
