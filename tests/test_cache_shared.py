"""Runs that share one cache at the same time cost each other no answer that one of them has stored."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pysentry_hook.cache import DiskCache, Entry

KEY = "osv:0:requests:2.30.0"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def store(folder: Path, data: bytes, stored: float) -> None:
    """What a run does that stores one answer."""
    cache = DiskCache(folder, pytest.fail)
    cache.put(KEY, data, stored=stored)
    cache.close()


def stored(folder: Path) -> Entry | None:
    cache = DiskCache(folder, pytest.fail)
    entry = cache.get(KEY)
    cache.close()
    return entry


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the rows as a run does that writes them."""
    rows = sqlite3.connect(folder / "answers" / "cache.db", isolation_level=None)
    rows.execute("BEGIN IMMEDIATE")
    yield
    rows.execute("ROLLBACK")
    rows.close()


@pytest.mark.parametrize(
    ("data", "when", "kept"),
    [
        (b"same", 1_059, Entry(1_000, b"same")),
        (b"same", 1_061, Entry(1_061, b"same")),
        (b"same", 999, Entry(1_000, b"same")),
        (b"same", 900, Entry(900, b"same")),  # a clock that was wrong is so no longer
        (b"other", 1_001, Entry(1_001, b"other")),
    ],
)
def test_an_answer_is_stored_once_a_minute_or_when_it_is_another(
    data: bytes, when: float, kept: Entry, folder: Path
) -> None:
    store(folder, b"same", 1_000)
    store(folder, data, when)
    assert stored(folder) == kept


def test_a_lock_that_stays_costs_nothing_that_another_run_has_stored(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pysentry_hook.cache.TIMEOUT", 0.05)
    said: list[str] = []
    cache = DiskCache(folder, said.append)
    cache.put(KEY, b"[]", stored=1_001.0)
    store(folder, b"[]", 1_000)
    with locked(folder):
        cache.close()
    assert said == []


def test_a_lock_that_stays_costs_the_answers_that_nobody_has_stored_and_that_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pysentry_hook.cache.TIMEOUT", 0.05)
    said: list[str] = []
    cache = DiskCache(folder, said.append)
    cache.put(KEY, b"[]", stored=1_000.0)
    with locked(folder):
        cache.close()
    assert said == [f"the cache {folder} takes part of this run only (Timeout)"]
    assert stored(folder) is None
