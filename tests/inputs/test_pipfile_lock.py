"""Pipfile.lock: default, develop and custom categories."""

import json
from collections.abc import Mapping
from typing import Any

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

PYPI = {"name": "pypi", "url": "https://pypi.org/simple", "verify_ssl": True}


def a_lock(default: Mapping[str, Any], *, sources: Any = (PYPI,), **categories: Any) -> str:
    meta = {"pipfile-spec": 6, "sources": list(sources)}
    return json.dumps({"_meta": meta, "default": default, "develop": {}, **categories}, indent=4)


def test_a_lock_with_a_custom_category_is_read_as_pipenv_wrote_it() -> None:
    found = inventory_of("Pipfile.lock/categories", "Pipfile.lock")
    assert groups(found) == {
        "idna 3.6": ["docs", "main"],
        "python-dateutil 2.8.2": ["main"],
        "six 1.17.0": ["main"],
        "iniconfig 2.0.0": ["dev"],
        "sniffio 1.3.0": ["docs"],
    }
    assert found.scopes == {"main", "dev", "docs"}
    assert direct(found) == {"idna", "python-dateutil", "iniconfig", "sniffio"}
    assert "this project > six 1.17.0" not in edges(found)
    assert "this project > sniffio 1.3.0" in edges(found)


def test_every_place_in_a_real_lock_is_its_version() -> None:
    found = inventory_of("Pipfile.lock/categories", "Pipfile.lock")
    text = (DATA / "Pipfile.lock/categories/Pipfile.lock").read_text(encoding="utf-8")
    for dependency in found.dependencies:
        location = found.places.location(dependency.place)
        assert location.text == f'"version": "=={dependency.written}"' == cut_out(text, location)
    assert [found.places.location(dependency.place).line for dependency in found.dependencies] == [24, 32, 40, 51, 71]


def test_declarations_stand_in_the_pipfile() -> None:
    found = inventory_of("Pipfile.lock/categories", "Pipfile.lock")
    assert declared(found, "idna") == ("Pipfile", 7, 'idna = "==3.6"')
    assert declared(found, "iniconfig") == ("Pipfile", 11, 'iniconfig = "==2.0.0"')
    assert declared(found, "sniffio") == ("Pipfile", 14, 'sniffio = "==1.3.0"')
    assert declared(found, "six") is None
    assert declared(found, "name") is None


def test_a_lock_in_a_folder_of_the_repository_is_read_as_in_its_root() -> None:
    text = a_lock({"a": {"version": "==1"}, "shop": {"path": ".", "editable": True}})
    assert pins(inventory({"Pipfile.lock": text})) == ["a 1"]
    assert pins(inventory({"services/back/Pipfile.lock": text})) == ["a 1"]


def test_the_project_itself_is_no_dependency_and_its_neighbour_is_listed() -> None:
    text = a_lock({"shop": {"path": "./", "editable": True}, "lib": {"path": "../lib"}, "abs": {"path": "/opt/abs"}})
    found = inventory({"app/Pipfile.lock": text})
    assert pins(found) == []
    assert reasons(found) == {"lib": "path dependency", "abs": "path dependency"}


def test_a_version_in_two_categories_is_installed_where_either_installs_it() -> None:
    windows, linux = "sys_platform == 'win32'", "sys_platform == 'linux'"
    one = {"version": "==1", "markers": windows, "index": "pypi"}
    text = a_lock({"a": one}, docs={"a": {"version": "==1", "markers": linux, "index": "own"}})
    (found,) = inventory({"Pipfile.lock": text}).dependencies
    assert found.markers == (windows, linux)
    assert found.indexes == ("https://pypi.org/simple", "the index 'own'")
    (found,) = inventory({"Pipfile.lock": a_lock({"a": one}, docs={"a": {"version": "==1"}})}).dependencies
    assert found.markers == ()


def test_each_reason_why_a_package_is_not_checked_is_told() -> None:
    found = inventory({"Pipfile.lock": a_lock({"a": {"git": "x"}}, docs={"a": {"path": "../a"}})})
    assert [each.reason for each in found.unchecked] == ["git dependency", "path dependency"]


def test_two_versions_in_two_categories_are_two_dependencies() -> None:
    found = inventory({"Pipfile.lock": a_lock({"a": {"version": "==1"}}, docs={"A": {"version": "==2"}})})
    assert groups(found) == {"a 1": ["main"], "a 2": ["docs"]}


def test_without_a_pipfile_nobody_knows_what_is_direct() -> None:
    found = inventory({"Pipfile.lock": a_lock({"a": {"version": "==1"}})})
    assert found.dependencies[0].direct is None
    assert found.edges == ()


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ({"git": "https://me:secret@forge.example/a", "ref": "0123"}, "git dependency"),
        ({"hg": "https://x"}, "Mercurial dependency"),
        ({"svn": "https://x"}, "Subversion dependency"),
        ({"bzr": "https://x"}, "Bazaar dependency"),
        ({"file": "https://x/a.whl", "version": "==1"}, "URL dependency"),
        ({"file": "./a.whl"}, "path dependency"),
        ({"file": 1, "version": "==1"}, "path dependency"),
        ({"uri": "https://x/a.whl"}, "URL dependency"),
        ({"path": "./lib"}, "path dependency"),
        ({}, "the lock gives no version"),
        ({"version": None}, "the lock gives no version"),
        ({"version": "*"}, "not pinned: '*'"),
        ({"version": ">=1"}, "not pinned: '>=1'"),
        ({"version": "==1.*"}, "not pinned: '==1.*'"),
        ({"version": "==next"}, "the version 'next' is no PEP 440 version"),
    ],
)
def test_what_cannot_be_checked_is_listed_with_the_reason(entry: Mapping[str, object], reason: str) -> None:
    found = inventory({"Pipfile.lock": a_lock({"a": entry})})
    assert pins(found) == []
    assert reasons(found) == {"a": reason}
    assert "secret" not in repr(found.unchecked)


