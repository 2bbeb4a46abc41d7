"""Which files run the hook, whatever they are called and however many there are."""

import pytest

from tests.builders import a_uv_lock
from tests.e2e.hook.hooking import IDNA, Project

pytestmark = pytest.mark.network  # the hook environments are installed from the package registry

NAMES = (
    "--output=x/requirements.txt",
    "--help/requirements.txt",
    "-v/requirements.txt",
    "--changed-file=README.md/requirements.txt",
    "with a space/requirements-dev.txt",
    "with 'quotes' and \"quotes\"/requirements.txt",
    "größer/requirements.txt",
    "依存/requirements.txt",
    "new\nline/requirements.txt",
    "$(touch x)/requirements.txt",
    "{a,b}*/requirements.txt",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_read_whatever_it_is_called(project: Project, name: str) -> None:
    project.begun(IDNA)
    project.stage(name, "requests==2.30.0\n")
    lines = project.commit().of(1).lines()
    assert lines[0] == "pysentry-hook: blocked. This commit brings in requests 2.30.0 with 1 known vulnerability."
    assert lines[1].strip().startswith(f"{name.replace(chr(10), ' ')}:1 ")
    assert sorted(each.name for each in project.folder.iterdir() if each.is_file()) == [
        ".pre-commit-config.yaml",
        "uv.lock",
    ]


def test_300_locks_are_judged_by_one_process(project: Project) -> None:
    project.begun(IDNA)
    for number in range(300):
        project.write(f"services/{number}/uv.lock", a_uv_lock((f"package-{number}", "1.0"), project=f"shop-{number}"))
    project.git("add", "services")
    assert project.commit().of(0).lines() == [
        "pysentry-hook: 300 new versions of this commit checked, no known vulnerabilities."
    ]


def test_of_300_locks_those_that_block_are_told(project: Project) -> None:
    for number in range(300):
        project.write(f"services/{number}/uv.lock", a_uv_lock(("requests", f"2.{number % 40}.0"), project="shop"))
    project.git("add", "services")
    lines = project.commit().of(1).lines()
    assert lines[0].startswith("pysentry-hook: blocked. This commit brings in 237 packages with 237 known")
    assert len(lines) <= 24


def test_a_file_that_is_not_in_the_index_is_told(project: Project) -> None:
    project.begun(IDNA)
    project.write("api/uv.lock", a_uv_lock(IDNA))
    assert project.tool("run", "--files", "api/uv.lock").of(0).lines() == [
        "pysentry-hook: api/uv.lock is not in this commit, so it was not read"
    ]


def test_a_requirements_file_beside_a_lock_is_said_to_be_unread(project: Project) -> None:
    project.begun(IDNA)
    project.stage("requirements.txt", "requests==2.30.0\n")
    assert project.commit().of(0).lines() == [
        "pysentry-hook: requirements.txt was not read: uv.lock has precedence",
    ]


def test_a_file_that_nobody_can_read_is_told_and_the_others_are_judged(project: Project) -> None:
    project.begun(IDNA)
    project.stage("api/uv.lock", "version = [\n")
    project.stage("web/uv.lock", a_uv_lock(("requests", "2.30.0")))
    shown = project.commit().of(1)
    assert "web/uv.lock:15 " in shown.text
    assert "incomplete: api/uv.lock: line 1: is not valid TOML" in shown.text
