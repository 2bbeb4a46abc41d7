"""Read Pipfile.lock into an Inventory, https://github.com/pypa/pipfile: default, develop and any category."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pysentry_hook.errors import DamagedError, InputError
from pysentry_hook.inputs.declarations import pinned_version
from pysentry_hook.inputs.documents import parse_json, read_text, table, tables
from pysentry_hook.inputs.kinds import kind_of_table
from pysentry_hook.inputs.limits import bounded, few_packages
from pysentry_hook.inputs.manifest import beside
from pysentry_hook.inputs.needs import as_markers
from pysentry_hook.inputs.packages import Package, joined, package
from pysentry_hook.inputs.places import PipfilePlaces
from pysentry_hook.inputs.scopes import scope_name
from pysentry_hook.inputs.stale import unlocked
from pysentry_hook.inputs.uv_indexes import PYPI
from pysentry_hook.model import (
    MAIN,
    NOT_PINNED,
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
from pysentry_hook.tree import Tree, inside

FORMAT = "Pipfile.lock"
SPEC = 6


class _Entry(NamedTuple):
    place: int
    name: NormalizedName
    key: str
    category: str
    data: Mapping[str, Any]


def read(tree: Tree, path: str) -> Inventory:
    """Return every locked version; one that stands in several categories is one dependency."""
    document = read_text(tree, path)
    data = parse_json(document)
    meta = _check_meta(path, data)
    indexes = _Indexes(path, meta)
    entries = list(_entries(path, data))
    few_packages(path, len(entries))
    manifest, notes = beside(tree, path, "Pipfile")
    folder = path.rpartition("/")[0]
    found = joined(
        _package(entry, indexes, direct=entry.name in manifest.direct if manifest else None)
        for entry in entries
        if inside(folder, str(entry.data.get("path", "/"))) != folder  # which is the project itself
    )
    root = Node(THIS_PROJECT, None)
    dependencies = tuple(item for item in found if isinstance(item, Dependency))
    return Inventory(
        path=path,
        format=FORMAT,
        files=(InputFile(path, FORMAT, document.sha256),),
        dependencies=dependencies,
        unchecked=tuple(item for item in found if isinstance(item, Unchecked)),
        roots=(root,),
        edges=bounded(path, (Edge(root, dependency.node) for dependency in dependencies if dependency.direct)),
        places=PipfilePlaces(
            document, [(entry.category, entry.key) for entry in entries], [manifest] if manifest else []
        ),
        scopes=frozenset({MAIN, *(_scope(category) for category in data if category != "_meta")}),
        notes=(*notes, *unlocked(manifest, path, {entry.name for entry in entries})),
    )


def _check_meta(path: str, data: Mapping[str, Any]) -> Mapping[str, Any]:
    if "_meta" not in data:
        raise DamagedError(path, 'has no "_meta", so it is no Pipfile.lock')
    meta = table(data["_meta"], path, '"_meta"')
    spec = meta.get("pipfile-spec", SPEC)
    if spec != SPEC:
        raise InputError(
            path, f"pipfile-spec {one_line(spec, 20) or 'null'} is not supported ({SPEC} is). Upgrade pysentry-hook"
        )
    return meta


def _entries(path: str, data: Mapping[str, Any]) -> Iterator[_Entry]:
    place = 0
    for category, content in data.items():
        if category == "_meta":
            continue
        for key, value in table(content, path, f"{one_line(category, 60)!r}").items():
            name = parse_name(key)
            if name is None:
                raise DamagedError(path, f"{one_line(key, 60)!r} is no valid package name")
            yield _Entry(place, name, key, category, table(value, path, str(name)))
            place += 1


class _Indexes:
    """The indexes of the lock by name; an entry without a name may come from each of them."""

    def __init__(self, path: str, meta: Mapping[str, Any]) -> None:
        sources = tables(meta.get("sources"), path, '"sources"')
        self._urls = {
            str(source.get("name")): without_credentials(source["url"])
            for source in sources
            if isinstance(source.get("url"), str)
        }

    def of(self, entry: _Entry) -> tuple[str, ...]:
        """The index of an entry; one that the lock does not declare is given by its name."""
        name = entry.data.get("index")
        if name is not None:
            return (self._urls.get(str(name), f"the index {one_line(name, 60)!r}"),)
        return tuple(self._urls.values()) or (PYPI,)  # as pipenv has it


def _package(entry: _Entry, indexes: _Indexes, *, direct: bool | None) -> Package:
    stated = entry.data.get("version")
    constraint = stated if isinstance(stated, str) else ""
    version = pinned_version(constraint)
    loose = f"{NOT_PINNED}: {one_line(constraint, 60)!r}" if constraint and not version else ""
    return package(
        name=entry.name,
        written=version,
        reason=kind_of_table(entry.data) or loose,
        groups=frozenset({_scope(entry.category)}),
        direct=direct,
        markers=as_markers(entry.data.get("markers")),
        indexes=indexes.of(entry),
        place=entry.place,
    )


def _scope(category: str) -> str:
    return {"default": MAIN, "develop": "dev"}.get(category) or scope_name(category)
