"""The services for every tool, in a process of their own: `python -m tests.benchmarks.peers.server FOLDER RECORDS`.

Answers are made once and kept, so that what is measured is not this. Beside HTTP there is a proxy, which ends TLS with
a certificate of FOLDER and answers for every host, for tools whose addresses cannot be changed. What is asked below
`/-/` is for the benchmark: `/-/latency/MS`, and `/-/count`, which tells the number of requests since it was last asked.
"""

import asyncio
import io
import json
import random
import ssl
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.benchmarks.peers import generated
from tests.upstream import Reply, Request, Upstream, affects

_ARCHIVE = "/pypa/advisory-database/archive/"


class Services(Upstream):
    """What the tests' services answer, and what else peers ask for."""

    def answer(self, request: Request, headers: Mapping[str, str]) -> Reply:
        """Return the answer of a healthy service."""
        parts = request.path.strip("/").split("/")
        if request.path.startswith(_ARCHIVE):
            return _packed(super().answer(request._replace(path="/pypa.zip"), headers))
        if parts[0] == "simple":
            page = _json({"meta": {"api-version": "1.4"}, "name": parts[1], "files": [], "versions": []})
            return Reply(page.status, page.body, {**page.headers, "Cache-Control": "max-age=600, public"})
        if parts[0] == "pypi" and len(parts) == 3:
            return _json({"info": {"name": parts[1]}, "urls": [], "vulnerabilities": []})
        if request.path == "/v1/query":
            query = json.loads(request.body)
            name, version = query["package"]["name"], query["version"]
            return _json({"vulns": [each for each in self._about(name) if affects(each, name, version)]})
        return super().answer(request, headers)


def _json(value: object) -> Reply:
    return Reply(200, json.dumps(value).encode(), {"Content-Type": "application/vnd.pypi.simple.v1+json"})


def _packed(reply: Reply) -> Reply:
    """The archive with its members compressed, as those of the real one are."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(reply.body)) as loose, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in loose.namelist():
            archive.writestr(name, loose.read(name))
    return Reply(reply.status, file.getvalue(), reply.headers)


class Server:
    """Answers over HTTP and as a proxy."""

    def __init__(self, services: Services, context: ssl.SSLContext) -> None:
        self._services = services
        self._context = context
        self._known: dict[tuple[str, str, bytes, str], Reply] = {}
        self._seconds = 0.0
        self._count = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer what comes over one connection."""
        try:
            while (head := await reader.readuntil(b"\r\n\r\n")) != b"\r\n\r\n":
                line, *rest = head.decode("latin-1").split("\r\n")
                headers = {name.lower(): value.strip() for name, _, value in (each.partition(":") for each in rest)}
                method, path, _ = line.split(" ", 2)
                if method == "CONNECT":
                    writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                    await writer.drain()
                    await writer.start_tls(self._context)
                    continue
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                await self._answer(Request(method, path, body), headers, writer)
        except (asyncio.IncompleteReadError, OSError, ssl.SSLError):
            pass  # the other side has hung up
        finally:
            writer.close()

    async def _answer(self, request: Request, headers: Mapping[str, str], writer: asyncio.StreamWriter) -> None:
        if request.path.startswith("/-/"):
            reply = self._control(request.path.split("/"))
        else:
            self._count += 1
            key = (request.method, request.path, request.body, headers.get("if-none-match", ""))
            if key not in self._known:
                self._known[key] = self._services.answer(request, headers)
            reply = self._known[key]
            await asyncio.sleep(self._seconds)
        told = "".join(f"{name}: {value}\r\n" for name, value in reply.headers.items())
        status = f"HTTP/1.1 {reply.status} x\r\n{told}Content-Length: {len(reply.body)}\r\n\r\n"
        writer.write(status.encode() + reply.body)
        await writer.drain()

    def _control(self, words: list[str]) -> Reply:
        if words[2] == "latency":
            self._seconds = int(words[3]) / 1000
        count, self._count = self._count, 0
        return Reply(200, str(count).encode())


async def _main(folder: Path, number: int) -> None:
    known = generated.of_records(number)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    every = generated.records(number, known, random.Random(number))
    server = Server(Services(every), context)
    listening: Any = await asyncio.start_server(server.serve, "127.0.0.1", 0, limit=1 << 24)
    sys.stdout.write(f"{listening.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await listening.serve_forever()


if __name__ == "__main__":
    asyncio.run(_main(Path(sys.argv[1]), int(sys.argv[2])))
