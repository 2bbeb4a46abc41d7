"""What a pyproject.toml or Pipfile beside a lock declares: names by scope, and their lines."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from pysentry_hook.errors import InputError
from pysentry_hook.inputs.documents import Document, parse_toml, read_text, without_long_strings
from pysentry_hook.inputs.scopes import scope_name
from pysentry_hook.model import MAIN, Location, NormalizedName, normalize, parse_name
from pysentry_hook.text import one_line
from pysentry_hook.tree import Tree

_REQUIREMENT = re.compile(
    r"\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*+(?:\[[^\]]*+\]\s*+)?(?:$|(?<=\s)|[<>=!~;@(])"
)
_TABLE = re.compile(r"\s*\[{1,2}([^\]]+)\]{1,2}\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*((?:[A-Za-z0-9_.-]|"[^"]*"|'[^']*')+)\s*=""")
_SEGMENT = re.compile(r"""[^."'\s]+|"[^"]*"|'[^']*'""")
_STRING = re.compile(r""""((?:[^"\\]|\\.)*+)"|'([^']*)'|#""")
_NOT_PACKAGES = {"source", "requires", "pipenv", "scripts"}
_PYPROJECT = {"project", "build-system", "dependency-groups", "tool"}
_DEPTH_OF_GROUPS = 5  # tool.poetry.group.<name>.dependencies
_Key = tuple[str, ...]
"""A dotted key of TOML in parts: `a."b.c"` is ("a", "b.c")."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The declarations of one manifest; `scopes` maps `main`, extras and groups to package names."""

    document: Document
    name: NormalizedName | None
    scopes: Mapping[str, tuple[NormalizedName, ...]]
    optional: frozenset[NormalizedName] = field(default=frozenset())
    """Names in `main` that only an extra installs (Poetry)."""

    @property
    def path(self) -> str:
        """The path of the manifest in its tree."""
        return self.document.path

    @property
    def direct(self) -> frozenset[NormalizedName]:
        """Every name that any scope declares."""
        return frozenset(name for names in self.scopes.values() for name in names)

    def location(self, name: NormalizedName) -> Location | None:
        """The line that declares a package."""
        return _lines(self.document).get(name)


def read_manifest(tree: Tree, path: str) -> Manifest | None:
    """Return the manifest at a path, None where there is none; InputError where it cannot be read."""
    if not tree.exists(path):
        return None
    document = read_text(tree, path)
    data = parse_toml(document)
    return _pipfile(document, data) if path.rpartition("/")[2] == "Pipfile" else _pyproject(document, data)


def beside(tree: Tree, path: str, name: str) -> tuple[Manifest | None, tuple[str, ...]]:
    """Return the manifest in the folder of a lock, and a note where it is there and cannot be read."""
    folder = path.rpartition("/")[0]
    try:
        return read_manifest(tree, f"{folder}/{name}" if folder else name), ()
    except InputError as error:
        return None, (f"{error} So direct dependencies and their lines are not known.",)


def requirement_name(text: object) -> NormalizedName | None:
    """Return the name at the start of a PEP 508 requirement, https://peps.python.org/pep-0508/#names."""
    found = _REQUIREMENT.match(text) if isinstance(text, str) else None
    return normalize(found[1]) if found else None


def _pipfile(document: Document, data: Mapping[str, Any]) -> Manifest:
    scopes = {}
    for category, entries in data.items():
        if category not in _NOT_PACKAGES and isinstance(entries, dict):
            scopes[_category(category)] = tuple(name for key in entries if (name := parse_name(key)))
    return Manifest(document, None, scopes)


def _category(name: str) -> str:
    return {"packages": MAIN, "dev-packages": "dev"}.get(name) or scope_name(name)


