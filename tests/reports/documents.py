"""Ways into a JSON document, and ways to break one."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

Place = tuple[str | int, ...]
Change = Callable[[Any, str], object]
"""Breaks a field of an object."""


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


def keys(value: Any) -> list[tuple[Place, str]]:
    """One place for each field that a document has, whichever entry of its list has it first."""
    found: dict[tuple[Place, str], tuple[Place, str]] = {}
    for place in objects(value):
        for key in at(value, place):
            form = tuple("*" if isinstance(step, int) else step for step in place)
            found.setdefault((form, key), (place, key))
    return list(found.values())


def left_out(value: Any, key: str) -> None:
    del value[key]


def one_too_many(value: Any, key: str) -> None:
    value[f"{key}-too"] = value[key]


def of_another_type(value: Any, key: str) -> None:
    value[key] = {"0": value[key]} if isinstance(value[key], list) else [value[key]]


def changed_and_taken(
    whole: Any, is_taken: Callable[[object], bool], change: Change, but: Callable[[Place], bool] = lambda _: False
) -> list[str]:
    """The fields whose change is not refused, `but` those of some objects."""
    missed = []
    for place, key in keys(whole):
        if but(place):
            continue
        broken = deepcopy(whole)
        change(at(broken, place), key)
        if is_taken(broken):
            missed.append("/".join(map(str, (*place, key))))
    return missed
