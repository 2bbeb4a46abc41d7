"""Read pylock.toml and pylock.<name>.toml into an Inventory, https://peps.python.org/pep-0751/."""

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pysentry_hook.errors import DamagedError, InputError
from pysentry_hook.inputs.documents import Document, parse_toml, read_text, tables
from pysentry_hook.inputs.manifest import Manifest, beside
from pysentry_hook.inputs.needs import LONGEST_MARKER, as_markers
from pysentry_hook.inputs.places import TomlPlaces
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
    parse_version,
)
from pysentry_hook.text import one_line, without_credentials
from pysentry_hook.tree import Tree

if TYPE_CHECKING:
    from packaging.pylock import Package, Pylock

FORMAT = "pylock.toml"
_SCOPE = re.compile(r"""["']([^"']+)["'] in (?:extras|dependency_groups)""")


def read(tree: Tree, path: str) -> Inventory:
    """Return every locked version; what is no index release is not checked, whatever URLs its files have."""
    document = read_text(tree, path)
    lock, written = _parse(document)
    manifest, notes = beside(tree, path, "pyproject.toml")
    root = Node((manifest and manifest.name) or THIS_PROJECT, None)
    found: list[tuple[Node, Dependency | Unchecked]] = []
    for place, package in enumerate(lock.packages):
        if _is_project(package, manifest):
            continue
        version = _version(package)
        node = Node(normalize(package.name), version)
        found.append((node, _dependency(lock, package, place, manifest, written[place])))
    edges = list(_edges(lock, {node for node, _ in found}))
    direct = manifest.direct if manifest else frozenset[NormalizedName]()
    edges.extend(Edge(root, node) for node, _ in found if node.name in direct)
    return Inventory(
        path=path,
        format=FORMAT,
        files=(InputFile(path, FORMAT, document.sha256),),
        dependencies=tuple(item for _, item in found if isinstance(item, Dependency)),
        unchecked=tuple(item for _, item in found if isinstance(item, Unchecked)),
        roots=(root,),
        edges=tuple(dict.fromkeys(edges)),
        places=TomlPlaces(document, len(lock.packages), [manifest] if manifest else [], table="packages"),
        scopes=frozenset({MAIN, *map(normalize, (*(lock.extras or ()), *(lock.dependency_groups or ())))}),
        notes=notes,
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


def _is_project(package: "Package", manifest: Manifest | None) -> bool:
    """Whether an entry is the project itself: its own folder, or the manifest's name in a folder."""
    if package.directory is None:
        return False
    at_home = package.directory.path.rstrip("/") in {"", "."} and not package.directory.subdirectory
    return at_home or (manifest is not None and manifest.name == normalize(package.name))


def _version(package: "Package") -> str | None:
    """The version of an entry; where it has none the name of its first file tells it."""
    from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, parse_sdist_filename, parse_wheel_filename

    if package.version is not None:
        return str(package.version)
    try:
        if package.wheels:
            return str(parse_wheel_filename(package.wheels[0].filename)[1])
        if package.sdist:
            return str(parse_sdist_filename(package.sdist.filename)[1])
    except (InvalidWheelFilename, InvalidSdistFilename, ValueError):
        return None
    return None


def _dependency(
    lock: "Pylock", package: "Package", place: int, manifest: Manifest | None, written: str | None
) -> Dependency | Unchecked:
    groups = _groups(lock, package)
    name = normalize(package.name)
    direct = name in manifest.direct if manifest else None
    text = _version(package)
    version = parse_version(text) if text else None
    reason = _why_unchecked(package)
    if reason or version is None:
        return Unchecked(
            name=name,
            version=text,
            reason=reason or "the lock gives no version",
            groups=groups,
            direct=direct,
            markers=as_markers(package.marker),
            place=place,
        )
    return Dependency(
        name=name,
        version=version,
        written=one_line(written or text, 80),
        groups=groups,
        direct=direct,
        markers=as_markers(package.marker),
        indexes=(_index(package),),
        pinned=True,
        place=place,
    )


def _why_unchecked(package: "Package") -> str | None:
    if package.vcs is not None:
        return f"{one_line(package.vcs.type, 20)} dependency"
    if package.directory is not None:
        return "path dependency"
    if package.archive is not None:
        return "URL dependency" if package.archive.url else "path dependency"
    return None


def _index(package: "Package") -> str:
    """The index of an entry; where the lock does not name it, the host that serves its files."""
    if package.index:
        return without_credentials(package.index)
    for file in (package.sdist, *(package.wheels or ())):
        if file is not None and file.url:
            parts = urlsplit(file.url)
            return without_credentials(f"{parts.scheme}://{parts.netloc}")
    return "a local file"


def _groups(lock: "Pylock", package: "Package") -> frozenset[str]:
    """The extras and groups that the marker asks for; main where it asks for none or for a default group."""
    asked: set[str] = {normalize(name) for name in _SCOPE.findall(str(package.marker or ""))}
    if not asked or asked & {normalize(name) for name in lock.default_groups or ()}:
        asked.add(MAIN)
    return frozenset(asked)


def _edges(lock: "Pylock", nodes: set[Node]) -> Iterator[Edge]:
    """The edges of the lock; one that names no version leads to every fork of the name."""
    by_name: dict[str, list[Node]] = {}
    for node in sorted(nodes, key=lambda node: (node.name, node.version or "")):
        by_name.setdefault(node.name, []).append(node)
    for package in lock.packages:
        parent = Node(normalize(package.name), _version(package))
        for edge in package.dependencies or ():
            name = parse_name(edge.get("name"))
            for target in by_name.get(name or "", ()):
                if edge.get("version") in {None, target.version}:
                    yield Edge(parent, target, one_line(edge.get("marker"), LONGEST_MARKER) or None)
