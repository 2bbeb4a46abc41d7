"""The door to the network: tries, deadlines, limits, words and credentials."""

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from pysentry_hook.errors import SourceError
from pysentry_hook.http import Http, Limits, Response
from tests.upstream import Fault, Kind, Reply, Upstream

MakeHttp = Callable[..., Http]
PAGE = "/page"
OK = {PAGE: Reply(200, b'{"a": 1}', {"ETag": '"1"'})}


@pytest.fixture
def make_http() -> Iterator[MakeHttp]:
    opened: list[Http] = []

    def make(*, overall: float = 10, read: float = 5, offline: bool = False, **more: object) -> Http:
        limits = Limits(connect=2, read=read, overall=overall, at_once=4, first_wait=0.001)
        opened.append(Http(limits, offline=offline, **more))  # type: ignore[arg-type]
        return opened[-1]

    yield make
    for http in opened:
        http.close()


def whole(response: Response) -> Response:
    return response


def failure_of(http: Http, url: str, **more: int) -> str:
    with pytest.raises(SourceError) as caught:
        http.get(url, whole, **more)  # type: ignore[arg-type]
    return str(caught.value)


def test_a_complete_answer_is_returned_with_its_etag(make_http: MakeHttp) -> None:
    with Upstream(replies=OK) as upstream:
        assert make_http().get(upstream.url + PAGE, whole) == Response(200, b'{"a": 1}', '"1"')
        assert upstream.headers[0]["user-agent"].startswith("pysentry-hook/")


def test_not_found_is_an_answer(make_http: MakeHttp) -> None:
    with Upstream() as upstream:
        assert make_http().get(f"{upstream.url}/nothing", whole).status == 404
        assert len(upstream.requests) == 1


@pytest.mark.parametrize("fault", [Fault(PAGE, "status", status=status, first=2) for status in (429, 500, 502, 503)])
def test_what_may_heal_is_tried_again(fault: Fault, make_http: MakeHttp) -> None:
    with Upstream(replies=OK, faults=[fault]) as upstream:
        assert make_http().get(upstream.url + PAGE, whole).status == 200
        assert len(upstream.requests) == 3


def test_the_tries_are_counted_and_told(make_http: MakeHttp) -> None:
    with Upstream(faults=[Fault(PAGE, "status", status=503)]) as upstream:
        assert failure_of(make_http(), upstream.url + PAGE) == "HTTP 503 after 4 tries"
        assert len(upstream.requests) == 4


@pytest.mark.parametrize("status", [400, 401, 403, 410, 451])
def test_a_refusal_is_final(status: int, make_http: MakeHttp) -> None:
    with Upstream(faults=[Fault(PAGE, "status", status=status)]) as upstream:
        assert failure_of(make_http(), upstream.url + PAGE) == f"HTTP {status}"
        assert len(upstream.requests) == 1


def test_an_answer_that_cannot_be_read_is_tried_again(make_http: MakeHttp) -> None:
    def read(response: Response) -> bytes:
        raise ValueError("line 1 column 1 (char 0)")

    with Upstream(replies=OK) as upstream:
        with pytest.raises(SourceError, match=r"a broken answer \(line 1 column 1 \(char 0\)\) after 4 tries"):
            make_http().get(upstream.url + PAGE, read)
        assert len(upstream.requests) == 4


@pytest.mark.parametrize(("after", "least"), [("1", 0.9), (timedelta(seconds=2), 0.5)])
def test_what_retry_after_asks_for_is_waited(after: str | timedelta, least: float, make_http: MakeHttp) -> None:
    with Upstream(replies=OK, faults=[Fault(PAGE, status=429, retry_after=after, first=1)]) as upstream:
        started = time.monotonic()
        make_http().get(upstream.url + PAGE, whole)
        assert least < time.monotonic() - started < 30


@pytest.mark.parametrize(
    "text", ["soon", "-1", "1.5", "9" * 5_000, "Wed, 01 Jan 99999999999 00:00:00 GMT", "Wed, 01 Jan 2020 00:00:00 GMT"]
)
def test_a_retry_after_without_meaning_is_passed_over(text: str, make_http: MakeHttp) -> None:
    with Upstream(replies=OK, faults=[Fault(PAGE, status=503, retry_after=text, first=1)]) as upstream:
        assert make_http().get(upstream.url + PAGE, whole).status == 200


