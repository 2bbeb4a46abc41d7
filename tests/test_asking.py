"""Who is asked about what: secrets stay here, required sources decide, failures name packages."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pysentry_hook.asking import Asker
from pysentry_hook.cache import MemoryCache
from pysentry_hook.http import Http, Limits
from tests.builders import a_dependency, a_folder_of_records, a_package, a_record
from tests.config.settling import in_environment
from tests.upstream import Fault, Upstream

NOW = datetime(2099, 3, 1, tzinfo=UTC)
CORP = "https://pypi.corp.example/simple"
PYPI = "https://pypi.org/simple"
REQUESTS = a_dependency(indexes=[PYPI])

MakeAsker = Callable[..., Asker]


@pytest.fixture
def make_asker() -> Iterator[MakeAsker]:
    opened: list[Http] = []

    def make(upstream: Upstream, environment: Mapping[str, str] | None = None, **flags: Any) -> Asker:
        urls = tuple(upstream.options[1::2])
        opened.append(Http(Limits(connect=2, read=2, overall=20, at_once=8, first_wait=0.001)))
        return Asker(
            in_environment(environment or {}, service_urls=urls, **flags),
            http=opened[-1],
            cache=MemoryCache(),
            now=NOW,
        )

    yield make
    for http in opened:
        http.close()


def test_every_source_is_asked_and_all_advisories_are_returned(make_asker: MakeAsker) -> None:
    with Upstream([a_record(fixed="2.31")]) as upstream:
        answers = make_asker(upstream).ask([REQUESTS])
    assert sorted(advisory.source for advisory in answers.advisories) == ["osv", "pypa", "pypi"]
    assert [data.source for data in answers.data] == ["pypa", "pypi", "osv"]
    assert not answers.unanswered
    assert answers.why_unchecked(REQUESTS) is None


def test_two_inputs_that_lock_the_same_version_ask_once(make_asker: MakeAsker) -> None:
    with Upstream([a_record()]) as upstream:
        make_asker(upstream).ask([REQUESTS, a_dependency(place=9), a_dependency(groups=["dev"])])
        assert len(upstream.asked("/pypi/")) == 1


@pytest.mark.parametrize("pattern", ["acme-secret", "Acme_Secret", "acme.*", "ACME_*"])
def test_a_private_name_is_in_no_request_and_is_never_matched(pattern: str, make_asker: MakeAsker) -> None:
    secret = a_dependency("acme-secret", "1.0", indexes=[PYPI])
    with Upstream([a_record(package="acme-secret")]) as upstream:
        asker = make_asker(upstream, {"PYSENTRY_HOOK_SOURCES_PRIVATE": pattern})
        answers = asker.ask([REQUESTS, secret])
        asker.ask_candidates([a_package("acme-secret", "2.0"), a_package()])
        assert upstream.mentions("requests")
        assert not upstream.mentions("acme")
    assert answers.never_matched == {a_package("acme-secret", "1.0")}
    # what is here already is kept: of malware with such a name a scan warns
    assert [advisory.source for advisory in answers.advisories] == ["pypa"]
    assert "declared private" in (answers.why_unchecked(secret) or "")
    assert not answers.unanswered


def test_a_name_of_an_unknown_index_is_in_no_request_and_matched_with_what_is_here(make_asker: MakeAsker) -> None:
    foreign = a_dependency("corp-tool", "1.0", indexes=[PYPI, CORP])
    with Upstream([a_record(package="corp-tool")]) as upstream:
        asker = make_asker(upstream)
        answers = asker.ask([REQUESTS, foreign])
        asker.ask_candidates([a_package("corp-tool", "2.0"), a_package("requests", "2.31")])
        assert upstream.mentions("2.31")
        assert not upstream.mentions("corp")
    assert [(advisory.source, advisory.id) for advisory in answers.advisories] == [("pypa", "PYSEC-2099-1")]
    assert "comes from pypi.corp.example, which is not a known mirror" in (answers.why_unchecked(foreign) or "")
    assert answers.never_matched == frozenset()
    assert answers.hints == (f'If that index serves what PyPI serves: [sources] mirrors = ["{CORP}"]',)


def test_the_configured_index_decides_where_the_input_names_none(make_asker: MakeAsker) -> None:
    with Upstream() as upstream:
        answers = make_asker(upstream, {"PIP_INDEX_URL": "https://user:hunter2@pypi.corp.example/simple"}).ask(
            [a_dependency("corp-tool", "1.0")]
        )
        assert not upstream.mentions("corp")
    assert "hunter2" not in str((answers.refused, answers.hints))
    assert answers.refused


def test_a_declared_mirror_may_be_asked_about(make_asker: MakeAsker) -> None:
    with Upstream([a_record(package="corp-tool")]) as upstream:
        asker = make_asker(upstream, {"PYSENTRY_HOOK_SOURCES_MIRRORS": CORP})
        answers = asker.ask([a_dependency("corp-tool", "1.0", indexes=[CORP])])
        assert upstream.mentions("corp-tool")
    assert answers.refused == {}
    assert len(answers.advisories) == 3


def test_an_unknown_index_is_no_matter_where_only_local_data_are_required(make_asker: MakeAsker) -> None:
    with Upstream([a_record(package="corp-tool")]) as upstream:
        asker = make_asker(upstream, sources=("pypa",))
        answers = asker.ask([a_dependency("corp-tool", "1.0", indexes=[CORP])])
    assert answers.refused == {}
    assert len(answers.advisories) == 1


@pytest.mark.parametrize("path", ["/v1/querybatch", "/v1/vulns/"])
def test_a_required_source_that_failed_leaves_its_packages_unchecked(path: str, make_asker: MakeAsker) -> None:
    flask = a_dependency("flask", "1.0")
    with Upstream([a_record()], faults=[Fault(path)]) as upstream:
        answers = make_asker(upstream).ask([REQUESTS, flask])
    assert answers.unanswered
    assert answers.why_unchecked(REQUESTS) == "osv gave no answer"
    assert answers.why_unchecked(flask) == ("osv gave no answer" if path == "/v1/querybatch" else None)
    (failure,) = answers.failures
    assert failure.name == "osv"
    assert "requests 2.30.0" in failure.detail
    assert len(answers.advisories) == 2, "what the other sources know is told all the same"


@pytest.mark.parametrize("source", ["pypa", "pypi"])
def test_a_further_source_that_failed_is_told_and_leaves_nothing_unchecked(source: str, make_asker: MakeAsker) -> None:
    with Upstream([a_record()], refused=[source]) as upstream:
        asker = make_asker(upstream)
        answers = asker.complete(asker.ask([REQUESTS]))
    with_status = {"pypi": ["pypi", "status"]}  # the index is asked for both
    assert [failure.name for failure in answers.failures] == with_status.get(source, [source])
    assert not answers.unanswered
    assert answers.why_unchecked(REQUESTS) is None


@pytest.mark.parametrize("source", ["pypa", "pypi", "osv"])
def test_any_source_may_be_required(source: str, make_asker: MakeAsker) -> None:
    with Upstream([a_record()], refused=[source]) as upstream:
        answers = make_asker(upstream, {"PYSENTRY_HOOK_SOURCES_REQUIRED": source}).ask([REQUESTS])
    assert answers.why_unchecked(REQUESTS) == f"{source} gave no answer"


def test_without_osv_every_enabled_source_is_required(make_asker: MakeAsker) -> None:
    for refused in ("pypa", "pypi"):
        with Upstream([a_record()], refused=[refused]) as upstream:
            answers = make_asker(upstream, sources=("pypa", "pypi")).ask([REQUESTS])
        assert answers.unanswered


def test_what_pypi_does_not_know_is_told_where_it_is_not_required(make_asker: MakeAsker) -> None:
    with Upstream(unknown=["requests"]) as upstream:
        answers = make_asker(upstream).ask([REQUESTS])
    assert [(entry.source, entry.package, entry.version) for entry in answers.not_known] == [
        ("pypi", "requests", "2.30.0")
    ]
    assert answers.why_unchecked(REQUESTS) is None


def test_what_pypi_does_not_know_is_unchecked_where_it_is_required(make_asker: MakeAsker) -> None:
    with Upstream(unknown=["requests"]) as upstream:
        answers = make_asker(upstream, sources=("pypi",)).ask([REQUESTS])
    assert answers.why_unchecked(REQUESTS) == "PyPI does not know this version"
    assert not answers.unanswered
    assert not answers.not_known


def test_a_database_replaces_the_services_and_is_required(make_asker: MakeAsker, tmp_path: Path) -> None:
    folder = a_folder_of_records(tmp_path / "db", a_record(package="corp-tool"))
    with Upstream() as upstream:
        asker = make_asker(upstream, advisory_db=(str(folder),))
        answers = asker.ask([a_dependency("corp-tool", "1.0", indexes=[CORP]), REQUESTS])
        assert upstream.requests == []
    assert len(answers.advisories) == 1
    assert not answers.unanswered
    assert not answers.refused


def test_a_database_that_cannot_be_read_leaves_everything_unchecked(make_asker: MakeAsker, tmp_path: Path) -> None:
    (tmp_path / "db.zip").write_bytes(b"no zip")
    with Upstream() as upstream:
        answers = make_asker(upstream, advisory_db=(str(tmp_path / "db.zip"),)).ask([REQUESTS])
    assert answers.unanswered
    assert answers.why_unchecked(REQUESTS) == "database gave no answer"


def test_a_candidate_that_a_required_source_failed_on_is_not_answered(make_asker: MakeAsker) -> None:
    with Upstream([a_record(introduced="2.31")]) as upstream:
        asker = make_asker(upstream)
        asker.ask([REQUESTS])
        upstream.faults.append(Fault("/v1/vulns/"))
        _, answered = asker.ask_candidates([a_package("requests", "2.30.1"), a_package("requests", "2.31")])
    assert answered == {a_package("requests", "2.30.1")}
