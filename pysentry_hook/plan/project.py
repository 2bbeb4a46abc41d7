"""What a resolver is asked to make an input anew: its declarations, its lock, and the settings that bind both."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pysentry_hook.config.settings import Settings
from pysentry_hook.errors import DeclaresNothingError, DynamicError, InputError, UsageError
from pysentry_hook.inputs import pdm_lock, pipfile, pipfile_lock, poetry_lock, pylock, pyproject, requirements, uv_lock
from pysentry_hook.inputs.manifest import requirement_name
from pysentry_hook.inputs.uv_limits import CONSTRAINTS, OVERRIDES, limits
from pysentry_hook.model import Dependency, Inventory, Location, NormalizedName, Requested, Unchecked
from pysentry_hook.plan.bounds import written
from pysentry_hook.plan.uv_table import options_of, uv_table
from pysentry_hook.resolvers.request import Preferred, Request
from pysentry_hook.sources.permission import PUBLIC, Permission
from pysentry_hook.tree import Tree, inside

_MANIFESTS = {
    uv_lock.FORMAT: pyproject,
    poetry_lock.FORMAT: pyproject,
    pdm_lock.FORMAT: pyproject,
    pylock.FORMAT: pyproject,
    pipfile_lock.FORMAT: pipfile,
}
"""The reader of the manifest that stands beside each lock."""
TOOLS = {poetry_lock.FORMAT: "Poetry", pdm_lock.FORMAT: "pdm", pipfile_lock.FORMAT: "pipenv", pipfile.FORMAT: "pipenv"}
"""Who makes the locks that are not uv's."""
_NEVER = "python_version < '0'"


@dataclass(frozen=True, slots=True)
class Declaration:
    """One requirement of the project, as a resolver takes it, and where it stands."""

    requested: Requested
    location: Location
    number: int

    @property
    def name(self) -> NormalizedName | None:
        """The package that it asks for."""
        return requirement_name(self.requested.requirement)


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """An input as the resolver is asked for it; what may not be asked for is held as it is."""

    inventory: Inventory
    declarations: tuple[Declaration, ...]
    held: frozenset[NormalizedName]
    """What no index is asked for: other origins, private names, indexes that nobody trusts."""
    preferred: tuple[Preferred, ...]
    constraints: tuple[str, ...]
    overrides: tuple[str, ...]
    requires_python: str | None
    python_version: str | None
    """The one Python that pins without markers are resolved for; None: every one of the project."""
    options: Mapping[str, Any]
    own_indexes: Mapping[NormalizedName, str]
    indexes: tuple[str, ...]
    """Where everything may be looked for beside the user's own index."""

    @property
    def is_lock(self) -> bool:
        """Whether versions stay where they are until somebody moves them."""
        return _is_lock(self.inventory)

    @property
    def takes_overrides(self) -> bool:
        """Whether it can say that a version stands against what a package asks for."""
        return self.inventory.format in {uv_lock.FORMAT, pyproject.FORMAT}

    @property
    def tool(self) -> str | None:
        """Whose lock it is, where that is not uv."""
        return TOOLS.get(self.inventory.format)

    def request(
        self,
        settings: Settings,
        texts: Mapping[int, str],
        *,
        upgrades: Sequence[str] = (),
        constraints: Sequence[str] = (),
        overrides: Sequence[str] = (),
        options: Mapping[str, Any] | None = None,
    ) -> Request:
        """What is asked with other texts of some declarations, by their numbers."""
        scopes: dict[str, list[str]] = {}
        for each in self.declarations:
            for scope in sorted(each.requested.groups):
                scopes.setdefault(scope, []).append(texts.get(each.number, each.requested.requirement))
        held = tuple(f"{name} ; {_NEVER}" for name in sorted(self.held))
        replaced = {requirement_name(text) for text in overrides}
        kept = tuple(text for text in self.overrides if requirement_name(text) not in replaced)
        return Request(
            scopes={scope: tuple(dict.fromkeys(listed)) for scope, listed in sorted(scopes.items())},
            constraints=(*self.constraints, *constraints),
            requires_python=self.requires_python,
            python_version=self.python_version,
            indexes=self.indexes,
            own_indexes=self.own_indexes,
            allow_build=settings.allow_build,
            offline=settings.offline,
            seconds=settings.resolver_seconds,
            overrides=(*kept, *overrides, *held),
            preferred=self.preferred,
            upgrades=tuple(upgrades),
            options=self.options if options is None else options,
        )


