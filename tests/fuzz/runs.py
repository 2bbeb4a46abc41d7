"""One run of a target: nothing but its own refusal may come out, and soon."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random
from typing import Self

from tests.fuzz.mutating import mutated
from tests.fuzz.targets import TARGETS

SLOWEST = 10.0
"""Seconds within which whatever is read has to be read or refused."""


class SlowError(Exception):
    """Something took longer than it may."""


class Running:
    """A target, the real files that it begins with, and a folder in which it runs."""

    def __init__(self, name: str, folder: Path) -> None:
        self.target = TARGETS[name]
        (folder / "samples").mkdir()
        self.samples = list(self.target.samples(folder / "samples"))
        self._folder = folder

    @classmethod
    @contextmanager
    def of(cls, name: str) -> Iterator[Self]:
        """Give the target of a name, for as long as its folder is there."""
        with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
            yield cls(name, Path(folder))

    def one(self, data: bytes) -> None:
        """Take a file; whatever else than the refusal of the target is raised."""
        place = self._folder / "taken"
        place.mkdir()
        began = time.monotonic()
        try:
            with suppress(*([self.target.refusal] if self.target.refusal else [])):
                self.target.take(data, place)
        finally:
            shutil.rmtree(place)
        took = time.monotonic() - began
        if took > SLOWEST:
            raise SlowError(f"took {took:.0f} s")

    def changed(self, random: Random, data: bytes | None = None) -> bytes:
        """A file that was changed, one of the samples unless it is given."""
        return mutated(random.choice(self.samples) if data is None else data, random, is_text=self.target.is_text)