def _pyproject(document: Document, data: Mapping[str, Any]) -> Manifest:  # noqa: C901 (one loop for each table)
    scopes: dict[str, list[NormalizedName]] = {}
    optional: set[NormalizedName] = set()
    project, tool = _sub(data, "project"), _sub(data, "tool")
    poetry, uv = _sub(tool, "poetry"), _sub(tool, "uv")

    def add(scope: str, requirements: object) -> None:
        if isinstance(requirements, list):
            scopes.setdefault(scope, []).extend(name for text in requirements if (name := requirement_name(text)))

    if project:
        add(MAIN, project.get("dependencies"))
    for extra, requirements in _sub(project, "optional-dependencies").items():
        add(scope_name(extra), requirements)
    for group, requirements in _sub(data, "dependency-groups").items():
        add(scope_name(group), requirements)
    add("dev", uv.get("dev-dependencies"))
    for scope, entries in _poetry_tables(poetry):
        for key, entry in entries.items():
            name = parse_name(key)
            if name and name != "python":
                scopes.setdefault(scope, []).append(name)
                if scope == MAIN and isinstance(entry, dict) and entry.get("optional") is True:
                    optional.add(name)
    for extra, names in _sub(poetry, "extras").items():
        add(scope_name(extra), names)
    name = parse_name(project.get("name")) or parse_name(poetry.get("name"))
    return Manifest(document, name, {scope: tuple(names) for scope, names in scopes.items()}, frozenset(optional))


def _poetry_tables(poetry: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield MAIN, _sub(poetry, "dependencies")
    yield "dev", _sub(poetry, "dev-dependencies")
    for group, content in _sub(poetry, "group").items():
        yield scope_name(group), _sub(content, "dependencies") if isinstance(content, dict) else {}


def _sub(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = data.get(key)
    return value if isinstance(value, dict) else {}


@lru_cache(maxsize=64)
def _lines(document: Document) -> Mapping[NormalizedName, Location]:
    """The first line that declares each package; TOML parsers give no lines, so the text is read."""
    found: dict[NormalizedName, Location] = {}
    table: _Key = ()
    key: _Key = ()
    for number, line in enumerate(without_long_strings(document.text).split("\n"), 1):
        if header := _TABLE.match(line):
            table, key = _segments(header[1]), ()
            name = parse_name(table[-1]) if table and _holds_keys(table[:-1]) else None
            candidates = [(name, header.start(1), header.end(1))] if name else []
        else:
            started = _KEY.match(line)
            if started:
                key = _segments(started[1])
            candidates = list(_declared(table, key, line, started))
        for name, start, end in candidates:
            found.setdefault(name, Location(document.path, number, start + 1, end + 1, one_line(line[start:end])))
    return found


def _segments(key: str) -> _Key:
    return tuple(part.strip("\"'") for part in _SEGMENT.findall(key))


def _holds_keys(table: _Key) -> bool:
    """Whether the keys of a table are package names: Poetry's tables and a Pipfile's."""
    if table[:2] == ("tool", "poetry"):
        return table[2:] in {("dependencies",), ("dev-dependencies",)} or (
            len(table) == _DEPTH_OF_GROUPS and table[2] == "group" and table[4] == "dependencies"
        )
    return len(table) == 1 and table[0] not in _NOT_PACKAGES | _PYPROJECT


def _declared(
    table: _Key, key: _Key, line: str, started: re.Match[str] | None
) -> Iterator[tuple[NormalizedName, int, int]]:
    if _holds_keys(table):
        name = parse_name(key[0]) if started and key else None
        if started and name:
            yield name, started.start(1), len(line.rstrip())
    elif _holds_requirements(table, key):
        for string in _STRING.finditer(line, started.end() if started else 0):
            if string[0] == "#":
                return
            name = requirement_name(string[1] if string[1] is not None else string[2])
            if name:
                yield name, string.start(), string.end()


def _holds_requirements(table: _Key, key: _Key) -> bool:
    if table == ("project",):
        return key[:1] in {("dependencies",), ("optional-dependencies",)}
    return table in {("project", "optional-dependencies"), ("dependency-groups",)} or (
        table == ("tool", "uv") and key == ("dev-dependencies",)
    )
