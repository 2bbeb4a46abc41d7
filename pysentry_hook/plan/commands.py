"""What to type to make the changes of a plan: the commands of the tool whose lock it is, and what to write before."""

import shlex
from collections.abc import Iterator, Sequence

from pysentry_hook.inputs import pdm_lock, pipfile, pipfile_lock, poetry_lock, pyproject, requirements, uv_lock
from pysentry_hook.inputs.manifest import requirement_name
from pysentry_hook.plan.bench import Outcome
from pysentry_hook.plan.project import Project
from pysentry_hook.proposal import Change, Kind

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
    yield from _edits(changes)
    if form == uv_lock.FORMAT:
        asks = [asked(change, outcome) for change in changes]
        yield shlex.join(["uv", "lock", *(word for ask in asks for word in ("--upgrade-package", ask))])
    elif form in _LOCKING:
        names = dict.fromkeys(change.package for change in changes)
        edited = any(change.edits for change in changes)
        yield _LOCKING[form][bool(names) and not edited].format(names=" ".join(names))
    elif form == requirements.FORMAT and project.is_lock:
        yield from (f"# {line}" for line in _pins(project, outcome))
    elif form != pyproject.FORMAT and not any(change.edits for change in changes):
        yield f"# lock {project.inventory.path} anew with the tool that made it"


def _edits(changes: Sequence[Change]) -> Iterator[str]:
    for change in changes:
        for edit in change.edits:
            yield f"# {edit.path}:{edit.line}: write {edit.after!r} for {edit.before!r}"
        if change.kind in {Kind.OVERRIDE, Kind.CONSTRAINT}:
            yield f"# pyproject.toml: add {change.ask!r} to [tool.uv] {change.kind.value}-dependencies"


def _pins(project: Project, outcome: Outcome) -> Iterator[str]:
    """The lines of a requirements file whose versions move."""
    for each in project.inventory.dependencies:
        now = outcome.versions(each.name)
        if now and each.version not in now:
            location = project.inventory.places.location(each.place)
            yield f"{location.path}:{location.line}: write {each.name}=={now[-1]} for {each.name}=={each.written}"


def asked(change: Change, outcome: Outcome) -> str:
    """What uv is asked for: the version that was found where there is one, else what was asked."""
    versions = outcome.versions(change.package)
    if len(versions) == 1 and change.kind is not Kind.OVERRIDE:
        return f"{change.package}=={versions[0]}"
    return change.ask if change.ask and requirement_name(change.ask) else change.package
