"""Every command of the program, as its tree tells them."""

from collections.abc import Iterator
from typing import Any

from typer.main import get_command

from pysentry_hook.cli import COMMANDS, DEFAULT

Words = tuple[str, ...]


def _found() -> Iterator[tuple[Words, Any]]:
    for name, build in COMMANDS.items():
        command = get_command(build())  # type: ignore[arg-type]  # an application of typer
        yield () if name == DEFAULT else (name,), command
        for below, each in getattr(command, "commands", {}).items():
            yield (name, below), each


EVERY: dict[Words, Any] = dict(_found())
"""Every command by the words that call it: the default one by none."""


def parsed(words: list[str]) -> Words:
    """Parse the words behind `pysentry-hook` as the real command does, without running it; return the command's."""
    name = words[0] if words[0] in COMMANDS else DEFAULT
    rest = words[1:] if name == words[0] else words
    called: Words = () if name == DEFAULT else (name,)
    command = EVERY[called]
    if hasattr(command, "commands"):
        called, rest = (name, rest[0]), rest[1:]
        command = EVERY[called]
    command.make_context(name, rest)
    return called


def option_names(command: Any) -> Iterator[str]:
    """The names of the options of a command that people are told of."""
    for parameter in command.params:
        if parameter.param_type_name == "option" and not parameter.hidden:
            yield from (*parameter.opts, *parameter.secondary_opts)
