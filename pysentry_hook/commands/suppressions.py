"""`suppressions add, list, renew, remove`: the accepted risks, kept in the configuration."""

import os
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from pysentry_hook.commands.helping import Group
from pysentry_hook.commands.running import origin_from_here
from pysentry_hook.config.edit import Target, added, nearest, removed, renewed, target_of
from pysentry_hook.config.files import configuration
from pysentry_hook.config.flags import Flags
from pysentry_hook.config.suppressions import parse_day, read_suppression
from pysentry_hook.config.variables import variable
from pysentry_hook.errors import ConfigError, InputError, UsageError
from pysentry_hook.inputs import open_input
from pysentry_hook.model import Inventory, parse_name
from pysentry_hook.output import write
from pysentry_hook.reading import audited, remarks
from pysentry_hook.rules import Place, Suppression
from pysentry_hook.text import count, one_line

suppressions = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None, cls=Group)

Id = Annotated[str, typer.Argument(metavar="ID", help="The id of an advisory, or an alias of it.")]
Package = Annotated[str | None, typer.Option("--package", "-p", metavar="NAME", help="Only in this package.")]
Reason = Annotated[str | None, typer.Option(metavar="TEXT", help="Why, in three words at least.")]
Expires = Annotated[
    str | None, typer.Option(metavar="DATE", help="The last day on which it holds, at most a year ahead.")
]
Project = Annotated[Path | None, typer.Option(metavar="FOLDER", help="The project; default: this folder.")]
File = Annotated[Path | None, typer.Option("--config", metavar="FILE", help="The file to write; default: the nearest.")]


_DIGITS = 5
"""Of a number of days; the calendar has an end."""


class _Known(NamedTuple):
    """What stands in the configuration of a project."""

    root: Path
    folder: str
    entries: Sequence[Suppression]
    today: date


@suppressions.command()
def add(
    identifier: Id,
    reason: Reason = None,
    expires: Expires = None,
    package: Package = None,
    version: Annotated[str | None, typer.Option(metavar="SPEC", help="Only in these versions, as <2.1.")] = None,
    group: Annotated[str | None, typer.Option(metavar="NAME", help="Only where nothing else brings it in.")] = None,
    until: Annotated[str | None, typer.Option(metavar="fixed", help="End when a fixed version is out.")] = None,
    owner: Annotated[str | None, typer.Option(metavar="NAME", help="Who answers for it.")] = None,
    project: Project = None,
    config: File = None,
) -> None:
    """Accept a finding until a day, with a reason.

    Example: pysentry-hook suppressions add CVE-2025-69872 -p diskcache --reason "the pickle path is closed" \
--expires 2027-03-31
    """
    known = _known(project)
    said = {
        "id": identifier, "package": package, "version": version, "group": group, "reason": reason,
        "expires": _last_day(expires, known.today) if expires else None, "until": until, "owner": owner,
    }  # fmt: skip
    entry = {key: value for key, value in said.items() if value is not None}
    read_suppression(entry, _fail, Place("", 1), known.today)
    for other in known.entries:
        narrowed = (other.version, other.group, other.until_fixed) == (version, group, until == "fixed")
        if narrowed and _is_same(other, identifier, package):
            _refuse_second(other, known.today)
    named = os.environ.get(variable("config"))
    target = _target(known, config or (Path(named) if named else None))
    text = target.read()
    _replace(target, added(target, text, entry), known.today)
    typer.echo(f"Accepted until {entry['expires']}, in {target.path}. Commit it, so that others see it.", err=True)


@suppressions.command("list")
def list_(
    expiring: Annotated[
        str | None, typer.Option(metavar="30d", help="Only those that end within this many days, or have ended.")
    ] = None,
    project: Project = None,
) -> None:
    """Show the accepted risks, those that end first at the top.

    Example: pysentry-hook suppressions list --expiring 30d
    """
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


@suppressions.command()
def renew(
    identifier: Id,
    expires: Expires = None,
    reason: Reason = None,
    package: Package = None,
    project: Project = None,
) -> None:
    """Let a suppression hold until a later day; a reason takes the place of the old one.

    Example: pysentry-hook suppressions renew CVE-2025-69872 -p diskcache --expires 2027-06-30 --reason "…"
    """
    known = _known(project)
    target, number, entry = _entry(known, identifier, package)
    if not expires:
        raise UsageError("--expires: say until which day it holds, as --expires 2027-01-31")
    day = _last_day(expires, known.today)
    changes: dict[str, object] = {"expires": day} | ({"reason": reason} if reason is not None else {})
    checked = {"id": entry.id, "reason": entry.reason if reason is None else reason, "expires": day}
    read_suppression(checked, _fail, Place("", 1), known.today)
    text = target.read()
    _replace(target, renewed(target, text, number, changes), known.today)
    typer.echo(f"Renewed until {day}, in {target.path}.", err=True)


@suppressions.command()
def remove(identifier: Id, package: Package = None, project: Project = None) -> None:
    """Take a suppression back: what it covers is judged again.

    Example: pysentry-hook suppressions remove CVE-2025-69872 -p diskcache
    """
    known = _known(project)
    target, number, entry = _entry(known, identifier, package)
    text = target.read()
    _replace(target, removed(target, text, number), known.today)
    typer.echo(f"{entry.told} is not accepted any more ({target.path}).", err=True)


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


def _entry(known: _Known, identifier: str, package: str | None) -> tuple[Target, int, Suppression]:
    """The one suppression that an id and a package name, and where it stands."""
    if package is not None and parse_name(package) is None:
        raise UsageError(f"--package: {one_line(package, 60)!r} is no name, as requests")
    found = [entry for entry in known.entries if _is_same(entry, identifier, package or entry.package)]
    if not found:
        raise UsageError(f"there is no suppression of {one_line(identifier, 60)}; see pysentry-hook suppressions list")
    if len(found) > 1:
        places = ", ".join(entry.rule.origin for entry in found)
        further = "change the file by hand" if len({entry.package for entry in found}) == 1 else "add -p NAME"
        raise UsageError(f"{count(len(found), 'suppression')} of {one_line(identifier, 60)} ({places}): {further}")
    place = found[0].rule.location
    if place is None or not place.path.endswith(".toml"):
        raise UsageError(f"{found[0].told} is a comment at {found[0].rule.origin}: change it there")
    target = target_of(known.root / place.path)
    same = target.suppressions(target.read(), known.today)
    # several entries of one array may stand on one line
    known_as = (place.line, found[0].id, found[0].package)
    number = [(_line(entry), entry.id, entry.package) for entry in same].index(known_as)
    return target, number, found[0]


def _line(entry: Suppression) -> int:
    return entry.rule.location.line if entry.rule.location else 0


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
