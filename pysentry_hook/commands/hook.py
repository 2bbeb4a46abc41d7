"""`hook FILE...`: what pre-commit and prek call: an answer about this commit or push, before anybody waits."""

import os
import shutil
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from pysentry_hook.baseline import EMPTY_TREE
from pysentry_hook.commands.options import takes_flags
from pysentry_hook.commands.progress import progress
from pysentry_hook.commands.running import Scanning, exit_code, look_at, say, scanning, write_out
from pysentry_hook.config import Flags, Settings, configuration, settle
from pysentry_hook.config.statements import Said
from pysentry_hook.errors import UnreadableInputsError
from pysentry_hook.policy.choice import choose
from pysentry_hook.policy.gates import COMMIT, PUSH
from pysentry_hook.reading import read_places
from pysentry_hook.reports.change import Change, told
from pysentry_hook.rules import Stated
from pysentry_hook.scan import scan
from pysentry_hook.tree import CommitTree, IndexTree, known_commit, parents, repository_root
from pysentry_hook.triggers import Concerned, concerned

FILE = "--staged-file"
_SECONDS = 3.0
"""How long a commit waits for all requests together."""


def as_options(arguments: Sequence[str]) -> list[str]:
    """Make what is byte for byte a path in the index the value of an option, whatever it begins with."""
    with IndexTree(repository_root([Path()])) as index:
        return [f"{FILE}={argument}" if index.is_file(argument) else argument for argument in arguments]


@takes_flags()
def hook(
    flags: Flags,
    files: Annotated[list[str] | None, typer.Option(FILE, hidden=True)] = None,
    push: Annotated[bool, typer.Option("--push", help="Judge all of what is pushed, by the gate push.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say what is sent where.")] = False,
) -> None:
    """Judge what a commit or a push brings in; called by pre-commit and prek."""
    with ExitStack() as stack:
        state = _state(repository_root([Path()]), stack, push=push, files=files or ())
        settings = _settings(flags, state, push=push)
        found = _concerned(state, files or (), settings, push=push)
        change = replace(state.change, notes=(*state.change.notes, *found.notes), command=_command())
        if not found.places:
            write_out("".join(f"pysentry-hook: {note}\n" for note in found.notes))
            return
        work = stack.enter_context(scanning(settings, verbose=verbose))
        code = _judge(settings, state, found.places, change, work)
    raise typer.Exit(code)


def _judge(settings: Settings, state: "_State", places: Sequence[str], change: Change, work: Scanning) -> int:
    try:
        read = read_places(settings, state.tree, state.root, places)
    except UnreadableInputsError as error:
        say(error.root, error.errors)
        return error.exit_code
    bases = (EMPTY_TREE,) if change.is_first else tuple(tree.commit for tree in state.bases)
    result = scan(
        settings,
        read,
        bases,
        http=work.http,
        cache=work.cache,
        now=datetime.now(UTC),
        log=work.log,
        progress=progress,
        unchanged=work.here if _only_changed(settings) and bases else None,
    )
    view = look_at(os.environ)._replace(root=state.root.as_posix(), here=Path.cwd().resolve().as_posix(), colour=False)
    write_out(told(result.report, replace(change, packages=result.changed), view))
    say(result.root, result.unreadable)
    return exit_code(result, gating=True)


class _State(NamedTuple):
    """What is judged, and the states that it is compared with."""

    root: Path
    tree: IndexTree | CommitTree
    bases: tuple[CommitTree, ...]
    change: Change


def _state(root: Path, stack: ExitStack, *, push: bool, files: Sequence[str]) -> _State:
    """Return the tree and its baseline, as pre-commit, prek and git tell them by files and the environment."""

    def commit(name: str) -> CommitTree:
        return stack.enter_context(CommitTree(root, name))

    newest, oldest = os.environ.get("PRE_COMMIT_TO_REF"), known_commit(root, os.environ.get("PRE_COMMIT_FROM_REF"))
    change = Change("push" if push else "commit")
    if newest and known_commit(root, newest):
        return _State(root, commit(newest), (commit(oldest),) if oldest else (), change)
    index = stack.enter_context(IndexTree(root))
    if push or oldest:
        return _State(root, index, (commit(oldest),) if oldest else (), change)
    on = parents(root, os.environ)
    bases = tuple(commit(name) for name in on.refs)
    if bases and files and index.is_same(bases[0]):
        return _State(root, index, (), replace(change, notes=("nothing is staged, so everything is judged",)))
    return _State(root, index, bases, replace(change, knows_all=on.is_complete, is_first=not bases))


def _settings(flags: Flags, state: _State, *, push: bool) -> Settings:
    """The settings of a hook: below everything that somebody says, a commit asks little and waits for nobody."""
    today = datetime.now(UTC).date()
    files = configuration(flags, os.environ, tree=state.tree, root=state.root, folder="", today=today)
    usual: dict[str, object] = {"gate": PUSH if push else COMMIT}
    if not push:
        usual |= {
            "sources.enabled": ("osv",),
            "http.deadline": _SECONDS,
            "resolver.no_resolver": True,
            "maintenance.enabled": False,
        }
    files.below.append(Said(settings={key: Stated(value, "the hook") for key, value in usual.items()}))
    settings = settle(flags, os.environ, files, today)
    for warning in settings.warnings:
        typer.echo(f"warning: {warning}", err=True)
    return replace(settings, recursive=push or settings.recursive)


def _concerned(state: _State, files: Sequence[str], settings: Settings, *, push: bool) -> Concerned:
    """The projects to read: all of them at a push, else those of the changed files."""
    if push:
        return Concerned(("",), ())
    found = concerned(state.tree, state.bases, files)
    return found if not settings.recursive else Concerned(("",), found.notes)


def _only_changed(settings: Settings) -> bool:
    """Whether nothing but what a change brings in can block, and a service would have to be asked about the rest."""
    gates = choose(settings.policy).gates
    return not settings.advisory_db and all(gate.value("only_introduced") for gate in gates)


def _command() -> str | None:
    """How this program is called where the user reads the report; None where only the hook's environment has it."""
    path = os.pathsep.join(folder for folder in os.get_exec_path() if not Path(folder).is_relative_to(sys.prefix))
    for program, command in (("pysentry-hook", "pysentry-hook"), ("uvx", "uvx pysentry-hook")):
        if shutil.which(program, path=path):
            return command
    return None
