"""Read the certificates of authorities once for all connections: urllib3 reads them for each, which takes 20 ms."""

import threading
from typing import Any


def adapter(size: int) -> Any:
    """An adapter of requests whose connections share what they trust; it keeps `size` connections to each host."""
    from requests.adapters import DEFAULT_CA_BUNDLE_PATH, HTTPAdapter

    class Adapter(HTTPAdapter):
        def build_connection_pool_key_attributes(self, request: Any, verify: Any, cert: Any = None) -> Any:
            host, tls = super().build_connection_pool_key_attributes(request, verify, cert)
            if host["scheme"] == "https":
                known = trusted.context(DEFAULT_CA_BUNDLE_PATH if verify is True else verify)
                tls |= {"ssl_context": known} if known is not None else {}
            return host, tls

        def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
            by_tls = conn.proxy is not None and conn.proxy.scheme == "https"
            # requests would not verify a proxy that is asked by TLS for a host that is not
            super().cert_verify(conn, "https://" if by_tls else url, verify, cert)  # type: ignore[no-untyped-call]
            if by_tls or conn.conn_kw.get("ssl_context") is None:  # such a proxy has no context of its own
                return
            conn.ca_certs = conn.ca_cert_dir = None  # the context has them

        def close(self) -> None:
            """End the connections now: urllib3 would leave them to whenever the memory is cleared."""
            for manager in (self.poolmanager, *self.proxy_manager.values()):
                for key in manager.pools.keys():  # noqa: SIM118 (it cannot be gone through otherwise)
                    if (pool := manager.pools.get(key)) is not None:
                        pool.close()
            super().close()

    trusted = _Trusted()
    return Adapter(pool_connections=8, pool_maxsize=size, max_retries=0)


class _Trusted:
    """The TLS contexts, one for each file or folder of certificates."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._contexts: dict[str, Any] = {}

    def context(self, authorities: object) -> Any:
        """A context that trusts these authorities; None where urllib3 is to say what is wrong with them."""
        if not isinstance(authorities, str):
            return None
        with self._lock:
            if authorities not in self._contexts:
                self._contexts[authorities] = _context(authorities)
            return self._contexts[authorities]


def _context(authorities: str) -> Any:
    from pathlib import Path

    from urllib3.util.ssl_ import create_urllib3_context

    context = create_urllib3_context()
    try:
        if Path(authorities).is_dir():
            context.load_verify_locations(capath=authorities)
        else:
            context.load_verify_locations(cafile=authorities)
    except (OSError, ValueError):
        return None
    return context