def test_after_the_deadline_nothing_is_sent(make_http: MakeHttp) -> None:
    with Upstream(replies=OK) as upstream:
        http = make_http(overall=0.5)
        time.sleep(0.6)  # the time of a resolver, which is not the network's
        assert http.get(upstream.url + PAGE, whole).status == 200
        time.sleep(0.6)
        upstream.forget()
        assert "was used up" in failure_of(http, upstream.url + PAGE)
        assert upstream.requests == []


def test_a_body_that_trickles_is_given_up_at_the_deadline(make_http: MakeHttp) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        ended = threading.Event()

        def trickle() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
                while not ended.wait(0.1):
                    connection.sendall(b"x")

        thread = threading.Thread(target=trickle, daemon=True)
        thread.start()
        started = time.monotonic()
        told = failure_of(make_http(overall=1), f"http://127.0.0.1:{server.getsockname()[1]}/")
        assert "was used up" in told
        assert time.monotonic() - started < 60
        ended.set()
        thread.join()


@pytest.mark.parametrize("kind", ["huge", "bomb"])
def test_a_body_larger_than_its_limit_is_given_up(kind: Kind, make_http: MakeHttp) -> None:
    with Upstream(replies=OK, faults=[Fault(PAGE, kind)]) as upstream:
        told = failure_of(make_http(), upstream.url + PAGE, limit=5 << 20)
        assert told == "the answer is larger than 5 MB"
        assert len(upstream.requests) == 1


def test_the_body_of_a_redirect_is_not_read(make_http: MakeHttp) -> None:
    bomb = gzip.compress(bytes(64 << 20), 1) * 8
    headers = {"Location": PAGE, "Content-Encoding": "gzip"}
    with Upstream(replies={**OK, "/old": Reply(302, bomb, headers)}) as upstream:
        started = time.process_time()
        assert make_http().get(f"{upstream.url}/old", whole).body == b'{"a": 1}'
        assert time.process_time() - started < 0.4


def test_a_body_that_is_not_packed_as_it_says_is_a_failure(make_http: MakeHttp) -> None:
    with Upstream(replies={PAGE: Reply(200, b"plain", {"Content-Encoding": "gzip"})}) as upstream:
        assert "after 4 tries" in failure_of(make_http(), upstream.url + PAGE)


def test_nothing_has_changed_is_no_answer_to_who_knows_nothing(make_http: MakeHttp) -> None:
    with Upstream(replies={PAGE: Reply(304)}) as upstream:
        assert failure_of(make_http(), upstream.url + PAGE) == "HTTP 304"
        assert make_http().get(upstream.url + PAGE, whole, etag='"1"').status == 304


def test_redirects_without_end_are_a_failure(make_http: MakeHttp) -> None:
    with Upstream(replies={PAGE: Reply(302, b"", {"Location": PAGE})}) as upstream:
        assert "redirects" in failure_of(make_http(), upstream.url + PAGE)


def test_slow_redirects_end_at_the_deadline(make_http: MakeHttp) -> None:
    again = {PAGE: Reply(302, b"", {"Location": PAGE})}
    with Upstream(replies=again, faults=[Fault(PAGE, "slow", seconds=0.4)]) as upstream:
        started = time.monotonic()
        assert "was used up" in failure_of(make_http(overall=1), upstream.url + PAGE)
        assert time.monotonic() - started < 10  # to follow them all takes 12 s


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://127.0.0.1/x", "http://", "http://127.0.0.1:99999/", "http://[broken"]
)
def test_a_redirect_to_what_is_no_web_page_is_a_failure(target: str, make_http: MakeHttp) -> None:
    with Upstream(replies={PAGE: Reply(302, b"", {"Location": target})}) as upstream:
        assert failure_of(make_http(), upstream.url + PAGE)


@pytest.mark.parametrize("kind", ["reset", "truncated"])
def test_failures_are_told_without_addresses_in_memory(kind: Kind, make_http: MakeHttp) -> None:
    with Upstream(replies=OK, faults=[Fault(PAGE, kind)], refused=["osv"]) as upstream:
        for url in (upstream.url + PAGE, upstream.url_of("osv")):
            told = failure_of(make_http(), url)
            assert "0x" not in told
            assert told.startswith("the connection failed (")
            assert "\n" not in told


