"""Ask the index for the status of projects, https://peps.python.org/pep-0792/."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple

from pysentry_hook.errors import SourceError
from pysentry_hook.http import Http, Response
from pysentry_hook.model import Failure, NormalizedName, normalize
from pysentry_hook.sources.context import Context, aged, recall
from pysentry_hook.sources.pypi import root
from pysentry_hook.text import one_line, some

if TYPE_CHECKING:
    from concurrent.futures import Future

ACTIVE, QUARANTINED = "active", "quarantined"
TOLD = ("archived", "deprecated", QUARANTINED)
"""What is told of a project; every other status is as good as active."""

_SIMPLE = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1"
_LINK = re.compile(rb">\s*([a-z0-9][a-z0-9._+!-]{1,254})\s*</a>", re.IGNORECASE)
"""The text of a link, where it may be the name of a file."""
_META = re.compile(rb"<meta\b([^<>]{0,500})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(rb"""(name|content)\s*=\s*["']([^"'<>]*)["']""", re.IGNORECASE)


class Known(NamedTuple):
    """The status of a project and, where the index gives one, the reason."""

    status: str
    reason: str | None = None


class _Told(NamedTuple):
    """What an index told of a project, and by which tag it knows that answer."""

    known: Known
    etag: str | None


class Statuses:
    """The status of projects as one index tells it, remembered between runs."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._base = root(context.url)
        self._key = hashlib.sha256(self._base.encode()).hexdigest()[:16]
        self.oldest = context.now.timestamp()
        """When the oldest answer that is used was stored, in seconds since the epoch."""
        self._told: dict[NormalizedName, _Told] = {}
        self._older: dict[NormalizedName, _Told] = {}
        self._waiting: dict[NormalizedName, Future[_Told | None]] = {}

    def start(self, names: Iterable[NormalizedName]) -> None:
        """Begin to ask about projects, whose names the index may be told."""
        missing: list[tuple[NormalizedName, str | None]] = []
        for name in names:
            if name in self._told or name in self._waiting:
                continue
            known = recall(self._context.cache, self._cache_key(name), _as_told)
            if known and self._context.may_use(known[0]):
                self._told[name] = known[1]
                self.oldest = min(self.oldest, known[0].stored)
                continue
            if known:
                self._older[name] = known[1]
            missing.append((name, known[1].etag if known else None))
        futures = self._context.http.map(self._ask, missing, turn="last") if missing else []
        self._waiting |= {name: future for (name, _), future in zip(missing, futures, strict=True)}

    def finish(self) -> tuple[Mapping[NormalizedName, Known], tuple[Failure, ...]]:
        """Return what is known of the projects, and a failure where the index did not tell of some."""
        failed: dict[str, list[str]] = {}
        for name, future in self._waiting.items():
            try:
                told = future.result() or self._older[name]
            except SourceError as error:
                cause = str(error)
                if name in self._older:
                    self._told[name], cause = self._older[name], aged(cause)
                failed.setdefault(cause, []).append(name)
                continue
            self._told[name] = told
            data = json.dumps([*told.known, told.etag]).encode()
            self._context.cache.put(self._cache_key(name), data, stored=self._context.now.timestamp())
        known = {name: told.known for name, told in self._told.items()}
        return known, tuple(
            Failure("source", "status", None, f"{cause} ({some(names)})") for cause, names in sorted(failed.items())
        )

    def _cache_key(self, name: NormalizedName) -> str:
        return f"status:{self._key}:{name}"

    def _ask(self, asked: tuple[NormalizedName, str | None]) -> _Told | None:
        name, etag = asked
        return _get(self._context.http, self._base, name, etag)


def _as_told(value: Any) -> _Told:
    status, reason, etag = (None if each is None else one_line(each, 300) for each in value)
    return _Told(Known(status or ACTIVE, reason), etag)


def quarantined(http: Http, url: str, names: Sequence[NormalizedName]) -> tuple[NormalizedName, ...]:
    """Return those names whose projects the index has quarantined; one for which it gives no answer is none."""

    def ask(name: NormalizedName) -> str | None:
        try:
            told = _get(http, root(url), name, None)
        except SourceError:
            return None
        return told and told.known.status

    asked = zip(names, http.map(ask, names), strict=True) if names else ()
    return tuple(name for name, future in asked if future.result() == QUARANTINED)


def _get(http: Http, base: str, name: NormalizedName, etag: str | None) -> _Told | None:
    return http.get(f"{base}/simple/{name}/", partial(_read, name), etag=etag, accept=_SIMPLE)


def _read(name: NormalizedName, response: Response) -> _Told | None:
    """The status that an answer states, None where nothing changed; ValueError where it is no page of this project.

    A project that the index does not have has no status: that it was not found is told by who looks for its versions.
    """
    if response.status == HTTPStatus.NOT_MODIFIED:
        return None
    if response.status == HTTPStatus.NOT_FOUND:
        return _Told(Known(ACTIVE), response.etag)
    in_json = response.body.lstrip().startswith(b"{")
    return _Told((_in_json if in_json else _in_html)(name, response.body), response.etag)


def _in_json(name: NormalizedName, body: bytes) -> Known:
    answer: Any = json.loads(body)
    if not isinstance(answer.get("files"), list):
        raise ValueError("no list of files")
    if normalize(str(answer.get("name", name))) != name:
        raise ValueError("the page of another project")
    project = answer.get("project-status", {})
    told = project.get("status", ACTIVE) if isinstance(project, Mapping) else None
    if not isinstance(told, str):
        raise ValueError("a status that is no text")
    return Known(one_line(told, 40), one_line(project.get("reason"), 300) or None)


def _in_html(name: NormalizedName, body: bytes) -> Known:
    """The status in a page of an index: it has a tag of the index, or a link to a file of the project."""
    tags = [dict(_ATTRIBUTE.findall(found)) for found in _META.findall(body)]
    told = {tag[b"name"]: tag.get(b"content", b"") for tag in tags if tag.get(b"name", b"").startswith(b"pypi:")}
    files = (normalize(found.decode("ascii")) for found in _LINK.findall(body))
    if not told and not any(file.startswith(f"{name}-") for file in files):
        raise ValueError("no page of this project")
    return Known(one_line(told.get(b"pypi:project-status", b"").decode("ascii", "replace"), 40) or ACTIVE)
