"""What manifests ask an index for, as a resolver takes it, with the line of each."""

from pathlib import Path

import pytest
from packaging.requirements import Requirement

from pysentry_hook.inputs import open_input
from pysentry_hook.model import Inventory
from pysentry_hook.tree import FolderTree

PYPROJECT = """[project]
name = "shop"
dependencies = ["flask>=2,<3", "idna==3.4 ; python_version < '3.12'", "theme @ https://host.example/theme.whl"]

[dependency-groups]
dev = ["pytest~=8.0"]

[tool.pdm.dev-dependencies]
local = ["-e file:///${PROJECT_ROOT}/sub#egg=sub", "-e ./$(x)", "-e ."]
"""
POETRY = """[tool.poetry]
name = "shop"

[tool.poetry.dependencies]
python = "^3.11"
flask = {version = "^2.1", extras = ["async"], markers = "sys_platform == 'linux'"}
either = "^1 || ^3"
theme = {git = "https://host.example/theme.git"}
"""
PIPFILE = """[packages]
flask = "~=2.1"
any = "*"
extra = {version = ">=1", extras = ["a", "b"], markers = "python_version < '3.12'"}
"""
REQUIREMENTS = "flask>=2 ; python_version < '3.12'\nidna==3.4 --hash=sha256:00\n./theme\n"


@pytest.mark.parametrize(
    ("name", "text", "asked"),
    [
        ("pyproject.toml", PYPROJECT, {3: ["flask<3,>=2", 'idna==3.4; python_version < "3.12"'], 6: ["pytest~=8.0"]}),
        ("pyproject.toml", POETRY, {6: ['flask[async]<3.0,>=2.1; sys_platform == "linux"']}),
        (
            "Pipfile",
            PIPFILE,
            {2: ["flask~=2.1"], 3: ["any"], 4: ['extra[a,b]>=1; python_version < "3.12"']},
        ),
        ("requirements.txt", REQUIREMENTS, {1: ['flask>=2; python_version < "3.12"'], 2: ["idna==3.4"]}),
    ],
)
def test_a_manifest_becomes_requirements_with_their_lines(
    tmp_path: Path, name: str, text: str, asked: dict[int, list[str]]
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    found = open_input(FolderTree(tmp_path), name).result
    assert isinstance(found, Inventory)
    shown: dict[int, list[str]] = {}
    for entry in found.requirements:
        line = found.places.location(entry.place).line
        shown.setdefault(line, []).append(str(Requirement(entry.requirement)))
    assert shown == asked


def test_what_pdm_installs_editable_is_told_and_the_project_is_not(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    found = open_input(FolderTree(tmp_path), "pyproject.toml").result
    assert isinstance(found, Inventory)
    told = [
        (entry.name, entry.reason, (location := found.places.location(entry.place)).line, location.text)
        for entry in found.unchecked
        if entry.reason.startswith("path")
    ]
    assert told == [
        ("sub", "path dependency", 9, '"-e file:///${PROJECT_ROOT}/sub#egg=sub"'),
        ("unnamed", "path dependency", 9, '"-e ./$(x)"'),
    ]
