"""`suppressions add, list, renew, remove`: the accepted risks, kept in the configuration."""

import os
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from pysentry_hook.commands.accepted import Project, accepted, comments, project_in
from pysentry_hook.commands.helping import Commands
from pysentry_hook.commands.running import origin_from_here
from pysentry_hook.config.edit import Target, added, removed, renewed, target_for, target_of
from pysentry_hook.config.suppressions import parse_day, read_suppression
from pysentry_hook.errors import ConfigError, UsageError
from pysentry_hook.model import normalize, parse_name
from pysentry_hook.output import write
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
In = Annotated[Path | None, typer.Option(metavar="FOLDER", help="The project; default: this folder.")]
File = Annotated[Path | None, typer.Option("--config", metavar="FILE", help="The file to write; default: the nearest.")]

_LATER = datetime.now(UTC).date() + timedelta(days=90)
"""The day of the examples, which work as they are written."""
_DIGITS = 5
"""Of a number of days; the calendar has an end."""


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
    project: In = None,
    config: File = None,
) -> None:
    """Accept a finding until a day, with a reason."""
    here = project_in(project)
    target = target_for(config, os.environ, here.tree.root, here.folder)
    said = {
        "id": identifier, "package": package, "version": version, "group": group, "reason": reason,
        "expires": _last_day(expires, here.today) if expires else None, "until": until, "owner": owner,
    }  # fmt: skip
    entry = {key: value for key, value in said.items() if value is not None}
    new = read_suppression(entry, _fail, Place("", 1), here.today)
    text = target.read()
    for other in (*target.suppressions(text, here.today), *comments(here)) if config else accepted(here):
        narrowed = (other.version, other.group, other.until_fixed) == (new.version, new.group, new.until_fixed)
        if narrowed and other.reason and _is_same(other, identifier, package):
            _refuse_second(other, here.today)
    _replace(target, added(target, text, entry), here.today)
    typer.echo(
        f"Accepted until {entry['expires']}, in {_from_here(target)}. Commit it, so that others see it.", err=True
    )


@suppressions.add("pysentry-hook suppressions list --expiring 30d", name="list")
def list_(
    expiring: Annotated[
        str | None, typer.Option(metavar="30d", help="Only those that end within this many days, or have ended.")
    ] = None,
    project: In = None,
) -> None:
    """Show the accepted risks, those that end first at the top."""
    here = project_in(project)
    entries = sorted(accepted(here), key=lambda entry: (entry.expires or date.max, entry.told))
    if expiring is not None:
        latest = here.today + timedelta(days=_days(expiring))
        entries = [entry for entry in entries if entry.expires and entry.expires <= latest]
    for entry in entries:
        ended = " (ended)" if entry.has_ended(here.today) else ""
        owner = f"  owner {entry.owner}" if entry.owner else ""
        place = origin_from_here(here.tree.root, entry.rule.origin, entry.rule.location)
        typer.echo(f"{entry.expires or 'no end    '}{ended}  {entry.told}  {_narrow(entry)}{place}{owner}")
        typer.echo(f"            {entry.reason or 'no reason given'}")
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
    project: In = None,
) -> None:
    """Let a suppression hold until a later day; a reason takes the place of the old one."""
    here = project_in(project)
    target, number, entry = _entry(here, identifier, _Narrow(package, version, group))
    if not expires:
        raise UsageError("--expires: say until which day it holds, as --expires 2027-01-31")
    day = _last_day(expires, here.today)
    changes: dict[str, object] = {"expires": day} | ({"reason": reason} if reason is not None else {})
    checked = {"id": entry.id, "reason": entry.reason if reason is None else reason, "expires": day}
    read_suppression(checked, _fail, Place("", 1), here.today)
    text = target.read()
    _replace(target, renewed(target, text, number, changes), here.today)
    typer.echo(f"Renewed until {day}, in {_from_here(target)}.", err=True)


@suppressions.add("pysentry-hook suppressions remove CVE-2025-69872 -p diskcache")
def remove(
    identifier: Id, package: Package = None, version: Version = None, group: Scope = None, project: In = None
) -> None:
    """Take a suppression back: what it covers is judged again."""
    here = project_in(project)
    target, number, entry = _entry(here, identifier, _Narrow(package, version, group))
    text = target.read()
    _replace(target, removed(target, text, number), here.today)
    typer.echo(f"{entry.told} is not accepted any more ({_from_here(target)}).", err=True)


def _from_here(target: Target) -> str:
    return os.path.relpath(target.path)


def _entry(here: Project, identifier: str, to: _Narrow) -> tuple[Target, int, Suppression]:
    """The one suppression that an id and what narrows it name, and where it stands."""
    if to.package is not None and parse_name(to.package) is None:
        raise UsageError(f"--package: {one_line(to.package, 60)!r} is no name, as requests")
    found = [
        entry
        for entry in accepted(here)
        if _is_same(entry, identifier, to.package or entry.package)
        and to.version in {None, entry.version}
        and (to.group is None or normalize(to.group) == entry.group)
    ]
    found = [entry for entry in found if entry.reason] or found
    if not found:
        raise UsageError(f"there is no suppression of {one_line(identifier, 60)}; see pysentry-hook suppressions list")
    if len(found) > 1:
        places = ", ".join(entry.rule.origin for entry in found)
        raise UsageError(
            f"{count(len(found), 'suppression')} of {one_line(identifier, 60)} ({places}): {_apart(found)}"
        )
    place = found[0].rule.location
    if place is None or found[0].is_comment or not found[0].reason:
        what = "a comment" if found[0].is_comment else "ignored without a reason"
        raise UsageError(f"{found[0].told} is {what} at {found[0].rule.origin}: change it there")
    target = target_of(Path(here.told(place.path)))
    same = target.suppressions(target.read(), here.today)
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
    ended = other.has_ended(today)
    if ended and other.is_comment:
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
