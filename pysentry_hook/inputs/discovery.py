"""Find every project and every script below a folder: what `--recursive` and `--include-scripts` read, in order."""

import re
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from pysentry_hook.errors import InputError
from pysentry_hook.tree import Tree
from pysentry_hook.tree.places import below

_SETS = re.compile(r"(?:.*[-_.])?requirements(?:[-_.].*)?\.txt|pylock\.[^.]+\.toml", re.IGNORECASE)
_BLOCK = re.compile(rb"^(?:\xef\xbb\xbf)?# /// script\s*$", re.MULTILINE)


def targets(paths: Iterable[str], formats: Sequence[str]) -> list[str]:
    """Return the folders and files to read among the listed `paths`, parents first.

    A folder with a file that is looked for by name (`formats`) is one project. Elsewhere each
    requirements set (`requirements-dev.txt`, `requirements/dev.txt`) and each named pylock is one.
    """
    by_folder: dict[str, list[str]] = {}
    for path in paths:
        above, _, name = path.rpartition("/")
        by_folder.setdefault(above, []).append(name)
    found: list[str] = []
    for above in sorted(by_folder):
        names = sorted(by_folder[above])
        if not set(names).isdisjoint(formats):
            found.append(above)
        else:
            found.extend(below(above, name) for name in names if _is_set(above, name))
    return found


def scripts(tree: Tree, paths: Iterable[str]) -> list[str]:
    """Return the Python files among the listed `paths` that have a PEP 723 block."""
    return [path for path in sorted(paths) if path.endswith(".py") and _has_block(tree, path)]


def _is_set(folder: str, name: str) -> bool:
    in_its_folder = PurePosixPath(folder).name.lower() == "requirements" and name.endswith(".txt")
    return in_its_folder or bool(_SETS.fullmatch(name))


def _has_block(tree: Tree, path: str) -> bool:
    """Whether a script has a block, or cannot be read: its reader will say so."""
    try:
        return bool(_BLOCK.search(tree.read(path)))
    except InputError:
        return True
