"""Find what the command lines of audit tools accept, wherever they stand in a text file."""

import re
from collections.abc import Iterator, Sequence

from pysentry_hook.config.imported.accepted import (
    PIP_AUDIT,
    SAFETY,
    UV,
    Accepted,
    Found,
    Untaken,
    names_advisory,
    taken,
)
from pysentry_hook.config.imported.words import Word, behind, comments, words
from pysentry_hook.text import one_line

_IGNORE_VULN, _UNTIL_FIXED = "--ignore-vuln", "--ignore-until-fixed"
_NAMES = {PIP_AUDIT: (_IGNORE_VULN,), SAFETY: ("--ignore", "-i"), UV: ("--ignore", _UNTIL_FIXED)}
_NUMBERS = re.compile(r"-i=?(?P<numbers>\d[\d,]*)")
_SAFETY_COMMANDS = frozenset({"check", "scan"})
_UV_VALUES = frozenset({"--cache-dir", "--color", "--config-file", "--directory", "--preview-features", "--project"})
"""Options of uv that may stand before its command, with a value of their own."""


def read_commands(path: str, text: str) -> Iterator[Found]:
    """Give what the commands in a file accept: of pip-audit, of safety, and of uv audit."""
    if _IGNORE_VULN not in text and "safety" not in text and "audit" not in text:
        return
    noted = comments(path, text)
    for line, comment in noted.items():
        if _IGNORE_VULN in comment.text and not comment.is_alone:
            yield Untaken(path, line, f"{_IGNORE_VULN} stands behind a #, where nothing is read")
    found = words(path, text)
    for place, word in enumerate(found):
        for said in _of_command(path, found, place, word.text):
            beside = noted.get(said.line)
            yield said._replace(remark=beside.text) if beside and isinstance(said, Accepted) else said


def read_arguments(path: str, tool: str, arguments: Sequence[Word]) -> Iterator[Found]:
    """Give what the arguments of a tool accept."""
    for place, word in enumerate(arguments):
        option, separator, value = word.text.partition("=")
        numbers = _NUMBERS.fullmatch(word.text) if tool == SAFETY else None
        line = word.line
        if numbers:
            option, value = "-i", numbers["numbers"]
        elif option not in _NAMES[tool]:
            continue
        elif not separator and place + 1 < len(arguments):
            value, line = arguments[place + 1].text, arguments[place + 1].line
        yield from _values(path, tool, option, value, line)


def _of_command(path: str, found: Sequence[Word], place: int, text: str) -> Iterator[Found]:
    """What the command accepts that begins with a word; what only pip-audit has needs no command before it."""
    program = text.rpartition("/")[2]
    if text.partition("=")[0] == _IGNORE_VULN:
        yield from read_arguments(path, PIP_AUDIT, [found[place], *behind(found, place)[:1]])
    elif program in {"safety", "uv"}:
        tool = SAFETY if program == "safety" else UV
        arguments = behind(found, place)
        start = _audit(arguments) if tool == UV else _check(arguments)
        if start is not None:
            yield from read_arguments(path, tool, arguments[start + 1 :])


def _check(arguments: Sequence[Word]) -> int | None:
    """The place of the command of safety that audits."""
    return next((place for place, word in enumerate(arguments) if word.text in _SAFETY_COMMANDS), None)


def _audit(arguments: Sequence[Word]) -> int | None:
    """The place of `audit` where it is the command of uv, not an argument of another."""
    is_value = False
    for place, word in enumerate(arguments):
        if not is_value and not word.text.startswith("-"):
            return place if word.text == "audit" else None
        is_value = word.text in _UV_VALUES
    return None


def _values(path: str, tool: str, option: str, value: str, line: int) -> Iterator[Found]:
    """What one option accepts; of safety several ids may stand in one value."""
    several = [each.strip() for each in (value.split(",") if tool == SAFETY else [value])]
    for identifier in several:
        said = Accepted(identifier, tool, path, line, until_fixed=option == _UNTIL_FIXED)
        if names_advisory(said):
            yield taken(said)
        else:
            shown = f"{option} {one_line(identifier, 60)}".strip()
            yield Untaken(path, line, f"{tool}: {shown}: no id of an advisory stands there")
