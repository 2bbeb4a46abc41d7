"""The index's JSON API as a source."""

import json

import pytest

from pysentry_hook.cache import MemoryCache
from pysentry_hook.sources.pypi import NOT_KNOWN, Pypi
from tests.builders import a_package, a_record
from tests.sources.conftest import LATER, NOW, MakeContext
from tests.upstream import Reply, Upstream

PATH = "/pypi/requests/2.30.0/json"


def test_what_the_index_lists_affects_the_version_that_was_asked_for(make_context: MakeContext) -> None:
    with Upstream([a_record(fixed="2.31", aliases=["CVE-2099-1"])]) as upstream:
        answer = Pypi(make_context(upstream.url)).ask([a_package()])
    (advisory,) = answer.advisories
    assert advisory.affected[0].versions == {"2.30.0"}
    assert advisory.affected[0].ranges == ()
    assert advisory.stated_fixes == ("2.31",)
    assert advisory.partial
    assert advisory.aliases == ("CVE-2099-1",)
    assert answer.answered == {a_package()}


def test_a_version_that_the_index_does_not_know_is_unknown_and_never_clean(make_context: MakeContext) -> None:
    with Upstream(unknown=["requests"]) as upstream:
        answer = Pypi(make_context(upstream.url)).ask([a_package(), a_package("flask", "1.0")])
    assert answer.unknown == {a_package(): NOT_KNOWN}
    assert answer.answered == {a_package("flask", "1.0")}
    assert not answer.failures


def test_a_fresh_answer_is_not_asked_for_and_a_stale_one_with_its_etag(make_context: MakeContext) -> None:
    cache = MemoryCache()
    with Upstream([a_record()]) as upstream:
        first = Pypi(make_context(upstream.url, cache=cache)).ask([a_package()])
        upstream.forget()
        assert Pypi(make_context(upstream.url, cache=cache)).ask([a_package()]) == first
        assert upstream.requests == []

        again = Pypi(make_context(upstream.url, cache=cache, now=LATER)).ask([a_package()])
        assert upstream.headers[0]["if-none-match"].startswith('"')
        assert again.advisories == first.advisories
        assert again.data.as_of == LATER

        upstream.forget()
        Pypi(make_context(upstream.url, cache=cache, now=LATER)).ask([a_package()])
        assert upstream.requests == []


def test_a_withdrawn_vulnerability_says_so(make_context: MakeContext) -> None:
    with Upstream([a_record(withdrawn="2099-02-01T00:00:00Z")]) as upstream:
        answer = Pypi(make_context(upstream.url)).ask([a_package()])
    assert answer.advisories[0].withdrawn == "2099-02-01T00:00:00Z"


@pytest.mark.parametrize("withdrawn", [False, "no", "", 7])
def test_a_withdrawn_that_is_no_time_withdraws_nothing(withdrawn: object, make_context: MakeContext) -> None:
    body = json.dumps({"vulnerabilities": [{"id": "PYSEC-2099-1", "withdrawn": withdrawn}]}).encode()
    with Upstream(replies={PATH: Reply(200, body)}) as upstream:
        answer = Pypi(make_context(upstream.url)).ask([a_package()])
    assert answer.advisories[0].withdrawn is None


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"{}",
        b'{"vulnerabilities": null}',
        b'{"vulnerabilities": ["PYSEC"]}',
        b'{"vulnerabilities": [{"aliases": []}]}',
        b'{"vulnerabilities": [{"id": 7}]}',
        b'{"vulnerabilities": [{"id": "PYSEC-1", "fixed_in": "2"}]}',
        b'{"info": {"name": "requests", "version": "2.30.1"}, "vulnerabilities": []}',
        b'{"info": {"name": "request", "version": "2.30.0"}, "vulnerabilities": []}',
        b'{"info": {"name": "requests", "version": null}, "vulnerabilities": []}',
        b'{"vulnerabilities": ' + b"[" * 100_000,
    ],
)
def test_a_list_of_the_wrong_shape_is_a_failure_and_no_empty_answer(body: bytes, make_context: MakeContext) -> None:
    with Upstream(replies={PATH: Reply(200, body)}) as upstream:
        answer = Pypi(make_context(upstream.url)).ask([a_package()])
    assert not answer.answered
    assert "a broken answer" in answer.failures[0].detail


def test_an_answer_may_write_name_and_version_in_another_way(make_context: MakeContext) -> None:
    body = b'{"info": {"name": "Requests", "version": "v2.30"}, "vulnerabilities": []}'
    with Upstream(replies={PATH: Reply(200, body)}) as upstream:
        assert Pypi(make_context(upstream.url)).ask([a_package()]).answered == {a_package()}


def test_not_modified_without_a_memory_is_a_failure(make_context: MakeContext) -> None:
    with Upstream(replies={PATH: Reply(304)}) as upstream:
        answer = Pypi(make_context(upstream.url)).ask([a_package()])
    assert not answer.answered
    assert answer.failures[0].detail == "HTTP 304 (requests 2.30.0)"


@pytest.mark.parametrize("planted", [b"no JSON", b"7", b"{}", b'{"vulnerabilities": 7, "etag": null}', b"[[]]"])
def test_a_cached_answer_of_the_wrong_shape_counts_as_none(planted: bytes, make_context: MakeContext) -> None:
    cache = MemoryCache()
    with Upstream([a_record()]) as upstream:
        Pypi(make_context(upstream.url, cache=cache)).ask([a_package()])
        for key in list(cache._entries):
            cache.put(key, planted, stored=NOW.timestamp())
        answer = Pypi(make_context(upstream.url, cache=cache)).ask([a_package()])
    assert len(answer.advisories) == 1


def test_the_version_is_quoted_in_the_path(make_context: MakeContext) -> None:
    with Upstream() as upstream:
        Pypi(make_context(f"{upstream.url}/pypi/")).ask([a_package("torch", "2.6.0+cu124")])
        assert upstream.requests[0].path == "/pypi/torch/2.6.0%2Bcu124/json"
