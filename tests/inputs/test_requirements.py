"""requirements.txt and what it includes, as pip reads it."""

import codecs

import pytest

from pysentry_hook.errors import InputError
from pysentry_hook.model import Dependency, Inventory, Unchecked
from tests.inputs.reading import (
    DATA,
    cut_out,
    declared,
    direct,
    edges,
    inventory,
    inventory_of,
    pins,
    place,
    reasons,
)


def markers(found: Inventory) -> dict[str, tuple[str, ...]]:
    entries: tuple[Dependency | Unchecked, ...] = (*found.dependencies, *found.unchecked)
    return {f"{entry.name} {entry.version}": entry.markers for entry in entries}


def pins_of(text: str | bytes) -> list[str]:
    return pins(inventory({"requirements.txt": text}))


def test_an_export_is_read_as_uv_wrote_it() -> None:
    found = inventory_of("requirements.txt", "exported-by-uv.txt")
    assert pins(found) == ["idna 3.6", "idna 3.7", "python-dateutil 2.8.2", "six 1.16.0"]
    assert direct(found) == {"idna", "python-dateutil", "six"}
    assert "python-dateutil 2.8.2 > six 1.16.0" in edges(found)
    assert markers(found) == {
        "idna 3.6": ("python_full_version < '3.12'",),
        "idna 3.7": ("python_full_version >= '3.12'",),
        "python-dateutil 2.8.2": (),
        "six 1.16.0": (),
    }
    assert found.notes == ()
    text = (DATA / "requirements.txt/exported-by-uv.txt").read_text(encoding="utf-8")
    places = [found.places.location(dependency.place) for dependency in found.dependencies]
    assert [(location.line, location.text) for location in places] == [
        (3, "idna==3.6 ; python_full_version < '3.12'"),
        (7, "idna==3.7 ; python_full_version >= '3.12'"),
        (11, "python-dateutil==2.8.2"),
        (15, "six==1.16.0"),
    ]
    assert [cut_out(text, location) for location in places] == [location.text for location in places]


@pytest.mark.parametrize(
    ("line", "pin"),
    [
        ("Requests==2.30.0", "requests 2.30.0"),
        ("zope.interface == 5.0", "zope-interface 5.0"),
        ("requests===2.30.0", "requests 2.30.0"),
        ("requests[socks, Use_chardet] ==2.30.0", "requests 2.30.0"),
        ("requests [socks]==2.30.0", "requests 2.30.0"),
        ("requests (==2.30.0)", "requests 2.30.0"),
        ("requests==2.30.0;python_version<'3'", "requests 2.30.0"),
        ("requests==2.30.0 ; sys_platform == 'win32'  # why", "requests 2.30.0"),
        ("  requests==2.30.0\t", "requests 2.30.0"),
        ("requests==2.30.0 --hash=sha256:00 --hash sha256:11", "requests 2.30.0"),
        ("requests==2.30.0 --config-settings=a=b", "requests 2.30.0"),
        ("requests==1!2.0.post1+local.1", "requests 1!2.0.post1+local.1"),
        ("requests==v2.0", "requests 2.0"),
    ],
)
def test_a_pin_is_a_dependency(line: str, pin: str) -> None:
    assert pins_of(f"{line}\n") == [pin]


@pytest.mark.parametrize(
    "line",
    [
        "a",
        "a[x]",
        "a>=1",
        "a~=1.0",
        "a!=1",
        "a<2,>1",
        "a==1.*",
        "a===1.*",
        "a==1,!=2",
        "a ; os_name",
        "a (>=1)",
        "a==1 b",
    ],
)
def test_what_is_no_pin_is_listed(line: str) -> None:
    found = inventory({"requirements.txt": line})
    assert pins(found) == []
    assert reasons(found) == {"a": f"not pinned: {line!r}"}


def test_a_version_that_is_none_by_pep_440_is_listed() -> None:
    assert reasons(inventory({"requirements.txt": "a===next"})) == {"a": "the version 'next' is no PEP 440 version"}


