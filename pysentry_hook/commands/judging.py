"""Judge a saved report again: by what the command line says, as of another day, as if another branch were built."""

import shlex
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import typer

from pysentry_hook.commands.running import open_report, warn
from pysentry_hook.commands.view import look_at_saved
from pysentry_hook.config.flags import Flags
from pysentry_hook.config.saved import saved_policy
from pysentry_hook.errors import UsageError
from pysentry_hook.policy.judge import judge
from pysentry_hook.report import Report, reported
from pysentry_hook.reports.look import Look

SAVED = "Saved report"


def day_option(panel: str) -> Any:
    """The option of the day to judge as of."""
    return typer.Option("--date", metavar="DAY", help="Judge it as of this day, as 2027-01-31.", rich_help_panel=panel)


def branch_option(panel: str) -> Any:
    """The option of the branch to judge for."""
    return typer.Option(
        "--branch", metavar="NAME", help="Judge it as if this branch were built.", rich_help_panel=panel
    )


def judged_again(path: Path, flags: Flags, day: str | None, branch: str | None) -> tuple[Report, Look]:
    """Return a saved report as it is judged now, and how it is seen: with the words that judge it so again."""
    saved = open_report(path)
    policy, warnings = saved_policy(saved.policy, flags, branch=branch)
    warn(*warnings)
    judged = reported(saved, policy, judge(saved, policy, _day(day)))
    words = [*flags.words, *(["--branch", branch] if branch else [])]
    if judged.gate.day != saved.gate.day:
        words += ["--date", str(judged.gate.day)]
    view = look_at_saved(path)
    return judged, view._replace(again=f"{view.again} {shlex.join(words)}".rstrip())


def only_for_saved(day: str | None, branch: str | None) -> None:
    """UsageError for what is said of a saved report where a scan is made."""
    if day or branch:
        raise UsageError("--date and --branch judge a saved report: add --report report.json")


def _day(text: str | None) -> date:
    """The day to judge as of: today, UTC, where nobody says another."""
    if text is None:
        return datetime.now(UTC).date()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"--date: {text[:40]!r} is no day; give it as 2027-01-31") from error
