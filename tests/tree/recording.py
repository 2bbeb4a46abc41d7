"""What the tests of commits and of the index have in common."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pysentry_hook.errors import InputError
from pysentry_hook.tree import CommitTree, IndexTree, Tree
from tests.tree.conftest import Git

Recorded = CommitTree | IndexTree


def committed(folder: Path) -> CommitTree:
    return CommitTree(folder, "HEAD")


both = pytest.mark.parametrize("made", [committed, IndexTree], ids=["commit", "index"])
Made = Callable[[Path], Recorded]


def record(git: Git, repository: Path) -> None:
    git(repository, "add", "-A", "-f", ".")
    git(repository, "commit", "-q", "--allow-empty", "-m", "x")


def refusal(tree: Tree, path: str) -> str:
    with pytest.raises(InputError) as caught:
        tree.read(path)
    assert caught.value.path == path
    return caught.value.detail
