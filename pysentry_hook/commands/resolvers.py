"""`resolvers`: which resolvers there are, and which one would be used."""

from pathlib import Path

import typer

from pysentry_hook.resolvers import RESOLVERS, installed
from pysentry_hook.tree import repository_root


def resolvers() -> None:
    """Show each resolver with its version and place, and which would be used."""
    used = False
    for name, program in installed(repository_root([Path()])):
        if program is None:
            looked = f"looked for {RESOLVERS[name].PROGRAM} beside this program and on PATH"
            typer.echo(f"{name:<10} not installed; {looked}")
            continue
        typer.echo(f"{name:<10} {program.version:<10} {program.path}{'' if used else '   used by default'}")
        used = True
    if not used:
        typer.echo("Nothing resolves what is not pinned: pip install uv, or pip install pip-tools")