@pytest.mark.parametrize(
    ("line", "name", "reason"),
    [
        ("a @ https://me:secret@x.example/a-1.whl#sha256=0", "a", "URL dependency"),
        ("a[x]@git+https://me:secret@x.example/a@main", "a", "git dependency"),
        ("a @ file:///opt/a.whl", "a", "path dependency"),
        ("a @ ../a", "a", "path dependency"),
        ("-e git+ssh://secret@x.example/a.git#subdirectory=b&egg=A_b", "a-b", "git dependency"),
        ("--editable=svn+https://x.example/a#egg=a", "a", "svn dependency"),
        ("-e ../lib[extra]", "../lib[extra]", "path dependency"),
        ("-e '../my lib'", "../my lib", "path dependency"),
        ("git+https://me:secret@x.example/a.git", "git+https://x.example/a.git", "git dependency"),
        ("https://me:secret@x.example/a.zip?token=secret", "https://x.example/a.zip", "URL dependency"),
        ("https://x.example/${TOKEN}/a.zip", "https://x.example/${TOKEN}/a.zip", "URL dependency"),
        ("./lib", "./lib", "path dependency"),
        ("/opt/lib", "/opt/lib", "path dependency"),
        ("lib/sub[x]", "lib/sub[x]", "path dependency"),
        ("a-1.0-py3-none-any.whl", "a-1-0-py3-none-any-whl", "path dependency"),
        ("dist/a-1.0.tar.gz ; os_name", "dist/a-1.0.tar.gz", "path dependency"),
    ],
)
def test_what_comes_from_no_index_is_listed_with_the_reason(line: str, name: str, reason: str) -> None:
    found = inventory({"requirements.txt": line})
    assert pins(found) == []
    assert reasons(found) == {name: reason}
    assert "secret" not in repr(found.unchecked)


@pytest.mark.parametrize("line", ["-e .", "-e .[dev]", ".", "-e ./", "--editable ."])
def test_the_project_itself_is_no_dependency(line: str) -> None:
    found = inventory({"app/requirements.txt": line})
    assert (found.dependencies, found.unchecked) == ((), ())
    assert found.notes == ("app/requirements.txt:1 installs the project itself; what it declares is not in this file.",)


def test_the_same_name_under_disjoint_markers_is_two_dependencies() -> None:
    assert pins_of("a==1 ; python_version < '3.12'\nA==2 ; python_version >= '3.12'\na==1.0\n") == ["a 1", "a 2"]


def test_comments_need_white_space_and_continuations_come_first() -> None:
    text = (
        "# a==0\n"
        "a==1 # b==1\n"
        "c==1 \\\n    --hash=sha256:00 \\\n# d==1 \\\ne==1\n"
        "req\\\nuests==2.\\\n30.0\n"
        "https://x.example/f.whl#egg=f\n"
        "g==1 \\"
    )
    found = inventory({"requirements.txt": text})
    assert pins(found) == ["a 1", "c 1", "e 1", "requests 2.30.0", "g 1"]
    assert list(reasons(found)) == ["f"]
    assert [place(found, name).line for name in ("a", "c", "e", "requests", "g")] == [2, 3, 6, 7, 11]


def test_lines_end_where_pip_ends_them() -> None:
    found = inventory({"requirements.txt": "# comment\x0ca==1\r\nb==1\rc==1\n# \u2028d==1\ne==1"})
    assert pins(found) == ["a 1", "b 1", "c 1", "d 1", "e 1"]
    assert [place(found, name).line for name in "abcde"] == [1, 2, 3, 4, 5]


def test_the_place_of_a_pin_is_what_it_says_without_comment_and_hashes() -> None:
    text = "  a[x] == 1 ; os_name  # why\r\n\tb==2 --hash=sha256:00\r\nc==3 \\\r\n  --hash=sha256:00\r\n"
    found = inventory({"requirements.txt": text})
    assert [place(found, name) for name in "abc"] == [
        ("requirements.txt", 1, 3, 22, "a[x] == 1 ; os_name"),
        ("requirements.txt", 2, 2, 6, "b==2"),
        ("requirements.txt", 3, 1, 5, "c==3"),
    ]
    assert declared(found, "a") is None


def test_an_include_is_relative_to_the_file_that_includes() -> None:
    files = {
        "requirements.txt": "-r sub/base.txt\na==1\n",
        "sub/base.txt": "--requirement=../other.txt\n-rmore.txt\nb==1\n",
        "other.txt": "c==1\n",
        "sub/more.txt": "\nd==1\n",
        "more.txt": "wrong==1\n",
    }
    found = inventory(files)
    assert pins(found) == ["c 1", "d 1", "b 1", "a 1"]
    assert [file.path for file in found.files] == ["requirements.txt", "sub/base.txt", "other.txt", "sub/more.txt"]
    assert place(found, "d") == ("sub/more.txt", 2, 1, 5, "d==1")


