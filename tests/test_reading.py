"""What reading the inputs leaves in the report."""

import os
from pathlib import Path
from typing import Any

import pytest

from pysentry_hook.errors import UnreadableInputsError
from pysentry_hook.reading import Reading, read_inputs
from pysentry_hook.tree import FolderTree
from tests.config.settling import settled


@pytest.fixture
def closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that may not be listed, for root too."""
    list_folder = os.scandir

    def guarded(path: Any = ".") -> Any:
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied")
        return list_folder(path)

    monkeypatch.setattr(os, "scandir", guarded)
    (tmp_path / "closed").mkdir()
    (tmp_path / "closed" / "requirements.txt").write_text("a==1\n", encoding="utf-8")
    return tmp_path


def read(folder: Path) -> Reading:
    return read_inputs(settled(paths=(folder,), recursive=True), FolderTree(folder))


def test_a_folder_that_may_not_be_read_is_a_failure_beside_what_was_read(closed: Path) -> None:
    (closed / "requirements.txt").write_text("b==1\n", encoding="utf-8")
    reading = read(closed)
    assert [inventory.path for inventory in reading.inventories] == ["requirements.txt"]
    assert [(failure.kind, failure.path) for failure in reading.failures] == [("input", "closed")]
    assert "cannot be listed, so what it holds was not checked" in reading.failures[0].detail
    assert not reading.named


def test_nothing_but_a_folder_that_may_not_be_read_is_nothing_read(closed: Path) -> None:
    with pytest.raises(UnreadableInputsError, match="closed: cannot be listed"):
        read(closed)


def test_a_folder_is_no_project_for_a_file_that_is_not_looked_for(tmp_path: Path) -> None:
    (tmp_path / "script").write_text("", encoding="utf-8")
    (tmp_path / "dev-requirements.txt").write_text("a==1\n", encoding="utf-8")
    assert [inventory.path for inventory in read(tmp_path).inventories] == ["dev-requirements.txt"]


def test_what_looks_below_already_is_not_told_to(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.ruff]\n", encoding="utf-8")
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "requirements.txt").write_text("a==1\n", encoding="utf-8")
    (skipped,) = read(tmp_path).skipped
    assert "nothing to read here" in skipped.reason
    assert "--recursive" not in skipped.reason


def test_what_only_limits_another_file_is_read_as_well(tmp_path: Path) -> None:
    (tmp_path / "a-requirements.txt").write_text("-c b-requirements.txt\nx==1\n", encoding="utf-8")
    (tmp_path / "b-requirements.txt").write_text("x==1\ny==1\n", encoding="utf-8")
    reading = read(tmp_path)
    assert [inventory.path for inventory in reading.inventories] == ["a-requirements.txt", "b-requirements.txt"]
    assert not reading.skipped


def test_a_list_that_git_did_not_make_is_told(closed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (closed / ".git").mkdir()
    (closed / "requirements.txt").write_text("b==1\n", encoding="utf-8")
    monkeypatch.setenv("PATH", "")
    (hint,) = read(closed).hints
    assert hint.startswith(".: files that git ignores are read too: no git was found")


SETS = {
    "requirements-dev.txt": "requirements.txt has precedence; --requirements FILE reads it",
    "pylock.dev.toml": "requirements.txt has precedence; pysentry-hook FILE reads it",
}


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def told(reading: Reading) -> tuple[list[str], dict[str, str]]:
    """Which files were read as inputs, and why others were not."""
    return [inventory.path for inventory in reading.inventories], dict(reading.skipped)


def read_alone(folder: Path, *paths: Path, **settings: Any) -> Reading:
    return read_inputs(settled(paths=(folder, *paths), **settings), FolderTree(folder))


@pytest.mark.parametrize("recursive", [False, True])
def test_the_sets_beside_what_is_read_are_named(tmp_path: Path, recursive: bool) -> None:
    write(tmp_path, {"requirements.txt": "a==1\n", "notes.txt": "", **dict.fromkeys(SETS, "")})
    assert told(read_alone(tmp_path, recursive=recursive)) == (["requirements.txt"], SETS)


def test_the_sets_in_the_folder_of_requirements_are_named(tmp_path: Path) -> None:
    sets = ("requirements/requirements.txt", "requirements/dev.txt", "docs/requirements-dev.txt")
    write(tmp_path, {"pyproject.toml": '[project]\ndependencies = ["a==1"]\n', **dict.fromkeys(sets, "a==1\n")})
    why = "pyproject.toml has precedence; --requirements FILE reads it"
    named = {"requirements/dev.txt": why, "requirements/requirements.txt": why}
    assert told(read_alone(tmp_path)) == (["pyproject.toml"], named)


@pytest.mark.parametrize("recursive", [False, True])
def test_a_set_that_something_reads_is_not_named(tmp_path: Path, recursive: bool) -> None:
    files = {"a-requirements.txt": "a==1\n", "b-requirements.txt": "a<2\n", "c-requirements.txt": "c==1\n"}
    write(tmp_path, {"requirements.txt": "-r a-requirements.txt\n-c b-requirements.txt\n", **files})
    reading = read_alone(tmp_path, tmp_path / "c-requirements.txt", recursive=recursive)
    assert told(reading) == (["requirements.txt", "c-requirements.txt"], {})


def test_a_set_that_cannot_be_read_is_told_once(tmp_path: Path) -> None:
    write(tmp_path, {"requirements.txt": "a==1\n", "requirements-dev.txt": "?\n"})
    reading = read_alone(tmp_path, tmp_path / "requirements-dev.txt")
    assert [failure.path for failure in reading.failures] == ["requirements-dev.txt"]
    assert not reading.skipped


@pytest.mark.parametrize("manifest", ["[tool.black]\n", '[project]\nname = "x"\ndynamic = ["dependencies"]\n'])
def test_beside_a_manifest_that_is_no_input_each_set_is_one(tmp_path: Path, manifest: str) -> None:
    write(
        tmp_path, {"a/pyproject.toml": manifest, "a/requirements-dev.txt": "a==1\n", "a/requirements-x.txt": "b==1\n"}
    )
    read_files, skipped = told(read(tmp_path))
    assert read_files == ["a/requirements-dev.txt", "a/requirements-x.txt"]
    assert skipped["a"].startswith("nothing to read here; looked for uv.lock")
    assert skipped["a"].endswith("; read in their place: a/requirements-dev.txt, a/requirements-x.txt")


def test_a_manifest_with_an_empty_list_gives_way_to_the_sets_beside_it(tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": "[project]\ndependencies = []\n", "requirements-dev.txt": "a==1\n"})
    assert told(read(tmp_path)) == (["pyproject.toml", "requirements-dev.txt"], {})
    why = "pyproject.toml has precedence; --requirements FILE reads it"
    assert told(read_alone(tmp_path)) == (["pyproject.toml"], {"requirements-dev.txt": why})


def test_a_set_in_a_member_of_a_workspace_is_named(tmp_path: Path) -> None:
    member = '[[package]]\nname = "x"\nversion = "1"\nsource = { editable = "x" }\n'
    lock = f'version = 1\nrequires-python = ">=3.11"\n[manifest]\nmembers = ["x"]\n{member}'
    manifest = '[project]\nname = "x"\nversion = "1"\ndependencies = []\n'
    write(tmp_path, {"uv.lock": lock, "x/pyproject.toml": manifest, "x/requirements-dev.txt": "a==1\n"})
    why = "a member of the workspace of uv.lock"
    told_so = {"x": why, "x/requirements-dev.txt": f"in {why}; --requirements FILE reads it"}
    assert told(read(tmp_path)) == (["uv.lock"], told_so)


def test_where_nothing_is_looked_for_the_sets_are_named(tmp_path: Path) -> None:
    write(tmp_path, {"requirements-dev.txt": "a==1\n"})
    why = "not looked for by this name; --requirements FILE reads it"
    assert told(read_alone(tmp_path, allow_empty=True)) == ([], {"requirements-dev.txt": why})


def test_that_the_sets_of_a_folder_are_not_known_is_a_failure(closed: Path) -> None:
    reading = read_alone(closed / "closed")
    assert [inventory.path for inventory in reading.inventories] == ["requirements.txt"]
    assert [failure.path for failure in reading.failures] == ["."]
    assert "cannot be listed, so what it holds was not checked" in reading.failures[0].detail
