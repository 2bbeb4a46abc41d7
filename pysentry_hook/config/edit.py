"""Write, change and remove suppressions in a configuration file whose other bytes stay as they are."""

import json
import os
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from pysentry_hook.config.arrays import extended, is_inline, shortened, with_key
from pysentry_hook.config.files import OURS, PEERS, PYPROJECT, TABLE
from pysentry_hook.config.flags import Flags
from pysentry_hook.config.lines import Lines
from pysentry_hook.config.named import named_file
from pysentry_hook.config.statements import Source, read_statements
from pysentry_hook.errors import ConfigError, InputError, UsageError
from pysentry_hook.inputs.documents import Document, parse_toml, without_long_strings
from pysentry_hook.rules import Suppression
from pysentry_hook.text import one_line

_BOM = "\ufeff"
_HEADER = re.compile(r"[ \t]*\[")
_CONTENT = re.compile(r"[ \t]*[^\s#]")

Change = Callable[[list[Any]], object]
"""Does to the plain list of suppressions what is to be done to the file."""


class Target(NamedTuple):
    """A file that holds suppressions, and the keys that lead to our table in it."""

    path: Path
    table: tuple[str, ...]

    def read(self) -> str:
        """The text of the file with its line ends, "" where there is none."""
        try:
            return self.path.read_bytes().decode("utf-8")
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"{self.path}: cannot be read: {error}; check that you may read it") from error

    def values(self, text: str) -> Mapping[str, Any]:
        """Our table of a text, empty where there is none."""
        values: Any = self.parse(text)
        for key in self.table:
            values = values.get(key, {}) if isinstance(values, Mapping) else {}
        return values if isinstance(values, Mapping) else {}

    def suppressions(self, text: str, today: date) -> Sequence[Suppression]:
        """The suppressions of a text as they are read from the file; ConfigError for what has no meaning."""
        told = str(self.path)
        lines = Lines(text.removeprefix(_BOM))
        source = Source(path=told, told=told, table=self.table, lines=lines, is_project=False, today=today)
        return read_statements(self.values(text), source).suppressions

    def parse(self, text: str) -> dict[str, Any]:
        """Parse a text by the standard library, which others may read it with, and as we read it ourselves."""
        import tomllib

        plain = text.removeprefix(_BOM)
        try:
            values = tomllib.loads(plain)
            parse_toml(Document(str(self.path), plain, ""))
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            raise ConfigError(f"{self.path}: is not valid TOML: {error}; mend it first") from error
        except InputError as error:
            raise ConfigError(str(error)) from error
        return values


def nearest(root: Path, folder: str) -> Target:
    """The nearest file that has a table of ours, else the project's manifest, else a file of ours."""
    project = root / folder
    for here in (project, *project.parents):
        for name in (OURS, PYPROJECT):
            target = target_of(here / name)
            if target.path.is_file() and (name == OURS or _has_table(target)):
                return target
        if here == root:
            break
    manifest = project / PYPROJECT
    return target_of(manifest if manifest.is_file() else project / OURS)


def target_for(named: Path | None, environment: Mapping[str, str], root: Path, folder: str) -> Target:
    """The file that takes what is new: one that is named, by an option or in the environment, else the nearest."""
    file = named_file(Flags(config=named), environment)
    if file:
        return target_of(file)
    found = nearest(root, folder)
    return found._replace(path=Path(os.path.relpath(found.path)))


def target_of(path: Path) -> Target:
    """A configuration file as one that holds suppressions; UsageError for one of pysentry, which cannot."""
    if path.name == PEERS:
        raise UsageError(f"{path}: pysentry's own file holds no settings of ours; name another")
    return Target(path, TABLE if path.name == PYPROJECT else ())


def _has_table(target: Target) -> bool:
    text = target.read()
    # a manifest that has no word of ours may be as broken as it likes
    return TABLE[-1] in text and bool(target.values(text))


