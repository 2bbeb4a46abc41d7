"""uv.lock: forks, members, scopes, origins, places."""

import pytest

from pysentry_hook.errors import InputError
from tests.builders import a_uv_lock
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
from tests.inputs.uv_locks import PYPI, a_lock


def test_a_workspace_that_uv_locked_is_read_whole() -> None:
    found = inventory_of("uv.lock/workspace", "uv.lock")
    assert groups(found) == {
        "colorama 0.4.6": ["cli"],
        "idna 3.6": ["main"],
        "idna 3.7": ["main"],
        "iniconfig 2.0.0": ["dev"],
        "python-dateutil 2.8.2": ["main"],
        "six 1.16.0": ["main"],
        "typing-extensions 4.9.0": ["dev", "types"],
    }
    assert found.scopes == {"main", "cli", "dev", "types"}
    assert found.unchecked == ()
    assert found.notes == ()


def test_a_member_s_own_dependency_is_direct_and_a_member_is_none() -> None:
    found = inventory_of("uv.lock/workspace", "uv.lock")
    assert direct(found) == {"colorama", "idna", "iniconfig", "python-dateutil", "six", "typing-extensions"}
    assert {root.name for root in found.roots} == {"shop", "worker"}
    assert {"shop 1.0 > worker 0.1", "worker 0.1 > six 1.16.0", "python-dateutil 2.8.2 > six 1.16.0"} <= edges(found)


def test_declarations_are_found_in_every_member_s_manifest() -> None:
    found = inventory_of("uv.lock/workspace", "uv.lock")
    assert declared(found, "idna", "3.6") == ("pyproject.toml", 6, "\"idna==3.6; python_version < '3.12'\"")
    assert declared(found, "idna", "3.7") == ("pyproject.toml", 7, "\"idna==3.7; python_version >= '3.12'\"")
    assert declared(found, "idna", "3.8") == declared(found, "idna", "3.6")
    assert declared(found, "python-dateutil") == ("pyproject.toml", 9, '"Python.DateUtil==2.8.2"')
    assert declared(found, "colorama") == ("pyproject.toml", 13, '"colorama==0.4.6"')
    assert declared(found, "iniconfig") == ("pyproject.toml", 16, '"iniconfig==2.0.0"')
    assert declared(found, "six") == ("packages/worker/pyproject.toml", 5, '"six==1.16.0"')
    assert declared(found, "requests") is None


def test_every_place_in_a_real_lock_is_its_version_line() -> None:
    found = inventory_of("uv.lock/workspace", "uv.lock")
    text = (DATA / "uv.lock/workspace/uv.lock").read_text(encoding="utf-8")
    for dependency in found.dependencies:
        location = found.places.location(dependency.place)
        assert location.text == f'version = "{dependency.written}"' == cut_out(text, location)
        assert text.split("\n")[location.line - 2] == f'name = "{dependency.name}"'


def test_a_package_that_is_needed_by_a_package_only_is_transitive() -> None:
    lock = a_lock(
        f'name = "a"\nversion = "1"\n{PYPI}\ndependencies = [{{ name = "b" }}]',
        f'name = "b"\nversion = "2"\n{PYPI}',
        needs='{ name = "a" }',
    )
    assert direct(inventory({"uv.lock": lock})) == {"a"}


def test_an_edge_with_a_version_leads_to_that_fork_only() -> None:
    lock = a_lock(
        f'name = "a"\nversion = "1"\n{PYPI}',
        f'name = "a"\nversion = "2"\n{PYPI}',
        needs='{ name = "a", version = "2" }',
        more='[package.dev-dependencies]\ndev = [{ name = "a", version = "1" }]',
    )
    found = inventory({"uv.lock": lock})
    assert groups(found) == {"a 1": ["dev"], "a 2": ["main"]}


def test_forks_from_two_indexes_are_two_dependencies() -> None:
    lock = a_lock(
        f'name = "torch"\nversion = "2.5"\n{PYPI}',
        'name = "torch"\nversion = "2.5+cpu"\nsource = { registry = "https://torch.example/cpu" }',
        needs='{ name = "torch", source = { registry = "https://torch.example/cpu" } }',
        more='[package.optional-dependencies]\ngpu = [{ name = "torch", version = "2.5" }]',
    )
    found = inventory({"uv.lock": lock})
    assert groups(found) == {"torch 2.5": ["gpu"], "torch 2.5+cpu": ["main"]}
    assert [dependency.indexes for dependency in found.dependencies] == [
        ("https://pypi.org/simple",),
        ("https://torch.example/cpu",),
    ]


