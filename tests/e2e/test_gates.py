"""The gate is chosen by the build, and the report says why it is this one."""

from collections.abc import Mapping

import pytest

from tests.builders import a_record
from tests.conftest import Run
from tests.e2e.repository import Repository, a_repository, decisions

pytestmark = pytest.mark.unmeasured  # other tests measure what these run

LOW = a_record("PYSEC-2099-2", "idna", fixed="3.7", aliases=["CVE-2099-0002"], database_specific={"severity": "LOW"})
HIGH = a_record("PYSEC-2099-1", fixed="2.31.0", aliases=["CVE-2099-0001"], database_specific={"severity": "HIGH"})
CONFIG = """\
[tool.pysentry-hook.gates.release]
branches = ["main", "release/*", "v*"]
fail_on = "low"
"""


@pytest.fixture
def shop(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """A repository with a low finding that gate release blocks and gate default does not."""
    made = a_repository(run, tmp_path_factory.mktemp("gates"), LOW, HIGH)
    made.lock("idna 3.4")
    made.write("pyproject.toml", CONFIG)
    return made


def github(event: str, ref: str, **more: str) -> dict[str, str]:
    return {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": event, "GITHUB_REF_NAME": ref, "CI": "true", **more}


def gitlab(**more: str) -> dict[str, str]:
    return {"GITLAB_CI": "true", "CI": "true", **more}


RELEASE = "main of gate release (pyproject.toml:2)"
QUEUE = "gh-readonly-queue/release/1.2/pr-7-0123abc"
BUILDS: dict[str, tuple[Mapping[str, str], str, str, int]] = {
    "a push to main": (
        github("push", "main"), "release", f"branch main (GitHub Actions, event push) matches {RELEASE}", 1,
    ),
    "a push to a branch of releases": (
        github("push", "release/1.2"),
        "release",
        "branch release/1.2 (GitHub Actions, event push) matches release/* of gate release (pyproject.toml:2)",
        1,
    ),
    "a push elsewhere": (
        github("push", "feature"), "default", "no gate has the branch feature (GitHub Actions, event push)", 0,
    ),
    "a tag": (
        github("push", "v1.0", GITHUB_REF="refs/tags/v1.0", GITHUB_REF_TYPE="tag"),
        "release",
        "branch v1.0 (GitHub Actions, event push) matches v* of gate release (pyproject.toml:2)",
        1,
    ),
    "a schedule": (
        github("schedule", "main"), "release", f"branch main (GitHub Actions, event schedule) matches {RELEASE}", 1,
    ),
    "a pull request for main": (
        github("pull_request", "7/merge", GITHUB_BASE_REF="main", GITHUB_HEAD_REF="feature"),
        "change",
        f"a change to main (GitHub Actions, event pull_request); thresholds of the gate of main: {RELEASE}",
        1,
    ),
    "a pull request from a branch of a fork that is called main": (
        github("pull_request_target", "main", GITHUB_BASE_REF="topic", GITHUB_HEAD_REF="main"),
        "change",
        "a change to topic (GitHub Actions, event pull_request_target)",
        0,
    ),
    "the merge queue of a branch of releases": (
        github("merge_group", QUEUE, GITHUB_REF=f"refs/heads/{QUEUE}"),
        "change",
        "a change to release/1.2 (GitHub Actions, event merge_group); "  # noqa: ISC004
        "thresholds of the gate of release/1.2: release/* of gate release (pyproject.toml:2)",
        1,
    ),
    "a branch on GitLab": (
        gitlab(CI_COMMIT_BRANCH="main"), "release", f"branch main (GitLab CI) matches {RELEASE}", 1,
    ),
    "a tag on GitLab": (
        gitlab(CI_COMMIT_TAG="v2"), "release", "branch v2 (GitLab CI) matches v* of gate release (pyproject.toml:2)", 1,
    ),
    "a merge request on GitLab": (
        gitlab(
            CI_PIPELINE_SOURCE="merge_request_event",
            CI_MERGE_REQUEST_TARGET_BRANCH_NAME="main",
            CI_MERGE_REQUEST_SOURCE_BRANCH_NAME="feature",
            CI_COMMIT_REF_NAME="feature",
        ),
        "change",
        f"a change to main (GitLab CI, merge request); thresholds of the gate of main: {RELEASE}",
        1,
    ),
    "a service that is not known": ({"CI": "true"}, "default", "no gate was named, and no CI was recognised", 0),
    "no build": ({"GITHUB_ACTIONS": "false"}, "default", "no gate was named, and no CI was recognised", 0),
    "a build that shall not count": (
        github("push", "main", PYSENTRY_HOOK_DEFAULTS_NO_CI_DETECT="true"),
        "default",
        "no gate was named, and no CI was recognised",
        0,
    ),
}  # fmt: skip


@pytest.mark.parametrize("build", BUILDS)
def test_the_build_chooses_the_gate_and_the_report_says_why(shop: Repository, build: str) -> None:
    environment, name, why, code = BUILDS[build]
    report = shop.report(env=environment)
    assert (report["gate"]["names"], report["gate"]["why"], report["exit"]) == ([name], why, code)


def test_the_reason_for_the_gate_is_told_to_people_as_well(shop: Repository) -> None:
    environment = github("push", "main")
    told = shop.scan(env=environment).stdout
    assert f"Judged by gate release: branch main (GitHub Actions, event push) matches {RELEASE}." in told
    assert 'Gate release: blocked. 1 finding blocks (fail_on = "low", pyproject.toml:3).' in told
    assert "Judged by gate release as of " in shop.scan("gate", env=environment).stdout
    here = shop.scan("..", env=environment, cwd=shop.write("docs/x", "").parent).stdout
    assert 'fail_on = "low", ../pyproject.toml:3' in here


def test_a_pull_request_is_judged_by_what_it_brings_in(shop: Repository) -> None:
    shop.commit()
    environment = github("pull_request", "7/merge", GITHUB_BASE_REF="main", GITHUB_HEAD_REF="feature")
    old = shop.report("--against", "HEAD", env=environment)
    assert (old["exit"], decisions(old)) == (0, {"CVE-2099-0002": "pass"})
    assert old["findings"][0]["verdict"]["rule"] == "gates.change.only_introduced"
    shop.lock("idna 3.4", "requests 2.30.0")
    new = shop.report("--against", "HEAD", env=environment)
    assert (new["exit"], decisions(new)) == (1, {"CVE-2099-0002": "pass", "CVE-2099-0001": "block"})
    assert new["findings"][1]["verdict"]["location"] == {"path": "pyproject.toml", "line": 3}


def test_a_pull_request_without_a_baseline_is_judged_whole_and_says_so(shop: Repository) -> None:
    environment = github("pull_request", "7/merge", GITHUB_BASE_REF="main")
    report = shop.report(env=environment)
    assert report["exit"] == 1
    assert report["gate"]["notes"] == [
        "there is no baseline to compare with (--against), so gate change judges everything"
    ]


def test_two_gates_of_a_branch_judge_both_and_the_worse_decision_holds(shop: Repository) -> None:
    lenient = '[tool.pysentry-hook.gates.all]\nbranches = ["*"]\nfail_on = "never"\nunchecked = "block"\n'
    shop.write("pyproject.toml", lenient + CONFIG)
    report = shop.report(env=github("push", "main"))
    assert report["gate"]["names"] == ["all", "release"]
    assert report["gate"]["why"] == (
        "branch main (GitHub Actions, event push) matches * of gate all (pyproject.toml:2) "
        "and main of gate release (pyproject.toml:6)"
    )
    assert (report["exit"], report["findings"][0]["verdict"]["rule"]) == (1, "gates.release.fail_on")
    assert set(report["policy"]["effective"]) == {"all", "release"}


def test_a_gate_that_is_named_judges_whatever_is_built(shop: Repository) -> None:
    for words, environment in ((["--gate", "release"], {}), ([], {"PYSENTRY_HOOK_GATE": "release"})):
        report = shop.report(*words, env={**github("push", "feature"), **environment})
        assert (report["exit"], report["gate"]["names"]) == (1, ["release"])
    assert shop.report("--gate", "default", env=github("push", "main"))["exit"] == 0


def test_the_gate_of_a_change_that_is_named_takes_the_thresholds_of_the_target_as_well(shop: Repository) -> None:
    environment = github("pull_request", "7/merge", GITHUB_BASE_REF="main")
    report = shop.report("--gate", "change", env=environment)
    assert report["gate"]["why"] == f"--gate change; thresholds of the gate of main: {RELEASE}"
    assert (report["exit"], report["policy"]["effective"]["change"]["fail_on"]) == (1, "low")
    assert shop.report("--gate", "change")["exit"] == 0


@pytest.mark.parametrize(
    ("words", "environment", "said"),
    [
        (["--gate", "relase"], {}, "--gate: there is no gate 'relase'"),
        ([], {"PYSENTRY_HOOK_GATE": "x"}, "PYSENTRY_HOOK_GATE: there is no gate 'x'"),
    ],
)
def test_a_gate_that_is_not_there_is_answered_with_those_that_are(
    shop: Repository, words: list[str], environment: Mapping[str, str], said: str
) -> None:
    done = shop.scan(*words, env=environment)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"error: {said}; known: default, commit, change, push, release\n"


def test_a_built_in_gate_is_overridden_key_by_key(shop: Repository) -> None:
    shop.write("pyproject.toml", '[tool.pysentry-hook.gates.commit]\nfail_on = "low"\n')
    report = shop.report("--gate", "commit")
    assert report["exit"] == 1
    settings = report["policy"]["effective"]["commit"]
    assert {key: settings[key] for key in ("fail_on", "only_introduced", "unknown_severity")} == {
        "fail_on": "low",
        "only_introduced": "true",
        "unknown_severity": "warn",
    }


def test_the_nearest_file_counts_and_the_root_of_the_repository_says_the_rest(shop: Repository) -> None:
    shop.write("pyproject.toml", '[tool.pysentry-hook.defaults]\nfail_on = "low"\nunchecked = "block"\n')
    shop.write("api/.pysentry-hook.toml", '[defaults]\nfail_on = "high"\n')
    shop.lock("idna 3.4", folder="api")
    report = shop.report("api")
    assert (report["exit"], report["findings"][0]["verdict"]["location"]) == (
        0,
        {"path": "api/.pysentry-hook.toml", "line": 2},
    )
    assert report["policy"]["effective"]["default"]["unchecked"] == "block"
    assert [entry["path"] for entry in report["policy"]["files"]] == ["api/.pysentry-hook.toml", "pyproject.toml"]
    assert shop.report()["exit"] == 1
    assert shop.report("--no-config")["policy"]["files"] == []
