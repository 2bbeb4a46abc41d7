"""The OSV service as a source, against a server that pages, fails and lies."""

import json
from collections.abc import Mapping
from typing import cast

import pytest

from pysentry_hook.advisories import SourceAnswer
from pysentry_hook.cache import MemoryCache
from pysentry_hook.sources.osv import BATCH, Osv
from tests.builders import a_package, a_record
from tests.sources.conftest import LATER, NOW, MakeContext
from tests.upstream import Fault, Reply, Upstream

GHSA = "GHSA-aaaa-bbbb-cccc"
OTHER = "GHSA-dddd-eeee-ffff"


def ids(answer: SourceAnswer) -> list[str]:
    return [advisory.id for advisory in answer.advisories]


def details(answer: SourceAnswer) -> str:
    return "\n".join(failure.detail for failure in answer.failures)


def test_the_records_about_a_version_are_returned_whole(make_context: MakeContext) -> None:
    with Upstream([a_record(GHSA, fixed="2.31"), a_record(OTHER, "flask")]) as upstream:
        answer = Osv(make_context(upstream.url)).ask([a_package()])
    assert ids(answer) == [GHSA]
    assert answer.answered == {a_package()}
    assert answer.advisories[0].details == "A flaw in requests."
    assert answer.data.as_of == NOW
    assert not answer.failures


def test_every_page_is_followed(make_context: MakeContext) -> None:
    records = [a_record(f"GHSA-aaaa-bbbb-{number:04}") for number in range(7)]
    with Upstream(records, page_size=2) as upstream:
        answer = Osv(make_context(upstream.url)).ask([a_package(), a_package("flask", "1.0")])
        pages = [len(json.loads(request.body)["queries"]) for request in upstream.asked("/v1/querybatch")]
    assert ids(answer) == [record["id"] for record in records]
    assert pages == [2, 1, 1, 1]


def test_a_page_that_holds_only_a_token_is_followed(make_context: MakeContext) -> None:
    with Upstream([a_record(GHSA)], faults=[Fault("/v1/querybatch", "endless", first=3)]) as upstream:
        upstream.page_size = None
        answer = Osv(make_context(upstream.url)).ask([a_package()])
        tokens = [json.loads(request.body)["queries"][0].get("page_token") for request in upstream.asked("/v1/query")]
    assert len(set(tokens)) == 4
    assert answer.answered == {a_package()}


def test_pages_without_end_are_a_failure_of_every_package_that_waits(make_context: MakeContext) -> None:
    with Upstream(faults=[Fault("/v1/querybatch", "endless")]) as upstream:
        answer = Osv(make_context(upstream.url)).ask([a_package()])
        assert len(upstream.requests) == 200
    assert not answer.answered
    assert "does not end after 200 pages (requests 2.30.0)" in details(answer)


def test_a_page_that_leads_to_itself_is_told_as_that(make_context: MakeContext) -> None:
    again = json.dumps({"results": [{"next_page_token": "1"}]}).encode()
    with Upstream(replies={"/v1/querybatch": Reply(200, again)}) as upstream:
        answer = Osv(make_context(upstream.url)).ask([a_package()])
        assert len(upstream.requests) == 2
    assert not answer.answered
    assert details(answer) == "a page of the answer leads to itself (requests 2.30.0)"


def test_no_batch_is_larger_than_the_service_takes(make_context: MakeContext) -> None:
    packages = [a_package(f"p{number}", "1") for number in range(BATCH + 1)]
    with Upstream([a_record(GHSA, f"p{BATCH}")]) as upstream:
        answer = Osv(make_context(upstream.url)).ask(packages)
        assert len(upstream.asked("/v1/querybatch")) == 2
    assert ids(answer) == [GHSA]
    assert answer.answered == frozenset(packages)


def test_a_withdrawn_record_that_the_service_still_lists_stays_withdrawn(make_context: MakeContext) -> None:
    record = a_record(GHSA, withdrawn="2099-02-01T00:00:00Z")
    listed = json.dumps({"results": [{"vulns": [{"id": GHSA, "modified": record["modified"]}]}]}).encode()
    with Upstream([record], replies={"/v1/querybatch": Reply(200, listed)}) as upstream:
        answer = Osv(make_context(upstream.url)).ask([a_package()])
    assert answer.advisories[0].withdrawn == "2099-02-01T00:00:00Z"


def test_a_second_ask_makes_no_request_while_the_answer_is_fresh(make_context: MakeContext) -> None:
    cache = MemoryCache()
    with Upstream([a_record(GHSA)]) as upstream:
        first = Osv(make_context(upstream.url, cache=cache)).ask([a_package()])
        upstream.forget()
        second = Osv(make_context(upstream.url, cache=cache)).ask([a_package()])
        assert upstream.requests == []
    assert first == second


