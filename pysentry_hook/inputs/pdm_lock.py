"""Read pdm.lock of the lock versions 4.x into an Inventory, https://pdm-project.org/latest/usage/lockfile/."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pysentry_hook.errors import DamagedError, InputError
from pysentry_hook.inputs.documents import parse_toml, read_text, table, tables, texts
from pysentry_hook.inputs.kinds import kind_of_table
from pysentry_hook.inputs.limits import bounded
from pysentry_hook.inputs.manifest import Manifest, beside
from pysentry_hook.inputs.needs import Need, as_markers, declared, parse_need
from pysentry_hook.inputs.origins import of_pdm
from pysentry_hook.inputs.packages import Package, joined, package
from pysentry_hook.inputs.places import TomlPlaces
from pysentry_hook.inputs.scopes import reached
from pysentry_hook.inputs.specifiers import admitted
from pysentry_hook.inputs.stale import unlocked
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
    normalize,
    parse_name,
)
from pysentry_hook.text import one_line, without_credentials
from pysentry_hook.tree import Tree

FORMAT = "pdm.lock"
VERSION = "4."


class _Entry(NamedTuple):
    place: int
    name: NormalizedName
    version: str | None
    data: Mapping[str, Any]
    needs: tuple[Need, ...]

    @property
    def node(self) -> Node:
        return Node(self.name, self.version)


def read(tree: Tree, path: str) -> Inventory:
    """Return every locked version; the entries that pdm writes for sets of extras are one dependency."""
    document = read_text(tree, path)
    data = parse_toml(document)
    metadata = table(data.get("metadata"), path, "[metadata]")
    version = metadata.get("lock_version")
    if not isinstance(version, str) or not version.startswith(VERSION):
        found = one_line(version, 20) or "none"
        raise InputError(path, f"lock version {found} is not supported (4.x is). Upgrade pysentry-hook")
    listed = tables(data.get("package"), path, "[[package]]")
    entries = [_entry(path, place, data) for place, data in enumerate(listed)]
    manifest, notes = beside(tree, path, "pyproject.toml")
    indexes = _indexes(manifest)
    walked = _walk(path, entries, manifest)
    asked = declared(manifest, [entry.node for entry in entries]) if manifest else None
    packages = joined(
        _package(path, entry, asked, indexes, _groups(path, entry, walked))
        for entry in entries
        if not _is_project(entry)
    )
    root = Node((manifest and manifest.name) or THIS_PROJECT, None)
    places = TomlPlaces(document, len(entries), [manifest] if manifest else [])
    scopes = {MAIN, *map(_scope, texts(metadata.get("groups"), path, "the groups"))}
    lacking = unlocked(manifest, path, {entry.name for entry in entries}, scopes)
    return Inventory(
        path=path,
        format=FORMAT,
        files=(InputFile(path, FORMAT, document.sha256),),
        dependencies=tuple(item for item in packages if isinstance(item, Dependency)),
        unchecked=tuple(item for item in packages if isinstance(item, Unchecked)),
        roots=(root,),
        edges=bounded(path, _edges(root, entries, asked)),
        places=places,
        scopes=frozenset({*scopes, *(group for item in packages for group in item.groups)}),
        notes=(*notes, *places.notes, *lacking),
    )


def _entry(path: str, place: int, data: Mapping[str, Any]) -> _Entry:
    name, version = parse_name(data.get("name")), data.get("version")
    if name is None:
        raise DamagedError(path, f"package number {place + 1} has no valid name: {one_line(data.get('name'), 60)!r}")
    if not isinstance(version, str | None):
        raise DamagedError(path, f"the version of {name} is not a string")
    needs = texts(data.get("dependencies"), path, f"the dependencies of {name}")
    return _Entry(place, name, version, data, tuple(found for text in needs if (found := parse_need(text))))


def _is_project(entry: _Entry) -> bool:
    """Whether an entry is the project itself; a package of an index may have the same name."""
    return entry.data.get("path") in {".", "./"}


def _scope(group: str) -> str:
    return MAIN if group == "default" else normalize(group)


def _groups(path: str, entry: _Entry, walked: Mapping[NormalizedName, set[str]]) -> frozenset[str]:
    """The groups that the lock states, else those of a walk from the manifest, else main."""
    groups = texts(entry.data.get("groups"), path, f"the groups of {entry.name}")
    return frozenset(map(_scope, groups)) or frozenset(walked.get(entry.name, {MAIN}))


def _walk(path: str, entries: Sequence[_Entry], manifest: Manifest | None) -> dict[NormalizedName, set[str]]:
    steps: dict[NormalizedName, list[NormalizedName]] = {}
    for entry in entries:
        steps.setdefault(entry.name, []).extend(need.name for need in entry.needs)
    return reached(path, manifest.scopes, steps) if manifest else {}


def _package(
    path: str, entry: _Entry, asked: Collection[Node] | None, indexes: tuple[str, ...], groups: frozenset[str]
) -> Package:
    return package(
        name=entry.name,
        written=entry.version,
        reason=kind_of_table(entry.data),
        groups=groups,
        direct=entry.node in asked if asked is not None else None,
        markers=as_markers(entry.data.get("marker")),
        indexes=_served(path, entry) or indexes,
        place=entry.place,
    )


def _served(path: str, entry: _Entry) -> tuple[str, ...]:
    """The hosts of an entry's files, which pdm writes with the strategy `static_urls`."""
    files = tables(entry.data.get("files"), path, f"the files of {entry.name}")
    urls = (str(file["url"]) for file in files if isinstance(file.get("url"), str))
    return tuple(dict.fromkeys("/".join(without_credentials(url).split("/")[:3]) for url in urls))


def _indexes(manifest: Manifest | None) -> tuple[str, ...]:
    """The sources of the manifest; empty where it has none."""
    tool = parse_toml(manifest.document).get("tool") if manifest else None
    return of_pdm(tool.get("pdm")) if isinstance(tool, dict) else ()


def _edges(root: Node, entries: Sequence[_Entry], asked: Collection[Node] | None) -> Iterator[Edge]:
    """The edges of the lock; an edge leads to the versions of a package that it allows."""
    by_name: dict[NormalizedName, list[Node]] = {}
    for entry in entries:
        by_name.setdefault(entry.name, []).append(entry.node)
    by_name = {name: list(dict.fromkeys(nodes)) for name, nodes in by_name.items()}
    needed = {need.name for entry in entries for need in entry.needs}
    first = asked if asked is not None else [entry.node for entry in entries if entry.name not in needed]
    yield from (Edge(root, node) for node in first)
    for entry in entries:
        for need in entry.needs:
            nodes = [node for node in by_name.get(need.name, ()) if node != entry.node]
            yield from (Edge(entry.node, node, need.marker) for node in admitted(nodes, need.specifiers))
