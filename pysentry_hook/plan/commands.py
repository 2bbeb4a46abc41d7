"""What to type to make the changes of a plan: the commands of the tool whose lock it is, and what to write before."""

import posixpath
import shlex
from collections.abc import Iterator, Sequence

from packaging.requirements import Requirement
from packaging.version import Version

from pysentry_hook.inputs import pdm_lock, pipfile, pipfile_lock, poetry_lock, pyproject, requirements, uv_lock
from pysentry_hook.model import Dependency, Inventory, Location, NormalizedName
from pysentry_hook.plan.bench import Outcome
from pysentry_hook.plan.project import Project
from pysentry_hook.proposal import Change, Kind
from pysentry_hook.reports.fixes import allows
from pysentry_hook.text import printable

_LOCKING = {
    poetry_lock.FORMAT: ("poetry lock", "poetry update --lock {names}"),
    pdm_lock.FORMAT: ("pdm lock", "pdm update --no-sync {names}"),
    pipfile_lock.FORMAT: ("pipenv lock", "pipenv upgrade {names}"),
    pipfile.FORMAT: ("pipenv lock", "pipenv lock"),
}
"""For each tool what locks anew, and what moves packages within their bounds."""


def commands(project: Project, outcome: Outcome) -> Iterator[str]:
    """Give the commands in their order; a line that is no command says what to write where."""
    changes = outcome.changes
    form = project.inventory.format
    folder = project.inventory.path.rpartition("/")[0]
    yield from (f"# {printable(line)}" for line in _edits(changes, folder))
    if form == uv_lock.FORMAT:
        asks = [asked(change, outcome) for change in changes]
        yield shlex.join(["uv", "lock", *(word for ask in asks for word in ("--upgrade-package", ask))])
    elif form in _LOCKING:
        yield from _locking(form, changes)
    elif form == requirements.FORMAT and project.is_lock:
        yield from _compiling(project, outcome, folder)
        yield from (f"# {printable(line)}" for line in _pins(project, outcome, folder))
    elif form != pyproject.FORMAT and not any(change.edits for change in changes):
        yield f"# lock {printable(posixpath.basename(project.inventory.path))} anew with the tool that made it"


def _locking(form: str, changes: Sequence[Change]) -> Iterator[str]:
    """Lock what was edited, and move the packages for which nothing was: to lock may leave them where they are."""
    lock, move = _LOCKING[form]
    names = dict.fromkeys(change.package for change in changes if not change.edits)
    found = [lock] if not changes or any(change.edits for change in changes) else []
    found += [move.format(names=" ".join(names))] if names else []
    yield from dict.fromkeys(found)


def _edits(changes: Sequence[Change], folder: str) -> Iterator[str]:
    """What to write where, in files as they are named from the folder of the input."""
    for change in changes:
        for edit in change.edits:
            yield f"{_from(folder, edit.path)}:{edit.line}: write {edit.after!r} for {edit.before!r}"
        if change.kind in {Kind.OVERRIDE, Kind.CONSTRAINT}:
            yield f"pyproject.toml: add {change.ask!r} to [tool.uv] {change.kind.value}-dependencies"


def _from(folder: str, path: str) -> str:
    return posixpath.relpath(path, folder or posixpath.curdir)


def _compiling(project: Project, outcome: Outcome, folder: str) -> Iterator[str]:
    """What to edit in the sources of compiled files, and the commands that compile these anew."""
    places = project.inventory.places
    for made in project.inventory.compiled:
        asks: dict[str, None] = {}
        for each, version in _moved(project, outcome):
            if places.location(each.place).path != made.path or made.command is None:
                continue
            asks[f"{each.name}=={version}"] = None
            if declared := forbidding(project.inventory, each.name, version):
                where = f"{_from(folder, declared.path)}:{declared.line}"
                yield f"# {printable(where)}: let it ask for {each.name}>={version}"
        if asks and (words := made.upgrading(asks)):
            home = posixpath.relpath(made.folder or posixpath.curdir, folder or posixpath.curdir)
            command = "".join(words)
            yield command if home == posixpath.curdir else f"(cd {shlex.quote(home)} && {command})"


def forbidding(inventory: Inventory, name: NormalizedName, version: Version) -> Location | None:
    """Where what a file was compiled of declares a package so that this version is not taken."""
    direct = next((each.node for each in inventory.dependencies if each.name == name and each.direct), None)
    declared = inventory.places.declaration(direct) if direct and inventory.compiled else None
    return declared if declared and not allows(declared.text, name, version) else None


def _moved(project: Project, outcome: Outcome) -> Iterator[tuple[Dependency, Version]]:
    """The pins of which another version takes the place."""
    for each in project.inventory.dependencies:
        now = outcome.versions(each.name)
        if now and each.version not in now:
            yield each, now[-1]


def _pins(project: Project, outcome: Outcome, folder: str) -> Iterator[str]:
    """The lines of a requirements file whose versions move, where no command compiles it."""
    compiled = {made.path for made in project.inventory.compiled if made.command}
    for each, version in _moved(project, outcome):
        location = project.inventory.places.location(each.place)
        if location.path not in compiled:
            place = f"{_from(folder, location.path)}:{location.line}"
            yield f"{place}: write {each.name}=={version} for {each.name}=={each.written}"


def asked(change: Change, outcome: Outcome) -> str:
    """What uv is asked for: the version that was found where there is one, else what was asked."""
    if not change.ask or change.kind is Kind.OVERRIDE:
        return change.ask or change.package
    stated = Requirement(change.ask)
    found = [version for version in outcome.versions(change.package) if stated.specifier.contains(version)]
    if len(found) != 1:
        return change.ask
    return f"{change.package}=={found[0]}" + (f" ; {stated.marker}" if stated.marker else "")
