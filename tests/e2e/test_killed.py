"""Whatever the command does when it is killed, the database and the cache are whole and nothing piles up."""

import os
import random
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pysentry_hook.sources.store import Store
from tests.builders import a_folder_of_records, a_record, a_uv_lock
from tests.forked import Fork, Forks, forking
from tests.upstream import Fault, Upstream

pytestmark = [forking, pytest.mark.unmeasured]  # other tests measure what these run

NAMES = [f"package-{number}" for number in range(8)]
SEED = time.time_ns() % 1_000_000
HOUR = 3_600


def records(kind: str, count: int, details: str = "") -> list[dict[str, Any]]:
    """Records with ids of one kind, about packages in turn."""
    numbers = range(1, count + 1)
    return [
        a_record(f"{kind}-{number}", NAMES[number % len(NAMES)], fixed="2.1") | {"details": details}
        for number in numbers
    ]


LONG = "".join(map(str, range(10_000)))  # to write many of these takes as long as to load and read them
OLD = records("GHSA-aaaa-bbbb", 40)
NOW = records("PYSEC-2099", 20) + records("GHSA-cccc-dddd", 40, LONG)
LATER = [
    *(record | {"modified": "2099-02-01T00:00:00Z", "summary": "another"} for record in NOW[:10]),
    *NOW[10:],
    *records("GHSA-eeee-ffff", 20),
]


@pytest.fixture
def dice() -> random.Random:
    print(f"the seed is {SEED}")  # noqa: T201 (shown where the test fails)
    return random.Random(SEED)


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with Upstream(NOW) as upstream:
        yield upstream


def somewhen(count: int, dice: random.Random) -> Iterator[float]:
    """So many parts of a whole at random, one in each of as many equal stretches of it."""
    return ((number + dice.random()) / count for number in range(count))


class Killer:
    """Kills a command within the time that it takes."""

    def __init__(self, start: Callable[[], Fork]) -> None:
        """Let it run to its end, to know how long that takes."""
        self._start = start
        begin = time.monotonic()
        self.whole = start().wait()
        self._seconds = time.monotonic() - begin
        assert self.whole.code == 0, self.whole.err

    def kill(self, part: float) -> None:
        """Kill it after this part of its time, and once more where it had ended before."""
        while True:
            fork = self._start()
            time.sleep(part * self._seconds)
            if fork.kill().killed:
                return
            self._seconds *= 0.9


class Databases:
    """A database that is to be synchronised, and one beside it that is not."""

    def __init__(self, forks: Forks, upstream: Upstream, folder: Path, kind: str) -> None:
        """Of the first, all is new to it or only what changed lately."""
        self._forks = forks
        self.path, self._other = folder / "a.db", folder / "b.db"
        self._words = ("db", "sync", self.path, *upstream.sync_options)
        imported = a_folder_of_records(folder.parent / "records", *OLD)
        for path in (self.path, self._other) if kind == "first" else (self._other,):
            assert forks.run("db", "import", imported, "--to", path).code == 0
        if kind == "later":
            assert self.sync().wait().code == 0
            upstream.records = list(LATER)
        self._before = self.path.read_bytes(), self._other.read_bytes()

    def sync(self, **more: Any) -> Fork:
        return self._forks.start(*self._words, **more)

    def sync_anew(self, **more: Any) -> Fork:
        """Begin once more with what was there in the beginning."""
        self.path.write_bytes(self._before[0])
        return self.sync(**more)

    def steps(self) -> list[str]:
        return self._forks.steps(*self._words)

    def revision(self) -> str:
        """The revision of the database, every record of which is as it should be."""
        with Store(self.path) as store:
            assert list(store.problems()) == []
            return store.revision

    def check(self, new: str) -> None:
        """The one is what it was or what it should become, and the other is what it was."""
        assert self.revision() == new or self.path.read_bytes() == self._before[0]
        assert self._other.read_bytes() == self._before[1]

    def parts(self) -> list[Path]:
        """What else lies beside them."""
        return sorted({*self.path.parent.iterdir()} - {self.path, self._other})


def age(files: list[Path]) -> None:
    for file in files:
        os.utime(file, (time.time() - 2 * HOUR,) * 2)


def at_steps(steps: list[str], dice: random.Random) -> list[int]:
    """Twelve steps at random, and the last six."""
    return [*sorted(dice.sample(range(len(steps) - 6), 12)), *range(len(steps) - 6, len(steps))]


def die(start: Callable[..., Fork], step: int) -> None:
    """Start what dies before this step, or before an earlier one: threads that share a connection take fewer."""
    while not start(dies_at=step).wait().killed:
        step -= 5


both = pytest.mark.parametrize("kind", ["first", "later"])


@both
def test_a_sync_that_is_killed_leaves_the_old_database_or_the_new_one(
    kind: str, forks: Forks, upstream: Upstream, tmp_path: Path, dice: random.Random
) -> None:
    databases = Databases(forks, upstream, tmp_path / "data", kind)
    killer = Killer(databases.sync_anew)
    new = databases.revision()
    for part in somewhen(25, dice):
        killer.kill(part)
        databases.check(new)
    age(databases.parts())
    assert databases.sync().wait().code == 0
    assert databases.revision() == new
    assert databases.parts() == []
    assert "all as they should be" in forks.run("db", "verify", databases.path).out


