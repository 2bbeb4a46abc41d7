"""Read a requirements file and what it includes, as pip does; exact pins become dependencies.

The grammar is https://pip.pypa.io/en/stable/reference/requirements-file-format/: `-r` is relative to
the including file, and `${VAR}` is never expanded.
"""

import hashlib
from collections.abc import Sequence
from itertools import takewhile

from pysentry_hook.errors import InputError
from pysentry_hook.inputs.annotations import Said, annotated
from pysentry_hook.inputs.compiled import compiled
from pysentry_hook.inputs.limits import few_packages
from pysentry_hook.inputs.places import LinePlaces
from pysentry_hook.inputs.requirement_graph import Entry, join
from pysentry_hook.inputs.requirement_lines import Line, decode, logical_lines, options
from pysentry_hook.inputs.requirement_parts import Asked, elsewhere, requirement
from pysentry_hook.inputs.uv_indexes import PYPI
from pysentry_hook.model import (
    CONSTRAINTS,
    MAIN,
    THIS_PROJECT,
    Compiled,
    Failure,
    InputFile,
    Inventory,
    Location,
    Node,
    NormalizedName,
    Remark,
    normalize,
)
from pysentry_hook.text import one_line, some, without_credentials
from pysentry_hook.tree import Tree, inside

FORMAT = "requirements.txt"
MAX_DEPTH = 20
_ROOT = Node(THIS_PROJECT, None)

_EDITABLE = frozenset({"-e", "--editable"})
_PASSED_OVER = frozenset({
    "--all-releases", "--no-binary", "--only-binary", "--only-final", "--pre", "--prefer-binary",
    "--require-hashes", "--trusted-host", "--use-feature",
})  # fmt: skip


def read(tree: Tree, path: str) -> Inventory:
    """Return the pins of a requirements file and of all files that it includes."""
    return read_together(tree, (path,))


def read_together(tree: Tree, paths: Sequence[str]) -> Inventory:
    """Return the pins of files that are installed together, as `pip install -r a -r b` does; named by the first."""
    reading = _Reading(tree)
    for path in paths:
        reading.file(path, depth=0)
    return reading.inventory(paths[0])


