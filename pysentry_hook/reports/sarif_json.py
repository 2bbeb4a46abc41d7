"""Write the objects of sarif_om as JSON; its own writer takes 8 s for 5,000 results and drops every default level."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import attr
import sarif_om

_KEPT = {
    ("Invocation", "execution_successful"),
    ("Notification", "level"),
    ("ReportingConfiguration", "level"),
    ("Result", "level"),
}
"""What is written although it is the default: readers differ in what they take for it."""
_OPEN = {
    "runs",
    "tool",
    "driver",
    "rules",
    "notifications",
    "invocations",
    "toolExecutionNotifications",
    "properties",
    "results",
}
"""What has each of its entries on a line of its own, so that two files can be compared line by line."""

_COMMAND = re.compile(r"##(?=\w*\[)")
_OPEN_ENTRIES = (sarif_om.Run, sarif_om.Invocation)

_Field = tuple[str, object]
_encode = json.JSONEncoder(ensure_ascii=False).encode

Suppression = attr.make_class(
    "Suppression",
    {"status": attr.ib(default=None, metadata={"schema_property_name": "status"})},
    bases=(sarif_om.Suppression,),
)
"""A suppression with the `status` of the standard, for which the library still has the `state` of a draft."""


def as_text(log: Any) -> str:
    """Return the log as JSON text with a newline at its end.

    A runner takes `##[name]` or `##vso[name]` for a command wherever it stands in a line of its log, so its sign is
    written as an escape, which means the same in JSON.
    """
    return _COMMAND.sub("#\\\\u0023", "".join(_lines(log, ""))) + "\n"


def _lines(value: Any, indent: str) -> Iterator[str]:
    """Write a list or an object with an entry a line; entries are made one by one, as many at once take memory."""
    inner = f"{indent} "
    if hasattr(value, "__attrs_attrs__") or isinstance(value, dict):
        start, end = "{", "}"
        entries = ((f"{_encode(name)}: ", name, item) for name, item in _members(value).items())
    else:
        start, end = "[", "]"
        entries = (("", "entry", item) for item in value)
    yield start
    mark = ""
    for key, name, item in entries:
        yield f"{mark}\n{inner}{key}"
        if name in _OPEN or (name == "entry" and isinstance(item, _OPEN_ENTRIES)):
            yield from _lines(item, inner)
        else:
            yield _encode(plain(item))
        mark = ","
    yield f"\n{indent}{end}" if mark else end


def plain(value: Any) -> Any:
    """Return an object of sarif_om, or a list or dict of them, as plain values without what says nothing."""
    kind = type(value)
    if kind in _FINISHED:
        return value
    if kind in {list, tuple}:
        return [plain(item) for item in value]
    return {name: plain(item) for name, item in _members(value).items()}


class Plain(dict[str, Any]):
    """Plain values already, of what stands in several places."""


_FINISHED = {str, int, float, bool, type(None), Plain}


def _members(value: Any) -> dict[str, Any]:
    """The members of an object or dict that say something, by their names in JSON."""
    if isinstance(value, dict):
        return {name: item for name, item in value.items() if item is not None}
    kind: Any = type(value)
    fields = _fields(kind)
    found = {}
    for attribute, item in vars(value).items():
        if item is not None:
            name, default = fields[attribute]
            if default is None or item != default:
                found[name] = item
    return found


@cache
def _fields(kind: Any) -> Mapping[str, _Field]:
    """The attributes of a class, each with its name in JSON and the default that need not be written, if any."""
    name = kind.__name__
    return {
        field.name: (
            field.metadata["schema_property_name"],
            None if (name, field.name) in _KEPT else _default(field.default),
        )
        for field in attr.fields(kind)
    }


def _default(default: Any) -> object:
    return default.factory() if hasattr(default, "factory") else default
