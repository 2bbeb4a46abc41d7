"""What every test stands on: no network beyond this machine, no file of the user, no setting of the user."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.forked import Forks

# a slow machine is no failure; CI judges a change by the same examples every time
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")

Run = Callable[..., subprocess.CompletedProcess[str]]

_SCRUBBED = ("PYSENTRY_HOOK_", "GITHUB_", "ACTIONS_", "RUNNER_", "INPUT_", "PIP_", "UV_", "GIT_", "PRE_COMMIT")
_KEPT = {"PATH", "SYSTEMROOT", "COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG", "TMPDIR", "LANG", "PYTHONPATH"}


@pytest.fixture(autouse=True)
def _no_user(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Give the test a home of its own and none of the user's settings."""
    home = tmp_path_factory.mktemp("home")
    for name in list(os.environ):
        if name.startswith(_SCRUBBED) or name.lower().endswith("_proxy") or name in {"CI", "NO_COLOR", "FORCE_COLOR"}:
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(home / name.lower()))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")  # a resolver that is run connects to nothing
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "")


@pytest.fixture
def owned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give a folder, and no more rights than its owner has: root, who may do everything, becomes somebody else."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        yield tmp_path
        return
    nobody = 65534
    folder = Path(tempfile.mkdtemp())
    os.chown(folder, nobody, nobody)
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.delenv("XDG_CONFIG_HOME")
    os.seteuid(nobody)
    yield folder
    os.seteuid(0)
    shutil.rmtree(folder)


@pytest.fixture(autouse=True)
def _no_network(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail a test that connects beyond the loopback without the marker `network`."""
    if request.node.get_closest_marker("network"):
        yield
        return
    connect = socket.socket.connect
    tried: list[object] = []

    def guarded(self: socket.socket, address: Any) -> None:
        host = address[0] if isinstance(address, tuple) else "localhost"
        if host not in {"127.0.0.1", "::1", "localhost"}:
            tried.append(address)
            raise OSError(f"a test tried to reach {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
    yield
    assert not tried, f"reached beyond the loopback: {tried}"


def scrubbed(cache: Path) -> dict[str, str]:
    """The environment of a command of the tests, without a setting of the user.

    A proxy that does not exist stands between the command and every host but the loopback, so that
    a request to the outside fails instead of leaving.
    """
    kept = {name: value for name, value in os.environ.items() if name in _KEPT}
    return kept | {
        "HOME": os.environ["HOME"],
        "PYSENTRY_HOOK_CACHE_DIR": str(cache),
        "PIP_CONFIG_FILE": os.devnull,
        "HTTPS_PROXY": "http://127.0.0.1:9",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "NO_PROXY": "127.0.0.1,localhost",
        "UV_HTTP_RETRIES": "0",  # of that proxy
    }


def is_unmeasured(test: pytest.Item) -> bool:
    """Whether coverage is measured neither in a test nor in its commands."""
    return any(test.get_closest_marker(name) for name in ("corpus", "unmeasured"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Measure no coverage in what is unmeasured: to measure doubles the time of everything."""
    for item in filter(is_unmeasured, items):
        item.add_marker("no_cover")


def unmeasured(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without what measures coverage: where hundreds of runs say the same, it costs minutes."""
    return {name: value for name, value in environment.items() if not name.startswith("COVERAGE_")}


@pytest.fixture
def run(tmp_path: Path, request: pytest.FixtureRequest) -> Run:
    """Run the real command in a scrubbed environment; the cache is this test's own."""
    environment = scrubbed(tmp_path / "cache")
    if is_unmeasured(request.node):
        environment = unmeasured(environment)
    if hasattr(os, "pidfd_open"):
        forks = request.getfixturevalue("unmeasured_forks" if is_unmeasured(request.node) else "measured_forks")
        return _forked(forks, environment, tmp_path)

    def call(
        *arguments: object, cwd: Path | None = None, env: Mapping[str, str] | None = None, timeout: float = 120
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command(*arguments),
            cwd=cwd or tmp_path,
            env=environment | dict(env or {}),
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=timeout,
            check=False,
            stdin=subprocess.DEVNULL,
        )

    return call


@pytest.fixture(scope="session")
def measured_forks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forks]:
    """Give what forks the commands of tests: an interpreter that begins takes half of their time."""
    with Forks(os.environ, tmp_path_factory.mktemp("forks")) as forks:
        yield forks


@pytest.fixture(scope="session")
def unmeasured_forks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forks]:
    """Give what forks the commands of those whose coverage is not measured."""
    with Forks(unmeasured(os.environ), tmp_path_factory.mktemp("forks")) as forks:
        yield forks


def _forked(forks: Forks, environment: dict[str, str], folder: Path) -> Run:
    def call(
        *arguments: object, cwd: Path | None = None, env: Mapping[str, str] | None = None, timeout: float = 120
    ) -> subprocess.CompletedProcess[str]:
        further = dict(env or {})
        anew = any(name.startswith("PYTHON") for name in further)  # what an interpreter reads when it begins
        ended = forks.start(*arguments, cwd=cwd or folder, env=environment | further, anew=anew).wait(timeout)
        return subprocess.CompletedProcess(command(*arguments), ended.code, ended.out, ended.err)

    return call


def command(*arguments: object) -> list[str]:
    """The words that run the real command."""
    return [sys.executable, "-m", "pysentry_hook", *map(str, arguments)]
