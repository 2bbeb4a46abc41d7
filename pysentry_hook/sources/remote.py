"""An archive behind an address: loaded again only when it changed, and refused where it is not what was pinned."""

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, NamedTuple

from pysentry_hook.errors import SourceError
from pysentry_hook.http import MAX_ARCHIVE, Response
from pysentry_hook.sources.archive import made_at, whole_zip
from pysentry_hook.sources.context import Context, aged, recall
from pysentry_hook.sources.store import MAGIC, Store, as_file

_DIGEST = re.compile(r"[0-9a-f]{64}")


class _State(NamedTuple):
    """Which archive was the current one."""

    digest: str
    etag: str | None


class Remote:
    """The archive at the address of a context; every failure is a SourceError."""

    def __init__(self, context: Context, kind: str, *, pinned: str | None = None) -> None:
        self._context = context
        self._pinned = pinned
        self._key = f"{kind}:{hashlib.sha256((context.url + (pinned or '')).encode()).hexdigest()[:16]}"
        self._state: tuple[_State, float] | None = None
        self.trouble: str | None = None
        """Why an archive is used that is older than it should be."""

    def current(self) -> tuple[str, float]:
        """Return the SHA-256 of the current archive and of when it is, in seconds since the epoch.

        It is of when it was known to be current; a pinned one may long be that no more, and is of when it was made.
        """
        (digest, _), stored = self._state = self._state or self._find()
        return digest, stored

    @property
    def is_pinned(self) -> bool:
        """Whether exactly this archive was asked for, however old it is."""
        return self._pinned is not None

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Remember the current archive if it can be read; if not, forget it, so that the next run loads it anew."""
        try:
            yield
        except SourceError:
            self._context.cache.put(self._key, b"null", stored=0)
            raise
        if self._state is not None:
            (digest, etag), stored = self._state
            self._context.cache.put(self._key, json.dumps([digest, etag]).encode(), stored=stored)

    def content(self, digest: str) -> bytes:
        """Return the archive from the cache, or once more from its service where the cache lost it."""
        content = self._context.cache.archive(digest)
        if content is None:
            content = self._get(None).body
            if self._context.cache.put_archive(content) != digest:
                raise SourceError("the archive changed while it was read; run again")
        return content

    def _find(self) -> tuple[_State, float]:
        now = self._context.now.timestamp()
        known = recall(self._context.cache, self._key, _as_state)
        if self._pinned:
            return self._find_pinned(self._pinned, min(now, known[0].stored) if known else None)
        if known and self._context.may_use(known[0]):
            return known[1], known[0].stored
        state = known[1] if known and self._context.cache.archive(known[1].digest) is not None else None
        try:
            response = self._get(state.etag if state else None)
        except SourceError as error:
            if known is None or state is None:
                raise
            self.trouble = aged(str(error))
            return state, known[0].stored
        if state is None or response.status != HTTPStatus.NOT_MODIFIED:
            state = _State(self._context.cache.put_archive(response.body), response.etag)
        return state, now

    def _find_pinned(self, pinned: str, made: float | None) -> tuple[_State, float]:
        """The archive of a digest, which is loaded once, and when it was made."""
        content = self._context.cache.archive(pinned)
        if content is None:
            content = self._get(None).body
            digest = self._context.cache.put_archive(content)
            if digest != pinned:
                raise SourceError(f"has the SHA-256 {digest}, and {pinned} was asked for")
        return _State(pinned, None), made_at(content, self._context.now.timestamp()) if made is None else made

    def _get(self, etag: str | None) -> Response:
        http, url = self._context.http, self._context.url
        return http.get(url, _whole, etag=etag, accept="application/zip, */*", limit=MAX_ARCHIVE)


def _whole(response: Response) -> Response:
    """Accept a whole zip archive, or a database file that is what it says: SQLite itself has no checksums."""
    if response.status == HTTPStatus.OK and response.body.startswith(MAGIC):
        pages, size = int.from_bytes(response.body[28:32], "big"), int.from_bytes(response.body[16:18], "big")
        if pages * (size if size > 1 else 65_536) != len(response.body):  # https://www.sqlite.org/fileformat.html
            raise ValueError("not a whole database file")
        with as_file(response.body) as file, Store(file) as store:
            for problem in store.problems():
                raise ValueError(f"a damaged database: {problem}")
        return response
    return whole_zip(response)


def _as_state(value: Any) -> _State:
    digest, etag = value
    if not _DIGEST.fullmatch(digest):
        raise ValueError("no digest")
    return _State(digest, etag if isinstance(etag, str) else None)
