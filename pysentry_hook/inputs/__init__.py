"""What does this project install? One reader a format, and the registry in order of precedence."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from pysentry_hook.errors import DeclaresNothingError, InputError, NothingToReadError
from pysentry_hook.inputs import (
    pdm_lock,
    pipfile,
    pipfile_lock,
    poetry_lock,
    pylock,
    pyproject,
    requirements,
    script,
    uv_lock,
)
from pysentry_hook.model import Inventory
from pysentry_hook.report import SkippedInput
from pysentry_hook.tree import Tree


class Reader(Protocol):
    """A module that reads one format; a new format is such a file and its line in READERS."""

    FORMAT: str
    """The name of the format; where it is the name of such a file, that file is looked for in a folder."""

    def recognises(self, name: str) -> bool:
        """Whether a file of this name is in this format."""

    def read(self, tree: Tree, path: str) -> Inventory:
        """Return what the file installs; InputError where it cannot be read."""


READERS: Sequence[Reader] = (
    uv_lock,
    poetry_lock,
    pipfile_lock,
    pylock,
    pdm_lock,
    pyproject,
    pipfile,
    requirements,
    script,
)
IN_FOLDERS: Sequence[Reader] = tuple(reader for reader in READERS if reader is not script)
"""The readers whose file is looked for in a folder; a script is read where it is named."""
_MANIFESTS = (pyproject.FORMAT, pipfile.FORMAT)


class Opened(NamedTuple):
    """What a PATH means: the file that was chosen, what it installs, and what beside it was not read."""

    path: str
    result: Inventory | InputError
    skipped: tuple[SkippedInput, ...] = ()


Read = Callable[[Reader, Tree, str], Inventory]
"""Reads a file of a format: with the reader itself, or from what it made of the same file before."""


def plainly(reader: Reader, tree: Tree, path: str) -> Inventory:
    """Read with the reader itself."""
    return reader.read(tree, path)


def open_input(tree: Tree, path: str, read: Read = plainly) -> Opened:
    """Read a folder's first input that declares something, or the file itself; NothingToReadError if none is there."""
    if tree.is_folder(path):
        return _in_folder(tree, path, read)
    if script.recognises(path) and tree.exists(path) and tree.exists(f"{path}.lock"):
        skipped = (SkippedInput(path, f"{path.rpartition('/')[2]}.lock has precedence"),)
        return Opened(f"{path}.lock", _read(tree, f"{path}.lock", uv_lock, read), skipped)
    return Opened(path, _read(tree, path, reader_of(tree, path), read))


def reader_of(tree: Tree, path: str) -> Reader:
    """Return the reader of a file; InputError where its format is not read."""
    if not tree.exists(path):
        raise NothingToReadError(path, "no such file or folder")
    name = path.rpartition("/")[2]
    for reader in READERS:
        if reader.recognises(name):
            return reader
    known = ", ".join(reader.FORMAT for reader in READERS)
    raise InputError(path, f"is in no format that is read ({known}); a requirements file is read by --requirements")


def _read(tree: Tree, path: str, reader: Reader, read: Read) -> Inventory | InputError:
    try:
        return read(reader, tree, path)
    except InputError as error:
        return error


def _in_folder(tree: Tree, folder: str, read: Read) -> Opened:
    present = [
        (f"{folder}/{reader.FORMAT}" if folder else reader.FORMAT, reader)
        for reader in IN_FOLDERS
        if tree.exists(f"{folder}/{reader.FORMAT}" if folder else reader.FORMAT)
    ]
    skipped: list[SkippedInput] = []
    empty: Opened | None = None
    for number, (path, reader) in enumerate(present):
        result = _read(tree, path, reader, read)
        if isinstance(result, DeclaresNothingError):
            skipped.append(SkippedInput(path, result.detail))
        elif _is_empty(result):
            empty = empty or Opened(path, result)
            skipped.append(SkippedInput(path, "declares no dependencies"))
        else:
            rest = (SkippedInput(other, f"{reader.FORMAT} has precedence") for other, _ in present[number + 1 :])
            return Opened(path, result, (*skipped, *rest))
    if empty:
        return empty._replace(skipped=tuple(other for other in skipped if other.path != empty.path))
    known = ", ".join(reader.FORMAT for reader in IN_FOLDERS)
    why = "".join(f"; {other.path.rpartition('/')[2]}: {other.reason}" for other in skipped)
    raise NothingToReadError(folder or ".", f"nothing to read here; looked for {known}{why}. --recursive looks below")


def _is_empty(result: Inventory | InputError) -> bool:
    """Whether a manifest lists nothing, so that what stands beside it may say more."""
    return (
        not isinstance(result, InputError)
        and result.format in _MANIFESTS
        and not (result.dependencies or result.unchecked or result.failures)
    )
