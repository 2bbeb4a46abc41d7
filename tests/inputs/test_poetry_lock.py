"""poetry.lock of the lock versions 1.0 to 2.1."""

import pytest

from pysentry_hook.errors import InputError
from tests.inputs.reading import (
    DATA,
    cut_out,
    declared,
    direct,
    edges,
    groups,
    inventory,
    inventory_of,
    pins,
    place,
    reasons,
)

METADATA = '\n[metadata]\nlock-version = "2.0"\n'


def a_lock(*packages: str, more: str = "", metadata: str = METADATA) -> str:
    return "\n".join(f"[[package]]\n{package}\n" for package in packages) + more + metadata


def a_package(name: str, version: str = "1", more: str = "") -> str:
    return f'name = "{name}"\nversion = "{version}"\noptional = false\n{more}'


def needs(*names: str) -> str:
    return "[package.dependencies]\n" + "".join(f'{name} = "*"\n' for name in names)


def a_manifest(dependencies: str = "", more: str = "") -> str:
    return f'[tool.poetry]\nname = "Shop"\n\n[tool.poetry.dependencies]\npython = "^3.11"\n{dependencies}\n{more}'


def test_a_lock_with_groups_is_read_as_poetry_2_wrote_it() -> None:
    found = inventory_of("poetry.lock/v2.1", "poetry.lock")
    assert groups(found) == {
        "colorama 0.4.6": ["cli"],
        "idna 3.6": ["dev"],
        "idna 3.7": ["dev"],
        "iniconfig 2.0.0": ["dev"],
        "python-dateutil 2.8.2": ["main"],
        "six 1.17.0": ["main"],
    }
    assert direct(found) == {"colorama", "idna", "iniconfig", "python-dateutil"}
    assert found.scopes == {"main", "cli", "dev"}
    assert edges(found) == {
        "shop > colorama 0.4.6",
        "shop > idna 3.6",
        "shop > idna 3.7",
        "shop > iniconfig 2.0.0",
        "shop > python-dateutil 2.8.2",
        "python-dateutil 2.8.2 > six 1.17.0",
    }
    assert {dependency.indexes for dependency in found.dependencies} == {("https://pypi.org/simple",)}


def test_a_lock_with_categories_is_read_as_poetry_1_wrote_it() -> None:
    found = inventory_of("poetry.lock/v1", "poetry.lock")
    assert groups(found) == {
        "colorama 0.4.6": ["cli"],
        "iniconfig 2.0.0": ["dev"],
        "python-dateutil 2.8.2": ["main"],
        "six 1.17.0": ["main"],
    }
    assert direct(found) == {"colorama", "iniconfig", "python-dateutil"}


@pytest.mark.parametrize("folder", ["poetry.lock/v2.1", "poetry.lock/v1"])
def test_every_place_in_a_real_lock_is_its_version_line(folder: str) -> None:
    found = inventory_of(folder, "poetry.lock")
    text = (DATA / folder / "poetry.lock").read_text(encoding="utf-8")
    for dependency in found.dependencies:
        location = found.places.location(dependency.place)
        assert location.text == f'version = "{dependency.written}"' == cut_out(text, location)
        assert text.split("\n")[location.line - 2] == f'name = "{dependency.name}"'


def test_declarations_stand_in_poetry_s_and_in_the_project_s_tables() -> None:
    found = inventory_of("poetry.lock/v2.1", "poetry.lock")
    assert declared(found, "python-dateutil") == ("pyproject.toml", 6, '"python-dateutil (==2.8.2)"')
    assert declared(found, "colorama") == ("pyproject.toml", 10, '"colorama (==0.4.6)"')
    assert declared(found, "iniconfig") == ("pyproject.toml", 16, 'iniconfig = "2.0.0"')
    assert declared(found, "idna", "3.6") == ("pyproject.toml", 18, '{ version = "3.6", python = "<3.12" },')
    assert declared(found, "idna", "3.7") == ("pyproject.toml", 19, '{ version = "3.7", python = ">=3.12" },')
    assert declared(found, "six") is None


def test_without_groups_in_the_lock_the_scopes_are_walked_from_the_manifest() -> None:
    lock = a_lock(a_package("a", more=needs("b")), a_package("b"), a_package("c", more=needs("B")), a_package("stray"))
    manifest = a_manifest('a = "*"', '[tool.poetry.group.Dev_Tools.dependencies]\nc = "*"\n')
    found = inventory({"poetry.lock": lock, "pyproject.toml": manifest})
    assert groups(found) == {"a 1": ["main"], "b 1": ["dev-tools", "main"], "c 1": ["dev-tools"], "stray 1": ["main"]}
    assert direct(found) == {"a", "c"}


