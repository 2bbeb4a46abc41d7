"""pyproject.toml as an input: pins of every scope, the rest with its reason."""

import pytest

from pysentry_hook.errors import DeclaresNothingError, InputError
from tests.inputs.manifests import IS_DYNAMIC, project, read
from tests.inputs.reading import cut_out, direct, edges, groups, inventory_of, pins, place, reasons


def test_exact_pins_are_dependencies_and_the_rest_is_told() -> None:
    found = project("A_b==1.0", "c === 2", "d", "flask>=2", "e==1.*", "f[x]==3", "g>=1,==1", "h===any")
    assert pins(found) == ["a-b 1.0", "c 2", "f 3"]
    assert reasons(found) == {
        "d": "not pinned: 'd'",
        "flask": "not pinned: 'flask>=2'",
        "e": "not pinned: 'e==1.*'",
        "g": "not pinned: 'g==1,>=1'",
        "h": "the version 'any' is no PEP 440 version",
    }
    assert direct(found) == {"a-b", "c", "d", "e", "f", "flask", "g", "h"}
    assert edges(found) == {"shop > a-b 1.0", "shop > c 2", "shop > f 3"}
    assert all(entry.pinned and entry.indexes == () for entry in found.dependencies)
    assert "not in it and was not checked" in found.notes[0]


def test_what_is_not_from_an_index_is_told_with_its_kind() -> None:
    found = project("a @ git+https://x/a", "b @ https://x/b.whl", "c @ file:///c", "d @ hg+ssh://x/d")
    assert reasons(found) == {
        "a": "git dependency",
        "b": "URL dependency",
        "c": "path dependency",
        "d": "Mercurial dependency",
    }


def test_sources_of_uv_say_where_a_name_comes_from() -> None:
    sources = (
        '[tool.uv.sources]\nA = {git = "https://x/a"}\nb = [{path = "../b", marker = "x"}]\nc = {workspace = true}\n'
        'd = {index = "own"}\n[[tool.uv.index]]\nname = "own"\nurl = "https://me:secret@i.example/simple"\n'
        "explicit = true\n"
    )
    found = project("a==1", "b", "c", "d==2", "e==3", more=sources)
    assert reasons(found) == {"a": "git dependency", "b": "path dependency"}
    assert {entry.name: entry.indexes for entry in found.dependencies} == {
        "d": ("https://i.example/simple",),
        "e": (),
    }


@pytest.mark.parametrize(
    ("tables", "expected"),
    [
        ('[[tool.uv.index]]\nurl = "https://a/s"\n', ("https://a/s", "https://pypi.org/simple")),
        ('[[tool.uv.index]]\nurl = "https://a/s"\ndefault = true\n', ("https://a/s",)),
        ('[tool.uv]\nindex-url = "https://a/s"\nextra-index-url = ["https://b/s"]\n', ("https://b/s", "https://a/s")),
        ("[tool.uv]\nno-index = true\n", ("no index",)),
        ('[tool.uv]\nno-index = true\nfind-links = ["https://a/f"]\n', ("https://a/f",)),
        ('[tool.uv]\nfind-links = ["https://a/f"]\n', ("https://pypi.org/simple", "https://a/f")),
        ('[[tool.poetry.source]]\nname = "a"\nurl = "https://a/s"\n', ("https://a/s",)),
        (
            '[[tool.poetry.source]]\nname = "a"\nurl = "https://a/s"\npriority = "supplemental"\n',
            ("https://pypi.org/simple", "https://a/s"),
        ),
        ('[[tool.poetry.source]]\nname = "a"\nurl = "https://a/s"\npriority = "explicit"\n', ()),
        ('[[tool.pdm.source]]\nname = "pypi"\nurl = "https://a/s"\n', ("https://a/s",)),
        ('[[tool.pdm.source]]\nname = "a"\nurl = "https://a/s"\n', ("https://pypi.org/simple", "https://a/s")),
    ],
)
def test_the_indexes_of_a_manifest_are_told(tables: str, expected: tuple[str, ...]) -> None:
    assert project("a==1", more=tables).dependencies[0].indexes == expected


def test_scopes_are_extras_and_groups_with_what_they_include() -> None:
    found = project(
        "a==1",
        more='[project.optional-dependencies]\nFast_Lane = ["b==1"]\nall = ["Shop[fast.lane]", "a==1"]\n'
        '[dependency-groups]\ndev = ["c==1", {include-group = "Docs"}, "shop[all]"]\ndocs = ["d==1"]\n'
        '[tool.uv]\ndev-dependencies = ["e==1"]\n[tool.pdm.dev-dependencies]\nlint = ["f==1", "-e file:///x"]\n',
    )
    assert groups(found) == {
        "a 1": ["all", "dev", "main"],
        "b 1": ["all", "dev", "fast-lane"],
        "c 1": ["dev"],
        "d 1": ["dev", "docs"],
        "e 1": ["dev"],
        "f 1": ["lint"],
        "x None": ["lint"],
    }
    assert found.scopes == {"main", "fast-lane", "all", "dev", "docs", "lint"}


