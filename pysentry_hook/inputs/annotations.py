"""Read the comments that uv and pip-tools write beside a pin: `# via` and `# from`.

They stand behind the pin or in the lines below it, as `# via flask, -r requirements.in`, or as `# via` alone
with a line for each: https://docs.astral.sh/uv/pip/compile/ and https://pip-tools.readthedocs.io/.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import takewhile
from typing import NamedTuple

from pysentry_hook.inputs.requirement_lines import Line
from pysentry_hook.model import NormalizedName, parse_name
from pysentry_hook.text import without_credentials

_VIA = re.compile(r"#\s*+via(?:\s++(.*))?")
_LISTED = re.compile(r"#\s\s++(\S.*)")
_FROM = re.compile(r"#\s*+from\s++([^\s:/]++://\S++)")


class Said(NamedTuple):
    """What the comments of one pin say of it."""

    parents: tuple[NormalizedName, ...] = ()
    """The packages that need it."""
    declared: bool = False
    """Whether a file or a project of the author's names it."""
    origin: str | None = None
    """The index that it came from, without credentials."""


def annotated(lines: Iterable[Line]) -> Iterator[tuple[Line, Said]]:
    """Return the lines that hold more than a comment, each with what its comments say."""
    held: Line | None = None
    comments: list[str] = []
    for line in lines:
        if not line.text:
            comments.append(line.comment)
            continue
        if held:
            yield held, _said(held.comment, comments)
        held, comments = line, []
    if held:
        yield held, _said(held.comment, comments)


def _said(behind: str, below: list[str]) -> Said:
    """A blank line ends what belongs to a pin."""
    sources: list[str] = []
    origin = None
    listing = False
    for comment in (behind, *takewhile(bool, below)):
        if via := _VIA.fullmatch(comment):
            sources.extend((via[1] or "").split(","))
            listing = not via[1]
        elif found := _FROM.fullmatch(comment):
            origin = without_credentials(found[1])
        elif listing and (listed := _LISTED.fullmatch(comment)):
            sources.append(listed[1])
        else:
            listing = False
    stripped = [source.strip() for source in sources]
    parents = dict.fromkeys(name for source in stripped if (name := parse_name(source.partition("[")[0].rstrip())))
    return Said(tuple(parents), any(map(_declares, stripped)), origin)


def _declares(source: str) -> bool:
    """Whether it is `-r requirements.in` or `shop (pyproject.toml)`; `-c` and `--override` bring nothing in."""
    return source.startswith(("-r ", "--requirement ")) or (source.endswith(")") and not source.startswith("-"))
