"""A name server that does not answer takes no longer than a connection may, and one that answers late is heard."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from pysentry_hook.errors import SourceError
from pysentry_hook.http import Http, Limits
from tests.upstream import Reply, Upstream

PAGE = "/page"
HOST = "service.example"
Server = Callable[[], None]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, server: Server) -> list[str]:
    """The hosts that the system's lookup was asked for; all of them are this machine, once the server lets it."""
    hosts: list[str] = []
    look_up = socket.getaddrinfo

    def through_server(host: str, *more: Any, **words: Any) -> Any:
        hosts.append(host)
        server()
        return look_up("127.0.0.1", *more, **words)

    monkeypatch.setattr(socket, "getaddrinfo", through_server)
    return hosts


@pytest.fixture
def http() -> Iterator[Http]:
    opened = Http(Limits(connect=0.2, read=5, overall=10, retries=1, first_wait=0.001))
    yield opened
    opened.close()


@pytest.fixture
def page() -> Iterator[str]:
    with Upstream(replies={PAGE: Reply(200, b"{}")}) as upstream:
        yield upstream.url.replace("127.0.0.1", HOST) + PAGE


@pytest.fixture
def silence() -> Iterator[threading.Event]:
    """Set, the server answers."""
    event = threading.Event()
    yield event
    event.set()


class TestSilent:
    @pytest.fixture
    def server(self, silence: threading.Event) -> Server:
        def waits() -> None:
            silence.wait(60)

        return waits

    def test_it_is_waited_for_as_long_as_for_a_connection(self, http: Http, asked: list[str]) -> None:
        began = time.monotonic()
        with pytest.raises(SourceError) as caught:
            http.get(f"http://{HOST}{PAGE}", lambda _: None)
        assert time.monotonic() - began < 30
        assert str(caught.value) == (
            f"the connection failed (no address of {HOST} in 0.2 s: the name server does not answer) after 2 tries"
        )
        assert asked == [HOST]  # the second try waits for the same lookup

    def test_an_answer_that_comes_late_is_taken_by_the_next_try(
        self, http: Http, asked: list[str], silence: threading.Event, page: str
    ) -> None:
        threading.Timer(0.3, silence.set).start()
        assert http.get(page, lambda answer: answer.body) == b"{}"
        assert set(asked) == {HOST}


class TestFailing:
    @pytest.fixture
    def server(self) -> Server:
        failures = iter([socket.gaierror(-3, "Temporary failure in name resolution")])

        def fails_once() -> None:
            for error in failures:
                raise error

        return fails_once

    def test_it_is_asked_again(self, http: Http, asked: list[str], page: str) -> None:
        assert http.get(page, lambda answer: answer.body) == b"{}"
        assert len(asked) >= 2


class TestRefusing:
    @pytest.fixture
    def server(self) -> Server:
        def unknown() -> None:
            raise socket.gaierror(-2, "Name or service not known")

        return unknown

    @pytest.mark.usefixtures("asked")
    def test_its_word_is_told(self, http: Http) -> None:
        with pytest.raises(SourceError) as caught:
            http.get(f"http://{HOST}{PAGE}", lambda _: None)
        assert str(caught.value) == (
            f"the connection failed (Failed to resolve '{HOST}' ([Errno -2] Name or service not known)) after 2 tries"
        )
