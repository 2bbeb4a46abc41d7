"""Make text that others wrote safe to show: no control, escape or direction characters."""

import re
from collections.abc import Sequence

# C0 and C1 controls but tab and newline, zero-width and bidirectional characters, line separators, surrogates:
# https://www.unicode.org/reports/tr9/#Explicit_Directional_Embeddings and https://trojansource.codes
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)
# what CI runners take for a command: `::name` at the start of a line, `##[name]`, `##vso[name]`, `##teamcity[name]`
# anywhere, https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
_COMMANDS = re.compile(r"^\s*::|##(?=\w*\[)")
_LONGEST_URL = 500
_WHITE = re.compile(r"\s+")
_CREDENTIALS = re.compile(r"(?<=://)(?:[^/\s]*@|[^/\s@:\[]*:(?!\d*/)[^\s?#]*@)")
"""Also those with a slash in the password, with which nothing can be reached; a port and a path with `@` are none."""
_PIN = re.compile(r"#sha256=[0-9a-fA-F]{64}\Z")


def clean(value: object) -> str:
    """Return `value` as text without characters that could act on a terminal or reorder a line."""
    text = "" if value is None else str(value)
    if text.isascii() and text.isprintable():  # most texts, and ten times as fast to see
        return text
    return _UNSAFE.sub("", text.replace("\r\n", "\n"))


def printable(line: object) -> str:
    """Return text as one line that acts on nothing: no terminal, and no runner that reads commands from its log."""
    return _COMMANDS.sub(lambda found: f"{found[0][:-1]} {found[0][-1]}", clean(line).replace("\n", " "))


def one_line(value: object, limit: int = 200) -> str:
    """Return `value` as one clean line of at most `limit` characters."""
    text = clean(value)
    if "  " in text or not text.isprintable():  # of white space only the blank is printable
        text = _WHITE.sub(" ", text)
    text = text.strip()
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def without_credentials(url: str) -> str:
    """Return `url` without `user:password@`, and without query and fragment, which may hold a token."""
    return _CREDENTIALS.sub("", one_line(url, _LONGEST_URL)).split("?", 1)[0].split("#", 1)[0]


def with_its_pin(url: str) -> str:
    """Return `url` without what may be secret, and with the digest that pins what is there."""
    pin = _PIN.search(url)
    return without_credentials(url) + (pin[0] if pin else "")


def count(number: int, noun: str) -> str:
    """Return a number with its noun, in the plural where it is not one."""
    plural = noun[:-1] + "ies" if re.search("[^aeiou]y$", noun) else noun + "s"
    return f"{number:,} {noun if number == 1 else plural}"


def some(names: Sequence[str], limit: int = 10) -> str:
    """Return the first names of a list and the number of the rest."""
    rest = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + rest