def test_a_stale_answer_is_asked_again_and_unchanged_records_are_not(make_context: MakeContext) -> None:
    cache = MemoryCache()
    with Upstream([a_record(GHSA), a_record(OTHER)]) as upstream:
        Osv(make_context(upstream.url, cache=cache)).ask([a_package()])
        upstream.records[0] = {**a_record(GHSA, fixed="9"), "modified": "2099-02-01T00:00:00Z"}
        upstream.forget()
        answer = Osv(make_context(upstream.url, cache=cache, now=LATER)).ask([a_package()])
        assert sorted(request.path for request in upstream.requests) == ["/v1/querybatch", f"/v1/vulns/{GHSA}"]
    assert str(answer.advisories[0].affected[0].ranges[0][1].version) == "9"


def test_a_record_older_than_announced_is_used_and_not_remembered(make_context: MakeContext) -> None:
    cache = MemoryCache()
    listed = json.dumps({"results": [{"vulns": [{"id": GHSA, "modified": "2099-02-01T00:00:00Z"}]}]}).encode()
    with Upstream([a_record(GHSA)], replies={"/v1/querybatch": Reply(200, listed)}) as upstream:
        for _ in range(2):
            answer = Osv(make_context(upstream.url, cache=cache)).ask([a_package()])
            assert ids(answer) == [GHSA]
        assert len(upstream.asked("/v1/vulns/")) == 2


def test_a_record_that_could_not_be_had_is_named_and_is_the_only_one_to_be_asked_for_again(
    make_context: MakeContext,
) -> None:
    cache = MemoryCache()
    faults = [Fault("/v1/vulns/", "half", only=[GHSA])]
    with Upstream([a_record(GHSA), a_record(OTHER, "flask")], faults=faults) as upstream:
        packages = [a_package(), a_package("flask", "1.0")]
        broken = Osv(make_context(upstream.url, cache=cache)).ask(packages)
        assert broken.answered == {a_package("flask", "1.0")}
        assert ids(broken) == [OTHER]
        assert GHSA in details(broken)
        assert "(requests 2.30.0)" in details(broken)

        upstream.faults.clear()
        upstream.forget()
        healthy = Osv(make_context(upstream.url, cache=cache)).ask(packages)
        assert ids(healthy) == [GHSA, OTHER]
        assert healthy.answered == frozenset(packages)
        assert [request.path for request in upstream.requests] == [f"/v1/vulns/{GHSA}"]


@pytest.mark.parametrize(
    "result",
    [
        {"vulns": [{"modified": "x"}]},
        {"vulns": {"id": 1}},
        {"vulns": ["GHSA"]},
        {"next_page_token": 7},
        "nothing",
        [],
    ],
)
def test_a_result_of_the_wrong_shape_is_a_failure_and_no_empty_answer(
    result: object, make_context: MakeContext
) -> None:
    answer = json.dumps({"results": [result]}).encode()
    with Upstream(replies={"/v1/querybatch": Reply(200, answer)}) as upstream:
        got = Osv(make_context(upstream.url)).ask([a_package()])
    assert not got.answered
    assert "a broken answer" in details(got)


def test_an_answer_with_too_few_results_is_a_failure(make_context: MakeContext) -> None:
    with Upstream(replies={"/v1/querybatch": Reply(200, b'{"results": [{}]}')}) as upstream:
        answer = Osv(make_context(upstream.url)).ask([a_package(), a_package("flask", "1.0")])
    assert not answer.answered


def test_a_page_nested_beyond_reason_is_a_failure_and_no_crash(make_context: MakeContext) -> None:
    with Upstream(replies={"/v1/querybatch": Reply(200, b"[" * 200_000)}) as upstream:
        answer = Osv(make_context(upstream.url)).ask([a_package()])
    assert not answer.answered


def test_records_that_fail_alike_are_one_failure_that_names_some(make_context: MakeContext) -> None:
    records = [a_record(f"GHSA-aaaa-bbbb-000{number}") for number in range(5)]
    with Upstream(records, faults=[Fault("/v1/vulns/", "status", status=403)]) as upstream:
        answer = Osv(make_context(upstream.url)).ask([a_package()])
    named = ", ".join(record["id"] for record in records[:3])
    assert details(answer) == f"HTTP 403 for {named} and 2 more (requests 2.30.0)"


