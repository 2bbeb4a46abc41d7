"""What GitHub tells of the event that a workflow runs for, and which commit a change is compared with."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from pysentry_hook.errors import RepositoryError, UsageError
from pysentry_hook.tree.git import Git

_TRUSTED = frozenset({"push", "schedule", "workflow_dispatch"})
"""Events that run what is in a branch of the repository itself; only these may fill its cache."""
_DEPENDABOT = "dependabot[bot]"
TARGET = "pull_request_target"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event, https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows."""

    name: str
    repository: str
    actor: str
    ref: str
    payload: Mapping[str, Any]

    @property
    def is_pull_request(self) -> bool:
        """Whether it is about a pull request, whatever happened to it."""
        return self.name.startswith("pull_request")

    @property
    def is_change(self) -> bool:
        """Whether a change is judged, and not a branch."""
        return self.is_pull_request or self.name == "merge_group"

    @property
    def is_fork(self) -> bool:
        """Whether the change comes from another repository, or from one that is gone."""
        return self.is_pull_request and _at(self.payload, "pull_request", "head", "repo", "full_name") != (
            self.repository
        )

    @property
    def is_dependabots(self) -> bool:
        """Whether Dependabot caused it."""
        return self.actor == _DEPENDABOT

    @property
    def is_private(self) -> bool:
        """Whether the repository is not public, as far as the event tells."""
        repository = self.payload.get("repository")
        return isinstance(repository, Mapping) and repository.get("private") is True

    @property
    def fills_cache(self) -> bool:
        """Whether what it leaves in the cache may be read by the builds of other branches."""
        return self.name in _TRUSTED

    @property
    def reads_cache(self) -> bool:
        """Whether it may use what other builds have left: what is released may not."""
        return self.name != "release" and not self.ref.startswith("refs/tags/")


def event(environment: Mapping[str, str]) -> Event:
    """Return the event of this run; UsageError where its file cannot be read."""
    path = environment.get("GITHUB_EVENT_PATH", "")
    try:
        payload = json.loads(Path(path).read_text(encoding="utf-8")) if path else {}
    except (OSError, ValueError) as error:
        raise UsageError(f"GITHUB_EVENT_PATH {path}: the event cannot be read: {error}") from error
    return Event(
        name=environment.get("GITHUB_EVENT_NAME", ""),
        repository=environment.get("GITHUB_REPOSITORY", ""),
        actor=environment.get("GITHUB_ACTOR", ""),
        ref=environment.get("GITHUB_REF", ""),
        payload=payload if isinstance(payload, dict) else {},
    )


class Base(NamedTuple):
    """The commit that a change is compared with, and where that is known from."""

    commit: str
    why: str


def base(event: Event, root: Path) -> Base | None:
    """Return the base of a change; None where the event is no change.

    GitHub builds a pull request as a merge commit, whose first parent is the newest commit of the target at
    that time. Where something else was checked out the base that the event names is taken.
    """
    if event.name == "merge_group":
        named = _at(event.payload, "merge_group", "base_sha")
        return Base(named, "the base of the merge group") if named else None
    if not event.is_pull_request:
        return None
    named, head = (_at(event.payload, "pull_request", side, "sha") for side in ("base", "head"))
    commit, parents = _parents(root)
    if event.name == TARGET and head not in {commit, *parents[1:]}:  # its branch may be ahead of the base it names
        raise UsageError(
            f"the event {TARGET} checks out the branch {_at(event.payload, 'pull_request', 'base', 'ref')}, so nothing "
            "of the change would be judged. Use the event pull_request, which needs no secrets here"
        )
    if len(parents) > 1 and head in parents[1:]:
        return Base(parents[0], "the first parent of the merge commit")
    return Base(named, "the base of the pull request") if named else None


def _parents(root: Path) -> tuple[str, list[str]]:
    """HEAD and its parents: a clone of depth 1 knows their names, not their contents."""
    try:
        git = Git(root.resolve())
        commit = git.run("rev-parse", "--verify", "HEAD").decode().strip()
        header = git.run("cat-file", "commit", "HEAD").partition(b"\n\n")[0].decode("utf-8", "replace")
    except RepositoryError:
        return "", []
    words = (line.split(" ") for line in header.splitlines())
    return commit, [line[1] for line in words if line[0] == "parent"]


def _at(value: object, *keys: str) -> str:
    """A text deep in a payload; empty where it is not there."""
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value if isinstance(value, str) else ""
