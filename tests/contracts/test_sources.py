"""What every source promises, whatever it asks: what it does not know is a failure, and no name goes that may not."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

import pytest
from packaging.version import Version

from pysentry_hook.advisories import SourceAnswer
from pysentry_hook.config.keys import KEYS
from pysentry_hook.model import NormalizedName, Package
from pysentry_hook.sources import SOURCES
from tests.sources.conftest import MakeContext, make_context

__all__ = ["make_context"]

SECRET = Package(NormalizedName("acme-secret"), Version("1.0"))
every_source = pytest.mark.parametrize("name", SOURCES)


class Service(NamedTuple):
    """A server that gives one answer to everything, and what it was asked."""

    url: str
    asked: list[str]


@pytest.fixture
def service(request: pytest.FixtureRequest) -> Iterator[Service]:
    status, body = request.param
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked.append(f"{self.path} {self.headers} {sent.decode(errors='replace')}")
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 (the name that http.server looks for)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Service(f"http://127.0.0.1:{server.server_port}/x.zip", asked)
    server.shutdown()
    server.server_close()


def _is_told(answer: SourceAnswer, name: str) -> bool:
    """Whether nothing counts as answered, and a failure of this source says so in one line."""
    named = {(failure.kind, failure.name) for failure in answer.failures}
    one_line = all(failure.detail and "\n" not in failure.detail for failure in answer.failures)
    return not answer.answered and named == {("source", name)} and one_line


@every_source
def test_a_source_has_a_setting_for_its_address_and_a_default_with_tls(name: str) -> None:
    assert SOURCES[name].default_url.startswith("https://")
    assert SOURCES[name].default_url in KEYS[f"sources.{name}_url"].default


@every_source
def test_without_a_network_and_without_older_answers_nothing_is_answered(name: str, make_context: MakeContext) -> None:
    answer = SOURCES[name].make(make_context("http://127.0.0.1:9/x.zip", offline=True)).ask([SECRET])
    assert answer.data.source == name
    assert _is_told(answer, name)


GARBAGE = [
    (200, b"<!DOCTYPE html><title>Log in</title>"), (200, b""), (200, b"{}"), (200, b"[" * 5_000), (503, b""),
]  # fmt: skip


@every_source
@pytest.mark.parametrize("service", GARBAGE, indirect=True, ids=["page", "nothing", "object", "deep", "error"])
def test_what_is_no_answer_is_a_failure(name: str, service: Service, make_context: MakeContext) -> None:
    answer = SOURCES[name].make(make_context(service.url)).ask([SECRET])
    assert service.asked
    assert _is_told(answer, name)


@every_source
@pytest.mark.parametrize("service", [(404, b"[]"), (404, b"{}")], indirect=True)
def test_what_is_not_there_is_no_answer(name: str, service: Service, make_context: MakeContext) -> None:
    answer = SOURCES[name].make(make_context(service.url)).ask([SECRET])
    assert not answer.answered
    assert answer.failures or SECRET in answer.unknown


@every_source
@pytest.mark.parametrize("service", [(503, b"")], indirect=True)
def test_credentials_of_an_address_are_told_to_nobody(name: str, service: Service, make_context: MakeContext) -> None:
    answer = SOURCES[name].make(make_context(service.url.replace("://", "://me:secret@"))).ask([SECRET])
    assert "secret@" not in f"{answer.data} {answer.failures}"


@pytest.mark.parametrize("service", [(200, b"{}")], indirect=True)
@pytest.mark.parametrize("name", [name for name, kind in SOURCES.items() if not kind.sends_names])
def test_a_source_that_sends_no_names_sends_none(name: str, service: Service, make_context: MakeContext) -> None:
    SOURCES[name].make(make_context(service.url)).ask([SECRET])
    assert service.asked
    assert not any(SECRET.name in request for request in service.asked)
