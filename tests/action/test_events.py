"""What an event of GitHub means: whose change it is, what it is compared with, and what it may write."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from pysentry_hook.commands.action.event import Base, Event, base
from pysentry_hook.commands.action.fetching import fetched
from pysentry_hook.errors import UsageError


def an_event(name: str = "pull_request", *, head: object = None, ref: str = "refs/heads/main", **payload: Any) -> Event:
    sides = {"base": {"ref": "main", "sha": "b" * 40}, "head": head or {"sha": "a" * 40, "repo": None}}
    body = {"pull_request": sides} if name.startswith("pull_request") else {}
    return Event(name=name, repository="acme/shop", actor="somebody", ref=ref, payload={**body, **payload})


def git(folder: Path, *words: str) -> str:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.invalid")
    done = subprocess.run(["git", *identity, "-C", str(folder), *words], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def a_repository(folder: Path, *, commits: int = 1) -> Path:
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    git(folder, "config", "uploadpack.allowAnySHA1InWant", "true")
    git(folder, "config", "uploadpack.allowFilter", "true")
    for number in range(commits):
        (folder / "uv.lock").write_text(f"{number}\n", encoding="utf-8")
        git(folder, "add", "-A")
        git(folder, "commit", "-q", "-m", "x")
    return folder


@pytest.mark.parametrize(
    ("repo", "is_fork"),
    [
        ({"full_name": "acme/shop", "fork": True}, False),  # a fork's own pull requests are no strangers'
        ({"full_name": "mallory/shop"}, True),
        (None, True),  # the fork is gone
    ],
)
def test_a_fork_is_another_repository(repo: object, *, is_fork: bool) -> None:
    assert an_event(head={"sha": "a" * 40, "repo": repo}).is_fork is is_fork


@pytest.mark.parametrize(
    ("name", "ref", "reads", "fills"),
    [
        ("push", "refs/heads/main", True, True),
        ("schedule", "refs/heads/main", True, True),
        ("workflow_dispatch", "refs/heads/main", True, True),
        ("push", "refs/tags/v1", False, True),
        ("release", "refs/tags/v1", False, False),
        ("pull_request", "refs/pull/7/merge", True, False),
        ("pull_request_target", "refs/heads/main", True, False),
        ("merge_group", "refs/heads/gh-readonly-queue/main/x", True, False),
        ("issue_comment", "refs/heads/main", True, False),
        ("workflow_run", "refs/heads/main", True, False),
    ],
)
def test_only_builds_of_a_branch_fill_the_cache_and_what_is_released_does_not_read_it(
    name: str, ref: str, *, reads: bool, fills: bool
) -> None:
    known = an_event(name, ref=ref)
    assert (known.reads_cache, known.fills_cache) == (reads, fills)


def test_a_pull_request_is_compared_with_the_first_parent_of_its_merge(tmp_path: Path) -> None:
    folder = a_repository(tmp_path / "repository")
    git(folder, "checkout", "-q", "-b", "change")
    git(folder, "commit", "-q", "--allow-empty", "-m", "change")
    head = git(folder, "rev-parse", "HEAD")
    git(folder, "checkout", "-q", "main")
    git(folder, "commit", "-q", "--allow-empty", "-m", "gone on")
    newest = git(folder, "rev-parse", "HEAD")
    git(folder, "merge", "-q", "--no-ff", "-m", "merge", "change")
    assert base(an_event(head={"sha": head}), folder) == Base(newest, "the first parent of the merge commit")
    assert base(an_event(head={"sha": "c" * 40}), folder) == Base("b" * 40, "the base of the pull request")


def test_a_pull_request_whose_head_was_checked_out_is_compared_with_its_base(tmp_path: Path) -> None:
    folder = a_repository(tmp_path / "repository", commits=2)
    head = {"sha": git(folder, "rev-parse", "HEAD")}
    assert base(an_event(head=head), folder) == Base("b" * 40, "the base of the pull request")


@pytest.mark.parametrize("named", ["HEAD", "HEAD~1"])
def test_the_base_branch_is_never_taken_for_the_change(tmp_path: Path, named: str) -> None:
    folder = a_repository(tmp_path / "repository", commits=2)
    known = an_event("pull_request_target")
    known.payload["pull_request"]["base"]["sha"] = git(folder, "rev-parse", named)
    with pytest.raises(UsageError, match="nothing of the change would be judged"):
        base(known, folder)


def test_a_change_that_was_checked_out_is_judged_whatever_the_event(tmp_path: Path) -> None:
    folder = a_repository(tmp_path / "repository", commits=2)
    known = an_event("pull_request_target", head={"sha": git(folder, "rev-parse", "HEAD")})
    assert base(known, folder) == Base("b" * 40, "the base of the pull request")


def test_what_is_no_change_has_no_base(tmp_path: Path) -> None:
    assert base(an_event("push"), tmp_path) is None
    assert base(an_event("merge_group"), tmp_path) is None
    assert base(an_event("pull_request"), tmp_path) == Base("b" * 40, "the base of the pull request")


def a_clone(origin: Path, folder: Path, *words: str) -> Path:
    subprocess.run(["git", "clone", "-q", "--depth=1", *words, origin.as_uri(), str(folder)], check=True)
    return folder


def test_one_commit_is_fetched_into_a_shallow_clone_and_nothing_of_its_history(tmp_path: Path) -> None:
    origin = a_repository(tmp_path / "origin", commits=4)
    wanted = git(origin, "rev-parse", "HEAD~1")
    clone = a_clone(origin, tmp_path / "clone")
    assert fetched(clone, wanted, {}, "") == (wanted, None)
    assert git(clone, "show", f"{wanted}:uv.lock") == "2"
    assert len(git(clone, "rev-list", "--all", wanted).splitlines()) == 2


def test_a_branch_and_a_tag_are_fetched_by_their_name(tmp_path: Path) -> None:
    origin = a_repository(tmp_path / "origin", commits=3)
    git(origin, "tag", "v1", "HEAD~2")
    clone = a_clone(origin, tmp_path / "clone")
    assert fetched(clone, "v1", {}, "") == (git(origin, "rev-parse", "v1"), None)


def test_a_whole_clone_stays_whole(tmp_path: Path) -> None:
    origin = a_repository(tmp_path / "origin", commits=3)
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", str(origin), str(clone)], check=True)
    wanted = git(origin, "rev-parse", "HEAD~1")
    assert fetched(clone, wanted, {}, "") == (wanted, None)
    assert git(clone, "rev-parse", "--is-shallow-repository") == "false"


def test_the_files_of_the_base_are_fetched_into_a_clone_without_files(tmp_path: Path) -> None:
    origin = a_repository(tmp_path / "origin", commits=3)
    wanted = git(origin, "rev-parse", "HEAD~1")
    clone = a_clone(origin, tmp_path / "clone", "--filter=blob:none")
    assert fetched(clone, wanted, {}, "").problem is None
    subprocess.run(
        ["git", "-C", str(clone), "cat-file", "-e", f"{wanted}:uv.lock"], check=True, env={"GIT_NO_LAZY_FETCH": "1"}
    )


@pytest.mark.parametrize("name", ["--upload-pack=touch x", "+refs/heads/*:refs/heads/*", "main...", "a b", ""])
def test_what_is_no_plain_name_is_never_fetched(tmp_path: Path, name: str) -> None:
    origin = a_repository(tmp_path / "origin", commits=2)
    clone = a_clone(origin, tmp_path / "clone")
    git(clone, "remote", "set-url", "origin", "nowhere")  # a fetch would be a problem
    assert fetched(clone, name, {}, "") == (name, None)


def test_what_cannot_be_fetched_is_a_problem_in_words(tmp_path: Path) -> None:
    clone = a_clone(a_repository(tmp_path / "origin"), tmp_path / "clone")
    found = fetched(clone, "c" * 40, {}, "")
    assert found.name == "c" * 40
    assert found.problem
