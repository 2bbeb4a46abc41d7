"""Make suppressions of what other tools accept; what nobody knows yet is marked to be filled in."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from pysentry_hook.config.imported.accepted import Accepted, Found, Untaken
from pysentry_hook.config.suppressions import LONGEST, read_suppression, why_no_reason
from pysentry_hook.errors import ConfigError
from pysentry_hook.rules import Place
from pysentry_hook.text import one_line

MARK = "TODO"
"""Begins what is to be filled in; no reason, no day and no id may look like this."""

_LONGEST_REASON = 1000
_NUMBER = re.compile(r"(?:\(|of )(safety [^)\s\"]+)")
"""What was taken over from safety's database, in a comment or an id that is to be filled in."""


class Entry(NamedTuple):
    """One suppression to write, with what is said of its origin and which of its keys are to be filled in."""

    said: Accepted
    table: Mapping[str, object]
    comment: str
    open: Sequence[str]


class Present(NamedTuple):
    """What a suppression covers that is there already, and where that stands."""

    said: Accepted
    place: str


Planned = Entry | Present | Untaken


def planned(found: Iterable[Found], known: Mapping[str, str], today: date) -> Iterator[Planned]:
    """Give what becomes of each, in their order; `known` are names in capitals, with the places of their suppressions.

    What ended there, or cannot be taken over, is given first.
    """
    groups: dict[tuple[str, str | None], list[Accepted]] = {}
    for said in found:
        if isinstance(said, Untaken):
            yield said
        elif said.until is not None and said.until <= today:
            yield Untaken(said.path, said.line, f"{said.tool} accepted {said.id} until {said.until}, which is over")
        else:
            groups.setdefault((said.name.upper(), said.version), []).append(said)
    for (name, _), several in groups.items():
        if name in known:
            yield Present(several[0], known[name])
        else:
            yield _entry(several, today)


def _entry(several: Sequence[Accepted], today: date) -> Entry | Untaken:
    """One suppression of all places that accept the same: the first reason, and the earliest end."""
    said = several[0]
    reason = next((each.reason for each in several if each.reason and not why_no_reason(each.reason)), None)
    until = min((each.until for each in several if each.until), default=None)
    latest = today + timedelta(days=365)
    expires = until if until and until - today <= LONGEST else None
    table: dict[str, object] = {
        "id": f"{MARK}: the CVE or GHSA id of {said.name}" if said.is_unknown else said.id,
        "reason": one_line(reason, _LONGEST_REASON) if reason else f"{MARK}: why may this stay as it is?",
        "expires": expires or f"{MARK}: a day, at most {latest}",
    }
    table |= {"version": said.version} if said.version else {}
    table |= {"until": "fixed"} if any(each.until_fixed for each in several) else {}
    missing = [key for key, value in table.items() if str(value).startswith(f"{MARK}:")]
    if not missing or missing == ["expires"]:
        try:
            read_suppression({**table, "expires": expires or latest}, _refused, Place(said.path, said.line), today)
        except ConfigError as error:
            return Untaken(said.path, said.line, f"{said.tool} accepts {said.id}: {error}")
    return Entry(said, table, "; ".join(_origin(several, reason, expires)), missing)


def _origin(several: Sequence[Accepted], reason: str | None, expires: date | None) -> Iterator[str]:
    """Where it comes from, and what is said there that is no reason or no end here."""
    said = several[0]
    yield f"from {said.path}:{said.line} ({said.name if said.is_unknown else said.tool})"
    further = sorted({f"{each.path}:{each.line}" for each in several} - {f"{said.path}:{said.line}"})
    if further:
        yield f"also {', '.join(further)}"
    for each in several:
        if each.until and each.until != expires:
            yield f"there until {each.until}"
        if each.reason and each.reason != reason:
            yield f'reason there: "{one_line(each.reason, 150)}"'
        if each.remark:
            yield f'comment there: "{one_line(each.remark, 150)}"'


def numbers(text: str) -> Iterator[tuple[str, int]]:
    """Give what a configuration file took over from safety's database, in capitals, with its line."""
    for found in _NUMBER.finditer(text):
        yield found[1].upper(), text.count("\n", 0, found.start()) + 1


def _refused(detail: str, _: str) -> ConfigError:
    return ConfigError(detail.removeprefix("suppressions."))
