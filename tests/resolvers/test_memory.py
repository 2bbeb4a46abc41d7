"""What is remembered of earlier resolutions, and what is not."""

import json
from contextlib import nullcontext
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pysentry_hook.cache import MemoryCache
from pysentry_hook.resolvers.memory import Memory
from pysentry_hook.resolvers.programs import Program
from pysentry_hook.resolvers.request import Request, Resolution, ResolutionError
from tests.resolvers.test_resolvers import request

NOW = datetime(2026, 1, 2, tzinfo=UTC)
MADE = Resolution(resolver="counted", version="1", covers="all", note="a note")


class Counted:
    """A resolver that counts how often it is run."""

    NAME, PROGRAM, LOCK = "counted", "counted", "lock.txt"

    def __init__(self) -> None:
        self.runs = 0

    def resolve(self, program: Program, request: Request, folder: Path) -> Resolution:
        self.runs += 1
        (folder / self.LOCK).write_text(f"run {self.runs}", encoding="utf-8")
        return MADE


def resolve(cache: MemoryCache, resolver: Counted, folder: Path, *, refused: bool = False) -> tuple[str, Resolution]:
    def read(_: Resolution) -> str:
        if refused:
            raise ResolutionError("no lock")
        return (folder / resolver.LOCK).read_text(encoding="utf-8")

    memory = Memory(cache, now=NOW, fresh_for=timedelta(hours=1), setup="")
    program = Program(Path("counted"), "1")
    text, made, when = memory.resolve(resolver, program, request("a"), folder, during=nullcontext(), read=read)
    assert when == NOW
    return text, made


def test_a_resolution_is_given_again_as_it_was(tmp_path: Path) -> None:
    cache, resolver = MemoryCache(), Counted()
    assert resolve(cache, resolver, tmp_path) == resolve(cache, resolver, tmp_path) == ("run 1", MADE)


def test_a_lock_that_is_refused_is_not_remembered(tmp_path: Path) -> None:
    cache, resolver = MemoryCache(), Counted()
    with pytest.raises(ResolutionError):
        resolve(cache, resolver, tmp_path, refused=True)
    assert resolve(cache, resolver, tmp_path) == ("run 2", MADE)


@pytest.mark.parametrize(
    "row",
    [
        b"",
        b"\xff",
        b"[" * 100_000,
        b"[]",
        b"{}",
        json.dumps({"resolution": [], "lock": ""}).encode(),
        json.dumps({"resolution": asdict(MADE) | {"format": "../outside"}, "lock": "x"}).encode(),
        json.dumps({"resolution": asdict(MADE) | {"note": ["x"]}, "lock": "x"}).encode(),
        json.dumps({"resolution": asdict(MADE)}).encode(),
        json.dumps({"resolution": asdict(MADE), "lock": 3}).encode(),
        json.dumps({"resolution": asdict(MADE), "lock": "\ud800"}).encode(),
    ],
)
def test_a_row_that_somebody_else_stored_is_passed_over(tmp_path: Path, row: bytes) -> None:
    cache, resolver = MemoryCache(), Counted()
    resolve(cache, resolver, tmp_path)
    (key,) = cache._entries
    cache.put(key, row, stored=NOW.timestamp())
    assert resolve(cache, resolver, tmp_path) == ("run 2", MADE)
