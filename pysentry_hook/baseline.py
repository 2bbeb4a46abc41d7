"""Read what the same inputs installed in an earlier state of the repository, and follow those that were renamed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from pysentry_hook import inputs
from pysentry_hook.errors import DeclaresNothingError, DynamicError, InputError, NothingToReadError, RepositoryError
from pysentry_hook.model import Failure, Inventory
from pysentry_hook.report import Baseline
from pysentry_hook.tree import CommitTree, Tree

EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
"""How git calls the state that holds nothing, with which a first commit is compared."""

_ALIKE = 0.5
"""How much of two inventories must be the same for one file to be the other, renamed."""
_MOST = 200
"""How many files that are gone are looked at for one that is new."""


class Bases(NamedTuple):
    """The states that a change is compared with, together."""

    refs: tuple[str, ...] = ()
    """Any name of a commit, `main...` for where HEAD left main, or EMPTY_TREE."""
    trees: Mapping[str, CommitTree] = MappingProxyType({})
    """Those of `refs` that somebody has opened already, and will close."""
    whole: bool = True
    """False where the change stands on another state as well, and nobody knows which."""
    read: inputs.Read = inputs.plainly


class Before(NamedTuple):
    """What was installed before, by the path of an input as it is now; nothing for an input that could not be read."""

    baseline: Baseline
    inventories: Mapping[str, Inventory]
    failures: tuple[Failure, ...] = ()
    notes: tuple[str, ...] = ()


def read_before(
    bases: Bases,
    root: Path,
    now: Tree,
    inventories: Sequence[Inventory],
    resolved: Callable[[Inventory], Inventory],
) -> Before:
    """Return what commits installed, together; one that git does not know is a failure, never an empty baseline.

    `resolved` makes loose versions exact.
    """
    every = [_read_one(ref, bases, root, now, inventories, resolved) for ref in bases.refs]
    known = [set(before.inventories) for before in every]
    return Before(
        Baseline(
            " and ".join(bases.refs),
            _all_of([before.baseline.commit for before in every]),
            bases.whole,
        ),
        {path: _joined([before.inventories[path] for before in every]) for path in set.intersection(*known)},
        tuple(failure for before in every for failure in before.failures),
        tuple(dict.fromkeys(note for before in every for note in before.notes)),
    )


def _all_of(commits: Sequence[str | None]) -> str | None:
    """The commits together; None where one of them could not be read."""
    known = [commit for commit in commits if commit is not None]
    return " and ".join(known) if len(known) == len(commits) else None


def _joined(inventories: Sequence[Inventory]) -> Inventory:
    """What one input installed in any of several states."""
    first, *rest = inventories
    dependencies = tuple(each for inventory in inventories for each in inventory.dependencies)
    unchecked = tuple(each for inventory in inventories for each in inventory.unchecked)
    return replace(first, dependencies=dependencies, unchecked=unchecked) if rest else first


def _read_one(
    ref: str,
    bases: Bases,
    root: Path,
    now: Tree,
    inventories: Sequence[Inventory],
    resolved: Callable[[Inventory], Inventory],
) -> Before:
    if ref == EMPTY_TREE:
        return Before(Baseline("nothing", EMPTY_TREE), {each.path: _emptied(each) for each in inventories})
    with ExitStack() as stack:
        try:
            then = bases.trees.get(ref) or stack.enter_context(CommitTree(root, ref))
        except RepositoryError as error:
            return Before(Baseline(ref, None), {}, (Failure("baseline", ref, None, error.detail),))
        reading = _Reading(ref, now, then, {inventory.path for inventory in inventories}, bases.read)
        found: dict[str, Inventory] = {}
        for inventory in inventories:
            before = reading.before(inventory)
            if before is not None:
                before = resolved(before)
                reading.failures.extend(_lost(ref, before))
                if not before.failures:
                    found[inventory.path] = before
        return Before(Baseline(ref, then.commit), found, tuple(reading.failures), tuple(reading.notes))


def _lost(ref: str, before: Inventory) -> Iterator[Failure]:
    yield from (Failure("baseline", ref, failure.path, failure.detail) for failure in before.failures)


class _Reading:
    """One reading of the earlier state; it grows by what could not be read."""

    def __init__(self, ref: str, now: Tree, then: Tree, paths: set[str], read: inputs.Read) -> None:
        self._ref = ref
        self._by = read
        self._now = now
        self._then = then
        self._paths = paths
        self.failures: list[Failure] = []
        self.notes: list[str] = []

    def before(self, inventory: Inventory) -> Inventory | None:
        """What an input installed before: empty for a new one, None where that could not be read."""
        reader = next(reader for reader in inputs.READERS if inventory.format == reader.format)
        try:
            same = self._same(inventory, reader)
            return same or self._renamed(inventory, reader) or self._replaced(inventory) or _emptied(inventory)
        except InputError as error:
            self.failures.append(Failure("baseline", self._ref, error.path, _told(error)))
            return None

    def _same(self, inventory: Inventory, reader: inputs.Reader) -> Inventory | None:
        """The same file, where it was there and declared something."""
        if inventory.format == inputs.REQUIREMENTS.format and inventory.members:
            from pysentry_hook.inputs.requirements import read_together

            named = [path for path in (inventory.path, *sorted(inventory.members)) if self._then.exists(path)]
            return read_together(self._then, named) if named else None
        if not self._then.exists(inventory.path):
            return None
        try:
            return self._by(reader, self._then, inventory.path)
        except DynamicError:
            raise
        except DeclaresNothingError:
            return None

    def _renamed(self, inventory: Inventory, reader: inputs.Reader) -> Inventory | None:
        """The file that is gone and was most like this one, where it was like it at all."""
        wanted = _content(inventory)
        best: Inventory | None = None
        most = _ALIKE
        for path in self._gone(reader):
            try:
                candidate = self._by(reader, self._then, path)
            except InputError:  # it is no input that can be compared with; this one counts as new
                continue
            have = _content(candidate)
            alike = len(wanted & have) / max(1, len(wanted | have))
            if alike > most or (alike == most and best is None):
                best, most = candidate, alike
        if best:
            self.notes.append(
                f"{inventory.path} is compared with {best.path} of {self._ref}, from which it was renamed"
            )
        return best

    def _gone(self, reader: inputs.Reader) -> Iterator[str]:
        known = (path for path in self._then.files("").paths if reader.recognises(path.rpartition("/")[2]))
        gone = [path for path in known if not self._now.exists(path)]
        yield from gone[:_MOST]

    def _replaced(self, inventory: Inventory) -> Inventory | None:
        """What the folder of a new input was read by before, unless that is an input still."""
        folder = inventory.path.rpartition("/")[0]
        if not self._then.is_folder(folder):
            return None
        try:
            opened = inputs.open_input(self._then, folder, self._by)
        except NothingToReadError:
            return None
        if opened.path in self._paths:
            return None
        if isinstance(opened.result, InputError):
            raise opened.result
        self.notes.append(f"{inventory.path} is compared with {opened.path} of {self._ref}, which it replaces")
        return opened.result


def _told(error: InputError) -> str:
    return error.detail if error.line is None else f"line {error.line}: {error.detail}"


def _content(inventory: Inventory) -> frozenset[tuple[str, str]]:
    return frozenset((item.name, item.version or "") for item in inventory.unchecked) | {
        (item.name, str(item.version)) for item in inventory.dependencies
    }


def _emptied(inventory: Inventory) -> Inventory:
    """The inventory of an input that was not there."""
    return replace(
        inventory, dependencies=(), unchecked=(), edges=(), requirements=(), failures=(), quarantined=(), remarks=()
    )
