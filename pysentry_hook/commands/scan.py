"""The default command and `report`: scan, tell, and decide the exit code."""

import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from pysentry_hook.cache import LAYOUT, Cache, DiskCache, MemoryCache
from pysentry_hook.config import Flags, Settings, settle
from pysentry_hook.errors import InputError, OutputError, UnreadableInputsError, UsageError
from pysentry_hook.http import Http
from pysentry_hook.output import pair, write
from pysentry_hook.report import Decision, Report
from pysentry_hook.reports import FORMATS
from pysentry_hook.reports.look import Look
from pysentry_hook.scan import Result
from pysentry_hook.scan import scan as run_scan
from pysentry_hook.text import one_line

_LONGEST_LINE = 600
_SCAN, _REPORT, _GATE = "Scan", "Report", "Gate"


def scan(
    context: typer.Context,
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="[PATH]...", help="Folders or files; default: this folder.")
    ] = None,
    requirements: Annotated[
        list[Path] | None,
        typer.Option(
            "--requirements",
            "--requirements-files",
            metavar="FILE",
            help="Read this requirements file, and discover nothing.",
            rich_help_panel=_SCAN,
        ),
    ] = None,
    sources: Annotated[
        list[str] | None,
        typer.Option(help="pypa, pypi, osv; repeatable or with commas. Default: all.", rich_help_panel=_SCAN),
    ] = None,
    service_url: Annotated[
        list[str] | None,
        typer.Option(metavar="SOURCE=URL", help="Where a source is served.", rich_help_panel=_SCAN),
    ] = None,
    advisory_db: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATH",
            help="A zip or folder of advisory records, instead of the services.",
            rich_help_panel=_SCAN,
        ),
    ] = None,
    offline: Annotated[
        bool | None, typer.Option("--offline", help="Open no connection.", rich_help_panel=_SCAN)
    ] = None,
    exclude_extra: Annotated[
        bool | None, typer.Option("--exclude-extra", help="Only what a plain install brings.", rich_help_panel=_SCAN)
    ] = None,
    group: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Main and this group or extra; repeatable.", rich_help_panel=_SCAN),
    ] = None,
    direct_only: Annotated[
        bool | None, typer.Option("--direct-only", help="Only what is declared.", rich_help_panel=_SCAN)
    ] = None,
    recursive: Annotated[
        bool | None, typer.Option("--recursive", help="Every project below the PATHs.", rich_help_panel=_SCAN)
    ] = None,
    include_scripts: Annotated[
        bool | None,
        typer.Option("--include-scripts", help="With --recursive: PEP 723 scripts too.", rich_help_panel=_SCAN),
    ] = None,
    python_version: Annotated[
        str | None, typer.Option(metavar="X.Y", help="Only what this Python installs.", rich_help_panel=_SCAN)
    ] = None,
    python_platform: Annotated[
        str | None, typer.Option(metavar="NAME", help="linux, macos or windows.", rich_help_panel=_SCAN)
    ] = None,
    resolver: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="auto, uv or pip-tools: what makes ranges exact.", rich_help_panel=_SCAN),
    ] = None,
    allow_build: Annotated[
        bool | None,
        typer.Option("--allow-build", help="Let the resolver run build code of packages.", rich_help_panel=_SCAN),
    ] = None,
    no_resolver: Annotated[
        bool | None, typer.Option("--no-resolver", help="Only pins; what is loose is unchecked.", rich_help_panel=_SCAN)
    ] = None,
    no_resolution_cache: Annotated[
        bool | None,
        typer.Option("--no-resolution-cache", help="Resolve anew, and remember nothing of it.", rich_help_panel=_SCAN),
    ] = None,
    clear_resolution_cache: Annotated[
        bool, typer.Option("--clear-resolution-cache", help="Forget earlier resolutions.", rich_help_panel=_SCAN)
    ] = False,
    resolution_cache_ttl: Annotated[
        float | None,
        typer.Option(metavar="HOURS", help="How long a resolution is remembered: 24.", rich_help_panel=_SCAN),
    ] = None,
    no_cache: Annotated[
        bool | None, typer.Option("--no-cache", help="Neither read nor write the cache.", rich_help_panel=_SCAN)
    ] = None,
    cache_dir: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where the cache is.", rich_help_panel=_SCAN)
    ] = None,
    allow_empty: Annotated[
        bool | None, typer.Option("--allow-empty", help="Nothing to read is no error.", rich_help_panel=_SCAN)
    ] = None,
    formats: Annotated[
        list[str] | None,
        typer.Option(
            "--format", "-f", metavar="FORMAT", help=f"{', '.join(FORMATS)}; repeatable.", rich_help_panel=_REPORT
        ),
    ] = None,
    output: Annotated[
        list[str] | None,
        typer.Option("--output", "-o", metavar="FILE", help="The n-th format's file.", rich_help_panel=_REPORT),
    ] = None,
    severity: Annotated[
        str | None,
        typer.Option(metavar="LEVEL", help="Show from this severity on.", rich_help_panel=_REPORT),
    ] = None,
    detailed: Annotated[
        bool, typer.Option("--detailed", help="With descriptions and references.", rich_help_panel=_REPORT)
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No human report.", rich_help_panel=_REPORT)] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Say what is sent where.", rich_help_panel=_REPORT)
    ] = False,
    fail_on: Annotated[
        str | None,
        typer.Option(metavar="LEVEL", help="never, low, medium, high, critical.", rich_help_panel=_GATE),
    ] = None,
    ignore: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Accept this finding.", rich_help_panel=_GATE)
    ] = None,
    ignore_while_no_fix: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="Accept it until a fix is out.", rich_help_panel=_GATE),
    ] = None,
) -> None:
    """Find known vulnerabilities in what this project installs, and decide."""
    targets = pair(formats or (), output or (), quiet=quiet)
    flags = Flags(
        paths=tuple(paths or ()),
        requirements=tuple(requirements or ()),
        sources=tuple(sources or ()),
        service_urls=tuple(service_url or ()),
        advisory_db=tuple(advisory_db or ()),
        offline=offline,
        no_cache=no_cache,
        cache_dir=cache_dir,
        exclude_extra=exclude_extra,
        groups=tuple(group or ()),
        direct_only=direct_only,
        python_version=python_version,
        python_platform=python_platform,
        recursive=recursive,
        include_scripts=include_scripts,
        no_resolver=no_resolver,
        resolver=resolver,
        allow_build=allow_build,
        no_resolution_cache=no_resolution_cache,
        clear_resolution_cache=clear_resolution_cache,
        resolution_cache_ttl=resolution_cache_ttl,
        fail_on=fail_on,
        severity=severity,
        ignore=tuple(ignore or ()),
        ignore_while_no_fix=tuple(ignore_while_no_fix or ()),
        allow_empty=allow_empty,
    )
    if flags.paths and flags.requirements:
        raise UsageError("--requirements replaces discovery: give either PATHs or --requirements")
    settings = settle(flags, os.environ)
    try:
        result = _run(settings, verbose=verbose)
    except UnreadableInputsError as error:
        _say(error.root, error.errors)
        raise typer.Exit(error.exit_code) from error
    _tell(result, targets, settings, detailed=detailed)
    _say(result.root, result.unreadable)
    raise typer.Exit(exit_code(result, gating=context.command.name != "report"))


