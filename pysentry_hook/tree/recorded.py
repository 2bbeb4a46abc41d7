"""Read the files that git keeps, those of a commit or of the index, without a checkout."""

import os
import re
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from pysentry_hook.errors import InputError, RepositoryError
from pysentry_hook.text import one_line
from pysentry_hook.tree.git import Git
from pysentry_hook.tree.limits import MAX_FILES, refuse_list
from pysentry_hook.tree.listing import Listing
from pysentry_hook.tree.places import ENVIRONMENT, below, inside, own, parents

_LINK, _SUBMODULE = "120000", "160000"
_LONGEST_CHAIN = 40
_POINTER, _LONGEST_POINTER = b"version https://git-lfs.github.com/spec/", 1024
"""What stands in place of a file, https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md."""
_IMPOSSIBLE = re.compile(r"(?:^|/)\.{0,2}(?:/|$)")
"""A step of a path that no checkout can make, as in `a/../b` or `a//b`."""
_IDENTITY = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


class Entry(NamedTuple):
    """One path that git keeps: its mode in octal, its object, and whether sides of a merge contradict each other."""

    mode: str
    identity: str
    conflict: bool = False


class RecordedTree:
    """What stands in git's objects; regular files are read, by their object and never by their name.

    It holds a process once a file was read: `close` it, or use it as a context manager.
    """

    def __init__(self, git: Git, entries: Mapping[str, Entry]) -> None:
        from pysentry_hook.tree.blobs import Blobs  # 10 ms, needed only here

        self.root = git.root
        self._git = git
        self._entries = entries
        self._folders = _folders(entries)
        self._blobs = Blobs(git)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process that reads; a later read starts another."""
        self._blobs.close()

    def exists(self, path: str) -> bool:
        """Whether anything stands at this path; true below a link or a submodule too, where git cannot tell."""
        place = inside("", path)
        return place is not None and (
            place in self._entries or place in self._folders or self._obstacle(place) is not None
        )

    def is_folder(self, path: str) -> bool:
        """Whether a folder stands at this path; a submodule is none."""
        return inside("", path) in self._folders

    def read(self, path: str) -> bytes:
        """Return the file's bytes as git keeps them; only regular files up to MAX_BYTES are read."""
        place = inside("", path)
        if place is None:
            raise InputError(path, f"leads out of {self.root.name}, so it is not read; put the file itself here")
        if place in self._folders:
            raise InputError(path, "is a folder, and a file was expected; name the file")
        if place not in self._entries:
            raise InputError(path, self._obstacle(place) or "no such file")
        entry = self._entries[place]
        if entry.conflict:
            raise InputError(path, "has unresolved conflicts; resolve them, then git add it")
        if entry.mode == _LINK:
            raise InputError(
                path,
                "is a symbolic link, and git's own files are read without following links; git add the file itself",
            )
        if entry.mode == _SUBMODULE:
            raise InputError(path, "is a submodule, which is scanned by itself; run pysentry-hook in it")
        content = self._blobs.read(entry.identity, path)
        if content.startswith(_POINTER) and len(content) < _LONGEST_POINTER:
            raise InputError(path, "is kept in Git LFS, of which git has no more than a pointer; scan the folder")
        return content

    def names(self, folder: str) -> Sequence[str]:
        """Return the names of the files in a folder itself, links to files included."""
        start = below(folder, "")
        found = (path.removeprefix(start) for path in self._entries if path.startswith(start))
        return sorted(name for name in found if "/" not in name and self._is_listed(f"{start}{name}"))

    def files(self, folder: str) -> Listing:
        """Return the files below a folder, links to files of this tree included; see Tree."""
        place = inside("", folder)
        if place is None or place not in self._folders:
            raise InputError(folder, "no such folder")
        start = f"{place}/" if place else ""
        found = own(
            (path[len(start) :] for path in self._entries if path.startswith(start)),
            lambda step: below(below(place, step), ENVIRONMENT) in self._entries,
        )
        return Listing(sorted(path for path in (below(place, each) for each in found) if self._is_listed(path)))

    def is_file(self, path: str) -> bool:
        """Whether exactly this path is kept, as a file or a link."""
        return path in self._entries and self._entries[path].mode != _SUBMODULE

    def is_same(self, other: "RecordedTree") -> bool:
        """Whether both hold the same files."""
        return self._entries == other._entries  # noqa: SLF001 (another of the same type)

    def _obstacle(self, path: str) -> str | None:
        for folder in parents(path):
            entry = self._entries.get(folder)
            if entry and entry.mode == _LINK:
                return f"lies behind {folder}, which is a symbolic link"
            if entry and entry.mode == _SUBMODULE:
                return f"lies in {folder}, which is a submodule"
        return None

    def _is_listed(self, path: str) -> bool:
        mode = self._entries[path].mode
        return mode != _SUBMODULE and (mode != _LINK or self._leads_to_file(path))

    def _leads_to_file(self, path: str) -> bool:
        for _ in range(_LONGEST_CHAIN):
            link = next((step for step in (path, *parents(path)) if self._is_link(step)), None)
            if link is None:
                return path in self._entries and self._entries[path].mode != _SUBMODULE
            try:
                text = self._blobs.read(self._entries[link].identity, link)
            except InputError:  # a partial clone: who reads the link is told
                return True
            target = inside(link.rpartition("/")[0], _text(text))
            if not target:
                return False
            path = target + path[len(link) :]
        return False

    def _is_link(self, path: str) -> bool:
        return path in self._entries and self._entries[path].mode == _LINK


