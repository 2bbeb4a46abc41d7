"""`plan`: the changes that clear what blocks, tried with the resolver and judged by the same gates."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from pysentry_hook.baseline import Bases
from pysentry_hook.commands.options import Outputs, Quiet, Verbose, formats_option, takes_flags
from pysentry_hook.commands.progress import progress
from pysentry_hook.commands.running import Prepared, Scanning, prepare, say, scanning, tell
from pysentry_hook.commands.view import look
from pysentry_hook.config.flags import Flags
from pysentry_hook.errors import PysentryHookError, UnreadableInputsError, UsageError
from pysentry_hook.model import Inventory, NormalizedName
from pysentry_hook.output import pair
from pysentry_hook.plan import plan as planned
from pysentry_hook.plan.applying import Applying, further_words
from pysentry_hook.plan.bench import Bench, Outcome
from pysentry_hook.plan.project import Project, open_project
from pysentry_hook.proposal import Plan
from pysentry_hook.reading import Reading, read_inputs
from pysentry_hook.report import Report
from pysentry_hook.reports import PLAN_FORMATS
from pysentry_hook.resolvers.programs import Program, find_program
from pysentry_hook.resolving import Resolving
from pysentry_hook.scan import scan
from pysentry_hook.text import printable

_CHANGES = "Changes"


@takes_flags(but=("allow_empty",))
def plan(
    flags: Flags,
    apply: Annotated[
        bool,
        typer.Option("--apply", help="Make the changes; undo them if a second scan differs.", rich_help_panel=_CHANGES),
    ] = False,
    force: Annotated[
        bool,
        typer.Option("--force", help="With --apply: also in files that git has otherwise.", rich_help_panel=_CHANGES),
    ] = False,
    formats: Annotated[list[str] | None, formats_option(PLAN_FORMATS)] = None,
    output: Outputs = None,
    quiet: Quiet = None,
    verbose: Verbose = False,
) -> None:
    """Find the smallest changes that clear what blocks, tried with uv elsewhere."""
    if force and not apply:
        raise UsageError("--force: it is for --apply; say both, or neither")
    pair(formats or (), output or (), otherwise="human", known=PLAN_FORMATS)  # told before anything is read
    prepared = prepare(flags._replace(quiet=quiet))
    usual = prepared.settings.format if prepared.settings.format in PLAN_FORMATS else "human"
    otherwise = None if prepared.settings.quiet else usual
    targets = pair(formats or (), output or (), otherwise=otherwise, known=PLAN_FORMATS)
    problem: PysentryHookError | None = None
    with scanning(prepared.settings, verbose=verbose) as work:
        planning = Planning(prepared, work, datetime.now(UTC))
        made, outcome = planning.plan()
        if apply and (made.changes or made.cleared):
            try:
                made = planning.apply(made, outcome, forced=force)
            except PysentryHookError as error:
                problem = error
    view = look(prepared)
    if (words := further_words(prepared.tree, outcome.inventory, prepared.settings)) is not None:
        again = " ".join(filter(None, (view.program, "plan --apply", words, view.again)))
        view = view._replace(again_applies=again)
    tell(made, targets, view, PLAN_FORMATS)
    if problem:
        raise problem
    raise typer.Exit(exit_code(made, outcome.report))


def exit_code(made: Plan, after: Report) -> int:
    """0: nothing blocks after the changes; 1: something still does; 3: an answer that was due did not come.

    What blocks may be no finding: a quarantined project, or what is unchecked.
    """
    if made.held or made.introduced or after.gate.blocks:
        return 3 if made.failures and not made.changes and not made.complete else 1
    return 0 if made.complete else 3


def _uv(root: Path) -> Program:
    """The uv that tries a plan; UsageError where there is none outside of the project."""
    program = find_program("uv", root)
    if program is None:
        looked = "it is neither beside this program nor on PATH (never inside the project)"
        raise UsageError(f"plan needs uv, and {looked}; install it: pip install uv")
    return program


@dataclass(slots=True)
class Planning:
    """One run of the command."""

    prepared: Prepared
    work: Scanning
    now: datetime

    def plan(self) -> tuple[Plan, Outcome]:
        """Read the one input, judge it, and plan for it."""
        settings = self.prepared.settings
        read = self._read()
        program = _uv(read.root)
        (inventory,) = read.inventories
        installed = self._installed(read)

        def judged(state: Inventory) -> Report:
            return self._judged(replace(read, inventories=[state]))

        def opened(unusable: frozenset[NormalizedName], named: frozenset[NormalizedName]) -> Project:
            return open_project(inventory, installed, read.tree, settings, unusable=unusable, named=named)

        before = judged(installed)
        bench = Bench(opened(frozenset(), frozenset()), before, program, settings, judged, progress)
        return planned(bench, opened, self.now)

    def apply(self, made: Plan, outcome: Outcome, *, forced: bool) -> Plan:
        """Make the changes of a plan; return it as applied."""
        tree, settings = self.prepared.tree, self.prepared.settings

        def again() -> tuple[Inventory, Report]:
            read = read_inputs(settings, tree)
            state = self._installed(read)
            return state, self._judged(replace(read, inventories=[state]))

        with progress(f"applying to {made.path} …"):
            changed = Applying(
                tree=tree,
                plan=made,
                outcome=outcome,
                program=_uv(tree.root),
                settings=settings,
                again=again,
                forced=forced,
            ).apply()
        typer.echo(printable(f"Changed, and scanned again: {', '.join(changed)}"), err=True)
        return replace(made, applied=True)

    def _installed(self, read: Reading) -> Inventory:
        """What the one input installs."""
        resolving = Resolving(
            self.prepared.settings,
            root=read.root,
            http=self.work.http,
            cache=self.work.cache,
            now=self.now,
            log=self.work.log,
            progress=progress,
        )
        return replace(resolving.resolved(read.inventories[0]), requirements=())

    def _read(self) -> Reading:
        try:
            read = read_inputs(self.prepared.settings, self.prepared.tree)
        except UnreadableInputsError as error:
            say(error.root, error.errors)
            raise typer.Exit(error.exit_code) from error
        if len(read.inventories) != 1:
            named = ", ".join(inventory.path for inventory in read.inventories) or "nothing"
            raise UsageError(f"plan takes one input at a time, and this is {named}: name one of them")
        return read

    def _judged(self, read: Reading) -> Report:
        settings, work = self.prepared.settings, self.work
        work.http.begin_anew()
        bases = Bases(refs=(settings.against,)) if settings.against else Bases()
        return scan(
            settings, read, bases, http=work.http, cache=work.cache, now=self.now, log=work.log, progress=progress
        ).report
