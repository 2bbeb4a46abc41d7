"""A file is replaced in one step, and what killed runs left goes when nobody writes it any more."""

import os
import time
from pathlib import Path

import pytest

from pysentry_hook.replacing import replacing

posix = pytest.mark.skipif(os.name != "posix", reason="modes and links are POSIX")
HOUR = 3_600


@pytest.fixture
def target(tmp_path: Path) -> Path:
    file = tmp_path / "a.db"
    file.write_bytes(b"old")
    return file


def write(target: Path, data: bytes = b"new") -> None:
    with replacing(target) as part:
        part.write_bytes(data)


def left(folder: Path, hours: float) -> Path:
    """What a run left that was killed so many hours ago."""
    with pytest.raises(KeyboardInterrupt), replacing(folder / "x") as part:
        raise KeyboardInterrupt
    part.touch()
    os.utime(part, (time.time() - hours * HOUR,) * 2)
    return part


def test_the_old_file_is_there_until_the_new_one_is_whole(target: Path) -> None:
    with replacing(target) as part:
        part.write_bytes(b"new")
        assert (part.parent, target.read_bytes()) == (target.parent, b"old")
    assert target.read_bytes() == b"new"
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize("error", [ValueError, OSError, KeyboardInterrupt])
def test_an_error_leaves_the_old_file_and_nothing_else(target: Path, error: type[BaseException]) -> None:
    with pytest.raises(error), replacing(target):
        raise error
    assert target.read_bytes() == b"old"
    assert list(target.parent.iterdir()) == [target]


def test_what_was_left_long_ago_goes_whatever_it_was_to_become(target: Path) -> None:
    old, young = left(target.parent, hours=1.1), left(target.parent, hours=0.9)
    write(target)
    assert (old.exists(), young.exists()) == (False, True)


@pytest.mark.parametrize("name", [".pysentry-hook.toml", ".a.db.part", "pysentry-hook-x.part", ".pysentry-hook-x"])
def test_no_other_file_goes(target: Path, name: str) -> None:
    other = target.with_name(name)
    other.write_bytes(b"mine")
    os.utime(other, (0, 0))
    write(target)
    assert other.read_bytes() == b"mine"


@posix
def test_a_link_that_looks_like_something_left_is_not_followed(target: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.write_bytes(b"mine")
    os.utime(mine, (0, 0))
    target.with_name(".pysentry-hook-x.part").symlink_to(mine)
    write(target)
    assert mine.read_bytes() == b"mine"


@posix
def test_the_mode_is_the_one_given_or_of_the_old_file_or_of_every_new_file(target: Path) -> None:
    target.chmod(0o640)
    write(target)
    assert target.stat().st_mode & 0o777 == 0o640
    new = target.with_name("new")
    mask = os.umask(0o027)
    write(new)
    os.umask(mask)
    assert new.stat().st_mode & 0o777 == 0o640
    with replacing(target, mode=0o600) as part:
        part.write_bytes(b"")
    assert target.stat().st_mode & 0o777 == 0o600
