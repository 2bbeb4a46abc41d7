"""Which requirements files are one set, whatever the order in which they are named."""

from collections.abc import Mapping
from itertools import permutations
from pathlib import Path

import pytest

from pysentry_hook.errors import InputError
from pysentry_hook.inputs.requirement_sets import open_sets
from pysentry_hook.model import Inventory
from pysentry_hook.tree import FolderTree

Sets = Mapping[str, tuple[list[str], list[str]]]


def sets_of(folder: Path, files: Mapping[str, str], *named: str) -> Sets:
    """By the first file of each set its requirements, and the files that are read with it; the same for all orders."""
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    found = []
    for order in permutations(named):
        opened = list(open_sets(FolderTree(folder), order))
        assert sorted(path for each in opened for path in (each.path, *(path for path, _ in each.skipped))) == sorted(
            named
        )
        told: dict[str, tuple[list[str], list[str]]] = {}
        for path, result, skipped in opened:
            assert isinstance(result, Inventory)
            assert result.files[0].path == result.path == path
            assert {reason for _, reason in skipped} <= {f"read with {path}"}
            lines = (f"{result.places.location(each.place).path}: {each.requirement}" for each in result.requirements)
            told[path] = (sorted(lines), [other for other, _ in skipped])
        found.append(told)
    assert all(each == found[0] for each in found)
    return found[0]


def test_files_that_do_not_know_each_other_are_apart(tmp_path: Path) -> None:
    files = {"a.txt": "x\n", "b.txt": "y\n"}
    assert sets_of(tmp_path, files, "a.txt", "b.txt") == {"a.txt": (["a.txt: x"], []), "b.txt": (["b.txt: y"], [])}


def test_an_included_file_is_read_with_the_one_that_includes_it(tmp_path: Path) -> None:
    files = {"dev.txt": "-r a.txt\nx\n", "a.txt": "y\n"}
    assert sets_of(tmp_path, files, "dev.txt", "a.txt") == {"dev.txt": (["a.txt: y", "dev.txt: x"], ["a.txt"])}


def test_a_file_is_included_through_one_that_is_not_named(tmp_path: Path) -> None:
    files = {"dev.txt": "-r between.txt\nx\n", "between.txt": "-r a.txt\n", "a.txt": "y\n"}
    assert sets_of(tmp_path, files, "dev.txt", "a.txt") == {"dev.txt": (["a.txt: y", "dev.txt: x"], ["a.txt"])}


def test_files_that_include_each_other_are_one_set(tmp_path: Path) -> None:
    files = {"a.txt": "-r b.txt\nx\n", "b.txt": "-r c.txt\ny\n", "c.txt": "-r a.txt\nz\n"}
    whole = ["a.txt: x", "b.txt: y", "c.txt: z"]
    assert sets_of(tmp_path, files, "a.txt", "b.txt", "c.txt") == {"a.txt": (whole, ["b.txt", "c.txt"])}


def test_what_two_files_include_is_no_set_of_its_own_and_does_not_join_them(tmp_path: Path) -> None:
    files = {"a.txt": "-r base.txt\nx<2\n", "b.txt": "-r base.txt\nx>2\n", "base.txt": "y\n"}
    assert sets_of(tmp_path, files, "a.txt", "b.txt", "base.txt") == {
        "a.txt": (["a.txt: x<2", "base.txt: y"], ["base.txt"]),
        "b.txt": (["b.txt: x>2", "base.txt: y"], []),
    }


def test_a_file_and_what_limits_it_are_one_set_named_by_what_is_limited(tmp_path: Path) -> None:
    files = {"z.txt": "-c limits.txt\nx\n", "limits.txt": "x==1\ny==2\n"}
    whole = ["limits.txt: x==1", "limits.txt: y==2", "z.txt: x"]
    assert sets_of(tmp_path, files, "z.txt", "limits.txt") == {"z.txt": (whole, ["limits.txt"])}


def test_what_limits_and_is_not_named_installs_nothing(tmp_path: Path) -> None:
    files = {"z.txt": "-c limits.txt\nx\n", "limits.txt": "y==2\n"}
    assert sets_of(tmp_path, files, "z.txt") == {"z.txt": (["z.txt: x"], [])}


def test_a_file_that_limits_several_joins_them(tmp_path: Path) -> None:
    files = {
        "a.txt": "-c l.txt\nx\n",
        "b.txt": "-r m.txt\n",
        "m.txt": "-c l.txt\ny\n",
        "l.txt": "x==1\n",
        "c.txt": "z\n",
    }
    whole = ["a.txt: x", "l.txt: x==1", "m.txt: y"]
    assert sets_of(tmp_path, files, "a.txt", "b.txt", "l.txt", "c.txt") == {
        "a.txt": (whole, ["b.txt", "l.txt"]),
        "c.txt": (["c.txt: z"], []),
    }


def test_a_limit_that_another_file_includes_brings_that_one_in(tmp_path: Path) -> None:
    files = {"a.txt": "-r base.txt\nx\n", "base.txt": "y==1\n", "c.txt": "-c base.txt\ny\n"}
    whole = ["a.txt: x", "base.txt: y==1", "c.txt: y"]
    assert sets_of(tmp_path, files, "a.txt", "base.txt", "c.txt") == {"a.txt": (whole, ["base.txt", "c.txt"])}


def test_a_file_that_limits_what_includes_it_is_counted_once(tmp_path: Path) -> None:
    files = {"a.txt": "-r b.txt\nx\n", "b.txt": "-c a.txt\ny\n"}
    assert sets_of(tmp_path, files, "a.txt", "b.txt") == {"a.txt": (["a.txt: x", "b.txt: y"], ["b.txt"])}


@pytest.mark.parametrize("text", ["-r gone.txt\n", "?\n"])
def test_a_file_that_cannot_be_read_hides_no_other(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.txt").write_text("x\n", encoding="utf-8")
    (tmp_path / "b.txt").write_text(text, encoding="utf-8")
    results = {path: result for path, result, _ in open_sets(FolderTree(tmp_path), ["b.txt", "a.txt"])}
    assert isinstance(results["a.txt"], Inventory)
    assert isinstance(results["b.txt"], InputError)
