"""Poetry's tables of pyproject.toml: constraints, other places, optional packages, markers."""

from tests.inputs.manifests import markers, poetry, project, read
from tests.inputs.reading import groups, pins, reasons


def test_poetry_s_constraints_are_pins_where_they_admit_one_version() -> None:
    found = poetry(
        'a = "1.2"',
        'b = "==1.2"',
        'c = {version = "1.2", extras = ["x"]}',
        'd = "^1"',
        'e = "*"',
        'f = "1.*"',
        'g = "=1.2"',
    )
    assert pins(found) == ["a 1.2", "b 1.2", "c 1.2", "g 1.2"]
    assert reasons(found) == {"d": "not pinned: 'd ^1'", "e": "not pinned: 'e *'", "f": "not pinned: 'f 1.*'"}


def test_poetry_s_other_places_are_told_with_their_kind() -> None:
    found = poetry(
        'a = {git = "x"}', 'b = {path = "x"}', 'c = {url = "https://x"}', 'd = {file = "x.whl"}', 'e = "1 || 2"'
    )
    assert reasons(found) == {
        "a": "git dependency",
        "b": "path dependency",
        "c": "URL dependency",
        "d": "path dependency",
        "e": "not pinned: 'e 1 || 2'",
    }


def test_poetry_s_optional_packages_belong_to_the_extras_that_name_them() -> None:
    found = poetry(
        'a = {version = "1", optional = true}',
        'b = {version = "1", optional = true}',
        'c = "1"',
        more='[tool.poetry.extras]\nX_y = ["a", "c"]\nz = ["a", "missing"]\n[tool.poetry.dev-dependencies]\nd = "1"\n'
        '[tool.poetry.group.Docs]\ninclude-groups = ["test"]\n[tool.poetry.group.Docs.dependencies]\ne = "1"\n'
        '[tool.poetry.group.test.dependencies]\nf = "1"\n',
    )
    assert groups(found) == {
        "a 1": ["x-y", "z"],
        "b 1": ["main"],
        "c 1": ["main"],
        "d 1": ["dev"],
        "e 1": ["docs"],
        "f 1": ["docs", "test"],
    }
    assert found.scopes == {"main", "x-y", "z", "dev", "docs", "test"}


def test_poetry_s_keys_are_markers() -> None:
    found = poetry(
        'a = [\n  {version = "1", python = "<3.12"},\n  {version = "2", python = "^3.12", platform = "linux"},\n'
        '  {version = "3", python = "3.10.* || >3.13", markers = "os_name == \'nt\'"},\n'
        '  {version = "4", python = "?"},\n]'
    )
    assert markers(found) == {
        "1": ("python_version < '3.12'",),
        "2": ("((python_version >= '3.12') and (python_version < '4.0')) and (sys_platform == 'linux')",),
        "3": ("(os_name == 'nt') and ((python_version == '3.10.*') or (python_full_version > '3.13'))",),
        "4": (),
    }
    assert [found.places.location(entry.place).line for entry in found.dependencies] == [6, 7, 8, 9]


def test_poetry_s_table_completes_what_the_project_declares() -> None:
    found = project(
        "a==1",
        "b==1",
        "c==1",
        more='[tool.poetry.dependencies]\na = {source = "own"}\nb = {git = "x"}\nd = "2"\n'
        '[[tool.poetry.source]]\nname = "own"\nurl = "https://i.example/s"\npriority = "explicit"\n',
    )
    assert {entry.name: entry.indexes for entry in found.dependencies} == {
        "a": ("https://i.example/s",),
        "c": (),
        "d": (),
    }
    assert reasons(found) == {"b": "git dependency"}


def test_what_poetry_s_table_fills_in_is_not_unknown() -> None:
    found = read('[project]\ndynamic = ["dependencies"]\n[tool.poetry.dependencies]\na = "1"\n')
    assert pins(found) == ["a 1"]
    assert found.failures == ()
