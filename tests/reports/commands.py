"""Read workflow commands as a runner does, https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs."""

from typing import NamedTuple

_DATA = (("%0D", "\r"), ("%0A", "\n"), ("%25", "%"))
_PROPERTY = (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%"))


class Command(NamedTuple):
    """One command that a runner acts on."""

    name: str
    properties: dict[str, str]
    message: str


def commands(text: str) -> list[Command]:
    """The commands of a log; AssertionError for a line that is none."""
    return [_command(line) for line in text.splitlines()]


def acts(line: str) -> bool:
    """Whether a runner would act on a line: `::name` at its start, or `##[name]` wherever it stands."""
    return line.lstrip().startswith("::") or "##[" in line or "##vso[" in line


def _command(line: str) -> Command:
    assert line.startswith("::"), line
    head, end, data = line[2:].partition("::")
    assert end, line
    name, _, told = head.partition(" ")
    properties = dict(pair.split("=", 1) for pair in told.split(",") if pair)
    return Command(name, {key: _read(value, _PROPERTY) for key, value in properties.items()}, _read(data, _DATA))


def _read(value: str, table: tuple[tuple[str, str], ...]) -> str:
    for escaped, text in table:
        value = value.replace(escaped, text)
    return value