def test_a_cycle_of_includes_is_read_once_and_told() -> None:
    found = inventory({"requirements.txt": "a==1\n-r b.txt", "b.txt": "b==1\n-r requirements.txt"})
    assert pins(found) == ["a 1", "b 1"]
    assert found.notes[0] == "requirements.txt includes itself; it was read once."


def test_a_file_that_two_files_include_is_read_once() -> None:
    files = {"requirements.txt": "-r a.txt\n-r b.txt", "a.txt": "-r c.txt", "b.txt": "-r c.txt", "c.txt": "c==1"}
    found = inventory(files)
    assert pins(found) == ["c 1"]
    assert len(found.files) == 4


def test_a_chain_of_includes_has_an_end() -> None:
    files = {f"r{depth}.txt": f"-r r{depth + 1}.txt" for depth in range(30)}
    with pytest.raises(InputError, match=r"^r21\.txt: is included more than 20 levels deep"):
        inventory(files | {"r30.txt": ""})


@pytest.mark.parametrize("target", ["../../x.txt", "/etc/passwd", "file:///etc/passwd", "sub/../../../x.txt"])
def test_an_include_outside_of_the_tree_is_refused(target: str) -> None:
    with pytest.raises(InputError, match=r"^app/requirements\.txt:2: includes .* outside of the repository"):
        inventory({"app/requirements.txt": f"a==1\n-r {target}\n"})


@pytest.mark.parametrize("target", ["none.txt", "${WHERE}/base.txt"])
def test_an_include_that_is_not_there_is_refused(target: str) -> None:
    with pytest.raises(InputError, match=r"^requirements\.txt:1: includes .*, which is not there"):
        inventory({"requirements.txt": f"-r {target}\n"})


def test_an_include_of_nothing_is_refused() -> None:
    with pytest.raises(InputError, match=r"^requirements\.txt:1: has a -r without a file"):
        inventory({"requirements.txt": "-r\n"})


def test_an_include_by_url_is_a_failure_without_its_password() -> None:
    found = inventory({"requirements.txt": "-r https://me:secret@x.example/base.txt\na==1\n"})
    assert pins(found) == ["a 1"]
    assert [failure.detail for failure in found.failures] == [
        "line 1 includes https://x.example/base.txt, which is not loaded; include a file instead"
    ]


def test_constraints_are_kept_for_a_resolver() -> None:
    found = inventory(
        {
            "requirements.txt": "-c limits/all.txt\n-r base.txt\na\n",
            "limits/all.txt": "a<2  # why\n-c more.txt\n./folder\n",
            "limits/more.txt": "c==3 --hash=sha256:00\n-c all.txt\n",
            "base.txt": "-c base.txt\nb==1\n",
        }
    )
    assert found.constraints == ("a<2", "c==3", "b==1")
    assert pins(found) == ["b 1"]
    assert [file.path for file in found.files] == [
        "requirements.txt", "base.txt", "limits/all.txt", "limits/more.txt",
    ]  # fmt: skip
    assert any(note.startswith("limits/all.txt:3 limits no version of an index") for note in found.notes)


def test_a_constraint_installs_nothing() -> None:
    found = inventory({"requirements.txt": "-c limits.txt\na==1\n", "limits.txt": "b==1\n"})
    assert pins(found) == ["a 1"]
    assert not [note for note in found.notes if "limits" in note]


@pytest.mark.parametrize("target", ["none.txt", "https://me:secret@x.example/limits.txt", "../limits.txt"])
def test_a_constraint_that_cannot_be_read_is_a_note_without_its_password(target: str) -> None:
    found = inventory({"requirements.txt": f"--constraint {target}\na==1\n"})
    assert "were not read" in found.notes[0]
    assert "secret" not in found.notes[0]


