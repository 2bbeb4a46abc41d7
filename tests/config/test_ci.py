"""What is built, as each CI service tells it."""

from pathlib import Path

import pytest

from pysentry_hook.config.ci import occasion
from pysentry_hook.rules import NO_OCCASION
from tests.config.settling import in_environment
from tests.conftest import Run

GITHUB = {"GITHUB_ACTIONS": "true", "CI": "true"}
GITLAB = {"GITLAB_CI": "true", "CI": "true"}
AZURE = {"TF_BUILD": "True"}
BITBUCKET = {"BITBUCKET_BUILD_NUMBER": "7", "CI": "true"}
CIRCLE = {"CIRCLECI": "true"}
JENKINS = {"JENKINS_URL": "https://ci.example/"}
BUILDKITE = {"BUILDKITE": "true", "BUILDKITE_PULL_REQUEST_BASE_BRANCH": ""}
TRAVIS = {"TRAVIS": "true"}


@pytest.mark.parametrize(
    ("environment", "branch"),
    [
        (GITHUB | {"GITHUB_EVENT_NAME": "push", "GITHUB_REF_NAME": "release/1.2"}, "release/1.2"),
        (GITHUB | {"GITHUB_EVENT_NAME": "push", "GITHUB_REF": "refs/tags/v1", "GITHUB_REF_NAME": "v1"}, "v1"),
        (GITHUB | {"GITHUB_EVENT_NAME": "schedule", "GITHUB_REF_NAME": "main", "GITHUB_BASE_REF": ""}, "main"),
        (GITHUB | {"GITHUB_EVENT_NAME": "workflow_dispatch", "GITHUB_REF_NAME": "main"}, "main"),
        (GITLAB | {"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": "main", "CI_COMMIT_REF_NAME": "main"}, "main"),
        (GITLAB | {"CI_COMMIT_TAG": "v1", "CI_COMMIT_REF_NAME": "v1"}, "v1"),
        (GITLAB | {"CI_COMMIT_REF_NAME": "feature/x"}, "feature/x"),
        (AZURE | {"BUILD_REASON": "IndividualCI", "BUILD_SOURCEBRANCH": "refs/heads/release/1.2"}, "release/1.2"),
        (AZURE | {"BUILD_SOURCEBRANCH": "refs/tags/v1"}, "v1"),
        (BITBUCKET | {"BITBUCKET_BRANCH": "main"}, "main"),
        (BITBUCKET | {"BITBUCKET_TAG": "v1"}, "v1"),
        (CIRCLE | {"CIRCLE_BRANCH": "main"}, "main"),
        (CIRCLE | {"CIRCLE_TAG": "v1"}, "v1"),
        (JENKINS | {"BRANCH_NAME": "main"}, "main"),
        (JENKINS | {"BRANCH_NAME": "v1", "TAG_NAME": "v1"}, "v1"),
        (JENKINS | {"GIT_BRANCH": "origin/release/1.2"}, "release/1.2"),
        (BUILDKITE | {"BUILDKITE_PULL_REQUEST": "false", "BUILDKITE_BRANCH": "main"}, "main"),
        (BUILDKITE | {"BUILDKITE_TAG": "v1", "BUILDKITE_BRANCH": "main"}, "v1"),
        (TRAVIS | {"TRAVIS_PULL_REQUEST": "false", "TRAVIS_BRANCH": "main"}, "main"),
        (TRAVIS | {"TRAVIS_TAG": "v1", "TRAVIS_BRANCH": "v1"}, "v1"),
    ],
)
def test_the_branch_or_tag_of_a_push_is_what_is_built(environment: dict[str, str], branch: str) -> None:
    found = occasion(environment)
    assert (found.event, found.branch, found.target) == ("push", branch, None)


@pytest.mark.parametrize(
    ("environment", "branch", "target"),
    [
        (
            GITHUB | {"GITHUB_EVENT_NAME": "pull_request", "GITHUB_BASE_REF": "release/1.2", "GITHUB_HEAD_REF": "fix",
                      "GITHUB_REF_NAME": "12/merge"},
            "fix", "release/1.2",
        ),
        (
            GITHUB | {"GITHUB_EVENT_NAME": "pull_request_target", "GITHUB_BASE_REF": "main", "GITHUB_HEAD_REF": "fix"},
            "fix", "main",
        ),
        (
            GITHUB | {"GITHUB_EVENT_NAME": "merge_group",
                      "GITHUB_REF": "refs/heads/gh-readonly-queue/release/1.2/pr-12-0123abc",
                      "GITHUB_REF_NAME": "gh-readonly-queue/release/1.2/pr-12-0123abc"},
            "gh-readonly-queue/release/1.2/pr-12-0123abc", "release/1.2",
        ),
        (
            GITLAB | {"CI_PIPELINE_SOURCE": "merge_request_event", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
                      "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME": "fix", "CI_COMMIT_REF_NAME": "fix"},
            "fix", "main",
        ),
        (
            AZURE | {"BUILD_REASON": "PullRequest", "SYSTEM_PULLREQUEST_TARGETBRANCH": "refs/heads/main",
                     "SYSTEM_PULLREQUEST_SOURCEBRANCH": "refs/heads/fix", "BUILD_SOURCEBRANCH": "refs/pull/1/merge"},
            "fix", "main",
        ),
        (
            BITBUCKET | {"BITBUCKET_PR_ID": "3", "BITBUCKET_PR_DESTINATION_BRANCH": "main", "BITBUCKET_BRANCH": "fix"},
            "fix", "main",
        ),
        (JENKINS | {"CHANGE_TARGET": "main", "CHANGE_BRANCH": "fix", "BRANCH_NAME": "PR-3"}, "fix", "main"),
        (
            BUILDKITE | {"BUILDKITE_PULL_REQUEST": "3", "BUILDKITE_PULL_REQUEST_BASE_BRANCH": "main",
                         "BUILDKITE_BRANCH": "fix"},
            "fix", "main",
        ),
        (
            TRAVIS | {"TRAVIS_PULL_REQUEST": "3", "TRAVIS_BRANCH": "main", "TRAVIS_PULL_REQUEST_BRANCH": "fix"},
            "fix", "main",
        ),
    ],
)  # fmt: skip
def test_a_change_has_the_branch_that_it_is_meant_for(environment: dict[str, str], branch: str, target: str) -> None:
    found = occasion(environment)
    assert (found.event, found.branch, found.target) == ("change", branch, target)


