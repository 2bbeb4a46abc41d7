"""Say which files differ from the last commit, so that nobody but the working folder has them."""

from collections.abc import Iterable
from pathlib import Path

from pysentry_hook.tree.git import Git

_STATUS = ("--porcelain", "--untracked-files=all", "--ignored=matching", "--ignore-submodules=all", "--")


def uncommitted(root: Path, paths: Iterable[str]) -> list[str]:
    """Return those that are changed, staged, ignored or not known to git; RepositoryError where it does not tell."""
    git = Git(root)
    configuration = git.configuration()
    return [path for path in paths if git.status(configuration, *_STATUS, path)]
