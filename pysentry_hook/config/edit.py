"""Write, change and remove suppressions in a configuration file whose other bytes stay as they are."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from pysentry_hook.config.files import OURS, PYPROJECT, TABLE
from pysentry_hook.config.lines import Lines
from pysentry_hook.config.statements import Source, read_statements
from pysentry_hook.errors import ConfigError
from pysentry_hook.inputs.documents import without_long_strings
from pysentry_hook.rules import Suppression

_HEADER = re.compile(r"[ \t]*\[")
_CONTENT = re.compile(r"[ \t]*[^\s#]")


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
            raise ConfigError(f"{self.path}: cannot be read: {error}") from error

    def suppressions(self, text: str, today: date) -> Sequence[Suppression]:
        """The suppressions of a text as they are read from the file; ConfigError for what has no meaning."""
        values: Any = _parse(self.path, text)
        for key in self.table:
            values = values.get(key, {}) if isinstance(values, Mapping) else {}
        source = Source(
            path=str(self.path), told=str(self.path), table=self.table, lines=Lines(text), is_project=True, today=today
        )
        return read_statements(values, source).suppressions


def nearest(root: Path, folder: str) -> Target:
    """The file that takes a new suppression: the nearest that has a table of ours, else the project's manifest."""
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


def target_of(path: Path) -> Target:
    """A configuration file as one that holds suppressions."""
    return Target(path, TABLE if path.name == PYPROJECT else ())


def _has_table(target: Target) -> bool:
    return f"[{'.'.join(TABLE)}" in target.read() or "pysentry-hook = " in target.read()


def added(target: Target, text: str, entry: Mapping[str, object]) -> str:
    """Return the text with one more suppression: appended as a table, or into the array that stands there."""
    if _is_inline(target, text):
        return _edited(target, text, lambda entries: entries.append(_inline(entry)))
    end = "\r\n" if "\r\n" in text else "\n"
    header = ".".join((*target.table, "suppressions"))
    lines = [f"[[{header}]]", *(f"{key} = {toml(value)}" for key, value in entry.items())]
    before = text if not text or text.endswith("\n") else text + end
    return before + (end if before else "") + end.join(lines) + end


def renewed(target: Target, text: str, number: int, changes: Mapping[str, object]) -> str:
    """Return the text with other values of one suppression."""
    if _is_inline(target, text):
        return _edited(target, text, lambda entries: entries[number].update(changes))
    lines = text.splitlines(keepends=True)
    start, end = _block(target, text, number)
    for key, value in changes.items():
        pattern = re.compile(
            rf"""([ \t]*(?:{key}|"{key}"|'{key}')[ \t]*=[ \t]*)([^\r\n]*?)([ \t]*(?:#[^\r\n]*)?\r?\n?)$"""
        )
        place = next((n for n in range(start, end) if pattern.match(lines[n])), None)
        if place is None:
            ending = "\r\n" if lines[start].endswith("\r\n") else "\n"
            lines[start + 1 : start + 1] = [f"{key} = {toml(value)}{ending}"]
            end += 1
        else:
            lines[place] = _with_value(lines[place], key, value)
    return "".join(lines)


def removed(target: Target, text: str, number: int) -> str:
    """Return the text without one suppression, and without the blank line before it."""
    if _is_inline(target, text):
        return _edited(target, text, lambda entries: entries.pop(number))
    lines = text.splitlines(keepends=True)
    start, end = _block(target, text, number)
    if start and not lines[start - 1].strip() and (end == len(lines) or not lines[end].strip()):
        start -= 1
    return "".join(lines[:start] + lines[end:])


def toml(value: object) -> str:
    """A value as TOML writes it."""
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(str(value), ensure_ascii=False)


def _parse(path: Path, text: str) -> Mapping[str, Any]:
    import tomllib  # the standard library's: what is written must be readable by every parser

    try:
        return tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: is not valid TOML: {error}") from error


def _is_inline(target: Target, text: str) -> bool:
    """Whether our table or its suppressions are written inline, so that nothing can be appended to them."""
    values: Any = _parse(target.path, text)
    header = re.compile(rf"^[ \t]*\[\[[ \t]*{_dotted((*target.table, 'suppressions'))}[ \t]*\]\]", re.MULTILINE)
    for key in (*target.table, "suppressions"):
        values = values.get(key) if isinstance(values, Mapping) else None
    has_headers = bool(header.search(without_long_strings(text)))
    return (values is not None and not has_headers) or _is_inline_table(target, text)


def _is_inline_table(target: Target, text: str) -> bool:
    """Whether a table that leads to ours is an inline one, which no header may extend."""
    pattern = r"""^[ \t]*(?:"?tool"?[ \t]*\.[ \t]*)?"?pysentry-hook"?[ \t]*=[ \t]*\{|^[ \t]*"?tool"?[ \t]*=[ \t]*\{"""
    return bool(target.table) and bool(re.search(pattern, without_long_strings(text), re.MULTILINE))


def _dotted(keys: Sequence[str]) -> str:
    return r"[ \t]*\.[ \t]*".join(rf"""(?:{re.escape(key)}|"{re.escape(key)}"|'{re.escape(key)}')""" for key in keys)


def _block(target: Target, text: str, number: int) -> tuple[int, int]:
    """The lines of a suppression, from its header to behind its last value, counted from 0."""
    lines = without_long_strings(text).splitlines()
    start = Lines(text).line((*target.table, "suppressions", number)) - 1
    following = next((n for n in range(start + 1, len(lines)) if _HEADER.match(lines[n])), len(lines))
    raw = text.splitlines()
    last = max(n for n in range(start, following) if n == start or _CONTENT.match(raw[n]))
    return start, last + 1


def _with_value(line: str, key: str, value: object) -> str:
    """The line of a key with another value, its indentation, comment and end kept."""
    found = re.match(r"""([ \t]*[^=]+=[ \t]*)("(?:[^"\\]|\\.)*"|'[^']*'|[^\s#]+)([ \t]*(?:#[^\r\n]*)?\r?\n?)$""", line)
    if not found:
        raise ConfigError(f"the value of {key} stands on several lines: change it by hand, then run config validate")
    return f"{found[1]}{toml(value)}{found[3]}"


def _edited(target: Target, text: str, change: Any) -> str:
    """Change an inline array of suppressions, its formatting kept."""
    import tomlkit  # 60 ms, needed only here

    document: Any = tomlkit.parse(text)
    table = document
    for key in target.table:
        table = table[key]
    if "suppressions" not in table:
        table["suppressions"] = tomlkit.array()
    change(table["suppressions"])
    return tomlkit.dumps(document)


def _inline(entry: Mapping[str, object]) -> Any:
    import tomlkit

    table = tomlkit.inline_table()
    table.update(entry)
    return table
