"""What an index says of the status of a project."""

from collections.abc import Iterator

import pytest

from pysentry_hook.http import Http, Limits
from pysentry_hook.model import normalize
from pysentry_hook.sources.status import quarantined
from tests.upstream import Fault, Reply, Upstream

JSON = b'{"meta": {"api-version": "1.4"}, "name": "x", "files": [], "project-status": {"status": "%s"}}'
HTML = b'<!DOCTYPE html><html><head><meta content="%s" name="pypi:project-status"></head><body></body></html>'
X, Y = normalize("x"), normalize("y")


@pytest.fixture
def http(monkeypatch: pytest.MonkeyPatch) -> Iterator[Http]:
    monkeypatch.setattr("pysentry_hook.http._BACKOFF", 0.001)
    opened = Http(Limits(connect=2, read=2, overall=5, at_once=2))
    yield opened
    opened.close()


@pytest.mark.parametrize("form", [JSON, HTML])
@pytest.mark.parametrize("suffix", ["", "/", "/pypi"])
def test_a_quarantined_project_is_told_from_others(http: Http, form: bytes, suffix: str) -> None:
    replies = {"/simple/x/": Reply(body=form % b"quarantined"), "/simple/y/": Reply(body=form % b"archived")}
    with Upstream(replies=replies) as upstream:
        assert quarantined(http, upstream.url + suffix, [Y, X]) == (X,)
        assert {headers["accept"].partition(",")[0] for headers in upstream.headers} == {
            "application/vnd.pypi.simple.v1+json"
        }


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b'{"project-status": "quarantined"}',
        b'{"project-status": {"status": ["quarantined"]}}',
        b'<meta name="other" content="quarantined">',
        b'<meta name="pypi:project-status">',
        b"quarantined",
    ],
)
def test_what_says_nothing_of_a_quarantine_is_none(http: Http, body: bytes) -> None:
    with Upstream(replies={"/simple/x/": Reply(body=body)}) as upstream:
        assert quarantined(http, upstream.url, [X]) == ()


@pytest.mark.parametrize("kind", ["status", "garbage", "truncated", "reset"])
def test_an_index_that_gives_no_answer_hides_none_that_it_gives(http: Http, kind: str) -> None:
    replies = {name: Reply(body=JSON % b"quarantined") for name in ("/simple/x/", "/simple/y/")}
    with Upstream(replies=replies, faults=[Fault("/simple/x/", kind)]) as upstream:  # type: ignore[arg-type]
        assert quarantined(http, upstream.url, [X, Y]) == (Y,)
