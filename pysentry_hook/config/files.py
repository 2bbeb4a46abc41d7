"""Find the configuration files of a project, its user and its machine, and read them, the nearest first."""

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from pysentry_hook.config.flags import Flags
from pysentry_hook.config.named import named_file, named_floor, without_files
from pysentry_hook.config.said import Said
from pysentry_hook.config.variables import variable
from pysentry_hook.errors import ConfigError, InputError
from pysentry_hook.inputs.documents import Document, parse_toml
from pysentry_hook.report import PolicyFile
from pysentry_hook.rules import SILENT, Layer, Stated, Suppression, Table
from pysentry_hook.tree import FolderTree, Tree, inside
from pysentry_hook.tree.places import below

OURS, PYPROJECT, PEERS = ".pysentry-hook.toml", "pyproject.toml", ".pysentry.toml"
TABLE, _PEERS_TABLE = ("tool", "pysentry-hook"), ("tool", "pysentry")
_USER, _PEERS_USER = "pysentry-hook/config.toml", "pysentry/config.toml"
_DEEPEST = 10


class _File(NamedTuple):
    """A file that may hold settings: where it is read, what it is called there, and whose it is."""

    tree: Tree
    path: str
    shown: str
    """How reports call it."""
    told: str
    """How errors call it: as it is written from where the command runs."""
    is_project: bool
    is_peers: bool = False


@dataclass(slots=True, kw_only=True)
class Configuration:
    """What all files say, the nearest first."""

    own: list[Said] = field(default_factory=list)
    below: list[Said] = field(default_factory=list)
    """In the order of precedence: `own` with the bases that they extend between them."""
    bases: list[Said] = field(default_factory=list)
    floor: Said = field(default_factory=Said)
    files: list[PolicyFile] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def settings(self) -> Table:
        """Every plain setting; of several values the nearest."""
        found: dict[str, Stated] = {}
        for said in self.below:
            found = {**said.settings, **found}
        return found

    def suppressions(self) -> tuple[Suppression, ...]:
        """The accepted risks of all files."""
        return tuple(entry for said in self.below for entry in said.suppressions)


def configuration(
    flags: Flags, environment: Mapping[str, str], *, tree: Tree, root: Path, folder: str, today: date
) -> Configuration:
    """Read the configuration files of a folder of a tree, or the one that was named; ConfigError with file and line.

    A named file that lies in the tree is read there: of a commit it is what that commit has.
    """
    reader = Reader(today)
    for key in ("config", "no_config"):
        if environment.get(name := f"PYSENTRY_{key.upper()}") and not environment.get(variable(key)):
            reader.found.warnings.append(f"{name} is not read here: it is {variable(key)}")
    if floor := named_floor(flags, environment):
        reader.floor(floor)
    if named := named_file(flags, environment):
        reader.named(named, tree, root)
    elif not without_files(flags, environment):
        reader.discover(tree, folder, root, environment)
    return reader.found


def merged(sides: Sequence[Said]) -> Layer:
    """What several sides say of gates together, key by key, the first that speaks of it."""
    defaults: dict[str, Stated] = {}
    gates: dict[str, dict[str, Stated]] = {}
    for said in sides:
        layer = said.layer()
        defaults = {**layer.defaults, **defaults}
        for name, table in layer.gates.items():
            gates[name] = {**table, **gates.get(name, {})}
    return Layer(defaults=defaults, gates=gates) if sides else SILENT


