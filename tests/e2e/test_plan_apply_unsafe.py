"""`plan --apply` in a project of somebody else: no code of it runs, and no host of its choice is asked."""

import os
import re
import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import Projects
from tests.e2e.project import HEAD, SIX, Project, posix
from tests.e2e.test_plan_apply import applied
from tests.e2e.test_plan_apply_refused import refused
from tests.resolvers.index import Release, serve

pytestmark = pytest.mark.unmeasured  # other tests measure what these run

BUILT = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
BACKEND = """
import pathlib
open({marker!r}, "w").close()
def prepare_metadata_for_build_wheel(folder, config_settings=None):
    place = pathlib.Path(folder, "shop-1.dist-info")
    place.mkdir()
    (place / "METADATA").write_text("Metadata-Version: 2.1\\nName: shop\\nVersion: 1\\nRequires-Dist: six\\n")
    return place.name
prepare_metadata_for_build_editable = prepare_metadata_for_build_wheel
def build_wheel(*_): raise NotImplementedError
build_editable = build_sdist = build_wheel
"""


@pytest.fixture
def ran(tmp_path: Path) -> Path:
    """What code of the project would write."""
    return tmp_path / "ran"


@pytest.fixture
def project(shops: Projects, ran: Path) -> Project:
    """A project with a build backend and a setup.py that both say that they ran."""
    project = shops(*SIX)
    project.write("backend.py", BACKEND.format(marker=str(ran)))
    project.write("setup.py", f"open({str(ran)!r}, 'w').close()\n")
    project.write(".gitignore", "__pycache__\n")
    return project


def a_script(project: Project, name: str, ran: Path) -> None:
    """An executable that is a Python and says that it ran."""
    project.write(name, f'#!/bin/sh\ntouch {ran}\nexec {sys.executable} "$@"\n').chmod(0o755)


def test_a_fix_that_would_have_to_be_built_is_none_unless_that_is_allowed(shops: Projects, ran: Path) -> None:
    project = shops(SIX[0], Release("six", "1.1", marker_of_build=ran))
    project.locked("six", as_of=SIX[:1])
    done = project.apply()
    assert (done.returncode, project.changed(), ran.exists()) == (1, [], False)
    applied(project, project.apply("--allow-build"), "uv.lock")
    assert ran.exists()


def test_a_package_whose_metadata_are_static_is_locked_and_nothing_of_it_runs(project: Project, ran: Path) -> None:
    project.write("parts/one/pyproject.toml", HEAD.replace("shop", "one") + BUILT)
    project.write("parts/one/backend.py", project.read("backend.py"))
    more = f'dynamic = ["readme"]\n{BUILT}[tool.uv.workspace]\nmembers = ["parts/*"]\n'
    project.locked("six<1.1", more=more)
    applied(project, project.apply(), "pyproject.toml", "uv.lock")
    assert not ran.exists()


@pytest.mark.parametrize("key", ["version", "requires-python", "optional-dependencies"])
def test_where_metadata_are_dynamic_a_build_has_to_be_allowed(project: Project, ran: Path, key: str) -> None:
    head = re.sub(rf"{key} = .*\n", "", HEAD)
    project.write("pyproject.toml", f'{head}dependencies = ["six"]\ndynamic = ["{key}"]\n{BUILT}')
    project.lock(as_of=SIX[:1])
    project.commit()
    ran.unlink()
    why = f"pyproject.toml: project.{key} is dynamic, so the build backend would be asked; --allow-build allows it\n"
    refused(project, f"uv may run code of the project here: {why}", "--force")
    assert not ran.exists()
    offered = project.run(*project.words("plan"), cwd=project.folder, env=project.environment).stdout
    told = "Or let it be done, with which uv may run code of the project: pysentry-hook plan --apply --allow-build "
    assert f"\n{told}--advisory-db " in offered
    applied(project, project.apply("--allow-build"), "uv.lock")
    assert ran.exists()


