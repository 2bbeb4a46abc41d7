"""`action STEP` (hidden): what the steps of action.yml run; inputs and the event come from the environment."""

import os
from typing import Annotated

import typer

from pysentry_hook.commands.action.runner import annotate
from pysentry_hook.commands.action.steps import STEPS
from pysentry_hook.errors import PysentryHookError, UsageError
from pysentry_hook.text import some


def action(
    step: Annotated[
        str, typer.Argument(metavar="STEP", help=f"{', '.join(STEPS)}.", autocompletion=lambda: list(STEPS))
    ],
) -> None:
    """Run one step of the GitHub Action."""
    if step not in STEPS:
        raise UsageError(f"{step!r} is no step; known: {some(list(STEPS))}")
    try:
        code = STEPS[step](os.environ)
    except PysentryHookError as error:
        annotate("error", "pysentry-hook", str(error))
        raise
    raise typer.Exit(code)
