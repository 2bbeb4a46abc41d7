"""`suppressions add, list, renew, remove`: the accepted risks, kept in the configuration."""

import os
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from pysentry_hook.commands.helping import Commands
from pysentry_hook.commands.running import origin_from_here
from pysentry_hook.config.edit import Target, added, nearest, removed, renewed, target_of
from pysentry_hook.config.files import configuration
from pysentry_hook.config.flags import Flags
from pysentry_hook.config.suppressions import parse_day, read_suppression
from pysentry_hook.config.variables import variable
from pysentry_hook.errors import ConfigError, InputError, UsageError
from pysentry_hook.inputs import open_input
from pysentry_hook.model import Inventory, normalize, parse_name
from pysentry_hook.output import write
from pysentry_hook.reading import audited, remarks
from pysentry_hook.rules import Place, Suppression
from pysentry_hook.text import count, one_line

suppressions = Commands("The accepted risks, kept in the configuration.", example="pysentry-hook suppressions list")

Id = Annotated[str, typer.Argument(metavar="ID", help="The id of an advisory, or an alias of it.")]
Package = Annotated[str | None, typer.Option("--package", "-p", metavar="NAME", help="Only in this package.")]
Reason = Annotated[str | None, typer.Option(metavar="TEXT", help="Why, in three words at least.")]
Expires = Annotated[
    str | None, typer.Option(metavar="DATE", help="The last day on which it holds, at most a year ahead.")
]
Version = Annotated[str | None, typer.Option(metavar="SPEC", help="Only in these versions, as <2.1.")]
Scope = Annotated[str | None, typer.Option("--group", metavar="NAME", help="Only where nothing else brings it in.")]
Project = Annotated[Path | None, typer.Option(metavar="FOLDER", help="The project; default: this folder.")]
File = Annotated[Path | None, typer.Option("--config", metavar="FILE", help="The file to write; default: the nearest.")]

_LATER = datetime.now(UTC).date() + timedelta(days=90)
"""The day of the examples, which work as they are written."""
_DIGITS = 5
"""Of a number of days; the calendar has an end."""


class _Known(NamedTuple):
    """What stands in the configuration of a project."""

    root: Path
    folder: str
    entries: Sequence[Suppression]
    today: date


class _Narrow(NamedTuple):
    """What a suppression that is looked for is limited to; None: to anything."""

    package: str | None
    version: str | None
    group: str | None


@suppressions.add(
    "pysentry-hook suppressions add CVE-2025-69872 -p diskcache \\\n"
    f'  --reason "the pickle path is closed" --expires {_LATER}'
)
def add(
    identifier: Id,
    reason: Reason = None,
    expires: Expires = None,
    package: Package = None,
    version: Version = None,
    group: Scope = None,
    until: Annotated[
        str | None,
        typer.Option(metavar="fixed", help="End when a fixed version is out.", autocompletion=lambda: ["fixed"]),
    ] = None,
    owner: Annotated[str | None, typer.Option(metavar="NAME", help="Who answers for it.")] = None,
    project: Project = None,
    config: File = None,
) -> None:
    """Accept a finding until a day, with a reason."""
    known = _known(project)
    said = {
        "id": identifier, "package": package, "version": version, "group": group, "reason": reason,
        "expires": _last_day(expires, known.today) if expires else None, "until": until, "owner": owner,
    }  # fmt: skip
    entry = {key: value for key, value in said.items() if value is not None}
    new = read_suppression(entry, _fail, Place("", 1), known.today)
    for other in known.entries:
        narrowed = (other.version, other.group, other.until_fixed) == (new.version, new.group, new.until_fixed)
        if narrowed and _is_same(other, identifier, package):
            _refuse_second(other, known.today)
    named = os.environ.get(variable("config"))
    target = _target(known, config or (Path(named) if named else None))
    text = target.read()
    _replace(target, added(target, text, entry), known.today)
    typer.echo(
        f"Accepted until {entry['expires']}, in {_from_here(target)}. Commit it, so that others see it.", err=True
    )


@suppressions.add("pysentry-hook suppressions list --expiring 30d", name="list")
def list_(
    expiring: Annotated[
        str | None, typer.Option(metavar="30d", help="Only those that end within this many days, or have ended.")
    ] = None,
    project: Project = None,
) -> None:
    """Show the accepted risks, those that end first at the top."""
    known = _known(project)
    entries = sorted(known.entries, key=lambda entry: (entry.expires or date.max, entry.told))
    if expiring is not None:
        latest = known.today + timedelta(days=_days(expiring))
        entries = [entry for entry in entries if entry.expires and entry.expires <= latest]
    for entry in entries:
        ended = " (ended)" if entry.expires and entry.expires < known.today else ""
        owner = f"  owner {entry.owner}" if entry.owner else ""
        place = origin_from_here(known.root, entry.rule.origin, entry.rule.location)
        typer.echo(f"{entry.expires}{ended}  {entry.told}  {_narrow(entry)}{place}{owner}")
        typer.echo(f"            {entry.reason}")
    if not entries:
        typer.echo("No suppressions." if expiring is None else f"No suppression ends within {_days(expiring)} days.")


@suppressions.add(f"pysentry-hook suppressions renew CVE-2025-69872 --expires {_LATER}")
def renew(
    identifier: Id,
    expires: Expires = None,
    reason: Reason = None,
    package: Package = None,
    version: Version = None,
    group: Scope = None,
    project: Project = None,
) -> None:
    """Let a suppression hold until a later day; a reason takes the place of the old one."""
    known = _known(project)
    target, number, entry = _entry(known, identifier, _Narrow(package, version, group))
    if not expires:
        raise UsageError("--expires: say until which day it holds, as --expires 2027-01-31")
    day = _last_day(expires, known.today)
    changes: dict[str, object] = {"expires": day} | ({"reason": reason} if reason is not None else {})
    checked = {"id": entry.id, "reason": entry.reason if reason is None else reason, "expires": day}
    read_suppression(checked, _fail, Place("", 1), known.today)
    text = target.read()
    _replace(target, renewed(target, text, number, changes), known.today)
    typer.echo(f"Renewed until {day}, in {_from_here(target)}.", err=True)


