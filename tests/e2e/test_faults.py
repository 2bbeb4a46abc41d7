"""The real command against services that fail: never falsely clear, never a traceback, healed by the next run."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.builders import a_record, a_uv_lock
from tests.conftest import Run
from tests.upstream import Fault, Kind, Upstream

NAMES = ("aiohttp", "django", "flask", "requests")
QUICK = {"PYSENTRY_HOOK_HTTP_DEADLINE": "1"}
Done = subprocess.CompletedProcess[str]


def a_low(number: int, name: str) -> dict[str, Any]:
    return a_record(f"GHSA-aaaa-bbbb-000{number}", name, fixed="9", database_specific={"severity": "LOW"})


RECORDS = [a_low(number, name) for number, name in enumerate(NAMES)]
SEEN = [(name, record["id"]) for name, record in zip(NAMES, RECORDS, strict=True)]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "uv.lock").write_text(a_uv_lock(*((name, "1.0") for name in NAMES)), encoding="utf-8")
    return folder


def as_json(done: Done) -> Mapping[str, Any]:
    document: Mapping[str, Any] = json.loads(done.stdout)
    return document


def found(report: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(finding["package"], finding["id"]) for finding in report["findings"]]


def quiet(done: Done) -> bool:
    return "Traceback" not in done.stdout + done.stderr and not done.stderr


@pytest.mark.parametrize("gate", [["report"], ["--fail-on", "never"]], ids=["report", "never"])
@pytest.mark.parametrize("kind", ["status", "truncated", "garbage", "half", "shape", "other"])
def test_every_second_record_broken_is_incomplete_and_the_next_healthy_run_is_whole(
    kind: Kind, gate: list[str], run: Run, project: Path
) -> None:
    with Upstream(RECORDS, faults=[Fault("/v1/vulns/", kind, every=2)]) as upstream:
        arguments = [*gate, "-f", "json", *upstream.options, "--sources", "osv"]
        broken = run(*arguments, cwd=project, env=QUICK)
        report = as_json(broken)
        assert broken.returncode == 3
        assert quiet(broken)
        assert report["complete"] is False
        assert report["coverage"]["checked"] == 2
        assert {failure["name"] for failure in report["failures"]} == {"osv"}
        unchecked = [f"{line['name']} {line['version']}" for line in report["coverage"]["unchecked"]]
        assert len(unchecked) == 2
        assert all(any(name in failure["detail"] for failure in report["failures"]) for name in unchecked)
        assert len(found(report)) == 2

        upstream.faults.clear()
        upstream.forget()
        healthy = run(*arguments, cwd=project)
        whole = as_json(healthy)
        assert healthy.returncode == 0
        assert quiet(healthy)
        assert whole["complete"] is True
        assert whole["failures"] == []
        assert found(whole) == SEEN


@pytest.mark.parametrize(
    "fault",
    [
        Fault("/v1/querybatch", "status", status=400),
        Fault("/v1/querybatch", "status", status=429, retry_after="60"),
        Fault("/v1/querybatch", "status", status=503),
        Fault("/v1/querybatch", "slow", seconds=3),
        Fault("/v1/querybatch", "reset"),
        Fault("/v1/querybatch", "truncated"),
        Fault("/v1/querybatch", "garbage"),
        Fault("/v1/querybatch", "shape"),
        Fault("/v1/querybatch", "endless"),
        Fault("/v1/querybatch", "bomb"),
        Fault("/v1/querybatch", "huge"),
    ],
    ids=lambda fault: f"{fault.kind}-{fault.status}",
)
def test_a_query_that_fails_is_incomplete_in_whatever_way_it_fails(fault: Fault, run: Run, project: Path) -> None:
    with Upstream(RECORDS, faults=[fault]) as upstream:
        done = run("report", "-f", "json", *upstream.options, "--sources", "osv", cwd=project, env=QUICK)
    report = as_json(done)
    assert done.returncode == 3
    assert quiet(done)
    assert report["complete"] is False
    assert report["coverage"]["checked"] == 0
    assert "django 1.0" in report["failures"][0]["detail"]


def test_faults_that_heal_within_a_run_are_not_seen(run: Run, project: Path) -> None:
    faults = [
        Fault(path, "status", status=503, first=2) for path in ("/v1/querybatch", "/v1/vulns/", "/pypi/", "/pypa")
    ]
    with Upstream(RECORDS, faults=faults) as upstream:
        done = run("report", "-f", "json", *upstream.options, cwd=project)
    assert done.returncode == 0
    assert as_json(done)["failures"] == []
    assert found(as_json(done)) == SEEN


def test_osv_refusing_connections_exits_3_and_says_whom_to_blame(run: Run, project: Path) -> None:
    with Upstream(RECORDS, refused=["osv"]) as upstream:
        done = run("--fail-on", "never", *upstream.options, cwd=project, env=QUICK)
    assert done.returncode == 3
    assert quiet(done)
    assert "osv gave no answer" in done.stdout
    assert "0x" not in done.stdout
    assert "Failed: osv" in done.stdout.splitlines()[-1]


@pytest.mark.parametrize(
    ("source", "failing"),
    [("pypa", {"pypa"}), ("pypi", {"pypi", "status"})],  # the index tells the status as well
)
def test_a_further_source_that_fails_is_told_in_the_last_line_and_is_not_incomplete(
    source: str, failing: set[str], run: Run, project: Path
) -> None:
    with Upstream(RECORDS, refused=[source]) as upstream:
        told = run("report", *upstream.options, cwd=project, env=QUICK)
        report = as_json(run("report", "-f", "json", *upstream.options, cwd=project, env=QUICK))
    assert told.returncode == 0
    assert quiet(told)
    assert f"Failed: {source}" in told.stdout.splitlines()[-1]
    assert report["complete"] is True
    assert {failure["name"] for failure in report["failures"]} == failing
    assert found(report) == SEEN


def test_all_sources_down_is_incomplete_and_never_clean(run: Run, project: Path) -> None:
    with Upstream(refused=["osv", "pypi", "pypa"]) as upstream:
        done = run(*upstream.options, cwd=project, env=QUICK)
    assert done.returncode == 3
    assert quiet(done)
    assert "none of the 4 dependencies could be checked" in done.stdout
    assert "No known vulnerabilities" not in done.stdout


def test_on_incomplete_may_be_a_warning_and_report_tells_3_all_the_same(run: Run, project: Path) -> None:
    lenient = {**QUICK, "PYSENTRY_HOOK_DEFAULTS_ON_INCOMPLETE": "warn"}
    with Upstream(refused=["osv"]) as upstream:
        assert run(*upstream.options, cwd=project, env=lenient).returncode == 0
        assert run("report", *upstream.options, cwd=project, env=lenient).returncode == 3


def test_offline_after_a_whole_run_tells_the_same_and_sends_nothing(run: Run, project: Path) -> None:
    with Upstream(RECORDS) as upstream:
        whole = as_json(run("report", "-f", "json", *upstream.options, cwd=project))
        upstream.forget()
        offline = run("report", "-f", "json", "--offline", *upstream.options, cwd=project)
        assert upstream.requests == []
    assert offline.returncode == 0
    assert as_json(offline)["findings"] == whole["findings"]


def test_offline_without_a_cache_is_incomplete(run: Run, project: Path) -> None:
    with Upstream(RECORDS) as upstream:
        done = run("report", "--offline", *upstream.options, cwd=project)
        assert upstream.requests == []
    assert done.returncode == 3
    assert quiet(done)


def test_a_garbage_cache_costs_one_warning_and_no_finding(run: Run, project: Path, tmp_path: Path) -> None:
    with Upstream(RECORDS) as upstream:
        arguments = ["report", "-f", "json", *upstream.options]
        assert run(*arguments, cwd=project).returncode == 0
        (database,) = (tmp_path / "cache").rglob("cache.db")
        for file in database.parent.iterdir():
            file.write_bytes(b"garbage" * 999)
        damaged = run(*arguments, cwd=project)
        assert damaged.returncode == 0
        assert damaged.stderr.startswith("warning: the cache was damaged")
        assert len(damaged.stderr.splitlines()) == 1
        assert found(as_json(damaged)) == SEEN
        assert quiet(run(*arguments, cwd=project))
