"""Apply a plan: edit its files, lock, scan again, and put every file back where that is not what the plan says."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pysentry_hook.config.settings import Settings
from pysentry_hook.errors import NotAppliedError, PysentryHookError, RepositoryError, UsageError
from pysentry_hook.inputs import pyproject, requirements, uv_lock
from pysentry_hook.inputs.documents import parse_toml, read_text
from pysentry_hook.inputs.uv_limits import CONSTRAINTS, OVERRIDES
from pysentry_hook.model import Inventory
from pysentry_hook.output import write_bytes
from pysentry_hook.plan.bench import Blocking, Outcome
from pysentry_hook.plan.commands import asked, forbidding
from pysentry_hook.plan.editing import edited, value_at
from pysentry_hook.plan.originals import InterruptedByError, Originals, refuse_what_is_left
from pysentry_hook.plan.requirement_files import RequirementFiles
from pysentry_hook.plan.trusting import leads_elsewhere, runs_code
from pysentry_hook.plan.workspace import Workspace, open_workspace
from pysentry_hook.proposal import Kind, Plan, Seen
from pysentry_hook.report import Report
from pysentry_hook.resolvers import uv
from pysentry_hook.resolvers.programs import Program
from pysentry_hook.text import one_line, some
from pysentry_hook.tree import FolderTree, Tree, inside, uncommitted

Again = Callable[[], tuple[Inventory, Report]]
"""Reads the input anew, and scans and judges it as it was before."""

_LONGEST = 500
_LIMITS = {Kind.OVERRIDE: OVERRIDES, Kind.CONSTRAINT: CONSTRAINTS}
_AS_BEFORE = "every file is as it was"


@dataclass(frozen=True, slots=True, kw_only=True)
class Applying:
    """A plan, the state to which it leads, and the folder in which that is to be made."""

    tree: FolderTree
    plan: Plan
    outcome: Outcome
    program: Program
    settings: Settings
    again: Again
    forced: bool
    """Whether files are edited that git does not have as they are."""

    def apply(self) -> tuple[str, ...]:
        """Make the changes, and return the files that are others now.

        UsageError where nothing was touched, because it may not be or the user has to decide; NotAppliedError where
        the plan is not whole, or was applied and undone.
        """
        self._refuse_what_is_not_whole()
        self._refuse_locks_of_others()
        workspace = self._workspace()
        texts = dict(self._edited())
        paths = [*texts, *([self._path] if workspace else ())]
        files = {path: self._file(path) for path in paths}
        if not self.forced:
            self._refuse_uncommitted([*files.values()])
        known = {*files, *(workspace.manifests if workspace else ())}
        refuse_what_is_left(self._file(path) for path in sorted(known))
        before = {path: self.tree.read(path) for path in paths}
        originals = Originals([*dict.fromkeys(files.values())])
        try:
            with originals:
                for path, data in texts.items():
                    write_bytes(files[path], data)
                if workspace:
                    self._lock(workspace)
                self._check()
                return tuple(path for path in paths if self.tree.read(path) != before[path])
        except InterruptedByError as error:
            raise NotAppliedError(f"interrupted by {error}; {_AS_BEFORE}") from error
        except NotAppliedError:
            raise
        except PysentryHookError as error:
            raise NotAppliedError(f"not applied: {one_line(error, _LONGEST)}; {_AS_BEFORE}") from error

    @property
    def _path(self) -> str:
        return self.outcome.inventory.path

    @property
    def _home(self) -> str:
        """The manifest of the project."""
        return inside(self._path.rpartition("/")[0], pyproject.FORMAT) or pyproject.FORMAT

    def _refuse_what_is_not_whole(self) -> None:
        if not self.plan.complete:
            missing = next((failure.detail for failure in self.plan.failures), "answers are missing")
            raise NotAppliedError(f"not applied: the plan is incomplete: {one_line(missing, _LONGEST)}", exit_code=3)
        if self.plan.introduced:
            raise NotAppliedError(f"not applied: it would bring in {_findings(self.plan.introduced)}")

    def _refuse_locks_of_others(self) -> None:
        """UsageError where another tool than uv has to lock, with the commands to type."""
        if not is_applied(self.tree, self._path, self.outcome.inventory.format):
            told = [f"--apply: {self._path}: its own tool has to lock it, so nothing was changed; to type:"]
            raise UsageError("\n".join([*told, *(f"  {command}" for command in self.plan.commands)]))
        for move in self.plan.moves:
            if move.after and (source := forbidding(self.outcome.inventory, move.package, max(move.after))):
                raise UsageError(
                    f"--apply: {source.path}:{source.line} does not allow {move.package} {max(move.after)}, and "
                    f"{self._path} is compiled of it, so nothing was changed; edit it, and type what the plan says"
                )

    def _workspace(self) -> Workspace | None:
        """What uv would lock, None where it locks nothing; UsageError where uv may not be run there."""
        lock = self.outcome.inventory
        if lock.format != uv_lock.FORMAT:
            return None
        workspace = open_workspace(self.tree, lock)
        if workspace.foreign:
            raise UsageError(f"--apply: uv would lock the workspace of {workspace.foreign}; apply there")
        if reasons := list(leads_elsewhere(workspace, lock, self.settings)):
            raise UsageError(f"--apply: uv is not run here: {_told(reasons)}")
        if not self.settings.allow_build and (reasons := list(runs_code(workspace, lock))):
            raise UsageError(f"--apply: uv may run code of the project here: {_told(reasons)}; --allow-build allows it")
        return workspace

    def _edited(self) -> Iterator[tuple[str, bytes]]:
        """The files that are edited, with what they are to hold."""
        inventory, edits = self.outcome.inventory, [edit for change in self.plan.changes for edit in change.edits]
        if inventory.format == requirements.FORMAT:
            paths = dict.fromkeys(file.path for file in inventory.files if file.format == requirements.FORMAT)
            moves = self.plan.moves if inventory.resolved is None else ()  # loose lines never listed everything
            files = RequirementFiles(
                data={path: self.tree.read(path) for path in paths},
                edits={(edit.path, edit.line): edit.after for edit in edits},
                outcome=self.outcome,
                coming=[move.package for move in moves if not move.before],
                going=frozenset(move.package for move in moves if not move.after),
            )
            yield from files.edited()
            return
        limits = [(_LIMITS[each.kind], each.ask) for each in self.plan.changes if each.kind in _LIMITS and each.ask]
        for path in dict.fromkeys([*(edit.path for edit in edits), *([self._home] if limits else ())]):
            texts = {edit.before: edit.after for edit in edits if edit.path == path}
            yield path, edited(path, self.tree.read(path), texts, limits if path == self._home else ())

    def _file(self, path: str) -> Path:
        """The file itself, where a link leads to it; the tree has read it, so that it lies inside."""
        return (self.tree.root / path).resolve()

    def _refuse_uncommitted(self, files: Sequence[Path]) -> None:
        root = self.tree.root
        try:
            changed = uncommitted(root, [file.relative_to(root).as_posix() for file in files])
        except RepositoryError as error:
            why = f"{root} {error.detail.partition(';')[0]}"
            raise UsageError(f"--apply: no git keeps what is edited ({why}); --force edits all the same") from error
        if changed:
            raise UsageError(f"--apply: uncommitted changes in {some(changed)}: commit them first, or say --force")

    def _lock(self, workspace: Workspace) -> None:
        uv.lock_project(
            self.program,
            self._file(self._path).parent,
            python=workspace.python,
            upgrades=[asked(change, self.outcome) for change in self.plan.changes],
            allow_build=self.settings.allow_build,
            offline=self.settings.offline,
            seconds=self.settings.resolver_seconds,
            audited=self.tree.root,
        )

    def _check(self) -> None:
        """NotAppliedError unless what stands there now is what the plan says, and no finding more."""
        inventory, report = self.again()
        if inventory.path != self._path:
            raise NotAppliedError(f"not applied: {inventory.path} is read in the place of {self._path}; {_AS_BEFORE}")
        now = Outcome(changes=(), inventory=inventory, report=report, blocking=Blocking.of(report), hashes={})
        if not report.complete:
            missing = next((failure.detail for failure in report.failures), "answers are missing")
            told = f"not applied: the second scan is incomplete: {one_line(missing, _LONGEST)}; {_AS_BEFORE}"
            raise NotAppliedError(told, exit_code=3)
        if worse := now.blocking.without(self.outcome.blocking):
            raise NotAppliedError(f"not applied: {_findings(worse)} would block after it; {_AS_BEFORE}")
        for name in sorted(now.names | self.outcome.names):
            found, said = ([*map(str, state.versions(name))] for state in (now, self.outcome))
            if found != said:
                told = f"{name} became {some(found) or 'nothing'} where the plan says {some(said) or 'nothing'}"
                raise NotAppliedError(f"not applied: {told}; {_AS_BEFORE}")


def further_words(tree: FolderTree, inventory: Inventory, settings: Settings) -> str | None:
    """What `--apply` needs beside the words of the plan, empty for nothing; None where it would be refused."""
    try:
        if not is_applied(tree, inventory.path, inventory.format):
            return None
        if inventory.format != uv_lock.FORMAT:
            return ""
        workspace = open_workspace(tree, inventory)
    except PysentryHookError:
        return None
    if workspace.foreign or any(leads_elsewhere(workspace, inventory, settings)):
        return None
    return "--allow-build" if not settings.allow_build and any(runs_code(workspace, inventory)) else ""


def is_applied(tree: Tree, path: str, form: str) -> bool:
    """Whether plans for an input are applied: not where another tool than uv has to lock it."""
    if form != pyproject.FORMAT:
        return form in {uv_lock.FORMAT, requirements.FORMAT}
    poetry = value_at(parse_toml(read_text(tree, path)), ("tool", "poetry"))
    return not (isinstance(poetry, dict) and poetry.keys() & {"dependencies", "dev-dependencies", "group"})


def _findings(seen: Sequence[Seen]) -> str:
    return some([f"{each.id} in {each.package} {each.version}" for each in seen], 3)


def _told(reasons: Sequence[str]) -> str:
    return one_line("; ".join(dict.fromkeys(reasons)), _LONGEST)
