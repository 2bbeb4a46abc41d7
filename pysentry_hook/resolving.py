"""Replace what an input leaves open by the lock that a real resolver makes of it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from pysentry_hook import resolvers
from pysentry_hook.cache import Cache, MemoryCache
from pysentry_hook.config import Settings
from pysentry_hook.errors import InputError
from pysentry_hook.graph import Ways
from pysentry_hook.inputs import pipfile, pyproject, requirements, script, uv_lock
from pysentry_hook.inputs.declarations import NOT_PINNED
from pysentry_hook.inputs.manifest import requirement_name
from pysentry_hook.inputs.places import LinePlaces
from pysentry_hook.model import (
    Dependency,
    Edge,
    Failure,
    Inventory,
    Location,
    Node,
    NormalizedName,
    Requested,
    Unchecked,
    normalize,
)
from pysentry_hook.resolvers.memory import Memory
from pysentry_hook.resolvers.programs import Program
from pysentry_hook.resolvers.request import Request, ResolutionError
from pysentry_hook.sources.permission import PUBLIC, Permission
from pysentry_hook.tree import FolderTree

_MANIFESTS = frozenset({pyproject.FORMAT, pipfile.FORMAT, script.FORMAT})
_LOCKS = {reader.FORMAT: reader for reader in (uv_lock, requirements)}


class Resolving:
    """The resolver of one run; it is looked for when the first input needs it."""

    def __init__(
        self, settings: Settings, *, root: Path, cache: Cache, now: datetime, log: Callable[[str], None]
    ) -> None:
        self._settings = settings
        self._root = root
        self._log = log
        self._memory = Memory(
            cache if settings.remember_resolutions else MemoryCache(),
            now=now,
            fresh_for=settings.resolution_fresh_for,
            indexes=settings.pip_indexes,
        )
        if settings.forget_resolutions:
            self._memory.clear()
        self._permission = Permission(settings.trusted_mirrors, settings.private, settings.pip_indexes)

    def resolved(self, inventory: Inventory) -> Inventory:
        """Return the inventory with the versions that a resolver chose, or with a failure that says why not.

        What states its versions itself is returned as it is. NoResolverError where none was found and
        something is not pinned.
        """
        if self._settings.pins_only or not inventory.requirements:
            return inventory
        loose = any(item.reason.startswith(NOT_PINNED) for item in inventory.unchecked)
        if not (loose or self._settings.resolver or inventory.format in _MANIFESTS):
            return inventory
        try:
            resolver, program = resolvers.find(self._settings.resolver or "auto", self._root)
        except resolvers.NoResolverError as error:
            if loose:
                raise resolvers.NoResolverError(_no_resolver(inventory)) from error
            return inventory
        asked, refused = self._sorted(inventory.requirements)
        told = _told(inventory, refused)
        if not asked:
            return told
        try:
            lock, by = self._lock(resolver, program, self._request(inventory, asked))
        except ResolutionError as error:
            self._log(error.whole)
            failure = Failure("resolver", resolver.NAME, inventory.path, error.summary)
            return replace(told, failures=(*told.failures, failure))
        return _merged(told, asked, lock, by)

    def _lock(self, resolver: resolvers.Resolver, program: Program, request: Request) -> tuple[Inventory, str]:
        """Return what the resolver locked, and by what and when; ResolutionError where there is no lock to read."""
        from tempfile import TemporaryDirectory  # 5 ms, needed only where something is resolved

        try:
            with TemporaryDirectory(prefix="pysentry-hook-", ignore_cleanup_errors=True) as name:
                folder = Path(name).resolve()
                found, made = self._memory.resolve(resolver, program, request, folder)
                lock = _LOCKS[found.format].read(FolderTree(folder), found.format)
        except InputError as error:
            raise ResolutionError(f"{resolver.NAME} made a lock that cannot be read: {error}") from error
        except (OSError, ValueError) as error:
            raise ResolutionError(f"{resolver.NAME} has no place to work in, or made no text: {error}") from error
        return lock, f"{found.resolver} {found.version} for {found.covers}, {made:%Y-%m-%d %H:%M} UTC"

    def _sorted(self, wanted: Iterable[Requested]) -> tuple[list[Requested], Mapping[int, str]]:
        """What may be asked of an index, and by its place why the rest may not."""
        asked: list[Requested] = []
        refused: dict[int, str] = {}
        for each in wanted:
            name = requirement_name(each.requirement)
            if name and self._permission.is_private_name(name):
                refused[each.place] = "not resolved: its name is declared private and is not sent to an index"
            elif index := self._permission.untrusted(each.indexes):
                refused[each.place] = f"not resolved: the index {index} is not one that your own configuration trusts"
            else:
                asked.append(each)
        return asked, refused

    def _request(self, inventory: Inventory, asked: Sequence[Requested]) -> Request:
        scopes: dict[str, list[str]] = {}
        for each in asked:
            for scope in sorted(each.groups):
                scopes.setdefault(scope, []).append(each.requirement)
        indexes = dict.fromkeys(index for each in asked for index in each.indexes if index != PUBLIC[0])
        return Request(
            scopes={scope: tuple(dict.fromkeys(texts)) for scope, texts in sorted(scopes.items())},
            constraints=inventory.constraints,
            requires_python=inventory.requires_python,
            python_version=self._settings.python_version,
            indexes=tuple(indexes),
            allow_build=self._settings.allow_build,
            offline=self._settings.offline,
        )


def _no_resolver(inventory: Inventory) -> str:
    """The message for a user without a resolver: what is loose, where was looked, and the ways on."""
    loose = [item for item in inventory.unchecked if item.reason.startswith(NOT_PINNED)]
    first = inventory.places.location(loose[0].place)
    shown = f"first: line {first.line} {first.text!r}"
    told = "1 line is" if len(loose) == 1 else f"{len(loose)} lines are"
    return "\n".join(
        (
            f"no dependency resolver found, so {inventory.path} cannot be checked ({told} not pinned; {shown}).",
            "Looked for uv and pip-tools beside this program and on PATH, never inside the project.",
            "  install one:     pip install uv      or   pip install pip-tools",
            "  or scan a lock:  uv lock             then pysentry-hook",
            f"  or pins only:    pysentry-hook --no-resolver   (the {len(loose)} are reported as unchecked)",
            "Nothing was judged. Exit 2.",
        )
    )


def _told(inventory: Inventory, refused: Mapping[int, str]) -> Inventory:
    """The inventory with the reason of what was kept from the resolver."""
    unchecked = tuple(
        replace(item, reason=f"{item.reason}; {refused[item.place]}") if item.place in refused else item
        for item in inventory.unchecked
    )
    return replace(inventory, unchecked=unchecked)


def _merged(inventory: Inventory, asked: Sequence[Requested], lock: Inventory, by: str) -> Inventory:
    """The lock, with the project, the scopes and the lines of the input that it was made of."""
    places = {name: each.place for each in reversed(asked) if (name := requirement_name(each.requirement))}
    known = {node.name for node in _nodes(lock)}
    sent = {each.place for each in asked}
    locations: list[Location] = []

    def at(place: int) -> int:
        locations.append(inventory.places.location(place))
        return len(locations) - 1

    groups = _groups(inventory, asked, lock)
    declared = _declared(lock, places)

    def kept(item: Dependency | Unchecked) -> bool:
        return item.place not in sent or item.name not in known

    def scopes(item: Dependency | Unchecked) -> frozenset[str]:
        return groups.get(item.node) or item.groups

    own = [replace(item, place=at(item.place)) for item in inventory.dependencies if kept(item)]
    dependencies = own + [
        replace(item, groups=scopes(item), direct=item.name in places, pinned=False, place=at(declared(item.node)))
        for item in lock.dependencies
    ]
    unchecked = [replace(item, place=at(item.place)) for item in inventory.unchecked if kept(item)] + [
        replace(item, groups=scopes(item), direct=item.name in places, place=at(declared(item.node)))
        for item in lock.unchecked
    ]
    project = inventory.roots[0]
    edges = [Edge(project if parent in lock.roots else parent, child, marker) for parent, child, marker in lock.edges]
    edges += [Edge(project, item.node) for item in own]
    note = f"resolved by {by}; another day may bring other versions"
    return replace(
        inventory,
        dependencies=tuple(dependencies),
        unchecked=tuple(unchecked),
        edges=tuple(dict.fromkeys(edges)),
        places=LinePlaces(locations),
        notes=(*(text for text in inventory.notes if "was not checked" not in text), note),
        resolved=by,
    )


def _nodes(lock: Inventory) -> list[Node]:
    return [item.node for item in lock.dependencies] + [item.node for item in lock.unchecked]


def _declared(lock: Inventory, places: Mapping[NormalizedName, int]) -> Callable[[Node], int]:
    """A function from a node to the place of the declaration that brings it in by the shortest way."""
    ways, first = Ways(lock), min(places.values())

    def place(node: Node) -> int:
        found, _ = ways.to(node)
        tops = (places[top] for path in found for top in map(normalize, path[1:2]) if top in places)
        return places.get(node.name, next(tops, first))

    return place


def _groups(inventory: Inventory, asked: Iterable[Requested], lock: Inventory) -> Mapping[Node, frozenset[str]]:
    """The scopes that reach each package: those of the declarations, down all edges."""
    children: dict[Node, list[Node]] = {}
    for parent, child, _ in lock.edges:
        children.setdefault(parent, []).append(child)
    named: dict[NormalizedName, list[Node]] = {}
    for node in _nodes(lock):
        named.setdefault(node.name, []).append(node)
    found: dict[Node, set[str]] = {}
    for scope in sorted(inventory.scopes):
        names = {requirement_name(each.requirement) for each in asked if scope in each.groups}
        waiting = [node for name in names if name for node in named.get(name, ())]
        while waiting:
            node = waiting.pop()
            if scope not in found.setdefault(node, set()):
                found[node].add(scope)
                waiting.extend(children.get(node, ()))
    return {node: frozenset(scopes) for node, scopes in found.items()}
