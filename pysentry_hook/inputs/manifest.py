"""What a pyproject.toml or Pipfile beside a lock declares: names by scope, and their lines."""

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from pysentry_hook.errors import InputError
from pysentry_hook.inputs.constraints import Asked, Constraint, Declarations, Key
from pysentry_hook.inputs.documents import Document, parse_toml, read_text, subtable, without_long_strings
from pysentry_hook.inputs.places import DeclaredLine
from pysentry_hook.inputs.scopes import scope_name
from pysentry_hook.inputs.specifiers import of_constraint, of_requirement
from pysentry_hook.inputs.unread import notes
from pysentry_hook.model import MAIN, Location, NormalizedName, normalize, parse_name
from pysentry_hook.text import one_line
from pysentry_hook.tree import Tree
from pysentry_hook.tree.places import below

_REQUIREMENT = re.compile(
    r"\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*+(?:\[[^\]]*+\]\s*+)?(?:$|(?<=\s)|[<>=!~;@(])"
)
_TABLE = re.compile(r"\s*\[{1,2}([^\]]+)\]{1,2}\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*((?:[A-Za-z0-9_.-]|"[^"]*"|'[^']*')+)\s*=""")
_SEGMENT = re.compile(r"""[^."'\s]+|"[^"]*"|'[^']*'""")
_STRING = re.compile(r""""([^"\\]*+(?:\\.[^"\\]*+)*)"?|'([^']*)'|(=\s*+(?:"[^"]*"|'[^']*'))|#""")
"""A quotation that never ends is one too: to begin anew at each mark would take the square of their number."""
NOT_PACKAGES = {"source", "requires", "pipenv", "scripts"}
_DEPTH_OF_GROUPS = 5  # tool.poetry.group.<name>.dependencies


class Manifest(NamedTuple):
    """The declarations of one manifest; `scopes` maps `main`, extras and groups to package names."""

    document: Document
    name: NormalizedName | None
    scopes: Mapping[str, tuple[NormalizedName, ...]]
    constraints: Mapping[NormalizedName, Sequence[Constraint]]
    optional: frozenset[NormalizedName] = frozenset()
    """Names in `main` that only an extra installs (Poetry)."""
    notes: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """The path of the manifest in its tree."""
        return self.document.path

    @property
    def direct(self) -> frozenset[NormalizedName]:
        """Every name that any scope declares."""
        return frozenset(name for names in self.scopes.values() for name in names)

    def lines(self, name: NormalizedName) -> Sequence[DeclaredLine]:
        """The lines that declare a package, from the first to the last."""
        first = _lines(self.document).get(name)
        declared = self.constraints.get(name, ())
        if first is None or len(declared) < 2:  # noqa: PLR2004 (one is the first)
            return [DeclaredLine(first, declared[0].specifiers if declared else ())] if first else []
        lines = _declared_lines(self.document)
        return sorted(DeclaredLine(lines.of(each.section, name, each.number), each.specifiers) for each in declared)


def read_manifest(tree: Tree, path: str) -> Manifest | None:
    """Return the manifest at a path, None where there is none; InputError where it cannot be read."""
    if not tree.exists(path):
        return None
    document = read_text(tree, path)
    data = parse_toml(document)
    return _pipfile(document, data) if path.rpartition("/")[2] == "Pipfile" else _pyproject(document, data)


def beside(tree: Tree, path: str, name: str) -> tuple[Manifest | None, tuple[str, ...]]:
    """Return the manifest in the folder of a lock, and notes of what in it is not read, or that it cannot be."""
    folder = path.rpartition("/")[0]
    try:
        manifest = read_manifest(tree, below(folder, name))
    except InputError as error:
        return None, (f"{error.sentence} So direct dependencies and their lines are not known.",)
    return manifest, manifest.notes if manifest else ()


def requirement_name(text: object) -> NormalizedName | None:
    """Return the name at the start of a PEP 508 requirement, https://peps.python.org/pep-0508/#names."""
    found = _REQUIREMENT.match(text) if isinstance(text, str) else None
    return normalize(found[1]) if found else None


class Editable(NamedTuple):
    """What pdm installs as a folder or repository that is worked on: `-e URL#egg=name`."""

    name: NormalizedName
    url: str


def parse_editable(text: str) -> Editable | None:
    """Return what a requirement installs editable, by its egg or the end of its URL; None for any other."""
    if not text.startswith("-e "):
        return None
    url = text[3:].strip()
    egg = url.partition("#egg=")[2].partition("[")[0]
    return Editable(parse_name(egg) or parse_name(url.rstrip("/").rpartition("/")[2]) or normalize("unnamed"), url)


def _pipfile(document: Document, data: Mapping[str, Any]) -> Manifest:
    found = Declarations()
    for category, entries in data.items():
        if category not in NOT_PACKAGES and isinstance(entries, dict):
            found.add(category_scope(category), (category,), _of_table(entries))
    return Manifest(document, None, found.scopes, found.constraints)


def category_scope(name: str) -> str:
    """Return the scope that a category of a Pipfile is."""
    return {"packages": MAIN, "dev-packages": "dev"}.get(name) or scope_name(name)


def _pyproject(document: Document, data: Mapping[str, Any]) -> Manifest:
    found = Declarations()
    project, tool = subtable(data, "project"), subtable(data, "tool")
    poetry = subtable(tool, "poetry")
    found.add(MAIN, ("project", "dependencies"), _of_list(project.get("dependencies")))
    lists = {
        ("project", "optional-dependencies"): subtable(project, "optional-dependencies"),
        ("dependency-groups",): subtable(data, "dependency-groups"),
        ("tool", "pdm", "dev-dependencies"): subtable(subtable(tool, "pdm"), "dev-dependencies"),
    }
    for section, content in lists.items():
        for scope, requirements in content.items():
            found.add(scope_name(scope), (*section, scope), _of_list(requirements))
    found.add("dev", ("tool", "uv", "dev-dependencies"), _of_list(subtable(tool, "uv").get("dev-dependencies")))
    elsewhere = frozenset(found.constraints)
    for scope, key, entries in _poetry_tables(poetry):
        packages = {name: entry for name, entry in entries.items() if name != "python"}
        found.add(scope, ("tool", "poetry", *key), _of_table(packages, elsewhere))
    for extra, names in subtable(poetry, "extras").items():
        found.add(scope_name(extra), (), ((name, None) for name, _ in _of_list(names)))
    main = subtable(poetry, "dependencies").items()
    optional = (parse_name(key) for key, entry in main if isinstance(entry, dict) and entry.get("optional") is True)
    name = parse_name(project.get("name")) or parse_name(poetry.get("name"))
    told = notes(document.path, tool)
    return Manifest(document, name, found.scopes, found.constraints, frozenset(filter(None, optional)), told)


def _poetry_tables(poetry: Mapping[str, Any]) -> Iterator[tuple[str, Key, Mapping[str, Any]]]:
    yield MAIN, ("dependencies",), subtable(poetry, "dependencies")
    yield "dev", ("dev-dependencies",), subtable(poetry, "dev-dependencies")
    for group, content in subtable(poetry, "group").items():
        entries = subtable(content, "dependencies") if isinstance(content, dict) else {}
        yield scope_name(group), ("group", group, "dependencies"), entries


def _of_list(requirements: object) -> Iterator[Asked]:
    for text in requirements if isinstance(requirements, list) else ():
        if name := requirement_name(text):
            yield name, of_requirement(text)


def _of_table(entries: Mapping[str, Any], elsewhere: Container[NormalizedName] = ()) -> Iterator[Asked]:
    for key, value in entries.items():
        if name := parse_name(key):
            for entry in value if isinstance(value, list) else [value]:
                constraint = entry.get("version") if isinstance(entry, dict) else entry
                yield name, None if constraint is None and name in elsewhere else of_constraint(constraint)


class Declared(NamedTuple):
    """One declaration as it stands in the text: in which table or list, of which package."""

    section: Key
    name: NormalizedName
    part: str
    """Empty for the declaration, `version` for that line of its own table, `{` for one of several tables."""
    location: Location


class DeclaredLines:
    """The lines of a manifest by table or list and package: the n-th of a package there is its n-th line."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._by_place: dict[tuple[Key, NormalizedName, str], list[Location]] = {}
        for section, name, part, location in _declared(document):
            self._by_place.setdefault((section, name, part), []).append(location)

    def of(self, section: Key, name: NormalizedName, number: int) -> Location:
        """The line of one declaration; where it cannot be told, the package's first or the file's."""
        for part in ("{", "version", ""):
            places = self._by_place.get((section, name, part), [])
            if number < len(places):
                return places[number]
        return _lines(self._document).get(name) or self._first_line

    @cached_property
    def _first_line(self) -> Location:
        line = self._document.text.partition("\n")[0].rstrip("\r")
        return Location(self._document.path, 1, 1, len(line) + 1, one_line(line))


_declared_lines = lru_cache(maxsize=64)(DeclaredLines)


@lru_cache(maxsize=64)
def _lines(document: Document) -> Mapping[NormalizedName, Location]:
    """The first line that declares each package."""
    found: dict[NormalizedName, Location] = {}
    for entry in _declared(document):
        found.setdefault(entry.name, entry.location)
    return found


@lru_cache(maxsize=64)
def _declared(document: Document) -> Sequence[Declared]:
    """Every declaration in order; TOML parsers give no lines, so the text is read."""
    found: list[Declared] = []
    table: Key = ()
    path: Key = ()
    for number, line in enumerate(without_long_strings(document.text).split("\n"), 1):
        header = _TABLE.match(line)
        started = None if header else _KEY.match(line)
        if header:
            table = path = _segments(header[1])
        elif started:
            path = (*table, *_segments(started[1]))
        depth = _depth_of_names(path, document.path)
        if depth:
            candidates = _named_by_key(path, depth, len(table), line, header or started)
        elif not header and _holds_requirements(path):
            candidates = _named_by_text(path, line, started)
        else:
            continue
        for section, name, part, start, end in candidates:
            location = Location(document.path, number, start + 1, end + 1, one_line(line[start:end]))
            found.append(Declared(section, name, part, location))
    return found


def _segments(key: str) -> Key:
    return tuple(part.strip("\"'") for part in _SEGMENT.findall(key))


def _depth_of_names(path: Key, file: str) -> int:
    """How many keys lead to the names of packages where these are keys: a Pipfile's and Poetry's; else 0."""
    if file.rpartition("/")[2] == "Pipfile":
        return int(bool(path) and path[0] not in NOT_PACKAGES)
    if path[:2] != ("tool", "poetry"):
        return 0
    if path[2:3] in {("dependencies",), ("dev-dependencies",)}:
        return 3
    return _DEPTH_OF_GROUPS if path[2:3] == ("group",) and path[4:5] == ("dependencies",) else 0


_Candidate = tuple[Key, NormalizedName, str, int, int]


def _named_by_key(
    path: Key, depth: int, in_table: int, line: str, started: re.Match[str] | None
) -> Iterator[_Candidate]:
    name = parse_name(path[depth]) if len(path) > depth else None
    if name is None:
        return
    end = len(line.rstrip())
    if started is None:
        if line.lstrip().startswith("{"):
            yield path[:depth], name, "{", len(line) - len(line.lstrip()), end
    elif len(path) == in_table:
        if len(path) == depth + 1:
            yield path[:depth], name, "", started.start(1), started.end(1)
    elif in_table <= depth:
        yield path[:depth], name, "", started.start(1), end
    elif path[depth + 1 :] == ("version",):
        yield path[:depth], name, "version", started.start(1), end


def _named_by_text(path: Key, line: str, started: re.Match[str] | None) -> Iterator[_Candidate]:
    for string in _STRING.finditer(line, started.end() if started else 0):
        if string[0] == "#":
            return
        if string[3]:
            continue  # the value of a key: include-group
        text = string[1] if string[1] is not None else string[2]
        editable = parse_editable(text)
        name = editable.name if editable else requirement_name(text)
        if name:
            yield path, name, "", string.start(), string.end()


def _holds_requirements(path: Key) -> bool:
    return (
        path in {("project", "dependencies"), ("tool", "uv", "dev-dependencies")}
        or path[:2] == ("project", "optional-dependencies")
        or path[:1] == ("dependency-groups",)
        or path[:3] == ("tool", "pdm", "dev-dependencies")
    )
