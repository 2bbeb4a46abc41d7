"""Run one scan for a command: its settings from options, environment and files, its cache and its connections."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import typer

from pysentry_hook.baseline import Bases
from pysentry_hook.cache import LAYOUT, Cache, DiskCache, MemoryCache
from pysentry_hook.commands.progress import progress
from pysentry_hook.config.files import Configuration, configuration
from pysentry_hook.config.flags import Flags
from pysentry_hook.config.named import named_commit
from pysentry_hook.config.settings import Settings, settle
from pysentry_hook.errors import (
    ConfigError,
    InputError,
    OutputError,
    ReportError,
    RepositoryError,
    UnreadableInputsError,
    UsageError,
)
from pysentry_hook.http import Http
from pysentry_hook.inputs.kept import Keeper
from pysentry_hook.reading import audited, read_inputs
from pysentry_hook.report import Report
from pysentry_hook.reports.look import Formats, Look, in_pieces
from pysentry_hook.rules import Place
from pysentry_hook.scan import Result, scan
from pysentry_hook.text import one_line, printable
from pysentry_hook.tree import CommitTree, FolderTree, Tree
from pysentry_hook.tried import meant_for

if TYPE_CHECKING:
    from pysentry_hook.proposal import Plan
    from pysentry_hook.reports.documents import Kind

Told = TypeVar("Told")

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
    settings = _settled(flags, tree, folder, now.date())
    warn(*settings.warnings)
    return Prepared(settings, tree, folder)


@contextmanager
def configured(flags: Flags, tree: Tree, root: Path) -> Iterator[Tree]:
    """Give the tree whose configuration counts: that of the commit that was named, else `tree` at `root`."""
    commit = named_commit(flags, os.environ)
    if commit is None:
        yield tree
        return
    with CommitTree(root, commit) as then:
        yield then


def _settled(flags: Flags, tree: FolderTree, folder: str, today: date) -> Settings:
    """The settings by the configuration of the tree or of the commit that is named, and what a change makes of it."""

    def read(of: Tree) -> Configuration:
        return configuration(flags, os.environ, tree=of, root=tree.root, folder=folder, today=today)

    with configured(flags, tree, tree.root) as chosen:
        files = read(chosen)
        settings = settle(flags, os.environ, files, today)
    if chosen is not tree or not settings.against:
        return settings
    from pysentry_hook.config.drift import drift

    try:
        with CommitTree(tree.root, settings.against) as then:
            before = read(then)
            changes = drift(before, files, settle(flags, os.environ, before, today).policy, settings.policy)
    except RepositoryError:  # the scan tells of a baseline that cannot be read
        return settings
    except (ConfigError, UsageError) as error:
        changes = (f"the configuration of {settings.against} cannot be compared: {error}",)
    return settings._replace(policy_changes=changes)


def audit(prepared: Prepared, *, verbose: bool, plan: Plan | None = None) -> Result:
    """Scan, and say which inputs that were named cannot be read; exits with 2 where nothing at all was read.

    `plan` marks the upgrades that it tried; UsageError where it is for nothing that was read.
    """
    settings = prepared.settings
    with scanning(settings, verbose=verbose) as work:
        read_kept = Keeper(work.cache).read
        try:
            read = read_inputs(settings, prepared.tree, read_kept)
        except UnreadableInputsError as error:
            say(error.root, error.errors)
            raise typer.Exit(error.exit_code) from error
        if plan:
            meant_for(plan, [*(entry.path for entry in read.inventories), *(entry.path for entry in read.broken)])
        bases = Bases(refs=(settings.against,) if settings.against else (), read=read_kept)
        return scan(
            settings,
            read,
            bases,
            http=work.http,
            cache=work.cache,
            now=datetime.now(UTC),
            log=work.log,
            progress=progress,
            plan=plan,
        )


class Scanning(NamedTuple):
    """What a scan works with."""

    http: Http
    here: Http
    """Opens no connection."""
    cache: Cache
    log: Callable[[str], None]


@contextmanager
def scanning(settings: Settings, *, verbose: bool) -> Iterator[Scanning]:
    """Give the network and the cache of one run; what is new is in the cache afterwards."""

    def log(line: str) -> None:
        if verbose:
            typer.echo(line, err=True)

    http = Http(settings.limits, offline=settings.offline, ca_bundle=settings.ca_bundle, log=log)
    here = Http(settings.limits, offline=True)
    cache: Cache = DiskCache(cache_folder(settings) / LAYOUT, warn) if settings.use_cache else MemoryCache()
    try:
        yield Scanning(http, here, cache, log)
    finally:
        cache.close()
        http.close()
        here.close()


def cache_folder(settings: Settings) -> Path:
    """The configured cache folder, else the user's."""
    if settings.cache_dir is not None:
        return settings.cache_dir
    from platformdirs import user_cache_path

    return user_cache_path("pysentry-hook", appauthor=False)


def warn(*warnings: str) -> None:
    """One line on stderr for each warning, said once."""
    for warning in dict.fromkeys(warnings):
        typer.echo(printable(f"warning: {warning}"), err=True)


def say(root: Path, errors: Sequence[InputError]) -> None:
    """One line on stderr for each error, with its file as it is written from here."""
    for error in errors:
        told = one_line(error.told(os.path.relpath(root / error.path)), _LONGEST_LINE)
        typer.echo(printable(f"error: {told}"), err=True)


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


def tell(told: Told, targets: Sequence[tuple[str, Path | None]], view: Look, formats: Formats[Told]) -> None:
    """Write each report to its file, or to stdout; one that cannot be written leaves the others as they should be."""
    from pysentry_hook.output import write_pieces

    failed: OutputError | None = None
    for name, target in targets:
        if target is None:
            _write_out(in_pieces(formats[name](), told, view))
            continue
        try:
            write_pieces(target, in_pieces(formats[name](), told, view.in_file()))
        except OutputError as error:
            failed = failed or error
    if failed:
        raise failed


def write_out(text: str) -> None:
    """Write a text to stdout, as UTF-8 and with plain line ends on every platform."""
    _write_out(iter((text,)))


def _write_out(pieces: Iterator[str]) -> None:
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")  # type: ignore[union-attr]  # a real stream on every platform
    sys.stdout.writelines(pieces)
    sys.stdout.flush()


def open_report(path: Path) -> Report:
    """Read a saved JSON report; ReportError for what is none."""
    from pysentry_hook.reports.documents import REPORT
    from pysentry_hook.reports.saved import read_report

    return read_report(str(path), _saved(path, REPORT))


def open_plan(path: Path) -> Plan:
    """Read a saved JSON plan; ReportError for what is none."""
    from pysentry_hook.reports.documents import PLAN
    from pysentry_hook.reports.saved_plan import read_plan

    return read_plan(str(path), _saved(path, PLAN))


def _saved(path: Path, kind: Kind) -> str:
    """The text of a document of ours, which is not read whole where it is too large to be one."""
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST_REPORT + 1)
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise ReportError(str(path), f"cannot be read: {error.strerror or error}", made=kind.made) from error
    except UnicodeDecodeError as error:
        raise ReportError(str(path), f"is not UTF-8 text, so it is no {kind.word}", made=kind.made) from error
    if len(data) > _LARGEST_REPORT:
        raise ReportError(
            str(path), f"is larger than {_LARGEST_REPORT >> 20} MB, so it is no {kind.word}", made=kind.made
        )
    return text


def saved_exit_code(report: Report) -> int:
    """The exit code of a report that was judged again."""
    if report.gate.blocks:
        return 1
    return 0 if report.passed else 3