class _Reading:
    """What has been read so far, over all included files."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._files: dict[str, InputFile] = {}
        self._open: list[str] = []
        self._entries: list[Entry] = []
        self._notes: list[str] = []
        self._failures: list[Failure] = []
        self._index: str | None = None
        self._extra: list[str] = []
        self._no_index = False
        self._compiled: set[str] = set()
        self._made: list[Compiled] = []
        self._declared: dict[NormalizedName, Location] = {}
        self._sources: set[str] = set()
        self._limiting: dict[str, InputFile] = {}
        self._constraints: list[str] = []
        self._remarks: list[Remark] = []

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
        lines = [*logical_lines(path, decode(path, data))]
        for line, said in annotated(lines):
            if "--hash" in line.text or said.parents or said.declared:
                self._compiled.add(path)
            if not line.text.startswith("-"):
                self._requirement(line, said)
                continue
            for key, value in options(path, line):
                if key in _EDITABLE:
                    self._enter(line, elsewhere(value), said)
                else:
                    self._option(path, line, key, value, depth)
        head = (line.comment for line in takewhile(lambda line: not line.text, lines))
        made, declared = compiled(self._tree, path, head, self._sources)
        if made.command or path in self._compiled:
            self._made.append(made)
            self._declared = {**declared, **self._declared}
        self._open.pop()

    def _option(self, path: str, line: Line, key: str, value: str, depth: int) -> None:
        if key in {"-r", "--requirement"}:
            self._include(path, value, line, depth)
        elif key in {"-c", "--constraint"}:
            self._constrain(path, value, depth)
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
            what = f"line {line.location.line} includes {without_credentials(value)}"
            detail = f"{what}, which is not loaded; include a file instead"
            self._failures.append(Failure("input", FORMAT, path, detail))
            return
        if not value:
            raise InputError(path, "has a -r without a file", line=line.location.line)
        target = inside(path.rpartition("/")[0], value)
        if target is None or value.startswith("file:"):
            raise InputError(
                path,
                f"includes {one_line(value, 80)!r}, which is outside of the repository; put it inside",
                line=line.location.line,
            )
        if not self._tree.exists(target):
            raise InputError(path, f"includes {one_line(value, 80)!r}, which is not there", line=line.location.line)
        self.file(target, depth=depth + 1)

    def _constrain(self, path: str, value: str, depth: int) -> None:
        """Constraints install nothing, and limit what a resolver may choose; what is not read is told."""
        target = inside(path.rpartition("/")[0], value) if "://" not in value else None
        if target is None or not self._tree.exists(target):
            self._notes.append(f"{path}: the constraints {one_line(without_credentials(value), 80)!r} were not read.")
        elif target not in self._limiting:
            if depth > MAX_DEPTH:
                raise InputError(path, f"is included more than {MAX_DEPTH} levels deep")
            data = self._tree.read(target)
            self._limiting[target] = InputFile(target, CONSTRAINTS, hashlib.sha256(data).hexdigest())
            for line in logical_lines(target, decode(target, data)):
                self._constraint(target, line, depth + 1)

    def _constraint(self, path: str, line: Line, depth: int) -> None:
        """A line of constraints; options count as in every file, and what it includes with -r is installed, by pip."""
        if not line.text.startswith("-"):
            self._limit(path, line, requirement(line.item))
            return
        for key, value in options(path, line):
            if key in _EDITABLE:
                self._limit(path, line, None)
            else:
                self._option(path, line, key, value, depth)

    def _limit(self, path: str, line: Line, asked: Asked | None) -> None:
        if asked is None or asked.text is None:
            self._notes.append(f"{path}:{line.location.line} limits no version of an index; it was passed over.")
        else:
            self._constraints.append(asked.text)

    def _requirement(self, line: Line, said: Said) -> None:
        text = line.item
        asked = requirement(text)
        if asked is None:
            raise InputError(line.location.path, f"is no requirement: {one_line(text, 60)!r}", line=line.location.line)
        self._enter(line, asked, said)

    def _enter(self, line: Line, asked: Asked, said: Said) -> None:
        """Keep what a line asks for; the folder of the file itself is the project."""
        path = line.location.path
        folder = path.rpartition("/")[0]
        target = asked.target
        if target is not None and "://" not in target and inside(folder, target.partition("[")[0] or ".") == folder:
            self._notes.append(
                f"{path}:{line.location.line} installs the project itself; what it declares is not in this file."
            )
            return
        if "pysentry" in line.comment:
            self._remarks.append(Remark(normalize(asked.name), line.comment, len(self._entries)))
        self._entries.append(Entry(asked, said, line.location))
        few_packages(path, len(self._entries))

    def _indexes(self) -> tuple[str, ...]:
        """Where pip would look: the index and the further ones; empty where the file names none."""
        if self._no_index:
            return tuple(self._extra) or ("no index",)
        if self._index is None and not self._extra:
            return ()
        return (self._index or PYPI, *self._extra)

    def inventory(self, path: str) -> Inventory:
        """Everything that was read; a version that stands twice is one dependency."""
        joined = join(path, _ROOT, self._entries, self._compiled, self._indexes())
        pinned = dict.fromkeys(entry.location.path for entry in self._entries if entry.asked.version)
        if written := [file for file in pinned if file not in self._compiled]:
            which = f"{some(written)}: " if written != [path] else ""  # what tells of a note names the input
            self._notes.append(
                f"{which}no hashes and no `# via` comments show that a tool compiled it: "
                "what these pins bring in themselves is not in it and was not checked."
            )
        return Inventory(
            path=path,
            format=FORMAT,
            files=tuple({**self._files, **self._limiting, **self._files}.values()),
            dependencies=joined.dependencies,
            unchecked=joined.unchecked,
            roots=(_ROOT,),
            edges=joined.edges,
            places=LinePlaces([entry.location for entry in self._entries], self._declared),
            scopes=frozenset({MAIN}),
            requirements=joined.requirements,
            constraints=tuple(self._constraints),
            compiled=tuple(self._made),
            remarks=tuple(self._remarks),
            notes=tuple(self._notes),
            failures=tuple(self._failures),
        )
