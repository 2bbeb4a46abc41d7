"""`render`: another format of a saved report."""

from pathlib import Path
from typing import Annotated

import typer

from pysentry_hook.commands.options import Detailed, Least, Outputs, Suppressed, formats_option
from pysentry_hook.commands.running import look_at_saved, open_report, tell
from pysentry_hook.config.kinds import nearest
from pysentry_hook.errors import UsageError
from pysentry_hook.model import Severity
from pysentry_hook.output import pair
from pysentry_hook.reports import FORMATS
from pysentry_hook.rules import LEVELS
from pysentry_hook.text import one_line


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
        detailed=bool(detailed), severity=_severity(severity), sarif_suppressed=sarif_suppressed
    )
    tell(open_report(report), targets, view, FORMATS)


def _severity(text: str | None) -> Severity | None:
    if text is None:
        return None
    if text not in LEVELS:
        hint = nearest(text, LEVELS)
        raise UsageError(f"--severity: {one_line(text, 40)!r} is no severity{hint}; known: {', '.join(LEVELS)}")
    return Severity[text.upper()]
