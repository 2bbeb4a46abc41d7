"""`config init, import, show, validate, path, schema`: the configuration."""

import json
import os
import shlex
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from pysentry_hook.commands.helping import Commands
from pysentry_hook.commands.importing import import_
from pysentry_hook.commands.running import configured, origin_from_here, warn
from pysentry_hook.config.edit import Target, line_end, nearest, target_for
from pysentry_hook.config.files import OURS, TABLE, Configuration, configuration
from pysentry_hook.config.flags import Flags
from pysentry_hook.config.schema import config_schema
from pysentry_hook.config.settings import Settings, said_by, settle
from pysentry_hook.config.showing import shown
from pysentry_hook.config.templates import template
from pysentry_hook.errors import ConfigError, UsageError
from pysentry_hook.output import write
from pysentry_hook.policy.choice import choose
from pysentry_hook.reading import audited
from pysentry_hook.text import count, printable

config = Commands("The configuration.", example="pysentry-hook config init")

Project = Annotated[Path | None, typer.Argument(metavar="[PATH]", help="A project or a file; default: this folder.")]


@config.add("pysentry-hook config init --full -o -")
def init(
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="The file, as pyproject.toml; default: the nearest; -: stdout.",
        ),
    ] = None,
    full: Annotated[bool, typer.Option("--full/--minimal", help="Every setting, or the usual ones.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Take the place of a file that is there.")] = False,
) -> None:
    """Write a commented configuration file."""
    is_shown = output == "-"
    target = Target(Path(), ()) if is_shown else _written(Path(output) if output else None)
    if force and (target.table or is_shown):
        raise UsageError("--force: it takes the place of a file of ours, and of nothing else; leave it out")
    text = template("".join(f"{key}." for key in target.table), full=full)
    if is_shown:
        sys.stdout.write(text)
        return
    if target.table and target.path.exists():
        text = _with_tables(target, text)
    elif target.path.exists() and not force:
        raise UsageError(f"{target.path} is there already; --force takes its place")
    write(target.path, text)
    typer.echo(f"Wrote {target.path}. See what holds now: pysentry-hook config show", err=True)


def _written(named: Path | None) -> Target:
    """The file that is written, as it is called here; UsageError where a folder above has it already."""
    tree, folder = audited(())
    target = target_for(named, os.environ, tree.root, folder)
    if named is None and target.path.parts[0] == os.pardir:
        raise UsageError(f"{target.path} holds here already; edit it, or write another that comes first: -o FILE")
    return target


def _with_tables(target: Target, tables: str) -> str:
    """The text of a manifest with our tables behind what it holds, in its own line ends."""
    before = target.read()
    if target.values(before):
        raise UsageError(f"{target.path} has a table [{'.'.join(TABLE)}] already; edit it, or write to {OURS}")
    end = line_end(before)
    gap = "" if not before else end if before.endswith("\n") else end * 2
    text = before + gap + tables.replace("\n", end)
    try:
        target.parse(text)
    except ConfigError as error:
        raise UsageError(f"{target.path}: no table can be added to it; write to {OURS}") from error
    return text


config.add("pysentry-hook config import -o pyproject.toml", name="import")(import_)


@config.add("pysentry-hook config show")
def show(project: Project = None) -> None:
    """Show each setting, the gates, and where every value comes from, as a file that can be pasted from."""
    files, settings, root, _ = _read(project)
    chosen = choose(settings.policy)
    known = {**files.settings(), **said_by(os.environ, files).settings}
    for line in shown(settings, known, lambda each: origin_from_here(root, each.origin, each.location)):
        typer.echo(printable(line))
    typer.echo()
    gates = " and ".join(gate.name for gate in chosen.gates)
    typer.echo(printable(f"# Here and now judges gate {gates}: {chosen.why}"))


@config.add("pysentry-hook config validate")
def validate(project: Project = None) -> None:
    """Check the configuration of a project, or one file: exit code 2 names file, line and the nearest known key."""
    files, settings, root, _ = _read(project)
    if not files.files:
        typer.echo("There is no configuration file; the defaults hold.")
    choose(settings.policy)
    for file in files.files:
        typer.echo(f"{os.path.relpath(root / file.path)}: valid")
    if files.files:
        number = len(files.suppressions())
        names = sorted({name for said in files.below for name in said.gates})
        gates = f"{count(len(names), 'gate')} ({', '.join(names)})" if names else "no gate of its own"
        typer.echo(f"{count(len(files.settings()), 'setting')}, {gates}, {count(number, 'suppression')}")
    for entry in files.suppressions():
        if entry.has_ended(settings.today):
            where = origin_from_here(root, entry.rule.origin, entry.rule.location)
            warn(f"{entry.told} is accepted no more: that ended on {entry.expires} ({where})")


@config.add("pysentry-hook config path")
def path(project: Project = None) -> None:
    """Show which configuration files are read, the nearest first."""
    files, _, root, folder = _read(project)
    for file in files.files:
        typer.echo(os.path.relpath(root / file.path))
    if not files.files:
        new = shlex.quote(os.path.relpath(nearest(root, folder).path))
        typer.echo(f"There is no configuration file; write one: pysentry-hook config init -o {new}", err=True)


@config.add("pysentry-hook config schema > pysentry-hook.schema.json")
def schema(
    report: Annotated[bool, typer.Option("--report", help="That of the JSON report instead.")] = False,
    plan: Annotated[bool, typer.Option("--plan", help="That of a plan in JSON instead.")] = False,
) -> None:
    """Print the JSON Schema of the configuration, for editors, or of the JSON report or plan."""
    from pysentry_hook.reports import documents

    if report and plan:
        raise UsageError("--report and --plan exclude each other: say one of them")
    kind = documents.REPORT if report else documents.PLAN if plan else None
    chosen = documents.schema(kind) if kind else config_schema()
    sys.stdout.write(json.dumps(chosen, indent=2, ensure_ascii=False) + "\n")


def _read(project: Path | None) -> tuple[Configuration, Settings, Path, str]:
    """What all files say of a project, or what one file says that was named; the root of their paths, and the folder.

    What they warn of is said.
    """
    today = datetime.now(UTC).date()
    flags = Flags()
    if project is not None and project.is_file():
        flags = flags._replace(config=project)
    tree, folder = audited((project,) if project else ())
    with configured(flags, tree, tree.root) as of:
        files = configuration(flags, os.environ, tree=of, root=tree.root, folder=folder, today=today)
    warn(*files.warnings)
    return files, settle(flags, os.environ, files, today), tree.root, folder
