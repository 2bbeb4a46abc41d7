"""The PEP 723 block of a script, and the lock beside it."""

from collections.abc import Mapping

import pytest

from pysentry_hook.errors import InputError
from pysentry_hook.inputs import UV_LOCK, script, uv_lock
from pysentry_hook.model import Inventory
from pysentry_hook.tree import FolderTree
from tests.inputs.reading import DATA, Files, cut_out, declared, direct, edges, pins, place, reasons


def block(*lines: str) -> str:
    """A script whose block has these lines."""
    return "\n".join(["# /// script", *(f"# {line}".rstrip() for line in lines), "# ///", ""])


def script_of(files: Mapping[str, str]) -> Inventory:
    """Read the first of the files as a script."""
    return script.read(Files(files), next(iter(files)))


def lock_of(files: Mapping[str, str]) -> Inventory:
    """Read the first of the files as a lock."""
    return uv_lock.read(Files(files), next(iter(files)))


def needing(*requirements: str, more: str = "") -> Inventory:
    """What a script with these dependencies installs."""
    lines = ["dependencies = [", *(f'  "{requirement}",' for requirement in requirements), "]", *more.split("\n")]
    return script_of({"tool.py": block(*lines)})


def test_a_script_is_read_as_its_author_wrote_it() -> None:
    found = script.read(FolderTree(DATA / "script"), "tool.py")
    assert pins(found) == ["python-dateutil 2.8.2", "idna 3.6", "idna 3.7"]
    assert [entry.markers for entry in found.dependencies] == [
        (),
        ("python_version < '3.12'",),
        ("python_version >= '3.12'",),
    ]
    assert direct(found) == {"python-dateutil", "idna"}
    assert edges(found) == {"tool.py > python-dateutil 2.8.2", "tool.py > idna 3.6", "tool.py > idna 3.7"}
    assert all(entry.pinned and entry.groups == {"main"} and not entry.indexes for entry in found.dependencies)
    assert "which was not checked" in found.notes[0]
    text = (DATA / "script/tool.py").read_text(encoding="utf-8")
    places = [found.places.location(entry.place) for entry in found.dependencies]
    assert [(location.line, location.column) for location in places] == [(5, 7), (6, 7), (7, 7)]
    assert [cut_out(text, location) for location in places] == [location.text for location in places]
    assert places[0].text == '"python-dateutil==2.8.2"'


def test_the_lock_of_a_script_finds_its_declarations_there() -> None:
    assert UV_LOCK.recognises("tool.py.lock")
    read = uv_lock.read(FolderTree(DATA / "script"), "tool.py.lock")
    assert pins(read) == ["idna 3.6", "idna 3.7", "python-dateutil 2.8.2", "six 1.17.0"]
    assert direct(read) == {"idna", "python-dateutil"}
    assert "tool.py > python-dateutil 2.8.2" in edges(read)
    assert declared(read, "python-dateutil") == ("tool.py", 5, '"python-dateutil==2.8.2"')
    assert declared(read, "six") is None
    assert read.notes == ()


def test_a_lock_is_read_without_its_script_or_beside_a_broken_one() -> None:
    lock = (DATA / "script/tool.py.lock").read_text(encoding="utf-8")
    assert lock_of({"a/tool.py.lock": lock}).notes == ()
    found = lock_of({"tool.py.lock": lock, "tool.py": "print()"})
    assert len(pins(found)) == 4
    assert "tool.py has no PEP 723 block" in found.notes[0].replace("tool.py: ", "tool.py ")
    assert declared(found, "idna") is None


@pytest.mark.parametrize(
    ("requirement", "name", "reason"),
    [
        ("a", "a", "not pinned: 'a'"),
        ("A_b>=1", "a-b", "not pinned: 'A_b>=1'"),
        ("a==1.*", "a", "not pinned: 'a==1.*'"),
        ("a===next", "a", "the version 'next' is no PEP 440 version"),
        ("a @ https://me:secret@x.example/a.zip", "a", "URL dependency"),
        ("a @ git+https://x.example/a ; os_name == 'nt'", "a", "git dependency"),
        ("a @ file:///opt/a", "a", "path dependency"),
    ],
)
def test_what_is_no_pin_is_listed_with_the_reason(requirement: str, name: str, reason: str) -> None:
    found = needing(requirement)
    assert (pins(found), reasons(found)) == ([], {name: reason})
    assert direct(found) == {name}
    assert "secret" not in repr((found.unchecked, found.notes))


@pytest.mark.parametrize(
    ("settings", "indexes"),
    [
        ("", ()),
        ("[tool.uv]\nindex-url = 'https://me:secret@i.example/simple'", ("https://i.example/simple",)),
        ("[tool.uv]\nextra-index-url = ['https://i.example/']", ("https://i.example/", "https://pypi.org/simple")),
        ("[[tool.uv.index]]\nurl = 'https://i.example/'", ("https://i.example/", "https://pypi.org/simple")),
        ("[[tool.uv.index]]\nurl = 'https://i.example/'\ndefault = true", ("https://i.example/",)),
        ("[[tool.uv.index]]\nurl = 'https://i.example/'\nexplicit = true", ()),
        ("[tool.uv]\nno-index = true", ("no index",)),
        ("[tool.uv]\nno-index = true\nfind-links = ['./wheels']", ("./wheels",)),
        ("[tool.other]\nindex-url = 'https://i.example/'", ()),
    ],
)
def test_the_block_says_where_packages_may_come_from(settings: str, indexes: tuple[str, ...]) -> None:
    assert needing("a==1", more=settings).dependencies[0].indexes == indexes


