"""`plan`: the changes that clear what blocks, tried with the resolver and judged by the same gate."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated

import typer

from pysentry_hook.baseline import Bases
from pysentry_hook.commands.options import takes_flags
from pysentry_hook.commands.progress import progress
from pysentry_hook.commands.running import prepare, say, scanning
from pysentry_hook.config import Flags
from pysentry_hook.errors import UnreadableInputsError
from pysentry_hook.model import Inventory
from pysentry_hook.reading import read_inputs
from pysentry_hook.report import Report


@takes_flags()
def plan(
    flags: Flags,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say what is sent where.")] = False,
) -> None:
    """Find the smallest changes that clear what blocks, and try them.

    Example: pysentry-hook plan
    """
    from pysentry_hook import resolvers
    from pysentry_hook.plan import plan as make
    from pysentry_hook.plan.project import open_project
    from pysentry_hook.resolving import Resolving
    from pysentry_hook.scan import scan

    prepared = prepare(flags)
    settings = prepared.settings
    now = datetime.now(UTC)
    with scanning(settings, verbose=verbose) as work:
        try:
            read = read_inputs(settings, prepared.tree)
        except UnreadableInputsError as error:
            say(error.root, error.errors)
            raise typer.Exit(error.exit_code) from error
        (inventory,) = read.inventories
        resolving = Resolving(
            settings, root=read.root, http=work.http, cache=work.cache, now=now, log=work.log, progress=progress
        )
        resolved = replace(resolving.resolved(inventory), requirements=())
        bases = Bases(refs=(settings.against,)) if settings.against else Bases()

        def judged(inv: Inventory) -> Report:
            reading = replace(read, inventories=[inv])
            return scan(
                settings, reading, bases, http=work.http, cache=work.cache, now=now, log=work.log, progress=progress
            ).report

        before = judged(resolved)
        _, program = resolvers.find("uv", read.root)

        def opened(unusable):
            return open_project(inventory, resolved, read.tree, settings, unusable=unusable)

        made, _ = make(opened, before, program=program, settings=settings, scan=judged, now=now)

    for key in ("runs", "complete", "failures", "before", "after", "moves", "introduced", "commands", "notes"):
        print(key, getattr(made, key))
    for x in made.changes:
        print(x.kind.value, x.ask, x.edits)
    print("cleared", len(made.cleared))
    for line in dict.fromkeys((x.seen.package, str(x.seen.version), x.reason[:250], x.chain, x.exception) for x in made.held): print(*line)
