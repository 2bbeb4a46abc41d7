"""Find what uv reads where it locks a project: the manifests of its workspace, and the settings that lead it."""

import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from glob import glob
from pathlib import Path
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from pysentry_hook.errors import InputError, UsageError
from pysentry_hook.inputs import pyproject
from pysentry_hook.inputs.documents import parse_toml, read_text
from pysentry_hook.model import Inventory
from pysentry_hook.plan.editing import UV, value_at
from pysentry_hook.text import one_line
from pysentry_hook.tree import FolderTree, inside

_SETTINGS = "uv.toml"
Tables = Mapping[str, Mapping[str, Any]]
"""Tables by the path of their file."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """The project of a uv.lock."""

    home: str
    """The path of its own manifest."""
    manifests: Tables
    """Its own and those of the members."""
    settings: Tables
    """Every table of settings of uv in these folders and above, whether uv reads it or another in its place."""
    foreign: str | None
    """The manifest of another workspace that the project belongs to, so that uv would lock that."""

    @property
    def python(self) -> str:
        """What uv is asked to run on: this Python, else the ones that the project admits."""
        stated = [value_at(data, ("project", "requires-python")) for data in self.manifests.values()]
        texts = list(dict.fromkeys(text for text in stated if isinstance(text, str) and text))
        try:
            admits = SpecifierSet(",".join(texts)).contains(sys.version.split()[0], prereleases=True)
        except InvalidSpecifier:  # uv tells
            admits = True
        return sys.executable if admits else ",".join(texts)


def open_workspace(tree: FolderTree, lock: Inventory) -> Workspace:
    """Return what uv reads; UsageError where a file of it cannot be read, or members lie outside of the tree."""
    folder = lock.path.rpartition("/")[0]
    home = inside(folder, pyproject.FORMAT) or pyproject.FORMAT
    own = _read(tree, home)
    named = {inside(folder, member) for member in _members(tree.root / folder, own)}
    folders = {member for member in lock.members | named if member is not None}
    manifests = {home: own}
    for member in sorted(folders - {folder}):
        path = f"{member}/{pyproject.FORMAT}"
        if tree.exists(path):
            manifests[path] = _read(tree, path)
        elif tree.exists(f"{member}/setup.py"):
            raise UsageError(
                f"{member}: is a member without a {pyproject.FORMAT}, and its setup.py would be run; give it one"
            )
    return Workspace(
        home=home,
        manifests=manifests,
        settings=dict(_settings(tree, tree.root / folder, manifests)),
        foreign=None if value_at(own, (*UV, "workspace")) else _foreign(tree.root / folder),
    )


def _read(tree: FolderTree, path: str) -> Mapping[str, Any]:
    try:
        return parse_toml(read_text(tree, path))
    except InputError as error:
        raise UsageError(str(error)) from error


def _members(folder: Path, manifest: Mapping[str, Any]) -> Iterator[str]:
    """The folders that a manifest names as members, also those that it excludes; relative to the folder."""
    patterns = value_at(manifest, (*UV, "workspace", "members"))
    for pattern in patterns if isinstance(patterns, list) else ():
        if not isinstance(pattern, str) or inside("", pattern) is None:
            raise UsageError(
                f"{pyproject.FORMAT}: the members {one_line(pattern, 60)!r} lie outside of the project; name others"
            )
        found = glob(pattern, root_dir=folder, recursive=True, include_hidden=True)  # noqa: PTH207 (Path takes no ".")
        yield from (each for name in found if (each := inside("", name)))


def _settings(tree: FolderTree, folder: Path, manifests: Tables) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Those of the manifests, and of what lies beside and above, where uv looks for the first."""
    for path, data in manifests.items():
        if isinstance(table := value_at(data, UV), dict):
            yield path, table
    for above in (folder, *folder.parents):
        for file in (above / _SETTINGS, above / pyproject.FORMAT):
            path = file.relative_to(tree.root).as_posix() if above.is_relative_to(tree.root) else str(file)
            if path not in manifests and os.path.lexists(file):
                data = _read(FolderTree(above), file.name)
                table = data if file.name == _SETTINGS else value_at(data, UV)
                if isinstance(table, dict):
                    yield path, table


def _foreign(folder: Path) -> str | None:
    """The manifest above a folder that names it as a member."""
    for above in folder.parents:
        path = above / pyproject.FORMAT
        if not path.is_file():
            continue
        try:
            data = parse_toml(read_text(FolderTree(above), path.name))
            if folder.relative_to(above).as_posix() in set(_members(above, data)):
                return str(path)
        except (InputError, UsageError):  # uv tells
            continue
    return None
