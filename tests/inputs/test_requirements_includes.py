"""What a requirements file includes and constrains, and where packages come from."""

import pytest

from pysentry_hook.errors import InputError
from tests.inputs.reading import (
    inventory,
    pins,
    place,
)


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


@pytest.mark.parametrize(
    ("options", "indexes"),
    [
        ("--extra-index-url https://i.example/simple", ("https://pypi.org/simple", "https://i.example/simple")),
        ("-i https://me:secret@i.example/simple", ("https://i.example/simple",)),
        ("--no-index --find-links ./wheels", ("./wheels",)),
    ],
)
def test_options_of_constraints_count_as_pip_counts_them(options: str, indexes: tuple[str, ...]) -> None:
    found = inventory({"requirements.txt": "-c limits.txt\na==1\n", "limits.txt": f"{options}\nb==1\n"})
    assert found.dependencies[0].indexes == indexes
    assert pins(found) == ["a 1"]


def test_what_constraints_include_is_installed_as_pip_does() -> None:
    files = {"requirements.txt": "-c limits.txt\na==1\n", "limits.txt": "-r more.txt\n", "more.txt": "b==1\n"}
    found = inventory(files)
    assert sorted(pins(found)) == ["a 1", "b 1"]
    assert found.constraints == ()


def test_what_constraints_cannot_say_is_told() -> None:
    limits = "-e ./folder\n--unheard of\n"
    found = inventory({"requirements.txt": "-c limits.txt\na==1\n", "limits.txt": limits})
    assert [note for note in found.notes if note.startswith("limits.txt")] == [
        "limits.txt:1 limits no version of an index; it was passed over.",
        "limits.txt:2 has the option --unheard, which was passed over.",
    ]


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
