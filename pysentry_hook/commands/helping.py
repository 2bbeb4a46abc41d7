"""The help of a command as plain text: rich would take longer than everything else that help needs."""

from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

_LONGEST = 1_000


class Command(TyperCommand):
    """A command whose help lists its options below the titles of their panels."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the arguments, then each panel in the order of its first option."""
        panels: dict[str, list[tuple[str, str]]] = {"Arguments": [], "Options": []}
        for parameter in self.get_params(ctx):
            usual = "Arguments" if parameter.param_type_name == "argument" else "Options"
            title = getattr(parameter, "rich_help_panel", None) or usual
            if record := parameter.get_help_record(ctx):
                panels.setdefault(title, []).append(record)
        for title, records in panels.items():
            if records:
                with formatter.section(title):
                    formatter.write_dl(records)


class Group(TyperGroup):
    """A command that has commands below it, whose help tells the whole first sentence of each."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Show the help where no command is named, which is a mistake all the same."""
        if not args:
            typer.echo(ctx.get_help())
            ctx.fail("name one of its commands")
        return super().parse_args(ctx, args)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write a line for each command, however long."""
        found = ((name, self.get_command(ctx, name)) for name in self.list_commands(ctx))
        rows = [(name, command.get_short_help_str(_LONGEST)) for name, command in found if command]
        with formatter.section("Commands"):
            formatter.write_dl(rows)