def test_without_a_manifest_nobody_knows_what_is_direct() -> None:
    found = inventory({"poetry.lock": a_lock(a_package("a", more=needs("b")), a_package("b"))})
    assert {dependency.direct for dependency in found.dependencies} == {None}
    assert edges(found) == {"this project > a 1", "a 1 > b 1"}
    assert groups(found) == {"a 1": ["main"], "b 1": ["main"]}


def test_both_versions_of_a_fork_are_kept_and_both_are_reached() -> None:
    lock = a_lock(a_package("a", "1", needs("b")), a_package("a", "2", needs("c")), a_package("b"), a_package("c"))
    found = inventory({"poetry.lock": lock, "pyproject.toml": a_manifest('a = ["1", "2"]')})
    assert pins(found) == ["a 1", "a 2", "b 1", "c 1"]
    assert {"shop > a 1", "shop > a 2"} <= edges(found)


def test_only_the_versions_that_a_declaration_admits_are_direct() -> None:
    needs_both = '[package.dependencies]\nb = ">=1.24,<2"\n'
    lock = a_lock(a_package("a", more=needs_both), a_package("b", "1.24"), a_package("b", "1.25"))
    manifest = a_manifest('a = "1"\nb = {version = "1.24", python = "<3.9"}')
    found = inventory({"poetry.lock": lock, "pyproject.toml": manifest})
    assert {str(each.version): each.direct for each in found.dependencies} == {"1": True, "1.24": True, "1.25": False}
    assert edges(found) == {"shop > a 1", "shop > b 1.24", "a 1 > b 1.24", "a 1 > b 1.25"}


@pytest.mark.parametrize("constraint", ['"^3"', '"no version"', '{git = "https://example.org/b"}'])
def test_where_a_declaration_admits_no_version_or_cannot_be_read_all_are_direct(constraint: str) -> None:
    lock = a_lock(a_package("b", "1"), a_package("b", "2"))
    found = inventory({"poetry.lock": lock, "pyproject.toml": a_manifest(f"b = {constraint}")})
    assert edges(found) == {"shop > b 1", "shop > b 2"}
    assert {each.direct for each in found.dependencies} == {True}


def test_each_of_several_declarations_admits_its_versions() -> None:
    lock = a_lock(*(a_package("b", version) for version in "123"))
    manifest = (
        '[project]\nname = "shop"\ndependencies = ["b==1; os_name == \'nt\'"]\n[tool.poetry.dependencies]\n'
        'b = {source = "own"}\n[tool.poetry.group.dev.dependencies]\nb = "=3"\n'
    )
    found = inventory({"poetry.lock": lock, "pyproject.toml": manifest})
    assert edges(found) == {"shop > b 1", "shop > b 3"}
    assert [declared(found, "b", version) for version in "13"] == [
        ("pyproject.toml", 3, "\"b==1; os_name == 'nt'\""),
        ("pyproject.toml", 7, 'b = "=3"'),
    ]


def test_a_dependency_may_be_a_text_a_table_or_a_list_of_tables() -> None:
    more = (
        '[package.dependencies]\nb = "*"\nc = {version = "*", markers = "x"}\nd = [{version = "1"}, {version = "2"}]\n'
    )
    found = inventory({"poetry.lock": a_lock(a_package("a", more=more), *map(a_package, "bcd"))})
    assert edges(found) == {"this project > a 1", "a 1 > b 1", "a 1 > c 1", "a 1 > d 1"}


def test_a_dependency_that_no_platform_needs_may_be_absent() -> None:
    assert pins(inventory({"poetry.lock": a_lock(a_package("a", more=needs("pywin32")))})) == ["a 1"]


def test_several_groups_and_markers_by_group_are_read() -> None:
    more = 'groups = ["main", "Test"]\nmarkers = {main = "x", test = "y"}\n'
    found = inventory({"poetry.lock": a_lock(a_package("a", more=more))})
    assert groups(found) == {"a 1": ["main", "test"]}
    assert found.scopes == {"main", "test"}


