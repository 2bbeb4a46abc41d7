"""What a commit of a manifest is told, with its lock and without one."""

import pytest

from tests.e2e.hook.hooking import IDNA, Project
from tests.e2e.hook.test_hook_commits import BLOCKED, PASSED
from tests.upstream import Upstream

pytestmark = pytest.mark.network  # the hook environments are installed from the package registry


def manifest(*dependencies: str, more: str = "") -> str:
    listed = ", ".join(f'"{each}"' for each in dependencies)
    return f'[project]\nname = "shop"\nversion = "1.0"\ndependencies = [{listed}]\n{more}'


def test_a_manifest_without_a_lock_is_not_resolved_and_its_pins_are_checked(project: Project) -> None:
    project.stage("pyproject.toml", manifest("idna==3.4"))
    project.commit("--no-verify").of(0)
    project.stage("pyproject.toml", manifest("idna==3.4", "requests==2.30.0", "flask>=2"))
    assert project.commit().of(1).lines()[0] == BLOCKED
    project.stage("pyproject.toml", manifest("idna==3.4", "requests==2.31.0", "flask>=2"))
    lines = project.commit().of(0).lines()
    assert lines[0] == PASSED
    assert lines[1].startswith("not checked: flask: ")
    assert lines[2:] == [
        "note: pyproject.toml: it is no lock: what these pins bring in themselves is not in it and was not checked."
    ]


@pytest.mark.parametrize(
    "changed",
    [
        manifest("idna", "requests"),
        manifest("idna", more='[tool.uv]\noverride-dependencies = ["idna==3.4"]\n'),
        manifest("idna", more='[tool.uv]\noverride-dependencies = ["idna @ https://a.example/idna.zip"]\n'),
    ],
    ids=["requirement", "override", "override by a URL"],
)
def test_a_manifest_that_asks_for_other_versions_than_its_lock_was_made_for_is_told(
    project: Project, changed: str
) -> None:
    project.stage("pyproject.toml", manifest("idna"))
    project.begun(IDNA)
    project.stage("pyproject.toml", changed)
    assert project.commit().of(0).lines() == [
        "pysentry-hook: pyproject.toml changed its dependencies and uv.lock did not change: lock the project again"
    ]


def test_a_manifest_that_is_named_without_a_change_is_not_said_to_have_changed(project: Project) -> None:
    project.stage("pyproject.toml", manifest("idna"))
    project.begun(IDNA)
    assert project.tool("run", "--files", "pyproject.toml").of(0).lines() == [
        "pysentry-hook: 1 package of this commit checked, no known vulnerabilities.",
        "nothing is staged, so everything is judged",
    ]


def test_other_changes_of_a_manifest_say_nothing(project: Project, upstream: Upstream) -> None:
    project.stage("pyproject.toml", manifest("idna"))
    project.begun(IDNA)
    project.stage("pyproject.toml", manifest("idna", more="[tool.ruff]\nline-length = 88\n"))
    shown = project.commit().of(0)
    assert "Passed" in shown.text
    assert shown.lines() == []
    assert upstream.requests == []