@suppressions.add("pysentry-hook suppressions remove CVE-2025-69872 -p diskcache")
def remove(
    identifier: Id, package: Package = None, version: Version = None, group: Scope = None, project: Project = None
) -> None:
    """Take a suppression back: what it covers is judged again."""
    known = _known(project)
    target, number, entry = _entry(known, identifier, _Narrow(package, version, group))
    text = target.read()
    _replace(target, removed(target, text, number), known.today)
    typer.echo(f"{entry.told} is not accepted any more ({_from_here(target)}).", err=True)


def _from_here(target: Target) -> str:
    return os.path.relpath(target.path)


def _known(project: Path | None) -> _Known:
    """Read the suppressions of a project, expired ones included; their ends are not judged here."""
    today = datetime.now(UTC).date()
    tree, folder = audited((project,) if project else ())
    found = configuration(Flags(), os.environ, tree=tree, root=tree.root, folder=folder, today=today)
    inline: Sequence[Suppression] = ()
    with suppress(InputError):  # what cannot be read holds no comments; a scan tells of it
        opened = open_input(tree, folder)
        if isinstance(opened.result, Inventory):
            inline = tuple(remarks([opened.result], today, tree.root))
    return _Known(tree.root, folder, (*found.suppressions(), *inline), today)


def _target(known: _Known, config: Path | None) -> Target:
    """The file that takes a new suppression."""
    return target_of(config) if config is not None else nearest(known.root, known.folder)


def _entry(known: _Known, identifier: str, to: _Narrow) -> tuple[Target, int, Suppression]:
    """The one suppression that an id and what narrows it name, and where it stands."""
    if to.package is not None and parse_name(to.package) is None:
        raise UsageError(f"--package: {one_line(to.package, 60)!r} is no name, as requests")
    found = [
        entry
        for entry in known.entries
        if _is_same(entry, identifier, to.package or entry.package)
        and to.version in {None, entry.version}
        and (to.group is None or normalize(to.group) == entry.group)
    ]
    if not found:
        raise UsageError(f"there is no suppression of {one_line(identifier, 60)}; see pysentry-hook suppressions list")
    if len(found) > 1:
        places = ", ".join(entry.rule.origin for entry in found)
        raise UsageError(
            f"{count(len(found), 'suppression')} of {one_line(identifier, 60)} ({places}): {_apart(found)}"
        )
    place = found[0].rule.location
    if place is None or not place.path.endswith(".toml"):
        raise UsageError(f"{found[0].told} is a comment at {found[0].rule.origin}: change it there")
    target = target_of(known.root / place.path)
    same = target.suppressions(target.read(), known.today)
    # several entries of one array may stand on one line
    number = [_named(entry) for entry in same].index(_named(found[0]))
    return target, number, found[0]


def _named(entry: Suppression) -> tuple[object, ...]:
    """What tells a suppression from the others of its file."""
    line = entry.rule.location.line if entry.rule.location else 0
    return line, entry.id, entry.package, entry.version, entry.group


def _apart(found: Sequence[Suppression]) -> str:
    """The options that would name one of several."""
    kinds: dict[str, set[str | None]] = {
        "-p NAME": {entry.package for entry in found},
        "--version SPEC": {entry.version for entry in found},
        "--group NAME": {entry.group for entry in found},
    }
    options = [option for option, values in kinds.items() if len(values) > 1]
    return f"add {' or '.join(options)}" if options else "change the file by hand"


def _is_same(entry: Suppression, identifier: str, package: str | None) -> bool:
    name = parse_name(package) if package else None
    return (entry.id or "").upper() == identifier.upper() and entry.package == name


def _last_day(text: str, today: date) -> date:
    day = parse_day(text)
    if day is None:
        raise UsageError(f"--expires: {one_line(text, 40)!r} is no day; give it as 2027-01-31")
    if day < today:
        raise UsageError(f"--expires: {day} is over, so nothing would be accepted; give a day after {today} (UTC)")
    return day


def _refuse_second(other: Suppression, today: date) -> None:
    """Refuse to accept once more what is accepted; a comment that has ended is no obstacle."""
    ended = other.expires is not None and other.expires < today
    place = other.rule.location
    if ended and place and not place.path.endswith(".toml"):
        return
    verb = "was accepted" if ended else "is accepted already,"
    raise UsageError(f"{other.told} {verb} until {other.expires} ({other.rule.origin}): renew it (suppressions renew)")


def _replace(target: Target, changed: str, today: date) -> None:
    """Write a changed text after it was read back."""
    target.suppressions(changed, today)
    write(target.path, changed)


def _fail(detail: str, key: str) -> ConfigError:
    name = "ID" if key == "id" else f"--{key}"
    return ConfigError(f"{name}{detail.removeprefix(f'suppressions.{key}')}")


def _days(text: str) -> int:
    number = text.removesuffix("d")
    if not number.isdecimal() or len(number) > _DIGITS:
        raise UsageError(f"--expiring: {one_line(text, 40)!r} is no number of days; give it as 30d")
    return int(number)


def _narrow(entry: Suppression) -> str:
    """What a suppression is limited to."""
    parts = [entry.version, entry.group and f"group {entry.group}", "until fixed" if entry.until_fixed else None]
    told = ", ".join(part for part in parts if part)
    return f"({told})  " if told else ""