class CommitTree(RecordedTree):
    """The files of a commit at and below `root`; `commit` is any name that git knows for it.

    `main...` and `main...topic` name the best common ancestor, with HEAD where nothing stands behind the dots.

    RepositoryError where git does not know it, or is not there; `self.commit` is its full id.
    """

    def __init__(self, root: Path, commit: str) -> None:
        git = Git(root.resolve())
        self.commit = _resolve(git, commit)
        super().__init__(git, _parse(git.records("ls-tree", "-r", "-z", self.commit)))


class IndexTree(RecordedTree):
    """The files of the index at and below `root`, as they are staged when this is made.

    The index is the one of GIT_INDEX_FILE, which git sets for a hook. RepositoryError where there is none.
    """

    def __init__(self, root: Path) -> None:
        git = Git(root.resolve())
        asked = ("--is-inside-work-tree", "--absolute-git-dir", "--show-superproject-working-tree")
        inside_work_tree, git_dir, *superproject = git.run("rev-parse", *asked).splitlines()
        if inside_work_tree != b"true":
            raise RepositoryError(git.root, "has no work tree, so nothing is staged; name a commit")
        index_file = os.environ.get("GIT_INDEX_FILE")
        # a hook of the repository around a submodule says which index of its own to read
        if index_file and (not superproject or _is_below(index_file, git_dir)):
            git = Git(git.root, index_file=index_file)
        super().__init__(git, _parse(git.records("ls-files", "--stage", "-z")))

    def read(self, path: str) -> bytes:
        """Return the file's bytes as they are staged; only regular files up to MAX_BYTES are read."""
        content = super().read(path)
        if not content and inside("", path) not in self._staged:
            raise InputError(path, "is only intended to be added; git add it")
        return content

    @cached_property
    def _staged(self) -> frozenset[str]:
        # what `git add --intent-to-add` left has the object of an empty file, and ls-files does not say so
        nothing = self._git.run("hash-object", "-t", "tree", "--stdin").decode().strip()
        options = ("--cached", "--name-only", "--relative", "-z", "--ita-invisible-in-index")
        return frozenset(_text(name) for name in self._git.records("diff-index", *options, nothing, "--"))


def _is_below(file: str, folder: bytes) -> bool:
    return Path(file).resolve().is_relative_to(Path(os.fsdecode(folder)).resolve())


def _resolve(git: Git, commit: str) -> str:
    one, dots, other = commit.partition("...")
    if dots:
        return _merge_base(git, commit, _resolve(git, one or "HEAD"), _resolve(git, other or "HEAD"))
    try:
        found = git.run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{commit}^{{commit}}").decode().strip()
    except RepositoryError as error:
        git.run("rev-parse", "--git-dir")  # that there is no repository is the better reason
        raise _unknown(git.root, commit) from error
    if not _IDENTITY.fullmatch(found):
        raise _unknown(git.root, commit)
    return found


def _merge_base(git: Git, name: str, one: str, other: str) -> str:
    """The best common ancestor of two commits, https://git-scm.com/docs/git-merge-base."""
    try:
        found = git.run("merge-base", one, other).decode().strip()
    except RepositoryError as error:
        deepen = "in a shallow clone deepen it (git fetch --unshallow), or name a commit"
        raise RepositoryError(git.root, f"{one_line(name, 100)!r} has no common ancestor here; {deepen}") from error
    if not _IDENTITY.fullmatch(found):
        raise _unknown(git.root, name)
    return found


def _unknown(root: Path, commit: str) -> RepositoryError:
    name = one_line(commit, 100)
    return RepositoryError(
        root, f"git knows no commit {name!r}; check the name, and in a shallow clone fetch it first (git fetch origin)"
    )


def _parse(records: Generator[bytes, None, None]) -> Mapping[str, Entry]:
    """Read `mode type id TAB path` of ls-tree and `mode id stage TAB path` of ls-files."""
    entries: dict[str, Entry] = {}
    with closing(records):
        for number, record in enumerate(records, 1):
            if number > MAX_FILES:
                refuse_list("")
            facts, _, name = record.partition(b"\t")
            mode, second, third = facts.decode("ascii").split(" ")
            path = _text(name)
            if not _IMPOSSIBLE.search(path):
                from_index = len(third) == 1
                entries[path] = Entry(mode, second if from_index else third, from_index and third != "0")
    return entries


def _text(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")


def _folders(entries: Iterable[str]) -> frozenset[str]:
    return frozenset(_all_parents(entries))


def _all_parents(entries: Iterable[str]) -> Iterator[str]:
    known: set[str] = set()
    yield ""
    for path in entries:
        for folder in parents(path):
            if folder in known:
                break
            known.add(folder)
            yield folder