LOCKED_PATH = '\n[[package]]\nname = "lib"\nversion = "1"\nsource = { directory = "lib" }\n'


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("pyproject.toml", '[tool.uv.sources]\nlib = { path = "lib", editable = true }\n', "lib is a path dependency"),
        ("pyproject.toml", '[tool.uv.sources]\nlib = [{ git = "https://h.example/x" }]\n', "lib is a git dependency"),
        ("pyproject.toml", '[dependency-groups]\nx = ["lib @ https://h.example/x.zip"]\n', "lib is a URL dependency"),
        ("pyproject.toml", '[tool.uv]\noverride-dependencies = ["lib @ file:///lib"]\n', "lib is a path dependency"),
        (
            "pyproject.toml",
            '[tool.uv.workspace]\nmembers = ["parts/*"]\n',
            "parts/a/pyproject.toml: project.version is",
        ),
        ("uv.lock", LOCKED_PATH, "uv.lock: lib: path dependency"),
    ],
)
def test_what_comes_from_no_index_has_to_be_allowed(
    project: Project, ran: Path, name: str, text: str, why: str
) -> None:
    project.write("lib/setup.py", project.read("setup.py"))
    project.write("parts/a/pyproject.toml", '[project]\nname = "a"\ndynamic = ["version"]\n')
    project.locked("six<1.1")
    project.write(name, project.read(name) + text)
    project.commit()
    refused(project, f"uv may run code of the project here: {'' if name in why or '/' in why else f'{name}: '}{why}")
    assert not ran.exists()


def test_what_would_be_refused_whatever_is_allowed_is_not_offered(project: Project) -> None:
    project.locked("six<1.1", more='[[tool.uv.index]]\nname = "x"\nurl = "https://h.example/simple"\nexplicit = true\n')
    offered = project.run(*project.words("plan"), cwd=project.folder, env=project.environment).stdout
    assert "\nTo do:\n" in offered
    assert "Or let it be done" not in offered
    refused(project, "uv is not run here: pyproject.toml: https://h.example/simple is no index", "--allow-build")


def test_dependencies_that_poetry_alone_could_tell_are_dynamic(project: Project) -> None:
    project.write("pyproject.toml", HEAD + '[dependency-groups]\ndev = ["six<1.1"]\n')
    project.lock()
    project.write("pyproject.toml", project.read("pyproject.toml") + "[tool.poetry]\npackages = []\n")
    project.commit()
    refused(project, "uv may run code of the project here: pyproject.toml: project.dependencies is dynamic")


def test_a_member_of_which_only_its_setup_py_tells_is_refused(project: Project, ran: Path) -> None:
    project.locked("six<1.1", more='[tool.uv.workspace]\nmembers = ["parts/*"]\n')
    project.write("parts/a/setup.py", project.read("setup.py"))
    project.commit()
    before = project.state()
    done = project.apply()
    assert (done.returncode, project.state(), ran.exists()) == (2, before, False)
    assert "parts/a: is a member without a pyproject.toml, and its setup.py would be run" in done.stderr


@posix
def test_no_python_of_the_project_is_run(project: Project, ran: Path) -> None:
    project.write(".venv/pyvenv.cfg", "home = /usr/bin\nversion_info = 3.11.0\n")
    a_script(project, ".venv/bin/python", ran)
    project.write(".python-version", "./.venv/bin/python\n")
    project.locked("six<1.1")
    ran.unlink()
    applied(project, project.apply(), "pyproject.toml", "uv.lock")
    assert not ran.exists()


