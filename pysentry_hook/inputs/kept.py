"""Inventories that were read before: a note holds what a reader made of a file, for as long as all that it saw is so.

A reader sees files through a Tree alone, so what it asked of the tree and what it was told is the whole of what its
answer depends on.
"""

import hashlib
import json
from typing import Any

from pysentry_hook.cache import Cache
from pysentry_hook.errors import InputError
from pysentry_hook.inputs import Reader
from pysentry_hook.inputs.packing import packed, unpacked
from pysentry_hook.model import Inventory
from pysentry_hook.stamp import stamp
from pysentry_hook.tree import Listing, Tree

_SHORTEST = 10_000
"""Bytes below which a file is read faster than its note."""


class _Watched:
    """A tree that notes what is asked of it."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self.seen: dict[tuple[str, str], Any] = {}

    def read(self, path: str) -> bytes:
        try:
            data = self._tree.read(path)
        except InputError:
            self.seen["read", path] = None
            raise
        self.seen["read", path] = hashlib.sha256(data).hexdigest()
        return data

    def exists(self, path: str) -> bool:
        return self._noted("exists", path, self._tree.exists(path))

    def is_folder(self, path: str) -> bool:
        return self._noted("is_folder", path, self._tree.is_folder(path))

    def files(self, folder: str) -> Listing:
        self.seen["files", folder] = None  # a listing is as long to check as to make
        return self._tree.files(folder)

    def _noted(self, what: str, path: str, told: bool) -> bool:  # noqa: FBT001 (what a tree tells is a boolean)
        self.seen[what, path] = told
        return told


class Keeper:
    """Reads files, or takes from notes what was made of the same files before."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    def read(self, reader: Reader, tree: Tree, path: str) -> Inventory:
        """Return what the reader gives, with the same places; InputError as it raises it."""
        try:
            data = tree.read(path)
        except InputError:
            return reader.read(tree, path)
        if len(data) < _SHORTEST:
            return reader.read(tree, path)
        digest = hashlib.sha256(data).hexdigest()
        key = f"inventory:{stamp()}:{reader.FORMAT}:{path}:{digest}"
        once = _Held(tree, path, data, digest)
        known = self._cache.note(key)
        if known is not None and (inventory := _recalled(known, once)) is not None:
            return inventory
        watched = _Watched(once)
        inventory = reader.read(watched, path)
        seen = [(what, where, told) for (what, where), told in watched.seen.items()]
        if all(told is not None for _, _, told in seen):
            note = json.dumps([seen, packed(inventory)], separators=(",", ":"))
            self._cache.put_note(key, note.encode("utf-8", "surrogatepass"))
        return inventory


class _Held:
    """A tree of which one file is here already."""

    def __init__(self, tree: Tree, path: str, data: bytes, digest: str) -> None:
        self._tree = tree
        self._path = path
        self._data = data
        self._digest = digest

    def read(self, path: str) -> bytes:
        return self._data if path == self._path else self._tree.read(path)

    def exists(self, path: str) -> bool:
        return self._tree.exists(path)

    def is_folder(self, path: str) -> bool:
        return self._tree.is_folder(path)

    def files(self, folder: str) -> Listing:
        return self._tree.files(folder)

    def shows(self, what: str, path: str, told: object) -> bool:
        """Whether the tree still tells what it told."""
        if what == "exists":
            return self.exists(path) is told
        if what == "is_folder":
            return self.is_folder(path) is told
        if what != "read":
            return False
        try:
            digest = self._digest if path == self._path else hashlib.sha256(self.read(path)).hexdigest()
        except InputError:
            return False
        return bool(digest == told)


def _recalled(note: bytes, tree: _Held) -> Inventory | None:
    """What a note holds, None where the files are not as it says, or where it is not as we write it."""
    try:
        seen, inventory = json.loads(note)
        if all(tree.shows(*sight) for sight in seen):
            return unpacked(inventory)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
        return None
    return None
