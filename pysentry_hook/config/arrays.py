"""Change an array of tables that is written inline, as `suppressions = [{ id = "…" }]`; nothing else moves."""

import re
from collections.abc import Sequence

from pysentry_hook.config.lines import Lines, Path, Span

_COMMA = re.compile(r"(?:\s|#[^\n]*\n)*,")
"""The comma behind an entry, which may stand on a later line."""

_REST_OF_LINE = re.compile(r"[ \t]*(?:#[^\n]*?)?(?=\r?\n)")
_BLANK = re.compile(r"[ \t]*")


def is_inline(lines: Lines, path: Path) -> bool:
    """Whether the array of a path, or a table around it, is written inline, so that no header may extend it."""
    return any(lines.span(path[:n]) for n in range(1, len(path) + 1))


def extended(text: str, path: Path, entry: str) -> str:
    """Return the text with one more entry in the array, which is made where only a table around it is there."""
    lines = Lines(text)
    array = lines.span(path)
    if array is None:
        return _with_array(text, lines, path, entry)
    entries = _entries(lines, path)
    if not entries:
        return _put(text, array.start + 1, entry)
    last = entries[-1]
    comma = _COMMA.match(text, last.end)
    rest = _REST_OF_LINE.match(text, comma.end() if comma else last.end)
    if rest is None or rest.end() >= array.end:
        return _put(text, last.end, f", {entry}")
    start = text.rfind("\n", 0, last.start) + 1
    indent = _found(_BLANK.match(text, start))
    end = "\r\n" if text.startswith("\r", rest.end()) else "\n"
    longer = _put(text, rest.end(), f"{end}{indent}{entry}{',' if comma else ''}")
    return longer if comma else _put(longer, last.end, ",")


def shortened(text: str, path: Path, number: int) -> str:
    """Return the text without one entry of the array, its comma, and its line where it stands alone on it."""
    entries = _entries(Lines(text), path)
    gone = entries[number]
    comma = _COMMA.match(text, gone.end)
    end = comma.end() if comma else gone.end
    start = text.rfind("\n", 0, gone.start) + 1
    rest = _REST_OF_LINE.match(text, end)
    if rest and not text[start : gone.start].strip():
        return text[:start] + text[text.index("\n", rest.end()) + 1 :]
    if number + 1 < len(entries):
        return text[: gone.start] + text[end + len(_found(_BLANK.match(text, end))) :]
    before = text[: gone.start].rstrip(" \t") if number else text[: gone.start]
    # one comma goes with the last entry: its own, else the one before it
    return (before if comma else before.removesuffix(",")) + text[end:]


def with_key(text: str, path: Path, key: str, value: str) -> str:
    """Return the text with one more key at the head of an inline table."""
    table = Lines(text).span(path)
    inside = table.start + 1 if table else 0
    is_empty = text[inside:].lstrip(" \t").startswith("}")
    return _put(text, inside, f" {key} = {value}{' ' if is_empty else ','}")


def _with_array(text: str, lines: Lines, path: Path, entry: str) -> str:
    table = next(path[:n] for n in range(len(path), 0, -1) if lines.span(path[:n]))
    return with_key(text, table, ".".join(map(str, path[len(table) :])), f"[{entry}]")


def _entries(lines: Lines, path: Path) -> Sequence[Span]:
    found: list[Span] = []
    while span := lines.span((*path, len(found))):
        found.append(span)
    return found


def _put(text: str, place: int, more: str) -> str:
    return text[:place] + more + text[place:]


def _found(match: re.Match[str] | None) -> str:
    return match[0] if match else ""
