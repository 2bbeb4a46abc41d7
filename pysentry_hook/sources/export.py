"""The bulk export of OSV, https://google.github.io/osv.dev/data/: one zip of everything, and a list of what changed."""

import csv
import io
from collections.abc import Collection, Iterator, Mapping
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import quote

from pysentry_hook.errors import SourceError
from pysentry_hook.http import MAX_ARCHIVE, Http, Response
from pysentry_hook.sources.archive import whole_zip
from pysentry_hook.sources.records import DamagedRecordError, load_json
from pysentry_hook.text import one_line

DEFAULT_URL = "https://osv-vulnerabilities.storage.googleapis.com/PyPI"
MANY = 1_000
"""More changed records than this are taken from the whole export at once."""


class Export(NamedTuple):
    """The export at one address."""

    http: Http
    url: str

    def whole(self) -> bytes:
        """Return the zip of all records."""
        return self.http.get(f"{self.url}/all.zip", whole_zip, accept="application/zip, */*", limit=MAX_ARCHIVE).body

    def changes(self, etag: str | None) -> tuple[list[tuple[str, str]], str | None] | None:
        """Return (modified, id) of all records, the newest first, and the ETag; None where nothing has changed."""
        return self.http.get(f"{self.url}/modified_id.csv", _changes, etag=etag, accept="text/csv, */*")

    def records(self, identifiers: list[str]) -> Iterator[tuple[str, Mapping[str, object]]]:
        """Give the named records; SourceError where one of them cannot be had."""
        for identifier, future in zip(identifiers, self.http.map(self._record, identifiers), strict=True):
            yield identifier, future.result()

    def has_any(self, identifiers: Collection[str]) -> bool:
        """Whether one of the named records is there, although the list of changes may lack it."""
        return any(future.result() for future in self.http.map(self._has, identifiers)) if identifiers else False

    def _has(self, identifier: str) -> bool:
        return self.http.get(self._url(identifier), lambda response: response.status == HTTPStatus.OK)

    def _url(self, identifier: str) -> str:
        return f"{self.url}/{quote(identifier, safe='')}.json"

    def _record(self, identifier: str) -> Mapping[str, object]:
        def read(response: Response) -> Mapping[str, object]:
            if response.status != HTTPStatus.OK:
                raise SourceError(f"HTTP {response.status} for {one_line(identifier, 60)}")
            try:
                record = load_json(response.body)
            except DamagedRecordError as error:
                raise ValueError(str(error)) from error
            if not isinstance(record, Mapping) or record.get("id") != identifier:
                raise ValueError("not the record that was asked for")
            return record

        return self.http.get(self._url(identifier), read)


def _changes(response: Response) -> tuple[list[tuple[str, str]], str | None] | None:
    if response.status == HTTPStatus.NOT_MODIFIED:
        return None
    if response.status != HTTPStatus.OK:
        raise SourceError(f"HTTP {response.status}")
    return list(_lines(response.body)), response.etag


def _lines(body: bytes) -> Iterator[tuple[str, str]]:
    """The lines of the list; ValueError where it is none."""
    try:
        for line in csv.reader(io.StringIO(body.decode("utf-8"))):
            if len(line) != 2:  # noqa: PLR2004 (a moment and an id)
                raise ValueError("the list of changes has lines that are not a moment and an id")
            yield line[0], line[1].removesuffix(".json").rpartition("/")[2]
    except csv.Error as error:
        raise ValueError(f"the list of changes cannot be read: {error}") from error