def test_an_id_cannot_lead_to_another_path_of_the_service(make_context: MakeContext) -> None:
    listed = b'{"results": [{"vulns": [{"id": "../../admin?x=1", "modified": "m"}]}]}'
    with Upstream(replies={"/v1/querybatch": Reply(200, listed)}) as upstream:
        answer = Osv(make_context(upstream.url)).ask([a_package()])
        assert upstream.requests[1].path == "/v1/vulns/..%2F..%2Fadmin%3Fx%3D1"
    assert not answer.answered


def test_a_damaged_record_is_named_and_its_versions_count(make_context: MakeContext) -> None:
    record = a_record(GHSA, events=[{"introduced": "0"}, {"fixed": "not a version"}], versions=["2.30.0"])
    with Upstream([record]) as upstream:
        answer = Osv(make_context(upstream.url)).ask([a_package()])
    assert answer.data.damaged_records == (GHSA,)
    assert answer.advisories[0].affected[0].versions == {"2.30.0"}
    assert answer.answered == {a_package()}


@pytest.mark.parametrize("ranges", [[], [{"type": "GIT", "events": [{"introduced": "0"}]}]])
def test_a_record_that_is_named_and_says_of_no_version_that_it_is_affected_is_no_answer(
    ranges: list[object], make_context: MakeContext
) -> None:
    silent = a_record(GHSA, events=[])
    silent["affected"][0]["ranges"] = ranges
    with Upstream([silent], replies={"/v1/querybatch": _naming(silent)}) as upstream:
        answer = Osv(make_context(upstream.url)).ask([a_package()])
    assert not answer.answered
    assert details(answer) == f"the record says of no version that it is affected for {GHSA} (requests 2.30.0)"


@pytest.mark.parametrize(
    "record",
    [
        a_record(GHSA, events=[], withdrawn="2099-02-01T00:00:00Z"),
        a_record(GHSA, events=[{"introduced": "0"}, {"last_affected": "4.1.0-NA"}]),
        a_record(GHSA, "flask", events=[]),
    ],
    ids=["withdrawn", "a bound that is no version", "of another package"],
)
def test_a_record_that_says_something_or_nothing_any_more_is_an_answer(
    record: dict[str, object], make_context: MakeContext
) -> None:
    with Upstream([record], replies={"/v1/querybatch": _naming(record)}) as upstream:
        answer = Osv(make_context(upstream.url)).ask([a_package()])
    assert answer.answered == {a_package()}


def _naming(record: Mapping[str, object]) -> Reply:
    """An answer of the service that names a record for the one version that is asked about."""
    return Reply(
        200, json.dumps({"results": [{"vulns": [{"id": record["id"], "modified": record["modified"]}]}]}).encode()
    )


@pytest.mark.parametrize("planted", [b"no JSON", b"7", b"[7]", b"[[1]]", b"{}x", b"[" * 100_000])
def test_a_cached_answer_of_the_wrong_shape_counts_as_none(planted: bytes, make_context: MakeContext) -> None:
    cache = MemoryCache()
    with Upstream([a_record(GHSA)]) as upstream:
        Osv(make_context(upstream.url, cache=cache)).ask([a_package()])
        for key in cast("dict[str, object]", cache._entries):
            cache.put(key, planted, stored=NOW.timestamp())
        answer = Osv(make_context(upstream.url, cache=cache)).ask([a_package()])
    assert ids(answer) == [GHSA]


def test_offline_the_cached_answer_is_used_and_its_age_is_told(make_context: MakeContext) -> None:
    cache = MemoryCache()
    with Upstream([a_record(GHSA)]) as upstream:
        Osv(make_context(upstream.url, cache=cache)).ask([a_package()])
        upstream.forget()
        osv = Osv(make_context(upstream.url, cache=cache, now=LATER, offline=True))
        answer = osv.ask([a_package(), a_package("flask", "1.0")])
        assert upstream.requests == []
    assert answer.answered == {a_package()}
    assert answer.data.stale
    assert answer.data.as_of == NOW
    assert details(answer) == "not asked, because of --offline (flask 1.0)"


def test_a_failure_names_ten_packages_and_counts_the_rest(make_context: MakeContext) -> None:
    packages = [a_package(f"p{number:02}", "1") for number in range(12)]
    with Upstream(refused=["osv"]) as upstream:
        answer = Osv(make_context(upstream.url_of("osv"))).ask(packages)
    assert "p09 1 and 2 more)" in details(answer)
    assert "p10" not in details(answer)


def test_the_address_in_a_report_holds_no_credentials(make_context: MakeContext) -> None:
    with Upstream() as upstream:
        url = upstream.url.replace("://", "://user:hunter2@") + "/v1/"
        answer = Osv(make_context(url)).ask([a_package()])
        assert upstream.asked("/v1/querybatch")
    assert answer.data.url == upstream.url
