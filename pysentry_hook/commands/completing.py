"""What a shell completes: the first word is a command or a path, and what follows belongs to that command."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from typer.core import TyperArgument, TyperCommand
from typer.main import get_command

_PLAIN = re.compile(r"\w[\w.@+-]*", re.ASCII)
"""A name that no shell reads as anything else: a shell evaluates what it is offered, and files may be a stranger's."""


def complete(commands: Mapping[str, Callable[[], Any]], default: str, internal: Collection[str]) -> None:
    """Answer the shell that asks through the environment, in the way of typer, and exit."""
    _Root(commands, default, internal).main([], prog_name="pysentry-hook")


class _Root(TyperCommand):
    """The whole program; of its commands those are built whose names are typed."""

    def __init__(self, commands: Mapping[str, Callable[[], Any]], default: str, internal: Collection[str]) -> None:
        self._commands = commands
        self._default = get_command(commands[default]())
        self._names = [name for name in commands if name not in internal]
        options = [each for each in self._default.params if each.param_type_name == "option"]
        first = TyperArgument(param_decls=["first"], autocompletion=self._first)
        super().__init__("pysentry-hook", params=[first, *options])

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Parse the words before the one that is completed, as the command that they name."""
        if not args:
            return super().make_context(info_name, args, parent, **extra)
        named = args[0] in self._commands
        command = get_command(self._commands[args[0]]()) if named else self._default
        return command.make_context(info_name, args[named:], parent, **extra)

    def _first(self, _context: object, _words: object, start: str) -> list[str]:
        """Commands, with the files beside them; where no command begins so, the shell completes files by itself."""
        names = [name for name in self._names if name.startswith(start)]
        return [*names, *_files()] if names else []


def _files() -> Iterator[str]:
    """The files and folders here."""
    with suppress(OSError):
        for path in sorted(Path().iterdir()):
            if _PLAIN.fullmatch(path.name):
                yield f"{path.name}/" if path.is_dir() else path.name
