"""What a resolver is asked, what it answers, and how it says no."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pysentry_hook.errors import PysentryHookError
from pysentry_hook.model import NormalizedName, parse_name
from pysentry_hook.text import clean, one_line

_LONGEST = 400
_LONGEST_WHOLE = 100_000
_CREDENTIALS = re.compile(r"(?<=://)[^/\s]*@")
_INDEX = re.compile(r"https?://[^\s$]+")
_LINE = re.compile(r"[^\x00-\x1f\x7f]+")


class Preferred(NamedTuple):
    """A version that a lock holds: from which index, and under which PEP 508 markers, () for all."""

    name: NormalizedName
    version: str
    registry: str
    markers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Requirements by scope, all of which one resolution must satisfy together."""

    scopes: Mapping[str, tuple[str, ...]]
    """PEP 508 requirements of an index by the scope that asks for them."""
    constraints: tuple[str, ...]
    requires_python: str | None
    python_version: str | None
    """Only this Python, as 3.11 or 3.11.4; None: every one that `requires_python` admits."""
    indexes: tuple[str, ...]
    """Trusted indexes for everything, beside those of the user's own configuration, without credentials."""
    own_indexes: Mapping[NormalizedName, str]
    """The trusted index that a package alone comes from."""
    allow_build: bool
    offline: bool
    seconds: float
    overrides: tuple[str, ...] = ()
    """PEP 508 requirements that stand in the place of what any package says of theirs."""
    preferred: tuple["Preferred", ...] = ()
    """The versions that stay unless something speaks against them."""
    upgrades: tuple[str, ...] = ()
    """PEP 508 requirements of packages whose preferred versions do not count."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """Further settings of the resolver that the project has, by their names in [tool.uv]."""

    def __post_init__(self) -> None:
        """ResolutionError for what is more than a requirement of an index, which a resolver might run."""
        for texts in (*self.scopes.values(), self.constraints, self.overrides, self.upgrades):
            for text in texts:
                _check(text)
        for index in (*self.indexes, *self.own_indexes.values()):
            if not _INDEX.fullmatch(index):
                raise ResolutionError(f"the index {one_line(index, 80)!r} is not passed on")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """How the lock was made that stands in the folder of the resolution."""

    resolver: str
    version: str
    covers: str
    """What it was resolved for, in words."""
    note: str = ""
    """What else is to be known of it: what was built from source, and which index could not be held apart."""


class ResolutionError(PysentryHookError):
    """There is no resolution: `summary` is the reason in one line, `whole` what the resolver said.

    `missing` names packages of which the resolver found no version that it could use.
    """

    def __init__(self, summary: str, whole: str = "", *, missing: Sequence[str] = ()) -> None:
        self.missing = tuple(dict.fromkeys(name for text in missing if (name := parse_name(text))))
        self.summary = one_line(_CREDENTIALS.sub("", summary), _LONGEST)
        self.whole = clean(_CREDENTIALS.sub("", whole))[:_LONGEST_WHOLE]
        super().__init__(self.summary)


def as_lines(texts: Sequence[str]) -> str:
    """Return requirements as the lines of a file."""
    return "".join(f"{text}\n" for text in texts)


def _check(text: str) -> None:
    from packaging.requirements import InvalidRequirement, Requirement  # 20 ms, needed only where something is resolved

    try:
        stated = Requirement(text)
    except (InvalidRequirement, ValueError, RecursionError) as error:
        raise ResolutionError(f"{one_line(text, 80)!r} is no requirement that a resolver is given") from error
    if stated.url or not _LINE.fullmatch(text):
        raise ResolutionError(f"{one_line(text, 80)!r} is no requirement of an index")