def open_project(
    read: Inventory,
    inventory: Inventory,
    tree: Tree,
    settings: Settings,
    *,
    unusable: frozenset[NormalizedName],
    named: frozenset[NormalizedName],
) -> Project:
    """Return what to ask for: `read` is the input as it was read, `inventory` what it installs.

    `unusable` are packages of which the index has nothing that can be resolved; they stay as they are. `named` are
    asked for by themselves, although the file says that something else needs them.
    UsageError where an input cannot be planned for, InputError where a file is broken.
    """
    permission = Permission(settings.trusted_mirrors, settings.private, settings.pip_indexes)
    manifests = list(_manifests(read, tree))
    uv = uv_table(inventory, tree)
    declared = [
        (requested, manifest.places.location(requested.place))
        for manifest in manifests
        for requested in _locked(manifest.requirements, inventory)
    ]
    held = unusable | frozenset(_held(inventory, manifests, permission))
    declared += _brought_in(inventory, held)
    left = held | (_compiled_in(inventory) - named)
    asked = [
        Declaration(_loosened(each, inventory), location, number)
        for number, (each, location) in enumerate(declared)
        if requirement_name(each.requirement) not in left and permission.untrusted(each.indexes) is None
    ]
    if not asked:
        raise UsageError(
            f"plan: {inventory.path} asks no index that you trust; name it in PYSENTRY_HOOK_SOURCES_MIRRORS"
        )
    constraints, of_uv = (limits(inventory.path, uv, key)[0] for key in (CONSTRAINTS, OVERRIDES))
    alone = {
        name: each.indexes[0]
        for each, _ in declared
        if each.alone and each.indexes and (name := requirement_name(each.requirement)) and name not in held
    }
    common = dict.fromkeys(
        index for each, _ in declared if not each.alone for index in each.indexes if index != PUBLIC[0]
    )
    return Project(
        inventory=inventory,
        declarations=tuple(asked),
        held=held,
        preferred=tuple(_preferred(inventory, held, settings)) if _is_lock(inventory) else (),
        constraints=tuple(dict.fromkeys((*inventory.constraints, *constraints))),
        overrides=tuple(text for text in of_uv if requirement_name(text) not in held),
        requires_python=next((each.requires_python for each in (inventory, *manifests) if each.requires_python), None),
        python_version=settings.python_version or _running(inventory),
        options=options_of(uv),
        own_indexes={name: index for name, index in alone.items() if common or index != PUBLIC[0]},
        indexes=tuple(index for index in common if permission.untrusted((index,)) is None),
    )


def _manifests(inventory: Inventory, tree: Tree) -> Iterable[Inventory]:
    """The declarations of an input: its own, or those beside the lock and in the members of its workspace."""
    reader: Any = _MANIFESTS.get(inventory.format)
    if reader is None:
        if not inventory.requirements:
            raise UsageError(
                f"plan: {inventory.path} declares nothing that a resolver could be asked for; name a manifest or lock"
            )
        yield inventory
        return
    folder = inventory.path.rpartition("/")[0]
    home = inside(folder, reader.FORMAT)
    paths = dict.fromkeys(
        [home, *(inside(member, reader.FORMAT) for member in inventory.members if inventory.format == uv_lock.FORMAT)]
    )
    found = [path for path in paths if path and tree.exists(path)]
    if not found or inventory.path.endswith(".py.lock"):
        raise UsageError(
            f"plan: {inventory.path} has no {reader.FORMAT} beside it, so nobody knows what it was made of; add it"
        )
    for path in sorted(found):
        try:
            yield reader.read(tree, path)
        except InputError as error:
            # the root of a workspace, or a member, may need nothing by itself
            if isinstance(error, DynamicError) or not isinstance(error, DeclaresNothingError) or len(found) == 1:
                raise UsageError(f"plan: {error.path}: {error.detail}, so it cannot be resolved anew") from error