class Reader:
    """Reads the files of one run; every error is a ConfigError with file and line."""

    def __init__(self, today: date) -> None:
        self._today = today
        self.found = Configuration()

    def discover(self, tree: Tree, folder: str, root: Path, environment: Mapping[str, str]) -> None:
        """Read what stands in a folder of a tree and above it, then the user's and the machine's files."""
        peers_read = False
        levels = [list(_in_project(tree, folder, root)), list(_of_user(environment)), list(_of_machine(environment))]
        for level in levels:
            ours = [file for file in level if not file.is_peers]
            for file in ours:
                self._take(file)
            for file in level:
                # of pysentry's files the first counts, as it does there
                if file.is_peers and not peers_read:
                    peers_read = self._take(file)

    def named(self, path: Path, tree: Tree | None = None, root: Path = Path()) -> None:
        """Read one file that the user named, and no other: as the tree has it, where it lies below its `root`."""
        file = _on_disk(path)
        within = _within(path, root) if tree is not None else None
        if tree is not None and within is not None:
            file = file._replace(tree=tree, path=within, shown=within)
        if not file.tree.exists(file.path):
            raise ConfigError(
                f"{path}: no such configuration file; check the path, or write one: pysentry-hook config init"
            )
        name = path.name
        if self._take(file._replace(is_peers=name == PEERS)):
            return
        if not self._take(file._replace(is_peers=True)):
            table = ".".join(TABLE)
            raise ConfigError(f"{path}: holds no table [{table}]; add it, or name another file")

    def floor(self, path: Path) -> None:
        """Read the file whose gates nobody may loosen."""
        file = _on_disk(path)
        if not file.tree.exists(file.path):
            raise ConfigError(f"--policy-floor {path}: no such file; check the path")
        said = self._read(file)
        if said is None:
            raise ConfigError(
                f"--policy-floor {path}: holds no table [{'.'.join(TABLE)}]; add it, or name another file"
            )
        layer = said.layer()
        spoken = {key.removeprefix("defaults.") for key in said.settings}
        foreign = sorted(spoken - layer.defaults.keys()) + (["suppressions"] if said.suppressions else [])
        if not layer.defaults and not layer.gates and not foreign and not said.extends:
            raise ConfigError(f"--policy-floor {path}: says nothing, so it holds nobody; write [defaults] into it")
        if foreign or said.extends:
            other = foreign[0] if foreign else "extends"
            raise ConfigError(
                f"--policy-floor {path}: {other}: a floor holds [defaults] of gates, [groups] and [gates] alone"
            )
        self.found.floor = said

    def _take(self, file: _File) -> bool:
        """Read a file and what it extends; whether it holds a table for us."""
        said = self._read(file)
        if said is None:
            return False
        self.found.own.append(said)
        self.found.below.append(said)
        seen = [file.shown]
        while said.extends:
            said, file = self._base(said.extends, file, seen)
            self.found.bases.append(said)
            self.found.below.append(said)
        return True

    def _base(self, extends: Stated, file: _File, seen: list[str]) -> tuple[Said, _File]:
        """Read the file that another extends; its path is relative to that file's folder."""
        path = str(extends.value)
        folder = file.path.rpartition("/")[0]
        target = inside(folder, path)
        if "://" in path or target is None:
            raise ConfigError(
                f"{extends.origin}: extends {path!r}, which is no file of this repository; name one inside"
            )
        shown = os.path.normpath(Path(file.shown).parent / path).replace(os.sep, "/")
        told = os.path.normpath(Path(file.told).parent / path)
        base = file._replace(path=target, shown=shown, told=told, is_peers=False)
        if shown in seen:
            raise ConfigError(f"{extends.origin}: extends {path!r}, which leads back to itself; take one of them out")
        if len(seen) > _DEEPEST:
            raise ConfigError(f"{extends.origin}: extends {path!r}: more than {_DEEPEST} files in a row; join some")
        if not file.tree.exists(target):
            raise ConfigError(
                f"{extends.origin}: extends {path!r}, which is not there; write its path from this file on"
            )
        said = self._read(base)
        if said is None:
            table = ".".join(TABLE)
            raise ConfigError(f"{extends.origin}: extends {path!r}, which holds no table [{table}]; add it there")
        seen.append(shown)
        return said, base

    def _read(self, file: _File) -> Said | None:
        """What one file says; None where it holds no table for us."""
        try:
            data = file.tree.read(file.path)
            if file.path.endswith(PYPROJECT) and b"pysentry" not in data:
                return None
            document = Document(file.path, data.decode("utf-8-sig"), hashlib.sha256(data).hexdigest())
            values: Any = parse_toml(document)
        except InputError as error:
            raise ConfigError(error.told(file.told)) from error
        except UnicodeDecodeError as error:
            raise ConfigError(f"{file.told}: is not UTF-8 text; save it as UTF-8") from error
        table = (_PEERS_TABLE if file.is_peers else TABLE) if file.path.endswith(PYPROJECT) else ()
        for key in table:
            values = values.get(key) if isinstance(values, Mapping) else None
        if values is None:
            return None
        # most projects have no configuration of ours, and need none of this
        from pysentry_hook.config.lines import Lines
        from pysentry_hook.config.peer import read_peer
        from pysentry_hook.config.statements import Source, read_statements

        source = Source(
            path=file.shown,
            told=file.told,
            table=table,
            lines=Lines(document.text),
            is_project=file.is_project,
            today=self._today,
        )
        if not isinstance(values, Mapping):
            raise source.error(f"{'.'.join(table)} is not a table, as {{ key = value }}")
        if not any(known.path == file.shown for known in self.found.files):
            self.found.files.append(PolicyFile(file.shown, document.sha256))
        return (
            read_peer(values, source, self.found.warnings.append) if file.is_peers else read_statements(values, source)
        )


def _in_project(tree: Tree, folder: str, root: Path) -> Iterator[_File]:
    """The files of a folder and those above it, up to the root of the tree."""
    here = folder
    while True:
        for name, is_peers in ((OURS, False), (PYPROJECT, False), (PEERS, True), (PYPROJECT, True)):
            path = below(here, name)
            if tree.exists(path):
                told = os.path.relpath(root / path)
                yield _File(tree, path, path, told, is_project=True, is_peers=is_peers)
        if not here:
            return
        here = here.rpartition("/")[0]


def _of_user(environment: Mapping[str, str]) -> Iterator[_File]:
    home = environment.get("HOME") or environment.get("USERPROFILE")
    folder = environment.get("XDG_CONFIG_HOME") or environment.get("APPDATA") or (home and f"{home}/.config")
    if folder:
        yield from _below(Path(folder))


def _of_machine(environment: Mapping[str, str]) -> Iterator[_File]:
    folders = environment.get("XDG_CONFIG_DIRS") or "/etc/xdg"
    for folder in (*folders.split(os.pathsep), "/etc"):
        if folder:
            yield from _below(Path(folder))


def _below(folder: Path) -> Iterator[_File]:
    for name, is_peers in ((_USER, False), (_PEERS_USER, True)):
        # Path.is_file raises where the folder may not be entered
        if os.path.isfile(folder / name):  # noqa: PTH113
            yield _on_disk(folder / name)._replace(is_peers=is_peers)


def _within(path: Path, root: Path) -> str | None:
    """The place of a file in the tree at `root`, by its name or by where its folder really is; None outside of it."""
    for whole in (os.path.abspath(path), path.parent.resolve() / path.name):  # noqa: PTH100 (see _on_disk)
        within = os.path.relpath(whole, root).replace(os.sep, "/")
        if not within.startswith("../"):
            return within
    return None


def _on_disk(path: Path) -> _File:
    """A file that the user or the machine's owner has put there, with what stands beside it."""
    whole = Path(os.path.abspath(path))  # noqa: PTH100 (a link keeps its own name)
    root = Path(whole.anchor)
    return _File(FolderTree(root), whole.relative_to(root).as_posix(), whole.as_posix(), str(path), is_project=False)