def test_what_an_extra_of_a_package_needs_belongs_to_who_asked_for_the_extra() -> None:
    lock = a_lock(
        f'name = "a"\nversion = "1"\n{PYPI}\n[package.optional-dependencies]\nfast = [{{ name = "b" }}]',
        f'name = "b"\nversion = "1"\n{PYPI}',
        needs='{ name = "a" }',
        more='[package.dev-dependencies]\ntest = [{ name = "a", extra = ["FAST"] }]',
    )
    assert groups(inventory({"uv.lock": lock})) == {"a 1": ["main", "test"], "b 1": ["test"]}


def test_a_cycle_between_packages_ends() -> None:
    lock = a_lock(
        f'name = "a"\nversion = "1"\n{PYPI}\ndependencies = [{{ name = "b" }}]',
        f'name = "b"\nversion = "1"\n{PYPI}\ndependencies = [{{ name = "a" }}]',
        needs='{ name = "a" }',
    )
    assert groups(inventory({"uv.lock": lock})) == {"a 1": ["main"], "b 1": ["main"]}


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ('{ git = "https://token@forge.example/a?rev=main#0123" }', "git dependency"),
        ('{ url = "https://files.example/a-1.whl" }', "URL dependency"),
        ('{ path = "../a-1.whl" }', "path dependency"),
        ('{ directory = "../a" }', "path dependency"),
        ('{ editable = "../a" }', "path dependency"),
        ('{ virtual = "../a" }', "path dependency"),
        ("{}", "the lock does not say where it comes from"),
    ],
)
def test_what_comes_from_no_index_is_listed_with_the_reason(source: str, reason: str) -> None:
    lock = a_lock(f'name = "a"\nversion = "1"\nsource = {source}', needs='{ name = "a" }')
    found = inventory({"uv.lock": lock})
    assert pins(found) == []
    assert reasons(found) == {"a": reason}
    assert "token" not in repr(found.unchecked)


@pytest.mark.parametrize(
    ("version", "reason"),
    [("", "the lock gives no version"), ('version = "next"\n', "the version 'next' is no PEP 440 version")],
)
def test_an_entry_without_a_usable_version_is_listed_with_the_reason(version: str, reason: str) -> None:
    found = inventory({"uv.lock": a_lock(f'name = "a"\n{version}{PYPI}', needs='{ name = "a" }')})
    assert reasons(found) == {"a": reason}
    assert place(found, "a").text == (version.strip() or 'name = "a"')


def test_credentials_of_an_index_are_stripped() -> None:
    lock = a_lock('name = "a"\nversion = "1"\nsource = { registry = "https://me:secret@i.example/simple?key=secret" }')
    assert inventory({"uv.lock": lock}).dependencies[0].indexes == ("https://i.example/simple",)


def test_a_script_s_requirements_are_direct() -> None:
    manifest = '[manifest]\nrequirements = [{ name = "a", specifier = "==1" }]\n'
    lock = f'version = 1\n{manifest}\n[[package]]\nname = "a"\nversion = "1"\n{PYPI}\n'
    found = inventory({"uv.lock": lock})
    assert direct(found) == {"a"}
    assert edges(found) == {"uv > a 1"}


def test_a_group_of_a_folder_without_a_project_is_a_scope() -> None:
    manifest = '[manifest.dependency-groups]\nDocs = [{ name = "a" }]\n'
    lock = f'version = 1\n{manifest}\n[[package]]\nname = "a"\nversion = "1"\n{PYPI}\n'
    assert groups(inventory({"uv.lock": lock})) == {"a 1": ["docs"]}


@pytest.mark.parametrize(
    "manifest",
    [
        'requirements = [{ name = "a" }, { name = "gone", marker = "python_full_version < \'3\'" }]',
        'requirements = [{ name = "a" }, { name = "gone" }]\nexcludes = ["gone"]',
        'requirements = [{ name = "a" }, { name = "gone" }]\noverrides = [{ name = "gone", marker = "os_name == 0" }]',
    ],
)
def test_a_requirement_that_no_platform_needs_may_be_absent(manifest: str) -> None:
    lock = f'version = 1\n[manifest]\n{manifest}\n[[package]]\nname = "a"\nversion = "1"\n{PYPI}\n'
    assert pins(inventory({"uv.lock": lock})) == ["a 1"]


