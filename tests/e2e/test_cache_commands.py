"""`cache info` and `cache clear`: what is remembered is told, and removed, and nothing else is."""

import shutil
from pathlib import Path

import pytest

from tests.builders import a_record, a_uv_lock
from tests.conftest import Run
from tests.upstream import Upstream


@pytest.fixture
def filled(run: Run, tmp_path: Path) -> Path:
    """A cache that a scan has filled."""
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "uv.lock").write_text(a_uv_lock(("requests", "2.30.0")), encoding="utf-8")
    with Upstream([a_record(fixed="2.31.0")]) as upstream:
        assert run("report", *upstream.options, cwd=tmp_path / "shop").returncode == 0
    return tmp_path / "cache" / "v1"


def test_an_empty_cache_is_told_as_that(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "cache" / "v1"
    assert run("cache", "info").stdout == f"{folder}: nothing is remembered\n"
    assert run("cache", "clear").stdout == f"{folder}: nothing to remove\n"
    assert not folder.exists()


def test_what_is_remembered_is_told_by_its_parts(run: Run, filled: Path) -> None:
    for file in (filled / "archives").iterdir():
        file.unlink()
    (filled / "archives" / "a.zip").write_bytes(b"x" * 2_500_000)
    (filled / "damaged-1").mkdir()
    head, *below = run("cache", "info").stdout.splitlines()
    assert head.startswith(f"{filled}: ")
    assert head.endswith(" MB")
    assert [line.split()[0] for line in below] == ["answers", "archives", "damaged-1", "notes"]
    assert below[1] == "  archives    2.5 MB  1 file: advisory databases that were loaded"
    assert below[2] == "  damaged-1    0.0 MB  0 files: set aside because it was damaged; cache clear removes it"


def test_what_was_remembered_is_gone_and_everything_else_stays(run: Run, filled: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_text("kept", encoding="utf-8")
    shutil.rmtree(filled / "archives")
    (filled / "archives").symlink_to(outside)
    (filled / "notes" / "link").symlink_to(outside)
    (filled / "mine").write_text("mine", encoding="utf-8")
    (filled.parent / "advisories.db").write_text("synced", encoding="utf-8")
    done = run("cache", "clear")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith(" MB removed\n")
    assert [path.name for path in filled.iterdir()] == ["mine"]
    assert (outside / "kept").exists()
    assert (filled.parent / "advisories.db").exists()
    assert run("cache", "info").stdout == f"{filled}: nothing is remembered\n"


def test_a_folder_that_is_named_is_the_one(run: Run, tmp_path: Path) -> None:
    done = run("cache", "info", "--cache-dir", tmp_path / "other")
    assert done.stdout == f"{tmp_path / 'other' / 'v1'}: nothing is remembered\n"


@pytest.mark.parametrize("command", ["info", "clear"])
def test_a_folder_that_cannot_be_listed_is_one_error_with_a_way_on(run: Run, command: str) -> None:
    done = run("cache", command, "--cache-dir", "a" * 300)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith("error: the cache cannot be used: ")
    assert done.stderr.endswith(": File name too long; --cache-dir names another\n")
