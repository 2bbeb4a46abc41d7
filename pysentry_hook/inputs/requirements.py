"""Read a requirements file and what it includes, as pip does; exact pins become dependencies.

The grammar is https://pip.pypa.io/en/stable/reference/requirements-file-format/: `-r` is relative to
the including file, and `${VAR}` is never expanded.
"""

import hashlib
import re

from packaging.version import Version

from pysentry_hook.errors import InputError
from pysentry_hook.inputs.documents import MAX_PACKAGES
from pysentry_hook.inputs.places import LinePlaces
from pysentry_hook.inputs.requirement_lines import ITEM_OPTION, Line, decode, logical_lines, options
from pysentry_hook.model import (
    MAIN,
    Dependency,
    Edge,
    Failure,
    InputFile,
    Inventory,
    Location,
    Node,
    Unchecked,
    normalize,
    parse_name,
    parse_version,
)
from pysentry_hook.text import one_line, without_credentials
from pysentry_hook.tree import Tree, inside

FORMAT = "requirements.txt"
PYPI = "https://pypi.org/simple"
MAX_DEPTH = 20

_NAMES = re.compile(r"(?:.*[-_.])?requirements?(?:[-_.].*)?|.*\.txt", re.IGNORECASE)
_PIN = re.compile(
    r"([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*+(?:\[[A-Za-z0-9._,\s-]*+\]\s*+)?"
    r"\(?\s*+(===?)\s*+([^\s,;)]++)\s*+\)?\s*+(?:;.*)?",
    re.ASCII,
)
_NAMED = re.compile(r"([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:\[[^\]]*\])?\s*(.*)", re.ASCII | re.DOTALL)
_EGG = re.compile(r"(?:^|&)egg=([A-Za-z0-9._-]+)")
_VIA = re.compile(r"#\s*via\b")
_ARCHIVES = (".whl", ".zip", ".tar.gz", ".tgz", ".tar.bz2")
_PASSED_OVER = frozenset({
    "--all-releases", "--no-binary", "--only-binary", "--only-final", "--pre", "--prefer-binary",
    "--require-hashes", "--trusted-host", "--use-feature",
})  # fmt: skip
_VCS = ("git", "hg", "svn", "bzr")


def recognises(name: str) -> bool:
    """Whether a file of this name is read here when it is named on the command line."""
    return bool(_NAMES.fullmatch(name))


def read(tree: Tree, path: str) -> Inventory:
    """Return the pins of a requirements file and of all files that it includes."""
    reading = _Reading(tree)
    reading.file(path, depth=0)
    return reading.inventory(path)