@pytest.mark.parametrize(
    ("line", "marker"),
    [
        ("a==1; os_name == 'nt'  # why", ("os_name == 'nt'",)),
        ("a==1 ;os_name == 'nt' --hash=sha256:00", ("os_name == 'nt'",)),
        ("a===x ; os_name == 'nt'", ("os_name == 'nt'",)),
        ("a>=1;os_name == 'nt'", ("os_name == 'nt'",)),
        ("a @ https://x.example/a;b.zip ; os_name == 'nt'", ("os_name == 'nt'",)),
        ("https://x.example/a.zip; os_name == 'nt'", ("os_name == 'nt'",)),
        ("./lib ; os_name == 'nt'", ("os_name == 'nt'",)),
        ("https://x.example/a.zip;b", ()),
        ("a==1;", ()),
        ("a==1", ()),
    ],
)
def test_a_marker_is_what_follows_the_semicolon(line: str, marker: tuple[str, ...]) -> None:
    assert list(markers(inventory({"requirements.txt": line})).values()) == [marker]


def test_any_marker_of_a_version_that_stands_twice_may_hold() -> None:
    twice = "a==1 ; os_name == 'nt'\na==1.0 ; os_name == 'posix'\na==1 ; os_name == 'nt'\n"
    assert markers(inventory({"requirements.txt": twice})) == {"a 1": ("os_name == 'nt'", "os_name == 'posix'")}
    assert markers(inventory({"requirements.txt": f"{twice}a==1\n"})) == {"a 1": ()}


def test_pins_of_a_plain_file_are_direct_and_the_gap_is_told() -> None:
    found = inventory({"requirements.txt": "a==1\nb==2  # viable\n"})
    assert direct(found) == {"a", "b"}
    assert edges(found) == {"project > a 1", "project > b 2"}
    assert "what these pins bring in themselves is not in it" in found.notes[0]


def test_who_needs_a_pin_is_not_known_where_only_hashes_show_that_a_tool_compiled_it() -> None:
    found = inventory({"requirements.txt": "a==1 --hash=sha256:00\n"})
    assert found.dependencies[0].direct is None
    assert (found.edges, found.notes) == ((), ())


@pytest.mark.parametrize(
    ("options", "indexes"),
    [
        ("", ()),
        ("-i https://me:secret@i.example/simple", ("https://i.example/simple",)),
        ("--index-url=https://i.example/simple", ("https://i.example/simple",)),
        ('--index-url "https://i.example/simple"', ("https://i.example/simple",)),
        ("-i https://i.example/simple --trusted-host i.example", ("https://i.example/simple",)),
        ("-i https://a.example/\n-i https://b.example/", ("https://b.example/",)),
        ("--index-url https://${USER}:${PASS}@i.example/simple", ("https://i.example/simple",)),
        ("--index-url https://${HOST}/simple", ("https://${HOST}/simple",)),
        ("--extra-index-url https://i.example/simple", ("https://pypi.org/simple", "https://i.example/simple")),
        (
            "-i https://a.example/ --extra-index-url=https://b.example/\n--extra-index-url https://c.example/",
            ("https://a.example/", "https://b.example/", "https://c.example/"),
        ),
        ("--no-index", ("no index",)),
        ("--no-index --find-links ./wheels", ("./wheels",)),
        ("-f https://me:secret@w.example/", ("https://pypi.org/simple", "https://w.example/")),
    ],
)
def test_index_options_say_where_packages_may_come_from(options: str, indexes: tuple[str, ...]) -> None:
    found = inventory({"requirements.txt": f"{options}\na==1\n"})
    assert found.dependencies[0].indexes == indexes


def test_an_index_that_an_included_file_names_counts_for_all() -> None:
    found = inventory({"requirements.txt": "a==1\n-r b.txt", "b.txt": "-i https://i.example/simple"})
    assert found.dependencies[0].indexes == ("https://i.example/simple",)


