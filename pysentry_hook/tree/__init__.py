"""Where the files of an audited project come from: a folder, a commit or the index; only this package knows git."""

from collections.abc import Sequence
from typing import Protocol

from pysentry_hook.tree.folder import FolderTree
from pysentry_hook.tree.history import Parents, known_commit, parents
from pysentry_hook.tree.limits import MAX_BYTES, MAX_FILES
from pysentry_hook.tree.listing import Listing
from pysentry_hook.tree.places import inside, repository_root
from pysentry_hook.tree.recorded import CommitTree, IndexTree
from pysentry_hook.tree.subject import subject
from pysentry_hook.tree.uncommitted import uncommitted

__all__ = [
    "MAX_BYTES",
    "MAX_FILES",
    "CommitTree",
    "FolderTree",
    "IndexTree",
    "Listing",
    "Parents",
    "Tree",
    "inside",
    "known_commit",
    "parents",
    "repository_root",
    "subject",
    "uncommitted",
]


class Tree(Protocol):
    """Files by their POSIX path relative to the root of the tree; bytes that are not UTF-8 are surrogates."""

    def read(self, path: str) -> bytes:
        """Return the whole file; InputError where that is not possible."""

    def exists(self, path: str) -> bool:
        """Whether anything stands at this path, readable or not."""

    def is_folder(self, path: str) -> bool:
        """Whether a folder stands at this path."""

    def names(self, folder: str) -> Sequence[str]:
        """Return the names of the files in a folder itself, sorted; InputError where it cannot be listed."""

    def files(self, folder: str) -> Listing:
        """Return all files below a folder, "" for all, and the folders that could not be listed.

        The project's own only: nothing below another virtual environment, node_modules or a cache, and no
        repository within the repository. InputError where there is no such folder, or more than MAX_FILES.
        """