def test_a_package_with_a_source_comes_from_there() -> None:
    sources = (
        "[tool.uv.sources]\na = { index = 'mine' }\nb = { git = 'https://x.example/b' }\n"
        "c = [{ path = '../c', marker = 'x' }]\nd = { index = 'other' }\n"
        "[[tool.uv.index]]\nname = 'mine'\nurl = 'https://i.example/'\nexplicit = true\n"
    )
    found = needing("a==1", "b==1", "c==1", "d==1", more=sources)
    undeclared = ("the index 'other'",)
    assert {entry.name: entry.indexes for entry in found.dependencies} == {
        "a": ("https://i.example/",),
        "d": undeclared,
    }
    assert reasons(found) == {"b": "git dependency", "c": "path dependency"}


@pytest.mark.parametrize(
    "lines",
    [
        ['dependencies = ["a==1", "b==2"]'],
        ["dependencies = [ # one ] of 'two'", "  'a==1', # \"c==3\"", '  "b==2" ]', "[tool.x]", 'dependencies = ["c"]'],
        ['"dependencies" = ["a==1",', "", '"b==2"]'],
    ],
)
def test_a_place_is_the_quoted_requirement(lines: list[str]) -> None:
    for text in (block(*lines), block(*lines).replace("\n", "\r\n"), "\ufeff'''\n'''\n" + block(*lines)):
        found = script_of({"tool.py": text})
        assert [cut_out(text, place(found, name)).strip("\"'") for name in "ab"] == ["a==1", "b==2"]


def test_a_requirement_in_a_long_string_is_placed_at_the_block() -> None:
    found = script_of({"tool.py": "\n" + block("dependencies = ['''a==1''']")})
    assert place(found, "a") == ("tool.py", 2, 1, 13, "# /// script")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "print('hello')\n",
        "  # /// script\n  # dependencies = []\n  # ///\n",
        "# ///script\n# ///\n",
        "# /// script\nprint()\n# ///\n",
        "# /// other\n# /// script\n# dependencies = []\n# ///\n",
        "# /// script\n#dependencies = []\n# ///\n",
        "def (:\n\x0c\\",
    ],
)
def test_a_script_without_a_block_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"^tool\.py: has no PEP 723 block"):
        script_of({"tool.py": text})


def test_two_blocks_are_refused_and_those_of_other_kinds_are_passed_over() -> None:
    text = block("dependencies = ['a==1']")
    assert pins(script_of({"tool.py": f"# /// other\n# [\n# ///\n\n{text}"})) == ["a 1"]
    with pytest.raises(InputError, match=r"^tool\.py:6: has two PEP 723 blocks"):
        script_of({"tool.py": f"{text}\n\n{text}"})


def test_a_block_ends_at_the_last_closing_line_of_its_comment() -> None:
    assert pins(script_of({"tool.py": block("dependencies = ['a==1']") + "# Copyright\n#\n"})) == ["a 1"]
    with pytest.raises(InputError, match=r"^tool\.py:3: is not valid TOML"):
        script_of({"tool.py": block("dependencies = ['a==1']", "///", "b = 1")})


def test_a_block_without_dependencies_installs_nothing() -> None:
    for text in (block(), block("requires-python = '>=3.11'"), block("dependencies = []")):
        found = script_of({"tool.py": text})
        assert (found.dependencies, found.unchecked, found.notes) == ((), (), ())


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        (["dependencies = 'a==1'"], "dependencies is not a list of strings"),
        (["dependencies = [1]"], "dependencies is not a list of strings"),
        (["dependencies = ["], "is not valid TOML"),
        (["dependencies = [", "'two words'", "]"], r":3: is no requirement: 'two words'"),
        (["tool = 1"], r"\[tool\] is not a table"),
        (["dependencies = ['a==1']", "[tool.uv]", "sources = { a = 1 }"], "a source is not a list of tables"),
    ],
)
def test_a_block_of_the_wrong_shape_is_refused(lines: list[str], problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        script_of({"tool.py": block(*lines)})


def test_too_many_packages_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pysentry_hook.inputs.limits.MAX_PACKAGES", 1)
    with pytest.raises(InputError, match="has more than 1 packages"):
        needing("a==1", "b==1")


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "text",
    [
        "# /// script\n" * 200_000,
        "# /// script\n# ///\n\n" * 100_000,
        "# /// a\n# ///\n\n" * 100_000,
        block("dependencies = ['a==1" + " " * 90_000 + "x']"),
        block("dependencies = ['" + "a" * 90_000 + "$']"),
        block("dependencies = [" + "'a'," * 90_000 + "]"),
        block("dependencies = []" + "\n# dependencies = [" * 1_000),
    ],
    ids=["unclosed", "many", "others", "blanks", "long", "wide", "twice"],
)
def test_a_script_that_was_made_to_be_slow_is_read_or_refused_at_once(text: str) -> None:
    try:
        found = script_of({"tool.py": text})
    except InputError:
        return
    assert len(found.unchecked) <= 90_000


def test_the_python_of_a_script_is_told() -> None:
    text = block("requires-python = '>=3.12'\n# dependencies = ['a']")
    assert script_of({"tool.py": text}).requires_python == ">=3.12"
