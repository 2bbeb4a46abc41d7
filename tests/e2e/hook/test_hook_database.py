"""A shared database in the configuration answers for the hook, and nobody else is asked."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.e2e.hook.conftest import PATIENCE, RECORDS
from tests.e2e.hook.hooking import CLEAN, IDNA, OLD, PUSH, Project
from tests.e2e.hook.test_hook_commits import BLOCKED
from tests.upstream import Fault, Reply, Upstream

pytestmark = pytest.mark.network  # the hook environments are installed from the package registry


@pytest.fixture
def host(run: Run, tmp_path: Path) -> Iterator[Upstream]:
    """A host of a database that was synced."""
    with Upstream(RECORDS) as sources:
        run("db", "sync", tmp_path / "a.db", *sources.sync_options)
    with Upstream(replies={"/a.db": Reply(200, (tmp_path / "a.db").read_bytes(), {"ETag": '"1"'})}) as served:
        yield served


def shared(project: Project, host: Upstream, file: str, table: str) -> None:
    """Commit a configuration that names the database."""
    project.stage(file, f'[{table}sources]\ndatabase = ["{host.url}/a.db"]\n')
    project.begun(IDNA)


@pytest.mark.parametrize(("file", "table"), [("pyproject.toml", "tool.pysentry-hook."), (".pysentry-hook.toml", "")])
def test_a_commit_is_judged_by_the_database_that_the_project_names(
    project: Project, upstream: Upstream, host: Upstream, file: str, table: str
) -> None:
    shared(project, host, file, table)
    project.lock(IDNA, OLD)
    assert project.commit().of(1).lines()[0] == BLOCKED
    project.lock(IDNA, CLEAN)
    assert project.commit().of(0).lines() == [
        "pysentry-hook: 2 packages of this commit checked, no known vulnerabilities."
    ]
    assert [request.path for request in host.requests] == ["/a.db"]
    assert upstream.requests == []


def test_a_push_is_judged_by_it_too(project: Project, upstream: Upstream, host: Upstream) -> None:
    shared(project, host, ".pysentry-hook.toml", "")
    project.begun(IDNA, OLD)
    project.git("init", "-q", "--bare", str(project.folder.parent / "remote"))
    project.git("remote", "add", "origin", str(project.folder.parent / "remote"))
    shown = project.run("git", "push", "-q", "origin", "HEAD").of(1)
    assert "requests 2.30.0" in shown.said(PUSH)
    assert upstream.requests == []


def test_a_database_that_cannot_be_had_is_told(project: Project, upstream: Upstream, host: Upstream) -> None:
    shared(project, host, ".pysentry-hook.toml", "")
    host.faults.append(Fault("/a.db", status=503))
    project.lock(IDNA, OLD)
    lines = project.commit().of(0).lines()
    assert lines[0] == (
        "pysentry-hook: 0 of 2 packages of this commit checked, so nothing is known. "
        "Incomplete: this is not a clean result."
    )
    assert lines[1].startswith(f"not audited: idna 3.4, requests 2.30.0: {host.url}/a.db: HTTP 503")
    assert upstream.requests == []


def test_what_a_scan_has_loaded_before_serves_where_the_hook_would_wait_too_long(
    run: Run, project: Project, host: Upstream
) -> None:
    shared(project, host, ".pysentry-hook.toml", "")
    cache = {"PYSENTRY_HOOK_CACHE_DIR": project.environment["PYSENTRY_HOOK_CACHE_DIR"]}
    assert run(cwd=project.folder, env=cache).returncode == 0
    del project.environment[PATIENCE]
    host.faults.append(Fault("/a.db", "slow", seconds=60))
    project.lock(IDNA, OLD)
    assert project.commit().of(1).lines()[0] == BLOCKED
