"""The default command and `report`: scan, tell, and decide the exit code."""

from pathlib import Path
from typing import Annotated

import typer

from pysentry_hook.commands.helping import rarely
from pysentry_hook.commands.options import (
    REPORT,
    Detailed,
    Least,
    Outputs,
    Quiet,
    Suppressed,
    Verbose,
    formats_option,
    takes_flags,
)
from pysentry_hook.config.flags import Flags
from pysentry_hook.output import pair
from pysentry_hook.reports import FORMATS


@takes_flags()
def scan(
    flags: Flags,
    context: typer.Context,
    formats: Annotated[list[str] | None, formats_option(FORMATS)] = None,
    output: Outputs = None,
    detailed: Detailed = None,
    severity: Least = None,
    sarif_suppressed: Suppressed = False,
    plan: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Mark the upgrades of this JSON plan as tried.", rich_help_panel=rarely(REPORT)
        ),
    ] = None,
    quiet: Quiet = None,
    verbose: Verbose = False,
) -> None:
    """Find known vulnerabilities in what this project installs, and decide."""
    # help is told without what a scan needs
    from pysentry_hook.commands.running import audit, exit_code, open_plan, prepare, say, tell
    from pysentry_hook.commands.view import look

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
