"""Every fault of every service and database that a scan asks is told with its cause and leaves no trace.

The table is made of the endpoints below and of the faults of faults.py.
"""

import json
import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.builders import a_folder_of_records, a_record, a_uv_lock, a_zip
from tests.conftest import Run
from tests.doors import Door
from tests.e2e.faults import (
    CLOSED,
    DEADLINE,
    HEALING,
    MARGIN,
    OPENING,
    SETTINGS,
    SILENT,
    TRUSTING,
    Done,
    Endpoint,
    during,
    rows_of,
    says,
)
from tests.upstream import Fault, Reply, Upstream

pytestmark = pytest.mark.unmeasured

REQUESTS, FLASK = "requests 2.30.0", "flask 1.0"
BOTH = (REQUESTS, FLASK)
RECORDS = [
    a_record("PYSEC-2099-1", "requests", fixed="9", database_specific={"severity": "LOW"}),
    a_record("PYSEC-2099-2", "flask", fixed="9", database_specific={"severity": "LOW"}),
]
STATUS = '{"meta": {"api-version": "1.4"}, "name": "%s", "files": [], "project-status": {"status": "archived"}}'
NO_JSON = r"a broken answer \(.+\) after 2 tries"
NO_FILE = "not a whole|zip archive|malformed|damaged"
Report = dict[str, Any]


@dataclass(frozen=True)
class Service(Endpoint):
    """What a scan asks."""

    concerns: Collection[str] = BOTH
    """The packages of which the source then tells nothing."""

    @property
    def databases(self) -> Collection[str]:
        """The databases that have to be asked beside the services."""
        return [self.path] if self.source == "database" else []


ENDPOINTS = [
    Service("query", "/v1/querybatch", "osv", NO_JSON, ["json", "pages"], without=["other"]),
    Service("record", "/v1/vulns/PYSEC-2099-1", "osv", NO_JSON, concerns=[REQUESTS]),
    Service("release", "/pypi/requests/", "pypi", NO_JSON, concerns=[REQUESTS], without=["404"]),
    Service("status", "/simple/requests/", "status", NO_JSON, concerns=[REQUESTS], without=["404"]),
    Service("archive", "/pypa.zip", "pypa", NO_FILE, ["file"]),
    Service("database", "/records.db", "database", NO_FILE, ["file"]),
    Service("database-zip", "/records.zip", "database", NO_FILE, ["file"], without=SILENT),
]
SERVICES = {"osv": {"osv"}, "pypi": {"pypi", "status"}, "pypa": {"pypa"}, "database": {"database"}}
"""By the address that cannot be reached, the sources that fail."""
TELLERS = {"osv": {"osv"}, "pypi": {"pypi"}, "status": {"status"}, "pypa": {"pypa"}, "database": {"database", "import"}}
"""By a source, how a report calls those of whom it has a finding."""


@pytest.fixture(scope="module")
def upstream(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upstream]:
    """Every service and both kinds of a database at one address, for all tests of the table."""
    folder = tmp_path_factory.mktemp("records")
    packed = a_zip(folder / "records.zip", {f"{record['id']}.json": json.dumps(record) for record in RECORDS})
    with Upstream(RECORDS) as serving:
        serving.replies["/records.zip"] = Reply(200, packed.read_bytes(), {"ETag": '"zip"'})
        for name in ("requests", "flask"):
            serving.replies[f"/simple/{name}/"] = Reply(200, (STATUS % name).encode())
        yield serving


@pytest.fixture(scope="module")
def known() -> dict[tuple[str, ...], Report]:
    """The healthy reports, by the databases that were asked."""
    return {}


class Scans(NamedTuple):
    """Scans of one project, with one cache."""

    run: Run
    folder: Path
    upstream: Upstream
    known: dict[tuple[str, ...], Report]

    def scan(
        self,
        *words: str,
        databases: Collection[str] = (),
        at: str | None = None,
        within: float = DEADLINE,
        env: Mapping[str, str] | None = None,
    ) -> Done:
        """Scan in time, with the databases at an address; `words` are further options."""
        asked = [word for path in databases for word in ("--advisory-db", f"{at or self.upstream.url}{path}")]
        asked += ["--sources", "pypa,pypi,osv"] if asked else []
        options = ("-f", "json", "--fail-on", "never", *self.upstream.options, *words, *asked)
        started = time.monotonic()
        done = self.run(*options, cwd=self.folder, env={**SETTINGS, **(env or {})})
        assert time.monotonic() - started < within + MARGIN
        assert "Traceback" not in done.stdout
        assert done.stderr == ""
        return done

    def whole(self, databases: Collection[str] = ()) -> Report:
        """The report of a healthy run with a cache of its own."""
        key = tuple(databases)
        if key not in self.known:
            done = self.scan(databases=databases, env={"PYSENTRY_HOOK_CACHE_DIR": str(self.folder / "fresh")})
            report = self.report(done)
            assert (done.returncode, report["complete"], report["failures"]) == (0, True, [])
            assert len(told(report)) == 2 * (4 + len(databases)), "every source tells of both packages"
            self.known[key] = report
        return self.known[key]

    def report(self, done: Done, *addresses: str) -> Report:
        """A report without what differs from run to run: its moments, and where the services are."""
        text = done.stdout
        for address in (*addresses, self.upstream.url):
            text = text.replace(address, "http://service")
        report: Report = json.loads(text)
        del report["generated"]
        for data in report["advisory_data"]:
            del data["as_of"]
        coverage = report["coverage"]
        assert coverage["checked"] + len(coverage["unchecked"]) == coverage["total"] == 2
        return report

    def tells(self, done: Done, whole: Report, sources: set[str], concerns: Collection[str], cause: str) -> None:
        """Check that these sources are told to have failed on these packages, and that nothing else is missing."""
        report = self.report(done)
        asked = {data["source"] for data in whole["advisory_data"]}
        required = ("database" if "database" in asked else "osv") in sources
        assert done.returncode == (3 if required else 0)
        assert report["complete"] is not required
        failures = [failure for failure in report["failures"] if failure["kind"] == "source"]
        assert {failure["name"] for failure in failures} == sources
        for failure in failures:
            assert says(failure["detail"], cause)
            names = {name for name in BOTH if name.split()[0] in failure["detail"].rpartition("(")[2]}
            assert names == set(concerns) or "every package" in failure["detail"]
        unchecked = {f"{line['name']} {line['version']}" for line in report["coverage"]["unchecked"]}
        assert unchecked == (set(concerns) if required else set())
        silent = {(teller, name.split()[0]) for source in sources for teller in TELLERS[source] for name in concerns}
        assert told(report) == told(whole) - silent