def test_a_requirement_without_a_reason_to_be_absent_shows_that_the_lock_was_cut() -> None:
    lock = (
        f'version = 1\n[manifest]\nrequirements = [{{ name = "b" }}]\n[[package]]\nname = "a"\nversion = "1"\n{PYPI}\n'
    )
    with pytest.raises(InputError, match=r"needs 'b', which is not in the lock\. Is the file complete\?"):
        inventory({"uv.lock": lock})


def test_a_header_inside_a_multi_line_string_is_no_package() -> None:
    lock = a_lock(
        'name = "a"\nversion = "1"\n' + PYPI + '\nnote = """\n[[package]]\nversion = "9"\n"""',
        "name = \"b\"\nversion = \"2\"\nnote = '''\n[[package]]\n''''",
        f'name = "c"\nversion = "3"\n{PYPI}',
    )
    found = inventory({"uv.lock": lock})
    for name, version in (("a", "1"), ("b", "2"), ("c", "3")):
        assert place(found, name).text == f'version = "{version}"' == cut_out(lock, place(found, name))


def test_quotes_inside_other_strings_and_comments_hide_no_package() -> None:
    lock = a_lock(
        'name = "a"\nversion = "1"\nnote = "it\'s \'\'\' here" # and """ here',
        f'name = "b"\nversion = "2"\nnote = \'say """\'\n{PYPI}',
        f'name = "c"\nversion = "3"\nnote = "\\"\'\'\'"\n{PYPI}',
    )
    found = inventory({"uv.lock": lock})
    assert [place(found, name).text for name in "abc"] == ['version = "1"', 'version = "2"', 'version = "3"']


def test_the_place_is_right_with_windows_line_ends_a_byte_order_mark_and_indentation() -> None:
    lock = a_lock(f'name = "a"\n  version = "1" # pinned\n{PYPI}', needs='{ name = "a" }').replace("\n", "\r\n")
    found = inventory({"uv.lock": "\ufeff" + lock})
    location = place(found, "a")
    assert (location.column, location.text) == (3, 'version = "1" # pinned')
    assert cut_out(lock, location) == location.text


def test_an_entry_that_stands_in_no_header_of_its_own_is_placed_at_the_first_line() -> None:
    lock = 'version = 1\npackage = [{ name = "shop", source = { virtual = "." } }, { name = "a", version = "1" }]\n'
    found = inventory({"uv.lock": lock})
    assert place(found, "a")[:5] == ("uv.lock", 1, 1, 12, "version = 1")
    assert found.notes == ("uv.lock: its packages do not stand below [[package]]; each is told at line 1.",)
    assert inventory({"uv.lock": a_uv_lock(("a", "1"))}).notes == ()


def test_a_manifest_that_cannot_be_read_is_a_note() -> None:
    found = inventory({"uv.lock": a_uv_lock(("a", "1")), "pyproject.toml": "[project"})
    assert pins(found) == ["a 1"]
    assert found.notes[0].startswith("pyproject.toml:1: is not valid TOML")
    assert declared(found, "a") is None


def test_a_member_outside_of_the_tree_is_not_looked_up() -> None:
    manifest = '[manifest]\nmembers = ["shop", "lib"]\n'
    lock = a_lock('name = "lib"\nversion = "1"\nsource = { editable = "../../lib" }', manifest=manifest)
    found = inventory({"app/uv.lock": lock, "lib/pyproject.toml": '[project]\ndependencies = ["a"]\n'})
    assert declared(found, "a") is None
    assert (found.dependencies, found.unchecked) == ((), ())


def test_a_scope_s_name_is_safe_to_show() -> None:
    lock = a_lock(more='[package.dev-dependencies]\n"\\u001b[31m\\u202eDev" = []')
    assert inventory({"uv.lock": lock}).scopes == {"main", "[31mdev"}


def test_the_member_whose_declaration_admits_the_version_is_shown() -> None:
    manifest = '[manifest]\nmembers = ["shop", "lib"]\n'
    lock = a_lock('name = "lib"\nversion = "1"\nsource = { editable = "lib" }', manifest=manifest)
    one, other = (f'[project]\ndependencies = ["a=={version}"]\n' for version in (1, 2))
    found = inventory({"uv.lock": lock, "pyproject.toml": one, "lib/pyproject.toml": other})
    assert declared(found, "a", "1") == ("pyproject.toml", 2, '"a==1"')
    assert declared(found, "a", "2") == ("lib/pyproject.toml", 2, '"a==2"')
