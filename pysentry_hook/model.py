"""The types that travel through a scan: frozen values without I/O."""

import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple, NewType, Protocol

from packaging.version import InvalidVersion, Version

NormalizedName = NewType("NormalizedName", str)

NOT_PINNED = "not pinned"
"""How every reader begins the reason of a requirement that is not pinned."""

MAIN = "main"
"""The scope of what a plain installation brings in."""

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?", re.ASCII)
_LONGEST_NAME = 255
_LONGEST_VERSION = 200
_SEPARATORS = re.compile(r"[-_.]+")


def normalize(name: str) -> NormalizedName:
    """Return the PEP 503 form of a name, https://peps.python.org/pep-0503/#normalized-names."""
    return NormalizedName(_SEPARATORS.sub("-", name).lower())


def parse_name(name: object) -> NormalizedName | None:
    """Return the normalised name, or None where it is no name by PEP 508 (at most 255 characters)."""
    if isinstance(name, str) and len(name) <= _LONGEST_NAME and _NAME.fullmatch(name):
        return normalize(name)
    return None


@lru_cache(maxsize=1 << 16)
def parse_version(text: str) -> Version | None:
    """Return the PEP 440 version, or None where the text is none; each text is parsed once."""
    if len(text) > _LONGEST_VERSION:
        return None
    try:
        return Version(text)
    except (InvalidVersion, ValueError):  # ValueError: more digits than int() takes
        return None


def public(version: Version) -> Version:
    """The version without its local segment, which PEP 440 ignores where the other side has none."""
    return Version(version.public) if version.local else version


class Package(NamedTuple):
    """What a source is asked about: one exact version."""

    name: NormalizedName
    version: Version

    def __str__(self) -> str:
        """The package as reports write it."""
        return f"{self.name} {self.version}"


class Severity(IntEnum):
    """How bad an advisory is; an unknown severity is None, never a member."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 4

    @property
    def word(self) -> str:
        """The word that options, configuration and reports use."""
        return self.name.lower()


def rank(severity: Severity | None) -> float:
    """How bad it is beside others: an unknown severity ranks above medium."""
    return severity or Severity.MEDIUM + 0.5


class Location(NamedTuple):
    """A stretch of one line; line and columns start at 1, `end_column` is the one after the last."""

    path: str
    line: int
    column: int
    end_column: int
    text: str


class Node(NamedTuple):
    """One node of the dependency graph; a project without a version has None."""

    name: NormalizedName
    version: str | None


THIS_PROJECT = NormalizedName("this project")
"""A project that has no name: two words, which no package can be called."""


class Edge(NamedTuple):
    """What needs what; `marker` is the PEP 508 marker under which it does, None for always."""

    parent: Node
    child: Node
    marker: str | None = None


class Places(Protocol):
    """Where the entries of an input stand; lines are looked up only when somebody asks."""

    def location(self, place: int) -> Location:
        """The line that holds the version of entry number `place`."""

    def declaration(self, node: Node) -> Location | None:
        """The top-level declaration of a direct dependency in the manifest beside the lock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """One exact version that an input installs from an index."""

    name: NormalizedName
    version: Version
    written: str
    """The version as the input writes it, which is what a reader of the file looks for."""
    groups: frozenset[str]
    """The scopes that reach it: `main`, extras and groups by normalised name."""
    direct: bool | None
    """None where the input does not tell."""
    indexes: tuple[str, ...]
    """The URLs it may come from, without credentials; empty where the input does not tell."""
    markers: tuple[str, ...] = ()
    """PEP 508 markers of which one must hold where it is installed; empty for everywhere."""
    pinned: bool
    """True where the project's author wrote or locked this version, false where we resolved it."""
    place: int

    @property
    def node(self) -> Node:
        """The node of this dependency in the graph of its input."""
        return Node(self.name, self.written)

    @property
    def package(self) -> Package:
        """What a source is asked about it."""
        return Package(self.name, self.version)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchecked:
    """A dependency about which no complete answer is possible, with the reason."""

    name: str
    version: str | None
    reason: str
    groups: frozenset[str]
    direct: bool | None
    markers: tuple[str, ...] = ()
    place: int

    @property
    def node(self) -> Node:
        """The node of this dependency in the graph of its input."""
        return Node(normalize(self.name), self.version)


class Requested(NamedTuple):
    """What a manifest asks an index for, as a resolver takes it: a PEP 508 requirement without a URL."""

    requirement: str
    groups: frozenset[str]
    indexes: tuple[str, ...]
    """The URLs it may come from, without credentials; empty where the input does not tell."""
    place: int
    alone: bool = False
    """Whether only this package, by a source of its own, comes from `indexes`."""


class Remark(NamedTuple):
    """A comment to us that stands beside a package in an input."""

    name: NormalizedName
    comment: str
    place: int


class Failure(NamedTuple):
    """Something that went wrong and makes, or may make, the audit incomplete."""

    kind: str
    """source, input, resolver or baseline."""
    name: str
    path: str | None
    detail: str


class Subject(NamedTuple):
    """Which state of which repository was scanned; `dirty` if an input differs from the commit."""

    repository: str | None
    commit: str | None
    ref: str | None
    dirty: bool


CONSTRAINTS = "constraints"
"""The format of a file that limits versions and installs nothing."""


class InputFile(NamedTuple):
    """A file that was read: its path in the tree and the hexadecimal SHA-256 of its bytes."""

    path: str
    format: str
    sha256: str


class Compiled(NamedTuple):
    """How a tool made a requirements file out of others."""

    path: str
    """The file that it made."""
    folder: str
    """The folder in which it was called."""
    command: str | None
    """What was typed, of plain words that a shell takes as they are; None where that is not known, or not plain."""

    def upgrading(self, requirements: Iterable[str]) -> tuple[str, str, str] | None:
        """What to type so that these versions are taken: what stands before them, they, and what stands behind."""
        if self.command is None:
            return None
        tool, word, rest = self.command.partition("compile")
        asks = "".join(f" --upgrade-package {shlex.quote(each)}" for each in requirements)
        return tool + word, asks, rest


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """What one input installs, less the project itself and its workspace members."""

    path: str
    format: str
    files: tuple[InputFile, ...]
    dependencies: tuple[Dependency, ...]
    unchecked: tuple[Unchecked, ...]
    roots: tuple[Node, ...]
    edges: Iterable[Edge]
    places: Places
    scopes: frozenset[str]
    """Every scope that the project declares."""
    requirements: tuple[Requested, ...] = ()
    """What a resolver would be asked for; a lock has none."""
    constraints: tuple[str, ...] = ()
    """PEP 508 requirements that limit versions and install nothing."""
    overrides: tuple[str, ...] = ()
    """PEP 508 requirements that stand in the place of what any package says of theirs; only uv knows such."""
    requires_python: str | None = None
    """The PEP 440 specifiers of the Pythons that the project runs on."""
    resolved: str | None = None
    """By what and when the versions were resolved; None where the input states them itself."""
    remarks: tuple[Remark, ...] = ()
    compiled: tuple[Compiled, ...] = ()
    """The requirements files of it that a tool made out of others."""
    members: frozenset[str] = frozenset()
    """What else this input stands for: folders that are members of its workspace, files that were named with it."""
    notes: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()
    quarantined: tuple[NormalizedName, ...] = ()

    @property
    def size(self) -> int:
        """How many entries it lists, those that cannot be checked among them."""
        return len(self.dependencies) + len(self.unchecked)
