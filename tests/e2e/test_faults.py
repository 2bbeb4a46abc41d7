"""How people are told of services that fail, and what is used in their place; every fault is in the fault table."""

import json
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.builders import a_record, a_uv_lock
from tests.conftest import Run
from tests.upstream import Upstream

pytestmark = pytest.mark.unmeasured  # other tests measure what these run

NAMES = ("aiohttp", "django", "flask", "requests")
QUICK = {"PYSENTRY_HOOK_HTTP_RETRY_INITIAL_BACKOFF": "0.001"}
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


def test_osv_refusing_connections_exits_3_and_says_whom_to_blame(run: Run, project: Path) -> None:
    with Upstream(RECORDS, refused=["osv"]) as upstream:
        done = run("--fail-on", "never", *upstream.options, cwd=project, env=QUICK)
    assert done.returncode == 3
    assert quiet(done)
    assert "osv gave no answer" in done.stdout
    assert "0x" not in done.stdout
    assert "Failed: osv" in done.stdout.splitlines()[-1]


@pytest.mark.parametrize("source", ["pypa", "pypi"])
def test_a_further_source_that_fails_is_told_in_the_last_line(source: str, run: Run, project: Path) -> None:
    with Upstream(RECORDS, refused=[source]) as upstream:
        told = run("report", *upstream.options, cwd=project, env=QUICK)
    assert told.returncode == 0
    assert quiet(told)
    assert re.search(rf"Failed: (?:project status, )?{source}\.$", told.stdout.splitlines()[-1])


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
        for file in filter(Path.is_file, (tmp_path / "cache").rglob("*")):
            file.write_bytes(b"garbage" * 999)
        damaged = run(*arguments, cwd=project)
        assert damaged.returncode == 0
        assert damaged.stderr.startswith("warning: the cache was damaged")
        assert len(damaged.stderr.splitlines()) == 1
        assert found(as_json(damaged)) == SEEN
        assert quiet(run(*arguments, cwd=project))
