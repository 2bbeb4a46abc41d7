"""`gate`: the verdict in few lines, of a scan that is made now or of a saved report."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from pysentry_hook.commands.options import Verbose, takes_flags
from pysentry_hook.commands.running import (
    audit,
    exit_code,
    open_report,
    prepare,
    saved_exit_code,
    say,
    warn,
    write_out,
)
from pysentry_hook.commands.view import look, look_at_saved
from pysentry_hook.config.flags import Flags
from pysentry_hook.config.saved import saved_policy
from pysentry_hook.errors import UsageError
from pysentry_hook.policy.judge import judge
from pysentry_hook.report import reported
from pysentry_hook.reports.short import short

_SAVED = "Saved report"


@takes_flags()
def gate(
    flags: Flags,
    report: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Judge this saved JSON report.", rich_help_panel=_SAVED)
    ] = None,
    day: Annotated[
        str | None,
        typer.Option("--date", metavar="DAY", help="Judge it as of this day, as 2027-01-31.", rich_help_panel=_SAVED),
    ] = None,
    branch: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Judge it as if this branch were built.", rich_help_panel=_SAVED),
    ] = None,
    verbose: Verbose = False,
) -> None:
    """Give the verdict in few lines: of a scan, or of a report that was saved with -o report.json."""
    if report is None:
        if day or branch:
            raise UsageError("--date and --branch judge a saved report: add --report report.json")
        prepared = prepare(flags)
        result = audit(prepared, verbose=verbose)
        write_out(short(result.report, look(prepared)))
        say(result.root, result.unreadable)
        raise typer.Exit(exit_code(result, gating=True))
    saved = open_report(report)
    policy, warnings = saved_policy(saved.policy, flags, branch=branch)
    warn(*warnings)
    judged = reported(saved, policy, judge(saved, policy, _day(day)))
    write_out(short(judged, look_at_saved(report)))
    raise typer.Exit(saved_exit_code(judged))


def _day(text: str | None) -> date:
    """The day to judge as of: today, UTC, where nobody says another."""
    if text is None:
        return datetime.now(UTC).date()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"--date: {text[:40]!r} is no day; give it as 2027-01-31") from error
