"""Ask the index for the status of projects, https://peps.python.org/pep-0792/."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from http import HTTPStatus
from typing import Any, NamedTuple

from pysentry_hook.errors import SourceError
from pysentry_hook.http import Http, Response
from pysentry_hook.model import Failure, NormalizedName
from pysentry_hook.sources.context import Context, recall
from pysentry_hook.sources.pypi import root
from pysentry_hook.text import one_line, some

ACTIVE, QUARANTINED = "active", "quarantined"
TOLD = ("archived", "deprecated", QUARANTINED)
"""What is told of a project; every other status is as good as active."""

_SIMPLE = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1"
_META = re.compile(rb"<meta\b([^<>]{0,500})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(rb"""(name|content)\s*=\s*["']([^"'<>]*)["']""", re.IGNORECASE)


class Known(NamedTuple):
    """The status of a project and, where the index gives one, the reason."""

    status: str
    reason: str | None = None


class Statuses:
    """The status of projects as one index tells it, remembered between runs."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._base = root(context.url)
        self._key = hashlib.sha256(self._base.encode()).hexdigest()[:16]
        self._known: dict[NormalizedName, Known] = {}
        self._waiting: dict[NormalizedName, Future[Known]] = {}

    def start(self, names: Iterable[NormalizedName]) -> None:
        """Begin to ask about projects, whose names the index may be told."""
        missing: list[NormalizedName] = []
        for name in dict.fromkeys(names):
            known = recall(self._context.cache, self._cache_key(name), lambda value: Known(*value))
            if known and self._context.may_use(known[0]):
                self._known[name] = known[1]
            elif not self._context.http.offline:
                missing.append(name)
        futures = self._context.http.map(self._ask, missing) if missing else []
        self._waiting = dict(zip(missing, futures, strict=True))

    def finish(self) -> tuple[Mapping[NormalizedName, Known], tuple[Failure, ...]]:
        """Return what is known of the projects, and a failure where the index did not tell of some."""
        failed: dict[str, list[str]] = {}
        for name, future in self._waiting.items():
            try:
                self._known[name] = future.result()
            except SourceError as error:
                failed.setdefault(str(error), []).append(name)
                continue
            data = json.dumps(self._known[name]).encode()
            self._context.cache.put(self._cache_key(name), data, stored=self._context.now.timestamp())
        return self._known, tuple(
            Failure("source", "status", None, f"{cause} ({some(names)})") for cause, names in sorted(failed.items())
        )

    def _cache_key(self, name: NormalizedName) -> str:
        return f"status:{self._key}:{name}"

    def _ask(self, name: NormalizedName) -> Known:
        return _get(self._context.http, self._base, name)


def quarantined(http: Http, url: str, names: Sequence[NormalizedName]) -> tuple[NormalizedName, ...]:
    """Return those names whose projects the index has quarantined; one for which it gives no answer is none."""

    def ask(name: NormalizedName) -> str | None:
        try:
            return _get(http, root(url), name).status
        except SourceError:
            return None

    asked = zip(names, http.map(ask, names), strict=True) if names else ()
    return tuple(name for name, future in asked if future.result() == QUARANTINED)


def _get(http: Http, base: str, name: NormalizedName) -> Known:
    return http.get(f"{base}/simple/{name}/", _status, accept=_SIMPLE)


def _status(response: Response) -> Known:
    """The status that an answer states, as JSON or as HTML; ValueError where it is neither.

    A project that the index does not have has no status: that it was not found is told by who looks for its versions.
    """
    if response.status == HTTPStatus.NOT_FOUND:
        return Known(ACTIVE)
    if not response.body.lstrip().startswith(b"{"):
        tags = (dict(_ATTRIBUTE.findall(found)) for found in _META.findall(response.body))
        stated = next((tag[b"content"].decode("ascii", "replace") for tag in tags if _is_status(tag)), None)
        return Known(one_line(stated, 40) or ACTIVE)
    answer: Any = json.loads(response.body)
    project = answer.get("project-status")
    told = project.get("status") if isinstance(project, Mapping) else None
    reason = project.get("reason") if isinstance(project, Mapping) else None
    return Known(one_line(told, 40) if isinstance(told, str) else ACTIVE, one_line(reason, 300) or None)


def _is_status(tag: Mapping[bytes, bytes]) -> bool:
    return tag.get(b"name") == b"pypi:project-status" and b"content" in tag