class _Reading:
    """What has been read so far, over all included files."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._files: dict[str, InputFile] = {}
        self._open: list[str] = []
        self._places: list[Location] = []
        self._pins: list[tuple[str, Version, str, int]] = []
        self._unchecked: list[Unchecked] = []
        self._notes: list[str] = []
        self._failures: list[Failure] = []
        self._index: str | None = None
        self._extra: list[str] = []
        self._no_index = False
        self._compiled = False

    def file(self, path: str, *, depth: int) -> None:
        """Read one file; a file that is included twice is read once."""
        if path in self._open:
            self._notes.append(f"{path} includes itself; it was read once.")
            return
        if path in self._files:
            return
        if depth > MAX_DEPTH:
            raise InputError(path, f"is included more than {MAX_DEPTH} levels deep")
        data = self._tree.read(path)
        self._files[path] = InputFile(path, FORMAT, hashlib.sha256(data).hexdigest())
        self._open.append(path)
        for line in logical_lines(path, decode(path, data)):
            self._compiled = self._compiled or "--hash" in line.text or bool(_VIA.match(line.comment))
            if line.text:
                self._line(path, line, depth)
        self._open.pop()

    def _line(self, path: str, line: Line, depth: int) -> None:
        if line.text.startswith("-"):
            for key, value in options(path, line):
                self._option(path, line, key, value, depth)
        else:
            self._requirement(path, line)

    def _option(self, path: str, line: Line, key: str, value: str, depth: int) -> None:
        if key in {"-r", "--requirement"}:
            self._include(path, value, line, depth)
        elif key in {"-c", "--constraint"}:
            self._constraint(path, value)
        elif key in {"-e", "--editable"}:
            self._elsewhere(path, value, line)
        elif key in {"-i", "--index-url", "--pypi-url"}:
            self._index = without_credentials(value)
        elif key == "--extra-index-url":
            self._extra.append(without_credentials(value))
        elif key == "--no-index":
            self._no_index = True
        elif key in {"-f", "--find-links"}:
            self._extra.append(without_credentials(value))
        elif key not in _PASSED_OVER:
            self._notes.append(
                f"{path}:{line.location.line} has the option {one_line(key, 40)}, which was passed over."
            )

    def _include(self, path: str, value: str, line: Line, depth: int) -> None:
        if "://" in value and not value.startswith("file:"):
            detail = f"line {line.location.line} includes {without_credentials(value)}, which is not loaded"
            self._failures.append(Failure("input", FORMAT, path, detail))
            return
        if not value:
            raise InputError(path, "has a -r without a file", line=line.location.line)
        target = inside(path.rpartition("/")[0], value)
        if target is None or value.startswith("file:"):
            raise InputError(
                path, f"includes {one_line(value, 80)!r}, which is outside of the repository", line=line.location.line
            )
        if not self._tree.exists(target):
            raise InputError(path, f"includes {one_line(value, 80)!r}, which is not there", line=line.location.line)
        self.file(target, depth=depth + 1)

    def _constraint(self, path: str, value: str) -> None:
        """A constraint installs nothing; it is told when it cannot be read."""
        target = inside(path.rpartition("/")[0], value) if "://" not in value else None
        if target is None or not self._tree.exists(target):
            self._notes.append(f"{path}: the constraints {one_line(without_credentials(value), 80)!r} were not read.")

    def _requirement(self, path: str, line: Line) -> None:
        cut = ITEM_OPTION.search(line.text)
        text = (line.text[: cut.start()] if cut else line.text).strip()
        pin = _PIN.fullmatch(text)
        if pin and not pin[3].endswith(".*"):
            version = parse_version(pin[3])
            if version is not None:
                self._pins.append((normalize(pin[1]), version, pin[3], self._place(line)))
                return
            self._set_apart(pin[1], pin[3], f"the version {one_line(pin[3], 40)!r} is no PEP 440 version", line)
            return
        named = _NAMED.fullmatch(text)
        rest = named[2].lstrip() if named else ""
        if named and parse_name(named[1]) and rest.startswith("@"):
            self._set_apart(named[1], None, _kind_of(rest[1:].strip()), line)
        elif "://" in text or text.startswith((".", "/", "~")) or _is_file(text):
            self._elsewhere(path, text, line)
        elif named and (not rest or rest[0] in "<>=!~(;"):
            self._set_apart(named[1], None, f"not pinned: {one_line(text, 80)!r}", line)
        else:
            raise InputError(path, f"is no requirement: {one_line(text, 60)!r}", line=line.location.line)

    def _elsewhere(self, path: str, value: str, line: Line) -> None:
        """An editable, a path or a URL; the folder of the file itself is the project."""
        folder = path.rpartition("/")[0]
        if "://" not in value and inside(folder, value.partition("[")[0] or ".") == folder:
            self._notes.append(
                f"{path}:{line.location.line} installs the project itself; what it declares is not in this file."
            )
            return
        egg = _EGG.search(value.partition("#")[2])
        name = egg[1] if egg and parse_name(egg[1]) else without_credentials(value)
        self._set_apart(name, None, _kind_of(value), line)

    def _set_apart(self, name: str, version: str | None, reason: str, line: Line) -> None:
        known = parse_name(name)
        self._unchecked.append(
            Unchecked(
                name=known or one_line(name, 120),
                version=version and one_line(version, 80),
                reason=reason,
                groups=frozenset({MAIN}),
                direct=None,
                place=self._place(line),
            )
        )

    def _place(self, line: Line) -> int:
        if len(self._places) >= MAX_PACKAGES:
            raise InputError(line.location.path, f"lists more than {MAX_PACKAGES:,} packages, which is the limit")
        self._places.append(line.location)
        return len(self._places) - 1

    def _indexes(self) -> tuple[str, ...]:
        """Where pip would look: the index and the further ones; empty where the file names none."""
        if self._no_index:
            return tuple(self._extra) or ("no index",)
        if self._index is None and not self._extra:
            return ()
        return (self._index or PYPI, *self._extra)

    def inventory(self, path: str) -> Inventory:
        """Everything that was read; a version that stands twice is one dependency."""
        root = Node(normalize("project"), None)
        indexes = self._indexes()
        direct = None if self._compiled else True
        dependencies: dict[tuple[str, Version], Dependency] = {}
        for name, version, written, place in self._pins:
            dependencies.setdefault(
                (name, version),
                Dependency(
                    name=normalize(name),
                    version=version,
                    written=one_line(written, 80),
                    groups=frozenset({MAIN}),
                    direct=direct,
                    indexes=indexes,
                    pinned=True,
                    place=place,
                ),
            )
        if dependencies and not self._compiled:
            self._notes.append(
                "no hashes and no `# via` comments show that a tool compiled it: "
                "what these pins bring in themselves is not in it and was not checked."
            )
        return Inventory(
            path=path,
            format=FORMAT,
            files=tuple(self._files.values()),
            dependencies=tuple(dependencies.values()),
            unchecked=tuple(self._unchecked),
            roots=(root,),
            edges=tuple(Edge(root, dependency.node) for dependency in dependencies.values() if dependency.direct),
            places=LinePlaces(self._places),
            scopes=frozenset({MAIN}),
            notes=tuple(self._notes),
            failures=tuple(self._failures),
        )


def _kind_of(target: str) -> str:
    scheme = target.partition("://")[0].lower() if "://" in target else ""
    if scheme.partition("+")[0] in _VCS:
        return f"{scheme.partition('+')[0]} dependency"
    return "URL dependency" if scheme and scheme != "file" else "path dependency"


def _is_file(text: str) -> bool:
    """Whether a line without a scheme is a path: one word that has a folder or is an archive."""
    word = re.split(r"[\[;]", text, maxsplit=1)[0].strip()
    head, folder, _ = word.partition("/")
    return not re.search(r"\s", word) and not re.search(r"[<>=!~]", head) and bool(folder or head.endswith(_ARCHIVES))