@both
def test_a_sync_that_is_killed_before_any_of_its_steps_leaves_the_old_database(
    kind: str, forks: Forks, upstream: Upstream, tmp_path: Path, dice: random.Random
) -> None:
    databases = Databases(forks, upstream, tmp_path / "data", kind)
    for step in at_steps(databases.steps(), dice):
        die(databases.sync_anew, step)
        databases.check("none")


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        *(("first", f"/{name}") for name in ("pypa.zip", "export/all.zip", "export/modified_id.csv")),
        *(("later", f"/{name}") for name in ("pypa.zip", "export/modified_id.csv", "export/GHSA-eeee-ffff-7.json")),
    ],
)
def test_a_sync_that_is_killed_while_an_answer_arrives_leaves_the_old_database(
    kind: str, path: str, forks: Forks, upstream: Upstream, tmp_path: Path
) -> None:
    databases = Databases(forks, upstream, tmp_path / "data", kind)
    upstream.faults.append(Fault(path, "stalled"))
    sync = databases.sync()
    assert upstream.stalled.wait(30)
    assert sync.kill().killed
    databases.check("none")
    assert databases.parts() == []


def test_what_a_killed_sync_left_goes_when_nobody_can_be_writing_it_any_more(
    forks: Forks, upstream: Upstream, tmp_path: Path
) -> None:
    databases = Databases(forks, upstream, tmp_path / "data", "first")
    assert databases.sync(dies_at="replace").wait().killed
    (left,) = databases.parts()
    assert databases.sync().wait().code == 0
    assert databases.parts() == [left], "another sync may be about to put it in its place"
    age([left])
    assert databases.sync().wait().code == 0
    assert databases.parts() == []


class Scans:
    """Scans of a lock with a cache, which begins empty or with the answers for half of the lock."""

    def __init__(self, forks: Forks, upstream: Upstream, folder: Path, kind: str) -> None:
        self._forks, self._folder = forks, folder
        upstream.records[:] = records("PYSEC-2099", 8) + records("GHSA-cccc-dddd", 8)
        self._words = ("-f", "json", *upstream.options)
        self.cache, self._filled = folder / "cache", folder / "filled"
        for name, packages in (("whole", NAMES), ("half", NAMES[::2])):
            (folder / name).mkdir()
            lock = a_uv_lock(*((package, "1.0") for package in packages))
            (folder / name / "uv.lock").write_text(lock, encoding="utf-8")
        if kind == "later":
            self._half = self.scan("half").wait().report()
            self.cache.rename(self._filled)

    def scan(self, name: str = "whole", *words: object, **more: Any) -> Fork:
        return self._forks.start("report", self._folder / name, *self._words, *words, **more)

    def scan_anew(self, **more: Any) -> Fork:
        """Begin once more with what was in the cache in the beginning."""
        self._restore()
        return self.scan(**more)

    def _restore(self) -> None:
        shutil.rmtree(self.cache, ignore_errors=True)
        if self._filled.exists():
            shutil.copytree(self._filled, self.cache)

    def steps(self) -> list[str]:
        self._restore()
        return self._forks.steps("report", self._folder / "whole", *self._words)

    def check(self, whole: dict[str, Any]) -> None:
        """The cache has what it had, and takes what is new, without a word."""
        if self._filled.exists():
            half = self.scan("half", "--offline").wait()
            assert (half.code, half.err, half.report()) == (0, "", self._half)
        again = self.scan().wait()
        assert (again.code, again.err, again.report("as_of")) == (0, "", whole)


@both
def test_a_scan_that_is_killed_leaves_a_cache_that_works(
    kind: str, forks: Forks, upstream: Upstream, tmp_path: Path, dice: random.Random
) -> None:
    scans = Scans(forks, upstream, tmp_path, kind)
    killer = Killer(scans.scan_anew)
    for part in somewhen(25, dice):
        killer.kill(part)
        scans.check(killer.whole.report("as_of"))


@both
def test_a_scan_that_is_killed_before_any_of_its_steps_leaves_a_cache_that_works(
    kind: str, forks: Forks, upstream: Upstream, tmp_path: Path, dice: random.Random
) -> None:
    scans = Scans(forks, upstream, tmp_path, kind)
    whole = scans.scan_anew().wait().report("as_of")
    for step in at_steps(scans.steps(), dice):
        die(scans.scan_anew, step)
        scans.check(whole)


@pytest.mark.parametrize(
    ("kind", "path"),
    [("first", "/pypa.zip"), *(("later", path) for path in ("/v1/querybatch", "/v1/vulns/", "/pypi/", "/simple/"))],
)
def test_a_scan_that_is_killed_while_an_answer_arrives_leaves_a_cache_that_works(
    kind: str, path: str, forks: Forks, upstream: Upstream, tmp_path: Path
) -> None:
    scans = Scans(forks, upstream, tmp_path, kind)
    whole = scans.scan_anew().wait().report("as_of")
    upstream.faults.append(Fault(path, "stalled", first=1))
    scan = scans.scan_anew()
    assert upstream.stalled.wait(30)
    assert scan.kill().killed
    scans.check(whole)


def test_what_a_killed_scan_left_of_an_archive_goes_with_the_next_archive(
    forks: Forks, upstream: Upstream, tmp_path: Path
) -> None:
    scans = Scans(forks, upstream, tmp_path, "first")
    assert scans.scan(dies_at="replace").wait().killed
    archives = scans.cache / "v1" / "archives"
    (left,) = archives.iterdir()
    age([left])
    assert scans.scan().wait().code == 0
    assert [file.suffix for file in archives.iterdir()] == [".zip"]
