"""The cache on disk: what others plant in it is never run, opened or removed."""

import errno
import hashlib
import os
import pickle
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pysentry_hook.cache import Cache, DiskCache, Entry, MemoryCache

posix = pytest.mark.skipif(os.name != "posix", reason="owners and modes are POSIX")
root = pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root gives files away")

KEY = "osv:0:requests:2.30.0"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    """A file outside of the cache that must stay as it is."""
    file = tmp_path / "victim.zip"
    file.write_bytes(b"mine")
    return file


class Evil:
    """Makes a file when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Callable[..., object], tuple[str]]:
        return os.mkdir, (str(self.mark),)


def filled(folder: Path) -> Path:
    """A healthy cache with one answer; its database."""
    cache = DiskCache(folder, print)
    cache.put(KEY, b"[]", stored=1.0)
    cache.put("other", b"[]", stored=1.0)
    cache.close()
    return folder / "answers" / "cache.db"


def plant(database: Path, *statements: str, values: Any = ()) -> None:
    with closing(sqlite3.connect(database)) as connection:
        for statement in statements:
            connection.execute(statement, values)
        connection.commit()


def used(folder: Path, said: list[str]) -> DiskCache:
    """Do with a cache what a run does, and then what the next one does."""
    cache = DiskCache(folder, said.append)
    cache.get(KEY)
    cache.get("other")
    cache.put("new", b"{}", stored=2.0)
    assert cache.get("new") == Entry(2.0, b"{}")
    cache.close()
    return cache


def heals(folder: Path) -> bool:
    """Whether the run after the next one has a cache that works without a word."""
    words: list[str] = []
    used(folder, words)
    cache = DiskCache(folder, words.append)
    entry = cache.get("new")
    cache.close()
    return entry == Entry(2.0, b"{}") and not words


def set_aside(folder: Path) -> list[Path]:
    return sorted(folder.glob("damaged-*"))


@pytest.mark.parametrize("kind", ["memory", "disk"])
def test_what_is_put_can_be_had_again(kind: str, folder: Path, said: list[str]) -> None:
    cache: Cache = MemoryCache() if kind == "memory" else DiskCache(folder, said.append)
    assert cache.get(KEY) is None
    cache.put(KEY, b"a\nb\x00", stored=1.5)
    assert cache.get(KEY) == Entry(1.5, b"a\nb\x00")
    digest = cache.put_archive(b"PK")
    assert digest == hashlib.sha256(b"PK").hexdigest()
    assert cache.archive(digest) == b"PK"
    assert cache.archive("0" * 64) is None
    cache.close()
    assert said == []


def test_the_next_run_has_what_this_one_stored(folder: Path, said: list[str]) -> None:
    cache = DiskCache(folder, said.append)
    cache.put(KEY, b"[]", stored=1.25)
    digest = cache.put_archive(b"PK")
    cache.close()
    again = DiskCache(folder, said.append)
    assert again.get(KEY) == Entry(1.25, b"[]")
    assert again.archive(digest) == b"PK"
    again.close()
    assert said == []


@posix
def test_the_folder_is_private_from_the_beginning(folder: Path) -> None:
    filled(folder)
    DiskCache(folder, print).put_archive(b"PK")
    for place in (folder, folder / "answers", folder / "archives"):
        assert place.stat().st_mode & 0o777 == 0o700


@posix
@pytest.mark.parametrize("mode", [0o755, 0o770, 0o777])
def test_a_folder_open_to_others_is_made_private(mode: int, folder: Path, said: list[str]) -> None:
    filled(folder)
    folder.chmod(mode)
    cache = DiskCache(folder, said.append)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert cache.get(KEY)
    cache.close()
    assert said == []


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


@posix
@pytest.mark.parametrize("name", ["", "answers"])
def test_a_symbolic_link_in_place_of_a_folder_is_not_followed(
    name: str, folder: Path, said: list[str], tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (folder if name else tmp_path).mkdir(exist_ok=True)
    (folder / name).symlink_to(elsewhere)
    used(folder, said)
    DiskCache(folder, said.append).put_archive(b"PK") if not name else None
    assert list(elsewhere.iterdir()) == []
    assert said
    assert len(set(said)) == 1


@posix
def test_a_linked_folder_of_archives_loses_and_gains_nothing(folder: Path, said: list[str], tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for number in range(5):
        (elsewhere / f"{number}.zip").write_bytes(b"mine")
    digest = hashlib.sha256(b"PK").hexdigest()
    (elsewhere / f"{digest}.zip").write_bytes(b"not PK")
    filled(folder)
    (folder / "archives").symlink_to(elsewhere)
    cache = DiskCache(folder, said.append)
    assert cache.archive(digest) is None
    assert cache.put_archive(b"PK") == digest
    assert cache.archive(digest) == b"PK"
    cache.close()
    assert len(list(elsewhere.iterdir())) == 6
    assert len(said) == 1


@posix
@pytest.mark.parametrize("name", ["cache.db", "cache.db-wal", "cache.db-journal", "cache.db-shm"])
@pytest.mark.parametrize("link", [os.symlink, os.link])
def test_a_link_beside_or_for_the_database_is_not_followed(
    name: str, link: Callable[[Path, Path], None], folder: Path, said: list[str], victim: Path
) -> None:
    filled(folder)
    (folder / "answers" / name).unlink(missing_ok=True)
    link(victim, folder / "answers" / name)
    used(folder, said)
    assert victim.read_bytes() == b"mine"
    assert len(said) == len(set_aside(folder)) == 1
    assert heals(folder)


@posix
def test_a_pipe_in_place_of_the_database_is_not_opened(folder: Path, said: list[str]) -> None:
    database = filled(folder)
    database.unlink()
    os.mkfifo(database)
    used(folder, said)
    assert len(said) == 1


@pytest.mark.parametrize("digest", ["../../victim", "/etc/passwd", "", "..", "A" * 64, "0" * 64 + "\n"])
def test_only_a_digest_names_an_archive(digest: str, folder: Path, said: list[str], victim: Path) -> None:
    filled(folder)
    (folder / "archives").mkdir()
    cache = DiskCache(folder, said.append)
    assert cache.archive(digest) is None
    cache.close()
    assert victim.read_bytes() == b"mine"


def test_an_archive_that_is_not_what_its_name_says_is_removed(folder: Path, said: list[str]) -> None:
    cache = DiskCache(folder, said.append)
    digest = cache.put_archive(b"PK")
    cache.close()
    file = folder / "archives" / f"{digest}.zip"
    file.write_bytes(b"PK changed")
    again = DiskCache(folder, said.append)
    assert again.archive(digest) is None
    again.close()
    assert not file.exists()


def test_the_three_newest_archives_are_kept(folder: Path, said: list[str]) -> None:
    cache = DiskCache(folder, said.append)
    for number in range(5):
        digest = cache.put_archive(b"PK%d" % number)
        os.utime(folder / "archives" / f"{digest}.zip", (number + 1, number + 1))
    cache.close()
    assert len(list((folder / "archives").iterdir())) == 3


@root
@posix
def test_the_folder_of_somebody_else_is_not_used(folder: Path, said: list[str]) -> None:
    filled(folder)
    os.chown(folder, 65534, 65534)
    cache = used(folder, said)
    assert cache.get(KEY) is None
    assert said == [f"no cache: {folder} belongs to somebody else; --cache-dir names another"]


def test_a_file_in_place_of_the_folder_is_told(folder: Path, said: list[str]) -> None:
    folder.write_text("mine")
    used(folder, said)
    assert len(said) == 1
    assert folder.read_text() == "mine"


_READ_ONLY = """
import sys
from pathlib import Path
from pysentry_hook.cache import DiskCache
said = []
cache = DiskCache(Path(sys.argv[1]), said.append)
cache.get("osv:0:requests:2.30.0")
cache.put("new", b"{}", stored=2.0)
assert cache.get("new")
digest = cache.put_archive(b"PK")
assert cache.archive(digest) == b"PK"
cache.close()
print(len(said), *said)
"""


@posix
@pytest.mark.parametrize("before", ["empty", "filled"])
def test_a_folder_that_cannot_be_written_costs_one_warning(before: str, tmp_path: Path) -> None:
    folder = tmp_path / "place" / "cache"
    folder.mkdir(parents=True, mode=0o700)
    if before == "filled":
        filled(folder)
        (folder / "archives").mkdir()
    command = [sys.executable, "-c", _READ_ONLY, str(folder)]
    if os.getuid() == 0:
        mount = f"mount --bind '{folder}' '{folder}' && mount -o remount,ro,bind '{folder}' && exec \"$@\""
        command = ["unshare", "--mount", "sh", "-c", mount, "sh", *command]
    else:
        for path in (*folder.rglob("*"), folder):
            path.chmod(0o500 if path.is_dir() else 0o400)
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    if not os.getuid() and ("unshare" in done.stderr or "mount:" in done.stderr):
        pytest.skip("no mounts here")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("1 "), done.stdout
    assert "damaged" not in done.stdout


def test_a_full_disk_loses_only_what_was_new(folder: Path, said: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    filled(folder)
    cache = DiskCache(folder, said.append)

    def full(*_: object, **__: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    cache.get("a key")
    monkeypatch.setattr(cache._rows, "set", full)
    cache.put("new", b"{}", stored=2.0)
    assert cache.get("new")
    cache.close()
    assert len(said) == 1
    assert set_aside(folder) == []
    again = DiskCache(folder, said.append)
    assert again.get(KEY)
    assert again.get("new") is None
    again.close()


def test_an_archive_on_a_full_disk_serves_this_run_and_leaves_nothing(
    folder: Path, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = DiskCache(folder, said.append)

    def full(self: Path, target: Path) -> Path:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    digest = cache.put_archive(b"PK")
    assert cache.archive(digest) == b"PK"
    cache.close()
    assert list((folder / "archives").iterdir()) == []
    assert len(said) == 1
    assert "No space left" in said[0]


_WRITER = """
import sys
from pathlib import Path
from pysentry_hook.cache import DiskCache
for turn in range(10):
    cache = DiskCache(Path(sys.argv[1]), lambda line: sys.exit(line))
    for number in range(50):
        cache.put(f"{sys.argv[2]}:{turn}:{number}", b"x" * 1000, stored=1.0)
    cache.put_archive(f"{sys.argv[2]} {turn}".encode())
    cache.close()