def test_what_an_extra_alone_brings_in_belongs_to_the_extra() -> None:
    lock = a_lock(
        a_package("a", more=needs("b")).replace("false", "true"),
        a_package("b").replace("false", "true"),
        more='\n[extras]\nFast = ["a (>=1)"]\n',
    )
    manifest = a_manifest('a = { version = "1", optional = true }', '[tool.poetry.extras]\nFast = ["a"]\n')
    assert groups(inventory({"poetry.lock": lock, "pyproject.toml": manifest})) == {"a 1": ["fast"], "b 1": ["fast"]}
    assert groups(inventory({"poetry.lock": lock})) == {"a 1": ["fast"], "b 1": ["fast"]}


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("git", "git dependency"),
        ("url", "URL dependency"),
        ("file", "path dependency"),
        ("directory", "path dependency"),
        ("ether", "its source is of an unknown type 'ether'"),
    ],
)
def test_what_comes_from_no_index_is_listed_with_the_reason(kind: str, reason: str) -> None:
    source = f'[package.source]\ntype = "{kind}"\nurl = "https://me:secret@x.example/a"\n'
    found = inventory({"poetry.lock": a_lock(a_package("a", more=source))})
    assert pins(found) == []
    assert reasons(found) == {"a": reason}
    assert "secret" not in repr(found.unchecked)


def test_an_index_is_named_without_credentials() -> None:
    source = '[package.source]\ntype = "legacy"\nurl = "https://me:secret@i.example/simple"\nreference = "i"\n'
    found = inventory({"poetry.lock": a_lock(a_package("a", more=source))})
    assert found.dependencies[0].indexes == ("https://i.example/simple",)


def test_a_version_that_is_none_by_pep_440_is_listed_with_the_reason() -> None:
    found = inventory({"poetry.lock": a_lock(a_package("a", "next"))})
    assert reasons(found) == {"a": "the version 'next' is no PEP 440 version"}
    assert place(found, "a").text == 'version = "next"'


@pytest.mark.parametrize("version", ['"1.0"', '"1.1"', '"2.0"', '"2.1"'])
def test_the_lock_versions_1_and_2_are_read(version: str) -> None:
    assert pins(inventory({"poetry.lock": a_lock(a_package("a"), metadata=f"[metadata]\nlock-version = {version}")}))


@pytest.mark.parametrize("version", ['"3.0"', "2", '""', "[]", '"10.0"'])
def test_another_lock_version_is_refused(version: str) -> None:
    with pytest.raises(InputError, match=r"lock version .* is not supported"):
        inventory({"poetry.lock": a_lock(a_package("a"), metadata=f"[metadata]\nlock-version = {version}")})


def test_poetry_1_0_wrote_no_lock_version() -> None:
    assert pins(inventory({"poetry.lock": a_lock(a_package("a"), metadata='[metadata]\ncontent-hash = "x"')})) == [
        "a 1"
    ]


def test_a_lock_that_was_cut_between_two_packages_is_refused_wherever_it_is_cut() -> None:
    parts = (DATA / "poetry.lock/v2.1/poetry.lock").read_text(encoding="utf-8").split("[[package]]\n")
    for count in range(1, len(parts)):
        with pytest.raises(InputError, match=r"has no \[metadata\], which Poetry writes last\. Is the file complete\?"):
            inventory({"poetry.lock": "[[package]]\n".join(parts[:count])})


@pytest.mark.parametrize(
    ("package", "problem"),
    [
        ('version = "1"', "package number 1 has no valid name"),
        ('name = "a"', "a has no version"),
        ('name = "a"\nversion = 1', "a has no version"),
        ('name = "a"\nversion = "1"\nsource = 1', "the source of a is not a table"),
        ('name = "a"\nversion = "1"\ndependencies = ["b"]', "the dependencies of a is not a table"),
    ],
)
def test_a_value_of_the_wrong_shape_is_refused(package: str, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        inventory({"poetry.lock": a_lock(package)})


def test_a_header_inside_a_multi_line_string_is_no_package() -> None:
    lock = a_lock(
        a_package("a", "1", 'description = """\n[[package]]\nversion = "9"\n"""\n'),
        a_package("b", "2", "description = \"a ''' quote\"\n"),
        a_package("c", "3", "description = \"another ''' quote\"\n"),
    )
    found = inventory({"poetry.lock": lock})
    assert [place(found, name).text for name in "abc"] == ['version = "1"', 'version = "2"', 'version = "3"']
    assert [cut_out(lock, place(found, name)) for name in "abc"] == ['version = "1"', 'version = "2"', 'version = "3"']


def test_a_manifest_that_cannot_be_read_is_a_note_and_the_lock_is_read() -> None:
    found = inventory({"poetry.lock": a_lock(a_package("a")), "pyproject.toml": b"\xff"})
    assert pins(found) == ["a 1"]
    assert "pyproject.toml:1: is not UTF-8 text" in found.notes[0]
