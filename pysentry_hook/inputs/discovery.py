"""Find every project below a folder: what `--recursive` reads, in order."""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath

from pysentry_hook.errors import InputError
from pysentry_hook.tree import Tree

_SETS = re.compile(r"(?:.*[-_.])?requirements(?:[-_.].*)?\.txt|pylock\.[^.]+\.toml", re.IGNORECASE)
_BLOCK = b"# /// script"


def targets(tree: Tree, paths: Iterable[str], formats: Sequence[str], *, scripts: bool) -> list[str]:
    """Return the folders and files to read among the listed `paths`, parents first.

    A folder with a file that is looked for by name (`formats`) is one project. Elsewhere each
    requirements set (`requirements-dev.txt`, `requirements/dev.txt`) and each named pylock is one.
    Scripts with a PEP 723 block are added where they are asked for.
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
            found.extend(_joined(above, name) for name in names if _is_set(above, name))
        if scripts:
            found.extend(_scripts(tree, above, names))
    return found


def _joined(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def _is_set(folder: str, name: str) -> bool:
    in_its_folder = PurePosixPath(folder).name.lower() == "requirements" and name.endswith(".txt")
    return in_its_folder or bool(_SETS.fullmatch(name))


def _scripts(tree: Tree, folder: str, names: Sequence[str]) -> Iterator[str]:
    for name in names:
        path = _joined(folder, name)
        if name.endswith(".py") and _has_block(tree, path):
            yield path


def _has_block(tree: Tree, path: str) -> bool:
    """Whether a script has a block, or cannot be read: its reader will say so."""
    try:
        return _BLOCK in tree.read(path)
    except InputError:
        return True
