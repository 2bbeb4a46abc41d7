"""What others plant in the database of the cache is never run, opened or removed."""

import pickle
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from pysentry_hook.cache import DiskCache
from tests.cache.planting import KEY, Evil, filled, heals, plant, set_aside, used


@pytest.mark.parametrize(
    "column", ["key = :evil, raw = 0", "value = :evil, mode = 4", "key = :evil, raw = 0, mode = 4, value = :evil"]
)
def test_a_planted_pickle_is_never_loaded(column: str, folder: Path, said: list[str], tmp_path: Path) -> None:
    database = filled(folder)
    evil = pickle.dumps(Evil(tmp_path / "mark"))
    plant(database, f"UPDATE Cache SET {column} WHERE key = :key", values={"evil": evil, "key": KEY})  # noqa: S608
    used(folder, said)
    assert not (tmp_path / "mark").exists()
    assert len(said) == len(set_aside(folder)) <= 1
    assert heals(folder)


def test_a_row_of_the_pickle_mode_sets_the_folder_aside_with_one_warning(
    folder: Path, said: list[str], tmp_path: Path
) -> None:
    plant(filled(folder), "UPDATE Cache SET mode = 4, value = ?", values=(pickle.dumps(Evil(tmp_path / "mark")),))
    used(folder, said)
    assert not (tmp_path / "mark").exists()
    assert len(said) == len(set_aside(folder)) == 1
    assert "a row that names a file or a pickle" in said[0]
    assert heals(folder)


@pytest.mark.parametrize("mode", [1, 2, 3, 4])
def test_a_row_that_names_a_file_outside_neither_reads_nor_removes_it(
    mode: int, folder: Path, said: list[str], victim: Path
) -> None:
    plant(filled(folder), f"UPDATE Cache SET filename = '../../victim.zip', mode = {mode}, value = NULL")  # noqa: S608
    used(folder, said)
    assert victim.read_bytes() == b"mine"
    assert len(said) == len(set_aside(folder)) == 1
    assert heals(folder)


@pytest.mark.parametrize("how", ["written over", "expired", "evicted"])
def test_a_row_that_names_a_file_outside_is_not_followed_when_it_goes(
    how: str, folder: Path, said: list[str], victim: Path
) -> None:
    database = filled(folder)
    plant(database, "UPDATE Cache SET filename = '../../victim.zip'")
    if how == "expired":
        plant(database, "UPDATE Cache SET expire_time = 1")
    if how == "evicted":
        plant(database, "UPDATE Cache SET size = 1 << 40", "UPDATE Settings SET value = 1 << 40 WHERE key = 'size'")
    cache = DiskCache(folder, said.append)
    cache.put(KEY if how == "written over" else "new", b"{}", stored=2.0)
    cache.close()
    assert victim.read_bytes() == b"mine"
    assert len(said) == len(set_aside(folder)) == 1
    assert heals(folder)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("disk_evil", 1),
        ("disk_compress_level", 9),
        ("sqlite_journal_mode", "wal; ATTACH '../victim.zip' AS x"),
        ("sqlite_cache_size", "1; DROP TABLE Cache"),
        ("sqlite_temp_store_directory", "/tmp"),  # noqa: S108
        ("eviction_policy", "none'"),
        ("statistics", "1"),
        ("unheard", 1),
        ("DISK_evil", 1),
        (b"disk_evil", 1),
        (7, 1),
    ],
)
def test_a_planted_setting_sets_the_folder_aside(key: object, value: object, folder: Path, said: list[str]) -> None:
    plant(filled(folder), "INSERT OR REPLACE INTO Settings VALUES (?, ?)", values=(key, value))
    used(folder, said)
    assert len(said) == len(set_aside(folder)) == 1
    assert "setting" in said[0]
    assert heals(folder)


def test_settings_under_another_spelling_or_behind_a_view_are_seen_as_well(folder: Path) -> None:
    for statement in (
        (
            "ALTER TABLE Settings RENAME TO settings2",
            "CREATE VIEW Settings AS SELECT 'disk_evil' AS key, 1 AS value",
        ),
        (
            "ALTER TABLE Settings RENAME TO x",
            "ALTER TABLE x RENAME TO SETTINGS",
            "INSERT INTO SETTINGS VALUES ('disk_evil', 1)",
        ),
    ):
        said: list[str] = []
        database = filled(folder)
        with closing(sqlite3.connect(database)) as connection:
            for (trigger,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                connection.execute(f"DROP TRIGGER {trigger}")
        plant(database, *statement)
        used(folder, said)
        assert len(said) == 1
        assert heals(folder)


@pytest.mark.parametrize("content", [b"garbage", b"\x00" * 5_000, b"SQLite format 3\x00" + b"\xff" * 5_000])
def test_a_file_that_is_no_database_is_set_aside(content: bytes, folder: Path, said: list[str]) -> None:
    database = filled(folder)
    for file in database.parent.iterdir():
        file.unlink()
    database.write_bytes(content)
    used(folder, said)
    assert len(said) == len(set_aside(folder)) == 1
    assert (set_aside(folder)[0] / "cache.db").read_bytes() == content
    assert heals(folder)


@pytest.mark.parametrize(
    "statements",
    [
        ("DROP TABLE Cache", "CREATE TABLE Cache (a)"),
        ("DROP TABLE Settings", "CREATE TABLE Settings (a)"),
        ("DROP TABLE Cache", "CREATE VIEW Cache AS SELECT 1 AS rowid, 'x' AS key"),
        ("UPDATE Cache SET value = 'text'",),
        ("UPDATE Cache SET value = x'00'",),
        ("UPDATE Cache SET value = CAST('nan' || char(10) || '[]' AS BLOB)",),
        ("UPDATE Cache SET value = CAST('1e300' || char(10) || '[]' AS BLOB)",),
        ("UPDATE Cache SET value = CAST('-1' || char(10) || '[]' AS BLOB)",),
    ],
)
def test_tables_and_rows_of_another_kind_are_set_aside(
    statements: tuple[str, ...], folder: Path, said: list[str]
) -> None:
    plant(filled(folder), *statements)
    used(folder, said)
    assert len(said) == len(set_aside(folder)) == 1
    assert heals(folder)


def test_a_foreign_table_does_no_harm(folder: Path, said: list[str]) -> None:
    plant(filled(folder), "CREATE TABLE Foreign_ (a)")
    used(folder, said)
    assert said == []


def test_several_threads_that_meet_damage_warn_once(folder: Path, said: list[str]) -> None:
    plant(filled(folder), "UPDATE Cache SET mode = 4")
    cache = DiskCache(folder, said.append)
    threads = [threading.Thread(target=cache.get, args=(KEY,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    cache.close()
    assert len(said) == len(set_aside(folder)) == 1