@pytest.mark.parametrize("host", ["127.0.0.1:{port}", "", "[broken", "127.0.0.1:notaport", "127.0.0.1:99999"])
def test_failures_are_told_without_credentials(host: str, make_http: MakeHttp) -> None:
    with Upstream(refused=["osv"]) as upstream:
        port = upstream.url_of("osv").rpartition(":")[2]
        told = failure_of(make_http(), f"http://user:hunter2@{host.format(port=port)}/v1?token=hunter2")
    assert "hunter2" not in told


def test_a_proxy_that_fails_is_told_without_its_credentials(
    make_http: MakeHttp, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Upstream(refused=["osv"]) as upstream:
        port = upstream.url_of("osv").rpartition(":")[2]
        for proxy in (
            f"http://user:hunter2@127.0.0.1:{port}",
            "http://user:hunter2@127.0.0.1:notaport",
            "http://user:hunter2@",
        ):
            monkeypatch.setenv("HTTP_PROXY", proxy)
            told = failure_of(make_http(), "http://osv.invalid/v1")
            assert "hunter2" not in told


def test_a_ca_bundle_that_is_not_there_is_told(make_http: MakeHttp, tmp_path: Path) -> None:
    with Upstream() as upstream:
        told = failure_of(make_http(ca_bundle=str(tmp_path / "gone.pem")), upstream.url.replace("http:", "https:"))
    assert "gone.pem" in told


def test_offline_opens_no_socket(make_http: MakeHttp, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", forbidden)
    monkeypatch.setattr(socket, "getaddrinfo", forbidden)
    http = make_http(offline=True)
    assert failure_of(http, "https://api.osv.dev/v1/x") == "not asked, because of --offline"
    with pytest.raises(SourceError, match="--offline"):
        http.post("https://api.osv.dev/v1/querybatch", b"{}", whole, told="nothing")


def test_netrc_credentials_go_to_their_host_only(
    make_http: MakeHttp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login user password hunter2\n")
    (tmp_path / "netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with Upstream(replies=OK) as upstream:
        http = make_http()
        http.get(upstream.url + PAGE, whole)
        http.get(upstream.url.replace("127.0.0.1", "localhost") + PAGE, whole)
        assert upstream.headers[0]["authorization"].startswith("Basic ")
        assert "authorization" not in upstream.headers[1]


@pytest.mark.parametrize("how", ["url", "netrc"])
def test_a_redirect_to_another_host_drops_the_credentials(
    how: str, make_http: MakeHttp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if how == "netrc":
        (tmp_path / "netrc").write_text("machine 127.0.0.1 login user password hunter2\n")
        (tmp_path / "netrc").chmod(0o600)
        monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with Upstream(replies=OK) as upstream:
        elsewhere = upstream.url.replace("127.0.0.1", "localhost") + PAGE
        upstream.replies["/old"] = Reply(302, b"moved", {"Location": elsewhere})
        base = upstream.url if how == "netrc" else upstream.url.replace("://", "://user:hunter2@")
        assert make_http().get(f"{base}/old", whole).status == 200
        assert upstream.headers[0]["authorization"].startswith("Basic ")
        assert "authorization" not in upstream.headers[1]


def test_the_log_says_what_was_sent_where_without_credentials(make_http: MakeHttp) -> None:
    lines: list[str] = []
    with Upstream(replies=OK) as upstream:
        make_http(log=lines.append).get(upstream.url.replace("://", "://user:hunter2@") + PAGE + "?token=x", whole)
        assert lines == [f"GET {upstream.url}{PAGE}"]


def test_no_more_requests_than_allowed_run_at_once(make_http: MakeHttp) -> None:
    running: list[int] = []
    lock = threading.Lock()
    most = 0

    def work(item: int) -> int:
        nonlocal most
        with lock:
            running.append(item)
            most = max(most, len(running))
        time.sleep(0.02)
        with lock:
            running.remove(item)
        return item

    futures = make_http().map(work, range(20))
    assert [future.result() for future in futures] == list(range(20))
    assert most <= 4