"""


def test_two_processes_may_write_at_once(folder: Path, said: list[str]) -> None:
    commands = [[sys.executable, "-c", _WRITER, str(folder), name] for name in ("a", "b")]
    writers = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for command in commands]
    for writer in writers:
        _, told = writer.communicate(timeout=60)
        assert (writer.returncode, told) == (0, "")
    cache = DiskCache(folder, said.append)
    assert all(cache.get(f"{name}:{turn}:49") for name in "ab" for turn in range(10))
    cache.close()
    assert said == []


@posix
def test_a_writer_that_was_killed_leaves_a_cache_that_works(folder: Path, said: list[str]) -> None:
    filled(folder)
    endless = _WRITER.replace("range(10)", "range(10**6)")
    for wait in (0.5, 0.6, 0.7):
        with subprocess.Popen([sys.executable, "-c", endless, str(folder), "a"]) as writer:
            time.sleep(wait)
            writer.send_signal(signal.SIGKILL)
    cache = DiskCache(folder, said.append)
    assert cache.get(KEY)
    cache.put("new", b"{}", stored=2.0)
    cache.close()
    assert said == []
    assert heals(folder)


def test_what_was_stored_first_goes_where_the_cache_grows_too_large(
    folder: Path, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pysentry_hook.cache._SIZE_LIMIT", 600_000)
    for run in range(3):
        cache = DiskCache(folder, said.append)
        for number in range(50):
            cache.put(f"{run}:{number}", bytes(5_000), stored=float(run))
        cache.close()
    cache = DiskCache(folder, said.append)
    kept = [sum(cache.get(f"{run}:{number}") is not None for number in range(50)) for run in range(3)]
    cache.close()
    assert kept[0] < kept[1] <= kept[2] == 50
    assert said == []


def test_what_another_run_stored_meanwhile_stays_where_the_cache_was_empty(folder: Path, said: list[str]) -> None:
    mine, other = DiskCache(folder, said.append), DiskCache(folder, said.append)
    assert mine.get(KEY) is None
    other.put(KEY, b"[]", stored=1.0)
    other.close()
    mine.put(KEY, b"[]", stored=2.0)
    mine.put("mine", b"[]", stored=2.0)
    mine.close()
    cache = DiskCache(folder, said.append)
    assert (cache.get(KEY), cache.get("mine")) == (Entry(1.0, b"[]"), Entry(2.0, b"[]"))
    cache.close()
