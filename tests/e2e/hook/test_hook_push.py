"""What is pushed is judged as a whole, by the gate of pushes."""

import pytest

from tests.e2e.hook.hooking import CLEAN, IDNA, OLD, PUSH, Done, Project
from tests.resolvers.index import Release, serve

pytestmark = pytest.mark.network  # the hook environments are installed from the package registry

PASSED = "pysentry-hook: 1 package of this push checked, no known vulnerabilities."


@pytest.fixture
def remote(project: Project) -> Project:
    """A project with a remote that is a bare repository."""
    project.git("init", "-q", "--bare", "--template=", "../remote")
    project.git("remote", "add", "origin", "../remote")
    return project


def push(project: Project, *words: str, **environment: str) -> Done:
    return project.run("git", "push", "-q", "origin", *words, **environment)


def pushed(project: Project) -> str:
    return project.git("ls-remote", "--heads", "origin")


def test_a_new_branch_is_judged_whole(remote: Project) -> None:
    remote.begun(OLD)
    shown = push(remote, "main").of(1)
    assert shown.lines(PUSH)[:3] == [
        "pysentry-hook: blocked. This push holds requests 2.30.0 with 1 known vulnerability.",
        "  uv.lock:15   requests 2.30.0   way in: shop > requests",
        "  HIGH  CVE-2099-0001  fixed in 2.31.0",
    ]
    assert pushed(remote) == ""
    remote.begun(CLEAN)
    assert push(remote, "main").of(0).lines(PUSH)[0] == PASSED
    assert pushed(remote).endswith("refs/heads/main")


def test_an_existing_branch_is_judged_whole_too(remote: Project) -> None:
    remote.begun(OLD)
    push(remote, "--no-verify", "main").of(0)
    remote.stage("README.md", "Hello\n")
    remote.commit("--no-verify").of(0)
    assert "This push holds requests 2.30.0" in push(remote, "main").of(1).said(PUSH)
    remote.begun(CLEAN)
    assert push(remote, "main").of(0).lines(PUSH)[0] == PASSED


def test_what_is_pushed_counts_and_not_what_is_checked_out(remote: Project) -> None:
    remote.begun(CLEAN)
    remote.git("checkout", "-q", "-b", "topic")
    remote.begun(OLD)
    assert push(remote, "main").of(0).lines(PUSH)[0] == PASSED
    remote.git("checkout", "-q", "main")
    assert "requests 2.30.0" in push(remote, "topic").of(1).said(PUSH)


def test_every_project_of_the_repository_is_judged(remote: Project) -> None:
    remote.lock(IDNA)
    remote.begun(OLD, path="services/api/uv.lock")
    remote.stage("README.md", "Hello\n")
    remote.commit("--no-verify").of(0)
    assert "  services/api/uv.lock:15 " in push(remote, "main").of(1).said(PUSH)


def test_both_hooks_can_be_run_by_hand(remote: Project) -> None:
    remote.begun(OLD)
    shown = remote.tool("run", "--hook-stage", "manual", "--all-files").of(1)
    assert "This commit holds requests 2.30.0" in shown.said()
    assert "This push holds requests 2.30.0" in shown.said(PUSH)


def test_a_branch_that_is_deleted_is_no_trouble(remote: Project) -> None:
    remote.begun(CLEAN)
    push(remote, "--no-verify", "main", "main:topic").of(0)
    push(remote, ":topic").of(0)
    assert pushed(remote).count("refs/heads/") == 1


def test_the_hook_of_pushes_brings_a_resolver_along(remote: Project) -> None:
    manifest = '[project]\nname = "shop"\nversion = "1.0"\nrequires-python = ">=3.11"\ndependencies = ["shop-web"]\n'
    remote.stage("pyproject.toml", manifest)
    remote.commit("--no-verify").of(0)
    with serve([Release("shop-web", "1.0", ("requests<2.31",)), Release("requests", "2.30.0")]) as index:
        own = {"UV_DEFAULT_INDEX": index.url, "UV_CACHE_DIR": str(remote.folder.parent / "uv")}
        said = push(remote, "main", PYSENTRY_HOOK_SOURCES_MIRRORS=index.url, **own).of(1).said(PUSH)
    assert "This push holds requests 2.30.0" in said
    assert "  pyproject.toml:5   requests 2.30.0   way in: shop > shop-web > requests" in said
