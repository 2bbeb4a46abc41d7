"""A database goes the whole way: synced and published by one example, and found, pinned and aged by the other."""

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.builders import a_record, a_uv_lock
from tests.e2e.acting import API, HOUSE, REPOSITORY, Acting, Done, commit, git, workflow
from tests.upstream import Fault, Reply, Upstream

pytestmark = pytest.mark.network

EXAMPLES = HOUSE / "examples" / "workflows"
PUBLISH, USE = ((EXAMPLES / f"database-{name}.yml").read_text(encoding="utf-8") for name in ("publish", "use"))
ADDRESS: str = yaml.safe_load(PUBLISH)["env"]["PUBLISHED"]
OLD = a_record(fixed="2.31.0", aliases=["CVE-2099-0001"], database_specific={"severity": "HIGH"})
NEW = a_record("GHSA-aaaa-bbbb-cccc", "idna", fixed="3.7", aliases=["CVE-2099-0002"]) | {
    "modified": "2099-02-01T00:00:00Z",
    "database_specific": {"severity": "HIGH"},
}
VULNERABLE, SOUND = a_uv_lock(("requests", "2.30.0"), ("idna", "3.4")), a_uv_lock(("requests", "2.31.0"))
SILENT = {"PYSENTRY_HOOK_HTTP_MAX_RETRIES": "0"}

Publish = Callable[..., Done]
Use = Callable[..., Done]


@contextmanager
def host(site: Path) -> Iterator[Upstream]:
    """Serve a folder as a static host does."""
    files = {file.name: file.read_bytes() for file in site.iterdir()} if site.exists() else {}
    replies = {
        f"/{name}": Reply(200, data, {"ETag": f'"{hashlib.sha256(data).hexdigest()}"'}) for name, data in files.items()
    }
    with Upstream(replies={**replies, API: Reply(200, b"[]")}) as served:
        yield served


def address(served: Upstream) -> str:
    return f"{served.url}/{ADDRESS.rpartition('/')[2]}"


def site_of(done: Done) -> Path:
    return done.log / "site"


def digest_of(site: Path) -> str:
    """The digest that stands beside the published file, which it is."""
    said, name = (site / "advisories.db.sha256").read_text(encoding="ascii").split()
    assert (name, said) == ("advisories.db", hashlib.sha256((site / name).read_bytes()).hexdigest())
    return said


@pytest.fixture
def publish(acting: Acting, tmp_path: Path) -> Publish:
    """Run the example that publishes; the program is what we ship."""
    program = tmp_path / "program"
    shutil.copytree(acting.shipped, program)
    commit(program, {})

    def call(sources: Upstream, published: str, folder: str, event: str = "schedule") -> Done:
        tmp = tmp_path / folder
        tmp.mkdir()
        (tmp / "publish.yml").write_text(PUBLISH.replace(ADDRESS, published), encoding="utf-8")
        urls = {"PYPA_URL": sources.url_of("pypa"), "OSV_EXPORT_URL": f"{sources.url}/export"}
        environment = {f"PYSENTRY_HOOK_SOURCES_{name}": url for name, url in urls.items()} | SILENT
        return acting.run(tmp / "publish.yml", program, tmp, event=event, environment=environment)

    return call


@pytest.fixture
def use(acting: Acting, tmp_path: Path) -> Use:
    """Run the example that uses it, in a project with a lock."""

    def call(served: Upstream, folder: str, *, lock: str = VULNERABLE, pin: str = "", **environment: str) -> Done:
        tmp = tmp_path / folder
        tmp.mkdir()
        (tmp / "use.yml").write_text(USE.replace(ADDRESS, address(served) + pin), encoding="utf-8")
        commit(tmp / "origin", {"uv.lock": lock})
        known = {"GITHUB_API_URL": served.url} | SILENT | environment
        payload = {"ref": "refs/heads/main"}
        return acting.run(tmp / "use.yml", tmp / "origin", tmp, payload=payload, environment=known)

    return call


def outcome(done: Done) -> tuple[str, str, list[str]]:
    """The conclusion of the audit, whether all was answered, and what was found."""
    outputs = done.outputs("1")
    report = done.report()
    assert [data["source"] for data in report["advisory_data"]] == ["database"], done.text
    return outputs["conclusion"], outputs["complete"], [finding["id"] for finding in report["findings"]]


def test_both_examples_name_the_same_file() -> None:
    (step,) = (each["with"] for each in yaml.safe_load(USE)["jobs"]["audit"]["steps"] if "advisory-db" in str(each))
    assert step["advisory-db"] == ADDRESS
    assert PUBLISH.count(ADDRESS) == 1


def test_what_is_published_is_found_and_a_pinned_file_is_that_file(publish: Publish, use: Use, tmp_path: Path) -> None:
    with Upstream([OLD]) as sources:
        with host(tmp_path / "nothing yet") as empty:
            first = publish(sources, address(empty), "first")
        assert (first.code, first.events[-1]) == (0, "publish"), first.text
        assert any("all is loaded" in each for each in first.annotations("warning"))
        site, digest = site_of(first), digest_of(site_of(first))
        assert f"{digest}" in first.summary
        assert "1 record as of " in first.summary
        with host(site) as served:
            assert outcome(use(served, "newest")) == ("findings", "true", ["CVE-2099-0001"])
            assert outcome(use(served, "pinned", pin=f"#sha256={digest}")) == ("findings", "true", ["CVE-2099-0001"])
            sources.records.append(NEW)
            sources.forget()
            second = publish(sources, address(served), "second")
        asked = {request.path for request in sources.requests}
    assert asked == {"/pypa.zip", "/export/modified_id.csv", "/export/GHSA-aaaa-bbbb-cccc.json"}, second.text
    assert second.annotations("warning") == []
    with host(site_of(second)) as served:
        assert outcome(use(served, "grown")) == ("findings", "true", ["CVE-2099-0002", "CVE-2099-0001"])
        other = use(served, "another", pin=f"#sha256={digest}")
        assert outcome(other) == ("incomplete", "false", [])
    assert f"has the SHA-256 {digest_of(site_of(second))}, and {digest} was asked for" in other.summary


