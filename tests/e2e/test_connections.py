"""How services are reached: through proxies, with authorities of one's own, at mirrors, and without a word too much."""

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from pysentry_hook import __version__
from tests.builders import a_record, a_uv_lock
from tests.conftest import Run
from tests.doors import AUTHORITY, Door
from tests.proxy import Proxy
from tests.upstream import Reply, Upstream

pytestmark = pytest.mark.unmeasured  # other tests measure what these run

EVERYWHERE = {"pypa": "http://pypa.invalid/pypa.zip", "pypi": "http://pypi.invalid", "osv": "http://osv.invalid"}
"""Services at names that nobody but a proxy can find."""
PATHS = {"pypa": {"pypa.zip"}, "pypi": {"pypi", "simple"}, "osv": {"v1"}, "osv-export": {"export"}}
"""By the service, the beginnings of what it is asked."""
QUICK = {"PYSENTRY_HOOK_HTTP_MAX_RETRIES": "0"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "uv.lock").write_text(a_uv_lock(("requests", "2.30.0")), encoding="utf-8")
    return folder


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with Upstream([a_record(fixed="2.31")]) as serving:
        yield serving


def options(urls: dict[str, str]) -> list[str]:
    return [word for name, url in urls.items() for word in ("--service-url", f"{name}={url}")]


def everything_at(url: str) -> list[str]:
    return options({"pypa": f"{url}/pypa.zip", "pypi": url, "osv": url})


def report(run: Run, project: Path, *words: object, **env: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run("report", "-f", "json", *words, cwd=project, env=QUICK | env).stdout)
    return found


def is_whole(found: dict[str, Any]) -> bool:
    """Whether every source answered and told of the finding."""
    says = {say["source"] for finding in found["findings"] for say in finding["sources"]}
    return found["complete"] and not found["failures"] and says == {"osv", "pypi", "pypa"}


@pytest.mark.parametrize("variables", [("HTTP_PROXY", "NO_PROXY"), ("http_proxy", "no_proxy")])
def test_every_service_is_asked_through_the_proxy_of_the_environment(
    variables: tuple[str, str], run: Run, project: Path, upstream: Upstream
) -> None:
    proxied, excepted = variables
    with Proxy(upstream) as proxy:
        env = {"HTTP_PROXY": "", proxied: f"http://me:hunter2@{proxy.address}"}
        assert is_whole(report(run, project, *options(EVERYWHERE), **env))
        assert {host for _, host in proxy.asked} == {"osv.invalid", "pypi.invalid", "pypa.invalid"}
        assert proxy.authorizations == {"Basic bWU6aHVudGVyMg=="}
        assert not upstream.mentions("hunter2")

        proxy.asked.clear()
        assert is_whole(report(run, project, *upstream.options, "--no-cache", **env, **{excepted: "127.0.0.1"}))
        assert proxy.asked == []


def test_tls_goes_through_a_tunnel_of_the_proxy(run: Run, project: Path, upstream: Upstream) -> None:
    with Door(upstream, "tls") as door, Proxy(upstream) as proxy:
        env = {"HTTPS_PROXY": f"http://{proxy.address}", "NO_PROXY": "", "SSL_CERT_FILE": str(AUTHORITY)}
        assert is_whole(report(run, project, *everything_at(door.url), **env))
        assert set(proxy.asked) == {("CONNECT", door.url.removeprefix("https://"))}


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_an_authority_of_the_environment_is_trusted(variable: str, run: Run, project: Path, upstream: Upstream) -> None:
    with Door(upstream, "tls") as door:
        assert is_whole(report(run, project, *everything_at(door.url), **{variable: str(AUTHORITY)}))


def test_a_trusted_authority_does_not_vouch_for_another_name(run: Run, project: Path, upstream: Upstream) -> None:
    with Door(upstream, "tls") as door:
        elsewhere = everything_at(door.url.replace("127.0.0.1", "localhost"))
        found = report(run, project, *elsewhere, SSL_CERT_FILE=str(AUTHORITY))
    assert not found["complete"]
    assert {failure["name"] for failure in found["failures"] if failure["kind"] == "source"} == {
        "osv", "pypi", "pypa", "status"
    }  # fmt: skip
    assert all("TLS failed" in failure["detail"] for failure in found["failures"] if failure["kind"] == "source")


WAYS = ("option", "environment", "file")


def at_mirrors(way: str, urls: dict[str, str], folder: Path) -> tuple[Sequence[str], dict[str, str]]:
    """The options and the environment that name mirrors, or neither and a file that does."""
    if way == "option":
        return options(urls), {}
    keys = {f"{name.replace('-', '_')}_url": url for name, url in urls.items()}
    if way == "environment":
        return [], {f"PYSENTRY_HOOK_SOURCES_{key.upper()}": url for key, url in keys.items()}
    lines = [f'{key} = "{url}"\n' for key, url in keys.items()]
    (folder / ".pysentry-hook.toml").write_text("[sources]\n" + "".join(lines), encoding="utf-8")
    return [], {}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("command", ["scan", "sync"])
def test_each_service_may_have_its_own_mirror(command: str, way: str, run: Run, project: Path) -> None:
    names = ["pypa", "pypi", "osv"] if command == "scan" else ["pypa", "osv-export"]
    ends = {"pypa": "/pypa.zip", "osv-export": "/export"}
    with ExitStack() as stack:
        mirrors = {name: stack.enter_context(Upstream([a_record(fixed="2.31")])) for name in names}
        words, env = at_mirrors(way, {name: each.url + ends.get(name, "") for name, each in mirrors.items()}, project)
        if command == "scan":
            assert is_whole(report(run, project, *words, **env))
        else:
            assert run("db", "sync", project / "a.db", *words, cwd=project, env=env).returncode == 0
        for name, mirror in mirrors.items():
            assert {request.path.split("/")[1] for request in mirror.requests} == PATHS[name]


def test_no_request_tells_more_than_the_program_and_its_version(run: Run, project: Path) -> None:
    with Upstream([a_record(fixed="2.31")]) as upstream:
        page = json.dumps({"files": []}).encode()
        upstream.replies["/simple/requests/"] = Reply(200, page, {"Set-Cookie": "who=you; Path=/"})
        assert is_whole(report(run, project, *upstream.options, USER="somebody", CI="true"))
        for _ in range(2):
            assert run("db", "sync", project / "a.db", *upstream.sync_options, cwd=project).returncode == 0
        upstream.replies["/a.db"] = Reply(200, (project / "a.db").read_bytes())
        assert run("db", "import", f"{upstream.url}/a.db", "--to", project / "b.db", cwd=project).returncode == 0

        assert {request.path.split("/")[1] for request in upstream.requests} > set.union(*PATHS.values())
        said = {name: {headers.get(name) for headers in upstream.headers} for name in set().union(*upstream.headers)}
        assert said.pop("host") == {upstream.url.removeprefix("http://")}
        assert said.pop("user-agent") == {f"pysentry-hook/{__version__}"}
        assert said.pop("connection") == {"keep-alive"}
        assert said.keys() == {"accept", "accept-encoding", "content-type", "content-length", "if-none-match"}
