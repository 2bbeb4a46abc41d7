"""Read and list the files of a folder as they are now."""

import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from pysentry_hook.errors import InputError, RepositoryError
from pysentry_hook.text import one_line
from pysentry_hook.tree.git import Git
from pysentry_hook.tree.limits import MAX_BYTES, MAX_FILES, check_size, refuse_list
from pysentry_hook.tree.listing import Listing
from pysentry_hook.tree.places import ENVIRONMENT, FOREIGN, below, inside, own, repository_root

_REFUSED = re.compile(r"^warning: could not open directory '(.*?)/?': ([^\n]*)$", re.MULTILINE | re.DOTALL)


class FolderTree:
    """The files below one folder, as they are now; links may not lead out of it."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()

    def exists(self, path: str) -> bool:
        """Whether anything stands at this path, a broken link included."""
        return os.path.lexists(self.root / path)

    def is_folder(self, path: str) -> bool:
        """Whether a folder stands at this path."""
        return os.path.isdir(self.root / path)  # noqa: PTH112 (Path.is_dir raises for a name that is too long)

    def read(self, path: str) -> bytes:
        """Return the file's bytes; only regular files up to MAX_BYTES below the root are read."""
        try:
            target = (self.root / path).resolve(strict=True)
            if not target.is_relative_to(self.root):
                raise InputError(path, f"leads out of {self.root.name}, so it is not read; put the file itself here")
            return _read_regular(target, path)
        except FileNotFoundError:
            raise InputError(path, "no such file") from None
        except RuntimeError as error:  # resolve() of a symlink loop
            raise InputError(path, "is a symbolic link that leads to itself; mend the link") from error
        except OSError as error:
            step = "; make it readable" if isinstance(error, PermissionError) else ""
            raise InputError(path, f"cannot be read: {error.strerror or error}{step}") from error
        except ValueError as error:  # a NUL or a surrogate in the path
            raise InputError(one_line(path), "cannot be read: no file can have this name") from error

    def names(self, folder: str) -> Sequence[str]:
        """Return the names of the files in a folder itself, links to files included; none behind a link to a folder."""
        start = self.root / folder
        try:
            if start.resolve() != start:
                return ()
            with os.scandir(start) as entries:
                return sorted(entry.name for entry in entries if entry.is_file())
        except OSError as error:
            raise _not_listed(folder, error.strerror or str(error)) from error

    def files(self, folder: str) -> Listing:
        """Return the files below a folder, links to files of this tree included; see Tree.

        In a git work tree those that git tracks or does not ignore; elsewhere all of them. Where git gives no
        answer, all of them and a note.
        """
        start = self._folder(folder)
        place = start.relative_to(self.root).as_posix()
        place = "" if place == "." else place
        refused: dict[str, str] = {}
        names, note = _names(start, refused)
        found = set()
        for name in names:
            if self._is_file(start, name, refused):
                found.add(below(place, name))
                if len(found) > MAX_FILES:
                    refuse_list(folder)
        return Listing(sorted(found), tuple(self._unreadable(place, refused)), note)

    def _unreadable(self, place: str, refused: Mapping[str, str]) -> Iterator[InputError]:
        for folder, cause in sorted(refused.items()):
            yield _not_listed(below(place, folder) if folder else place, cause)

    def _folder(self, folder: str) -> Path:
        place = inside("", folder)
        if place is None or not self.is_folder(place):
            raise InputError(folder, "no such folder")
        start = self.root / place
        if start.resolve() != start:
            raise InputError(folder, "lies behind a symbolic link; name the folder that it leads to")
        return start

    def _is_file(self, start: Path, name: str, refused: dict[str, str]) -> bool:
        path = start / name
        try:
            mode = path.lstat().st_mode
            if stat.S_ISLNK(mode):
                target = path.resolve(strict=True)
                return target.is_relative_to(self.root) and target.is_file()
            return stat.S_ISREG(mode)
        except PermissionError as error:
            refused.setdefault(name.rpartition("/")[0], error.strerror or str(error))
            return False
        except (OSError, RuntimeError, ValueError):  # gone, a loop of links, or a name that is too long
            return False


def _not_listed(folder: str, cause: str) -> InputError:
    return InputError(folder or ".", f"cannot be listed, so what it holds was not checked: {cause}; make it readable")


def _is_foreign(folder: Path) -> bool:
    return folder.is_symlink() or os.path.lexists(folder / ENVIRONMENT)


def _names(start: Path, refused: dict[str, str]) -> tuple[Iterable[str], str | None]:
    """Return names of files below a folder, and why they are more than git would give."""
    try:
        listed = _listed(start, refused)
    except RepositoryError as error:
        refused.clear()
        in_repository = (repository_root([start]) / ".git").exists()
        note = f"files that git ignores are read too: {error.detail}" if in_repository else None
        return _walked(start, refused), note
    if listed is None:
        return _walked(start, refused), None
    return own(listed, lambda step: _is_foreign(start / step)), None


def _listed(start: Path, refused: dict[str, str]) -> Sequence[str] | None:
    """Return what git tracks or does not ignore below a folder; None in no work tree; RepositoryError where git fails.

    A submodule or another repository is given by its own name, which is that of a folder.
    """
    git = Git(start)
    # a folder of the tree can look like a bare repository, and bring a configuration of its own
    options = ("--is-inside-work-tree", "--show-prefix")
    inside_work_tree, _, rest = git.run("-c", "safe.bareRepository=explicit", "rev-parse", *options).partition(b"\n")
    if inside_work_tree != b"true":
        return None
    prefix = os.fsdecode(rest[:-1])

    def warned(text: str) -> None:
        for folder, cause in _REFUSED.findall(text):
            refused[folder.removeprefix(prefix.rstrip("/")).lstrip("/")] = cause

    words = ("ls-files", "-z", "--cached", "--others", "--exclude-standard")
    return [os.fsdecode(name) for name in git.records(*words, warned=warned)]


def _walked(start: Path, refused: dict[str, str]) -> Iterator[str]:
    """Give the files and the links to files below a folder, less those of others."""
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(start / folder) as entries:
                present = list(entries)
        except OSError as error:
            refused[folder] = error.strerror or str(error)
            continue
        if folder and any(entry.name == ENVIRONMENT for entry in present):
            continue
        for entry in present:
            if not entry.is_dir(follow_symlinks=False):
                yield below(folder, entry.name)
            elif entry.name not in FOREIGN:
                waiting.append(below(folder, entry.name))


def _read_regular(target: Path, path: str) -> bytes:
    # O_NONBLOCK: opening a FIFO must not wait for a writer
    if target.is_dir():
        raise InputError(path, "is a folder, and a file was expected; name the file")
    descriptor = os.open(target, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(descriptor, "rb") as file:
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode):
            raise InputError(path, "is not a regular file; name one")
        check_size(path, before.st_size)
        content = file.read(MAX_BYTES + 1)
        after = os.fstat(descriptor)
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or len(content) != after.st_size:
        raise InputError(path, "changed while it was read; run again")
    return content
