"""The PyPA advisory database, https://github.com/pypa/advisory-database, as one archive."""

import hashlib
import json
from collections.abc import Sequence
from http import HTTPStatus

from pysentry_hook.errors import SourceError
from pysentry_hook.http import MAX_ARCHIVE, Response
from pysentry_hook.model import AdvisoryData, Failure, Package, SourceAnswer
from pysentry_hook.sources.archive import Archive
from pysentry_hook.sources.context import Context
from pysentry_hook.text import without_credentials


class Pypa:
    """The archive, loaded again only when its ETag changed; no name leaves the machine."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._key = f"pypa:{hashlib.sha256(context.url.encode()).hexdigest()[:16]}"
        self._state: tuple[str, float] | None = None

    def ask(self, packages: Sequence[Package]) -> SourceAnswer:
        """Return every record about these packages, whatever versions it affects."""
        try:
            digest, stored = self._digest()
            archive = Archive(digest, lambda: self._content(digest), self._context.cache, source="pypa", stored=stored)
            advisories, damaged = archive.records(package.name for package in packages)
        except SourceError as error:
            return self._failed(str(error))
        data = AdvisoryData(
            source="pypa",
            kind="archive",
            url=without_credentials(self._context.url),
            revision=f"sha256:{digest[:16]}",
            as_of=self._context.as_of(stored),
            stale=self._context.is_stale(stored),
            damaged_records=tuple(damaged),
        )
        return SourceAnswer(
            data=data, advisories=tuple(advisories), answered=frozenset(packages), unknown={}, failures=()
        )

    def _failed(self, cause: str) -> SourceAnswer:
        url = without_credentials(self._context.url)
        data = AdvisoryData("pypa", "archive", url, None, None, stale=False, damaged_records=())
        failure = Failure("source", "pypa", None, f"{cause} (the archive, so every package)")
        return SourceAnswer(data=data, advisories=(), answered=frozenset(), unknown={}, failures=(failure,))

    def _digest(self) -> tuple[str, float]:
        """Return the SHA-256 of the current archive and the time at which it was known to be current."""
        if self._state is None:
            self._state = self._current()
        return self._state

    def _current(self) -> tuple[str, float]:
        now = self._context.now.timestamp()
        entry = self._context.cache.get(self._key)
        known = json.loads(entry.data) if entry else {}
        if entry and self._context.may_use(entry):
            return known["digest"], entry.stored
        etag = known.get("etag") if known and self._context.cache.archive(known["digest"]) is not None else None
        response = self._context.http.get(
            self._context.url, _whole, etag=etag, accept="application/zip, */*", limit=MAX_ARCHIVE
        )
        if response.status != HTTPStatus.NOT_MODIFIED:
            known = {"digest": self._context.cache.put_archive(response.body), "etag": response.etag}
        self._context.cache.put(self._key, json.dumps(known).encode(), stored=now)
        return known["digest"], now

    def _content(self, digest: str) -> bytes:
        """The archive from the cache, or once more from its service where the cache lost it."""
        content = self._context.cache.archive(digest)
        if content is None:
            content = self._context.http.get(
                self._context.url, _whole, accept="application/zip, */*", limit=MAX_ARCHIVE
            ).body
            if self._context.cache.put_archive(content) != digest:
                raise SourceError("the archive changed while it was read; run again")
        return content


def _whole(response: Response) -> Response:
    """Refuse an answer that is no zip: a cut body is tried again, a missing page is not."""
    if response.status == HTTPStatus.NOT_FOUND:
        raise SourceError("HTTP 404")
    if response.status == HTTPStatus.OK and not (
        response.body.startswith(b"PK") and b"PK\x05\x06" in response.body[-65_557:]
    ):
        raise ValueError("not a whole zip archive")
    return response
