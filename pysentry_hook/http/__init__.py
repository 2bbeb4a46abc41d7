"""The only door to the network: bounded, retried, and honest about what failed."""

import math
import re
import threading
import time
from collections.abc import Callable, Collection, Iterable
from contextlib import closing
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar

from pysentry_hook.errors import SourceError
from pysentry_hook.text import one_line, without_credentials

if TYPE_CHECKING:
    from concurrent.futures import Future

    from pysentry_hook.http.wire import Wire
    from pysentry_hook.http.workers import Turn, Workers

_CHUNK = 1 << 16
MAX_JSON = 64 * 1024 * 1024
MAX_ARCHIVE = 512 * 1024 * 1024

_NOISE = re.compile(r"<[^<>]* object at 0x[0-9a-fA-F]+>(?:: )?|HTTPS?Connection(?:Pool)?\([^()]*\): ")
"""Addresses in memory, and the host, which may be long and is told by the name of its source."""
_URL = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://[^\s'\"()<>]+")

Answer = TypeVar("Answer")
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Limits:
    """How long, in seconds, and how much at once the network may be used."""

    connect: float = 5.0
    read: float = 20.0
    overall: float = 120.0
    at_once: int = 32
    retries: int = 3
    first_wait: float = 0.25
    longest_wait: float = 30.0


@dataclass(frozen=True, slots=True)
class Response:
    """A complete answer with status 200, 304, 404 or one that was asked for."""

    status: int
    body: bytes
    etag: str | None


class _TryAgainError(Exception):
    """One try that failed in a way that may heal; `wait` is what the server asked for, in seconds."""

    def __init__(self, cause: str, wait: float | None = None) -> None:
        super().__init__(cause)
        self.wait = wait


