"""Make text that others wrote fit for SARIF: messages, Markdown and URIs in which it means nothing but itself."""

import re
from functools import lru_cache
from urllib.parse import quote, urlsplit

from pysentry_hook.text import clean, one_line

_LONGEST = 200
_LONGEST_URL = 500
_URL_CHARACTERS = "!$%&()*+,/:;=?@~"
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_FOLDERS = re.compile(r"(?<![\w.:/~\\-])(?:[A-Za-z]:)?[/\\](?:[^/\\\s:,;()'\"]+[/\\])+")
_CREDENTIALS = re.compile(r"(?<=://)[^/\s]*@")
_MARKS = re.compile(r"[\\\[\]]")
_MARKUP = re.compile(r"[&<>`*_~\[\]|#$!\\]")
_BLOCK_START = re.compile(r"^(?:[-+=:]|[0-9]{1,9}[.)])")
_ADDRESS = re.compile(r"@(?=\S)|:(?=//)|\b[Ww]{3}(?=\.)")
_IN_ADDRESSES = ("@", "://", "ww", "Ww", "wW", "WW")


@lru_cache(maxsize=1 << 12)
def words(value: object, limit: int = _LONGEST) -> str:
    """Return one clean line, without the folders of this machine and without credentials."""
    return _FOLDERS.sub("…/", without_secret(one_line(value, limit)))


def without_secret(text: str) -> str:
    """Return text without `user:password@` in its addresses."""
    return _CREDENTIALS.sub("", text)


@lru_cache(maxsize=1 << 12)
def message(value: object, limit: int = _LONGEST) -> str:
    """Return one line for the text of a message, in which brackets are links and braces are placeholders.

    https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html#_Toc141790718
    """
    marked = _MARKS.sub(lambda found: f"\\{found[0]}", words(value, limit))
    return marked.replace("{", "{{").replace("}", "}}")


def markdown(line: str) -> str:
    """Return a clean line as Markdown, for within a line, that is no markup, HTML, link or mention.

    What is markup becomes a character reference; addresses are looked for in the finished text, so a zero-width
    space, written as a reference, parts them.
    """
    escaped = _MARKUP.sub(lambda found: f"&#{ord(found[0])};", line)
    if not any(mark in escaped for mark in _IN_ADDRESSES):  # ten times as fast as the pattern
        return escaped
    return _ADDRESS.sub(lambda found: f"{found[0]}&#8203;", escaped)


def paragraphs(text: str) -> str:
    """Return clean text of several lines as Markdown that reads as the text and is neither list, rule nor heading."""
    lines = [markdown(line.strip()) for line in text.split("\n")]
    started = [_BLOCK_START.sub(lambda found: f"{found[0][:-1]}&#{ord(found[0][-1])};", line) for line in lines]
    return "\n".join(f"{line}  " if line else "" for line in started).strip()


def shortened(value: str, limit: int) -> str:
    """Return clean text of at most `limit` characters, its lines kept."""
    text = clean(value).strip()
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


@lru_cache(maxsize=1 << 12)
def relative_uri(path: str) -> str:
    """Return the path of a file of the tree as a relative URI; a name that is no UTF-8 keeps its bytes."""
    if is_outside(path):
        path = path.replace("\\", "/").rpartition("/")[2]
    try:
        return quote(path.encode("utf-8", "surrogateescape"))
    except UnicodeEncodeError:
        return quote(path.encode("utf-8", "surrogatepass"))


@lru_cache(maxsize=1 << 12)
def web_uri(url: str) -> str | None:
    """Return an address of the web, without credentials and safe inside `<` and `>`; None for what is none."""
    text = clean(url).strip()
    try:
        parts = urlsplit(text)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.hostname or len(text) > _LONGEST_URL:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else quote(parts.hostname)
    tail = _STRAY_PERCENT.sub("%25", text.partition("://")[2][len(parts.netloc) :])
    path, mark, fragment = tail.partition("#")
    return f"{parts.scheme}://{host}{port}{quote(path, _URL_CHARACTERS)}{mark}{quote(fragment, _URL_CHARACTERS)}"


def is_outside(path: str) -> bool:
    """Whether a path is that of a file of this machine and not of the tree."""
    return path.startswith(("/", "\\")) or path[1:3] in {":/", ":\\"}
