"""What is being committed on top of what? As git tells a hook by its files and its environment."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from pysentry_hook.errors import RepositoryError
from pysentry_hook.tree.git import Git

_MERGED = re.compile(r"GITHEAD_([0-9a-f]{40}|[0-9a-f]{64})")
_NOTHING = re.compile(r"0{40}|0{64}")


class Parents(NamedTuple):
    """The commits that a new commit will stand on; none for the first of a repository."""

    refs: tuple[str, ...]
    is_complete: bool = True
    """False where a merge is made and git does not tell of what."""


def parents(root: Path, environment: Mapping[str, str]) -> Parents:
    """Return HEAD and, in a merge, what is merged.

    git names it in MERGE_HEAD once a merge has stopped, and before that in the environment of its hooks, as
    GITHEAD_<id>. An amended commit stands on the one that it replaces: git does not tell a hook of an amend.
    """
    git = Git(root.resolve())
    path, *head = git.run("rev-parse", "--git-path", "MERGE_HEAD", "--revs-only", "HEAD^{commit}").splitlines()
    if not head:
        return Parents(())
    merged = _ids(git.root / os.fsdecode(path)) or tuple(
        found[1] for name in sorted(environment) if (found := _MERGED.fullmatch(name))
    )
    merging = environment.get("GIT_REFLOG_ACTION", "").startswith("merge") or (
        environment.get("PREK_HOOK_STAGE") == "pre-merge-commit"
    )
    return Parents(("HEAD", *merged), is_complete=bool(merged) or not merging)


def known_commit(root: Path, name: str | None) -> str | None:
    """The name of a commit if git knows it; a push to a new branch has one of zeros, which is none."""
    if not name or _NOTHING.fullmatch(name):
        return None
    return name if is_commit(Git(root.resolve()), name) else None


def is_commit(git: Git, name: str) -> bool:
    """Whether git knows a commit of this name."""
    try:
        git.run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    except RepositoryError:
        return False
    return True


def _ids(path: Path) -> tuple[str, ...]:
    """The commits that a merge brings in, of which there can be several."""
    try:
        return tuple(path.read_text(encoding="ascii").split())
    except (OSError, UnicodeDecodeError):
        return ()
