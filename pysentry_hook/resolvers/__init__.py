"""Who makes ranges exact? The registry of resolvers, in the order in which `auto` prefers them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from pysentry_hook.errors import UsageError
from pysentry_hook.resolvers import pip_tools, uv
from pysentry_hook.resolvers.programs import Program, find_program
from pysentry_hook.resolvers.request import Request, Resolution


class Resolver(Protocol):
    """A module that runs one resolver; a new one is such a file and its line in RESOLVERS."""

    NAME: str
    PROGRAM: str
    """The file name of the program."""
    LOCK: str
    """The file name of the lock that it makes, which is one of a format that is read."""

    def resolve(self, program: Program, request: Request, folder: Path) -> Resolution:
        """Return the lock that the program made in an empty folder; ResolutionError where it made none."""


RESOLVERS: dict[str, Resolver] = {"uv": uv, "pip-tools": pip_tools}


class NoResolverError(UsageError):
    """No resolver is installed where one is needed."""


def installed(root: Path) -> Iterator[tuple[str, Program | None]]:
    """Give every resolver with its program, None where it is not installed; nothing inside `root` is looked at."""
    for name, resolver in RESOLVERS.items():
        yield name, find_program(resolver.PROGRAM, root)


def find(name: str, root: Path) -> tuple[Resolver, Program]:
    """Return the resolver of that name, or for "auto" the first that is installed.

    UsageError where the named one is missing, which never falls back; NoResolverError where there is none at all.
    """
    for each, program in installed(root):
        if program and name in {"auto", each}:
            return RESOLVERS[each], program
    if name == "auto":
        raise NoResolverError("no dependency resolver found: install uv or pip-tools")
    raise UsageError(
        f"--resolver {name}: {RESOLVERS[name].PROGRAM} is neither beside this program nor on PATH "
        f"(never inside the project); install it with `pip install {name}`, or name another resolver"
    )
