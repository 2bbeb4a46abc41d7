"""Say which files differ from the last commit, so that nobody but the working folder has them."""

from collections.abc import Iterable
from pathlib import Path

from pysentry_hook.tree.git import Git

_STATUS = ("status", "--porcelain", "--untracked-files=all", "--ignored=matching", "--ignore-submodules=all", "--")


def uncommitted(root: Path, paths: Iterable[str]) -> list[str]:
    """Return those that are changed, staged, ignored or not known to git; RepositoryError where it does not tell."""
    git = Git(root)
    # a folder of the tree can look like a bare repository, and bring a configuration of its own
    return [path for path in paths if git.run("-c", "safe.bareRepository=explicit", *_STATUS, path)]
