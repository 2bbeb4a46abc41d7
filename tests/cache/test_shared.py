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


def begun(folder: Path, said: list[str] | None = None) -> DiskCache:
    """A run that has looked for an answer."""
    cache = DiskCache(folder, said.append if said is not None else pytest.fail)
    cache.get(KEY)
    return cache


def end(cache: DiskCache, data: bytes, stored: float) -> None:
    """Let a run store the answer that it got."""
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


def test_the_same_answer_is_stored_by_the_first_of_two_runs(folder: Path) -> None:
    one, two = begun(folder), begun(folder)
    end(one, b"same", 1_000)
    end(two, b"same", 1_001)
    assert stored(folder) == Entry(1_000, b"same")


def test_another_answer_is_stored_by_the_last_of_two_runs(folder: Path) -> None:
    one, two = begun(folder), begun(folder)
    end(one, b"one", 1_000)
    end(two, b"two", 1_001)
    assert stored(folder) == Entry(1_001, b"two")


def test_an_answer_that_is_still_the_same_is_stored_with_its_new_time(folder: Path) -> None:
    end(begun(folder), b"same", 1_000)
    end(begun(folder), b"same", 1_001)
    assert stored(folder) == Entry(1_001, b"same")


def test_what_is_stored_without_a_look_at_what_was_there_is_stored(folder: Path) -> None:
    cache = DiskCache(folder, pytest.fail)
    end(begun(folder), b"", 1_000)
    end(cache, b"", 1_001)
    assert stored(folder) == Entry(1_001, b"")


@pytest.mark.parametrize("other", [True, False])
def test_a_lock_that_stays_costs_the_answers_that_no_other_run_has_stored_and_that_is_told(
    other: bool, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pysentry_hook.cache.TIMEOUT", 0.05)
    said: list[str] = []
    cache = begun(folder, said)
    if other:
        end(begun(folder), b"[]", 1_000)
    with locked(folder):
        end(cache, b"[]", 1_001)
    assert said == (
        [] if other else [f"the cache {folder} takes part of this run only (Timeout); --cache-dir names another"]
    )
    assert stored(folder) == (Entry(1_000, b"[]") if other else None)
