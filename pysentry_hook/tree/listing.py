"""What a tree lists below a folder, and what it could not list."""

from collections.abc import Sequence
from typing import NamedTuple

from pysentry_hook.errors import InputError


class Listing(NamedTuple):
    """The project's own files below a folder, by their path in the tree, sorted."""

    paths: Sequence[str]
    unreadable: tuple[InputError, ...] = ()
    """The folders whose files are not known, sorted."""
    note: str | None = None
    """Why the list may hold more than the project's own files."""
