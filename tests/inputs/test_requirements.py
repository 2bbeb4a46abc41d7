"""requirements.txt, as pip reads it."""

import pytest

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
from tests.inputs.requirement_files import markers, pins_of


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
        ("requests==2.30.0 -C a=b --hash=sha256:00", "requests 2.30.0"),
        ("requests==2.30.0 -Ca=b", "requests 2.30.0"),
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
        ("--editable=svn+https://x.example/a#egg=a", "a", "Subversion dependency"),
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
    assert edges(found) == {"this project > a 1", "this project > b 2"}
    assert "what these pins bring in themselves is not in it" in found.notes[0]


def test_who_needs_a_pin_is_not_known_where_only_hashes_show_that_a_tool_compiled_it() -> None:
    found = inventory({"requirements.txt": "a==1 --hash=sha256:00\n"})
    assert found.dependencies[0].direct is None
    assert (found.edges, found.notes) == ((), ())
