"""Further addresses of an Upstream: closed in every way that a network can be, until they are opened.

```python
with Upstream(records) as upstream, Door(upstream, "silent") as door:
    run("--service-url", f"osv={door.url}")  # no connection comes about
    door.open()
    run("--service-url", f"osv={door.url}")  # as if nothing had been
```
"""

import socket
import ssl
import threading
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from tests.upstream import Handler, Server, Upstream

TLS = Path(__file__).with_name("data") / "tls"
AUTHORITY = TLS / "authority.pem"
"""Who trusts this trusts a Door of TLS at 127.0.0.1, and at no other name."""

Manner = Literal[
    "refused",  # nobody listens
    "silent",  # the backlog is full: a connection is neither taken nor refused
    "nameless",  # a name that no resolver can find, and that none is asked for: it is too long to be sent
    "plain",  # https where nobody speaks TLS
    "tls",  # https with a certificate of AUTHORITY, whom nobody knows
]
_NOWHERE = ".".join(["a" * 60] * 5) + ".invalid"


def behind_tls(listening: socket.socket) -> ssl.SSLSocket:
    """The same socket for who asks by TLS, with a certificate of AUTHORITY."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / "server.pem")
    return context.wrap_socket(listening, server_side=True, do_handshake_on_connect=False)


class Door:
    """One further address, for as long as the `with` block lasts."""

    def __init__(self, upstream: Upstream, manner: Manner) -> None:
        self._upstream = upstream
        self._manner = manner
        self._waiting: list[socket.socket] = []
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._server = Server(("127.0.0.1", 0), Handler, bind_and_activate=False)
        self._server.upstream = self._upstream
        self._server.server_bind()  # bound and not listening: connections are refused
        if self._manner == "silent":
            self._fill()
        elif self._manner in {"plain", "tls"}:
            self._serve()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._empty()
        if self._thread:
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        """Where it is."""
        scheme = "https" if self._manner in {"plain", "tls"} else "http"
        host = _NOWHERE if self._manner == "nameless" else "127.0.0.1"
        return f"{scheme}://{host}:{self._server.server_port}"

    def open(self) -> None:
        """Serve from now on what the Upstream serves; who asks by TLS must trust AUTHORITY."""
        self._empty()
        if not self._thread:
            self._serve()

    def _serve(self) -> None:
        if self._manner == "tls":
            self._server.socket = behind_tls(self._server.socket)
        self._server.server_activate()
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def _fill(self) -> None:
        """Let connections wait until no more may."""
        self._server.socket.listen(0)
        while True:
            connection = socket.socket()
            connection.settimeout(0.1)
            self._waiting.append(connection)
            try:
                connection.connect(self._server.server_address[:2])
            except TimeoutError:
                return

    def _empty(self) -> None:
        for connection in self._waiting:
            connection.close()
        self._waiting.clear()
