"""Read every input that was named or found, and keep what the chosen scopes and environment install."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pysentry_hook import inputs
from pysentry_hook.config.settings import Settings
from pysentry_hook.config.words import group_names
from pysentry_hook.errors import InputError, NothingToReadError, UnreadableInputsError, UsageError
from pysentry_hook.inputs.discovery import Target, reading_it, scripts, sets_in, targets
from pysentry_hook.model import CONSTRAINTS, MAIN, Dependency, Failure, Inventory, Unchecked
from pysentry_hook.report import InputSummary, SkippedInput
from pysentry_hook.text import some
from pysentry_hook.tree import FolderTree, Tree, repository_root

_FORMATS = tuple(reader.format for reader in inputs.IN_FOLDERS)
"""The files that are looked for by name."""


@dataclass(slots=True, kw_only=True)
class Reading:
    """What was read, and what could not be; it grows while inputs are read."""

    root: Path
    tree: Tree
    inventories: list[Inventory] = field(default_factory=list)
    skipped: list[SkippedInput] = field(default_factory=list)
    broken: list[InputSummary] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)
    errors: list[InputError] = field(default_factory=list)
    named: list[InputError] = field(default_factory=list)
    """Those of `errors` that concern what the user named, not what was found."""
    _paths: set[str] = field(default_factory=set)
    _covered: dict[str, str] = field(default_factory=dict)
    """Why a folder or file need not be read, by its path."""
    _beside: dict[str, str] = field(default_factory=dict)
    """Why a set is not looked for where it stands, by its path."""

    def covers(self, path: str) -> str | None:
        """Why a folder or file need not be read: an input that was read already stands for it."""
        return self._covered.get(path)

    def has(self, path: str) -> bool:
        """Whether a file was read as an input."""
        return path in self._paths

    def add(self, inventory: Inventory) -> None:
        """Note an input that was read."""
        self.inventories.append(inventory)
        self._paths.add(inventory.path)
        for member in inventory.members:
            self._covered.setdefault(member, f"a member of the workspace of {inventory.path}")
        for file in inventory.files:
            if file.format != CONSTRAINTS:
                self._covered.setdefault(file.path, f"read with {inventory.path}")

    def pass_over(self, sets: Iterable[str], why: str) -> None:
        """Note sets that are not looked for."""
        self._beside = {**dict.fromkeys(sets, why), **self._beside}

    def unread(self) -> Iterator[SkippedInput]:
        """The sets that were passed over, and that no input read or names."""
        known = {file.path for inventory in self.inventories for file in inventory.files}
        known.update(each.path for each in self.skipped)
        known.update(each.path for each in self.broken)
        for path in sorted(self._beside.keys() - known):
            yield SkippedInput(path, f"{self._beside[path]}; {reading_it(path)}")

    def failed(self, place: str, error: InputError, *, named: bool) -> None:
        """Note an input that could not be read."""
        self.errors.append(error)
        if named:
            self.named.append(error)
        if not isinstance(error, NothingToReadError):
            name = error.path.rpartition("/")[2]
            self.broken.append(InputSummary(path=place, format=name, sha256=None, packages=0, damaged=True))
            self.failures.append(Failure("input", name, error.path, error.said))


def audited(paths: Sequence[Path]) -> tuple[FolderTree, str]:
    """Return the tree that holds what was named, and the folder of it whose configuration counts."""
    named = paths or (Path(),)
    for path in named:
        if not os.path.lexists(path):
            raise NothingToReadError(str(path), "no such file or folder")
    tree = FolderTree(repository_root(named))
    folders = [_in_tree(path, tree) for path in named]
    common = os.path.commonpath([f"/{folder}" for folder in folders]).lstrip("/")
    return tree, common if tree.is_folder(common) else common.rpartition("/")[0]


def read_inputs(settings: Settings, tree: FolderTree, read: inputs.Read = inputs.plainly) -> Reading:
    """Read what the settings name, or find it; UnreadableInputsError where nothing at all could be read."""
    named = settings.requirements or settings.paths or (Path(),)
    places = [_in_tree(path, tree) for path in dict.fromkeys(named)]
    return read_places(settings, tree, tree.root, places, read)


def read_places(
    settings: Settings, tree: Tree, root: Path, places: Sequence[str], read: inputs.Read = inputs.plainly
) -> Reading:
    """Read folders and files of a tree; UnreadableInputsError where nothing at all could be read."""
    reading = Reading(root=root, tree=tree)
    if settings.requirements:
        from pysentry_hook.inputs.requirement_sets import open_sets

        for opened in open_sets(tree, places):
            _take(opened, reading, named=True)
        places = []
    for place in places:
        if settings.recursive and tree.is_folder(place):
            _read_below(tree, place, reading, settings, read)
        elif settings.include_scripts and tree.is_folder(place):
            _read_with_scripts(tree, place, reading, settings, read)
        else:
            _read_one(tree, place, reading, settings, read)
    reading.skipped.extend(reading.unread())
    if reading.errors and not reading.inventories:
        raise UnreadableInputsError(reading.root, reading.errors)
    return reading


def _in_tree(path: Path, tree: FolderTree) -> str:
    """A file keeps its own name even where it is a link; its folder is resolved."""
    whole = path.resolve() if path.is_dir() else path.parent.resolve() / path.name
    relative = whole.relative_to(tree.root).as_posix()
    return "" if relative == "." else relative


def _read_one(tree: Tree, path: str, reading: Reading, settings: Settings, read: inputs.Read) -> None:
    """Read what one PATH means; a file that an earlier PATH read is not read again."""
    if reading.has(path):
        return
    sets = _sets_in(tree, path, reading)
    try:
        opened = inputs.open_input(tree, path, read)
    except InputError as error:
        reading.pass_over(sets, "not looked for by this name")
        if not (settings.allow_empty and isinstance(error, NothingToReadError)):
            reading.failed(path, error, named=True)
        return
    reading.pass_over(sets, _precedence(opened))
    _take(opened, reading, named=opened.path == path)


def _sets_in(tree: Tree, path: str, reading: Reading) -> Sequence[str]:
    """The sets in a folder; that it could not be listed is noted."""
    try:
        return sets_in(tree, path, _FORMATS) if tree.is_folder(path) else ()
    except InputError as error:
        reading.failed(error.path, error, named=False)
        return ()


def _precedence(opened: inputs.Opened) -> str:
    return f"{opened.path.rpartition('/')[2]} has precedence"


def _take(opened: inputs.Opened, reading: Reading, *, named: bool) -> None:
    reading.skipped.extend(opened.skipped)
    if isinstance(opened.result, InputError):
        reading.failed(opened.path, opened.result, named=named)
    elif not reading.has(opened.path):
        reading.add(opened.result)


def _read_with_scripts(tree: Tree, folder: str, reading: Reading, settings: Settings, read: inputs.Read) -> None:
    """Read a project, and every script below its folder; scripts alone are enough."""
    found = scripts(tree, _listed(tree, folder, reading))
    _read_one(tree, folder, reading, settings._replace(allow_empty=True) if found else settings, read)
    _read_each(tree, map(Target, found), reading, read)


def _read_below(tree: Tree, folder: str, reading: Reading, settings: Settings, read: inputs.Read) -> None:
    """Read every project below a folder, each file and each workspace once."""
    count = len(reading.inventories) + len(reading.errors)
    paths = _listed(tree, folder, reading)
    _read_each(tree, targets(paths, _FORMATS), reading, read)
    if settings.include_scripts:
        _read_each(tree, map(Target, scripts(tree, paths)), reading, read)
    if len(reading.inventories) + len(reading.errors) == count and not settings.allow_empty:
        looked = ", ".join(_FORMATS)
        why = f"nothing to read below; looked for {looked}. --allow-empty lets that pass"
        reading.failed(folder, NothingToReadError(folder or ".", why), named=True)


def _listed(tree: Tree, folder: str, reading: Reading) -> Sequence[str]:
    """The files below a folder; what could not be listed is noted."""
    listing = tree.files(folder)
    if listing.note:
        reading.hints.append(f"{folder or '.'}: {listing.note}")
    for error in listing.unreadable:
        reading.failed(error.path, error, named=False)
    return listing.paths


def _read_each(tree: Tree, found: Iterable[Target], reading: Reading, read: inputs.Read) -> None:
    """Read what was found below a folder, unless an input that was read already stands for it.

    Where no file that is looked for declares something, each set beside them is read.
    """
    for path, sets in found:
        if why := reading.covers(path):
            reading.skipped.append(SkippedInput(path, why))
            reading.pass_over(sets, f"in {why}")
            continue
        try:
            opened = inputs.open_input(tree, path, read)
        except NothingToReadError as error:
            instead = f"; read in their place: {some(sets, 3)}" if sets else ""
            reading.skipped.append(SkippedInput(path or ".", f"{error.detail}{instead}"))
            _read_each(tree, map(Target, sets), reading, read)
            continue
        except InputError as error:
            reading.failed(path, error, named=False)
            continue
        _take(opened, reading, named=False)
        if inputs.is_empty(opened.result):
            _read_each(tree, map(Target, sets), reading, read)
        else:
            reading.pass_over(sets, _precedence(opened))


def chosen_scopes(settings: Settings, inventories: Iterable[Inventory]) -> frozenset[str]:
    """Return the scopes that are wanted, where not all are; UsageError for one that no input declares."""
    chosen = frozenset({MAIN, *group_names(settings.groups)})
    known = {scope for inventory in inventories for scope in inventory.scopes}
    for name in sorted(chosen - known - {MAIN}):
        listed = ", ".join(sorted(known - {MAIN})) or "none"
        raise UsageError(f"--group (or groups in [defaults]): there is no group or extra {name!r}; there is: {listed}")
    return chosen


def within_scope(inventory: Inventory, settings: Settings, chosen: frozenset[str]) -> tuple[Inventory, int]:
    """Keep what the chosen scopes install in the chosen environment; return that and how many were left out."""
    some_scopes = settings.main_only or bool(settings.groups)

    if not some_scopes and not settings.direct_only and not _narrows(settings):
        return inventory, 0

    def stays(item: Dependency | Unchecked) -> bool:
        return (not some_scopes or bool(item.groups & chosen)) and (
            not settings.direct_only or item.direct is not False
        )

    dependencies = tuple(filter(stays, inventory.dependencies))
    unchecked = tuple(filter(stays, inventory.unchecked))
    scoped = replace(inventory, dependencies=dependencies, unchecked=unchecked)
    left_out = inventory.size - scoped.size
    if not _narrows(settings):
        return scoped, left_out
    from pysentry_hook.narrowing import Environment, narrow

    narrowed, elsewhere = narrow(scoped, Environment(settings.python_version, settings.python_platform))
    return narrowed, left_out + elsewhere


def _narrows(settings: Settings) -> bool:
    return settings.python_version is not None or settings.python_platform is not None
