"""Notes in the cache: never needed, and never what somebody else wrote by mistake or on purpose."""

import os
from pathlib import Path

import pytest

from pysentry_hook.cache import DiskCache, MemoryCache, notes
from pysentry_hook.cache.notes import Notes


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "notes"


def only(folder: Path) -> Path:
    (file,) = folder.iterdir()
    return file


def test_a_note_comes_back_under_its_key_alone(folder: Path) -> None:
    written = Notes(folder)
    written.put("a", b"one\nnote")
    assert Notes(folder).get("a") == b"one\nnote"
    assert Notes(folder).get("b") is None
    written.put("a", b"")
    assert Notes(folder).get("a") == b""
    assert folder.stat().st_mode & 0o777 == 0o700
    assert only(folder).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "spoil", [lambda data: data[:-1], lambda data: data + b"x", lambda data: b"x" + data[1:], bytes.swapcase]
)
def test_a_note_that_is_not_as_it_was_written_is_none(spoil: object, folder: Path) -> None:
    Notes(folder).put("a", b"a note")
    file = only(folder)
    file.write_bytes(spoil(file.read_bytes()))  # type: ignore[operator]  # each takes bytes
    assert Notes(folder).get("a") is None
    Notes(folder).put("a", b"another")
    assert Notes(folder).get("a") == b"another"


def test_links_and_pipes_are_not_opened(folder: Path, tmp_path: Path) -> None:
    Notes(folder).put("a", b"a note")
    file, other = only(folder), tmp_path / "other"
    file.rename(other)
    file.symlink_to(other)
    assert Notes(folder).get("a") is None
    file.unlink()
    os.mkfifo(file)
    assert Notes(folder).get("a") is None
    file.unlink()
    other.rename(file)
    assert Notes(folder).get("a") == b"a note"
    folder.rename(tmp_path / "elsewhere")
    folder.symlink_to(tmp_path / "elsewhere")
    assert Notes(folder).get("a") is None
    Notes(folder).put("b", b"a note")
    assert len(list((tmp_path / "elsewhere").iterdir())) == 1


def test_the_newest_notes_are_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notes, "_MOST", 3)
    written = Notes(folder)
    for number in range(5):
        written.put(str(number), b"note")
        os.utime(folder / max(folder.iterdir(), key=lambda file: file.stat().st_mtime_ns).name, (number, number))
    written.tidy()
    assert len(list(folder.iterdir())) == 3


def test_what_is_too_large_is_neither_kept_nor_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Notes(folder).put("a", b"a long note")
    monkeypatch.setattr(notes, "_LARGEST", 10)
    assert Notes(folder).get("a") is None
    Notes(folder).put("b", b"a long note")
    assert len(list(folder.iterdir())) == 1


def test_a_folder_that_cannot_be_made_loses_notes_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "v1").mkdir()
    (tmp_path / "v1" / "notes").write_text("a file", encoding="utf-8")
    cache = DiskCache(tmp_path / "v1", pytest.fail)
    cache.put_note("a", b"note")
    assert cache.note("a") is None
    cache.put("key", b"data", stored=1.0)
    cache.close()
    again = DiskCache(tmp_path / "v1", pytest.fail)
    assert again.get("key") == (1.0, b"data")
    again.close()


def test_without_a_cache_nothing_is_noted() -> None:
    cache = MemoryCache()
    cache.put_note("a", b"note")
    assert cache.note("a") is None
