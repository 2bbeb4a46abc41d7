"""The GitHub Action as GitHub runs it, for a change: pull requests of one's own and of others, and merge queues."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.builders import a_record, a_uv_lock
from tests.e2e.acting import API, REPOSITORY, Acting, Done, commit, git, services, workflow
from tests.upstream import Reply, Upstream

pytestmark = pytest.mark.network

OLD = a_record("PYSEC-2099-1", "idna", fixed="3.7", aliases=["CVE-2099-0001"], database_specific={"severity": "HIGH"})
NEW = a_record("PYSEC-2099-2", fixed="2.31.0", aliases=["CVE-2099-0002"], database_specific={"severity": "HIGH"})
LOOSE, STRICT = '[defaults]\nfail_on = "never"\n', '[defaults]\nfail_on = "low"\n'


Running = Callable[..., Done]


class Change(NamedTuple):
    """The newest commit of main, the head of a branch, and the merge of both that GitHub builds."""

    base: str
    head: str
    merge: str

    def payload(self, *, repository: str = REPOSITORY) -> dict[str, Any]:
        """The event of a pull request from this repository."""
        head = {"ref": "change", "sha": self.head, "repo": {"full_name": repository}}
        return {"number": 7, "pull_request": {"number": 7, "base": {"ref": "main", "sha": self.base}, "head": head}}


@pytest.fixture
def change(tmp_path: Path) -> Change:
    """A change that brings in requests 2.30.0 and loosens the policy, to a branch that has gone on since."""
    origin = tmp_path / "origin"
    rules = {".pysentry-hook.toml": STRICT}
    commit(origin, {"uv.lock": a_uv_lock(("idna", "3.4")), **rules})
    git(origin, "checkout", "-q", "-b", "change")
    both = a_uv_lock(("requests", "2.30.0"), ("idna", "3.4"))
    head = commit(origin, {"uv.lock": both, ".pysentry-hook.toml": LOOSE})
    git(origin, "checkout", "-q", "main")
    base = commit(origin, {"README": "gone on"})
    git(origin, "checkout", "-q", "-b", "merge")
    git(origin, "merge", "-q", "--no-ff", "-m", "merge", "change")
    return Change(base, head, git(origin, "rev-parse", "HEAD"))


@pytest.fixture
def run(acting: Acting, tmp_path: Path) -> Running:
    """Run the Action for an event in a clone of depth 1 of the merge."""

    def call(
        upstream: Upstream,
        change: Change,
        event: str,
        payload: dict[str, Any],
        *words: str,
        folder: str = "run",
        config: str = "",
    ) -> Done:
        tmp = tmp_path / folder
        tmp.mkdir()
        return acting.run(
            workflow(tmp, audit={"artifact": "true", "config": config}),
            tmp_path / "origin",
            tmp,
            event=event,
            payload=payload,
            commit=change.merge,
            environment=services(upstream),
            arguments=words,
        )

    return call


def test_a_pull_request_is_judged_against_its_base_by_its_own_policy_and_each_change_to_it_is_listed(
    run: Running, change: Change
) -> None:
    with Upstream([OLD, NEW], replies={API: Reply(200, b"[]")}) as upstream:
        done = run(upstream, change, "pull_request", change.payload())
    assert done.code == 0, done.text
    outputs = done.outputs()
    assert (outputs["gate"], outputs["conclusion"], outputs["findings"]) == ("change", "reported", "2")
    report = done.report()
    assert report["subject"]["baseline"] == {"ref": change.base, "commit": change.base}
    assert {each["package"]: each["novelty"] for each in report["findings"]} == {
        "requests": "introduced",
        "idna": "existing",
    }
    assert "change loosens every gate: fail_on is never, was low" in done.summary.replace("\\", "")
    assert any("loosens every gate: fail_on is never" in each for each in done.annotations("warning"))
    assert list(done.uploads()) == ["pysentry-hook"]
    assert [event.split(" ")[0] for event in done.events] == ["restore", "upload", "artifact"]


@pytest.mark.parametrize("config", ["", ".pysentry-hook.toml"])
def test_a_fork_is_judged_by_the_policy_of_the_base_and_writes_nothing(
    run: Running, change: Change, config: str
) -> None:
    with Upstream([OLD, NEW], replies={API: Reply(200, b"[]")}) as upstream:
        done = run(upstream, change, "pull_request", change.payload(repository="mallory/shop"), config=config)
        assert not upstream.asked(API)
    assert done.code == 1, done.text
    outputs = done.outputs()
    assert (outputs["gate"], outputs["conclusion"], outputs["blocking"]) == ("change", "findings", "1")
    assert [event.split(" ")[0] for event in done.events] == ["restore", "artifact"]
    assert [len(names) for names in done.artifacts().values()] == [3]
    told = [each for each in done.annotations("notice") if "nothing was uploaded" in each]
    assert len(told) == 1
    assert "comes from a fork" in told[0]


def test_a_merge_group_is_judged_against_its_base(run: Running, change: Change) -> None:
    payload = {
        "merge_group": {
            "base_sha": change.base,
            "base_ref": "refs/heads/main",
            "head_sha": change.merge,
            "head_ref": "refs/heads/gh-readonly-queue/main/pr-7-0123abc",
        }
    }
    with Upstream([OLD, NEW], replies={API: Reply(200, b"[]")}) as upstream:
        done = run(upstream, change, "merge_group", payload)
    outputs = done.outputs()
    assert (outputs["gate"], outputs["conclusion"]) == ("change", "reported"), done.text
    report = done.report()
    assert report["subject"]["baseline"]["commit"] == change.base
    assert [event.split(" ")[0] for event in done.events] == ["restore", "upload", "artifact"]


def test_dependabot_pushes_without_an_upload_and_its_pull_requests_with_one(run: Running, change: Change) -> None:
    actor = ("--actor", "dependabot[bot]")
    with Upstream([OLD, NEW], replies={API: Reply(200, b"[]")}) as upstream:
        branch = {"ref": "refs/heads/dependabot/pip/requests"}
        pushed = run(upstream, change, "push", branch, *actor, folder="push")
        opened = run(upstream, change, "pull_request", change.payload(), *actor, folder="open")
    assert pushed.uploads() == {}
    assert any("leave dependabot/** out of push" in each for each in pushed.annotations("notice"))
    assert list(opened.uploads()) == ["pysentry-hook"]


def test_a_base_that_cannot_be_fetched_is_no_empty_base(run: Running, change: Change) -> None:
    payload = {"merge_group": {"base_sha": "0123456789" * 4, "base_ref": "refs/heads/main"}}
    with Upstream([OLD, NEW], replies={API: Reply(200, b"[]")}) as upstream:
        done = run(upstream, change, "merge_group", payload)
    assert done.outputs()["conclusion"] == "incomplete", done.text
    assert done.code == 1
    assert any("cannot be fetched" in each for each in done.annotations("warning"))
