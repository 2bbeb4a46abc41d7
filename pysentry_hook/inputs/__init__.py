"""What does this project install? One reader a format, and the registry in order of precedence."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from pysentry_hook.errors import InputError, NothingToReadError
from pysentry_hook.inputs import pdm_lock, pipfile_lock, poetry_lock, pylock, requirements, uv_lock
from pysentry_hook.model import Inventory
from pysentry_hook.report import SkippedInput
from pysentry_hook.tree import Tree


class Reader(Protocol):
    """A module that reads one format; a new format is such a file and its line in READERS."""

    FORMAT: str
    """The name of the format, which is also the file that is looked for in a folder."""

    def recognises(self, name: str) -> bool:
        """Whether a file of this name is in this format."""

    def read(self, tree: Tree, path: str) -> Inventory:
        """Return what the file installs; InputError where it cannot be read."""


READERS: Sequence[Reader] = (uv_lock, poetry_lock, pipfile_lock, pylock, pdm_lock, requirements)


class Found(NamedTuple):
    """A file to read with its reader, and what stands beside it and is not read."""

    path: str
    reader: Reader
    skipped: tuple[SkippedInput, ...] = ()


def find(tree: Tree, path: str) -> Found:
    """Return the input that a PATH means: a folder's first by precedence, or the file itself."""
    return _in_folder(tree, path) if tree.is_folder(path) else _file(tree, path)


def _file(tree: Tree, path: str) -> Found:
    if not tree.exists(path):
        raise NothingToReadError(path, "no such file or folder")
    name = path.rpartition("/")[2]
    for reader in READERS:
        if reader.recognises(name):
            return Found(path, reader)
    known = ", ".join(reader.FORMAT for reader in READERS)
    raise InputError(path, f"is in no format that is read ({known}); a requirements file is read by --requirements")


def _in_folder(tree: Tree, folder: str) -> Found:
    present = [
        (f"{folder}/{reader.FORMAT}" if folder else reader.FORMAT, reader)
        for reader in READERS
        if tree.exists(f"{folder}/{reader.FORMAT}" if folder else reader.FORMAT)
    ]
    if not present:
        known = ", ".join(reader.FORMAT for reader in READERS)
        raise NothingToReadError(folder or ".", f"nothing to read here; looked for {known}")
    path, reader = present[0]
    reason = f"{reader.FORMAT} has precedence"
    return Found(path, reader, tuple(SkippedInput(other, reason) for other, _ in present[1:]))
