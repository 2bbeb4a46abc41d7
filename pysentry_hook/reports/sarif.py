"""Tell a report as SARIF 2.1.0, for the dashboards of code scanning."""

from pysentry_hook.report import Report
from pysentry_hook.reports.look import Look


def render(report: Report, look: Look) -> str:
    """Return the SARIF log as JSON; the same report gives the same bytes."""
    from pysentry_hook.reports.sarif_json import as_text  # with sarif_om: 80 ms, which only this format pays
    from pysentry_hook.reports.sarif_runs import log

    return as_text(log(report, look))
