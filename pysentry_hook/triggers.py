"""Which projects does a change concern? From the names of its files to what is read, and what is said unread."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from pysentry_hook import inputs
from pysentry_hook.errors import InputError
from pysentry_hook.tree import Tree
from pysentry_hook.tree.places import below

CONFIGURATION = (".pysentry-hook.toml", ".pysentry.toml")
_MANIFESTS = {reader.format: reader for reader in inputs.MANIFESTS}
_LOCKS = tuple(
    reader.format for reader in inputs.IN_FOLDERS if reader.format not in {*_MANIFESTS, inputs.REQUIREMENTS.format}
)


class Concerned(NamedTuple):
    """The folders and files to read, and what has to be said of files that need no reading."""

    places: tuple[str, ...]
    notes: tuple[str, ...]


def concerned(tree: Tree, before: Sequence[Tree], files: Iterable[str]) -> Concerned:
    """Return the projects of changed files; `before` are the states that they are compared with.

    A manifest whose dependencies are as they were concerns nobody; one whose dependencies changed while its lock did
    not is told. A requirements file is read itself where no lock stands beside it.
    """
    changed = [path for path in dict.fromkeys(files) if tree.exists(path)]
    places: dict[str, None] = {}
    notes: list[str] = []
    for path in changed:
        folder, _, name = path.rpartition("/")
        if name in _MANIFESTS:
            place, note = _of_manifest(tree, before, path, set(changed))
            places |= dict.fromkeys([place] if place is not None else [])
            notes += [note] if note else []
        elif name in CONFIGURATION:
            continue
        elif name in _LOCKS:
            places[folder] = None
        elif _lock_in(tree, folder) is None or name.endswith(".py.lock"):
            places[path] = None
        else:
            notes.append(f"{path} was not read: {_lock_in(tree, folder)} has precedence")
    return Concerned(tuple(sorted(places)), tuple(notes))


def configured_in(tree: Tree, path: str) -> str:
    """Return the nearest folder at or above a folder or file that holds configuration of ours, else the root."""
    folder = path if tree.is_folder(path) else path.rpartition("/")[0]
    for here in (folder, *_above(folder)):
        own = any(tree.exists(below(here, name)) for name in CONFIGURATION)
        if own or _is_ours(tree, below(here, inputs.PYPROJECT.format)):
            return here
    return ""


def _is_ours(tree: Tree, manifest: str) -> bool:
    """Whether a manifest may hold a table of ours; one that cannot be read says so where it is read."""
    try:
        return tree.exists(manifest) and b"pysentry" in tree.read(manifest)
    except InputError:
        return True


def _of_manifest(tree: Tree, before: Sequence[Tree], path: str, changed: set[str]) -> tuple[str | None, str | None]:
    """What a manifest that changed concerns: nothing, its project, or a lock that should have changed as well."""
    folder, _, name = path.rpartition("/")
    if not _asks_for_other(tree, before, path, name):
        return None, None
    lock = _lock_of(tree, folder)
    if lock is None:
        return folder, None
    if lock in changed or not before:
        return lock.rpartition("/")[0], None
    return None, f"{path} changed its dependencies and {lock} did not change: lock the project again"


def _asks_for_other(tree: Tree, before: Sequence[Tree], path: str, name: str) -> bool:
    """Whether the dependencies that a manifest declares are others than in every earlier state."""
    now = _asked(tree, path, name)
    return all(now != _asked(other, path, name) for other in before)


def _asked(tree: Tree, path: str, name: str) -> object:
    """Everything that a manifest asks for, without its places; None where there is none, why it cannot be read."""
    if not tree.exists(path):
        return None
    try:
        inventory = _MANIFESTS[name].read(tree, path)
    except InputError as error:
        return str(error)
    wanted = {each._replace(place=0) for each in inventory.requirements}
    others = {(each.name, each.version, each.reason, each.groups) for each in inventory.unchecked}
    limits = inventory.constraints, inventory.overrides, inventory.requires_python
    return wanted, others, limits, inventory.notes, inventory.failures


def _lock_of(tree: Tree, folder: str) -> str | None:
    """The lock that stands for a manifest: in its folder, or of the workspace that it is a member of."""
    own = _lock_in(tree, folder)
    if own is not None:
        return below(folder, own)
    for above in _above(folder):
        lock = below(above, inputs.UV_LOCK.format)
        if tree.exists(lock) and _has_member(tree, lock, folder):
            return lock
    return None


def _has_member(tree: Tree, lock: str, folder: str) -> bool:
    try:
        return folder in inputs.UV_LOCK.read(tree, lock).members
    except InputError:
        return False


def _above(folder: str) -> Iterator[str]:
    while folder:
        folder = folder.rpartition("/")[0]
        yield folder


def _lock_in(tree: Tree, folder: str) -> str | None:
    """The lock that is read in a folder, if any."""
    return next((name for name in _LOCKS if tree.exists(below(folder, name))), None)
