"""Real projects: a database that was synced and the services online find the same, and exactly what is expected."""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.builders import a_uv_lock
from tests.conftest import Run
from tests.e2e.corpus import ADVISORIES, MERGED, Project, compare, expected, index, inputs, key_of, marks, records
from tests.upstream import Upstream

pytestmark = marks


@pytest.fixture(scope="module")
def upstream() -> Iterator[Upstream]:
    """Serve the archive of the newer snapshot, and its records and all samples as the export and both services."""
    archive = (ADVISORIES / "pypa-advisory-db-2026-07.zip").read_bytes()
    with Upstream(records(MERGED), archive=archive) as served:
        yield served


@pytest.fixture
def database(run: Run, upstream: Upstream, cache_dir: Path) -> Path:
    """Sync once in this file."""
    file = cache_dir / "synced.db"
    if not file.exists():
        done = run("db", "sync", file, *upstream.sync_options)
        assert (done.returncode, "(osv 7,441, pypa 7,080)" in done.stdout) == (0, True), done.stderr
    return file


class Both(NamedTuple):
    """Scans of the same project with a database that was synced, and with the services that it was synced from."""

    offline: Mapping[str, Any]
    online: Mapping[str, Any]


@pytest.fixture
def scan(run: Run, cache_dir: Path, upstream: Upstream, database: Path) -> Callable[..., Both]:
    """Scan both ways; neither may miss an answer."""

    def scanned(*words: object) -> Both:
        common = ("report", *words, "--no-resolver", "-f", "json", "--cache-dir", cache_dir)
        ways = (("--offline", "--advisory-db", database), upstream.options)
        both = Both(*(json.loads(run(*common, *way).stdout) for way in ways))
        for report, sources in zip(both, (["database"], ["pypa", "pypi", "osv"]), strict=True):
            asked = [data["source"] for data in report["advisory_data"]]
            assert asked == (sources if report["coverage"]["checked"] else [])
            assert [failure for failure in report["failures"] if failure["kind"] != "input"] == []
        return both

    return scanned


@pytest.mark.parametrize("project", index(), ids=lambda project: project["project"])
def test_the_synced_database_and_the_services_find_the_same(
    scan: Callable[..., Both], projects: Path, project: Project
) -> None:
    both = scan(*inputs(project, projects / project["project"]))
    for report in both:
        compare(report, expected(project, MERGED))
    assert _by_key(both.offline) == _by_key(both.online)


def test_both_know_what_was_withdrawn(scan: Callable[..., Both], upstream: Upstream, tmp_path: Path) -> None:
    withdrawn = {record["id"]: record for record in upstream.records if record.get("withdrawn")}
    assert any(name.startswith("MAL-") for name in withdrawn)
    entries = [entry for record in withdrawn.values() for entry in record["affected"]]
    versions = {(entry["package"]["name"], (*entry.get("versions", ()), "1.0")[0]) for entry in entries}
    (tmp_path / "uv.lock").write_text(a_uv_lock(*sorted(versions)), encoding="utf-8")
    both = scan(tmp_path)
    for report in both:
        assert report["findings"]
        assert not {name for finding in report["findings"] for name in key_of(finding)[2]} & withdrawn.keys()
    assert both.offline["advisory_data"][0]["damaged_records"], "some have a bound that is no version"
    assert _by_key(both.offline) == _by_key(both.online)


def _by_key(report: Mapping[str, Any]) -> dict[object, Mapping[str, Any]]:
    """Every finding without what the index alone says; all else has to agree.

    It has a copy of each record, with its own link among the references.
    """
    return {key_of(finding): _comparable(finding) for finding in report["findings"]}


def _comparable(finding: Mapping[str, Any]) -> Mapping[str, Any]:
    says = [say for say in finding["sources"] if say["source"] != "pypi"]
    links = {f"https://osv.dev/vulnerability/{say['id']}" for say in finding["sources"]}
    return {**finding, "sources": says, "references": [link for link in finding["references"] if link not in links]}
