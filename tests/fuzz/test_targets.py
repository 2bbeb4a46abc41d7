"""What others bring is read or refused, however it was changed; a short run of what is fuzzed by hand for longer."""

from random import Random

import pytest

from tests.fuzz.runs import Running
from tests.fuzz.targets import TARGETS


@pytest.mark.parametrize("name", TARGETS)
def test_nothing_but_its_refusal_comes_out_of_a_reader(name: str) -> None:
    random = Random(name)
    with Running.of(name) as running:
        assert running.samples
        for sample in running.samples:
            running.one(sample)
        for _ in range(30):
            running.one(running.changed(random))
