"""Resolve with pip-tools, for the running interpreter, into requirements with `# via` comments.

https://pip-tools.readthedocs.io/
"""

import re
import sys
from collections.abc import Collection, Iterator
from pathlib import Path

from pysentry_hook.resolvers.process import failed, run
from pysentry_hook.resolvers.programs import Program
from pysentry_hook.resolvers.request import Request, Resolution, ResolutionError, as_lines
from pysentry_hook.text import one_line

NAME = "pip-tools"
PROGRAM = "pip-compile"
LOCK = "requirements.txt"
_ESSENCE = re.compile(r"(?:^|\n)[ \t]*(?:ERROR: )?((?:Cannot install|Could not find|No matching|Could not)[^\n]*)")

_MISSING = re.compile(r"(?:satisfies the requirement|distribution found for) ([\w.-]+)")

_WANTED = re.compile(r"Requirement\('([^']*)'\), parent=(?:None|\w+\('[^']*/([^/']+)/\)'\))")
"""How pip shows what it could not satisfy together: a requirement, and the page of the package that states it."""


def resolve(program: Program, request: Request, folder: Path) -> Resolution:
    """Return what pip-compile makes of files that we write from the request alone; ResolutionError where it fails."""
    if request.offline:
        raise ResolutionError("pip-tools cannot resolve offline; uv can, from its cache")
    running = f"{sys.version_info.major}.{sys.version_info.minor}"
    if not _runs_on(request.requires_python):
        raise ResolutionError(f"pip-tools resolves for the running Python {running} alone, which the project excludes")
    if request.python_version and not f"{request.python_version}.".startswith(f"{running}."):
        raise ResolutionError(f"pip-tools resolves for the running Python {running} alone; uv resolves for others")
    try:
        sources = list(_written(request, folder))
    except OSError as error:
        raise ResolutionError(f"nothing can be written for pip-tools: {error.strerror}") from error
    words = ["--quiet", "--no-config", "--no-header", "--strip-extras", "--annotation-style=split", "--allow-unsafe"]
    words += ["--no-emit-index-url", "--no-emit-trusted-host", "--no-emit-find-links", "--output-file", LOCK]
    words += [] if request.allow_build else ["--pip-args=--only-binary :all:"]
    further = dict.fromkeys((*request.indexes, *request.own_indexes.values()))
    words += [f"--extra-index-url={index}" for index in further]
    ended = run([program.path, *words, *sources], folder, seconds=request.seconds)
    if ended.code:
        raise failed(NAME, ended, _reason(ended.said), missing=_MISSING.findall(ended.said))
    if not (folder / LOCK).is_file():
        raise failed(NAME, ended, "it ended without an error and without a lock")
    return Resolution(
        resolver=NAME,
        version=program.version,
        covers=f"Python {running} on {sys.platform} alone",
        note="; ".join(_notes(request, further)),
    )


def _notes(request: Request, further: Collection[str]) -> Iterator[str]:
    if request.overrides:
        yield "pip-tools knows no overrides, so those of [tool.uv] were left out"
    if further:
        yield "pip-tools takes every package from whichever index has the highest version"
    if request.allow_build:
        yield "what has no wheel was built by its own code, and pip-tools does not tell what that was"


def _runs_on(requires_python: str | None) -> bool:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        return SpecifierSet(requires_python or "").contains(sys.version.split()[0], prereleases=True)
    except InvalidSpecifier as error:
        raise ResolutionError(f"requires-python {one_line(requires_python, 60)!r} is no specifier") from error


def _written(request: Request, folder: Path) -> Iterator[str]:
    """Write a file for each scope, and give their names."""
    (folder / "constraints.txt").write_text(as_lines(request.constraints), encoding="utf-8")
    for number, (_, texts) in enumerate(sorted(request.scopes.items())):
        name = f"scope-{number}.in"
        (folder / name).write_text(as_lines(("-c constraints.txt", *texts)), encoding="utf-8")
        yield name


def _reason(said: str) -> str:
    """What asks for versions that exclude each other, else the lines that name the problem, else the last line."""
    wanted = [f"{parent or 'your project'} asks for {text}" for text, parent in _WANTED.findall(said)]
    if len(wanted) > 1:
        return f"conflicting dependencies: {'; '.join(dict.fromkeys(wanted))}"
    found = _ESSENCE.findall(said)
    return "; ".join(dict.fromkeys(found)) or next((line for line in reversed(said.splitlines()) if line.strip()), "")
