"""What is stored in the cache can be had again, by this run and the next ones, and by several at once."""

import errno
import hashlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pysentry_hook.cache import Cache, DiskCache, Entry, MemoryCache
from tests.cache.planting import KEY, filled, heals, posix, set_aside


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
