"""What uv would read where it locks a project: found where uv finds it, or refused."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from pysentry_hook.errors import UsageError
from pysentry_hook.plan.workspace import Workspace, open_workspace
from pysentry_hook.tree import FolderTree
from tests.builders import a_record, an_inventory
from tests.plan.conftest import HEAD, MANIFEST
from tests.plan.test_cases import Shops
from tests.resolvers.index import Release


def workspace(folder: Path, members: str, *, lock: str = "uv.lock") -> Workspace:
    (folder / lock).parent.mkdir(exist_ok=True)
    manifest = f'[project]\nname = "shop"\n[tool.uv.workspace]\nmembers = {members}\n' if members else "[project]\n"
    (folder / lock).with_name("pyproject.toml").write_text(manifest, encoding="utf-8")
    return open_workspace(FolderTree(folder), an_inventory(path=lock))


def a_manifest(folder: Path, text: str = "[project]\n") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pyproject.toml").write_text(text, encoding="utf-8")


@pytest.mark.parametrize("pattern", ["parts/*", "./parts/*/", "**", "parts/.on[e]"])
def test_members_are_found_by_their_patterns(tmp_path: Path, pattern: str) -> None:
    a_manifest(tmp_path / "parts" / ".one")
    assert workspace(tmp_path, f'["{pattern}"]').manifests.keys() == {"pyproject.toml", "parts/.one/pyproject.toml"}


def test_members_of_a_project_below_the_root_lie_below_it(tmp_path: Path) -> None:
    a_manifest(tmp_path / "a" / "one")
    found = workspace(tmp_path, '["*"]', lock="a/uv.lock")
    assert (found.home, [*found.manifests]) == ("a/pyproject.toml", ["a/pyproject.toml", "a/one/pyproject.toml"])


def test_a_member_that_the_lock_alone_names_counts(tmp_path: Path) -> None:
    a_manifest(tmp_path)
    a_manifest(tmp_path / "one")
    lock = replace(an_inventory(), members=frozenset({"", "one", "gone"}))
    assert open_workspace(FolderTree(tmp_path), lock).manifests.keys() == {"pyproject.toml", "one/pyproject.toml"}


@pytest.mark.parametrize("pattern", ["../x", "/x", "a/../../b"])
def test_members_outside_of_the_project_are_refused(tmp_path: Path, pattern: str) -> None:
    with pytest.raises(UsageError, match="lie outside of the project"):
        workspace(tmp_path, f'["{pattern}"]')


def test_settings_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    (tmp_path / "uv.toml").write_text("index-url = [", encoding="utf-8")
    with pytest.raises(UsageError, match=r"^uv\.toml:1: is not valid TOML"):
        workspace(tmp_path, "")


@pytest.mark.parametrize(("members", "is_foreign"), [('["../b"]', False), ('["c"]', False), ('["*"]', True)])
def test_the_manifest_above_that_names_the_project_is_told(tmp_path: Path, members: str, is_foreign: bool) -> None:
    a_manifest(tmp_path, f"[tool.uv.workspace]\nmembers = {members}\n")
    found = workspace(tmp_path, "", lock="a/uv.lock").foreign
    assert found == (str(tmp_path / "pyproject.toml") if is_foreign else None)


@pytest.mark.parametrize(
    ("stated", "python"),
    [
        ((), sys.executable),
        ((">=3.11",), sys.executable),
        ((">=3.11", ">=3.99"), ">=3.11,>=3.99"),
        (("nonsense",), sys.executable),
        ((3,), sys.executable),
    ],
)
def test_uv_runs_on_this_python_where_the_project_admits_it(stated: tuple[object, ...], python: str) -> None:
    manifests = {str(number): {"project": {"requires-python": each}} for number, each in enumerate(stated)}
    assert Workspace(home="", manifests=manifests, settings={}, foreign=None).python == python


def test_a_plan_is_made_for_a_root_that_needs_nothing_and_for_no_member_that_is_dynamic(shops: Shops) -> None:
    shop = shops(Release("six", "1.0"), Release("six", "1.1"))
    shop.write("pyproject.toml", '[tool.uv.workspace]\nmembers = ["parts/*"]\n')
    shop.write("parts/one/pyproject.toml", MANIFEST.format(["six<1.1"]))
    shop.lock()
    plan = shop.plan(a_record(package="six", fixed="1.1"))
    assert [edit.path for change in plan.changes for edit in change.edits] == ["parts/one/pyproject.toml"]
    shop.write("parts/one/pyproject.toml", HEAD + 'dynamic = ["dependencies"]\n')
    with pytest.raises(UsageError, match=r"parts/one/pyproject\.toml: its dependencies are dynamic"):
        shop.plan()
