"""A password or token in an address is used for its host and is written nowhere: no report, log, cache or database."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from pysentry_hook.reports import FORMATS
from tests.builders import a_record, a_uv_lock
from tests.conftest import Run
from tests.upstream import Upstream

pytestmark = pytest.mark.unmeasured  # other tests measure what these run

USER, SECRET, TOKEN = "somebody", "hunter2", "t0ken"


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with Upstream([a_record(fixed="2.31", aliases=["CVE-2099-0001"])]) as serving:
        yield serving


def private(address: str) -> str:
    return address.replace("://", f"://{USER}:{SECRET}@")


def told(folder: Path) -> list[str]:
    """The files below a folder that hold a secret, as it is or as HTTP writes it."""
    spelled = [SECRET, TOKEN, "c29tZWJvZHk6aHVudGVyMg"]
    files = [file for file in folder.rglob("*") if file.is_file()]
    assert files
    return [file.name for file in files if any(each.encode() in file.read_bytes() for each in spelled)]


@pytest.mark.parametrize("answers", [True, False])
def test_no_secret_of_an_address_is_written_anywhere(
    answers: bool, run: Run, tmp_path: Path, upstream: Upstream
) -> None:
    project, out = tmp_path / "project", tmp_path / "out"
    for folder in (project, out):
        folder.mkdir()
    lock = a_uv_lock(("requests", "2.30.0")).replace("https://pypi.org/simple", f"https://{USER}:{SECRET}@a.example/i")
    (project / "uv.lock").write_text(lock, encoding="utf-8")
    words = [word if "://" not in word else private(word) for word in upstream.options]
    if not answers:
        words = [word.replace(upstream.url.rpartition(":")[2], "9") for word in words]
    words += ["--advisory-db", f"{private(upstream.url)}/pypa.zip?key={TOKEN}", "--sources", "osv,pypi,pypa"]
    for name in FORMATS:
        words += ["-f", name, "-o", str(out / f"report.{name}")]
    environment = {"PYSENTRY_HOOK_HTTP_MAX_RETRIES": "0", "PYSENTRY_HOOK_SOURCES_MIRRORS": "https://a.example/i"}
    done = run(*words, "-v", cwd=project, env=environment)
    assert "GET http://127.0.0.1" in done.stderr
    assert done.returncode == (1 if answers else 3), done.stderr
    (out / "log").write_text(done.stdout + done.stderr, encoding="utf-8")
    report = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert {data["source"] for data in report["advisory_data"]} >= {"osv", "pypi", "pypa", "database"}
    assert told(out) == told(tmp_path / "cache") == []
    assert any("authorization" in headers for headers in upstream.headers)
