"""What does this project install? One reader a format, and the registry in order of precedence."""

import re
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import NamedTuple, TypeGuard

from pysentry_hook.errors import DeclaresNothingError, InputError, NothingToReadError
from pysentry_hook.model import Inventory
from pysentry_hook.report import SkippedInput
from pysentry_hook.tree import Tree
from pysentry_hook.tree.places import below


class Reader(NamedTuple):
    """What reads one format; a new format is a module with `FORMAT` and `read`, and its line in READERS."""

    format: str
    """The name of the format; where it is the name of such a file, that file is looked for in a folder."""
    module: str
    """The module here that reads it, imported where there is such a file."""
    names: str
    """The regular expression of the names of such files."""
    declared_in: str | None = None
    """The manifest beside a lock that shows where its packages are declared."""

    def recognises(self, name: str) -> bool:
        """Whether a file of this name is in this format."""
        return bool(re.fullmatch(self.names, name))

    def read(self, tree: Tree, path: str) -> Inventory:
        """Return what the file installs; InputError where it cannot be read."""
        read: Callable[[Tree, str], Inventory] = import_module(f"{__name__}.{self.module}").read
        return read(tree, path)


PYPROJECT = Reader("pyproject.toml", "pyproject", r"pyproject\.toml")
PIPFILE = Reader("Pipfile", "pipfile", r"Pipfile")
UV_LOCK = Reader("uv.lock", "uv_lock", r"uv\.lock|(?s:.*)\.py\.lock", PYPROJECT.format)
REQUIREMENTS = Reader("requirements.txt", "requirements", r"(?i:(?:.*[-_.])?requirements?(?:[-_.].*)?|.*\.txt)")
SCRIPT = Reader("script", "script", r"(?s:.*)\.py")
READERS: Sequence[Reader] = (
    UV_LOCK,
    Reader("poetry.lock", "poetry_lock", r"poetry\.lock", PYPROJECT.format),
    Reader("Pipfile.lock", "pipfile_lock", r"Pipfile\.lock", PIPFILE.format),
    Reader("pylock.toml", "pylock", r"pylock(?:\.[^.]+)?\.toml", PYPROJECT.format),
    Reader("pdm.lock", "pdm_lock", r"pdm\.lock", PYPROJECT.format),
    PYPROJECT,
    PIPFILE,
    SCRIPT,  # before the requirements files, which may be named almost anything
    REQUIREMENTS,
)
IN_FOLDERS: Sequence[Reader] = tuple(reader for reader in READERS if reader is not SCRIPT)
"""The readers whose file is looked for in a folder; a script is read where it is named."""
MANIFESTS = (PYPROJECT, PIPFILE)
_SHOWS = "it shows where packages are declared; "
_ELSEWHERE = (
    ". --recursive looks below; --requirements FILE reads a requirements file of another name, --include-scripts "
    "scripts that list what they need"
)


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
    if SCRIPT.recognises(path) and tree.exists(path) and tree.exists(f"{path}.lock"):
        skipped = (SkippedInput(path, f"{_SHOWS}{path.rpartition('/')[2]}.lock has precedence"),)
        return Opened(f"{path}.lock", _read(tree, f"{path}.lock", UV_LOCK, read), skipped)
    return Opened(path, _read(tree, path, reader_of(tree, path), read))


def reader_of(tree: Tree, path: str) -> Reader:
    """Return the reader of a file; InputError where its format is not read."""
    if not tree.exists(path):
        raise NothingToReadError(path, "no such file or folder")
    name = path.rpartition("/")[2]
    for reader in READERS:
        if reader.recognises(name):
            return reader
    known = ", ".join(reader.format for reader in READERS)
    raise InputError(path, f"is in no format that is read ({known}); a requirements file is read by --requirements")


def _read(tree: Tree, path: str, reader: Reader, read: Read) -> Inventory | InputError:
    try:
        return read(reader, tree, path)
    except InputError as error:
        return error


def _in_folder(tree: Tree, folder: str, read: Read) -> Opened:
    paths = ((below(folder, reader.format), reader) for reader in IN_FOLDERS)
    present = [(path, reader) for path, reader in paths if tree.exists(path)]
    skipped: list[SkippedInput] = []
    empty: Opened | None = None
    for number, (path, reader) in enumerate(present):
        result = _read(tree, path, reader, read)
        if isinstance(result, DeclaresNothingError):
            skipped.append(SkippedInput(path, result.said))
        elif is_empty(result):
            empty = empty or Opened(path, result)
            skipped.append(SkippedInput(path, _nothing(path, result)))
        else:
            rest = (SkippedInput(other, _passed_over(each, reader)) for other, each in present[number + 1 :])
            return Opened(path, result, (*skipped, *rest))
    if empty:
        return empty._replace(skipped=tuple(other for other in skipped if other.path != empty.path))
    known = ", ".join(reader.format for reader in IN_FOLDERS)
    why = "".join(f"; {other.path.rpartition('/')[2]}: {other.reason}" for other in skipped)
    raise NothingToReadError(folder or ".", f"nothing to read here; looked for {known}{why}", step=_ELSEWHERE)


def _passed_over(reader: Reader, first: Reader) -> str:
    """Why a file is no input where another is read before it."""
    return f"{_SHOWS if reader.format == first.declared_in else ''}{first.format} has precedence"


def _nothing(path: str, result: Inventory) -> str:
    """Why a manifest that lists nothing is no input, with what in it was not read."""
    notes = (note.removeprefix(f"{path}: ").removesuffix(".") for note in result.notes)
    return "; ".join(("declares no dependencies", *notes))


def is_empty(result: Inventory | InputError) -> TypeGuard[Inventory]:
    """Whether a manifest lists nothing, so that what stands beside it may say more."""
    return (
        not isinstance(result, InputError)
        and result.format in {reader.format for reader in MANIFESTS}
        and not (result.dependencies or result.unchecked or result.failures)
    )
