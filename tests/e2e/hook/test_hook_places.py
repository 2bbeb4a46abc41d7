"""Worktrees, submodules, projects in folders and workspaces: the hook judges what is committed, wherever it is."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.builders import a_uv_lock
from tests.e2e.hook.hooking import CLEAN, COMMIT, IDNA, OLD, PUSH, Project

pytestmark = pytest.mark.network  # the hook environments are installed from the package registry

BLOCKED = "pysentry-hook: blocked. This commit brings in requests 2.30.0 with 1 known vulnerability."
PASSED = "pysentry-hook: 1 new version of this commit checked, no known vulnerabilities."
ACCEPTED = """\
[project]
name = "api"
version = "1.0"

[[tool.pysentry-hook.suppressions]]
id = "CVE-2099-0001"
reason = "the path is closed"
expires = {last}
"""


def accepted() -> str:
    return ACCEPTED.format(last=datetime.now(UTC).date() + timedelta(days=100))


def test_a_commit_in_a_worktree_is_judged_by_its_own_index(project: Project) -> None:
    project.begun(IDNA)
    project.lock(IDNA, OLD)
    project.git("worktree", "add", "-q", "-b", "other", "../tree", "HEAD")
    tree = project.at(project.folder.parent / "tree")
    tree.lock(IDNA, CLEAN)
    assert tree.commit().of(0).lines() == [PASSED]
    tree.lock(IDNA, OLD)
    assert tree.commit().of(1).lines()[0] == BLOCKED


def test_a_commit_in_a_submodule_is_judged_there_and_its_superproject_is_not_read(project: Project) -> None:
    other = Project(project.house, project.folder.parent / "library", project.environment)
    other.begun(IDNA)
    project.begun(OLD)
    project.git("submodule", "--quiet", "add", str(other.folder), "library")
    project.commit("--no-verify").of(0)
    module = project.at(project.folder / "library")
    hooks = project.folder / ".git" / "modules" / "library" / "hooks"
    for script in (project.house.template / "hooks").iterdir():
        (hooks / script.name).write_bytes(script.read_bytes())
        (hooks / script.name).chmod(0o755)
    module.lock(IDNA, OLD)
    assert module.commit().of(1).lines()[0] == BLOCKED
    module.lock(IDNA, CLEAN)
    assert module.commit().of(0).lines() == [PASSED]
    project.git("add", "library")
    assert project.commit().of(0).lines() == []


def test_a_project_in_a_folder_is_judged_by_its_own_configuration(project: Project) -> None:
    project.begun(IDNA)
    project.stage("api/pyproject.toml", accepted())
    project.lock(OLD, path="api/uv.lock")
    project.lock(("six", "1.0"), path="web/uv.lock")
    assert project.commit().of(0).lines() == [
        "pysentry-hook (api): 1 new version of this commit checked, nothing that blocks.",
        "pysentry-hook: 1 new version of this commit checked, no known vulnerabilities.",
    ]
    project.lock(OLD, path="web/uv.lock")
    lines = project.commit().of(1).lines()
    assert lines[0] == BLOCKED
    assert lines[1].startswith("  web/uv.lock:15 ")
    assert "Fix (not tried):  uv lock --directory web --upgrade-package requests && git add web/uv.lock" in lines


def test_a_member_of_a_workspace_is_read_with_the_lock_of_the_workspace(project: Project) -> None:
    member = '[project]\nname = "api"\nversion = "1.0"\ndependencies = ["{}"]\n'
    lock = a_uv_lock(IDNA) + (
        '\n[manifest]\nmembers = ["api", "shop"]\n\n[[package]]\nname = "api"\nversion = "1.0"\n'
        'source = { editable = "packages/api" }\n'
    )
    project.stage("uv.lock", lock)
    project.stage("packages/api/pyproject.toml", member.format("idna"))
    project.commit("--no-verify").of(0)
    project.stage("packages/api/pyproject.toml", member.format("requests"))
    assert project.commit().of(0).lines() == [
        (
            "pysentry-hook: packages/api/pyproject.toml changed its dependencies and uv.lock did not change: "
            "lock the project again"
        )
    ]
    project.stage("packages/api/pyproject.toml", member.format("requests>=2"))
    project.stage("uv.lock", lock.replace(a_uv_lock(IDNA), a_uv_lock(IDNA, OLD)))
    assert project.commit().of(1).lines()[0] == BLOCKED


def test_who_commits_from_a_folder_is_told_what_runs_there(project: Project) -> None:
    project.begun(IDNA)
    project.lock(OLD, path="api/uv.lock")
    lines = project.at(project.folder / "api").commit().of(1).lines()
    assert lines[1].startswith("  uv.lock:15 ")
    assert "Fix (not tried):  uv lock --upgrade-package requests && git add uv.lock" in lines


def test_prek_may_run_the_hook_in_the_folder_of_a_project(project: Project) -> None:
    if project.house.tool != "prek":
        pytest.skip("pre-commit knows one configuration, at the root of a repository")
    project.begun(IDNA)
    project.stage("api/.pre-commit-config.yaml", project.house.configuration())
    project.lock(OLD, path="api/uv.lock")
    lines = project.commit().of(1).lines(COMMIT)
    assert lines[0] == BLOCKED
    assert lines[1].startswith("  api/uv.lock:15 ")  # as it is seen from where the commit was made
    project.lock(CLEAN, path="api/uv.lock")
    assert project.commit().of(0).lines(COMMIT) == [PASSED]
    assert PUSH not in project.commit("--allow-empty").text