class Http:
    """Sends requests for all sources of one run; every failure is a SourceError in words."""

    def __init__(
        self,
        limits: Limits,
        *,
        offline: bool = False,
        ca_bundle: str | None = None,
        log: Callable[[str], None] | None = None,
    ) -> None:
        self.offline = offline
        self._limits = limits
        self._log = log or (lambda _: None)
        self._deadline = math.inf
        self._lock = threading.Lock()
        self._ca_bundle = ca_bundle
        self._opened: tuple[Wire, Workers] | None = None

    def close(self) -> None:
        """End the connections and workers."""
        if self._opened:
            wire, workers = self._opened
            workers.close()
            wire.close()

    def begin_anew(self) -> None:
        """Give what follows the whole time for its requests; one scan of several has not used it up."""
        with self._lock:
            self._deadline = math.inf

    def map(
        self, work: Callable[[Item], Answer], items: Iterable[Item], *, turn: "Turn" = "usual"
    ) -> "list[Future[Answer]]":
        """Start `work` for every item, at most `Limits.at_once` at a time over all sources."""
        return self._open()[1].map(work, items, turn)

    def _open(self) -> "tuple[Wire, Workers]":
        """The connections and workers of this run, which begin with its first request."""
        from pysentry_hook.http.wire import Wire
        from pysentry_hook.http.workers import Workers

        with self._lock:
            if self._opened is None:
                at_once = self._limits.at_once
                self._opened = Wire(at_once, ca_bundle=self._ca_bundle, on_redirect=self._left), Workers(at_once)
            return self._opened

    def get(
        self,
        url: str,
        read: Callable[[Response], Answer],
        *,
        etag: str | None = None,
        accept: str = "application/json",
        limit: int = MAX_JSON,
        bearer: str | None = None,
        statuses: Collection[int] = (),
    ) -> Answer:
        """GET a URL and read its answer; a ValueError of `read` counts as a broken body and is tried again.

        `bearer` is a token for this host alone; `statuses` are those that are an answer too, and no failure.
        """
        headers = {"Accept": accept} | ({"If-None-Match": etag} if etag else {})
        headers |= {"Authorization": f"Bearer {bearer}"} if bearer else {}
        return self._ask("GET", url, headers, None, limit, read, statuses)

    def post(self, url: str, payload: bytes, read: Callable[[Response], Answer], *, told: str) -> Answer:
        """POST JSON and read the answer, as `get` does; `told` says in words what the service is told."""
        return self._ask("POST", url, {"Content-Type": "application/json"}, payload, MAX_JSON, read, told=f" ({told})")

    def _ask(
        self,
        method: str,
        url: str,
        headers: dict[str, str],
        payload: bytes | None,
        limit: int,
        read: Callable[[Response], Answer],
        statuses: Collection[int] = (),
        told: str = "",
    ) -> Answer:
        if self.offline:
            raise SourceError("not asked, because of --offline")
        with self._lock:
            if self._deadline == math.inf:  # the time of a resolver before it is not the network's
                self._deadline = time.monotonic() + self._limits.overall
        tries = self._limits.retries + 1
        for attempt in range(1, tries + 1):
            try:
                response = self._once(method, url, headers, payload, limit, statuses, told)
                try:
                    return read(response)
                except (ValueError, RecursionError) as error:
                    raise _TryAgainError(f"a broken answer ({one_line(error, 100)})") from error
            except _TryAgainError as error:
                wait = self._wait(attempt, error.wait)
                if attempt == tries or time.monotonic() + wait >= self._deadline:
                    told = "1 try" if attempt == 1 else f"{attempt} tries"
                    raise SourceError(f"{error} after {told}") from error
            time.sleep(wait)
        raise AssertionError("the last try returns or raises")

    def _wait(self, attempt: int, asked: float | None) -> float:
        import random

        spread = random.uniform(0.75, 1.25)  # noqa: S311 (spreads load, no secret)
        jittered = self._limits.first_wait * 2.0 ** (attempt - 1) * spread
        return min(self._limits.longest_wait, jittered if asked is None else max(asked, jittered))

    def _once(
        self,
        method: str,
        url: str,
        headers: dict[str, str],
        payload: bytes | None,
        limit: int,
        statuses: Collection[int],
        told: str,
    ) -> Response:
        import requests
        import urllib3

        left = self._left()
        timeout = (min(self._limits.connect, left), min(self._limits.read, left))
        self._log(f"{method} {without_credentials(url)}{told}")
        try:
            with closing(self._open()[0].send(method, url, headers, payload, timeout)) as answer:
                unchanged = {HTTPStatus.NOT_MODIFIED} if "If-None-Match" in headers else set()
                return self._receive(answer, limit, {HTTPStatus.OK, HTTPStatus.NOT_FOUND, *unchanged, *statuses})
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise _TryAgainError(_in_words(error)) from error
        except (ValueError, TypeError) as error:  # what requests lets through for an address that cannot be split
            raise SourceError(f"its address, a redirect or the proxy's makes no sense ({_innermost(error)})") from error

    def _receive(self, answer: Any, limit: int, statuses: Collection[int]) -> Response:
        status = answer.status
        if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise _TryAgainError(f"HTTP {status}", _retry_after(answer))
        if status not in statuses:
            raise SourceError(f"HTTP {status}")
        body = bytearray()
        while chunk := answer.read1(_CHUNK, decode_content=True):  # what is there: a trickle meets the deadline
            body += chunk
            if len(body) > limit:
                raise SourceError(f"the answer is larger than {limit // 1024 // 1024} MB")
            self._left()
        return Response(status, bytes(body), answer.headers.get("ETag"))

    def _left(self) -> float:
        """The seconds that are left for all requests; SourceError where there are none."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise SourceError(f"the time for all requests, {self._limits.overall:g} s, was used up")
        return left


def _retry_after(answer: Any) -> float | None:
    import urllib3

    text = answer.headers.get("Retry-After")
    if not text:
        return None
    try:
        return float(urllib3.Retry().parse_retry_after(text))
    except (urllib3.exceptions.InvalidHeader, ValueError, OverflowError):  # a number or year beyond all bounds
        return None


def _in_words(error: BaseException) -> str:
    """The cause of a failed request, without the address of an object in memory."""
    import requests
    import urllib3

    if isinstance(error, requests.exceptions.SSLError | urllib3.exceptions.SSLError):
        return f"TLS failed ({_innermost(error)})"
    if isinstance(error, requests.exceptions.ProxyError | urllib3.exceptions.ProxyError):
        return f"the proxy failed ({_innermost(error)})"
    refused = isinstance(error, urllib3.exceptions.NewConnectionError)  # which urllib3 counts among the timeouts
    if isinstance(error, requests.exceptions.ConnectTimeout | urllib3.exceptions.ConnectTimeoutError) and not refused:
        return "no connection in time"
    if isinstance(error, requests.exceptions.ReadTimeout | urllib3.exceptions.ReadTimeoutError):
        return "no answer in time"
    return f"the connection failed ({_innermost(error)})"


def _innermost(error: BaseException) -> str:
    seen: set[int] = set()
    while id(error) not in seen:
        seen.add(id(error))
        inner = next((arg for arg in error.args if isinstance(arg, BaseException)), None)
        inner = getattr(error, "reason", None) if inner is None else inner
        if not isinstance(inner, BaseException):
            break
        error = inner
    said = error.args[-1] if error.args else type(error).__name__
    told = _NOISE.sub("", said if isinstance(said, str) else str(error))
    return one_line(_URL.sub(lambda found: without_credentials(found[0]), told), 160)
