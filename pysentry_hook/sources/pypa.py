"""The PyPA advisory database, https://github.com/pypa/advisory-database, as one archive."""

import hashlib
import json
import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, NamedTuple

from pysentry_hook.errors import SourceError
from pysentry_hook.http import MAX_ARCHIVE, Response
from pysentry_hook.model import AdvisoryData, Failure, Package, SourceAnswer
from pysentry_hook.sources.archive import Archive, whole_zip
from pysentry_hook.sources.context import Context, recall
from pysentry_hook.text import without_credentials


class _State(NamedTuple):
    """Which archive was the current one."""

    digest: str
    etag: str | None


class Pypa:
    """The archive, loaded again only when its ETag changed; no name leaves the machine."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._key = f"pypa:{hashlib.sha256(context.url.encode()).hexdigest()[:16]}"
        self._state: tuple[_State, float] | None = None

    def ask(self, packages: Sequence[Package]) -> SourceAnswer:
        """Return every record about these packages, whatever versions it affects."""
        try:
            (digest, etag), stored = self._state = self._state or self._current()
            archive = Archive(digest, lambda: self._content(digest), self._context.cache, source="pypa", stored=stored)
            advisories, damaged = archive.records(package.name for package in packages)
            # only now is it known that the archive can be read
            self._context.cache.put(self._key, json.dumps([digest, etag]).encode(), stored=stored)
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

    def _current(self) -> tuple[_State, float]:
        """Return the current archive and the time at which it was known to be current."""
        known = recall(self._context.cache, self._key, _as_state)
        if known and self._context.may_use(known[0]):
            return known[1], known[0].stored
        state = known[1] if known and self._context.cache.archive(known[1].digest) is not None else None
        response = self._get(state.etag if state else None)
        if state is None or response.status != HTTPStatus.NOT_MODIFIED:
            state = _State(self._context.cache.put_archive(response.body), response.etag)
        return state, self._context.now.timestamp()

    def _get(self, etag: str | None) -> Response:
        http = self._context.http
        return http.get(self._context.url, whole_zip, etag=etag, accept="application/zip, */*", limit=MAX_ARCHIVE)

    def _content(self, digest: str) -> bytes:
        """The archive from the cache, or once more from its service where the cache lost it."""
        content = self._context.cache.archive(digest)
        if content is None:
            content = self._get(None).body
            if self._context.cache.put_archive(content) != digest:
                self._context.cache.put(self._key, b"null", stored=0)
                raise SourceError("the archive changed while it was read; run again")
        return content


def _as_state(value: Any) -> _State:
    digest, etag = value
    if not re.fullmatch(r"[0-9a-f]{64}", digest):
        raise ValueError("no digest")
    return _State(digest, etag if isinstance(etag, str) else None)