def told(report: Report) -> set[tuple[str, str]]:
    """What every source told: (source, package)."""
    said = {(say["source"], finding["package"]) for finding in report["findings"] for say in finding["sources"]}
    return said | {("status", project["package"]) for project in report["maintenance"]}


@pytest.fixture
def scans(run: Run, tmp_path: Path, upstream: Upstream, known: dict[tuple[str, ...], Report]) -> Scans:
    """A project, and services that fail in no way."""
    if "/records.db" not in upstream.replies:
        records = a_folder_of_records(tmp_path / "records", *RECORDS)
        assert run("db", "import", records, "--to", tmp_path / "records.db").returncode == 0
        upstream.replies["/records.db"] = Reply(200, (tmp_path / "records.db").read_bytes(), {"ETag": '"db"'})
    (tmp_path / "uv.lock").write_text(a_uv_lock(("requests", "2.30.0"), ("flask", "1.0")), encoding="utf-8")
    upstream.fail()
    upstream.forget()
    return Scans(run, tmp_path, upstream, known)


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
def test_every_fault_is_told_and_leaves_no_trace(endpoint: Service, scans: Scans) -> None:
    """All with one cache: what one fault left in it the next one would not be told of."""
    whole = scans.whole(endpoint.databases)
    for name, row in rows_of(endpoint).items():
        with during(name):
            scans.upstream.fail(row.at(endpoint.path))
            broken = scans.scan(databases=endpoint.databases, env=row.settings)
            scans.tells(broken, whole, {endpoint.source}, endpoint.concerns, row.said or endpoint.broken)

    scans.upstream.fail()
    assert scans.report(scans.scan(databases=endpoint.databases)) == whole


@pytest.mark.parametrize("service", SERVICES)
def test_whom_no_connection_reaches_is_told_and_leaves_no_trace(service: str, scans: Scans) -> None:
    databases = [ENDPOINTS[-2].path] if service == "database" else []
    whole = scans.whole(databases)

    def scan(url: str, env: Mapping[str, str]) -> Done:
        there = f"{service}={url}{'/pypa.zip' if service == 'pypa' else ''}"
        return scans.scan(*([] if databases else ["--service-url", there]), databases=databases, at=url, env=env)

    for manner, (cause, settings) in CLOSED.items():
        with during(manner), Door(scans.upstream, manner) as door:
            scans.tells(scan(door.url, settings), whole, SERVICES[service], BOTH, cause)
            if manner in OPENING:
                door.open()
                assert scans.report(scan(door.url, TRUSTING), door.url) == whole


@pytest.mark.parametrize("name", HEALING)
def test_what_heals_with_the_second_try_is_not_seen(name: str, scans: Scans) -> None:
    databases = [endpoint.path for endpoint in ENDPOINTS if endpoint.databases]
    whole = scans.whole(databases)
    scans.upstream.forget()
    scans.upstream.fail(*(Fault(endpoint.path, first=1, **HEALING[name]) for endpoint in ENDPOINTS))
    assert scans.report(scans.scan(databases=databases)) == whole
    for endpoint in ENDPOINTS:
        assert max(Counter(scans.upstream.asked(endpoint.path)).values()) == 2, "it failed, and was asked again"


@pytest.mark.parametrize(
    "fault", [Fault("/", "slow", seconds=30), Fault("/", status=429, retry_after="1")], ids=["silent", "busy"]
)
def test_all_services_together_have_one_deadline(fault: Fault, scans: Scans) -> None:
    whole = scans.whole()
    scans.upstream.fail(fault)
    limits = {"PYSENTRY_HOOK_HTTP_DEADLINE": "2", "PYSENTRY_HOOK_HTTP_MAX_RETRIES": "99"}
    broken = scans.scan(within=2, env=limits)
    cause = "no answer in time|HTTP 429|was used up"
    scans.tells(broken, whole, {"osv", "pypi", "pypa", "status"}, BOTH, cause)


def test_a_version_that_the_index_does_not_have_is_not_known_and_no_failure(scans: Scans) -> None:
    whole = scans.whole()
    scans.upstream.fail(Fault("/pypi/requests/", status=404))
    report = scans.report(scans.scan())
    assert [(entry["source"], entry["package"]) for entry in report["not_known"]] == [("pypi", "requests")]
    assert (report["complete"], report["failures"]) == (True, [])
    assert told(report) == told(whole) - {("pypi", "requests")}


def test_a_project_that_the_index_does_not_have_has_no_status_and_is_no_failure(scans: Scans) -> None:
    whole = scans.whole()
    scans.upstream.fail(Fault("/simple/requests/", status=404))
    report = scans.report(scans.scan())
    assert (report["complete"], report["failures"]) == (True, [])
    assert told(report) == told(whole) - {("status", "requests")}
