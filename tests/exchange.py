"""What a server of the tests is asked and answers, and what may go wrong with it."""

import gzip
import json
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache
from http import HTTPStatus
from typing import Literal, NamedTuple

Kind = Literal[
    "status",  # answers `status`, with `retry_after` where it is given
    "slow",  # answers after `seconds`
    "stalled",  # sends half of the body, sets `Upstream.stalled`, and waits for the client to hang up
    "together",  # answers when as many have asked as `Upstream.together` waits for
    "reset",  # resets the connection in the middle of the body
    "truncated",  # ends the connection in the middle of the body
    "garbage",  # 200 and a page that is no JSON and no zip
    "half",  # 200 and the first half of the body, as if that were all
    "empty",  # 200 and nothing
    "spoilt",  # 200 and a body of the right length with other bytes inside
    "misnamed",  # 200 and a file that calls a record or the package that it is about otherwise, where it is looked up
    "shape",  # 200 and JSON of a wrong shape
    "other",  # the record of another id, the page of another project
    "endless",  # every page names a further page
    "huge",  # a body that does not end before the client hangs up
    "bomb",  # a small gzip body that unpacks to 1 GB
]
_MB = 1 << 20


@dataclass(frozen=True)
class Fault:
    """What goes wrong below a path; the first fault that fits a request is taken."""

    prefix: str
    kind: Kind = "status"
    status: int = 500
    retry_after: str | timedelta | None = None
    """A timedelta is sent as the date that it leads to."""
    seconds: float = 1.0
    first: int | None = None
    """Only so many requests; None: every one."""
    every: int = 1
    """2: every second of the distinct paths, and these always."""
    exactly: bool = False
    """Only this path, and none that it is the beginning of."""
    only: Collection[str] = ()
    """Only paths that hold one of these ids or names."""


class Request(NamedTuple):
    """One request that arrived."""

    method: str
    path: str
    body: bytes


@dataclass(frozen=True)
class Reply:
    """What is sent back."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def spoiled(fault: Fault, request: Request, reply: Reply) -> Reply:
    """The answer that arrives whole and is wrong."""
    if fault.kind == "status":
        return _refusal(fault)
    if fault.kind in _BODIES:
        return replace(reply, status=200, body=_BODIES[fault.kind](reply.body))
    if fault.kind == "endless":
        queries = json.loads(request.body)["queries"]
        body = json.dumps({"results": [{"next_page_token": f"{time.perf_counter_ns()}"} for _ in queries]})
        return Reply(200, body.encode(), {"Content-Type": "application/json"})
    if fault.kind == "bomb":
        return Reply(200, _bomb(), {"Content-Encoding": "gzip", "Content-Type": "application/json"})
    return reply


def _refusal(fault: Fault) -> Reply:
    after = fault.retry_after
    if isinstance(after, timedelta):
        after = format_datetime(datetime.now(UTC) + after, usegmt=True)
    body = b"" if fault.status == HTTPStatus.NOT_MODIFIED else b'{"message": "no"}'
    return Reply(fault.status, body, {"Retry-After": after} if after is not None else {})


def _with_other_bytes(body: bytes) -> bytes:
    start, end = len(body) // 4, len(body) // 2
    return body[:start] + bytes(byte ^ 0xFF for byte in body[start:end]) + body[end:]


def _with_another_name(body: bytes) -> bytes:
    end = body.rindex(b"requests" if b"requests" in body else b".json")
    return body[: end + 1] + b"x" + body[end + 2 :]


def _of_another(body: bytes) -> bytes:
    another = {"id": "GHSA-othe-rone-0000", "name": "another", "info": {"name": "another", "version": "0"}}
    return json.dumps(json.loads(body) | another).encode()


_BODIES: Mapping[Kind, Callable[[bytes], bytes]] = {
    "garbage": lambda _: b'<html>The service is being moved. <a href="/">Home</a></html>',
    "half": lambda body: body[: len(body) // 2],
    "empty": lambda _: b"",
    "spoilt": _with_other_bytes,
    "misnamed": _with_another_name,
    "shape": lambda _: json.dumps({"results": "none", "vulnerabilities": 7, "files": 7, "id": 7}).encode(),
    "other": _of_another,
}


@cache
def _bomb() -> bytes:
    return gzip.compress(b" " * (64 * _MB), 1) * 16


def blocks() -> Iterator[bytes]:
    """Up to 2 GB of nothing."""
    for _ in range(2048):
        yield b" " * _MB