@pytest.mark.parametrize(
    "environment",
    [
        GITHUB | {"GITHUB_EVENT_NAME": "pull_request_review", "GITHUB_REF_NAME": "12/merge", "GITHUB_BASE_REF": ""},
        GITHUB | {"GITHUB_EVENT_NAME": "merge_group", "GITHUB_REF": "refs/heads/other", "GITHUB_REF_NAME": "other"},
        GITLAB | {"CI_PIPELINE_SOURCE": "merge_request_event"},
        AZURE | {"BUILD_REASON": "PullRequest"},
        BITBUCKET | {"BITBUCKET_PR_ID": "3", "BITBUCKET_BRANCH": "fix"},
        CIRCLE | {"CIRCLE_PULL_REQUEST": "https://forge.example/pull/3", "CIRCLE_BRANCH": "fix"},
        BUILDKITE | {"BUILDKITE_PULL_REQUEST": "3", "BUILDKITE_BRANCH": "fix"},
        TRAVIS | {"TRAVIS_PULL_REQUEST": "3"},
    ],
)
def test_a_change_whose_target_nobody_tells_is_a_change_all_the_same(environment: dict[str, str]) -> None:
    found = occasion(environment)
    assert (found.event, found.target) == ("change", None)


@pytest.mark.parametrize(
    ("environment", "service"),
    [
        (GITHUB, "GitHub Actions, event unknown"),
        (GITLAB, "GitLab CI"),
        (AZURE, "Azure Pipelines"),
        (BITBUCKET, "Bitbucket Pipelines"),
        (CIRCLE, "CircleCI"),
        (JENKINS, "Jenkins"),
        (BUILDKITE, "Buildkite"),
        (TRAVIS, "Travis CI"),
    ],
)
def test_a_service_that_tells_no_branch_chooses_no_gate(environment: dict[str, str], service: str) -> None:
    assert occasion(environment) == (None, None, None, f"{service} tells no branch")


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"CI": "true"},
        {"GITHUB_ACTIONS": "false", "GITHUB_REF_NAME": "main"},
        {"GITHUB_REF_NAME": "main"},
        {"GITLAB_CI": "", "CI_COMMIT_BRANCH": "main"},
        {"BRANCH_NAME": "main"},
    ],
)
def test_outside_of_the_services_nothing_is_built(environment: dict[str, str]) -> None:
    assert occasion(environment) == NO_OCCASION


def test_the_first_service_counts_where_two_are_told() -> None:
    assert occasion(GITHUB | JENKINS | {"GITHUB_REF_NAME": "a", "BRANCH_NAME": "b"}).branch == "a"


def test_what_is_built_is_not_looked_at_where_the_configuration_says_so() -> None:
    environment = GITHUB | {"GITHUB_EVENT_NAME": "push", "GITHUB_REF_NAME": "main"}
    assert in_environment(environment).policy.occasion.branch == "main"
    local = in_environment(environment | {"PYSENTRY_HOOK_DEFAULTS_NO_CI_DETECT": "1"})
    assert local.policy.occasion == NO_OCCASION


def test_the_branch_that_is_built_chooses_the_gate(run: Run, tmp_path: Path) -> None:
    (tmp_path / ".pysentry-hook.toml").write_text(
        '[gates.release]\nbranches = ["main", "release/*"]\nfail_on = "low"\n', encoding="utf-8"
    )
    push = GITHUB | {"GITHUB_EVENT_NAME": "push", "GITHUB_REF_NAME": "release/1.2"}
    assert run("config", "show", env=push).stdout.endswith(
        "Here and now judges gate release: branch release/1.2 (GitHub Actions, event push) "
        "matches release/* of gate release (.pysentry-hook.toml:2)\n"
    )
    change = GITHUB | {"GITHUB_EVENT_NAME": "pull_request", "GITHUB_BASE_REF": "main", "GITHUB_HEAD_REF": "fix"}
    assert "judges gate change: a change to main (GitHub Actions, event pull_request)" in (
        run("config", "show", env=change).stdout
    )
    assert "judges gate default: no gate has the branch other" in (
        run("config", "show", env=push | {"GITHUB_REF_NAME": "other"}).stdout
    )
