"""The default command and `report`: scan, tell, and decide the exit code."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from pysentry_hook.commands.options import takes_flags
from pysentry_hook.commands.running import Prepared, audit, exit_code, look, prepare, say, write_out
from pysentry_hook.config import Flags
from pysentry_hook.errors import OutputError
from pysentry_hook.output import pair, write
from pysentry_hook.reports import FORMATS
from pysentry_hook.reports.look import Look
from pysentry_hook.scan import Result

_REPORT = "Report"


@takes_flags()
def scan(
    flags: Flags,
    context: typer.Context,
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
        bool | None, typer.Option("--detailed", help="With descriptions and references.", rich_help_panel=_REPORT)
    ] = None,
    quiet: Annotated[
        bool | None, typer.Option("--quiet", "-q", help="No human report.", rich_help_panel=_REPORT)
    ] = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Say what is sent where.", rich_help_panel=_REPORT)
    ] = False,
) -> None:
    """Find known vulnerabilities in what this project installs, and decide."""
    pair(formats or (), output or (), otherwise="human")  # what makes no sense is told before anything is read
    prepared = prepare(replace(flags, severity=severity, detailed=detailed, quiet=quiet))
    settings = prepared.settings
    otherwise = None if settings.quiet else settings.format
    targets = pair(formats or (), output or (), otherwise=otherwise)
    result = audit(prepared, verbose=verbose)
    _tell(result, targets, prepared)
    say(result.root, result.unreadable)
    raise typer.Exit(exit_code(result, gating=context.command.name != "report"))


def _tell(result: Result, targets: list[tuple[str, Path | None]], prepared: Prepared) -> None:
    report, settings = result.report, prepared.settings
    failed: OutputError | None = None
    for name, target in targets:
        if target is not None:
            try:
                plain = Look(detailed=settings.detailed, severity=settings.severity)
                write(target, FORMATS[name]().render(report, plain))
            except OutputError as error:
                failed = failed or error
            continue
        write_out(FORMATS[name]().render(report, look(prepared)))
    if failed:
        raise failed
