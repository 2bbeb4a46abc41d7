"""Find the PEP 723 block of a script and the lines of its dependencies, https://peps.python.org/pep-0723/.

The script is never parsed as Python: only lines that start with `#` are looked at.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from pysentry_hook.errors import InputError
from pysentry_hook.inputs.documents import Document, parse_toml, texts, without_long_strings
from pysentry_hook.inputs.manifest import requirement_name
from pysentry_hook.inputs.places import Declarations, DeclaredLine, span
from pysentry_hook.inputs.requirement_lines import decode
from pysentry_hook.inputs.specifiers import of_requirement
from pysentry_hook.model import Location, NormalizedName
from pysentry_hook.tree import Tree

_START = re.compile(r"# /// ([a-zA-Z0-9-]+)")
_END = "# ///"
_PREFIX = len("# ")
_KEY = re.compile(r"""^[ \t]*(?:dependencies|"dependencies"|'dependencies')[ \t]*=[ \t]*\[""", re.MULTILINE)
_TOKEN = re.compile(r""""[^"\\\n]*+(?:\\.[^"\\\n]*+)*"|'[^'\n]*+'|#[^\n]*+|\]""")


class Block:
    """The block of one script: what it says in TOML, and where its dependencies stand."""

    def __init__(self, document: Document, first: Location) -> None:
        self._document = document
        self._first = first
        self.data: Mapping[str, Any] = parse_toml(document)
        self.dependencies: Sequence[str] = texts(self.data.get("dependencies"), document.path, "dependencies")

    @property
    def sha256(self) -> str:
        """The SHA-256 of the bytes of the script."""
        return self._document.sha256

    @cached_property
    def locations(self) -> Sequence[Location]:
        """The quoted string of each dependency; the first line of the block where that cannot be told."""
        text = without_long_strings(self._document.text)
        start = _KEY.search(text)
        found = []
        for token in _TOKEN.finditer(text, start.end()) if start else ():
            if token[0] == "]":
                break
            if not token[0].startswith("#"):
                found.append(self._location(token.start(), token.end()))
        return found if len(found) == len(self.dependencies) else [self._first] * len(self.dependencies)

    def lines(self, name: NormalizedName) -> Sequence[DeclaredLine]:
        """The lines that declare a package, from the first to the last."""
        return [
            DeclaredLine(place, of_requirement(text))
            for text, place in zip(self.dependencies, self.locations, strict=True)
            if requirement_name(text) == name
        ]

    def _location(self, start: int, end: int) -> Location:
        inner = span(self._document.path, self._document.text, start, end)
        return inner._replace(column=inner.column + _PREFIX, end_column=inner.end_column + _PREFIX)


def read_block(tree: Tree, path: str) -> Block:
    """Return the one block of a script; InputError where it has none or two."""
    data = tree.read(path)
    lines = [line.removesuffix("\r") for line in decode(path, data).split("\n")]
    blocks = [(start, end) for kind, start, end in _blocks(lines) if kind == "script"]
    if not blocks:
        raise InputError(path, "has no PEP 723 block: `# /// script` to `# ///`")
    if len(blocks) > 1:
        raise InputError(path, "has two PEP 723 blocks; one is allowed", line=blocks[1][0] + 1)
    start, end = blocks[0]
    content = "\n".join(line[_PREFIX:] for line in lines[start + 1 : end])
    document = Document(path, "\n" * (start + 1) + content, hashlib.sha256(data).hexdigest())
    return Block(document, Location(path, start + 1, 1, len(lines[start]) + 1, lines[start]))


def script_of_lock(tree: Tree, path: str) -> tuple[list[Declarations], tuple[str, ...]]:
    """Return the script that `x.py.lock` belongs to, and a note where it cannot be read."""
    script = path.removesuffix(".lock")
    if not tree.exists(script):
        return [], ()
    try:
        return [read_block(tree, script)], ()
    except InputError as error:
        return [], (f"{error.sentence} So its declarations are not shown.",)


def _blocks(lines: Sequence[str]) -> Iterator[tuple[str, int, int]]:
    """The kind, the first and the last line of each block, which ends at the last `# ///` of its comment."""
    number = 0
    while number < len(lines):
        start = _START.fullmatch(lines[number])
        number += 1
        if not start:
            continue
        first = number - 1
        last = None
        while number < len(lines) and (lines[number] == "#" or lines[number].startswith("# ")):
            last = number if lines[number] == _END else last
            number += 1
        if last is not None:
            yield start[1], first, last
            number = last + 1
