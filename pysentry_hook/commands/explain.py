"""`explain`: why one finding blocks or not."""

from pathlib import Path
from typing import Annotated

import typer

from pysentry_hook.commands.helping import rarely
from pysentry_hook.commands.judging import SAVED, branch_option, day_option, judged_again, only_for_saved
from pysentry_hook.commands.options import Verbose, takes_flags
from pysentry_hook.commands.running import audit, open_report, prepare, say, write_out
from pysentry_hook.commands.view import look, look_at_saved
from pysentry_hook.config.flags import Flags
from pysentry_hook.errors import UsageError
from pysentry_hook.model import parse_name
from pysentry_hook.report import Report
from pysentry_hook.reports.explain import chosen
from pysentry_hook.reports.explain import explain as explained
from pysentry_hook.reports.look import Look
from pysentry_hook.text import one_line, some

_FINDING = "Finding"


@takes_flags()
def explain(
    flags: Flags,
    identifier: Annotated[
        str,
        typer.Argument(metavar="ID", help="The id of a finding, or an alias of it.", rich_help_panel=_FINDING),
    ],
    package: Annotated[
        str | None,
        typer.Option("--package", "-p", metavar="NAME", help="Only in this package.", rich_help_panel=_FINDING),
    ] = None,
    report: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Look into this saved JSON report.", rich_help_panel=_FINDING)
    ] = None,
    day: Annotated[str | None, day_option(rarely(SAVED))] = None,
    branch: Annotated[str | None, branch_option(rarely(SAVED))] = None,
    verbose: Verbose = False,
) -> None:
    """Tell why a finding blocks or not: its rule, the ways in, what each source says, what would change it."""
    if package is not None and parse_name(package) is None:
        raise UsageError(f"--package: {one_line(package, 60)!r} is no name of a package, as requests")
    if report is not None:
        if flags.words or day or branch:
            found, view = judged_again(report, flags, day, branch)
        else:  # as it was judged when it was saved
            found, view = open_report(report), look_at_saved(report)
        _tell(found, identifier, package, view)
        return
    only_for_saved(day, branch)
    prepared = prepare(flags)
    result = audit(prepared, verbose=verbose)
    say(result.root, result.unreadable)
    _tell(result.report, identifier, package, look(prepared))


def _tell(report: Report, identifier: str, package: str | None, view: Look) -> None:
    verdicts = chosen(report, identifier, package and parse_name(package))
    if not verdicts:
        found = _found(report, identifier, package)
        incomplete = "" if report.complete else "; the audit is incomplete, so it may be there all the same"
        of = f" in {one_line(package, 60)}" if package else ""
        raise UsageError(f"{one_line(identifier, 60)}{of} is not among the findings ({found}){incomplete}")
    write_out(explained(report, verdicts, view))


def _found(report: Report, identifier: str, package: str | None) -> str:
    """What there is of the same id in other packages, else of the same package, else at all."""
    same = chosen(report, identifier, None)
    if same:
        return f"found in {some(sorted({verdict.finding.dependency.name for verdict in same}))}; name one: -p NAME"
    name = parse_name(package) if package else None
    of_package = [finding for finding in report.findings if finding.dependency.name == name]
    known = list(dict.fromkeys(finding.vulnerability.id for finding in of_package or report.findings))
    return f"found: {some(known)}" if known else "nothing was found; name another project, or --report FILE"