@posix
def test_no_program_of_the_project_is_looked_for_on_path(project: Project, ran: Path) -> None:
    a_script(project, "bin/python3", ran)
    project.locked("six<1.1")
    project.write("pyproject.toml", project.read("pyproject.toml").replace(">=3.11", ">=3.99"))
    project.commit()
    path = os.pathsep.join([str(project.folder / "bin"), "bin", os.environ["PATH"]])
    before = project.state()
    done = project.apply(env={"PATH": path})
    assert (done.returncode, project.state(), ran.exists()) == (1, before, False)
    assert "not applied: uv: No interpreter found for Python >=3.99" in done.stderr


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a/pyproject.toml", '[[tool.uv.index]]\nname = "x"\nurl = "{}"\nexplicit = true\n'),
        ("a/uv.toml", 'index-url = "{}"\n'),
        ("uv.toml", 'find-links = ["{}"]\n'),
        ("uv.toml", 'extra-index-url = ["{}"]\n'),
        ("pyproject.toml", '[tool.uv]\nindex-url = "{}"\n'),
        ("a/parts/a/pyproject.toml", '[[tool.uv.index]]\nurl = "{}"\n'),
    ],
)
def test_an_index_that_the_user_does_not_trust_is_asked_by_nobody(shops: Projects, name: str, text: str) -> None:
    project = shops(*SIX)
    project.write("a/pyproject.toml", HEAD + 'dependencies = ["six<1.1"]\n')
    project.write("a/parts/a/pyproject.toml", HEAD.replace("shop", "part"))
    workspace = '[tool.uv.workspace]\nmembers = ["parts/*"]\n'
    project.write("a/pyproject.toml", project.read("a/pyproject.toml") + workspace)
    project.lock("a")
    with serve(SIX) as other:
        text = text.format(other.url)
        project.write(name, (project.read(name) if (project.folder / name).exists() else "") + text)
        project.commit()
        why = f"uv is not run here: {name}: {other.url} is no index that your own configuration trusts"
        refused(project, why, "--allow-build", "--force", project.folder / "a")
        assert not other.asked


def test_settings_above_the_repository_count_too(shops: Projects) -> None:
    project = shops(*SIX)
    project.locked("six<1.1")
    above = project.home / "uv.toml"
    above.write_text('index-url = "https://h.example/simple"\n', encoding="utf-8")
    refused(project, f"uv is not run here: {above}: https://h.example/simple is no index that your own")


def test_an_index_that_is_the_users_own_may_stand_in_the_project(shops: Projects) -> None:
    project = shops(*SIX)
    project.locked("six<1.1", more=f'[[tool.uv.index]]\nurl = "{project.index.url}"\ndefault = true\n')
    applied(project, project.apply(), "pyproject.toml", "uv.lock")


@pytest.mark.parametrize("setting", ['cache-dir = "x"', 'https-proxy = "http://x"', 'keyring-provider = "subprocess"'])
def test_a_setting_that_leads_uv_elsewhere_is_named(shops: Projects, setting: str) -> None:
    project = shops(*SIX)
    project.locked("six<1.1")
    project.write("uv.toml", f"{setting}\n")
    project.commit()
    name = setting.partition(" ")[0]
    refused(project, f"uv is not run here: uv.toml: the setting {name} of uv may lead it elsewhere\n")


def test_a_lock_from_an_index_that_nobody_trusts_is_not_made_anew(shops: Projects) -> None:
    project = shops(*SIX, Release("other", "1.0"))
    project.locked("six<1.1", "other")
    lock = project.read("uv.lock")
    place = lock.index('name = "other"\nversion')
    project.write("uv.lock", lock[:place] + lock[place:].replace(project.index.url, "https://h.example/simple", 1))
    project.commit()
    refused(project, "uv is not run here: uv.lock: https://h.example/simple is no index")


def test_a_private_name_is_not_told_to_an_index(shops: Projects) -> None:
    project = shops(*SIX, Release("acme-core", "1.0"))
    project.locked("six<1.1", "acme-core")
    project.write(".pysentry-hook.toml", '[sources]\nprivate = ["acme-*"]\n')
    project.commit()
    project.index.asked.clear()
    refused(project, "uv is not run here: acme-core is declared private, and uv would ask an index for it\n")
    assert not [path for path, _ in project.index.asked if "acme" in path]


def test_a_member_of_a_workspace_above_is_not_locked_by_itself(shops: Projects) -> None:
    project = shops(*SIX)
    project.write("a/pyproject.toml", HEAD + 'dependencies = ["six<1.1"]\n')
    project.lock("a")
    project.write("pyproject.toml", '[tool.uv.workspace]\nmembers = ["*"]\n')
    project.commit()
    refused(project, f"uv would lock the workspace of {project.folder / 'pyproject.toml'}; apply there\n", "a")


@posix
def test_a_link_out_of_the_repository_is_not_followed(shops: Projects, tmp_path: Path) -> None:
    project = shops(*SIX)
    project.locked("six<1.1")
    (project.folder / "uv.lock.before-plan").symlink_to(tmp_path / "elsewhere")
    done = project.apply()
    assert (done.returncode, project.changed()) == (2, ["uv.lock.before-plan"])
    assert not (tmp_path / "elsewhere").exists()
