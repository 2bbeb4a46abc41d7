"""Pipfile as an input: pins of every category, the rest with its reason."""

import pytest

from pysentry_hook.errors import DeclaresNothingError, InputError
from pysentry_hook.inputs import pipfile
from pysentry_hook.model import Inventory
from tests.inputs.reading import Files, cut_out, direct, edges, groups, inventory_of, pins, place, reasons


def read(text: str, path: str = "Pipfile") -> Inventory:
    return pipfile.read(Files({path: text}), path)


def test_exact_pins_are_dependencies_and_the_rest_is_told() -> None:
    found = read(
        '[packages]\nA_b = "==1.0"\nc = {version = "===2"}\nd = "*"\ne = "~=1.1"\nf = "==1.*"\ng = "1.2"\n'
        'h = {git = "x", ref = "y"}\ni = {path = "../i"}\nj = {file = "https://x/j.whl"}\nk = {file = "k.whl"}\n'
    )
    assert pins(found) == ["a-b 1.0", "c 2"]
    assert reasons(found) == {
        "d": "not pinned: 'd *'",
        "e": "not pinned: 'e~=1.1'",
        "f": "not pinned: 'f==1.*'",
        "g": "not pinned: 'g 1.2'",
        "h": "git dependency",
        "i": "path dependency",
        "j": "URL dependency",
        "k": "path dependency",
    }
    assert direct(found) == {"a-b", *"cdefghijk"}
    assert edges(found) == {"this project > a-b 1.0", "this project > c 2"}


def test_a_version_without_an_operator_is_never_asked_for_behind_the_name() -> None:
    """Together they would be the name of another package."""
    found = read('[packages]\nrequests = "2.30.0"\nidna = ">=3"\n')
    assert [each.requirement for each in found.requirements] == ["idna>=3"]
    assert reasons(found)["requests"] == "not pinned: 'requests 2.30.0'"


def test_a_version_in_two_categories_is_one_dependency_of_both_scopes() -> None:
    found = inventory_of("Pipfile.lock/categories", "Pipfile")
    assert groups(found) == {
        "idna 3.6": ["docs", "main"],
        "python-dateutil 2.8.2": ["main"],
        "iniconfig 2.0.0": ["dev"],
        "sniffio 1.3.0": ["docs"],
    }
    assert {entry.indexes for entry in found.dependencies} == {("https://pypi.org/simple",)}


def test_markers_are_those_of_the_entry_and_of_its_keys() -> None:
    found = read('[packages]\na = {version = "==1", markers = "x == \'y\'", sys_platform = "== \'win32\'"}\n')
    assert found.dependencies[0].markers == ("(x == 'y') and (sys_platform == 'win32')",)


def test_an_index_is_that_of_the_entry_or_every_source() -> None:
    sources = '[[source]]\nname = "a"\nurl = "https://u:p@a/s"\n[[source]]\nname = "b"\nurl = "https://b/s"\n'
    found = read(f'{sources}[packages]\nx = "==1"\ny = {{version = "==1", index = "b"}}\n')
    assert [entry.indexes for entry in found.dependencies] == [("https://a/s", "https://b/s"), ("https://b/s",)]
    assert read('[packages]\nx = "==1"\n').dependencies[0].indexes == ()


@pytest.mark.parametrize("path", ["Pipfile", "app/Pipfile"])
def test_the_project_itself_is_no_dependency(path: str) -> None:
    found = read('[packages]\n"e1839a8" = {path = ".", editable = true}\na = "==1"\n', path)
    assert pins(found) == ["a 1"]
    assert found.unchecked == ()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('[packages]\na = "==1" # why\n', '2: a = "==1" # why'),
        ('[packages.a]\neditable = false\nversion = "==1"\n', '3: version = "==1"'),
        ('[tool]\na = {version = "==1"}\n', '2: a = {version = "==1"}'),
    ],
)
def test_the_place_is_the_line_that_declares_it(text: str, line: str) -> None:
    location = place(read(text), "a")
    assert f"{location.line}: {location.text}" == line
    assert cut_out(text, location) == location.text


@pytest.mark.parametrize("text", ["", '[requires]\npython_version = "3.11"\n', '[[source]]\nurl = "https://x"\n'])
def test_a_pipfile_without_a_category_declares_nothing(text: str) -> None:
    with pytest.raises(DeclaresNothingError, match=r"^Pipfile: declares no dependencies$"):
        read(text)


@pytest.mark.parametrize(
    "text",
    ["packages = 1\n", '[packages]\n"-" = "*"\n', "[packages]\na = 1\n", "[packages]\na = {version = 1}\n"],
)
def test_what_pipenv_would_not_accept_is_an_error(text: str) -> None:
    with pytest.raises(InputError, match=r"^Pipfile: "):
        read(text)


def test_the_python_of_a_pipfile_is_told() -> None:
    assert read('[packages]\na = "*"\n[requires]\npython_version = "3.11"\n').requires_python == "==3.11.*"
