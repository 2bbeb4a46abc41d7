"""Replace what an input leaves open by the lock that a real resolver makes of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from pysentry_hook.cache import Cache, MemoryCache
from pysentry_hook.config.settings import Settings
from pysentry_hook.errors import InputError
from pysentry_hook.http import Http
from pysentry_hook.inputs import PIPFILE, PYPROJECT, REQUIREMENTS, SCRIPT, UV_LOCK
from pysentry_hook.inputs.manifest import requirement_name
from pysentry_hook.inputs.resolved import merged, nodes
from pysentry_hook.model import NOT_PINNED, Failure, Inventory, NormalizedName, Requested, normalize
from pysentry_hook.sources.permission import PUBLIC, Permission
from pysentry_hook.sources.status import quarantined
from pysentry_hook.text import some
from pysentry_hook.tree import FolderTree

if TYPE_CHECKING:
    from pysentry_hook.resolvers import Resolver
    from pysentry_hook.resolvers.memory import Memory
    from pysentry_hook.resolvers.programs import Program
    from pysentry_hook.resolvers.request import Request, Resolution, ResolutionError

_MANIFESTS = frozenset({PYPROJECT.format, PIPFILE.format, SCRIPT.format})
_WORD = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_MOST_ASKED = 20
"""Of how many packages of one failed resolution the index is asked for the status."""


class Progress(Protocol):
    """Tells what is going on for as long as that is entered, where it takes longer than `after` seconds."""

    def __call__(self, line: str, *, after: float = 0.0) -> AbstractContextManager[object]:
        """Begin to tell it."""


_LOCKS = {reader.format: reader for reader in (UV_LOCK, REQUIREMENTS)}


class Resolving:
    """The resolver of one run; it is looked for when the first input needs it."""

    def __init__(
        self,
        settings: Settings,
        *,
        root: Path,
        http: Http,
        cache: Cache,
        now: datetime,
        log: Callable[[str], None],
        progress: Progress,
    ) -> None:
        self._settings = settings
        self._root = root
        self._http = http
        self._log = log
        self._progress = progress
        self._cache = cache if settings.remember_resolutions else MemoryCache()
        self._now = now
        if settings.forget_resolutions:
            self._memory.clear()
        self._permission = Permission(settings.trusted_mirrors, settings.private, settings.pip_indexes)

    @cached_property
    def _memory(self) -> Memory:
        from pysentry_hook.resolvers.memory import Memory

        fresh_for, setup = self._settings.resolution_fresh_for, self._settings.resolver_setup
        return Memory(self._cache, now=self._now, fresh_for=fresh_for, setup=setup)

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
        from pysentry_hook import resolvers
        from pysentry_hook.resolvers.request import ResolutionError

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
            request = self._request(inventory, asked)
            lock, found, made = self._lock(resolver, program, request, told.path, asked)
        except ResolutionError as error:
            return self._failed(told, asked, resolver.NAME, error)
        by = f"{found.resolver} {found.version} for {found.covers}, {made:%Y-%m-%d %H:%M} UTC"
        notes = (f"resolved by {by}; another day may bring other versions", *filter(None, (found.note,)))
        return merged(told, asked, lock, by, notes)

    def _failed(self, told: Inventory, asked: Sequence[Requested], resolver: str, error: ResolutionError) -> Inventory:
        """The inventory with the reason, which may be that the index has quarantined what is needed."""
        self._log(error.whole)
        names = quarantined(self._http, self._settings.urls["pypi"], self._concerned(asked, error))
        why = f"quarantined by the index: {', '.join(names)}; {error.summary}" if names else error.summary
        failure = Failure("resolver", resolver, told.path, why)
        return replace(told, failures=(*told.failures, failure), quarantined=names)

    def _concerned(self, asked: Sequence[Requested], error: ResolutionError) -> Sequence[NormalizedName]:
        """The packages that the resolver speaks of and whose names a public service may be told.

        What a requirement brings in may come from any index that is asked, the user's own among them.
        """
        may_send = self._permission.may_send
        wanted: dict[NormalizedName, bool] = {}
        for each in asked:
            if name := requirement_name(each.requirement):
                wanted[name] = wanted.get(name, True) and may_send(name, each.indexes)
        spoken = {normalize(word) for word in _WORD.findall(error.whole)}
        further = [name for name in error.missing if name not in wanted]
        public = [
            name for name in further if all(may_send(name, indexes) for indexes in {(), *(e.indexes for e in asked)})
        ]
        return [*public, *(name for name, may in wanted.items() if may and name in spoken)][:_MOST_ASKED]

    def _lock(
        self,
        resolver: Resolver,
        program: Program,
        request: Request,
        path: str,
        asked: Sequence[Requested],
    ) -> tuple[Inventory, Resolution, datetime]:
        """Return what the resolver locked, and when; ResolutionError where there is no lock to read."""
        from tempfile import TemporaryDirectory  # 5 ms, needed only where something is resolved

        from pysentry_hook.resolvers.request import ResolutionError

        try:
            with TemporaryDirectory(prefix="pysentry-hook-", ignore_cleanup_errors=True) as name:
                folder = Path(name).resolve()

                def read(found: Resolution) -> Inventory:
                    lock = _LOCKS[resolver.LOCK].read(FolderTree(folder), resolver.LOCK)
                    _check(lock, found, asked)
                    return lock

                during = self._running(resolver.NAME, path, request)
                return self._memory.resolve(resolver, program, request, folder, during=during, read=read)
        except InputError as error:
            raise ResolutionError(
                f"{resolver.NAME} made a lock that cannot be read: {error.path}: {error.detail}"
            ) from error
        except (OSError, ValueError) as error:
            raise ResolutionError(f"{resolver.NAME} has no place to work in, or made no text: {error}") from error

    @contextmanager
    def _running(self, resolver: str, path: str, request: Request) -> Iterator[None]:
        """Say which names a resolver begins with and where it asks about them, and show that it runs while it does."""
        names = {requirement_name(text) for texts in request.scopes.values() for text in texts}
        where = dict.fromkeys((*request.indexes, *request.own_indexes.values()))
        told = f"about {', '.join(sorted(filter(None, names)))} and what they need"
        if not request.offline:
            self._log(f"{resolver} asks {', '.join(('the indexes of its own configuration', *where))} {told}")
        with self._progress(f"resolving {path} with {resolver} …"):
            yield

    def _sorted(self, wanted: Iterable[Requested]) -> tuple[list[Requested], Mapping[int, str]]:
        """What may be asked of an index, and by its place why the rest may not."""
        asked: list[Requested] = []
        refused: dict[int, str] = {}
        for each in wanted:
            name = requirement_name(each.requirement)
            if name and self._permission.is_private_name(name):
                refused[each.place] = "not resolved: its name is declared private and is not sent to an index"
            elif index := self._permission.untrusted(each.indexes):
                refused[each.place] = f"not resolved: {index} is no index that your own configuration trusts"
            else:
                asked.append(each)
        return asked, refused

    def _request(self, inventory: Inventory, asked: Sequence[Requested]) -> Request:
        from pysentry_hook.resolvers.request import Request

        scopes: dict[str, list[str]] = {}
        for each in asked:
            for scope in sorted(each.groups):
                scopes.setdefault(scope, []).append(each.requirement)
        common = dict.fromkeys(
            index for each in asked if not each.alone for index in each.indexes if index != PUBLIC[0]
        )
        own = {name: each.indexes[0] for each in asked if each.alone and (name := requirement_name(each.requirement))}
        return Request(
            scopes={scope: tuple(dict.fromkeys(texts)) for scope, texts in sorted(scopes.items())},
            constraints=inventory.constraints,
            requires_python=inventory.requires_python,
            python_version=self._settings.python_version,
            indexes=tuple(common),
            own_indexes={name: index for name, index in own.items() if common or index != PUBLIC[0]},
            allow_build=self._settings.allow_build,
            offline=self._settings.offline,
            seconds=self._settings.resolver_seconds,
            overrides=inventory.overrides,
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
            "  or scan a lock:  uv lock, poetry lock, pdm lock or pipenv lock, whichever the project uses",
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


def _check(lock: Inventory, found: Resolution, asked: Sequence[Requested]) -> None:
    """ResolutionError where a lock leaves open or leaves out what was asked for, so that it is none."""
    names = {node.name for node in nodes(lock)}
    wanted = [requirement_name(each.requirement) for each in asked if ";" not in each.requirement]
    left = [item.name for item in lock.unchecked if item.reason.startswith(NOT_PINNED)]
    left += [name for name in dict.fromkeys(wanted) if name and name not in names]
    if left:
        from pysentry_hook.resolvers.request import ResolutionError

        raise ResolutionError(f"{found.resolver} made a lock that does not settle {some(left)}")
