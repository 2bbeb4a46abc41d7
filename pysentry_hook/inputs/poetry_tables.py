"""Read what [tool.poetry] declares, https://python-poetry.org/docs/dependency-specification/."""

import re
from collections.abc import Container, Iterator, Mapping
from typing import Any

from pysentry_hook.errors import InputError
from pysentry_hook.inputs.constraints import Key
from pysentry_hook.inputs.declarations import (
    IN_MAIN,
    Stated,
    Step,
    as_pep508,
    joined_markers,
    not_pinned,
    pinned_version,
)
from pysentry_hook.inputs.documents import table, texts
from pysentry_hook.inputs.kinds import kind_of_table
from pysentry_hook.inputs.manifest import requirement_name
from pysentry_hook.inputs.poetry_constraints import alternatives
from pysentry_hook.inputs.scopes import scope_name
from pysentry_hook.model import NormalizedName, parse_name
from pysentry_hook.text import one_line

_POETRY = ("tool", "poetry")
_OR = re.compile(r"\|\|?")
_PLATFORM = re.compile(r"[a-z0-9]+")
_SPECIFIER = re.compile(r"(===|==|!=|>=|<=|~=|<|>)(.+)", re.DOTALL)


def stated(path: str, poetry: Mapping[str, Any], elsewhere: Container[NormalizedName]) -> Iterator[Stated]:
    """Yield what the tables of Poetry declare.

    An optional package belongs to the extras that name it. A package that [project] declares
    (`elsewhere`) is only completed here, unless a version is given.
    """
    extras = _extras(path, poetry)
    for step, section, entries in _sections(path, poetry):
        for key, value in entries.items():
            name = parse_name(key)
            if name is None:
                raise InputError(path, f"{one_line(key, 60)!r} is no valid package name")
            if name == "python":
                continue
            for number, entry in enumerate(value if isinstance(value, list) else [value]):
                if name in elsewhere and isinstance(entry, dict) and "version" not in entry:
                    continue
                optional = isinstance(entry, dict) and entry.get("optional") is True
                belongs = extras.get(name, []) if step == IN_MAIN and optional else []
                for each in belongs or [step]:
                    yield _entry(path, each, section, number, name, entry)


def includes(path: str, poetry: Mapping[str, Any]) -> Iterator[tuple[Step, Step]]:
    """Yield the groups that a group includes."""
    for group, content in table(poetry.get("group"), path, "[tool.poetry.group]").items():
        what = f"the group {one_line(group, 60)!r}"
        for name in texts(table(content, path, what).get("include-groups"), path, f"include-groups of {what}"):
            yield Step("group", scope_name(group)), Step("group", scope_name(name))


def steps(path: str, poetry: Mapping[str, Any]) -> Iterator[Step]:
    """Yield every group and extra."""
    for group in table(poetry.get("group"), path, "[tool.poetry.group]"):
        yield Step("group", scope_name(group))
    for extra in table(poetry.get("extras"), path, "[tool.poetry.extras]"):
        yield Step("extra", scope_name(extra))
    if "dev-dependencies" in poetry:
        yield Step("group", "dev")


def _extras(path: str, poetry: Mapping[str, Any]) -> Mapping[NormalizedName, list[Step]]:
    found: dict[NormalizedName, list[Step]] = {}
    for extra, names in table(poetry.get("extras"), path, "[tool.poetry.extras]").items():
        for text in texts(names, path, f"the extra {one_line(extra, 60)!r}"):
            name = requirement_name(text)
            if name:
                found.setdefault(name, []).append(Step("extra", scope_name(extra)))
    return found


def _sections(path: str, poetry: Mapping[str, Any]) -> Iterator[tuple[Step, Key, Mapping[str, Any]]]:
    for key, step in (("dependencies", IN_MAIN), ("dev-dependencies", Step("group", "dev"))):
        yield step, (*_POETRY, key), table(poetry.get(key), path, f"[tool.poetry.{key}]")
    for group, content in table(poetry.get("group"), path, "[tool.poetry.group]").items():
        what = f"the group {one_line(group, 60)!r}"
        entries = table(table(content, path, what).get("dependencies"), path, f"the dependencies of {what}")
        yield Step("group", scope_name(group)), (*_POETRY, "group", group, "dependencies"), entries


def _entry(path: str, step: Step, section: Key, number: int, name: NormalizedName, value: object) -> Stated:
    entry = {"version": value} if isinstance(value, str) else table(value, path, f"the dependency {name}")
    constraint = entry.get("version", "*")
    if not isinstance(constraint, str):
        raise InputError(path, f"the version of {name} is not a string")
    marker = joined_markers((_text(entry.get("markers")), _python(entry.get("python")), _platform(entry)))
    index = entry.get("source")
    kind = kind_of_table(entry)
    version = None if kind else _pin(constraint)
    reason = kind or ("" if version else not_pinned(name, constraint))
    origin = index if isinstance(index, str) else None
    asked = None if kind else _requirement(name, entry, constraint, marker)
    return Stated(step, section, number, name, version, reason, marker, origin, asked)


def _requirement(name: NormalizedName, entry: Mapping[str, object], constraint: str, marker: str | None) -> str | None:
    """The PEP 508 form; None for a constraint with alternatives, which it cannot express."""
    try:
        specifiers = alternatives(constraint)
    except ValueError:
        return None
    return as_pep508(name, entry, specifiers[0], marker) if len(specifiers) == 1 else None


def _pin(constraint: str) -> str | None:
    """The version of `1.2`, `==1.2` or `===1.2`."""
    try:
        found = alternatives(constraint)
    except ValueError:
        return None
    return pinned_version(found[0]) if len(found) == 1 else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _python(constraint: object) -> str | None:
    """The marker of a constraint on Python; None, which is everywhere, where it is none."""
    try:
        found = alternatives(constraint) if isinstance(constraint, str) else ("",)
    except ValueError:
        return None
    if not all(found):
        return None
    parts = [joined_markers(map(_python_marker, specifiers.split(","))) for specifiers in found]
    return " or ".join(f"({part})" if len(parts) > 1 else str(part) for part in parts)


def _python_marker(specifier: str) -> str | None:
    match = _SPECIFIER.fullmatch(specifier)
    if not match:
        return None
    minor = match[2].removesuffix(".*").count(".") <= 1 and match[1] in {"==", "!=", ">=", "<"}
    return f"{'python_version' if minor else 'python_full_version'} {match[1]} '{match[2]}'"


def _platform(entry: Mapping[str, Any]) -> str | None:
    """The marker of `platform = "linux"`; None, which is everywhere, for what is not such a name."""
    words = [word.strip() for word in _OR.split(str(entry.get("platform", "")))]
    if not all(map(_PLATFORM.fullmatch, words)):
        return None
    return " or ".join(f"sys_platform == '{word}'" for word in words)
