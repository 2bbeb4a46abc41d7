"""`hook FILE...`: what pre-commit and prek call: an answer about this commit or push, before anybody waits."""

import os
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Annotated

import typer

from pysentry_hook.baseline import EMPTY_TREE, Bases
from pysentry_hook.commands.options import Verbose, takes_flags
from pysentry_hook.commands.program import from_a_hook
from pysentry_hook.commands.progress import progress
from pysentry_hook.commands.running import Scanning, configured, exit_code, say, scanning, warn, write_out
from pysentry_hook.commands.view import look_at
from pysentry_hook.config.files import configuration
from pysentry_hook.config.flags import Flags
from pysentry_hook.config.said import Said
from pysentry_hook.config.settings import Settings, settle
from pysentry_hook.errors import RepositoryError, UnreadableInputsError
from pysentry_hook.inputs.kept import Keeper
from pysentry_hook.policy.choice import choose
from pysentry_hook.policy.gates import COMMIT, PUSH
from pysentry_hook.reading import read_places
from pysentry_hook.reports.change import Judged, foremost, told
from pysentry_hook.rules import Stated
from pysentry_hook.scan import scan
from pysentry_hook.tree import CommitTree, IndexTree, Tree, known_commit, parents, repository_root
from pysentry_hook.tree.places import below
from pysentry_hook.triggers import Concerned, concerned, configured_in

FILE = "--changed-file"
_SECONDS = 3.0
"""How long a commit waits for all requests together."""
_NEWEST = ("PRE_COMMIT_TO_REF", "PRE_COMMIT_LOCAL_BRANCH")
"""What names the newest commit of a push; of a branch from the first commit on, pre-commit says the name alone."""
_WORST_LAST = (0, 3, 1, 2)
"""Exit codes: of several projects the worst decides."""


def as_options(arguments: Sequence[str]) -> list[str]:
    """Make what is byte for byte a path in the index the value of an option, whatever it begins with."""
    root, here = _standing()
    try:
        tree = _judged(root)
    except RepositoryError:  # without an index there is no such path, and help needs none
        return list(arguments)
    paths = [below(here, argument) for argument in arguments]
    return [
        f"{FILE}={path}" if tree.is_file(path) else argument for argument, path in zip(arguments, paths, strict=True)
    ]


@takes_flags(but=("paths", "against", "requirements"))
def hook(
    flags: Flags,
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILE]...", help="The files that changed.", rich_help_panel="Change"),
    ] = None,
    files: Annotated[list[str] | None, typer.Option(FILE, hidden=True)] = None,
    push: Annotated[
        bool,
        typer.Option("--push", help="Judge all of what is pushed, by the gate push.", rich_help_panel="Change"),
    ] = False,
    verbose: Verbose = False,
) -> None:
    """Judge what a commit or a push brings in; called by pre-commit and prek."""
    with ExitStack() as stack:
        state = _state(stack, flags, files or (), push=push)
        # a PATH that is no file of the index is one that the commit does not have
        absent = tuple(f"{path} is not in this {state.change.word}, so it was not read" for path in paths or ())
        found = Concerned((state.here,), ()) if push else concerned(state.tree, state.before, files or ())
        settings = _settings(flags, state, (*found.places, *(files or ())), push=push)
        notes = (*state.change.notes, *found.notes, *absent)
        change = replace(state.change, notes=notes, command=from_a_hook(os.environ))
        codes = [0]
        projects = _projects(state, found.places)
        for folder, places in projects.items():
            own = settings[folder]
            change = replace(change, place=folder if len(projects) > 1 else "")
            work = stack.enter_context(scanning(own, verbose=verbose))
            codes.append(_judge(own, state, [folder] if own.recursive and not push else places, change, work))
            change = replace(change, notes=())
        if len(codes) == 1:
            write_out("".join(f"pysentry-hook: {note}\n" for note in change.notes))
    raise typer.Exit(max(codes, key=_WORST_LAST.index))


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """What is judged, and the states that it is compared with."""

    root: Path
    here: str
    """The folder of the tree in which the hook was called."""
    tree: IndexTree | CommitTree
    policy: Tree
    """What has the configuration: the tree, or the commit that was named for it."""
    bases: Bases
    change: Judged

    @property
    def before(self) -> tuple[CommitTree, ...]:
        """The states that can be read."""
        return tuple(self.bases.trees.values())


def _standing() -> tuple[Path, str]:
    """The root of the repository, and the folder of it in which the hook runs: prek starts it in a sub-project."""
    root, here = repository_root([Path()]), Path.cwd().resolve()
    folder = here.relative_to(root).as_posix()
    return root, "" if folder == "." else folder


@cache
def _judged(root: Path) -> IndexTree | CommitTree:
    """What is judged, read once in a run: at a push its newest commit, else the index."""
    for name in _NEWEST:
        if newest := known_commit(root, os.environ.get(name)):
            return CommitTree(root, newest)
    return IndexTree(root)


