"""Ways into a JSON document."""

from collections.abc import Iterator
from typing import Any

Place = tuple[str | int, ...]


def objects(value: object, place: Place = ()) -> Iterator[Place]:
    """The places of all objects in a document, the document itself first."""
    if isinstance(value, dict):
        yield place
        for key, item in value.items():
            yield from objects(item, (*place, key))
    if isinstance(value, list):
        for n, item in enumerate(value):
            yield from objects(item, (*place, n))


def at(value: Any, place: Place) -> Any:
    for step in place:
        value = value[step]
    return value
