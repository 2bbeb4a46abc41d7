"""`render`: another format of a saved report."""

from pathlib import Path
from typing import Annotated

import typer

from pysentry_hook.commands.options import Detailed, Least, Outputs, Suppressed, formats_option
from pysentry_hook.commands.running import open_report, tell
from pysentry_hook.commands.view import look_at_saved
from pysentry_hook.config.words import least_severity
from pysentry_hook.output import pair
from pysentry_hook.reports import FORMATS


def render(
    report: Annotated[Path, typer.Argument(metavar="REPORT", help="A report that was saved with -o report.json.")],
    formats: Annotated[list[str] | None, formats_option(FORMATS)] = None,
    output: Outputs = None,
    severity: Least = None,
    detailed: Detailed = None,
    sarif_suppressed: Suppressed = False,
) -> None:
    """Make another format of a saved report: the same bytes as the scan itself would have made."""
    targets = pair(formats or (), output or (), otherwise=None if output else "human")
    view = look_at_saved(report)._replace(
        detailed=bool(detailed), severity=least_severity(severity, None), sarif_suppressed=sarif_suppressed
    )
    tell(open_report(report), targets, view, FORMATS)
