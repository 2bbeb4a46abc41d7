"""What a manifest declares and its lock does not have is named: nobody locked the project again."""

import json

import pytest

from tests.inputs.reading import inventory

UV = 'version = 1\n[[package]]\nname = "shop"\nversion = "1"\nsource = { virtual = "." }\n'
POETRY = '[metadata]\nlock-version = "2.1"\npython-versions = "*"\ncontent-hash = ""\n'
PDM = '[metadata]\ngroups = ["default", "test"]\nlock_version = "4.5.0"\n'
PYLOCK = 'lock-version = "1.0"\ncreated-by = "x"\npackages = []\n'
PIPFILE = json.dumps({"_meta": {"pipfile-spec": 6, "sources": []}, "default": {}, "develop": {}})
PROJECT = '[project]\nname = "shop"\nversion = "1"\ndependencies = {}\n'
SIX = "declares six, and {} does not have it: lock the project again."


def told(lock: str, text: str, manifest: str, name: str = "pyproject.toml") -> list[str]:
    """What is said of the two."""
    found = inventory({lock: text, name: manifest})
    return [note for note in found.notes if "lock the project again" in note]


@pytest.mark.parametrize(
    ("lock", "text"), [("uv.lock", UV), ("poetry.lock", POETRY), ("pdm.lock", PDM), ("pylock.toml", PYLOCK)]
)
def test_what_a_project_declares_and_its_lock_does_not_have_is_named(lock: str, text: str) -> None:
    manifest = PROJECT.format('["six", "shop[fast]", "x ; python_version < \'3\'"]')
    assert told(lock, text, manifest) == [f"pyproject.toml {SIX.format(lock)}"]
    assert told(lock, text, PROJECT.format("[]")) == []


@pytest.mark.parametrize(
    "table",
    [
        '[project.optional-dependencies]\nfast = ["six>=1"]\n',
        '[dependency-groups]\ntest = ["six", {include-group = "lint"}]\nlint = []\n',
        '[tool.uv]\ndev-dependencies = ["six"]\n',
    ],
)
def test_extras_and_groups_are_in_a_lock_of_uv_too(table: str) -> None:
    assert told("uv.lock", UV, PROJECT.format("[]") + table) == [f"pyproject.toml {SIX.format('uv.lock')}"]


@pytest.mark.parametrize(
    ("entry", "is_told"),
    [
        ('six = "^1"', True),
        ('six = { version = "1", extras = ["a"] }', True),
        ('six = { version = "1", python = "<3" }', False),
        ('six = { version = "1", markers = "os_name == \'x\'" }', False),
        ('six = { version = "1", optional = true }', False),
        ('six = [{ version = "1", python = "<3" }, { version = "2", python = ">=3" }]', False),
        ('python = "^3.9"', False),
    ],
)
@pytest.mark.parametrize("table", ["dependencies", "dev-dependencies", "group.test.dependencies"])
def test_what_poetry_may_leave_out_is_not_missed(entry: str, is_told: bool, table: str) -> None:
    manifest = f'[tool.poetry]\nname = "shop"\n[tool.poetry.{table}]\n{entry}\n'
    assert told("poetry.lock", POETRY, manifest) == [f"pyproject.toml {SIX.format('poetry.lock')}"] * is_told


def test_of_a_pipfile_every_category_is_locked() -> None:
    manifest = (
        '[[source]]\nurl = "x"\n[requires]\npython_version = "3"\n[packages]\nsix = "*"\n[dev-packages]\nidna = "*"\n'
    )
    assert told("Pipfile.lock", PIPFILE, manifest, "Pipfile") == [
        "Pipfile declares six, idna, and Pipfile.lock does not have them: lock the project again."
    ]


def test_groups_that_pdm_was_not_asked_to_lock_are_not_missed() -> None:
    groups = '[dependency-groups]\ntest = ["six"]\nlint = ["idna"]\n'
    assert told("pdm.lock", PDM, PROJECT.format("[]") + groups) == [f"pyproject.toml {SIX.format('pdm.lock')}"]


def test_what_was_exported_of_some_groups_is_not_missed() -> None:
    assert told("pylock.toml", PYLOCK, PROJECT.format("[]") + '[dependency-groups]\ntest = ["six"]\n') == []


def test_what_uv_was_told_to_leave_out_is_not_missed() -> None:
    excluded = UV + '[manifest]\nexcludes = ["six"]\noverrides = [{ name = "idna", marker = "os_name == \'x\'" }]\n'
    assert told("uv.lock", excluded, PROJECT.format('["six", "idna"]')) == []


def test_of_many_the_first_are_named() -> None:
    (note,) = told("uv.lock", UV, PROJECT.format([f"p{number}" for number in range(7)]))
    assert note.startswith("pyproject.toml declares p0, p1, p2, p3, p4 and 2 more, and uv.lock does not have them: ")
