"""What `# via` and `# from` say, in every form that uv and pip-tools write."""

import pytest

from pysentry_hook.errors import InputError
from tests.inputs.reading import direct, edges, inventory, inventory_of, pins


def named(text: str) -> tuple[set[str], set[str]]:
    """The edges and the direct packages of a file."""
    found = inventory({"requirements.txt": text})
    return edges(found), direct(found)


@pytest.mark.parametrize(
    "name",
    [
        "compiled-by-uv.txt",
        "compiled-by-uv-in-lines.txt",
        "compiled-by-pip-tools.txt",
        "compiled-by-pip-tools-in-lines.txt",
    ],
)
def test_a_compiled_file_says_what_needs_what(name: str) -> None:
    found = inventory_of("requirements.txt", name)
    assert pins(found) == ["jinja2 3.1.2", "markupsafe 3.0.4", "python-dateutil 2.8.2", "six 1.16.0"]
    assert {entry.name: entry.direct for entry in found.dependencies} == {
        "jinja2": True,
        "markupsafe": False,
        "python-dateutil": True,
        "six": True,
    }
    assert edges(found) == {
        "this project > jinja2 3.1.2",
        "this project > python-dateutil 2.8.2",
        "this project > six 1.16.0",
        "jinja2 3.1.2 > markupsafe 3.0.4",
        "python-dateutil 2.8.2 > six 1.16.0",
    }
    assert found.notes == ()


def test_a_compiled_file_says_which_index_each_pin_came_from() -> None:
    found = inventory_of("requirements.txt", "compiled-by-uv-with-indexes.txt")
    assert {entry.indexes for entry in found.dependencies} == {("https://pypi.org/simple",)}
    assert direct(found) == {"idna", "jinja2", "python-dateutil"}
    assert edges(found) >= {"this project > idna 3.6", "this project > idna 3.7", "jinja2 3.1.2 > markupsafe 3.0.4"}


@pytest.mark.parametrize(
    "comment",
    [
        "  # via b",
        "\n    # via b",
        "\n    # via\n    #   b",
        "\n    # via\n    #   -c limits.txt\n    #   b",
        "\n# via B[extra]",
        " \\\n    --hash=sha256:00 \\\n    # via b",
        " \\\n    --hash=sha256:00 \\\n    # via\n    #   b",
        " \\\n    --hash=sha256:00  # via b",
        "\n    # from https://i.example/simple\n    # via b",
        "  # via b, -c limits.txt",
    ],
)
def test_a_package_that_others_need_is_not_direct(comment: str) -> None:
    assert named(f"b==2  # via -r x.in\na==1{comment}\n") == ({"this project > b 2", "b 2 > a 1"}, {"b"})


@pytest.mark.parametrize(
    "comment",
    [
        "# via -r x.in",
        "# via -r x.in (line 3)",
        "# via -r -",
        "# via shop (pyproject.toml)",
        "# via shop (pyproject.toml:dev)",
        "# via (workspace)",
        "# via shop",
        "# via\n    #   -r x.in",
        "# via\n    #   shop (pyproject.toml)",
    ],
)
def test_what_a_file_or_a_project_names_is_direct(comment: str) -> None:
    assert named(f"a==1\n    {comment}\n") == ({"this project > a 1"}, {"a"})


@pytest.mark.parametrize(
    "comment", ["# via -c limits.txt", "# via --override more.txt", "# via", "# via\n# b", "# via\n\n#   b", "# why"]
)
def test_what_names_nobody_tells_nothing(comment: str) -> None:
    found = inventory({"requirements.txt": f"b==2  # via -r x.in\na==1\n    {comment}\n"})
    assert [entry.direct for entry in found.dependencies] == [True, None]
    assert edges(found) == {"this project > b 2"}


def test_a_comment_after_a_blank_line_or_an_option_belongs_to_no_pin() -> None:
    assert named("b==2  # via -r x.in\na==1\n\n# via b\n--pre\n    # via b\n")[0] == {"this project > b 2"}


def test_every_version_of_a_forked_parent_needs_it() -> None:
    text = "b==1 ; os_name == 'nt'  # via -r x.in\nb==2 ; os_name != 'nt'  # via -r x.in\na==1  # via b\n"
    assert named(text)[0] == {"this project > b 1", "this project > b 2", "b 1 > a 1", "b 2 > a 1"}


def test_what_is_not_checked_has_its_place_in_the_graph() -> None:
    text = "b @ git+https://x.example/b  # via -r x.in\na==1  # via b\n"
    assert named(text) == ({"this project > b", "b > a 1"}, {"b"})


def test_a_version_that_stands_twice_has_the_parents_of_both_lines() -> None:
    text = "b==2  # via -r x.in\na==1 ; os_name == 'nt'  # via b\na==1 ; os_name != 'nt'  # via -r x.in\n"
    assert named(text) == ({"this project > b 2", "this project > a 1", "b 2 > a 1"}, {"a", "b"})


def test_whether_a_tool_compiled_it_is_judged_for_each_file() -> None:
    found = inventory({"requirements.txt": "-r more.txt\na==1  # via b\nb==1  # via -r x.in\n", "more.txt": "c==1\n"})
    assert {entry.name: entry.direct for entry in found.dependencies} == {"c": True, "a": False, "b": True}
    assert [note.partition(":")[0] for note in found.notes] == ["more.txt"]


@pytest.mark.parametrize(
    ("comment", "indexes"),
    [
        ("# from https://me:secret@a.example/simple?x=secret", ("https://a.example/simple",)),
        ("# from the old project", ("https://i.example/",)),
        ("# from legacy", ("https://i.example/",)),
    ],
)
def test_the_index_of_a_pin_goes_before_that_of_the_file(comment: str, indexes: tuple[str, ...]) -> None:
    found = inventory({"requirements.txt": f"-i https://i.example/\na==1\n    {comment}\nb==1\n"})
    assert [entry.indexes for entry in found.dependencies] == [indexes, ("https://i.example/",)]


def test_a_graph_that_was_made_to_be_huge_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pysentry_hook.inputs.limits.MAX_EDGES", 50)
    text = "".join(f"a=={version}  # via a\n" for version in range(10))
    with pytest.raises(InputError, match=r"^requirements\.txt: has more than 50 edges"):
        inventory({"requirements.txt": text})


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "text",
    [
        "a==1\n#" + " " * 90_000 + "via",
        "a==1\n# via" + " " * 90_000,
        "a==1\n# via " + "b," * 45_000,
        "a==1\n# via " + "b[" * 45_000,
        "a==1\n# from " + "a:" * 45_000,
        "a==1\n# from " + "a://" * 20_000 + " x",
        "a==1\n# via\n" + "#  b\n" * 90_000,
        "a==1" + ";" * 90_000,
        "a @ x://" + ";" * 90_000,
    ],
    ids=lambda text: text[:20],
)
def test_a_comment_that_was_made_to_be_slow_is_read_at_once(text: str) -> None:
    assert len(pins(inventory({"requirements.txt": text}))) <= 1