def test_bytes_that_somebody_changed_are_refused(publish: Publish, use: Use, tmp_path: Path) -> None:
    with Upstream([OLD]) as sources:
        site = site_of(publish(sources, ADDRESS, "first", "workflow_dispatch"))
    digest = digest_of(site)
    with closing(sqlite3.connect(site / "advisories.db")) as file:
        file.execute("DELETE FROM package")
        file.commit()
    with host(site) as served:
        assert outcome(use(served, "unpinned")) == ("incomplete", "false", [])
        assert outcome(use(served, "pinned", pin=f"#sha256={digest}")) == ("incomplete", "false", [])


@pytest.mark.parametrize("event", ["schedule", "workflow_dispatch"])
@pytest.mark.parametrize("path", ["/pypa.zip", "/export/"])
def test_nothing_is_published_where_a_source_fails(publish: Publish, tmp_path: Path, event: str, path: str) -> None:
    with Upstream([OLD]) as sources:
        first = publish(sources, ADDRESS, "first", "workflow_dispatch")
        sources.records.append(NEW)
        sources.faults.append(Fault(path, status=503))
        with host(site_of(first)) as served:
            second = publish(sources, address(served), "second", event)
    assert second.code == 1, second.text
    assert second.events == []
    assert not site_of(second).exists()


def aged(site: Path, **ago: int) -> datetime:
    """Let the published database be as of then."""
    then = datetime.now(UTC) - timedelta(**ago)
    with closing(sqlite3.connect(site / "advisories.db")) as file:
        ((told,),) = file.execute("SELECT value FROM about WHERE key = 'origins'").fetchall()
        origins = [{**origin, "as_of": then.isoformat()} for origin in json.loads(told)]
        file.execute("UPDATE about SET value = ? WHERE key = 'origins'", (json.dumps(origins),))
        file.commit()
    return then


def test_how_old_it_is_is_told_and_the_gate_says_how_old_it_may_be(publish: Publish, use: Use) -> None:
    with Upstream([OLD]) as sources:
        site = site_of(publish(sources, ADDRESS, "first", "workflow_dispatch"))
    with host(site) as served:
        assert outcome(use(served, "fresh", lock=SOUND)) == ("clean", "true", [])
    then = aged(site, hours=30)
    with host(site) as served:
        stale = use(served, "stale", lock=SOUND)
        lenient = use(served, "lenient", lock=SOUND, PYSENTRY_HOOK_DEFAULTS_ON_INCOMPLETE="warn")
        old = use(served, "old", PYSENTRY_HOOK_DEFAULTS_ON_INCOMPLETE="warn")
    assert (stale.code, outcome(stale)) == (1, ("incomplete", "false", []))
    assert "max_data_age_hours is 24" in stale.summary
    assert (lenient.code, outcome(lenient)[1]) == (0, "false")
    assert (old.code, outcome(old)[0]) == (1, "findings")
    for done in (stale, lenient, old):
        assert f"{then:%Y-%m-%d}" in done.summary
        assert done.report()["advisory_data"][0]["as_of"].startswith(f"{then:%Y-%m-%dT%H:%M}")


@pytest.mark.parametrize(("repository", "chosen"), [("somebody/shop", "base"), (REPOSITORY, "head")])
def test_a_fork_does_not_choose_the_database_that_it_is_judged_by(
    acting: Acting, publish: Publish, tmp_path: Path, repository: str, chosen: str
) -> None:
    with Upstream([OLD]) as sources:
        site = site_of(publish(sources, ADDRESS, "first", "workflow_dispatch"))
    origin = tmp_path / "origin"
    with host(site) as of_base, host(site) as of_head:
        files = {".pysentry-hook.toml": f'[sources]\ndatabase = ["{address(of_base)}"]\n'}
        base = commit(origin, {"uv.lock": SOUND, **files})
        git(origin, "checkout", "-q", "-b", "change")
        files = {".pysentry-hook.toml": f'[sources]\ndatabase = ["{address(of_head)}"]\n'}
        head = commit(origin, {"uv.lock": VULNERABLE, **files})
        git(origin, "checkout", "-q", "main")
        git(origin, "merge", "-q", "--no-ff", "-m", "merge", "change")
        done = acting.run(
            workflow(tmp_path, audit=None),
            origin,
            tmp_path,
            event="pull_request",
            payload=pull_request(base, head, repository),
            environment={"GITHUB_API_URL": of_base.url} | SILENT,
        )
        asked = {name for name, served in (("base", of_base), ("head", of_head)) if served.asked("/advisories.db")}
    assert done.outputs()["conclusion"] == "findings", done.text
    assert asked == {chosen}
    assert ("this change sets sources.database" in done.summary) is (repository == REPOSITORY)


def pull_request(base: str, head: str, repository: str) -> Mapping[str, Any]:
    side = {"ref": "change", "sha": head, "repo": {"full_name": repository}}
    return {"number": 7, "pull_request": {"number": 7, "base": {"ref": "main", "sha": base}, "head": side}}
