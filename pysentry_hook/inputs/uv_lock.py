"""Read uv.lock into an Inventory, https://docs.astral.sh/uv/concepts/projects/layout/#the-lockfile."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pysentry_hook.errors import DamagedError, InputError
from pysentry_hook.inputs.documents import parse_toml, read_text, table, tables, texts
from pysentry_hook.inputs.kinds import KINDS, kind_of_table
from pysentry_hook.inputs.limits import bounded, few_edges
from pysentry_hook.inputs.manifest import read_manifest
from pysentry_hook.inputs.needs import LONGEST_MARKER, as_markers
from pysentry_hook.inputs.packages import package
from pysentry_hook.inputs.places import Declarations, TomlPlaces
from pysentry_hook.inputs.scopes import reached, scope_name
from pysentry_hook.inputs.stale import unlocked
from pysentry_hook.model import (
    MAIN,
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
from pysentry_hook.tree import Tree, inside
from pysentry_hook.tree.places import below

FORMAT = "uv.lock"
VERSION = 1
_EMPTY = "lists no dependencies; if the project has some, the file is not complete."


class _Entry(NamedTuple):
    place: int
    name: NormalizedName
    version: str | None
    source: Mapping[str, Any]
    data: Mapping[str, Any]

    @property
    def node(self) -> Node:
        return Node(self.name, self.version)


class _Step(NamedTuple):
    """One entry, or one of its extras."""

    place: int
    extra: str | None


def read(tree: Tree, path: str) -> Inventory:
    """Return every locked version, forks included; InputError for a lock that is not whole."""
    document = read_text(tree, path)
    data = parse_toml(document)
    if data.get("version") != VERSION:
        found = one_line(data.get("version"), 20) or "none"
        raise InputError(path, f"lock version {found} is not supported ({VERSION} is). Upgrade pysentry-hook")
    lock = _Lock(path, data)
    manifests, notes = lock.manifests(tree)
    scopes = lock.scopes()
    packages = [
        package(
            name=entry.name,
            written=entry.version,
            reason=_why_unchecked(entry),
            groups=frozenset(scopes.get(entry.place, {MAIN})),
            direct=entry.place in lock.direct,
            markers=as_markers(entry.data.get("resolution-markers")),
            indexes=(without_credentials(str(entry.source.get("registry"))),),
            place=entry.place,
        )
        for entry in lock.entries
        if entry.place not in lock.members
    ]
    places = TomlPlaces(document, len(lock.entries), manifests)
    return Inventory(
        path=path,
        format=FORMAT,
        files=(InputFile(path, FORMAT, document.sha256),),
        dependencies=tuple(item for item in packages if isinstance(item, Dependency)),
        unchecked=tuple(item for item in packages if isinstance(item, Unchecked)),
        roots=tuple(lock.entries[place].node for place in sorted(lock.members)) or (lock.root,),
        edges=bounded(path, lock.edges()),
        places=places,
        scopes=frozenset(lock.starts),
        members=frozenset(lock.folders()),
        notes=(*notes, *places.notes, *(() if packages else (f"{path} {_EMPTY}",))),
    )


class _Lock:
    """The entries of one lock and the graph over them."""

    def __init__(self, path: str, data: Mapping[str, Any]) -> None:
        self._path = path
        self._followed = 0
        packages = tables(data.get("package"), path, "[[package]]")
        self.entries = [_entry(path, place, package) for place, package in enumerate(packages)]
        self._by_name: dict[NormalizedName, list[_Entry]] = {}
        for entry in self.entries:
            self._by_name.setdefault(entry.name, []).append(entry)
        self._manifest = table(data.get("manifest"), path, "[manifest]")
        self.members = self._find_members()
        self.root = Node(NormalizedName(path.rpartition("/")[2].removesuffix(".lock")), None)
        self.starts = self._starts()
        self.direct = {step.place for steps in self.starts.values() for step in steps}
        self._steps = {step: self._following(step) for step in self._all_steps()}

    def _find_members(self) -> set[int]:
        """The places of the project and its workspace members; a lock without them was cut."""
        names = {normalize(name) for name in texts(self._manifest.get("members"), self._path, "members")}
        found = set()
        for entry in self.entries:
            where = entry.source.get("editable", entry.source.get("virtual", entry.source.get("directory")))
            if where is not None and (entry.name in names or (not names and where == ".")):
                found.add(entry.place)
        missing = sorted(names - {self.entries[place].name for place in found})
        if missing:
            raise DamagedError(
                self._path, f"the member {one_line(missing[0], 60)!r} is not in the lock. Is the file complete?"
            )
        if self.entries and not found and not self._manifest.keys() & {"requirements", "dependency-groups"}:
            raise DamagedError(self._path, "the project itself is not in the lock. Is the file complete?")
        return found

    def _starts(self) -> dict[str, set[_Step]]:
        """What each scope of the project and its members names, as steps into the graph."""
        starts: dict[str, set[_Step]] = {MAIN: set()}
        for place in sorted(self.members):
            data = self.entries[place].data
            self._add(starts, MAIN, data.get("dependencies"))
            for key in ("optional-dependencies", "dev-dependencies", "dependency-groups"):
                for scope, edges in table(data.get(key), self._path, key).items():
                    self._add(starts, scope_name(scope), edges)
        self._add(starts, MAIN, self._declared(self._manifest.get("requirements")))
        for group, edges in table(self._manifest.get("dependency-groups"), self._path, "dependency-groups").items():
            self._add(starts, scope_name(group), self._declared(edges))
        return starts

    def _declared(self, requirements: object) -> list[Mapping[str, Any]]:
        """The declared requirements, less those that markers, overrides or exclusions keep out of the lock."""
        dropped = self._dropped()
        return [
            requirement
            for requirement in tables(requirements, self._path, "requirements")
            if (name := parse_name(requirement.get("name"))) in self._by_name
            or not ("marker" in requirement or name in dropped)
        ]

    def _dropped(self) -> set[NormalizedName | None]:
        """What overrides or exclusions may keep out of the lock."""
        overrides = tables(self._manifest.get("overrides"), self._path, "overrides")
        excludes = texts(self._manifest.get("excludes"), self._path, "excludes")
        return {*(parse_name(each.get("name")) for each in overrides), *map(parse_name, excludes)}

    def _add(self, starts: dict[str, set[_Step]], scope: str, edges: object) -> None:
        starts.setdefault(scope, set()).update(self._targets(edges))

    def _all_steps(self) -> Iterator[_Step]:
        for entry in self.entries:
            yield _Step(entry.place, None)
            for extra in table(entry.data.get("optional-dependencies"), self._path, "optional-dependencies"):
                yield _Step(entry.place, normalize(extra))

    def _following(self, step: _Step) -> list[_Step]:
        data = self.entries[step.place].data
        if step.extra is None:
            return self._targets(data.get("dependencies"))
        extras = table(data.get("optional-dependencies"), self._path, "optional-dependencies")
        return [
            target
            for extra, edges in extras.items()
            if normalize(extra) == step.extra
            for target in self._targets(edges)
        ]

    def _targets(self, edges: object) -> list[_Step]:
        """The entries that a list of dependencies leads to, each with the extras that it asks for."""
        found: list[_Step] = []
        for edge in tables(edges, self._path, "dependencies"):
            fits = self._meant(edge)
            extras = texts(edge.get("extra", edge.get("extras")), self._path, f"an extra of {fits[0].name}")
            asked = [None, *map(normalize, extras)]
            self._followed += len(fits) * len(asked)
            few_edges(self._path, self._followed)
            found.extend(_Step(entry.place, extra) for entry in fits for extra in asked)
        return found

    def _meant(self, edge: Mapping[str, Any]) -> list[_Entry]:
        """The entries that an edge means, which are several where it leaves the version open."""
        name = parse_name(edge.get("name"))
        found = [entry for entry in self._by_name.get(name, ()) if _fits(edge, entry)] if name else []
        if not found:
            what = one_line(edge.get("name"), 60)
            raise DamagedError(self._path, f"an entry needs {what!r}, which is not in the lock. Is the file complete?")
        return found

    def scopes(self) -> dict[int, set[str]]:
        """The scopes that reach each entry, by its place."""
        found: dict[int, set[str]] = {}
        for step, scopes in reached(self._path, self.starts, self._steps).items():
            found.setdefault(step.place, set()).update(scopes)
        return found

    def edges(self) -> Iterator[Edge]:
        """Every edge of the graph, extras and groups included."""
        if not self.members:
            yield from (Edge(self.root, self.entries[place].node) for place in sorted(self.direct))
        for entry in self.entries:
            data = entry.data
            lists = [data.get("dependencies")]
            for key in ("optional-dependencies", "dev-dependencies", "dependency-groups"):
                lists.extend(table(data.get(key), self._path, key).values())
            for needed in (edge for edges in lists for edge in tables(edges, self._path, "dependencies")):
                marker = one_line(needed.get("marker"), LONGEST_MARKER) or None
                yield from (Edge(entry.node, target.node, marker) for target in self._meant(needed))

    def folders(self) -> Sequence[str]:
        """The folders of the project and its members that lie inside the tree."""
        home = self._path.rpartition("/")[0]
        sources = (self.entries[place].source for place in sorted(self.members))
        named = (str(source.get("editable") or source.get("virtual") or source.get("directory")) for source in sources)
        found = (inside(home, where) for where in (".", *named))
        return list(dict.fromkeys(folder for folder in found if folder is not None))

    def manifests(self, tree: Tree) -> tuple[list[Declarations], tuple[str, ...]]:
        """What declares the dependencies: the script, or the manifests of the project and its members."""
        if self._path.endswith(".py.lock"):
            from pysentry_hook.inputs.script_block import script_of_lock

            return script_of_lock(tree, self._path)
        found: list[Declarations] = []
        notes: list[str] = []
        for folder in self.folders():
            try:
                manifest = read_manifest(tree, below(folder, "pyproject.toml"))
            except InputError as error:
                notes.append(f"{error.sentence} So its declarations are not shown.")
                continue
            if manifest:
                found.append(manifest)
                notes.extend(manifest.notes)
                notes.extend(unlocked(manifest, self._path, {*self._by_name, *filter(None, self._dropped())}))
        return found, tuple(notes)


def _entry(path: str, place: int, data: Mapping[str, Any]) -> _Entry:
    name = parse_name(data.get("name"))
    if name is None:
        raise DamagedError(path, f"package number {place + 1} has no valid name: {one_line(data.get('name'), 60)!r}")
    version = data.get("version")
    if not isinstance(version, str | None):
        raise DamagedError(path, f"the version of {name} is not a string")
    return _Entry(place, name, version, table(data.get("source"), path, f"the source of {name}"), data)


def _fits(edge: Mapping[str, Any], entry: _Entry) -> bool:
    """Whether an edge, which names version and source only where needed, can mean this entry."""
    version, source = edge.get("version"), edge.get("source")
    return (version is None or version == entry.version) and (source is None or source == entry.source)


_FOLDERS = ("editable", "virtual")


def _why_unchecked(entry: _Entry) -> str:
    if "registry" in entry.source:
        return ""
    if any(key in entry.source for key in _FOLDERS):
        return KINDS["path"]
    return kind_of_table(entry.source) or "the lock does not say where it comes from"
