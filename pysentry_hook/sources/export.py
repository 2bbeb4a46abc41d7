"""The bulk export of OSV, https://google.github.io/osv.dev/data/: one zip of everything, and a list of what changed."""

import csv
import io
from collections.abc import Iterator, Mapping
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
        response = self.http.get(f"{self.url}/modified_id.csv", _response, etag=etag, accept="text/csv, */*")
        if response.status == HTTPStatus.NOT_MODIFIED:
            return None
        return list(_lines(response.body)), response.etag

    def records(self, identifiers: list[str]) -> Iterator[tuple[str, Mapping[str, object]]]:
        """Give the named records; SourceError where one of them cannot be had."""
        for identifier, future in zip(identifiers, self.http.map(self._record, identifiers), strict=True):
            yield identifier, future.result()

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

        return self.http.get(f"{self.url}/{quote(identifier, safe='')}.json", read)


def _lines(body: bytes) -> Iterator[tuple[str, str]]:
    try:
        for line in csv.reader(io.StringIO(body.decode("utf-8"))):
            if len(line) != 2:  # noqa: PLR2004 (a moment and an id)
                raise SourceError("the list of changes has lines that are not a moment and an id")
            yield line[0], line[1].removesuffix(".json").rpartition("/")[2]
    except (UnicodeDecodeError, csv.Error) as error:
        raise SourceError(f"the list of changes cannot be read ({one_line(error, 80)})") from error


def _response(response: Response) -> Response:
    if response.status not in {HTTPStatus.OK, HTTPStatus.NOT_MODIFIED}:
        raise SourceError(f"HTTP {response.status}")
    return response
