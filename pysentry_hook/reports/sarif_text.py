"""Make text that others wrote fit for SARIF: messages, Markdown and URIs in which it means nothing but itself."""

import re
from functools import lru_cache
from urllib.parse import quote, urlsplit

from pysentry_hook.reports import gfm
from pysentry_hook.reports.words import is_outside, portable
from pysentry_hook.text import clean, one_line

_LONGEST = 200
_LONGEST_URL = 500
_URL_CHARACTERS = "!$%&()*+,/:;=?@~"
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_CREDENTIALS = re.compile(r"(?<=://)[^/\s]*@")
_MARKS = re.compile(r"[\\\[\]]")


@lru_cache(maxsize=1 << 12)
def words(value: object, limit: int = _LONGEST) -> str:
    """Return one clean line, without the folders of this machine and without credentials."""
    return portable(without_secret(one_line(value, limit)))


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


def paragraphs(text: str) -> str:
    """Return clean text of several lines as Markdown that reads as the text."""
    lines = (gfm.words(line, len(line)) for line in text.split("\n"))
    return "\n".join(f"{line}  " if line else "" for line in lines).strip()


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
