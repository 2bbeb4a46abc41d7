"""Requests of both ways, straight and through requests, are the same to who receives them."""

import gc
import gzip
import socket
import ssl
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from pysentry_hook.errors import SourceError
from pysentry_hook.http import Http, Limits, Response
from tests.doors import AUTHORITY, Door, Manner
from tests.proxy import Proxy
from tests.upstream import Fault, Kind, Reply, Upstream

PLAIN, ODD = "/page", "/page?odd=1"
"""A path that goes straight to its host, and one that is left to requests."""


@pytest.fixture
def http() -> Iterator[Http]:
    opened = Http(Limits(connect=2, read=5, overall=10, retries=0))
    yield opened
    opened.close()


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    page = gzip.compress(b'{"a": 1}')
    reply = Reply(200, page, {"ETag": '"1"', "Content-Encoding": "gzip", "Set-Cookie": "who=you; Path=/"})
    with Upstream(replies={PLAIN: reply, ODD: reply}) as serving:
        yield serving


@pytest.fixture
def through_requests(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that requests itself sent something to."""
    seen: list[str] = []
    send = requests.Session.send

    def noted(self: requests.Session, request: Any, **settings: Any) -> requests.Response:
        seen.append(request.url)
        return send(self, request, **settings)

    monkeypatch.setattr(requests.Session, "send", noted)
    return seen


def whole(response: Response) -> Response:
    return response


def both(http: Http, base: str, upstream: Upstream, **more: Any) -> list[dict[str, str]]:
    """What either way sent, where both got the same answer."""
    straight, odd = (http.get(base + path, whole, **more) for path in (PLAIN, ODD))
    assert straight == odd == Response(200, b'{"a": 1}', '"1"')
    return upstream.headers


@pytest.mark.parametrize("etag", [None, '"1"', 'W/"1"'])
def test_both_ways_send_the_same(etag: str | None, http: Http, upstream: Upstream, through_requests: list[str]) -> None:
    first, second = both(http, upstream.url, upstream, etag=etag)
    assert first == second
    assert "cookie" not in first
    assert through_requests == [upstream.url + ODD]


@pytest.mark.parametrize("where", ["address", "netrc"])
def test_both_ways_send_the_credentials_of_the_host(
    where: str, http: Http, upstream: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password hunter2\n")
    (tmp_path / "netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc") if where == "netrc" else "")
    base = upstream.url if where == "netrc" else upstream.url.replace("://", "://me:hunter2@")
    first, second = both(http, base, upstream)
    assert first == second
    assert first["authorization"] == "Basic bWU6aHVudGVyMg=="


def test_both_ways_go_through_the_proxy(http: Http, upstream: Upstream, monkeypatch: pytest.MonkeyPatch) -> None:
    with Proxy(upstream) as proxy:
        monkeypatch.setenv("NO_PROXY", "")
        monkeypatch.setenv("HTTP_PROXY", f"http://me:hunter2@{proxy.address}")
        assert http.get("http://service.invalid/page", whole) == Response(200, b'{"a": 1}', '"1"')
        assert http.get("http://service.invalid/%70age", whole) == Response(200, b'{"a": 1}', '"1"')
        assert proxy.asked == [("GET", "service.invalid")] * 2
        assert proxy.authorizations == {"Basic bWU6aHVudGVyMg=="}


def test_no_connection_is_open_afterwards(upstream: Upstream) -> None:
    http = Http(Limits(at_once=4, retries=0))
    for future in http.map(lambda path: http.get(upstream.url + path, whole), [PLAIN, ODD] * 8):
        assert future.result().status == 200
    before = _connected(upstream)
    http.close()
    assert before
    assert _connected(upstream) == 0


def _connected(upstream: Upstream) -> int:
    """How many sockets of this process are connected to a server."""
    gc.collect()
    found = [each for each in gc.get_objects() if isinstance(each, socket.socket) and each.fileno() >= 0]
    peers = []
    for each in found:
        with suppress(OSError):
            peers.append(each.getpeername())
    return peers.count(("127.0.0.1", urlsplit(upstream.url).port))


@pytest.mark.parametrize("trusted", [True, False], ids=["trusted", "unknown"])
@pytest.mark.parametrize("to", ["http", "https"])
@pytest.mark.parametrize("by", ["http", "https"])
def test_a_host_is_reached_through_a_proxy_that_is_trusted(
    by: str, to: str, trusted: bool, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    http = Http(Limits(connect=2, read=5, retries=0), ca_bundle=str(AUTHORITY) if trusted else None)
    with Proxy(upstream, tls=by == "https") as proxy, Door(upstream, "tls") as door:
        monkeypatch.setenv("NO_PROXY", "")
        monkeypatch.setenv(f"{to.upper()}_PROXY", f"{by}://me:hunter2@{proxy.address}")
        base = door.url if to == "https" else "http://service.invalid"
        told = []
        for path in (PLAIN, "/%70age"):
            try:
                told.append(str(http.get(base + path, whole).status))
            except SourceError as error:
                told.append(str(error))
    http.close()
    if trusted or (by, to) == ("http", "http"):
        assert told == ["200", "200"]
        assert proxy.authorizations == {"Basic bWU6aHVudGVyMg=="}
    else:
        assert told[0] == told[1]
        assert "CERTIFICATE_VERIFY_FAILED" in told[0]
        assert "hunter2" not in told[0]


def test_a_token_is_left_to_requests(http: Http, upstream: Upstream, through_requests: list[str]) -> None:
    assert http.get(upstream.url + PLAIN, whole, bearer="secret").status == 200
    assert through_requests == [upstream.url + PLAIN]
    http.get(upstream.url + PLAIN, whole)
    assert "authorization" not in upstream.headers[1]


@pytest.mark.parametrize(
    "path", ["/a/../page", "/./page", "/a//page", "/a%2fpage", "/1!2.0", "/ü", "/a b", "/page#x", "/page?", "", "/"]
)
def test_what_may_be_written_otherwise_is_left_to_requests(
    path: str, http: Http, upstream: Upstream, through_requests: list[str]
) -> None:
    http.get(upstream.url + path, whole)
    assert len(through_requests) == 1


def test_a_redirect_is_followed_without_a_second_request(
    http: Http, upstream: Upstream, through_requests: list[str]
) -> None:
    upstream.replies["/old"] = Reply(307, b"", {"Location": PLAIN})
    assert http.post(f"{upstream.url}/old", b"{}", whole, told="nothing").status == 200
    assert [(request.method, request.path) for request in upstream.requests] == [("POST", "/old"), ("POST", PLAIN)]
    assert through_requests == [upstream.url + PLAIN]


@pytest.mark.parametrize("manner", ["refused", "silent", "nameless", "plain", "tls"])
def test_both_ways_tell_in_the_same_words_of_a_host_that_is_not_reached(manner: Manner, upstream: Upstream) -> None:
    http = Http(Limits(connect=0.3, read=5, retries=0))
    told = []
    with Door(upstream, manner) as door:
        for path in (PLAIN, ODD):
            with pytest.raises(SourceError) as caught:
                http.get(door.url + path, whole)
            told.append(str(caught.value))
    http.close()
    assert told[0] == told[1]


@pytest.mark.parametrize("kind", ["reset", "truncated", "slow"])
def test_both_ways_tell_in_the_same_words_of_an_answer_that_breaks_off(kind: Kind, upstream: Upstream) -> None:
    upstream.fail(Fault(PLAIN, kind, seconds=1))
    http = Http(Limits(read=0.3, retries=0))
    told = []
    for path in (PLAIN, ODD):
        with pytest.raises(SourceError) as caught:
            http.get(upstream.url + path, whole)
        told.append(str(caught.value))
    http.close()
    assert told[0] == told[1]


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_both_ways_tell_in_the_same_words_of_a_proxy_that_is_not_reached(
    scheme: str, http: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Upstream(refused=["osv"]) as upstream:
        monkeypatch.setenv(f"{scheme.upper()}_PROXY", upstream.url_of("osv"))
        monkeypatch.setenv("NO_PROXY", "")
        told = []
        for path in (PLAIN, ODD):
            with pytest.raises(SourceError) as caught:
                http.get(f"{scheme}://service.invalid{path}", whole)
            told.append(str(caught.value))
    assert told[0] == told[1]
    assert "proxy" in told[0]


def test_the_certificates_of_authorities_are_read_once(upstream: Upstream, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[object] = []
    load = ssl.SSLContext.load_verify_locations

    def counted(self: ssl.SSLContext, *files: Any, **named: Any) -> None:
        read.append(files or named)
        load(self, *files, **named)

    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", counted)
    http = Http(Limits(at_once=4, retries=0), ca_bundle=str(AUTHORITY))
    with Door(upstream, "tls") as door:
        urls = [door.url + PLAIN, door.url + ODD] * 4
        for future in http.map(lambda url: http.get(url, whole), urls):
            assert future.result().status == 200
    http.close()
    assert len(read) == 1
