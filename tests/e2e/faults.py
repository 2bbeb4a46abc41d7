"""The table of faults: what may go wrong behind an address, and in which words that has to be told."""

import re
import subprocess
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

from tests.doors import AUTHORITY, Manner
from tests.upstream import Fault, Kind

Form = Literal["json", "pages", "file", "lines"]
"""What an answer is: JSON, JSON that names further pages, a file, or lines of text."""
_JSON: tuple[Form, ...] = ("json",)
Done = subprocess.CompletedProcess[str]

DEADLINE = 20
"""Seconds that a run may ask: more than a busy machine needs, and less than the wait that a fault asks for."""
MARGIN = 15
"""Seconds in which a busy machine starts and ends the program."""
SETTINGS = {
    "PYSENTRY_HOOK_HTTP_DEADLINE": str(DEADLINE),
    "PYSENTRY_HOOK_HTTP_MAX_RETRIES": "1",
    "PYSENTRY_HOOK_HTTP_RETRY_INITIAL_BACKOFF": "0.001",
}
_IMPATIENT = {"PYSENTRY_HOOK_HTTP_TIMEOUT": "0.5", "PYSENTRY_HOOK_HTTP_CONNECT_TIMEOUT": "0.5"}
_BROKEN = r"the connection failed \(.+\) after 2 tries"


@dataclass(frozen=True)
class Row:
    """One fault that no second try heals."""

    kind: Kind
    said: str | None
    """What the report says of it, as a regular expression; None: what an endpoint says of a body that is none."""
    options: Mapping[str, Any] = field(default_factory=dict)
    forms: Collection[Form] = ("json", "file", "lines")
    """Where this may go wrong."""
    settings: Mapping[str, str] = field(default_factory=dict)

    def at(self, path: str) -> Fault:
        """The fault of a path, or of all below one that ends with a slash."""
        return Fault(path, self.kind, exactly=not path.endswith("/"), **self.options)


LASTING: Mapping[str, Row] = {
    "304": Row("status", "HTTP 304", {"status": 304}),
    "400": Row("status", "HTTP 400", {"status": 400}),
    "404": Row("status", "HTTP 404", {"status": 404}),
    "429": Row("status", "HTTP 429 after 1 try", {"status": 429, "retry_after": "60"}),
    "500": Row("status", "HTTP 500 after 2 tries", {"status": 500}),
    "503": Row("status", "HTTP 503 after 2 tries", {"status": 503}),
    "reset": Row("reset", _BROKEN),
    "truncated": Row("truncated", _BROKEN),
    "slow": Row("slow", "no answer in time after 2 tries", {"seconds": 30}, settings=_IMPATIENT),
    "stalled": Row("stalled", "no answer in time after 2 tries", settings=_IMPATIENT),
    "huge": Row("huge", r"the answer is larger than \d+ MB"),
    "bomb": Row("bomb", r"the answer is larger than \d+ MB"),
    "garbage": Row("garbage", None),
    "half": Row("half", None),
    "empty": Row("empty", None),
    "spoilt": Row("spoilt", None, forms=["file"]),
    "misnamed": Row("misnamed", None, forms=["file"]),
    "shape": Row("shape", None, forms=["json"]),
    "other": Row("other", None, forms=["json"]),
    "endless": Row("endless", "the answer does not end after 200 pages", forms=["pages"]),
}

SILENT = [name for name, row in LASTING.items() if row.said]
"""The faults without a body that might be believed: two kinds of a file that one request loads share them."""

HEALING: Mapping[str, Mapping[str, Any]] = {
    "429": {"status": 429},
    "429-seconds": {"status": 429, "retry_after": "1"},
    "429-date": {"status": 429, "retry_after": timedelta(seconds=1)},
    "500": {"status": 500},
    "503": {"status": 503},
    "reset": {"kind": "reset"},
    "garbage": {"kind": "garbage"},
}
"""The faults that are over with the second try."""

OPENING: Collection[Manner] = ("refused", "tls")
"""The doors that are tried once more after they were opened, or are trusted."""
CLOSED: Mapping[Manner, tuple[str, Mapping[str, str]]] = {
    "refused": (r"the connection failed \(.+\) after 2 tries", {}),
    "silent": ("no connection in time after 2 tries", _IMPATIENT),
    "nameless": (r"the connection failed \(.*resolve.+\) after 2 tries", {"NO_PROXY": "127.0.0.1,.invalid"}),
    "plain": (r"TLS failed \(.+\) after 2 tries", {}),
    "tls": (r"TLS failed \(.*certificate.+\) after 2 tries", {}),
}
"""What is said where no connection comes about, and the settings with which none does."""
TRUSTING = {"SSL_CERT_FILE": str(AUTHORITY)}


@dataclass(frozen=True)
class Endpoint:
    """Where something goes wrong, and what must be told of it."""

    name: str
    path: str
    source: str
    """By which name a failure is told."""
    broken: str
    """What is said of a body that is none, as a regular expression."""
    forms: Collection[Form] = _JSON
    without: Collection[str] = ()
    """The faults that are none here."""


def rows_of(endpoint: Endpoint) -> Mapping[str, Row]:
    """The lasting faults that may befall an endpoint."""
    fitting = {name: row for name, row in LASTING.items() if set(row.forms) & set(endpoint.forms)}
    return {name: row for name, row in fitting.items() if name not in endpoint.without}


@contextmanager
def during(fault: str) -> Iterator[None]:
    """Say in what fails during which fault it did."""
    try:
        yield
    except Exception as error:
        error.add_note(f"during the fault {fault!r}")
        raise


def says(text: str, pattern: str) -> bool:
    """Whether a text tells of a cause."""
    return re.search(pattern, text, re.MULTILINE) is not None
