"""What may be wrong with plain values that somebody else wrote."""

from collections.abc import Iterator
from typing import Any


def each_damage(value: Any) -> Iterator[Any]:
    """The same values with one of them gone or of another type, for each of them."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from ({**value, key: other} for other in each_damage(each))
            yield {name: other for name, other in value.items() if name != key}
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from ([*value[:number], other, *value[number + 1 :]] for other in each_damage(each))
        yield 7
    else:
        yield {"planted": []}
