"""The default command and `report`: scan, tell, and decide the exit code."""

from pathlib import Path
from typing import Annotated

import typer

from pysentry_hook.commands.options import takes_flags
from pysentry_hook.config.flags import Flags
from pysentry_hook.output import pair
from pysentry_hook.reports import FORMATS

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
    sarif_suppressed: Annotated[
        bool, typer.Option("--sarif-suppressed", help="SARIF with what is suppressed.", rich_help_panel=_REPORT)
    ] = False,
    plan: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Mark the upgrades of this JSON plan as tried.", rich_help_panel=_REPORT),
    ] = None,
    quiet: Annotated[
        bool | None, typer.Option("--quiet", "-q", help="No human report.", rich_help_panel=_REPORT)
    ] = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Say what is sent where.", rich_help_panel=_REPORT)
    ] = False,
) -> None:
    """Find known vulnerabilities in what this project installs, and decide."""
    # help is told without what a scan needs
    from pysentry_hook.commands.running import audit, exit_code, look, open_plan, prepare, say, tell

    pair(formats or (), output or (), otherwise="human")  # what makes no sense is told before anything is read
    known = open_plan(plan) if plan else None
    prepared = prepare(flags._replace(severity=severity, detailed=detailed, quiet=quiet))
    settings = prepared.settings
    otherwise = None if settings.quiet else settings.format
    targets = pair(formats or (), output or (), otherwise=otherwise)
    result = audit(prepared, verbose=verbose, plan=known)
    tell(result.report, targets, look(prepared)._replace(sarif_suppressed=sarif_suppressed), FORMATS)
    say(result.root, result.unreadable)
    raise typer.Exit(exit_code(result, gating=context.command.name != "report"))
