"""Files as we and the services write them, and a network and a cache that hold what the fuzzer made of them."""

import json
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from packaging.version import Version

from pysentry_hook.cache import Cache, DiskCache, Entry, MemoryCache
from pysentry_hook.http import Http, Limits, Response
from pysentry_hook.inputs import READERS
from pysentry_hook.inputs.kept import Keeper
from pysentry_hook.learnt import Asked, Judged, Learnt, Page
from pysentry_hook.matching import Knowledge
from pysentry_hook.memory import Memory
from pysentry_hook.sources.context import Context
from pysentry_hook.sources.osv import Osv
from pysentry_hook.sources.pypa import Pypa
from pysentry_hook.sources.pypi import Pypi
from pysentry_hook.sources.rows import row
from pysentry_hook.sources.status import Known, Statuses
from pysentry_hook.sources.store import Origin, write_store
from tests.builders import a_package, a_record, a_zip
from tests.config.settling import settled
from tests.contracts.samples import SAMPLES
from tests.inputs.reading import Files

NOW = datetime(2099, 3, 1, 12, tzinfo=UTC)
PACKAGE = a_package()
LONG_LOCK = SAMPLES["uv.lock"].of([(f"name{number}", "1.0") for number in range(80)])

A_WHOLE_RECORD = a_record(
    fixed="2.31",
    aliases=["CVE-2099-1", "GHSA-aaaa-bbbb-cccc"],
    summary="A short text",
    details="A *long* text\n\nwith <b>lines</b>",
    severity=[{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
    references=[{"type": "WEB", "url": "https://a.example/1"}],
    database_specific={"severity": "HIGH", "cwe_ids": ["CWE-79"]},
)


class Told(Http):
    """A network that answers every question with the same bytes, at once."""

    def __init__(self, body: bytes, others: Mapping[str, bytes]) -> None:
        super().__init__(Limits(retries=0))
        self._body = body
        self._others = others

    def _once(self, _: str, url: str, *__: Any) -> Response:
        return Response(200, next((body for part, body in self._others.items() if part in url), self._body), None)

    def map(self, work: Callable[[Any], Any], items: Iterable[Any], **_: Any) -> list[Future[Any]]:
        found = []
        for item in items:
            future: Future[Any] = Future()
            try:
                future.set_result(work(item))
            except Exception as error:  # noqa: BLE001 (the future raises it again)
                future.set_exception(error)
            found.append(future)
        return found


class Remembers(MemoryCache):
    """A cache that has the same bytes under every key."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self._data = data

    def get(self, key: str) -> Entry | None:
        return Entry(NOW.timestamp(), self._data)

    def note(self, key: str) -> bytes | None:
        return self._data


def context(body: bytes = b"", cache: Cache | None = None, **others: bytes) -> Context:
    http = Told(body, {part.replace("__", "/"): answer for part, answer in others.items()})
    return Context(http, cache or MemoryCache(), NOW, timedelta(hours=1), "https://a.example")


def osv_answers() -> Iterable[bytes]:
    hits = [{"id": "PYSEC-2099-1", "modified": "2099-01-01T00:00:00Z"}]
    yield json.dumps({"results": [{"vulns": hits, "next_page_token": "x"}]}).encode()
    yield json.dumps({"results": [{"vulns": hits}]}).encode()


def pypi_answers() -> Iterable[bytes]:
    listed = {
        "id": "PYSEC-2099-1", "summary": None, "details": "a text", "link": "https://a.example", "withdrawn": None,
        "aliases": ["CVE-2099-1"], "fixed_in": ["2.31", "1!3.0"],
    }  # fmt: skip
    info = {"name": "Requests", "version": "2.30.0"}
    yield json.dumps({"info": info, "vulnerabilities": [listed]}).encode()


def status_pages() -> Iterable[bytes]:
    status = {"status": "archived", "reason": "moved"}
    yield json.dumps({"files": [], "name": "requests", "project-status": status, "meta": {}}).encode()
    yield (
        b'<html><head><meta name="pypi:project-status" content="quarantined"></head>'
        b'<body><a href="x">requests-2.30.0.tar.gz</a></body></html>'
    )


def archives(folder: Path) -> Iterable[bytes]:
    text = json.dumps(A_WHOLE_RECORD)
    for number, layout in enumerate(("PYSEC-2099-1.json", "advisory-database-main/vulns/requests/PYSEC-2099-1.yaml")):
        yield a_zip(folder / f"{number}.zip", {layout: text}).read_bytes()


def databases(folder: Path) -> Iterable[bytes]:
    rows = [row("osv", A_WHOLE_RECORD), row("pypa", a_record("PYSEC-2099-2", fixed="3"))]
    write_store(folder / "made.db", rows, [Origin("osv", "https://a.example", None, None, NOW)], ["PYSEC-2099-3"])
    yield (folder / "made.db").read_bytes()


def caches(folder: Path) -> Iterable[bytes]:
    cache = DiskCache(folder / "made", lambda _: None)
    cache.put("key", b"data", stored=1.0)
    cache.close()
    yield (folder / "made" / "answers" / "cache.db").read_bytes()


class _Recording(MemoryCache):
    """A cache that tells what it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.given: list[bytes] = []

    def put(self, key: str, data: bytes, *, stored: float) -> None:
        self.given.append(data)

    def put_note(self, key: str, note: bytes) -> None:
        self.given.append(note)


def notes(folder: Path) -> Iterable[bytes]:
    cache = _Recording()
    record = json.dumps(A_WHOLE_RECORD).encode()
    found = Osv(context(record, cache, querybatch=[*osv_answers()][1])).ask([PACKAGE])
    Pypi(context(next(iter(pypi_answers())), cache)).ask([PACKAGE])
    Pypa(context([*archives(folder)][1], cache)).ask([PACKAGE])
    statuses = Statuses(context(next(iter(status_pages())), cache))
    statuses.start([PACKAGE.name])
    statuses.finish()
    Keeper(cache).read(READERS[0], Files({"uv.lock": LONG_LOCK}), "uv.lock")
    (known,) = Knowledge(found.advisories).vulnerabilities(PACKAGE)
    page = Page(
        asked=Asked(frozenset({PACKAGE.version}), frozenset({PACKAGE.version}), status=True),
        affected={PACKAGE.version: (Judged(known, Version("2.31")),)},
        unknown={"pypi": {PACKAGE.version: "not there"}},
        states={"osv": ("PYSEC-2099-1 2099",)},
        damaged={"osv": ("PYSEC-2099-9",)},
        status=Known("archived", "moved"),
    )
    learnt = Learnt(pages={PACKAGE.name: page}, data={"osv": found.data}, mentioned=frozenset({PACKAGE.name}))
    Memory(cache, settled(), "/", ["uv.lock"], NOW).keep(learnt)
    texts = dict.fromkeys(("resolver", "version", "covers"), "x")
    return [*cache.given, json.dumps({"resolution": texts, "lock": "version = 1"}).encode()]
