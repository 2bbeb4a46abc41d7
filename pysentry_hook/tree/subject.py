"""Say which commit of which repository the files of a folder belong to."""

from collections.abc import Sequence
from pathlib import Path

from pysentry_hook.errors import RepositoryError
from pysentry_hook.model import Subject
from pysentry_hook.text import without_credentials
from pysentry_hook.tree.git import Git

_SECONDS = 10.0
_STATUS = ("--porcelain=v2", "--branch", "--ignore-submodules=all")


def subject(root: Path, inputs: Sequence[str]) -> Subject | None:
    """Return which commit the files of a tree belong to; None where git does not tell."""
    if not (root / ".git").exists():
        return None
    try:
        git = Git(root.resolve())
        configuration = git.configuration(seconds=_SECONDS)
        status = git.status(configuration, *_STATUS, "--", *inputs, seconds=_SECONDS)
    except RepositoryError:
        return None
    lines = status.decode("utf-8", "replace").splitlines()
    facts = dict(line.removeprefix("# ").split(" ", 1) for line in lines if line.startswith("# branch."))
    commit, branch = facts.get("branch.oid"), facts.get("branch.head")
    remote = configuration.get("remote.origin.url")
    return Subject(
        repository=without_credentials(remote.strip()) if remote else None,
        commit=commit if commit != "(initial)" else None,
        ref=branch if branch != "(detached)" else None,
        dirty=any(not line.startswith("#") for line in lines),
    )
