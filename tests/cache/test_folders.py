"""The folder of the cache is the user's own: links, pipes, archives and folders of others are left alone."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pysentry_hook.cache import DiskCache
from tests.cache.planting import KEY, filled, heals, posix, root, set_aside, used


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
