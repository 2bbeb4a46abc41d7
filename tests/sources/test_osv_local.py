"""Local versions, as the service is asked about them: https://peps.python.org/pep-0440/#local-version-identifiers."""

import json

import pytest

from pysentry_hook.cache import MemoryCache
from pysentry_hook.matching import Knowledge
from pysentry_hook.sources.osv import Osv
from tests.builders import a_package, a_record
from tests.sources.conftest import LATER, MakeContext
from tests.sources.test_osv import GHSA, details
from tests.upstream import Fault, Upstream

LOCAL = a_package("torch", "2.6.0+cu124")


@pytest.mark.parametrize("versions", [["2.6.0"], ["2.6.0+cu124"]])
@pytest.mark.parametrize("events", [[], [{"introduced": "0"}, {"last_affected": "2.6.0"}]])
def test_a_local_version_is_asked_for_as_it_is_and_as_what_it_is_made_of(
    versions: list[str], events: list[dict[str, str]], make_context: MakeContext
) -> None:
    record = a_record(GHSA, "torch", events=events, versions=versions)
    with Upstream([record]) as upstream:
        answer = Osv(make_context(upstream.url)).ask([LOCAL])
        (asked,) = upstream.asked("/v1/querybatch")
    assert [query["version"] for query in json.loads(asked.body)["queries"]] == ["2.6.0+cu124", "2.6.0"]
    assert Knowledge(answer.advisories).affected(LOCAL)
    assert answer.answered == answer.states.keys() == {LOCAL}
    assert answer.states[LOCAL] == (f"{GHSA} {record['modified']}",)


def test_a_local_version_is_not_answered_for_where_what_it_is_made_of_is_not(make_context: MakeContext) -> None:
    cache = MemoryCache()
    with Upstream([a_record(GHSA, "torch")], faults=[Fault("/v1/vulns/", "half")]) as upstream:
        assert not Osv(make_context(upstream.url, cache=cache)).ask([LOCAL]).answered
        upstream.faults.clear()
        assert Osv(make_context(upstream.url, cache=cache)).ask([LOCAL]).answered == {LOCAL}
        upstream.fail(Fault("/v1/querybatch", "half"))
        older = Osv(make_context(upstream.url, cache=cache, now=LATER)).ask([LOCAL])
        assert "older answers were used (torch 2.6.0+cu124)" in details(older)
        new = Osv(make_context(upstream.url)).ask([LOCAL, a_package("torch", "2.6.0")])
    assert not new.answered
    assert "(torch 2.6.0, torch 2.6.0+cu124)" in details(new)
