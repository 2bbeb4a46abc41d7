"""Read inputs from texts or from the tests' data, and say in short what was found."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from pysentry_hook.errors import InputError
from pysentry_hook.inputs import reader_of
from pysentry_hook.model import Dependency, Inventory, Location, Node, Unchecked, normalize
from pysentry_hook.tree import FolderTree, Listing

DATA = Path(__file__).parents[1] / "data"


class Files:
    """A tree that holds what the test gives it."""

    def __init__(self, files: Mapping[str, str | bytes]) -> None:
        self._files = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}

    def read(self, path: str) -> bytes:
        if path not in self._files:
            raise InputError(path, "no such file")
        return self._files[path]

    def exists(self, path: str) -> bool:
        return path in self._files or self.is_folder(path)

    def is_folder(self, path: str) -> bool:
        return any(not path or file.startswith(f"{path}/") for file in self._files)

    def names(self, folder: str) -> Sequence[str]:
        return sorted(file.rpartition("/")[2] for file in self._files if file.rpartition("/")[0] == folder)

    def files(self, folder: str) -> Listing:
        return Listing(sorted(file for file in self._files if not folder or file.startswith(f"{folder}/")))


def inventory(files: Mapping[str, str | bytes]) -> Inventory:
    """Read the first of the files; the others stand beside it."""
    path, tree = next(iter(files)), Files(files)
    return reader_of(tree, path).read(tree, path)


def inventory_of(folder: str, name: str) -> Inventory:
    """Read a file of the tests' data, with what stands beside it."""
    tree = FolderTree(DATA / folder)
    return reader_of(tree, name).read(tree, name)


def pins(found: Inventory) -> list[str]:
    return [f"{dependency.name} {dependency.version}" for dependency in found.dependencies]


def reasons(found: Inventory) -> dict[str, str]:
    return {entry.name: entry.reason for entry in found.unchecked}


def groups(found: Inventory) -> dict[str, list[str]]:
    return {f"{entry.name} {entry.version}": sorted(entry.groups) for entry in _all(found)}


def direct(found: Inventory) -> set[str]:
    return {entry.name for entry in _all(found) if entry.direct}


def edges(found: Inventory) -> set[str]:
    return {
        f"{parent.name} {parent.version} > {child.name} {child.version}".replace(" None", "")
        for parent, child, _ in found.edges
    }


def place(found: Inventory, name: str) -> Location:
    """Where the first entry of a name stands."""
    return found.places.location(next(entry.place for entry in _all(found) if entry.name == name))


def cut_out(text: str, location: Location) -> str:
    """What a file holds at a location, as an editor would select it."""
    return text.removeprefix("\ufeff").split("\n")[location.line - 1][location.column - 1 : location.end_column - 1]


def declared(found: Inventory, name: str, version: str | None = None) -> tuple[str, int, str] | None:
    """The file, the line and the text of the declaration of a package."""
    location = found.places.declaration(Node(normalize(name), version))
    return location and (location.path, location.line, location.text)


def _all(found: Inventory) -> tuple[Dependency | Unchecked, ...]:
    return (*found.dependencies, *found.unchecked)
