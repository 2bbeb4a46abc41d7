"""Read poetry.lock of the lock versions 1.0 to 2.1 into an Inventory, https://python-poetry.org/docs/."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pysentry_hook.errors import DamagedError, InputError
from pysentry_hook.inputs.documents import parse_toml, read_text, table, tables, texts
from pysentry_hook.inputs.kinds import KINDS
from pysentry_hook.inputs.limits import bounded
from pysentry_hook.inputs.manifest import Manifest, beside, requirement_name
from pysentry_hook.inputs.needs import LONGEST_MARKER, Need, as_markers, declared
from pysentry_hook.inputs.packages import Package, package
from pysentry_hook.inputs.places import TomlPlaces
from pysentry_hook.inputs.scopes import reached, scope_name
from pysentry_hook.inputs.specifiers import admitted, of_constraint
from pysentry_hook.inputs.stale import unlocked
from pysentry_hook.inputs.uv_indexes import PYPI
from pysentry_hook.model import (
    MAIN,
    THIS_PROJECT,
    Dependency,
    Edge,
    InputFile,
    Inventory,
    Node,
    NormalizedName,
    Unchecked,
    parse_name,
)
from pysentry_hook.text import one_line, without_credentials
from pysentry_hook.tree import Tree

FORMAT = "poetry.lock"
VERSIONS = ("1.", "2.")


class _Entry(NamedTuple):
    place: int
    name: NormalizedName
    version: str
    data: Mapping[str, Any]

    @property
    def node(self) -> Node:
        return Node(self.name, self.version)


def read(tree: Tree, path: str) -> Inventory:
    """Return every locked version, forks included; scopes come from the lock, else from pyproject.toml."""
    document = read_text(tree, path)
    data = parse_toml(document)
    _check_version(path, data)
    packages = tables(data.get("package"), path, "[[package]]")
    entries = [_entry(path, place, data) for place, data in enumerate(packages)]
    manifest, notes = beside(tree, path, "pyproject.toml")
    graph = _Graph(path, entries, data, manifest)
    found: list[Package] = []
    for entry in entries:
        index, reason = _origin(path, entry)
        found.append(
            package(
                name=entry.name,
                written=entry.version,
                reason=reason,
                groups=graph.groups(entry),
                direct=graph.direct(entry),
                markers=as_markers(entry.data.get("markers")),
                indexes=(index,),
                place=entry.place,
            )
        )
    places = TomlPlaces(document, len(entries), [manifest] if manifest else [])
    return Inventory(
        path=path,
        format=FORMAT,
        files=(InputFile(path, FORMAT, document.sha256),),
        dependencies=tuple(item for item in found if isinstance(item, Dependency)),
        unchecked=tuple(item for item in found if isinstance(item, Unchecked)),
        roots=(graph.root,),
        edges=bounded(path, graph.edges()),
        places=places,
        scopes=graph.scopes,
        notes=(*notes, *places.notes, *unlocked(manifest, path, {entry.name for entry in entries})),
    )


def _check_version(path: str, data: Mapping[str, Any]) -> None:
    metadata = data.get("metadata")
    if not isinstance(metadata, dict):
        raise DamagedError(path, "has no [metadata], which Poetry writes last. Is the file complete?")
    version = metadata.get("lock-version", "1.0")  # Poetry 1.0 wrote none
    if not isinstance(version, str) or not version.startswith(VERSIONS):
        raise InputError(
            path, f"lock version {one_line(version, 20)} is not supported (1.0 to 2.1 are). Upgrade pysentry-hook"
        )


def _entry(path: str, place: int, data: Mapping[str, Any]) -> _Entry:
    name, version = parse_name(data.get("name")), data.get("version")
    if name is None:
        raise DamagedError(path, f"package number {place + 1} has no valid name: {one_line(data.get('name'), 60)!r}")
    if not isinstance(version, str):
        raise DamagedError(path, f"{name} has no version")
    return _Entry(place, name, version, data)


def _origin(path: str, entry: _Entry) -> tuple[str, str]:
    """Return the index, or why it cannot be checked."""
    source = table(entry.data.get("source"), path, f"the source of {entry.name}")
    kind = source.get("type")
    if not source or kind == "pypi":  # Poetry writes no source for what comes from PyPI
        return PYPI, ""
    if kind == "legacy" and isinstance(source.get("url"), str):
        return without_credentials(source["url"]), ""
    return "", KINDS.get(str(kind), f"its source is of an unknown type {one_line(kind, 20)!r}")


class _Graph:
    """Scopes and edges; an edge leads to the versions of a package that its constraint allows."""

    def __init__(
        self, path: str, entries: Sequence[_Entry], data: Mapping[str, Any], manifest: Manifest | None
    ) -> None:
        self._entries = entries
        self._declared = declared(manifest, [each.node for each in entries]) if manifest else None
        self._by_name: dict[NormalizedName, list[_Entry]] = {}
        for entry in entries:
            self._by_name.setdefault(entry.name, []).append(entry)
        self._needs = {entry.place: tuple(_needs(path, entry)) for entry in entries}
        steps: dict[NormalizedName, list[NormalizedName]] = {}
        for entry in entries:
            steps.setdefault(entry.name, []).extend(need.name for need in self._needs[entry.place])
        self._extras = _extras(path, data)
        self.root = Node((manifest and manifest.name) or THIS_PROJECT, None)
        starts: dict[str, tuple[NormalizedName, ...]] = dict(manifest.scopes) if manifest else {}
        starts |= {extra: names for extra, names in self._extras.items() if extra not in starts}
        if manifest:
            starts[MAIN] = tuple(name for name in starts.get(MAIN, ()) if name not in manifest.optional)
        self._walked = reached(path, starts, steps)
        in_lock = {scope for entry in entries for scope in _written_groups(entry) or ()}
        self.scopes = frozenset({MAIN, *starts, *in_lock})

    def groups(self, entry: _Entry) -> frozenset[str]:
        """The scopes of an entry: as the lock writes them, else by a walk from the manifest, else main."""
        written = _written_groups(entry)
        walked = self._walked.get(entry.name, set())
        if written is None:
            return frozenset(walked or {MAIN})
        if MAIN in written and entry.data.get("optional") is True:
            extras = walked & self._extras.keys()
            return (written - {MAIN}) | extras if extras else written
        return written

    def direct(self, entry: _Entry) -> bool | None:
        """Whether the manifest declares it; None without a manifest."""
        return entry.node in self._declared if self._declared is not None else None

    def edges(self) -> Iterator[Edge]:
        """Every edge of the graph; without a manifest the project leads to what nothing else needs."""
        needed = {need.name for needs in self._needs.values() for need in needs}
        first = self._declared
        if first is None:
            first = [entry.node for entry in self._entries if entry.name not in needed]
        yield from (Edge(self.root, node) for node in first)
        for entry in self._entries:
            for need in self._needs[entry.place]:
                nodes = [target.node for target in self._by_name.get(need.name, ())]
                yield from (Edge(entry.node, node, need.marker) for node in admitted(nodes, need.specifiers))


def _needs(path: str, entry: _Entry) -> Iterator[Need]:
    """What an entry depends on; some of it is not in the lock, because no platform needs it.

    A value is a constraint, a table, or a list of tables for several markers.
    """
    needs = table(entry.data.get("dependencies"), path, f"the dependencies of {entry.name}")
    for key, value in needs.items():
        name = parse_name(key)
        for item in value if isinstance(value, list) else [value]:
            constraint = item.get("version") if isinstance(item, dict) else item
            marker = one_line(item.get("markers"), LONGEST_MARKER) if isinstance(item, dict) else ""
            if name:
                yield Need(name, of_constraint(constraint), marker or None)


def _extras(path: str, data: Mapping[str, Any]) -> dict[str, tuple[NormalizedName, ...]]:
    extras = table(data.get("extras"), path, "[extras]")
    return {
        scope_name(extra): tuple(name for text in texts(names, path, "an extra") if (name := requirement_name(text)))
        for extra, names in extras.items()
    }


def _written_groups(entry: _Entry) -> frozenset[str] | None:
    """The groups that the lock states: `groups` since 2.1, `category` in 1.x, nothing between."""
    groups, category = entry.data.get("groups"), entry.data.get("category")
    if isinstance(groups, list) and groups:
        return frozenset(scope_name(group) for group in groups if isinstance(group, str)) or None
    return frozenset({scope_name(category)}) if isinstance(category, str) and category else None
