"""YAML as plain texts, lists and dictionaries, built from the parser's events: half the time of PyYAML's own nodes.

Every scalar but null is text, so that 1.10 stays 1.10; a tag that would make anything else is refused.
"""

from typing import Any

import yaml  # 60 ms: this module is imported where an archive is read for the first time
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
"""How https://yaml.org/type/null.html writes it, where a tag does not."""
_TAG = "tag:yaml.org,2002:"
_DAMAGES = (yaml.YAMLError, ValueError, TypeError, KeyError, RecursionError)


def load(data: bytes, deepest: int) -> tuple[object, bool]:
    """Return the one document, and whether it may refer to parts of itself.

    ValueError where it is none, or nested more than `deepest` levels.
    """
    try:
        document = _Document(data, deepest)
        return document.value(), bool(document.anchors)
    except _DAMAGES as error:
        raise ValueError(str(error)) from error


class _Document:
    """One reading of the events of a document."""

    def __init__(self, data: bytes, deepest: int) -> None:
        self._event = yaml.CSafeLoader(data).get_event
        self._deepest = deepest
        self.anchors: dict[str, object] = {}

    def value(self) -> object:
        """The value of the first document, which must be the only one."""
        self._event()
        if type(self._event()) is StreamEndEvent:
            return None
        value = self._of(self._event(), 1)
        if type(self._event()) is not DocumentEndEvent or type(self._event()) is not StreamEndEvent:
            raise ValueError("more than one document")
        return value

    def _of(self, event: Any, depth: int) -> object:
        kind = type(event)
        if kind is AliasEvent:
            return self.anchors[event.anchor]
        if depth > self._deepest:
            raise ValueError("it is nested too deeply")
        value: Any
        if kind is ScalarEvent:
            value = _scalar(event)
        elif kind is SequenceStartEvent:
            value = self._noted(event, [], "seq")
            while type(event := self._event()) is not SequenceEndEvent:
                value.append(self._of(event, depth + 1))
            return value
        elif kind is MappingStartEvent:
            value = self._noted(event, {}, "map")
            while type(event := self._event()) is not MappingEndEvent:
                key = self._of(event, depth + 1)
                if not isinstance(key, str):  # JSON and the database have none
                    raise ValueError("a key that is no text")
                value[key] = self._of(self._event(), depth + 1)
            return value
        return self._noted(event, value, None)

    def _noted(self, event: Any, value: object, tag: str | None) -> Any:
        """The value of an event, known by its anchor; ValueError for a tag that is not its own."""
        if tag and event.tag not in {None, "!", _TAG + tag}:
            raise ValueError(f"the tag {event.tag}")
        if event.anchor:
            self.anchors[event.anchor] = value
        return value


def _scalar(event: Any) -> str | None:
    if event.tag in {None, "!"}:
        return None if event.implicit[0] and event.value in _NULL else str(event.value)
    if event.tag == f"{_TAG}null":
        return None
    if event.tag == f"{_TAG}str":
        return str(event.value)
    raise ValueError(f"the tag {event.tag}")