def test_what_has_the_project_s_name_is_a_dependency_where_it_asks_for_a_version() -> None:
    found = read(
        '[project]\nname = "shop"\ndependencies = []\n[project.optional-dependencies]\nfast = ["a==1"]\n'
        "all = [\"Shop[fast]; os_name=='nt'\"]\n"
        '[dependency-groups]\nown = ["shop"]\ndev = ["shop[fast]", "shop==2.0"]\nopen = ["shop>=1"]\n'
        'extra = ["shop[fast]==3"]\n'
    )
    assert groups(found) == {
        "a 1": ["all", "dev", "fast"],
        "shop 2.0": ["dev"],
        "shop 3": ["extra"],
        "shop None": ["open"],
    }
    assert reasons(found) == {"shop": "not pinned: 'shop>=1'"}
    assert place(found, "shop").text == '"shop==2.0"'


def test_groups_that_share_groups_are_read_at_once() -> None:
    levels = "".join(f'g{n} = [{{include-group = "g{n + 1}"}}, {{include-group = "g{n + 1}"}}]\n' for n in range(200))
    found = read(f'[dependency-groups]\n{levels}g200 = ["a==1"]\n')
    assert len(found.dependencies[0].groups) == 201


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('a = [{include-group = "b"}]\nb = [{include-group = "a"}]\n', "groups include each other: "),
        ('a = [{include-group = "a"}]\n', "groups include each other: a > a"),
        ('a = [{include-group = "z"}]\n', "the group 'a' includes 'z', which is not there"),
        ('a = ["=="]\n', "Expected"),
        ("a = [1]\n", "Invalid dependency group item"),
        ('a = "b"\n', "contained a string"),
        ("a = 1\n", "is not a sequence"),
        ("A = []\na = []\n", "Duplicate dependency group names"),
    ],
)
def test_groups_that_make_no_sense_are_one_error(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        read(f"[dependency-groups]\n{text}")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        '[project]\ndependencies = ["=="]\n',
        '[project]\ndependencies = ["a; ' + "(" * 5_000 + '"]\n',
        '[project]\ndependencies = "a==1"\n',
        "[project]\noptional-dependencies = []\n",
        "[tool.poetry.dependencies]\na = {version = 1}\n",
        '[tool.poetry.dependencies]\n"-" = "1"\n',
        "[tool]\nuv = 1\n",
        "[project.optional-dependencies]\n" + "".join(f"e{n} = []\n" for n in range(1_001)),
    ],
)
def test_what_no_tool_would_accept_is_an_error(text: str) -> None:
    with pytest.raises(InputError, match=r"^pyproject\.toml: "):
        read(text)


def test_one_version_under_two_markers_is_one_dependency() -> None:
    found = project("a==1; os_name=='nt'", "a==1; os_name=='posix'", "b==1; os_name=='nt'", "b==1")
    assert {entry.name: entry.markers for entry in found.dependencies} == {
        "a": ('os_name == "nt"', 'os_name == "posix"'),
        "b": (),
    }


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('[project]\ndependencies = ["b", "a==1"]\n', '2: "a==1"'),
        ("[project]\noptional-dependencies.x = [\n'a == 1'\n]\n", "3: 'a == 1'"),
        ('[dependency-groups]\na = []\ndev = [{include-group = "a"}, "a==1"]\n', '3: "a==1"'),
        ('[tool.poetry.dependencies.a]\noptional = true\nversion = "1"\n', '3: version = "1"'),
        ('[tool.poetry.dependencies]\na = "1" # why\n', '2: a = "1" # why'),
        ('[[tool.poetry.dependencies.a]]\nversion = "1"\n', '2: version = "1"'),
        ('[tool]\npoetry = {dependencies = {a = "1"}}\n', "1: [tool]"),
    ],
)
def test_the_place_is_the_line_that_declares_it(text: str, line: str) -> None:
    location = place(read(text), "a")
    assert f"{location.line}: {location.text}" == line
    assert cut_out(text, location) == location.text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[tool.ruff]\n", "declares no dependencies"),
        ('[build-system]\nrequires = ["hatchling"]\n', "declares no dependencies"),
        ('[project]\nname = "shop"\n', "declares no dependencies"),
        ('[project]\ndynamic = ["version", "dependencies"]\n', IS_DYNAMIC),
        ('[project]\ndynamic = ["optional-dependencies"]\n', IS_DYNAMIC),
        ('[project]\ndynamic = ["dependencies"]\n[project.optional-dependencies]\nx = []\n', IS_DYNAMIC),
    ],
)
def test_a_manifest_that_declares_nothing_says_why(text: str, reason: str) -> None:
    with pytest.raises(DeclaresNothingError) as caught:
        read(text)
    assert caught.value.detail == reason


