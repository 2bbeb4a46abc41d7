"""The PyPA archive as a source."""

import io
import zipfile
from pathlib import Path

import pytest

from pysentry_hook.cache import DiskCache, MemoryCache
from pysentry_hook.sources.pypa import Pypa
from tests.builders import a_package, a_record
from tests.sources.conftest import LATER, NOW, MakeContext
from tests.upstream import Reply, Request, Upstream


def a_pypa_zip(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(f"advisory-database-main/vulns/{name}", content)
    return file.getvalue()


def test_the_records_of_the_packages_that_are_asked_for_are_returned(make_context: MakeContext) -> None:
    with Upstream([a_record(fixed="2.31"), a_record("PYSEC-2099-2", "flask")]) as upstream:
        answer = Pypa(make_context(upstream.url_of("pypa"))).ask([a_package()])
        assert [request.path for request in upstream.requests] == ["/pypa.zip"]
    assert [advisory.id for advisory in answer.advisories] == ["PYSEC-2099-1"]
    assert answer.answered == {a_package()}
    assert answer.data.as_of == NOW


def test_the_archive_is_loaded_once_and_then_only_if_it_changed(make_context: MakeContext) -> None:
    cache = MemoryCache()
    with Upstream([a_record()]) as upstream:
        url = upstream.url_of("pypa")
        Pypa(make_context(url, cache=cache)).ask([a_package()])
        upstream.forget()
        Pypa(make_context(url, cache=cache)).ask([a_package()])
        assert upstream.requests == []

        unchanged = Pypa(make_context(url, cache=cache, now=LATER)).ask([a_package()])
        assert upstream.headers[0]["if-none-match"].startswith('"')
        assert unchanged.data.as_of == LATER

        upstream.records.append(a_record("PYSEC-2099-2"))
        changed = Pypa(make_context(url, cache=cache, now=LATER.replace(day=9))).ask([a_package()])
        assert len(upstream.requests) == 2
    assert [advisory.id for advisory in changed.advisories] == ["PYSEC-2099-1", "PYSEC-2099-2"]


def test_withdrawn_records_are_there_and_say_so(make_context: MakeContext) -> None:
    with Upstream([a_record(withdrawn="2099-02-01T00:00:00Z")]) as upstream:
        answer = Pypa(make_context(upstream.url_of("pypa"))).ask([a_package()])
    assert answer.advisories[0].withdrawn == "2099-02-01T00:00:00Z"


@pytest.mark.parametrize(
    "archive", [a_pypa_zip({"../README.md": b"moved"}), b"PK\x03\x04 broken PK\x05\x06" + bytes(18)]
)
def test_a_zip_without_records_is_a_failure_that_heals(archive: bytes, make_context: MakeContext) -> None:
    cache = MemoryCache()
    with Upstream([a_record()], archive=archive) as upstream:
        url = upstream.url_of("pypa")
        assert not Pypa(make_context(url, cache=cache)).ask([a_package()]).answered
        upstream.archive = None
        healthy = Pypa(make_context(url, cache=cache)).ask([a_package()])
    assert len(healthy.advisories) == 1


def test_an_archive_that_is_not_there_is_not_asked_for_four_times(make_context: MakeContext) -> None:
    with Upstream(replies={"/pypa.zip": Reply(404)}) as upstream:
        answer = Pypa(make_context(upstream.url_of("pypa"))).ask([a_package()])
        assert len(upstream.requests) == 1
    assert answer.failures[0].detail.startswith("HTTP 404")


def test_a_damaged_member_is_named_and_the_others_count(make_context: MakeContext) -> None:
    good = b"id: PYSEC-2099-2\naffected: [{package: {name: requests, ecosystem: PyPI}, versions: ['1.10']}]\n"
    archive = a_pypa_zip({
        "requests/PYSEC-2099-1.yaml": b"id: [unclosed",
        "requests/PYSEC-2099-2.yaml": good,
        "flask/PYSEC-2099-3.yaml": b"\x00",
    })  # fmt: skip
    with Upstream(archive=archive) as upstream:
        answer = Pypa(make_context(upstream.url_of("pypa"))).ask([a_package()])
    assert answer.data.damaged_records == ("PYSEC-2099-1",)
    assert answer.advisories[0].affected[0].versions == {"1.10"}


def test_an_archive_that_proves_to_be_damaged_is_loaded_anew_by_the_next_run(make_context: MakeContext) -> None:
    cache = MemoryCache()
    with Upstream([a_record(), a_record("PYSEC-2099-2", "flask")]) as upstream:
        url = upstream.url_of("pypa")
        whole = upstream.answer(Request("GET", "/pypa.zip", b""), {}).body
        place = whole.index(b"requests/PYSEC-2099-1.yaml") + 40
        upstream.archive = whole[:place] + bytes(20) + whole[place + 20 :]
        assert Pypa(make_context(url, cache=cache)).ask([a_package("flask", "1.0")]).answered
        damaged = Pypa(make_context(url, cache=cache)).ask([a_package()])
        assert damaged.failures[0].detail.startswith("is a damaged zip archive (")
        upstream.archive = None
        assert len(Pypa(make_context(url, cache=cache)).ask([a_package()]).advisories) == 1


def test_a_cache_that_lost_the_archive_loads_it_again(make_context: MakeContext) -> None:
    cache = MemoryCache()
    with Upstream([a_record(), a_record("PYSEC-2099-2", "flask")]) as upstream:
        url = upstream.url_of("pypa")
        Pypa(make_context(url, cache=cache)).ask([a_package()])
        cache._archives.clear()
        answer = Pypa(make_context(url, cache=cache)).ask([a_package("flask", "1.0")])
    assert [advisory.id for advisory in answer.advisories] == ["PYSEC-2099-2"]


def test_a_cache_that_lost_an_archive_which_changed_meanwhile_heals_with_the_next_run(
    make_context: MakeContext,
) -> None:
    cache = MemoryCache()
    with Upstream([a_record(), a_record("PYSEC-2099-2", "flask")]) as upstream:
        url = upstream.url_of("pypa")
        Pypa(make_context(url, cache=cache)).ask([a_package()])
        cache._archives.clear()
        upstream.records.append(a_record("PYSEC-2099-3", "flask"))
        broken = Pypa(make_context(url, cache=cache)).ask([a_package("flask", "1.0")])
        assert not broken.answered
        assert "run again" in broken.failures[0].detail
        healed = Pypa(make_context(url, cache=cache)).ask([a_package("flask", "1.0")])
    assert [advisory.id for advisory in healed.advisories] == ["PYSEC-2099-2", "PYSEC-2099-3"]


@pytest.mark.parametrize("planted", [b"no JSON", b"{}", b'["../../victim", null]', b'[["a"], 1]'])
def test_a_planted_state_is_no_path_and_no_answer(planted: bytes, make_context: MakeContext, tmp_path: Path) -> None:
    victim = tmp_path / "victim.zip"
    victim.write_bytes(b"mine")
    said: list[str] = []
    cache = DiskCache(tmp_path / "cache", said.append)
    (tmp_path / "cache" / "archives").mkdir()
    with Upstream([a_record()]) as upstream:
        source = Pypa(make_context(upstream.url_of("pypa"), cache=cache, offline=False))
        cache.put(source._remote._key, planted, stored=NOW.timestamp())
        answer = source.ask([a_package()])
    cache.close()
    assert len(answer.advisories) == 1
    assert victim.read_bytes() == b"mine"
    assert said == []


def test_offline_without_an_archive_is_a_failure(make_context: MakeContext) -> None:
    with Upstream([a_record()]) as upstream:
        answer = Pypa(make_context(upstream.url_of("pypa"), offline=True)).ask([a_package()])
        assert upstream.requests == []
    assert answer.failures[0].detail == "not asked, because of --offline (the archive, so every package)"