def _say(root: Path, errors: Sequence[InputError]) -> None:
    """One line on stderr for each error, with its file as it is written from here."""
    for error in errors:
        typer.echo(f"error: {one_line(error.told(os.path.relpath(root / error.path)), _LONGEST_LINE)}", err=True)


def exit_code(result: Result, *, gating: bool) -> int:
    """0 passes, 1 blocks, 2 a named input is unreadable, 3 incomplete; `report` knows neither 1 nor mercy."""
    report = result.report
    if result.unreadable:
        return 2
    if gating and (report.gate.count(Decision.BLOCK) or report.gate.reasons):
        return 1
    if not report.complete and (not gating or report.gate.incomplete_blocks):
        return 3
    return 0


def _run(settings: Settings, *, verbose: bool) -> Result:
    def log(line: str) -> None:
        if verbose:
            typer.echo(line, err=True)

    def warn(line: str) -> None:
        typer.echo(f"warning: {line}", err=True)

    http = Http(settings.limits, offline=settings.offline, ca_bundle=settings.ca_bundle, log=log)
    cache: Cache = DiskCache(cache_folder(settings) / LAYOUT, warn) if settings.use_cache else MemoryCache()
    try:
        return run_scan(settings, http=http, cache=cache, now=datetime.now(UTC), log=log)
    finally:
        cache.close()
        http.close()


def cache_folder(settings: Settings) -> Path:
    """The configured cache folder, else the user's."""
    if settings.cache_dir is not None:
        return settings.cache_dir
    from platformdirs import user_cache_path

    return user_cache_path("pysentry-hook", appauthor=False)


def _tell(result: Result, targets: list[tuple[str, Path | None]], settings: Settings, *, detailed: bool) -> None:
    report = result.report
    failed: OutputError | None = None
    for name, target in targets:
        if target is not None:
            try:
                write(target, FORMATS[name]().render(report, Look(detailed=detailed, severity=settings.severity)))
            except OutputError as error:
                failed = failed or error
            continue
        _to_stdout(report, name, _look(os.environ, result.root, settings, detailed=detailed))
    if failed:
        raise failed


def _to_stdout(report: Report, name: str, look: Look) -> None:
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")  # type: ignore[union-attr]  # a real stream on every platform
    sys.stdout.write(FORMATS[name]().render(report, look))
    sys.stdout.flush()


def _look(environment: Mapping[str, str], root: Path, settings: Settings, *, detailed: bool) -> Look:
    terminal = sys.stdout.isatty() and environment.get("TERM") != "dumb"
    colour = bool(environment.get("FORCE_COLOR")) or (terminal and not environment.get("NO_COLOR"))
    return Look(
        width=min(120, max(60, shutil.get_terminal_size((100, 24)).columns)) if terminal else 100,
        root=root.as_posix(),
        here=Path.cwd().resolve().as_posix(),
        colour=colour,
        detailed=detailed,
        severity=settings.severity,
    )
