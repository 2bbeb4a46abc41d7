"""Inventories that were read before: a note holds what a reader made of a file, for as long as all that it saw is so.

A reader sees files through a Tree alone, so what it asked of the tree and what it was told is the whole of what its
answer depends on.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pysentry_hook.cache import Cache
from pysentry_hook.errors import InputError
from pysentry_hook.inputs import Reader
from pysentry_hook.inputs.packing import LaterEdges, LaterPlaces, packed, unpacked
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

    def names(self, folder: str) -> Sequence[str]:
        self.seen["names", folder] = None
        return self._tree.names(folder)

    def files(self, folder: str) -> Listing:
        self.seen["files", folder] = None  # a listing is as long to check as to make
        return self._tree.files(folder)

    def _noted(self, what: str, path: str, told: bool) -> bool:  # noqa: FBT001 (what a tree tells is a boolean)
        self.seen[what, path] = told
        return told


class _Held:
    """A tree of which one file is here already."""

    def __init__(self, tree: Tree, path: str, data: bytes, digest: str) -> None:
        self.path = path
        self.digest = digest
        self._tree = tree
        self._data = data

    def read(self, path: str) -> bytes:
        return self._data if path == self.path else self._tree.read(path)

    def exists(self, path: str) -> bool:
        return self._tree.exists(path)

    def is_folder(self, path: str) -> bool:
        return self._tree.is_folder(path)

    def names(self, folder: str) -> Sequence[str]:
        return self._tree.names(folder)

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
            digest = self.digest if path == self.path else hashlib.sha256(self.read(path)).hexdigest()
        except InputError:
            return False
        return bool(digest == told)


class Keeper:
    """Reads files, or takes from notes what was made of the same files before.

    Of each inventory the edges and places, most of its size, are looked up again when somebody asks for them: a
    thousand inputs take little more room than one.
    """

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        self._last: tuple[str, Inventory] | None = None

    def read(self, reader: Reader, tree: Tree, path: str) -> Inventory:
        """Return what the reader gives; InputError as it raises it."""
        try:
            data = tree.read(path)
        except InputError:
            return reader.read(tree, path)
        if len(data) < _SHORTEST:
            return reader.read(tree, path)
        digest = hashlib.sha256(data).hexdigest()
        inventory = self._whole(reader, _Held(tree, path, data, digest))

        def whole() -> Inventory:
            return self._again(reader, tree, path, digest)

        return replace(inventory, edges=LaterEdges(whole), places=LaterPlaces(whole))

    def _again(self, reader: Reader, tree: Tree, path: str, digest: str) -> Inventory:
        if self._last and self._last[0] == _key(reader, path, digest):
            return self._last[1]
        data = tree.read(path)
        if hashlib.sha256(data).hexdigest() != digest:
            raise InputError(path, "changed while it was read. Run again")
        return self._whole(reader, _Held(tree, path, data, digest))

    def _whole(self, reader: Reader, tree: _Held) -> Inventory:
        key = _key(reader, tree.path, tree.digest)
        known = self._cache.note(key)
        inventory = _recalled(known, tree) if known is not None else None
        if inventory is None:
            watched = _Watched(tree)
            inventory = reader.read(watched, tree.path)
            values = json.dumps(packed(inventory), separators=(",", ":"))
            seen = [(what, where, told) for (what, where), told in watched.seen.items()]
            if all(told is not None for _, _, told in seen):
                note = f"[{json.dumps(seen)},{values}]"
                self._cache.put_note(key, note.encode())
            inventory = unpacked(json.loads(values))  # what is kept is what is used, the first time too
        self._last = key, inventory
        return inventory


def _key(reader: Reader, path: str, digest: str) -> str:
    return f"inventory:{stamp()}:{reader.format}:{path}:{digest}"


def _recalled(note: bytes, tree: _Held) -> Inventory | None:
    """What a note holds, None where the files are not as it says, or where it is not as we write it."""
    try:
        seen, inventory = json.loads(note)
        if all(tree.shows(*sight) for sight in seen):
            return unpacked(inventory)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
        return None
    return None