def _state(stack: ExitStack, flags: Flags, files: Sequence[str], *, push: bool) -> _State:
    """Return the tree and its baseline, as pre-commit, prek and git tell them by files and the environment."""
    root, here = _standing()
    tree = _judged(root)
    stack.callback(tree.close)
    policy = stack.enter_context(configured(flags, tree, root))
    change = Judged("push" if push else "commit")
    oldest = known_commit(root, os.environ.get("PRE_COMMIT_FROM_REF"))
    if push or oldest or isinstance(tree, CommitTree):
        bases = _opened(root, stack, (oldest,) if oldest else ())
        return _State(root=root, here=here, tree=tree, policy=policy, bases=bases, change=change)
    on = parents(root, os.environ)
    bases = _opened(root, stack, on.refs)._replace(whole=on.is_complete)
    if not on.refs:
        bases, change = Bases(refs=(EMPTY_TREE,)), replace(change, is_first=True)
    elif files and tree.is_same(next(iter(bases.trees.values()))):
        bases, change = Bases(), replace(change, notes=("nothing is staged, so everything is judged",))
    return _State(root=root, here=here, tree=tree, policy=policy, bases=bases, change=change)


def _opened(root: Path, stack: ExitStack, refs: Iterable[str]) -> Bases:
    """The states of commits, by their full ids."""
    trees = [stack.enter_context(CommitTree(root, ref)) for ref in refs]
    return Bases(refs=tuple(tree.commit for tree in trees), trees={tree.commit: tree for tree in trees})


def _projects(state: _State, places: Iterable[str]) -> dict[str, list[str]]:
    """The places that are read, by the folder whose configuration they have in common."""
    found: dict[str, list[str]] = {}
    for place in places:
        found.setdefault(configured_in(state.policy, place), []).append(place)
    return found


def _settings(flags: Flags, state: _State, paths: Iterable[str], *, push: bool) -> dict[str, Settings]:
    """The settings of every folder that has some; all of them can be read, or nothing is judged."""
    folders = dict.fromkeys(configured_in(state.policy, path) for path in paths)
    found = {folder: _settled(flags, state, folder, push=push) for folder in folders}
    warn(*(warning for settings in found.values() for warning in settings.warnings))
    return found


def _settled(flags: Flags, state: _State, folder: str, *, push: bool) -> Settings:
    """The settings of a folder: below everything that somebody says, a commit asks little and waits for nobody."""
    today = datetime.now(UTC).date()
    files = configuration(flags, os.environ, tree=state.policy, root=state.root, folder=folder, today=today)
    usual: dict[str, object] = {"gate": PUSH if push else COMMIT}
    if not push:
        required = files.settings().get("sources.required")
        wanted = required.value if required and isinstance(required.value, tuple) else ()
        usual |= {
            "sources.enabled": tuple(dict.fromkeys(("osv", *wanted))),
            "resolver.no_resolver": True,
            "maintenance.enabled": False,
        }
        usual |= {"http.deadline": _SECONDS, "http.max_retries": 1}
    files.below.append(Said(settings={key: Stated(value, "the hook") for key, value in usual.items()}))
    settings = settle(flags, os.environ, files, today)
    return settings._replace(recursive=push or settings.recursive)


def _judge(settings: Settings, state: _State, places: Sequence[str], change: Judged, work: Scanning) -> int:
    read_kept = Keeper(work.cache).read
    try:
        read = read_places(settings, state.tree, state.root, places, read_kept)
    except UnreadableInputsError as error:
        say(error.root, error.errors)
        return error.exit_code
    result = scan(
        settings,
        read,
        state.bases._replace(read=read_kept),
        http=work.http,
        cache=work.cache,
        now=datetime.now(UTC),
        log=work.log,
        progress=progress,
        unchanged=work.here if _only_changed(settings) and state.bases.refs else None,
    )
    view = look_at(os.environ)._replace(root=state.root.as_posix(), here=_reader(state).as_posix(), colour=False)
    verdict = foremost(result.report)
    if verdict:
        from pysentry_hook.config.edit import nearest

        # a push is judged by one configuration, a commit by that of each project
        project = state.here if change.word == "push" else verdict.finding.input.rpartition("/")[0]
        target = nearest(state.root, project)
        file = target.path.relative_to(state.root).as_posix()
        change = replace(change, project=project, accepted_in=file, table=target.table)
    write_out(told(result.report, replace(change, versions=result.changed), view))
    say(result.root, result.unreadable)
    return exit_code(result, gating=True)


def _reader(state: _State) -> Path:
    """The folder in which the user typed the command of git that called the hook, where printed commands are run."""
    folder = state.root / os.environ.get("GIT_PREFIX", state.here)
    return folder if folder.is_dir() and folder.is_relative_to(state.root) else state.root


def _only_changed(settings: Settings) -> bool:
    """Whether nothing but what a change brings in can block, and a service would have to be asked about the rest."""
    gates = choose(settings.policy).gates
    return not settings.advisory_db and all(gate.value("only_introduced") for gate in gates)
