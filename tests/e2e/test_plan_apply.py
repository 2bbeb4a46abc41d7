"""`plan --apply` on what uv locks: what the plan clears is cleared, and no byte changes that need not."""

import pytest

from pysentry_hook.reports.plan_words import APPLIED
from tests.builders import a_record
from tests.e2e.conftest import Projects
from tests.e2e.project import HEAD, SIX, Project
from tests.e2e.repository import Done, git
from tests.resolvers.index import Release

WEB = (Release("web", "1.0", ("six<1.1",)), *SIX)


def applied(project: Project, done: Done, *changed: str) -> None:
    """The plan was applied: these files are others now, and a scan of its own finds nothing any more."""
    assert (done.returncode, done.stderr) == (0, f"Changed, and scanned again: {', '.join(changed)}\n"), done.stdout
    assert APPLIED in done.stdout
    assert project.changed() == sorted(changed)
    assert project.findings() == {}


def test_a_refresh_changes_the_lock_alone(shops: Projects) -> None:
    project = shops(*SIX)
    project.locked("six", as_of=SIX[:1])
    applied(project, project.apply(), "uv.lock")
    assert project.read("uv.lock").count('version = "1.1"') == 1


def test_a_bound_is_raised_wherever_it_stands_and_no_other_byte_of_the_manifest_moves(shops: Projects) -> None:
    project = shops(*SIX, Release("attrs", "1.0"))
    text = (
        "\ufeff# ours\r\n" + HEAD.replace("\n", "\r\n") + "dependencies = [\r\n\t'Six [x] <1.1' ,   # why  \r\n"
        '  "attrs" # last\r\n\r\n]  \r\n[project.optional-dependencies]\r\nfast = ["six<1.1; os_name != \'x\'"]\r\n'
        '[dependency-groups]\r\ntest = [ """six < 1.1, != 0.9""", {include-group = "lint"} ]\r\nlint=["six==1.0"]\r\n'
    )
    project.write("pyproject.toml", text)
    project.lock()
    project.commit()
    applied(project, project.apply(), "pyproject.toml", "uv.lock")
    expected = text.replace("<1.1' ,", ">=1.1,<1.2' ,").replace("six<1.1;", "six>=1.1,<1.2;")
    expected = expected.replace("six < 1.1, != 0.9", "six >= 1.1, != 0.9, < 1.2").replace("six==1.0", "six==1.1")
    assert project.read("pyproject.toml") == expected


def test_an_override_is_written_where_there_was_none(shops: Projects) -> None:
    project = shops(*WEB)
    project.locked("web", more="[tool.other]\nx = 1")
    applied(project, project.apply(), "pyproject.toml", "uv.lock")
    assert project.read("pyproject.toml").endswith(
        '[tool.other]\nx = 1\n\n[tool.uv]\noverride-dependencies = ["six>=1.1,<1.2"]\n'
    )


def test_an_override_takes_the_place_of_those_for_the_same_package(shops: Projects) -> None:
    project = shops(*WEB, Release("attrs", "1.0"))
    table = '[tool.uv]\npackage = false\noverride-dependencies = [\n  "attrs>=1",  # kept\n  {},\n  {}\n]\n'
    project.locked("web", more=table.format("'six==1.0 ; sys_platform == \"linux\"'", "'Six==1.0'"))
    applied(project, project.apply(), "pyproject.toml", "uv.lock")
    assert project.read("pyproject.toml").endswith(
        'override-dependencies = [\n  "attrs>=1",  # kept\n  "six>=1.1,<1.2",\n]\n'
    )


def test_a_member_of_a_workspace_gets_its_bound_in_its_own_manifest(shops: Projects) -> None:
    project = shops(*SIX)
    member = HEAD.replace("shop", "part") + 'dependencies = ["six<1.1"]\n'
    project.write("parts/one/pyproject.toml", member)
    project.locked(
        "part", "six==1.0", more='[tool.uv]\nworkspace.members = ["parts/*"]\nsources.part = { workspace = true }\n'
    )
    applied(project, project.apply(), "parts/one/pyproject.toml", "pyproject.toml", "uv.lock")
    assert 'dependencies = ["part", "six==1.1"]\n' in project.read("pyproject.toml")
    assert project.read("parts/one/pyproject.toml") == member.replace("six<1.1", "six>=1.1,<1.2")


def test_a_workspace_whose_root_is_no_project_is_locked_too(shops: Projects) -> None:
    project = shops(*SIX)
    project.write("pyproject.toml", '[tool.uv.workspace]\nmembers = ["parts/*"]\n')
    project.write("parts/one/pyproject.toml", HEAD + 'dependencies = ["six<1.1"]\n')
    project.lock()
    project.commit()
    applied(project, project.apply(), "parts/one/pyproject.toml", "uv.lock")


def test_a_project_below_the_root_is_applied_where_it_lies(shops: Projects) -> None:
    project = shops(*SIX)
    project.write("a/pyproject.toml", HEAD + 'dependencies = ["six<1.1"]\n')
    project.lock("a")
    project.commit()
    done = project.apply(project.folder / "a", cwd=project.home)
    assert (done.returncode, project.changed()) == (0, ["a/pyproject.toml", "a/uv.lock"]), done.stderr
    assert project.findings("a") == {}


def test_a_lock_that_is_behind_its_manifest_is_locked(shops: Projects) -> None:
    project = shops(*SIX)
    project.locked("six==1.0")
    project.write("pyproject.toml", project.read("pyproject.toml").replace("==1.0", "==1.1"))
    project.commit()
    applied(project, project.apply(), "uv.lock")


@pytest.mark.parametrize(
    ("releases", "asks", "becomes"),
    [
        (SIX, "six<1.1", '["six>=1.1,<1.2"]\n'),
        (WEB, "web", '["web"]\n\n[tool.uv]\noverride-dependencies = ["six>=1.1,<1.2"]\n'),
    ],
)
def test_a_manifest_without_a_lock_is_edited_and_nothing_is_locked(
    shops: Projects, releases: tuple[Release, ...], asks: str, becomes: str
) -> None:
    project = shops(*releases)
    project.write("pyproject.toml", f'{HEAD}dependencies = ["{asks}"]\n')
    project.commit()
    offered = project.run(*project.words("plan"), cwd=project.folder, env=project.environment)
    assert "\nOr let it be done: pysentry-hook plan --apply --advisory-db " in offered.stdout
    applied(project, project.apply(), "pyproject.toml")
    assert project.read("pyproject.toml") == f"{HEAD}dependencies = {becomes}"


def test_what_is_left_blocks_and_what_was_cleared_is_cleared(shops: Projects) -> None:
    project = shops(*SIX, Release("old", "1.0"))
    project.records(a_record("PYSEC-2099-2", "old"))
    project.locked("six", "old", as_of=[SIX[0], Release("old", "1.0")])
    done = project.apply()
    assert (done.returncode, project.changed()) == (1, ["uv.lock"])
    assert project.findings() == {"PYSEC-2099-2": "old 1.0"}


def test_where_there_is_nothing_to_do_nothing_is_done(shops: Projects) -> None:
    project = shops(*SIX[1:])
    project.locked("six")
    (project.folder / "uv.lock").write_text(project.read("uv.lock") + "# mine\n", encoding="utf-8")
    done = project.apply()
    assert (done.returncode, done.stderr, project.changed()) == (0, "", ["uv.lock"])
    assert git(project.folder, "diff").endswith("# mine")
