"""`gate`: the verdict in few lines, of a scan that is made now or of a saved report."""

from pathlib import Path
from typing import Annotated

import typer

from pysentry_hook.commands.judging import SAVED, branch_option, day_option, judged_again, only_for_saved
from pysentry_hook.commands.options import Verbose, takes_flags
from pysentry_hook.commands.running import audit, exit_code, prepare, saved_exit_code, say, write_out
from pysentry_hook.commands.view import look
from pysentry_hook.config.flags import Flags
from pysentry_hook.reports.short import short


@takes_flags()
def gate(
    flags: Flags,
    report: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Judge this saved JSON report.", rich_help_panel=SAVED)
    ] = None,
    day: Annotated[str | None, day_option(SAVED)] = None,
    branch: Annotated[str | None, branch_option(SAVED)] = None,
    verbose: Verbose = False,
) -> None:
    """Give the verdict in few lines: of a scan, or of a report that was saved with -o report.json."""
    if report is None:
        only_for_saved(day, branch)
        prepared = prepare(flags)
        result = audit(prepared, verbose=verbose)
        write_out(short(result.report, look(prepared)))
        say(result.root, result.unreadable)
        raise typer.Exit(exit_code(result, gating=True))
    judged, view = judged_again(report, flags, day, branch)
    write_out(short(judged, view))
    raise typer.Exit(saved_exit_code(judged))
