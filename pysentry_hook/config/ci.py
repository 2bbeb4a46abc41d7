"""Which branch is built, and for which branch is a change meant? As the usual CI services tell it."""

from collections.abc import Callable, Mapping

from pysentry_hook.rules import NO_OCCASION, Occasion

Environment = Mapping[str, str]
_QUEUE = "gh-readonly-queue/"


def occasion(environment: Environment) -> Occasion:
    """Return what is built; NO_OCCASION outside of the services that are known here."""
    for variable, value, read in _SERVICES:
        if environment.get(variable) and value in {None, environment[variable]}:
            return read(environment)
    return NO_OCCASION


def _push(branch: str | None, service: str) -> Occasion:
    name = _short(branch)
    return Occasion("push" if name else None, name, None, service if name else f"{service} tells no branch")


def _change(target: str | None, branch: str | None, service: str) -> Occasion:
    return Occasion("change", _short(branch), _short(target), service)


def _short(ref: str | None) -> str | None:
    """The name of a branch or tag without what git writes before it."""
    for prefix in ("refs/heads/", "refs/tags/"):
        ref = ref.removeprefix(prefix) if ref else None
    return ref or None


def _github(known: Environment) -> Occasion:
    """See https://docs.github.com/actions/reference/workflows-and-actions/variables."""
    event, branch = known.get("GITHUB_EVENT_NAME", ""), known.get("GITHUB_REF_NAME")
    service = f"GitHub Actions, event {event or 'unknown'}"
    if event.startswith("pull_request"):
        return _change(known.get("GITHUB_BASE_REF"), known.get("GITHUB_HEAD_REF"), service)
    if event == "merge_group":
        # refs/heads/gh-readonly-queue/main/pr-12-0123abc: the branch that the queue is of stands between
        target = (_short(known.get("GITHUB_REF")) or "").removeprefix(_QUEUE).rpartition("/")[0]
        return _change(target or None, branch, service)
    return _push(branch, service)


def _gitlab(known: Environment) -> Occasion:
    """See https://docs.gitlab.com/ci/variables/predefined_variables/."""
    target = known.get("CI_MERGE_REQUEST_TARGET_BRANCH_NAME")
    if known.get("CI_PIPELINE_SOURCE") == "merge_request_event" or target:
        return _change(target, known.get("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME"), "GitLab CI, merge request")
    return _push(
        known.get("CI_COMMIT_TAG") or known.get("CI_COMMIT_BRANCH") or known.get("CI_COMMIT_REF_NAME"), "GitLab CI"
    )


def _azure(known: Environment) -> Occasion:
    """See https://learn.microsoft.com/azure/devops/pipelines/build/variables."""
    target = known.get("SYSTEM_PULLREQUEST_TARGETBRANCH")
    if known.get("BUILD_REASON") == "PullRequest" or target:
        return _change(target, known.get("SYSTEM_PULLREQUEST_SOURCEBRANCH"), "Azure Pipelines, pull request")
    return _push(known.get("BUILD_SOURCEBRANCH"), "Azure Pipelines")


def _bitbucket(known: Environment) -> Occasion:
    """See https://support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets/."""
    if known.get("BITBUCKET_PR_ID"):
        target, branch = known.get("BITBUCKET_PR_DESTINATION_BRANCH"), known.get("BITBUCKET_BRANCH")
        return _change(target, branch, "Bitbucket Pipelines, pull request")
    return _push(known.get("BITBUCKET_TAG") or known.get("BITBUCKET_BRANCH"), "Bitbucket Pipelines")


def _circle(known: Environment) -> Occasion:
    """See https://circleci.com/docs/variables/; it tells no target of a change."""
    if known.get("CIRCLE_PULL_REQUEST"):
        return _change(None, known.get("CIRCLE_BRANCH"), "CircleCI, pull request")
    return _push(known.get("CIRCLE_TAG") or known.get("CIRCLE_BRANCH"), "CircleCI")


def _jenkins(known: Environment) -> Occasion:
    """See https://www.jenkins.io/doc/book/pipeline/multibranch/."""
    if known.get("CHANGE_TARGET"):
        return _change(known["CHANGE_TARGET"], known.get("CHANGE_BRANCH"), "Jenkins, change request")
    branch = known.get("TAG_NAME") or known.get("BRANCH_NAME") or known.get("GIT_BRANCH", "").removeprefix("origin/")
    return _push(branch, "Jenkins")


def _buildkite(known: Environment) -> Occasion:
    """See https://buildkite.com/docs/pipelines/environment-variables."""
    if known.get("BUILDKITE_PULL_REQUEST", "false") != "false":
        target, branch = known.get("BUILDKITE_PULL_REQUEST_BASE_BRANCH"), known.get("BUILDKITE_BRANCH")
        return _change(target, branch, "Buildkite, pull request")
    return _push(known.get("BUILDKITE_TAG") or known.get("BUILDKITE_BRANCH"), "Buildkite")


def _travis(known: Environment) -> Occasion:
    """See https://docs.travis-ci.com/user/environment-variables/; of a pull request the branch is the target."""
    if known.get("TRAVIS_PULL_REQUEST", "false") != "false":
        return _change(known.get("TRAVIS_BRANCH"), known.get("TRAVIS_PULL_REQUEST_BRANCH"), "Travis CI, pull request")
    return _push(known.get("TRAVIS_TAG") or known.get("TRAVIS_BRANCH"), "Travis CI")


_SERVICES: tuple[tuple[str, str | None, Callable[[Environment], Occasion]], ...] = (
    ("GITHUB_ACTIONS", "true", _github),
    ("GITLAB_CI", None, _gitlab),
    ("TF_BUILD", None, _azure),
    ("BITBUCKET_BUILD_NUMBER", None, _bitbucket),
    ("CIRCLECI", None, _circle),
    ("JENKINS_URL", None, _jenkins),
    ("BUILDKITE", None, _buildkite),
    ("TRAVIS", None, _travis),
)
"""A variable by which each service is known, its value where only one will do, and who reads the rest."""
