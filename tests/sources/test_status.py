"""What an index says of the status of a project."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from pysentry_hook.cache import Cache, MemoryCache
from pysentry_hook.http import Http, Limits
from pysentry_hook.model import NormalizedName, normalize
from pysentry_hook.sources.context import Context
from pysentry_hook.sources.status import Known, Statuses, quarantined
from tests.upstream import Fault, Reply, Upstream

JSON = b'{"meta": {"api-version": "1.4"}, "files": [], "project-status": {"status": "%s"}}'
HTML = b'<!DOCTYPE html><html><head><meta content="%s" name="pypi:project-status"></head><body></body></html>'
X, Y = normalize("x"), normalize("y")
NOW = datetime(2099, 3, 1, tzinfo=UTC)


@pytest.fixture
def http() -> Iterator[Http]:
    opened = Http(Limits(connect=2, read=2, overall=5, at_once=2, first_wait=0.001))
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


def a_context(http: Http, url: str, cache: Cache, *, now: datetime = NOW) -> Context:
    return Context(http=http, cache=cache, now=now, fresh_for=timedelta(hours=1), url=url)


def asked(context: Context, *names: NormalizedName) -> tuple[dict[NormalizedName, Known], list[str]]:
    statuses = Statuses(context)
    statuses.start(names)
    known, failures = statuses.finish()
    return dict(known), [failure.detail for failure in failures]


def test_a_status_comes_with_its_reason_and_a_project_that_is_not_there_has_none(http: Http) -> None:
    body = b'{"files": [], "project-status": {"status": "archived", "reason": "use y\\u001b[31m"}}'
    with Upstream(replies={"/simple/x/": Reply(body=body)}) as upstream:
        known, failed = asked(a_context(http, upstream.url, MemoryCache()), X, Y)
    assert known == {"x": Known("archived", "use y[31m"), "y": Known("active")}
    assert failed == []


def test_a_status_is_remembered_while_it_is_young(http: Http) -> None:
    cache = MemoryCache()
    with Upstream(replies={"/simple/x/": Reply(body=JSON % b"archived")}) as upstream:
        asked(a_context(http, upstream.url, cache), X)
        upstream.forget()
        assert asked(a_context(http, upstream.url, cache), X)[0] == {"x": Known("archived")}
        assert upstream.requests == []
        asked(a_context(http, upstream.url, cache, now=NOW + timedelta(hours=2)), X)
        assert len(upstream.requests) == 1


def test_a_status_that_is_too_old_is_asked_again_and_moves_only_what_changed(http: Http) -> None:
    cache = MemoryCache()
    with Upstream(replies={"/simple/x/": Reply(body=JSON % b"archived", headers={"ETag": '"1"'})}) as upstream:
        asked(a_context(http, upstream.url, cache), X)
        upstream.replies["/simple/x/"] = Reply(304)
        later = a_context(http, upstream.url, cache, now=NOW + timedelta(hours=2))
        assert asked(later, X) == ({"x": Known("archived")}, [])
        assert upstream.headers[-1]["if-none-match"] == '"1"'
        upstream.forget()
        assert asked(later, X) == ({"x": Known("archived")}, [])
        assert upstream.requests == []


def test_where_the_index_is_gone_an_older_status_is_used_and_told_as_such(http: Http) -> None:
    cache = MemoryCache()
    with Upstream(replies={"/simple/x/": Reply(body=JSON % b"quarantined")}) as upstream:
        asked(a_context(http, upstream.url, cache), X)
        upstream.faults.append(Fault("/simple/x/", "status", status=503))
        later = a_context(http, upstream.url, cache, now=NOW + timedelta(hours=2))
        assert asked(later, X, Y) == (
            {"x": Known("quarantined"), "y": Known("active")},
            ["HTTP 503 after 4 tries; older answers were used (x)"],
        )


@pytest.mark.parametrize(
    "body",
    [
        b'<html>Log in to the network first. <a href="/">Log in</a></html>',
        b'<html><a href="/files/y-1.0.tar.gz">y-1.0.tar.gz</a></html>',
        b'{"message": "no"}',
        b'{"name": "y", "files": []}',
        b'{"files": [], "project-status": {"status": 7}}',
        b'{"files": [], "project-status": "archived"}',
        b"",
        b"[]",
    ],
)
def test_a_page_that_is_none_of_an_index_is_a_failure_and_no_status(http: Http, body: bytes) -> None:
    with Upstream(replies={"/simple/x/": Reply(body=body)}) as upstream:
        known, (failed,) = asked(a_context(http, upstream.url, MemoryCache()), X)
    assert known == {}
    assert failed.startswith("a broken answer (")


@pytest.mark.parametrize(
    "body",
    [
        b'<html><a href="/files/X-1.0.tar.gz#sha256=0"> X-1.0.tar.gz </a></html>',
        b'<html><meta name="pypi:repository-version" content="1.0"></html>',
        b'{"name": "X", "files": []}',
        b'{"files": [], "project-status": {}}',
    ],
)
def test_a_page_of_the_project_that_states_nothing_means_an_active_one(http: Http, body: bytes) -> None:
    with Upstream(replies={"/simple/x/": Reply(body=body)}) as upstream:
        assert asked(a_context(http, upstream.url, MemoryCache()), X) == ({"x": Known("active")}, [])