@pytest.mark.parametrize(("text", "written"), [("==1.0", "1.0"), ("===1.0", "1.0"), ("== 1.0", "1.0")])
def test_a_pin_is_read_with_its_operator(text: str, written: str) -> None:
    assert inventory({"Pipfile.lock": a_lock({"a": {"version": text}})}).dependencies[0].written == written


def test_the_index_of_an_entry_is_the_one_that_it_names() -> None:
    corp = {"name": "corp", "url": "https://me:secret@i.example/simple"}
    default = {
        "a": {"version": "==1", "index": "corp"},
        "b": {"version": "==1"},
        "c": {"version": "==1", "index": "lost"},
    }
    found = inventory({"Pipfile.lock": a_lock(default, sources=[PYPI, corp])})
    assert [dependency.indexes for dependency in found.dependencies] == [
        ("https://i.example/simple",),
        ("https://pypi.org/simple", "https://i.example/simple"),
        ("the index 'lost'",),
    ]


def test_a_lock_without_sources_means_pypi() -> None:
    found = inventory({"Pipfile.lock": a_lock({"a": {"version": "==1"}}, sources=[])})
    assert found.dependencies[0].indexes == ("https://pypi.org/simple",)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{"default": {}}', 'has no "_meta"'),
        ('{"_meta": {"pipfile-spec": 7}}', r"pipfile-spec 7 is not supported \(6 is\)"),
        ('{"_meta": []}', '"_meta" is not a table'),
        ('{"_meta": {"sources": {}}}', '"sources" is not a list of tables'),
        ('{"_meta": {}, "default": []}', "'default' is not a table"),
        ('{"_meta": {}, "default": {"a": "==1"}}', "a is not a table"),
        ('{"_meta": {}, "default": {"../a": {}}}', "'../a' is no valid package name"),
        ('{"_meta": {}, "default": {"a": {}, "a": {}}}', "holds the key 'a' twice"),
        ("[]", "is not a JSON object"),
        ('{"_meta": ' + "[" * 100_000, "is not valid JSON"),
        ('{"_meta": ' + "1" * 10_000 + "}", "is not valid JSON"),
    ],
)
def test_a_value_of_the_wrong_shape_is_refused(text: str, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        inventory({"Pipfile.lock": text})


def test_an_error_in_the_json_names_its_line() -> None:
    with pytest.raises(InputError, match=r"^Pipfile\.lock:3: is not valid JSON"):
        inventory({"Pipfile.lock": '{\n"_meta": {},\n"default": }'})


def test_the_place_ends_where_the_version_ends_even_on_one_line() -> None:
    text = '{"_meta":{},"default":{"version":{"version":"==1","extras":["version"]},"a":{"version" : "==2"}}}'
    found = inventory({"Pipfile.lock": text})
    assert [place(found, name).text for name in ("version", "a")] == ['"version":"==1"', '"version" : "==2"']
    assert [cut_out(text, place(found, name)) for name in ("version", "a")] == ['"version":"==1"', '"version" : "==2"']


def test_the_place_of_an_entry_without_a_version_is_its_name() -> None:
    text = a_lock({"a": {"git": 'https://x/"version": "==9"'}, "b\u0062": {"version": "==1"}})
    found = inventory({"Pipfile.lock": text})
    assert place(found, "a").text == '"a"' == cut_out(text, place(found, "a"))
    assert place(found, "bb").text == '"version": "==1"' == cut_out(text, place(found, "bb"))


def test_the_place_is_that_of_the_first_category_and_of_an_escaped_key() -> None:
    text = '{"_meta": {},\n"default": {"\\u0061": {"version": "==1"}},\n"docs": {"a": {"version": "==1"}}}'
    assert place(inventory({"Pipfile.lock": text}), "a").line == 2


def test_the_place_is_right_with_windows_line_ends_and_a_byte_order_mark() -> None:
    text = a_lock({"a": {"version": "==1"}}).replace("\n", "\r\n")
    location = place(inventory({"Pipfile.lock": "\ufeff" + text}), "a")
    assert location.text == '"version": "==1"' == cut_out(text, location)


def test_a_category_s_name_is_safe_to_show() -> None:
    text = '{"_meta": {}, "\\ud800\\u001b[31m\\u202eX": {"a": {"version": "==1"}}}'
    found = inventory({"Pipfile.lock": text})
    assert groups(found) == {"a 1": ["[31mx"]}
    assert found.scopes == {"main", "[31mx"}


def test_a_pipfile_that_cannot_be_read_is_a_note() -> None:
    found = inventory({"Pipfile.lock": a_lock({"a": {"version": "==1"}}), "Pipfile": "[packages"})
    assert pins(found) == ["a 1"]
    assert found.notes[0].startswith("Pipfile:1: is not valid TOML")
