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
