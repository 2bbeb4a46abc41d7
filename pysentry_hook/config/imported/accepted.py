"""One vulnerability that another tool accepts, and one place that could not be taken over."""

import re
from datetime import date, datetime
from typing import NamedTuple

from pysentry_hook.config.suppressions import is_identifier
from pysentry_hook.text import one_line

PIP_AUDIT, SAFETY, OSV_SCANNER, UV = "pip-audit", "safety", "osv-scanner", "uv audit"

_OWN = re.compile(r"\d+|(?:SFTY|PVE)-.+", re.IGNORECASE)
"""Ids of the database of safety, which no other database knows."""

_ELSEWHERE = frozenset({"GO", "HSEC", "RSEC", "RUSTSEC"})
"""Databases of OSV that are about other languages."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(?=[T ]|$)")


class Accepted(NamedTuple):
    """What a tool accepts, where that is said, and what is said of it."""

    id: str
    tool: str
    path: str
    line: int
    reason: str | None = None
    until: date | None = None
    """The day on which it ends there."""
    until_fixed: bool = False
    version: str | None = None
    """The specifier of the versions in which it is accepted."""
    remark: str | None = None
    """A comment on the same line."""

    @property
    def is_unknown(self) -> bool:
        """Whether the id means something to that tool alone."""
        return self.tool == SAFETY and bool(_OWN.fullmatch(self.id))

    @property
    def name(self) -> str:
        """What people know it by."""
        return f"{self.tool} {self.id}" if self.is_unknown else self.id


class Untaken(NamedTuple):
    """A place that accepts something that no suppression was made of."""

    path: str
    line: int
    why: str


Found = Accepted | Untaken


def names_advisory(said: Accepted) -> bool:
    """Whether the id of what is accepted can be one, of ours or of safety's database."""
    return said.is_unknown or is_identifier(said.id)


def taken(said: Accepted) -> Found:
    """What is accepted, where its id can be one of a Python package."""
    if not names_advisory(said):
        return Untaken(said.path, said.line, f"{said.tool}: {one_line(said.id, 60)!r} is no id of an advisory")
    if said.id.partition("-")[0].upper() in _ELSEWHERE:
        return Untaken(said.path, said.line, f"{said.tool}: {one_line(said.id, 60)} is not about a Python package")
    return said


def day_of(value: object) -> date | None:
    """The day that a value of a file means: a date, a time, or text that begins with one."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    found = _DAY.match(str(value).strip())
    try:
        return date.fromisoformat(found[0]) if found else None
    except ValueError:
        return None
