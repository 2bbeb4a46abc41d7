"""pylock.toml: versions, scopes, origins and edges as PEP 751 writes them, and what is refused."""

import pytest

from pysentry_hook.errors import InputError
from pysentry_hook.model import Inventory
from tests.inputs.reading import edges, groups, inventory, pins, place, reasons

HEAD = 'lock-version = "1.0"\ncreated-by = "a tool"\n'
HASH = 'hashes = { sha256 = "00" }'


def a_pylock(*packages: str, head: str = HEAD) -> Inventory:
    return inventory({"pylock.toml": head + "".join(f"[[packages]]\n{package}\n" for package in packages)})


def a_wheel(name: str, url: str = "https://files.example/a/") -> str:
    return f'wheels = [{{ name = "{name}", url = "{url}{name}", {HASH} }}]'


def test_a_version_that_is_not_stated_is_that_of_the_file() -> None:
    sdist = f'sdist = {{ name = "b-2.0.tar.gz", url = "https://files.example/b-2.0.tar.gz", {HASH} }}'
    found = a_pylock(f'name = "a"\n{a_wheel("a-1.0-py3-none-any.whl")}', f'name = "b"\n{sdist}')
    assert pins(found) == ["a 1.0", "b 2.0"]
    assert [each.indexes for each in found.dependencies] == [("https://files.example",)] * 2


def test_the_index_is_told_without_credentials_and_files_of_this_machine_have_none() -> None:
    local = f'wheels = [{{ name = "b-1.0-py3-none-any.whl", path = "b-1.0-py3-none-any.whl", {HASH} }}]'
    found = a_pylock(
        f'name = "a"\nversion = "1.0"\nindex = "https://me:secret@i.example/simple"\n{a_wheel("a-1.0-py3-none-any.whl")}',
        f'name = "b"\nversion = "1.0"\n{local}',
    )
    assert [each.indexes for each in found.dependencies] == [("https://i.example/simple",), ("a local file",)]


@pytest.mark.parametrize(
    ("origin", "reason"),
    [
        ('vcs = { type = "git", url = "https://x.example/a.git", commit-id = "00" }', "git dependency"),
        ('directory = { path = "libs/a" }', "path dependency"),
        (f'archive = {{ url = "https://x.example/a.zip", {HASH} }}', "URL dependency"),
        (f'archive = {{ path = "a.zip", {HASH} }}', "path dependency"),
    ],
)
def test_what_comes_from_no_index_is_listed_with_the_reason(origin: str, reason: str) -> None:
    assert reasons(a_pylock(f'name = "a"\n{origin}')) == {"a": reason}


def test_packages_in_one_array_are_told_at_the_first_line_and_a_note_says_so() -> None:
    entry = f'name = "a", version = "1.0", {a_wheel("a-1.0-py3-none-any.whl")}'
    found = inventory({"pylock.toml": f"{HEAD}packages = [{{ {entry} }}]\n"})
    assert place(found, "a").line == 1
    assert found.notes == ("pylock.toml: its packages do not stand below [[packages]]; each is told at line 1.",)


def test_the_project_itself_is_no_dependency() -> None:
    assert pins(found := a_pylock('name = "shop"\ndirectory = { path = "." }')) == []
    assert found.unchecked == ()


def test_scopes_are_those_of_the_marker_and_a_default_group_is_main() -> None:
    marked = [
        f'name = "{name}"\nversion = "1.0"\nmarker = "\'{name}\' in dependency_groups"\n'
        + a_wheel(f"{name}-1.0-py3-none-any.whl")
        for name in ("dev", "base")
    ]
    found = a_pylock(*marked, head=f'{HEAD}default-groups = ["base"]\n')
    assert groups(found) == {"dev 1.0": ["dev"], "base 1.0": ["base", "main"]}


def test_an_edge_without_a_version_leads_to_every_fork() -> None:
    entry = 'name = "{0}"\nversion = "{1}"\n'
    found = a_pylock(
        entry.format("a", "1.0") + 'dependencies = [{ name = "b" }]\n' + a_wheel("a-1.0-py3-none-any.whl"),
        *(entry.format("b", version) + a_wheel(f"b-{version}-py3-none-any.whl") for version in ("1.0", "2.0")),
    )
    assert {"a 1.0 > b 1.0", "a 1.0 > b 2.0"} <= edges(found)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('lock-version = "9.0"\ncreated-by = "x"\n', r"lock version 9\.0 is not supported \(1\.0 is\)"),
        ('created-by = "x"\n', "is no valid pylock: .*lock-version"),
        ('lock-version = "1.0"\n', "is no valid pylock: .*created-by"),
    ],
)
def test_what_is_no_pylock_is_refused(text: str, why: str) -> None:
    with pytest.raises(InputError, match=why):
        a_pylock(head=text)
