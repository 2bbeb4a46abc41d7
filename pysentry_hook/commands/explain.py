"""`explain`: why one finding blocks or not."""

from pathlib import Path
from typing import Annotated

import typer

from pysentry_hook.commands.options import takes_flags
from pysentry_hook.commands.running import audit, look, look_at_saved, open_report, prepare, say, write_out
from pysentry_hook.config.flags import Flags
from pysentry_hook.errors import UsageError
from pysentry_hook.model import parse_name
from pysentry_hook.report import Report
from pysentry_hook.reports.explain import chosen
from pysentry_hook.reports.explain import explain as explained
from pysentry_hook.reports.look import Look
from pysentry_hook.text import one_line, some


@takes_flags()
def explain(
    flags: Flags,
    identifier: Annotated[str, typer.Argument(metavar="ID", help="The id of a finding, or an alias of it.")],
    package: Annotated[
        str | None, typer.Option("--package", "-p", metavar="NAME", help="Only in this package.")
    ] = None,
    report: Annotated[Path | None, typer.Option(metavar="FILE", help="Look into this saved JSON report.")] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say what is sent where.")] = False,
) -> None:
    """Tell why a finding blocks or not: its rule, the ways in, what each source says, what would change it."""
    if package is not None and parse_name(package) is None:
        raise UsageError(f"--package: {one_line(package, 60)!r} is no name of a package, as requests")
    if report is not None:
        if len(flags.words):
            raise UsageError(
                f"--report looks into a saved report: {flags.words[0]} is for a scan; leave one of them out"
            )
        _tell(open_report(report), identifier, package, look_at_saved(report))
        return
    prepared = prepare(flags)
    result = audit(prepared, verbose=verbose)
    say(result.root, result.unreadable)
    _tell(result.report, identifier, package, look(prepared))


def _tell(report: Report, identifier: str, package: str | None, view: Look) -> None:
    verdicts = chosen(report, identifier, package and parse_name(package))
    if not verdicts:
        known = list(dict.fromkeys(finding.vulnerability.id for finding in report.findings))
        found = f"found: {some(known)}" if known else "nothing was found; name another project, or --report FILE"
        of = f" in {one_line(package, 60)}" if package else ""
        incomplete = "" if report.complete else "; the audit is incomplete, so it may be there all the same"
        raise UsageError(f"{one_line(identifier, 60)}{of} is not among the findings ({found}){incomplete}")
    write_out(explained(report, verdicts, view))
