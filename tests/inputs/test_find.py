"""Which file of a folder is read, and what a named file is."""

import pytest

from pysentry_hook.errors import InputError, NothingToReadError
from pysentry_hook.inputs import READERS, find
from tests.inputs.reading import Files


def test_the_first_by_precedence_is_read_and_the_others_are_told() -> None:
    formats = [reader.FORMAT for reader in READERS]
    for number, expected in enumerate(formats):
        found = find(Files({f"app/{name}": "" for name in reversed(formats[number:])}), "app")
        assert found.path == f"app/{expected}"
        assert found.reader is READERS[number]
        assert [skipped.path for skipped in found.skipped] == [f"app/{name}" for name in formats[number + 1 :]]
        assert {skipped.reason for skipped in found.skipped} <= {f"{expected} has precedence"}


def test_the_readers_stand_in_the_documented_order() -> None:
    order = ["uv.lock", "poetry.lock", "Pipfile.lock", "pylock.toml", "pdm.lock", "requirements.txt"]
    present = [reader.FORMAT for reader in READERS]
    assert present == [name for name in order if name in present]


def test_the_root_of_a_tree_is_a_folder() -> None:
    assert find(Files({"uv.lock": ""}), "").path == "uv.lock"


def test_a_folder_without_anything_to_read_says_what_was_looked_for() -> None:
    with pytest.raises(NothingToReadError, match=r"^app: nothing to read here; looked for uv\.lock, poetry\.lock"):
        find(Files({"app/README.md": ""}), "app")
    with pytest.raises(NothingToReadError, match=r"^\.: nothing to read here"):
        find(Files({"README.md": ""}), "")


def test_a_file_that_is_not_there_is_nothing_to_read() -> None:
    with pytest.raises(NothingToReadError, match=r"^uv\.lock: no such file or folder"):
        find(Files({}), "uv.lock")


@pytest.mark.parametrize("name", ["Cargo.lock", "README.md", "uv.lock.orig", "poetry.toml", "requirementsfoo"])
def test_a_file_of_another_format_is_refused(name: str) -> None:
    with pytest.raises(InputError, match=rf"^{name}: is in no format that is read \(uv\.lock, "):
        find(Files({name: ""}), name)


@pytest.mark.parametrize(
    "name", ["requirements.txt", "requirements-dev.txt", "dev-requirements.txt", "requirements/base.txt", "deps.txt"]
)
def test_requirements_files_have_many_names(name: str) -> None:
    assert find(Files({name: ""}), name).reader.FORMAT == "requirements.txt"