def added(target: Target, text: str, entry: Mapping[str, object], comment: str = "") -> str:
    """Return the text with one more suppression: appended as a table, or into the array that stands there.

    A comment stands below the header of its table; in an array there is no room for one.
    """
    path = (*target.table, "suppressions")
    keys = [f"{key} = {toml(value)}" for key, value in entry.items()]
    noted = [f"# {one_line(comment, 1000)}"] if comment else []

    def write(body: str) -> str:
        if is_inline(Lines(body), path):
            return extended(body, path, f"{{ {', '.join(keys)} }}")
        end = line_end(body)
        gap = "" if not body else end if body.endswith("\n") else end * 2
        return body + gap + end.join([f"[[{'.'.join(path)}]]", *noted, *keys]) + end

    return _changed(target, text, write, lambda entries: entries.append(dict(entry)))


def renewed(target: Target, text: str, number: int, changes: Mapping[str, object]) -> str:
    """Return the text with other values of one suppression."""
    path: tuple[str | int, ...] = (*target.table, "suppressions", number)

    def write(body: str) -> str:
        for key, value in changes.items():
            span = Lines(body).span((*path, key))
            if span:
                body = body[: span.start] + toml(value) + body[span.end :]
            elif is_inline(Lines(body), path):
                body = with_key(body, path, key, toml(value))
            else:
                body = with_line(body, Lines(body).line(path), f"{key} = {toml(value)}")
        return body

    return _changed(target, text, write, lambda entries: entries[number].update(changes))


def removed(target: Target, text: str, number: int) -> str:
    """Return the text without one suppression, and without the blank line before it."""
    path = (*target.table, "suppressions")

    def write(body: str) -> str:
        if is_inline(Lines(body), path):
            return shortened(body, path, number)
        lines = _split(body)
        start, end = _block(target, body, number)
        if start and not lines[start - 1].strip() and (end == len(lines) or not lines[end].strip()):
            start -= 1
        return "".join(lines[:start] + lines[end:])

    return _changed(target, text, write, lambda entries: entries.pop(number))


def toml(value: object) -> str:
    """A value as TOML writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"{value:.12g}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return f"[{', '.join(map(toml, value))}]"
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{key} = {toml(each)}' for key, each in value.items())} }}" if value else "{}"
    # JSON leaves U+007F as it is, which TOML forbids
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")


def _split(text: str) -> list[str]:
    """The lines with their ends, as TOML counts them: other characters that break lines do not."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def line_end(text: str) -> str:
    """How the lines of a text end."""
    return "\r\n" if "\r\n" in text else "\n"


def with_line(text: str, number: int, line: str) -> str:
    """The text with one more line behind the line of that number."""
    lines = _split(text)
    end = line_end(text)
    before = lines[number - 1]
    lines[number - 1] = before + ("" if before.endswith("\n") else end) + line + end
    return "".join(lines)


def _block(target: Target, text: str, number: int) -> tuple[int, int]:
    """The lines of a suppression, from its header to behind its last value, counted from 0."""
    plain, raw = _split(without_long_strings(text)), _split(text)
    start = Lines(text).line((*target.table, "suppressions", number)) - 1
    following = next((n for n in range(start + 1, len(plain)) if _HEADER.match(plain[n])), len(plain))
    last = max(n for n in range(start, following) if n == start or _CONTENT.match(raw[n]))
    return start, last + 1


def _changed(target: Target, text: str, write: Callable[[str], str], change: Change) -> str:
    """Return the text after a change if it means what it meant before but for that change; else ConfigError."""
    body = text.removeprefix(_BOM)
    wanted = target.parse(body)
    table: Any = wanted
    for key in target.table:
        table = table.setdefault(key, {}) if isinstance(table, dict) else None
    entries = table.setdefault("suppressions", []) if isinstance(table, dict) else None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ConfigError(
            f"{target.path}: {'.'.join((*target.table, 'suppressions'))} is no list of tables; write [[suppressions]]"
        )
    change(entries)
    after = write(body)
    unsafe = ConfigError(f"{target.path}: cannot be changed without touching more than that; edit it by hand")
    try:
        found = target.parse(after)
    except ConfigError as error:
        raise unsafe from error
    if _without_empty(wanted) != _without_empty(found):
        raise unsafe
    return text[: len(text) - len(body)] + after


def _without_empty(values: Mapping[str, Any]) -> dict[str, Any]:
    """A table without the tables and lists that hold nothing: no header stands for them any more."""
    plain = {key: _without_empty(value) if isinstance(value, dict) else value for key, value in values.items()}
    return {key: value for key, value in plain.items() if value not in ({}, [])}
