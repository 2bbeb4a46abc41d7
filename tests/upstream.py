"""A real local server that answers as OSV, as the PyPA archive and as PyPI, and fails as it is told.

```python
with Upstream([a_record(fixed="2.31")], faults=[Fault("/v1/vulns/", "status", status=500, first=2)]) as upstream:
    run("report", "-f", "json", *upstream.options)
    assert upstream.asked("/v1/querybatch")
```

Who serves what: OSV every record (withdrawn ones by id only), PyPI every record that matches a version, the
PyPA archive the records whose id begins with PYSEC. `records`, `faults` and `unknown` may be changed while it runs.
"""

import hashlib
import io
import json
import re
import socket
import threading
import zipfile
from collections.abc import Collection, Mapping, Sequence
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote

from tests.exchange import Fault, Kind, Reply, Request
from tests.upstream_records import affects, archive, as_pypi, plain
from tests.upstream_server import Handler, Server

__all__ = ["Fault", "Handler", "Kind", "Reply", "Request", "Server", "Upstream", "affects"]


_BATCH = 1_000


class Upstream:
    """The three services at one address of the loopback, for as long as the `with` block lasts."""

    def __init__(
        self,
        records: Sequence[Mapping[str, Any]] = (),
        *,
        faults: Sequence[Fault] = (),
        unknown: Collection[str] = (),
        refused: Collection[str] = (),
        page_size: int | None = None,
        archive: bytes | None = None,
        replies: Mapping[str, Reply] | None = None,
    ) -> None:
        """`unknown`: names or `name version` that PyPI answers 404 for; `refused`: services that nobody listens for.

        `page_size` is the number of ids on a page of OSV; `archive` replaces the generated zip; `replies` adds paths.
        """
        self.records: list[Mapping[str, Any]] = list(records)
        self.faults: list[Fault] = list(faults)
        self.unknown = set(unknown)
        self.archive = archive
        self.replies = dict(replies or {})
        self.requests: list[Request] = []
        self.headers: list[dict[str, str]] = []
        """The headers of each of `requests`, with names in lower case."""
        self.page_size = page_size
        self.stalled = threading.Event()
        """That a body is sent to its half and goes no further."""
        self.together = threading.Barrier(1)
        self._refused = set(refused)
        self._indexed: list[int] = []
        self._index: dict[str, list[Mapping[str, Any]]] = {}
        self._counts: dict[int, int] = {}
        self._paths: dict[int, list[str]] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        self._closed_port = socket.socket()
        self._closed_port.bind(("127.0.0.1", 0))  # bound and never listening: connections are refused
        self._server = Server(("127.0.0.1", 0), Handler)
        self._server.upstream = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._closed_port.close()

    @property
    def url(self) -> str:
        """The address of OSV and PyPI; the archive is `/pypa.zip` below it."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def url_of(self, service: str) -> str:
        """The address of osv, pypi or pypa as the command takes it."""
        refused = f"http://127.0.0.1:{self._closed_port.getsockname()[1]}"
        base = refused if service in self._refused else self.url
        return f"{base}/pypa.zip" if service == "pypa" else base

    @property
    def options(self) -> list[str]:
        """The options of the command that name this server for every source."""
        return [part for name in ("osv", "pypi", "pypa") for part in ("--service-url", f"{name}={self.url_of(name)}")]

    @property
    def sync_options(self) -> list[str]:
        """The options of `db sync` that name this server."""
        urls = {"pypa": self.url_of("pypa"), "osv-export": f"{self.url_of('osv')}/export"}
        return [part for name, url in urls.items() for part in ("--service-url", f"{name}={url}")]

    def asked(self, prefix: str = "/") -> list[Request]:
        """The requests below a path."""
        return [request for request in self.requests if request.path.startswith(prefix)]

    def forget(self) -> None:
        """Begin a new count of requests."""
        self.requests.clear()
        self.headers.clear()

    def fail(self, *faults: Fault) -> None:
        """Fail from now on as these faults say, and in no other way; none of them has been met yet."""
        with self._lock:
            self.faults = list(faults)
            self._counts.clear()
            self._paths.clear()

    def mentions(self, text: str) -> bool:
        """Whether a text stands in any request: path, headers or body."""
        sent = [f"{request.path} {request.body.decode(errors='replace')}" for request in self.requests]
        return any(text in entry for entry in (*sent, *(json.dumps(headers) for headers in self.headers)))

    def fault(self, path: str) -> Fault | None:
        """The fault that this request meets."""
        with self._lock:
            for number, fault in enumerate(self.faults):
                fits = path == fault.prefix or (path.startswith(fault.prefix) and not fault.exactly)
                if not fits or (fault.only and not any(part in path for part in fault.only)):
                    continue
                paths = self._paths.setdefault(number, [])
                if path not in paths:
                    paths.append(path)
                if paths.index(path) % fault.every:
                    continue
                count = self._counts[number] = self._counts.get(number, 0) + 1
                if fault.first is None or count <= fault.first:
                    return fault
        return None

    def answer(self, request: Request, headers: Mapping[str, str]) -> Reply:
        """The answer of a healthy service."""
        path = unquote(request.path)
        if path in self.replies:
            return self.replies[path]
        if request.method == "POST" and path == "/v1/querybatch":
            return self._batch(json.loads(request.body)["queries"])
        if path.startswith("/v1/vulns/"):
            return self._record(path.removeprefix("/v1/vulns/"))
        if path == "/pypa.zip":
            body = self.archive if self.archive is not None else archive(self.records)
            return _tagged(body, "application/zip", headers)
        if path.startswith("/export/"):
            return self._exported(path.removeprefix("/export/"), headers)
        match = re.fullmatch(r"/pypi/([^/]+)/([^/]+)/json", path)
        return self._release(match[1], match[2], headers) if match else _json({"message": "Not Found"}, 404)

    def _exported(self, name: str, headers: Mapping[str, str]) -> Reply:
        """The bulk export of OSV: a zip of all, a list of what changed with the newest first, and each record."""
        records = [record for record in self.records if not record["id"].startswith("PYSEC-PYPA")]
        if name == "all.zip":
            file = io.BytesIO()
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                for record in records:
                    archive.writestr(zipfile.ZipInfo(f"{record['id']}.json"), json.dumps(record))
            return _tagged(file.getvalue(), "application/zip", headers)
        if name == "modified_id.csv":
            lines = sorted(((record["modified"], record["id"]) for record in records), reverse=True)
            return _tagged("".join(f"{when},{which}\n" for when, which in lines).encode(), "text/csv", headers)
        found = next((record for record in records if f"{record['id']}.json" == name), None)
        return _json({"message": "Not Found"}, 404) if found is None else _json(found)

    def _batch(self, queries: Sequence[Mapping[str, Any]]) -> Reply:
        if len(queries) > _BATCH:
            return _json({"code": 3, "message": "Too many queries"}, 400)
        return _json({"results": [self._result(query) for query in queries]})

    def _result(self, query: Mapping[str, Any]) -> dict[str, Any]:
        found = [
            {"id": record["id"], "modified": record["modified"]}
            for record in self._about(str(query["package"]["name"]))
            if not record.get("withdrawn") and affects(record, query["package"]["name"], query["version"])
        ]
        start = int(query.get("page_token") or 0)
        end = start + (self.page_size or len(found))
        page = {"vulns": found[start:end]} if found[start:end] else {}
        return page | ({"next_page_token": str(end)} if end < len(found) else {})

    def _about(self, name: str) -> Sequence[Mapping[str, Any]]:
        """The records that name a package, from an index that is made anew whenever the records changed."""
        state = [id(record) for record in self.records]
        if state != self._indexed:
            index: dict[str, list[Mapping[str, Any]]] = {}
            for record in self.records:
                for package in {plain(entry["package"]["name"]) for entry in record.get("affected", ())}:
                    index.setdefault(package, []).append(record)
            self._index, self._indexed = index, state
        return self._index.get(plain(name), ())

    def _record(self, identifier: str) -> Reply:
        record = next((record for record in self.records if record["id"] == identifier), None)
        return _json(record) if record else _json({"code": 5, "message": "Bug not found."}, 404)

    def _release(self, name: str, version: str, headers: Mapping[str, str]) -> Reply:
        if name in self.unknown or f"{name} {version}" in self.unknown:
            return _json({"message": "Not Found"}, 404)
        found = [as_pypi(record, name) for record in self._about(name) if affects(record, name, version)]
        answer = {"info": {"name": name, "version": version}, "urls": [], "vulnerabilities": found}
        return _tagged(json.dumps(answer).encode(), "application/json", headers)


def _json(value: object, status: int = 200) -> Reply:
    return Reply(status, json.dumps(value).encode(), {"Content-Type": "application/json"})


def _tagged(body: bytes, kind: str, headers: Mapping[str, str]) -> Reply:
    etag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    if headers.get("if-none-match") == etag:
        return Reply(304, b"", {"ETag": etag})
    return Reply(200, body, {"ETag": etag, "Content-Type": kind})
