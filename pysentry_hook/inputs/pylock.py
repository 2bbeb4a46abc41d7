"""Read pylock.toml and pylock.<name>.toml into an Inventory, https://peps.python.org/pep-0751/."""

import re
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pysentry_hook.errors import DamagedError, InputError
from pysentry_hook.inputs.documents import Document, parse_toml, read_text, tables
from pysentry_hook.inputs.kinds import KINDS, VCS
from pysentry_hook.inputs.limits import bounded
from pysentry_hook.inputs.manifest import Manifest, beside
from pysentry_hook.inputs.needs import LONGEST_MARKER, as_markers
from pysentry_hook.inputs.packages import Package, joined, package
from pysentry_hook.inputs.places import TomlPlaces
from pysentry_hook.inputs.stale import unlocked
from pysentry_hook.model import (
    MAIN,
    THIS_PROJECT,
    Dependency,
    Edge,
    InputFile,
    Inventory,
    Node,
    Unchecked,
    normalize,
    parse_name,
)
from pysentry_hook.text import one_line, without_credentials
from pysentry_hook.tree import Tree

if TYPE_CHECKING:
    from packaging.pylock import Package as Entry
    from packaging.pylock import Pylock

FORMAT = "pylock.toml"
_SCOPE = re.compile(r"""["']([^"']+)["'] in (?:extras|dependency_groups)""")


def read(tree: Tree, path: str) -> Inventory:
    """Return every locked version; what is no index release is not checked, whatever URLs its files have."""
    document = read_text(tree, path)
    lock, written = _parse(document)
    manifest, notes = beside(tree, path, "pyproject.toml")
    root = Node((manifest and manifest.name) or THIS_PROJECT, None)
    items = {
        place: _package(lock, entry, place, manifest, written[place])
        for place, entry in enumerate(lock.packages)
        if not _is_project(entry, manifest)
    }
    packages = joined(items.values())
    first = (Edge(root, item.node) for item in packages if item.direct)
    places = TomlPlaces(document, len(lock.packages), [manifest] if manifest else [], table="packages")
    lacking = unlocked(manifest, path, {normalize(entry.name) for entry in lock.packages}, {MAIN})
    return Inventory(
        path=path,
        format=FORMAT,
        files=(InputFile(path, FORMAT, document.sha256),),
        dependencies=tuple(item for item in packages if isinstance(item, Dependency)),
        unchecked=tuple(item for item in packages if isinstance(item, Unchecked)),
        roots=(root,),
        edges=bounded(path, chain(_edges(lock, items), first)),
        places=places,
        scopes=frozenset({MAIN, *map(normalize, (*(lock.extras or ()), *(lock.dependency_groups or ())))}),
        notes=(*notes, *places.notes, *lacking),
    )


def _parse(document: Document) -> tuple["Pylock", list[str | None]]:
    """Return the lock, and each version as it is written.

    Names are normalised before the lock is validated: pipenv writes some that are not, and a lock
    that installs is a lock to check.
    """
    from packaging.pylock import Pylock, PylockUnsupportedVersionError, PylockValidationError

    data = dict(parse_toml(document))
    packages = tables(data.get("packages"), document.path, "[[packages]]")
    data["packages"] = [_normalised(entry) for entry in packages]
    try:
        lock = Pylock.from_dict(data)
    except PylockUnsupportedVersionError as error:
        found = one_line(data.get("lock-version"), 20)
        detail = f"lock version {found} is not supported (1.0 is). Upgrade pysentry-hook"
        raise InputError(document.path, detail) from error
    except PylockValidationError as error:
        raise DamagedError(document.path, f"is no valid pylock: {one_line(error, 160)}") from error
    return lock, [entry.get("version") for entry in packages]


def _normalised(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    name = parse_name(entry.get("name"))
    return entry if name is None else {**entry, "name": name}


def _is_project(entry: "Entry", manifest: Manifest | None) -> bool:
    """Whether an entry is the project itself: its own folder, or the manifest's name in a folder."""
    if entry.directory is None:
        return False
    at_home = entry.directory.path.rstrip("/") in {"", "."} and not entry.directory.subdirectory
    return at_home or (manifest is not None and manifest.name == normalize(entry.name))


def _version(entry: "Entry") -> str | None:
    """The version of an entry; where it has none the name of its first file tells it."""
    from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, parse_sdist_filename, parse_wheel_filename

    if entry.version is not None:
        return str(entry.version)
    try:
        if entry.wheels:
            return str(parse_wheel_filename(entry.wheels[0].filename)[1])
        if entry.sdist:
            return str(parse_sdist_filename(entry.sdist.filename)[1])
    except (InvalidWheelFilename, InvalidSdistFilename, ValueError):
        return None
    return None


def _package(lock: "Pylock", entry: "Entry", place: int, manifest: Manifest | None, written: str | None) -> Package:
    name = normalize(entry.name)
    return package(
        name=name,
        written=written or _version(entry),
        reason=_why_unchecked(entry),
        groups=_groups(lock, entry),
        direct=name in manifest.direct if manifest else None,
        markers=as_markers(entry.marker),
        indexes=(_index(entry),),
        place=place,
    )


def _why_unchecked(entry: "Entry") -> str:
    if entry.vcs is not None:
        return VCS.get(entry.vcs.type, f"{one_line(entry.vcs.type, 20)} dependency")
    if entry.directory is not None:
        return KINDS["directory"]
    if entry.archive is not None:
        return KINDS["url"] if entry.archive.url else KINDS["path"]
    return ""


def _index(entry: "Entry") -> str:
    """The index of an entry; where the lock does not name it, the host that serves its files."""
    if entry.index:
        return without_credentials(entry.index)
    for file in (entry.sdist, *(entry.wheels or ())):
        if file is not None and file.url:
            parts = urlsplit(file.url)
            return without_credentials(f"{parts.scheme}://{parts.netloc}")
    return "a local file"


def _groups(lock: "Pylock", entry: "Entry") -> frozenset[str]:
    """The extras and groups that the marker asks for; main where it asks for none or for a default group."""
    asked: set[str] = {normalize(name) for name in _SCOPE.findall(str(entry.marker or ""))}
    if not asked or asked & {normalize(name) for name in lock.default_groups or ()}:
        asked.add(MAIN)
    return frozenset(asked)


def _edges(lock: "Pylock", items: Mapping[int, Package]) -> Iterator[Edge]:
    """The edges of the lock; one that names no version leads to every fork of the name."""
    by_name: dict[str, list[Node]] = {}
    for node in dict.fromkeys(item.node for item in items.values()):
        by_name.setdefault(node.name, []).append(node)
    for place, entry in enumerate(lock.packages):
        parent = items[place].node if place in items else Node(normalize(entry.name), _version(entry))
        for edge in entry.dependencies or ():
            name = parse_name(edge.get("name"))
            for target in by_name.get(name or "", ()):
                if edge.get("version") in {None, target.version}:
                    yield Edge(parent, target, one_line(edge.get("marker"), LONGEST_MARKER) or None)