def test_groups_beside_dynamic_dependencies_are_read_and_the_gap_is_a_failure() -> None:
    found = read('[project]\ndynamic = ["dependencies"]\n[dependency-groups]\ndev = ["a==1"]\n')
    assert pins(found) == ["a 1"]
    assert found.failures == (("input", "pyproject.toml", "pyproject.toml", f"{IS_DYNAMIC}: lock them (uv lock)"),)


def test_manifests_of_real_projects_are_read() -> None:
    assert groups(inventory_of("uv.lock/workspace", "pyproject.toml")) == {
        "idna 3.6": ["main"],
        "idna 3.7": ["main"],
        "python-dateutil 2.8.2": ["main"],
        "colorama 0.4.6": ["cli"],
        "iniconfig 2.0.0": ["dev"],
        "typing-extensions 4.9.0": ["dev", "types"],
    }
    assert groups(inventory_of("poetry.lock/v2.1", "pyproject.toml")) == {
        "python-dateutil 2.8.2": ["main"],
        "colorama 0.4.6": ["cli"],
        "iniconfig 2.0.0": ["dev"],
        "idna 3.6": ["dev"],
        "idna 3.7": ["dev"],
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[project]\ndependencies = []\nrequires-python = ">=3.9"\n', ">=3.9"),
        ('[tool.poetry.dependencies]\npython = "^3.9"\n', ">=3.9,<4.0"),
        ('[tool.poetry.dependencies]\npython = "=3.11"\n', "==3.11"),
        ('[tool.poetry.dependencies]\npython = "~3.9 || ^3.11"\n', None),
        ("[project]\ndependencies = []\n", None),
    ],
)
def test_the_pythons_of_a_project_are_told(text: str, expected: str | None) -> None:
    assert read(text).requires_python == expected


def test_a_python_that_is_no_constraint_is_told_and_the_rest_is_read() -> None:
    found = read('[tool.poetry.dependencies]\npython = "x y"\na = "^1"\n')
    assert found.requires_python is None
    assert reasons(found) == {"a": "not pinned: 'a ^1'"}
    told = "the Python of [tool.poetry.dependencies]: Invalid version: 'x'; passed over."
    assert found.notes == (f"pyproject.toml: {told}",)


def test_a_group_that_is_not_declared_is_no_scope() -> None:
    assert project("a==1").scopes == {"main"}
    assert project("a==1", more="[tool.uv]\ndev-dependencies = []\n").scopes == {"main", "dev"}


def test_lists_of_other_tools_are_not_read_and_each_is_told() -> None:
    found = project(
        "a>=1",
        more='[tool.hatch.envs.default]\ndependencies = ["b"]\n[tool.hatch.envs."x y"]\nextra-dependencies = ["c"]\n'
        '[tool.hatch.envs.empty]\ndependencies = []\n[tool.rye]\ndev-dependencies = ["d"]\n'
        '[tool.flit.metadata]\nrequires = ["e"]\ndev-requires = ["f"]\nrequires-extra = {x = ["g"]}\n',
    )
    assert reasons(found) == {"a": "not pinned: 'a>=1'"}
    assert found.notes == (
        "pyproject.toml: [tool.hatch.envs.default] dependencies were not read.",
        "pyproject.toml: [tool.hatch.envs.x y] extra-dependencies were not read.",
        "pyproject.toml: [tool.rye] dev-dependencies were not read.",
        "pyproject.toml: [tool.flit.metadata] requires were not read.",
        "pyproject.toml: [tool.flit.metadata] dev-requires were not read.",
        "pyproject.toml: [tool.flit.metadata] requires-extra were not read.",
    )


def test_of_many_lists_that_are_not_read_ten_are_named() -> None:
    envs = "".join(f'[tool.hatch.envs.e{number}]\ndependencies = ["b"]\n' for number in range(12))
    told = project("a>=1", more=envs).notes
    assert len(told) == 11
    assert told[-1] == "pyproject.toml: 2 more of such lists were not read."


@pytest.mark.parametrize("tool", ["hatch = 1", "hatch = {envs = 1}", "hatch = {envs = {a = 1}}", "flit = []"])
def test_tables_of_other_tools_may_have_any_shape(tool: str) -> None:
    assert project("a>=1", more=f"[tool]\n{tool}\n").notes == ()
