"""What a resolver says is told without the passwords that stand in it."""

import pytest

from pysentry_hook.resolvers.request import ResolutionError


@pytest.mark.parametrize("address", ["https://me:secret@a.example/simple", "https://me:sec@ret@a.example/simple"])
def test_a_password_is_told_to_nobody_however_it_is_written(address: str) -> None:
    error = ResolutionError(f"{address} cannot be reached", f"tried {address}\nand nothing else")
    assert error.summary == "https://a.example/simple cannot be reached"
    assert error.whole == "tried https://a.example/simple\nand nothing else"