def _locked(requirements: Iterable[Requested], inventory: Inventory) -> Iterable[Requested]:
    """The requirements of those scopes that are in a lock: it may hold what a plain installation brings in alone."""
    if inventory.format not in _MANIFESTS:
        yield from requirements
        return
    every: tuple[Dependency | Unchecked, ...] = (*inventory.dependencies, *inventory.unchecked)
    scopes = frozenset(scope for each in every for scope in each.groups)
    for requested in requirements:
        if groups := requested.groups & scopes:
            yield requested._replace(groups=groups)


def _held(inventory: Inventory, manifests: Iterable[Inventory], permission: Permission) -> Iterable[NormalizedName]:
    for each in (inventory, *manifests):
        for item in each.unchecked:
            if not item.reason.startswith("not pinned"):
                yield item.node.name
        for dependency in each.dependencies:
            if permission.is_private(dependency) or permission.untrusted(dependency.indexes):
                yield dependency.name
        for requested in each.requirements:
            name = requirement_name(requested.requirement)
            if name and (permission.is_private_name(name) or permission.untrusted(requested.indexes)):
                yield name


def _brought_in(inventory: Inventory, held: frozenset[NormalizedName]) -> list[tuple[Requested, Location]]:
    """What the held packages need: the lock tells the names, and nobody the versions."""
    every: tuple[Dependency | Unchecked, ...] = (*inventory.dependencies, *inventory.unchecked)
    items = {item.node: item for item in every}
    found = []
    for parent, child, marker in inventory.edges:
        if parent.name not in held or child.name in held or child not in items or parent not in items:
            continue
        text = f"{child.name} ; {marker}" if marker else child.name
        place = items[parent].place
        requested = Requested(text, items[parent].groups, (), place)
        found.append((requested, inventory.places.location(place)))
    return found


def _compiled_in(inventory: Inventory) -> frozenset[NormalizedName]:
    """What a tool wrote into a requirements file because something else needs it."""
    if inventory.format != requirements.FORMAT:
        return frozenset()
    return frozenset(each.name for each in inventory.dependencies if each.direct is False)


def _running(inventory: Inventory) -> str | None:
    """The running Python, where a requirements file pins versions for one alone: a tool for several writes markers."""
    pinned = inventory.format == requirements.FORMAT and _is_lock(inventory)
    if not pinned or any(each.markers for each in inventory.dependencies):
        return None
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def _is_lock(inventory: Inventory) -> bool:
    return inventory.format in _MANIFESTS or (inventory.format == requirements.FORMAT and inventory.resolved is None)


def _loosened(requested: Requested, inventory: Inventory) -> Requested:
    """A pin of a requirements file is its lock: asked for is the package, and the version is preferred."""
    from packaging.requirements import Requirement

    if inventory.format != requirements.FORMAT or not _is_lock(inventory):
        return requested
    stated = Requirement(requested.requirement)
    pins = [each for each in stated.specifier if each.operator in {"==", "==="} and not each.version.endswith("*")]
    if len(pins) != 1 or len(stated.specifier) != 1:
        return requested
    return requested._replace(requirement=written(stated, ""))


def _preferred(inventory: Inventory, held: frozenset[NormalizedName], settings: Settings) -> Iterable[Preferred]:
    usual = next(iter(settings.pip_indexes), PUBLIC[0])
    for each in inventory.dependencies:
        if each.name not in held:
            yield Preferred(each.name, str(each.version), next(iter(each.indexes), usual), each.markers)
