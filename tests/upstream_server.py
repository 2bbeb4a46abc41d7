"""The server of an Upstream: it answers, stalls, breaks off and pours as the upstream is told."""

import socket
import struct
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from tests.exchange import Reply, Request, blocks, spoiled

if TYPE_CHECKING:
    from tests.upstream import Upstream


class Server(ThreadingHTTPServer):
    """Serves one Upstream; doors.py opens more of them."""

    daemon_threads = True
    request_queue_size = 1_024  # of two hundred commands at once each has several connections
    upstream: "Upstream"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a client that hangs up is part of the tests."""


class Handler(BaseHTTPRequestHandler):
    """Answers as the Upstream of its server does."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 30
    server: Server

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def _serve(self) -> None:
        upstream = self.server.upstream
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = Request(self.command, self.path, body)
        headers = {name.lower(): value for name, value in self.headers.items()}
        with upstream._lock:
            upstream.requests.append(request)
            upstream.headers.append(headers)
        fault = upstream.fault(unquote(self.path))
        reply = upstream.answer(request, headers)
        if fault is None:
            self._send(reply)
        elif fault.kind == "huge":
            self._pour()
        elif fault.kind == "stalled":
            self._stall(reply)
        elif fault.kind in {"reset", "truncated"}:
            self._break(reply, reset=fault.kind == "reset")
        else:
            if fault.kind == "slow":
                time.sleep(fault.seconds)
            if fault.kind == "together":
                upstream.together.wait()
            self._send(spoiled(fault, request, reply))

    def _send(self, reply: Reply, *, part: int | None = None) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body[:part])
        self.wfile.flush()

    def _break(self, reply: Reply, *, reset: bool) -> None:
        """Promise the whole body and end after half of it."""
        whole = reply if reply.body else Reply(200, b"{}")
        self._send(whole, part=len(whole.body) // 2)
        self.close_connection = True
        if reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        else:
            with suppress(OSError):
                self.connection.shutdown(socket.SHUT_WR)

    def _stall(self, reply: Reply) -> None:
        self._send(reply, part=len(reply.body) // 2)
        self.close_connection = True
        self.server.upstream.stalled.set()
        with suppress(OSError):
            self.rfile.read(1)

    def _pour(self) -> None:
        self.send_response(200)
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        for block in blocks():
            try:
                self.wfile.write(block)
            except OSError:
                return

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the name of the base class)
        """Say nothing."""
