"""The help of a command as plain text: rich would take longer than everything else that help needs."""

from collections.abc import Callable
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption

from pysentry_hook import __version__

ALL = "--help-all"
_RARELY = " (rarely)"
_LONGEST = 1_000
_MANY = 18
"""Of more options some are told by --help-all alone, so that --help fits a screen."""


def rarely(title: str) -> str:
    """The title of an option that only --help-all tells of."""
    return f"{title}{_RARELY}"


def _telling(name: str, what: str, callback: Callable[..., Any]) -> TyperOption:
    """An option that tells something and exits."""

    def told(context: Any, _: object, wanted: bool) -> None:
        if wanted and not context.resilient_parsing:
            typer.echo(callback(context))
            raise typer.Exit

    return TyperOption(param_decls=[name], is_flag=True, is_eager=True, expose_value=False, callback=told, help=what)


def _whole_help(context: Any) -> str:
    context.meta[ALL] = True
    return str(context.get_help())


def _write_epilog(command: Any, formatter: Any, *lines: str) -> None:
    """Write lines, and the example as it is: what can be pasted is never wrapped."""
    before, mark, example = command.epilog.partition("Example: ")
    formatter.write_paragraph()
    for line in (*lines, *before.splitlines()):
        formatter.write_text(line)
    formatter.write(f"{mark}{example}\n")


class Command(TyperCommand):
    """A command whose help lists its options below titles; of many options it tells those of every day.

    --help-all tells them all.
    """

    def __init__(self, name: str | None, **more: Any) -> None:
        super().__init__(name, **more)
        if len(self.params) > _MANY:
            self.params.append(_telling(ALL, "Show every option and exit.", _whole_help))

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the arguments, then each title in the order of its first option."""
        titles: dict[str, list[tuple[str, str]]] = {"Arguments": []}
        for parameter in self.get_params(ctx):
            usual = "Arguments" if parameter.param_type_name == "argument" else "Options"
            title = getattr(parameter, "rich_help_panel", None) or rarely(usual)
            record = parameter.get_help_record(ctx)
            if record and not (self._is_short(ctx) and title.endswith(_RARELY)):
                titles.setdefault(title.removesuffix(_RARELY), []).append(record)
        for title, records in titles.items():
            if records:
                with formatter.section(title):
                    formatter.write_dl(records)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """Write where the other options are told, and what the command says at the end."""
        _write_epilog(self, formatter, *([f"All options: {ctx.command_path} {ALL}"] if self._is_short(ctx) else []))

    def _is_short(self, ctx: Any) -> bool:
        """Whether this help leaves options out."""
        return ALL not in ctx.meta and any(ALL in parameter.opts for parameter in self.params)


class Default(Command):
    """The command of a line that names none: the program's own options are among its options."""

    def __init__(self, name: str | None, **more: Any) -> None:
        super().__init__(name, **more)
        self.params.append(
            _telling("--version", "Show the version and exit.", lambda _: f"pysentry-hook {__version__}")
        )


class Group(TyperGroup):
    """A command that has commands below it, whose help tells the whole first sentence of each."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Show the help where no command is named, which is a mistake all the same."""
        if not args and not ctx.resilient_parsing:
            typer.echo(ctx.get_help())
            ctx.fail("name one of its commands")
        return super().parse_args(ctx, args)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write a line for each command, however long."""
        found = ((name, self.get_command(ctx, name)) for name in self.list_commands(ctx))
        rows = [(name, command.get_short_help_str(_LONGEST)) for name, command in found if command]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 (what typer calls)
        """Write the example."""
        _write_epilog(self, formatter)


class Commands(typer.Typer):
    """Commands, each with an example that works as it is written; one alone is that command."""

    def __init__(self, what: str | None = None, *, example: str = "", add_completion: bool = False) -> None:
        super().__init__(
            cls=Group,
            help=what,
            epilog=f"Example: {example}",
            add_completion=add_completion,
            context_settings={"help_option_names": ["--help", "-h"]},
            pretty_exceptions_enable=False,
            rich_markup_mode=None,
        )

    def add(
        self, example: str, *, name: str | None = None, cls: type[Command] = Command, before: str = "", **more: Any
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Take a function as a command; the line `before` stands before its example."""
        return self.command(name, cls=cls, epilog=f"{before}Example: {example}", **more)
