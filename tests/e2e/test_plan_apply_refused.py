"""`plan --apply` that may not be: nothing is touched, no code runs, nobody is asked, and one line says why."""

import pytest

from pysentry_hook.reports.plan_words import APPLIED
from tests.builders import a_record
from tests.e2e.conftest import Projects
from tests.e2e.project import SIX, Project
from tests.e2e.repository import git
from tests.resolvers.index import Release

pytestmark = pytest.mark.unmeasured  # other tests measure what these run


def refused(project: Project, why: str, *words: object) -> None:
    """It is refused with that reason, and nothing is touched; `--force` does not help unless the reason says so."""
    before = project.state()
    done = project.apply(*words)
    assert (done.returncode, project.state()) == (2, before), done.stderr
    assert done.stderr.startswith(f"error: --apply: {why}"), done.stderr
    assert APPLIED not in done.stdout


@pytest.mark.parametrize("state", ["changed", "staged", "untracked", "ignored"])
def test_a_file_that_git_does_not_have_as_it_is_is_named(shops: Projects, state: str) -> None:
    project = shops(*SIX)
    project.write(".gitignore", "uv.lock\n" if state == "ignored" else "")
    project.locked("six<1.1")
    name = "uv.lock" if state in {"untracked", "ignored"} else "pyproject.toml"
    if state == "untracked":
        git(project.folder, "rm", "-q", "--cached", "uv.lock")
        git(project.folder, "commit", "-q", "-m", "x")
    else:
        project.write(name, project.read(name) + "# mine\n")
    if state == "staged":
        git(project.folder, "add", "-A")
    project.write("README.md", "others may be as they like")
    refused(project, f"uncommitted changes in {name}: commit them first, or say --force\n")
    assert project.apply("--force").returncode == 0
    assert project.findings() == {}
    assert ("# mine" in project.read(name)) == (state != "untracked" and name == "pyproject.toml")


def test_without_a_repository_nothing_is_edited_unless_forced(shops: Projects) -> None:
    project = shops(*SIX, repository=False)
    project.write("requirements.txt", "six==1.0\n")
    refused(project, f"no git keeps what is edited ({project.folder} is not in a git repository); --force edits")
    assert project.apply("--force").returncode == 0
    assert project.state().keys() == {"requirements.txt"}
    assert project.read("requirements.txt") == "six==1.1\n"


def test_a_plan_that_lacks_answers_is_not_applied(shops: Projects) -> None:
    project = shops(*SIX)
    project.write("requirements.txt", "-r https://h.example/more.txt\nsix==1.0\n")
    project.commit()
    done = project.apply("--force")
    assert (done.returncode, project.changed()) == (3, [])
    assert done.stderr.startswith("error: not applied: the plan is incomplete: line 1 includes https://h.example/more")


def test_a_plan_that_would_bring_in_what_blocks_is_not_applied(shops: Projects) -> None:
    project = shops(*SIX, Release("bad", "1.0"))
    project.records(a_record("PYSEC-2099-2", "bad"))
    project.locked("six<1.1")
    project.write("pyproject.toml", project.read("pyproject.toml").replace('["six', '["bad", "six'))
    project.commit()
    done = project.apply()
    assert (done.returncode, project.changed()) == (1, [])
    assert done.stderr == "error: not applied: it would bring in PYSEC-2099-2 in bad 1.0\n"


def test_force_without_apply_is_a_mistake(shops: Projects) -> None:
    project = shops(*SIX)
    done = project.run("plan", "--force", cwd=project.folder)
    assert (done.returncode, done.stderr) == (2, "error: --force: it is for --apply; say both, or neither\n")


@pytest.mark.parametrize(
    ("name", "text", "types"),
    [
        ("poetry.lock", 'package = []\n[metadata]\nlock-version = "2.1"\n', "poetry update --lock six"),
        ("pyproject.toml", '[tool.poetry.dependencies]\npython = "^3.11"\nsix = "<1.1"\n', "# pyproject.toml:3: write"),
        ("Pipfile", '[packages]\nsix = "<1.1"\n', "# Pipfile:2: write"),
    ],
)
def test_what_another_tool_locks_is_left_to_it_with_what_to_type(
    shops: Projects, name: str, text: str, types: str
) -> None:
    project = shops(*SIX)
    if name == "poetry.lock":
        project.write("pyproject.toml", '[tool.poetry.dependencies]\npython = "^3.11"\nsix = "*"\n')
        text = text.replace("package = []\n", '[[package]]\nname = "six"\nversion = "1.0"\ngroups = ["main"]\n')
    project.write(name, text)
    project.commit()
    offered = project.run(*project.words("plan"), cwd=project.folder, env=project.environment)
    assert types in offered.stdout
    assert "--apply" not in offered.stdout
    refused(
        project, f"{name}: its own tool has to lock it, so nothing was changed; to type:\nerror:   {types}", "--force"
    )


@pytest.mark.parametrize(("asked", "is_refused"), [("six==1.0", True), ("six>=1.0", False)])
def test_what_the_next_compilation_would_take_back_is_not_edited(shops: Projects, asked: str, is_refused: bool) -> None:
    project = shops(*SIX)
    project.write("requirements.in", f"{asked}\n")
    made = "# This file was autogenerated by uv via the following command:\n"
    made += "#    uv pip compile requirements.in -o requirements.txt\n"
    project.write("requirements.txt", f"{made}six==1.0\n    # via -r requirements.in\n")
    project.commit()
    if is_refused:
        refused(project, "requirements.in:1 does not allow six 1.1, and requirements.txt is compiled of it", "--force")
    else:
        assert project.apply().returncode == 0
        assert "six==1.1" in project.read("requirements.txt")
