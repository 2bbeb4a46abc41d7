"""Write GitHub's Markdown: foreign text that stays text, tables, folds, fences, and what fits into a limit.

What others wrote is made inert with character references, which mean the same in Markdown and in HTML, and of
which no parser takes a part for markup, https://github.github.com/gfm/#entity-and-numeric-character-references.
GitHub looks for mentions, numbers of issues and addresses in the finished text, where references are no help: a
zero-width space parts those. It is written as a reference as well, so the file holds no invisible character.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from pysentry_hook.text import count, one_line

LIMIT = 1_000_000
"""Bytes; GitHub takes 1 MiB, and what writes the summary may add lines of its own.

https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#step-isolation-and-limits
"""
MAX_SHOWN = 20
"""Rows of a table that are shown without a click."""
LONGEST = 200
"""Characters of one cell, id or reason; what is longer ends with an ellipsis."""
_SPECIAL = re.compile(r"[&<>`*~\[\]|#$\\]|(?<![^\W_])_|_(?![^\W_])")
_START = re.compile(r"[-+=]|::|[0-9]{1,9}[.)](?=\s|$)")
# every branch begins with a character of its own, so that a long text without any of them is skipped at once
_PARTED = re.compile(r"@(?=\S)|&#35;(?=\S)|[Gg](?<=\b.)[Hh]-(?=\d)|:(?=//)|[Ww](?<=\b.)[Ww]{2}(?=\.)")
_PLAIN = re.compile(r"[A-Za-z0-9 ,.;:()'\"/?=+%-]*")
_NO_PLAIN_CODE = re.compile(r"[`|\\]|##")
_BACKTICKS = re.compile("`+")
PAGES = (
    (re.compile(r"GHSA(?:-[0-9a-z]{4}){3}"), "https://github.com/advisories/"),
    (re.compile(r"(?:PYSEC|OSV|MAL)-[0-9]{4}-[0-9]{1,19}"), "https://osv.dev/vulnerability/"),
    (re.compile(r"CVE-[0-9]{4}-[0-9]{4,19}"), "https://nvd.nist.gov/vuln/detail/"),
)
"""Where the pages of advisories begin, by what their ids look like, the best pages first."""


def words(text: object, limit: int = LONGEST) -> str:
    """Foreign text as one line of plain text that means nothing to Markdown, HTML or GitHub."""
    escaped = one_line(text, limit)
    if not _is_plain(escaped):
        escaped = _SPECIAL.sub(lambda found: f"&#{ord(found[0])};", escaped)
        escaped = _PARTED.sub(lambda found: f"{found[0]}&#8203;", escaped)
    return f"&#{ord(escaped[0])};{escaped[1:]}" if _START.match(escaped) else escaped


def _is_plain(line: str) -> bool:
    """Whether there is nothing to write otherwise, which is so for most lines and ten times as fast to see."""
    return _PLAIN.fullmatch(line) is not None and not any(mark in line.lower() for mark in ("://", "www.", "gh-"))


def code(text: object, limit: int = LONGEST) -> str:
    """Foreign text as a code span; with references where it holds what ends a span or a cell."""
    line = one_line(text, limit)
    if _NO_PLAIN_CODE.search(line):
        return f"<code>{words(line, limit)}</code>"
    return f"`{line}`" if line else ""


def advisory(identifier: str) -> str:
    """An id as a link to its page, where it is an id that has one; no other address becomes a link."""
    for pattern, page in PAGES:
        if pattern.fullmatch(identifier):
            return f"[{identifier}]({page}{identifier})"
    return code(identifier)


def table_head(*titles: str) -> str:
    """The two lines with which a table begins."""
    return f"{row(*titles)}|{' --- |' * len(titles)}\n"


def row(*cells: str) -> str:
    """One line of a table; the cells are Markdown already."""
    return f"| {' | '.join(cells)} |\n"


class Part(NamedTuple):
    """A piece of the report of which whole rows can be left out."""

    before: str = ""
    rows: Sequence[str] = ()
    after: str = ""
    weight: int = 1
    """How much of the room its rows get, beside those of the other parts, where not everything fits."""


def fence(lines: Sequence[str], weight: int = 1) -> Part:
    """Lines to copy; the fence is longer than any run of backticks in them."""
    marks = "`" * max(3, *(len(run) + 1 for line in lines for run in _BACKTICKS.findall(line)), 3)
    return Part(f"{marks}sh\n", [f"{line}\n" for line in lines], f"{marks}\n\n", weight)


def folded(summary: str, *parts: Part, is_open: bool = False) -> list[Part]:
    """Parts below a line that unfolds them; the summary is ours, without a word of others."""
    start = f"<details{' open' if is_open else ''}>\n<summary>{summary}</summary>\n\n"
    return [Part(start), *parts, Part("</details>\n\n")]


def unless_many(part: Part, noun: str, what: str) -> list[Part]:
    """A part as it is, or folded where it has many rows."""
    return [part] if len(part.rows) <= MAX_SHOWN else folded(f"{count(len(part.rows), noun)} {what}", part)


def fitted(parts: Sequence[Part], limit: int, rest: str) -> str:
    """Return the text of all parts; what is beyond the limit, in bytes, loses whole rows.

    `rest` says where those are that are left out: where they are missing, and below the first part, because a fold
    hides what is in it.
    """
    needs = [sum(len(line.encode()) for line in part.rows) for part in parts]
    fixed = sum(len((part.before + part.after + _left(len(part.rows), rest)).encode()) for part in parts)
    room = _shared(
        needs,
        [part.weight for part in parts],
        limit - fixed - len(_left(10**12, f"GitHub takes no more; {rest}").encode()),
    )
    kept = [_kept(part.rows, size) for part, size in zip(parts, room, strict=True)]
    left = [len(part.rows) - number for part, number in zip(parts, kept, strict=True)]
    texts = [
        part.before + "".join(part.rows[:number]) + part.after + _left(missing, rest)
        for part, number, missing in zip(parts, kept, left, strict=True)
    ]
    return "".join((*texts[:1], _left(sum(left), f"GitHub takes no more; {rest}"), *texts[1:]))


def _shared(needs: Sequence[int], weights: Sequence[int], room: int) -> list[int]:
    """Share room by weight; what one does not need is there for the others."""
    given = [0] * len(needs)
    weight = sum(weights)
    for number in sorted(range(len(needs)), key=lambda number: needs[number] / weights[number]):
        given[number] = min(needs[number], room * weights[number] // weight)
        room -= given[number]
        weight -= weights[number]
    return given


def _kept(rows: Sequence[str], room: int) -> int:
    """How many of the first rows have room."""
    for number, line in enumerate(rows):
        room -= len(line.encode())
        if room < 0:
            return number
    return len(rows)


def _left(number: int, rest: str) -> str:
    return f"**{count(number, 'row')} left out: {rest}.**\n\n" if number else ""
