"""The inputs of the Action, as its steps pass them by the environment, and the words of a scan that they make."""

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from posixpath import normpath

from pysentry_hook.config.kinds import nearest
from pysentry_hook.errors import UsageError
from pysentry_hook.text import one_line

AUTO, TRUE, FALSE = "auto", "true", "false"
BASE, HEAD = "base", "head"
_TOOL = "pysentry-hook"
_LONGEST = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What the workflow says in `with:`, checked."""

    words: tuple[str, ...]
    """Options and paths, as the words of a command line."""
    against: str
    policy_from: str
    upload: str
    category: str
    artifact: str
    summary: bool
    annotations: bool
    cache: bool


def given(environment: Mapping[str, str]) -> Given:
    """Read the inputs; UsageError names one that has no meaning."""
    read = _Inputs(environment)
    requirements, paths = read.lines("requirements"), read.lines("paths")
    paths = () if paths == (".",) else paths
    if requirements and paths:
        raise UsageError("input requirements replaces discovery: give either paths or requirements")
    named = (f"--requirements={each}" for each in requirements)
    return Given(
        words=(*_options(read), *named, *(("--", *paths) if paths else ())),
        against=read.text("against"),
        policy_from=read.one_of("policy-from", AUTO, BASE, HEAD),
        upload=read.one_of("upload-sarif", AUTO, TRUE, FALSE),
        category=read.text("category") or _category(requirements or paths),
        artifact=read.one_of("artifact", AUTO, TRUE, FALSE),
        summary=read.flag("summary"),
        annotations=read.flag("annotations"),
        cache=read.flag("cache"),
    )


class _Inputs:
    """Inputs by their name in action.yml."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def text(self, name: str) -> str:
        """One value, without the white space around it."""
        return self._environment.get(f"INPUT_{name.upper().replace('-', '_')}", "").strip()

    def lines(self, name: str) -> tuple[str, ...]:
        """A value a line."""
        return tuple(line.strip() for line in self.text(name).splitlines() if line.strip())

    def listed(self, name: str) -> tuple[str, ...]:
        """Values on lines, or with commas between them."""
        return tuple(part.strip() for line in self.lines(name) for part in line.split(",") if part.strip())

    def one_of(self, name: str, *known: str) -> str:
        """One word of several; the first where nothing is said."""
        said = self.text(name).lower() or known[0]
        if said not in known:
            hint = nearest(said, known)
            raise UsageError(f"input {name}: {one_line(said, 40)!r} is unknown{hint}; known: {', '.join(known)}")
        return said

    def flag(self, name: str) -> bool:
        """Return true or false; false where nothing is said."""
        return self.one_of(name, FALSE, TRUE) == TRUE

    def words(self, name: str) -> list[str]:
        """Words as a shell splits them."""
        try:
            return shlex.split(self.text(name), comments=False)
        except ValueError as error:
            raise UsageError(f"input {name}: {one_line(error)}") from error


def _options(read: _Inputs) -> Iterator[str]:
    """Every input that is an option, as one word, so that no value is taken for another option."""
    for name in ("gate", "fail-on", "resolver", "config"):
        if said := read.text(name):
            yield f"--{name}={said}"
    for name, option in (("sources", "sources"), ("groups", "group")):
        yield from (f"--{option}={said}" for said in read.listed(name))
    yield from (f"--advisory-db={said}" for said in read.lines("advisory-db"))
    yield from (f"--{name}" for name in ("recursive", "exclude-extra", "offline") if read.flag(name))
    yield from read.words("args")


def _category(paths: tuple[str, ...]) -> str:
    """The category of an upload: one for each set of paths, so that no upload takes the place of another's."""
    plain = sorted({normpath(path.replace("\\", "/")) for path in paths} - {"."})
    named = "+".join(one_line(path, _LONGEST * 4) for path in plain)
    if len(named) > _LONGEST:
        named = f"{named[:_LONGEST]}-{sha256(named.encode()).hexdigest()[:8]}"
    return f"{_TOOL}:{named}" if named else _TOOL


def slug(category: str) -> str:
    """A category as the name of an artifact: letters, digits, dots and dashes; different ones stay different."""
    plain = re.sub(r"[^A-Za-z0-9.]+", "-", category).strip("-")[:_LONGEST] or _TOOL
    exact = category.replace(":", "-") == plain
    return plain if exact else f"{plain}-{sha256(category.encode()).hexdigest()[:8]}"
