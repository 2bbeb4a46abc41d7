"""A real proxy of this machine: it passes requests on to an Upstream, and tunnels to whatever host it is told."""

import socket
import threading
from contextlib import suppress
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from tests.doors import behind_tls
from tests.upstream import Upstream


class Proxy:
    """Listens for as long as the `with` block lasts; with `tls` it shows a certificate of AUTHORITY."""

    def __init__(self, upstream: Upstream, *, tls: bool = False) -> None:
        self.upstream = upstream
        self._tls = tls
        self.asked: list[tuple[str, str]] = []
        """The method and the host of every request."""
        self.authorizations: set[str | None] = set()
        """How those who asked said who they are."""

    def __enter__(self) -> Self:
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.proxy = self
        if self._tls:
            self._server.socket = behind_tls(self._server.socket)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def address(self) -> str:
        """The host and the port."""
        return f"127.0.0.1:{self._server.server_port}"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    proxy: Proxy

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a client that hangs up is part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        target = urlsplit(self.path)
        self._note(target.netloc)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name: value for name, value in self.headers.items() if not name.lower().startswith("proxy-")}
        there = HTTPConnection(urlsplit(self.server.proxy.upstream.url).netloc)
        there.request(self.command, target.path, body, headers)
        reply = there.getresponse()
        content = reply.read()
        there.close()
        self.send_response(reply.status)
        for name, value in reply.getheaders():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_GET  # noqa: N815 (the name that http.server looks for)

    def do_CONNECT(self) -> None:
        self._note(self.path)
        host, _, port = self.path.rpartition(":")
        with socket.create_connection((host, int(port))) as there:
            self.send_response(200)
            self.end_headers()
            back = threading.Thread(target=_pass_on, args=(there, self.connection), daemon=True)
            back.start()
            _pass_on(self.connection, there)
            back.join()
        self.close_connection = True

    def _note(self, host: str) -> None:
        self.server.proxy.asked.append((self.command, host))
        self.server.proxy.authorizations.add(self.headers.get("Proxy-Authorization"))

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _pass_on(here: socket.socket, there: socket.socket) -> None:
    with suppress(OSError):
        while data := here.recv(1 << 16):
            there.sendall(data)
        there.shutdown(socket.SHUT_WR)
