"""Run one scan for a command: its settings from options, environment and files, its cache and its connections."""

import os
import shlex
import shutil
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import typer

from pysentry_hook.cache import LAYOUT, Cache, DiskCache, MemoryCache
from pysentry_hook.config import Flags, Settings, configuration, settle
from pysentry_hook.errors import InputError, ReportError, UnreadableInputsError
from pysentry_hook.http import Http
from pysentry_hook.reading import audited
from pysentry_hook.report import Report
from pysentry_hook.reports.look import Look
from pysentry_hook.reports.saved import read_report
from pysentry_hook.rules import Place
from pysentry_hook.scan import Result
from pysentry_hook.scan import scan as run_scan
from pysentry_hook.text import one_line
from pysentry_hook.tree import FolderTree

_LONGEST_LINE = 600
_LARGEST_REPORT = 256 * 1024 * 1024


class Prepared(NamedTuple):
    """What a command needs before it scans."""

    settings: Settings
    tree: FolderTree
    folder: str
    """The folder of the tree whose configuration counts."""


def prepare(flags: Flags) -> Prepared:
    """Return the settings for what the options name; their warnings are said."""
    now = datetime.now(UTC)
    tree, folder = audited(flags.requirements or flags.paths)
    files = configuration(flags, os.environ, tree=tree, root=tree.root, folder=folder, today=now.date())
    settings = settle(flags, os.environ, files, now.date())
    for warning in settings.warnings:
        typer.echo(f"warning: {warning}", err=True)
    return Prepared(settings, tree, folder)


def audit(prepared: Prepared, *, verbose: bool) -> Result:
    """Scan, and say which inputs that were named cannot be read; exits with 2 where nothing at all was read."""
    try:
        result = _run(prepared, verbose=verbose)
    except UnreadableInputsError as error:
        say(error.root, error.errors)
        raise typer.Exit(error.exit_code) from error
    return result


def _run(prepared: Prepared, *, verbose: bool) -> Result:
    settings = prepared.settings

    def log(line: str) -> None:
        if verbose:
            typer.echo(line, err=True)

    def warn(line: str) -> None:
        typer.echo(f"warning: {line}", err=True)

    http = Http(settings.limits, offline=settings.offline, ca_bundle=settings.ca_bundle, log=log)
    cache: Cache = DiskCache(cache_folder(settings) / LAYOUT, warn) if settings.use_cache else MemoryCache()
    try:
        return run_scan(settings, prepared.tree, http=http, cache=cache, now=datetime.now(UTC), log=log)
    finally:
        cache.close()
        http.close()


def cache_folder(settings: Settings) -> Path:
    """The configured cache folder, else the user's."""
    if settings.cache_dir is not None:
        return settings.cache_dir
    from platformdirs import user_cache_path

    return user_cache_path("pysentry-hook", appauthor=False)


def say(root: Path, errors: Sequence[InputError]) -> None:
    """One line on stderr for each error, with its file as it is written from here."""
    for error in errors:
        typer.echo(f"error: {one_line(error.told(os.path.relpath(root / error.path)), _LONGEST_LINE)}", err=True)


def origin_from_here(root: Path, origin: str, place: Place | None) -> str:
    """Where a setting comes from, its file as it is written from here."""
    return str(place._replace(path=os.path.relpath(root / place.path))) if place else origin


def exit_code(result: Result, *, gating: bool) -> int:
    """0 passes, 1 blocks, 2 a named input is unreadable, 3 incomplete; `report` knows neither 1 nor mercy."""
    report = result.report
    if result.unreadable:
        return 2
    if gating and report.gate.blocks:
        return 1
    if not report.complete and (not gating or not report.passed):
        return 3
    return 0


def write_out(text: str) -> None:
    """Write a report to stdout, as UTF-8 and with plain line ends on every platform."""
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")  # type: ignore[union-attr]  # a real stream on every platform
    sys.stdout.write(text)
    sys.stdout.flush()


def look(prepared: Prepared) -> Look:
    """How a person sees a report on this terminal, or in a file or pipe, and the words that would scan again."""
    settings = prepared.settings
    here = Path.cwd().resolve()
    folder = (prepared.tree.root / prepared.folder).resolve()
    return look_at(os.environ)._replace(
        root=prepared.tree.root.as_posix(),
        here=here.as_posix(),
        again=shlex.join(settings.words),
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
    width = min(120, max(60, shutil.get_terminal_size((100, 24)).columns)) if terminal else 100
    return Look(width=width, colour=colour)


def open_report(path: Path) -> Report:
    """Read a saved JSON report; ReportError for what is none."""
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST_REPORT + 1)
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise ReportError(str(path), f"cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ReportError(str(path), "is not UTF-8 text, so it is no report") from error
    if len(data) > _LARGEST_REPORT:
        raise ReportError(str(path), f"is larger than {_LARGEST_REPORT >> 20} MB, so it is no report")
    return read_report(str(path), text)


def saved_exit_code(report: Report) -> int:
    """The exit code of a report that was judged again."""
    if report.gate.blocks:
        return 1
    return 0 if report.passed else 3
