"""Find every project and every script below a folder, in order, and the requirements sets that nothing looks for."""

import re
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from pysentry_hook.errors import InputError
from pysentry_hook.tree import Tree
from pysentry_hook.tree.places import below

_SETS = re.compile(r"(?:.*[-_.])?requirements(?:[-_.].*)?\.txt|pylock\.[^.]+\.toml", re.IGNORECASE)
_FOLDER = "requirements"
_BLOCK = re.compile(rb"^(?:\xef\xbb\xbf)?# /// script\s*$", re.MULTILINE)


class Target(NamedTuple):
    """A folder or file to read, and the sets in that folder, which are not looked for by their names."""

    path: str
    sets: tuple[str, ...] = ()


def targets(paths: Iterable[str], formats: Sequence[str]) -> list[Target]:
    """Return the folders and files to read among the listed `paths`, parents first.

    A folder with a file that is looked for by name (`formats`) is one project. Elsewhere each
    requirements set (`requirements-dev.txt`, `requirements/dev.txt`) and each named pylock is one.
    """
    by_folder: dict[str, list[str]] = {}
    for path in paths:
        above, _, name = path.rpartition("/")
        by_folder.setdefault(above, []).append(name)
    found: list[Target] = []
    for above, names in sorted(by_folder.items()):
        sets = tuple(_sets(above, set(names) - set(formats)))
        found.extend(map(Target, sets) if set(names).isdisjoint(formats) else [Target(above, sets)])
    return found


def sets_in(tree: Tree, folder: str, formats: Sequence[str]) -> tuple[str, ...]:
    """Return the sets of a folder that are not looked for by name; InputError where they cannot be listed."""
    own = _sets(folder, set(tree.names(folder)) - set(formats))
    further = below(folder, _FOLDER)
    return (*own, *(_sets(further, tree.names(further)) if tree.is_folder(further) else ()))


def reading_it(path: str) -> str:
    """What reads a set that was found and not read."""
    return "--requirements FILE reads it" if path.lower().endswith(".txt") else "pysentry-hook FILE reads it"


def scripts(tree: Tree, paths: Iterable[str]) -> list[str]:
    """Return the Python files among the listed `paths` that have a PEP 723 block."""
    return [path for path in sorted(paths) if path.endswith(".py") and _has_block(tree, path)]


def _sets(folder: str, names: Iterable[str]) -> list[str]:
    return [below(folder, name) for name in sorted(names) if _is_set(folder, name)]


def _is_set(folder: str, name: str) -> bool:
    in_its_folder = PurePosixPath(folder).name.lower() == _FOLDER and name.endswith(".txt")
    return in_its_folder or bool(_SETS.fullmatch(name))


def _has_block(tree: Tree, path: str) -> bool:
    """Whether a script has a block, or cannot be read: its reader will say so."""
    try:
        return bool(_BLOCK.search(tree.read(path)))
    except InputError:
        return True
