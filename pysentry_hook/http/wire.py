"""The connections of one run: requests is asked once how a host is reached, and what is plain goes there without it."""

import re
import threading
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from pysentry_hook import __version__
from pysentry_hook.http.names import Names
from pysentry_hook.http.tls import adapter

_PLAIN = re.compile(r"(https?://[^/?#\\\s]+)((?:/[A-Za-z0-9_~+-][A-Za-z0-9._~+-]*)+/?)", re.ASCII)
"""A host and a path that requests would send as it is written."""


class _Way(NamedTuple):
    """How a host is reached, as requests would do it."""

    pool: Any
    before: str
    """What stands before the path in the line of a request: the address, where a proxy must know it."""
    headers: Mapping[str, str]


class Wire:
    """Sends single requests; what requests and urllib3 raise is left to the caller."""

    def __init__(self, size: int, *, ca_bundle: str | None, on_redirect: Callable[[], object]) -> None:
        """Keep `size` connections to each host; `on_redirect` is called for each redirect and may raise."""
        self._size = size
        self._ca_bundle = ca_bundle
        self._on_redirect = on_redirect
        self._lock = threading.Lock()
        self._session: Any = None
        self._hosts: dict[str, tuple[dict[str, Any], Any]] = {}
        self._ways: dict[str, _Way | None] = {}
        self._names = Names()

    def close(self) -> None:
        """End the connections."""
        if self._session is not None:
            self._session.close()

    def send(
        self, method: str, url: str, headers: Mapping[str, str], payload: bytes | None, timeout: tuple[float, float]
    ) -> Any:
        """Return the answer of urllib3, with its body unread; the caller closes it.

        `timeout` is the time for a connection and for each read, in seconds.
        """
        plain = _PLAIN.fullmatch(url)
        way = self._way(plain[1]) if plain and _are_plain(headers) else None
        if plain is None or way is None:
            return self._in_full(method, url, headers, payload, timeout)
        import urllib3

        self._names.find((way.pool.proxy or way.pool).host, timeout[0])
        answer = way.pool.urlopen(
            method,
            way.before + plain[2],
            body=payload,
            headers={**way.headers, **headers},
            retries=False,
            redirect=False,
            assert_same_host=False,
            preload_content=False,
            decode_content=False,
            timeout=urllib3.Timeout(connect=timeout[0], read=timeout[1]),
        )
        if not answer.get_redirect_location():
            return answer
        prepared, settings = self._prepared(method, url, headers, payload)
        response = self._session.get_adapter(prepared.url).build_response(prepared, answer)
        self._leave_redirect(response)
        for following in self._session.resolve_redirects(response, prepared, stream=True, timeout=timeout, **settings):
            response = following
        return response.raw

    def _in_full(
        self, method: str, url: str, headers: Mapping[str, str], payload: bytes | None, timeout: tuple[float, float]
    ) -> Any:
        """Let requests do everything: it knows redirects, and every odd address."""
        prepared, settings = self._prepared(method, url, headers, payload)
        return self._session.send(prepared, stream=True, timeout=timeout, allow_redirects=True, **settings).raw

    def _prepared(
        self, method: str, url: str, headers: Mapping[str, str], payload: bytes | None
    ) -> tuple[Any, dict[str, Any]]:
        """A request as requests sends it, and the proxies and the CA bundle for it."""
        import requests

        session = self._open()
        settings, auth = self._for_host(url)
        request = requests.Request(method, url, headers=dict(headers), data=payload)
        request.auth = None if "Authorization" in headers else auth
        return session.prepare_request(request), settings

    def _way(self, host: str) -> _Way | None:
        """How the host of an address is reached; None where only requests itself can say what is wrong with it."""
        if host in self._ways:
            return self._ways[host]
        import requests

        try:
            prepared, settings = self._prepared("GET", f"{host}/", {}, None)
            sending = self._session.get_adapter(prepared.url)
            tls = {"verify": settings["verify"], "cert": settings["cert"]}
            with self._lock:
                pool = sending.get_connection_with_tls_context(prepared, proxies=settings["proxies"], **tls)
                sending.cert_verify(pool, prepared.url, **tls)
            before = sending.request_url(prepared, settings["proxies"]).removesuffix("/")
            way = _Way(pool, before, dict(prepared.headers))
        except (requests.RequestException, OSError, ValueError, TypeError):
            way = None
        return self._ways.setdefault(host, way)

    def _leave_redirect(self, response: Any, **_: object) -> None:
        """Hang up instead of reading the body of a redirect, which requests would do."""
        if response.is_redirect:
            response.close()
            self._on_redirect()

    def _open(self) -> Any:
        with self._lock:
            if self._session is None:
                from http.cookiejar import DefaultCookiePolicy

                import requests

                session = requests.Session()
                session.hooks["response"].append(self._leave_redirect)
                session.headers["User-Agent"] = f"pysentry-hook/{__version__}"
                session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))  # nobody is to know us again
                sending = adapter(self._size)
                session.mount("https://", sending)
                session.mount("http://", sending)
                self._session = session
            return self._session

    def _for_host(self, url: str) -> tuple[dict[str, Any], Any]:
        """Proxies, CA bundle and netrc credentials, looked up once for each host."""
        from urllib.parse import urlsplit

        import requests

        parts = urlsplit(url)
        host = f"{parts.scheme}://{parts.netloc}"
        with self._lock:
            if host not in self._hosts:
                session = self._session
                session.trust_env = True
                settings = session.merge_environment_settings(url, {}, None, self._ca_bundle, None)
                auth = None if parts.username else requests.utils.get_netrc_auth(url)
                session.trust_env = False
                settings.pop("stream")
                self._hosts[host] = settings, auth
            return self._hosts[host]


def _are_plain(headers: Mapping[str, str]) -> bool:
    """Whether headers may be sent as they are; a token is for requests, which drops it where a redirect leads."""
    if "Authorization" in headers:
        return False
    together = "".join(headers.values())
    return together.isascii() and together.isprintable()
