"""`config import`: what other audit tools accept, as suppressions of ours."""

import os
import shlex
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from pysentry_hook.commands.accepted import Project, accepted, project_in
from pysentry_hook.config.edit import Target, added, target_for
from pysentry_hook.config.files import PEERS
from pysentry_hook.config.imported.accepted import Found, Untaken
from pysentry_hook.config.imported.entries import MARK, Entry, Planned, Present, numbers, planned
from pysentry_hook.config.imported.places import PLACES, read_place, usual_places
from pysentry_hook.config.lines import Lines
from pysentry_hook.errors import ConfigError, InputError, UsageError
from pysentry_hook.output import write
from pysentry_hook.text import count, printable
from pysentry_hook.tree import FolderTree


def import_(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE]...", help=f"What to read; default: {PLACES}.")
    ] = None,
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="FILE", help="The file to write; default: the nearest; -: stdout."),
    ] = None,
    project: Annotated[Path | None, typer.Option(metavar="FOLDER", help="The project; default: this folder.")] = None,
) -> None:
    """Take over what pip-audit, safety, osv-scanner and uv audit accept.

    What nobody knows yet, as a reason or a last day, is marked TODO: until it is filled in, the file is refused.
    """
    here = project_in(project)
    is_shown = output == "-"
    named = Path(output) if output and not is_shown else None
    target = target_for(named, os.environ, here.tree.root, here.folder)
    before = target.read()
    looked, found = _named(here, files) if files else _usual(here)
    plan = list(planned(found, _known(here) | _written(target, before), here.today))
    if files and not plan:
        raise UsageError(
            f"nothing is accepted in {', '.join(map(str, files))}, so there is nothing to import; name another file"
        )
    entries = [each for each in plan if isinstance(each, Entry)]
    text = "" if is_shown else before
    for entry in entries:
        text = added(target, text, entry.table, entry.comment)
    if is_shown:
        sys.stdout.write(text)
    elif entries:
        write(target.path, text)
    places = ["stdout"] * len(entries) if is_shown else _places(target, text, len(entries))
    for line in (*_told(here, looked, plan, places), *_next(target, entries, is_shown=is_shown)):
        typer.echo(printable(line), err=True)


def _usual(here: Project) -> tuple[Sequence[str], Sequence[Found]]:
    """What the usual places of a project say, with the names of those that are there."""
    places = list(usual_places(here.tree, here.folder))
    looked = [place for place in places if not isinstance(place, Untaken)]
    untaken = [place for place in places if isinstance(place, Untaken)]
    return looked, [*(each for path in looked for each in _ordered(here.tree, path, path)), *untaken]


def _named(here: Project, files: Sequence[Path]) -> tuple[Sequence[str], Sequence[Found]]:
    """What files say that were named; InputError for one that cannot be read."""
    found: list[Found] = []
    looked = []
    for file in files:
        whole = file.parent.resolve() / file.name
        inside = whole.is_relative_to(here.tree.root)
        path = whole.relative_to(here.tree.root).as_posix() if inside else str(whole)
        tree, within = (here.tree, path) if inside else (FolderTree(whole.parent), whole.name)
        try:
            tree.read(within)
        except InputError as error:
            raise UsageError(error.told(str(file))) from error
        looked.append(path)
        found.extend(_ordered(tree, within, path))
    return looked, found


def _ordered(tree: FolderTree, within: str, path: str) -> Sequence[Found]:
    """What one file says, from its first line to its last, each once."""
    if path.rpartition("/")[2] == PEERS:
        return [Untaken(path, 1, "pysentry's own configuration holds here as it stands; see pysentry-hook config show")]
    try:
        found = dict.fromkeys(read_place(path, tree.read(within)))
    except InputError as error:
        return [Untaken(path, error.line or 1, error.detail)]
    return sorted(found, key=lambda each: each.line)


def _known(here: Project) -> dict[str, str]:
    """The ids that are accepted in the configuration of a project, in capitals, with their places.

    Where it is refused, for something that is still to be filled in as well, its own file is compared alone.
    """
    try:
        return {entry.id.upper(): entry.rule.origin for entry in accepted(here) if entry.id}
    except ConfigError:
        return {}


def _written(target: Target, text: str) -> dict[str, str]:
    """The names in the file that is written, also where it is refused as a configuration."""
    told = os.path.relpath(target.path)
    entries = target.values(text).get("suppressions")
    named = entries if isinstance(entries, list) else []
    ids = [str(entry.get("id")).upper() if isinstance(entry, dict) else "" for entry in named]
    found = dict(zip(ids, _places(target, text, len(ids)), strict=True)) if ids else {}
    return {name: f"{told}:{line}" for name, line in numbers(text)} | found


def _places(target: Target, text: str, number: int) -> Sequence[str]:
    """Where the last suppressions of a file stand."""
    lines = Lines(text.removeprefix("\ufeff"))
    total = len(target.values(text).get("suppressions", ()))
    path = (*target.table, "suppressions")
    return [f"{os.path.relpath(target.path)}:{lines.line((*path, n))}" for n in range(total - number, total)]


def _told(here: Project, looked: Sequence[str], plan: Sequence[Planned], places: Sequence[str]) -> Iterator[str]:
    """Where was looked, and what became of each; `places` are those of the suppressions that were made."""
    yield f"Looked at {', '.join(map(here.told, looked)) or f'nothing: none of the usual places is there ({PLACES})'}."
    left = iter(places)
    for each in plan:
        if isinstance(each, Untaken):
            continue
        place = f"{here.told(each.said.path)}:{each.said.line}"
        if isinstance(each, Present):
            yield f"  {place}  {each.said.name}: accepted already ({each.place})"
        else:
            state = f"fill in {', '.join(each.open)}" if each.open else f"until {each.table['expires']}"
            yield f"  {place}  {each.said.name} -> {next(left)}: {state}"
    untaken = [each for each in plan if isinstance(each, Untaken)]
    if untaken:
        yield f"Not taken over ({len(untaken)}):"
    yield from (f"  {here.told(each.path)}:{each.line}  {each.why}" for each in untaken)


def _next(target: Target, entries: Sequence[Entry], *, is_shown: bool) -> Iterator[str]:
    """What was written, and what is to be done now."""
    told = os.path.relpath(target.path)
    unfinished = sum(1 for entry in entries if entry.open)
    if not entries:
        yield "Nothing new is accepted there, so nothing was written."
        return
    yield f"{'Printed' if is_shown else 'Wrote'} {count(len(entries), 'suppression')} for {told}."
    if unfinished:
        yield f"{unfinished} of them have a {MARK}: until it is filled in, {told} is refused and nothing is scanned."
    steps = ["put them there"] if is_shown else []
    steps += [f"fill in each {MARK}"] if unfinished else []
    yield f"Next: {', then '.join([*steps, f'pysentry-hook config validate {shlex.quote(told)}'])}"