def test_options_that_change_nothing_are_silent_and_unknown_ones_are_told() -> None:
    text = "--pre\n--require-hashes\n--only-binary :all:\n--trusted-host x\n--colour blue --no-binary x\na==1 # via b\n"
    found = inventory({"requirements.txt": text})
    assert pins(found) == ["a 1"]
    assert found.notes == ("requirements.txt:5 has the option --colour, which was passed over.",)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("-----BEGIN PGP MESSAGE-----", r"^requirements\.txt:1: has an option that pip does not know"),
        ("--I https://me:secret@x.example", "has an option that pip does not know$"),
        ('-i "https://me:secret@x.example', "has an option with an open quotation"),
        ("<!DOCTYPE html>", r"^requirements\.txt:1: is no requirement"),
        ("{}", "is no requirement"),
        ("two words", "is no requirement"),
        ("a==1\n\n===", r"^requirements\.txt:3: is no requirement"),
    ],
)
def test_what_pip_would_not_read_is_refused(text: str, problem: str) -> None:
    with pytest.raises(InputError, match=problem) as caught:
        pins_of(text)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "data",
    [
        codecs.BOM_UTF8 + b"a==1 # \xc3\xa9\n",
        codecs.BOM_UTF16_LE + "a==1 # é\n".encode("utf-16-le"),
        codecs.BOM_UTF16_BE + "a==1 # é\n".encode("utf-16-be"),
        codecs.BOM_UTF32_LE + "a==1 # é\n".encode("utf-32-le"),
        b"# -*- coding: latin-1 -*-\na==1 # \xe9\n",
        b"\n# vim: set fileencoding=cp1252 :\na==1 # \xe9\n",
    ],
)
def test_byte_order_marks_and_coding_lines_are_obeyed(data: bytes) -> None:
    found = inventory({"requirements.txt": data})
    assert pins(found) == ["a 1"]
    assert place(found, "a")[2:] == (1, 5, "a==1")


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"a==1\n# \xe9\n", r"^requirements\.txt:2: is not utf-8 text"),
        (b"\n\n# coding: latin-1\n# \xe9", r"^requirements\.txt:4: is not utf-8 text"),
        (codecs.BOM_UTF16_LE + b"a", "is not utf-16-le text"),
        (b"# coding: klingon\n", "names an encoding that is not read: 'klingon'"),
        (b"# coding: " + b"a" * 5000 + b"\n", "names an encoding that is not read"),
        (b"# coding: rot13\n", "names an encoding that is not read"),
        (b"# coding: undefined\n", "names an encoding that is not read"),
        (b"# coding: unicode_escape\na==1\\x2e5\n", "names an encoding that is not read"),
        (b"a==1\nb\0==1\n", r"^requirements\.txt:2: holds NUL bytes"),
        ("a==1\n".encode("utf-16-le"), "holds NUL bytes"),
        (b"a==1 # " + b"x" * 100_001, "is longer than 100,000 characters"),
        (b"a==1 \\\n" * 20_000, r"^requirements\.txt:1: is longer than 100,000 characters"),
    ],
)
def test_what_is_no_text_is_refused(data: bytes, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        pins_of(data)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "text",
    [
        "a" + " " * 90_000 + "b",
        "a==1" + " " * 90_000 + "b",
        "a[" + " " * 90_000 + "b",
        "a[" + "]" * 90_000,
        "/" * 90_000 + " x",
        "a" + "/" * 90_000 + " x",
        "[" * 90_000,
        "-e x" + "#" * 90_000,
        "a" * 90_000 + "$",
        "-" * 90_000,
        "-i " + "'" * 90_000,
        "# " + "coding:" * 12_000 + "$",
        "# coding: punycode\n" + "x-" * 30_000,
    ],
    ids=lambda text: text[:20],
)
def test_a_line_that_was_made_to_be_slow_is_read_or_refused_at_once(text: str) -> None:
    try:
        found = inventory({"requirements.txt": text})
    except InputError:
        return
    assert len(found.dependencies) + len(found.unchecked) <= 1


def test_the_limit_of_packages_holds_over_all_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pysentry_hook.inputs.requirements.MAX_PACKAGES", 3)
    files = {"requirements.txt": "-r a.txt\na==1\nb==1\n", "a.txt": "c==1\n"}
    assert len(pins(inventory(files))) == 3
    with pytest.raises(InputError, match=r"^a\.txt: lists more than 3 packages"):
        inventory({**files, "requirements.txt": "a==1\nb==1\nd==1\n-r a.txt\n"})


def test_a_name_is_shown_without_characters_that_reorder_a_line() -> None:
    found = inventory({"requirements.txt": "./\u202egpj.\x1b[31mlib"})
    assert list(reasons(found)) == ["./gpj.[31mlib"]


def test_an_empty_file_installs_nothing() -> None:
    assert pins_of("") == pins_of("# nothing\n\n") == []
