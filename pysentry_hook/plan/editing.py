"""Edit a pyproject.toml: requirements in its lists and the limits of [tool.uv], and no other byte."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pysentry_hook.config.arrays import extended, is_inline, shortened, with_key
from pysentry_hook.config.edit import line_end, toml, with_line
from pysentry_hook.config.lines import Lines, Path
from pysentry_hook.errors import InputError, UsageError
from pysentry_hook.inputs.declarations import parse_requirement
from pysentry_hook.inputs.documents import without_long_strings
from pysentry_hook.inputs.manifest import requirement_name
from pysentry_hook.plan.bounds import respelled
from pysentry_hook.text import one_line

_BOM = "\ufeff"
_QUOTES = re.compile(r'"""|\'\'\'|"|\'')
_HEADER = re.compile(r"^[ \t]*\[[ \t]*tool[ \t]*\.[ \t]*uv[ \t]*\]", re.MULTILINE)
UV = ("tool", "uv")
_LISTS: Sequence[tuple[str, ...]] = (("project", "dependencies"), (*UV, "dev-dependencies"))
_TABLES: Sequence[tuple[str, ...]] = (
    ("project", "optional-dependencies"),
    ("dependency-groups",),
    ("tool", "pdm", "dev-dependencies"),
)
"""The lists of requirements, and the tables of such lists."""


def edited(path: str, data: bytes, texts: Mapping[str, str], limits: Sequence[tuple[str, str]]) -> bytes:
    """Return the file with other requirements, as PEP 508 writes them, and with further limits of [tool.uv].

    A limit is its key and a requirement, which takes the place of those for the same package. UsageError where the
    file cannot be changed so that it means exactly that.
    """
    try:
        text = data.decode("utf-8")
        body = text.removeprefix(_BOM)
        wanted = tomllib.loads(body)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError(f"{path}: cannot be edited: {one_line(error, 120)}") from error
    after = _with_requirements(path, body, wanted, texts)
    for key, requirement in limits:
        after = _with_limit(after, wanted, key, requirement)
    try:
        is_meant = tomllib.loads(after) == wanted
    except (tomllib.TOMLDecodeError, RecursionError):
        is_meant = False
    if not is_meant:
        raise UsageError(f"{path}: cannot be changed without touching more than is meant; edit it by hand")
    return (text[: len(text) - len(body)] + after).encode()


def requirements_of(data: Mapping[str, Any]) -> Iterator[tuple[Path, list[Any]]]:
    """Give the lists of a manifest that hold requirements, each with the keys that lead to it."""
    for keys in _LISTS:
        if isinstance(listed := value_at(data, keys), list):
            yield keys, listed
    for keys in _TABLES:
        table = value_at(data, keys)
        for name, listed in table.items() if isinstance(table, dict) else ():
            if isinstance(listed, list):
                yield (*keys, name), listed


def value_at(data: Mapping[str, Any], keys: Sequence[str]) -> Any:
    """The value behind keys, None where there is none."""
    found: Any = data
    for key in keys:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def _with_requirements(path: str, body: str, wanted: dict[str, Any], texts: Mapping[str, str]) -> str:
    """The text with the requirements that are to change, which `wanted` gets too."""
    lines, places, left = Lines(body), [], set(texts)
    for keys, listed in requirements_of(wanted):
        for number, written in enumerate(listed):
            before = _as_pep508(path, written)
            span = lines.span((*keys, number))
            if before is None or before not in texts or span is None:
                continue
            after = respelled(written, texts[before])
            raw = _respelled(body[span.start : span.end], texts[before])
            if after is None or raw is None:
                raise UsageError(
                    f"{path}: {one_line(written, 60)!r} cannot be changed as it is written; edit it by hand"
                )
            listed[number] = after
            places.append((span, raw))
            left.discard(before)
    if left:
        raise UsageError(f"{path}: {min(left)!r} is in no list of requirements; edit it by hand")
    for span, raw in sorted(places, reverse=True):
        body = body[: span.start] + raw + body[span.end :]
    return body


def _as_pep508(path: str, written: object) -> str | None:
    """A requirement as the reader of manifests writes it, None for what is none."""
    if not isinstance(written, str):
        return None
    try:
        return str(parse_requirement(path, written))
    except InputError:
        return None


def _respelled(string: str, requirement: str) -> str | None:
    """A string of TOML whose text has the bounds of a requirement."""
    quotes = _QUOTES.match(string)
    size = len(quotes[0]) if quotes else 0
    text = respelled(string[size : len(string) - size], requirement)
    return text and string[:size] + text + string[len(string) - size :]


def _with_limit(body: str, wanted: dict[str, Any], key: str, requirement: str) -> str:
    """The text with one more entry in a list of [tool.uv], in the place of those for the same package."""
    keys = (*UV, key)
    table = wanted.setdefault("tool", {}).setdefault("uv", {})
    if key not in table:
        table[key] = [requirement]
        return _with_list(body, keys, json.dumps([requirement], ensure_ascii=False))
    listed = table[key]
    name = requirement_name(requirement)
    same = [number for number, each in enumerate(listed) if isinstance(each, str) and requirement_name(each) == name]
    for number in reversed(same[1:]):
        del listed[number]
        body = shortened(body, keys, number)
    if not same:
        listed.append(requirement)
        return extended(body, keys, toml(requirement))
    listed[same[0]] = requirement
    span = Lines(body).span((*keys, same[0]))
    return body[: span.start] + toml(requirement) + body[span.end :] if span else body


def _with_list(body: str, keys: Path, value: str) -> str:
    """The text with a list that was not there: in the table of uv where that is, else in one at the end."""
    lines, end = Lines(body), line_end(body)
    if is_inline(lines, keys[:-1]):
        table = next(keys[:size] for size in (1, 2) if lines.span(keys[:size]))
        return with_key(body, table, ".".join(map(str, keys[len(table) :])), value)
    header = _HEADER.search(without_long_strings(body))
    if header:
        return with_line(body, body.count("\n", 0, header.end()) + 1, f"{keys[-1]} = {value}")
    gap = end if body.endswith("\n") else end * 2
    return f"{body}{gap}[tool.uv]{end}{keys[-1]} = {value}{end}"
