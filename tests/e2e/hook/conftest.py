"""The house of the hook's tests: one environment for each tool, and a project for each test."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import a_record
from tests.e2e.hook.hooking import House, Project, a_house
from tests.upstream import Upstream

_IN_CI = bool(os.environ.get("CI"))
RECORDS = (
    a_record(
        fixed="2.31.0",
        aliases=["CVE-2099-0001"],
        severity=[{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"}],
    ),
    a_record("MAL-2099-1", "evil"),
)

PATIENCE = "PYSENTRY_HOOK_HTTP_DEADLINE"
"""The variable with which a commit of a test waits for a busy machine; without it, for three seconds."""


@pytest.fixture(scope="session", params=["pre-commit", "prek"])
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> House:
    """Both hooks installed by one tool; a tool that is not there is a reason to skip on a user's machine alone."""
    tool: str = request.param
    program = shutil.which(tool, path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    missing = f"{tool} is not installed: pip install -e '.[dev]'"
    if program is None and _IN_CI:
        pytest.fail(missing)
    if program is None:
        pytest.skip(missing)
    shared = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared = shared.parent
    return a_house(shared / "hooks", tool, program)


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    """A service that knows requests before 2.31.0 to be vulnerable, and evil to be malware."""
    with Upstream(RECORDS) as served:
        yield served


@pytest.fixture
def project(house: House, tmp_path: Path, upstream: Upstream) -> Project:
    """A new repository with both hooks, which reaches nobody but the upstream of the test."""
    return Project(house, tmp_path / "project", services(upstream, tmp_path / "cache"))


def services(upstream: Upstream, cache: Path) -> dict[str, str]:
    """The environment that names the upstream, and lets nobody else be reached."""
    urls = {f"PYSENTRY_HOOK_SOURCES_{name.upper()}_URL": upstream.url_of(name) for name in ("osv", "pypa", "pypi")}
    dead = dict.fromkeys(("HTTPS_PROXY", "HTTP_PROXY"), "http://127.0.0.1:9")
    usual = {PATIENCE: "120", "NO_PROXY": "127.0.0.1,localhost", "PYSENTRY_HOOK_CACHE_DIR": str(cache)}
    return urls | dead | usual
