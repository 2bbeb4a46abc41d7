"""One index serves public and private packages: which of their names leave the machine, and what is told of the rest.

The index answers at an address like that of a virtual repository of Artifactory; another server stands for the
services, and knows every request that it got.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pysentry_hook.resolvers import RESOLVERS
from tests.builders import a_record
from tests.conftest import Run
from tests.contracts.samples import INDEX, SAMPLES, file_name
from tests.resolvers.index import PASSWORD, Index, Release, serve
from tests.upstream import Upstream

pytestmark = pytest.mark.unmeasured  # other tests measure what these run

BELOW = "/artifactory/api/pypi/pypi-virtual"
RELEASES = (
    Release("flask", "2.0", ("jinja2",)),
    Release("jinja2", "3.0"),
    Release("shop-web", "1.0", ("acme-core",)),
    Release("acme-core", "1.0", ("itsdangerous",)),
    Release("acme-billing", "1.0"),
    Release("itsdangerous", "2.0"),
    Release("shop-broken", "1.0", ("acme-gone",)),
)
PUBLIC = {"flask": "2.0", "jinja2": "3.0"}
PRIVATE = {"acme-core": "1.0", "acme-billing": "1.0"}
MALWARE = a_record("MAL-2099-1", "acme-core", versions=["1.0"], events=[])
RECORDS = [
    a_record("PYSEC-2099-1", "flask", fixed="2.1"),
    a_record("PYSEC-2099-2", "acme-core", fixed="1.1"),
    a_record("GHSA-aaaa-bbbb-cccc", "jinja2", fixed="3.1"),
    MALWARE,
]


class Mixed:
    """A project whose packages come from the mixed index, and the services that may hear of some of them."""

    def __init__(self, run: Run, folder: Path, index: Index, upstream: Upstream) -> None:
        self.index, self.upstream, self.folder = index, upstream, folder
        self.run = run
        self._named: list[str] = []
        self.environment = {
            "UV_CACHE_DIR": str(folder.parent / "uv"),
            "PIP_CACHE_DIR": str(folder.parent / "pip"),
        }

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    def pin(self, form: str) -> None:
        """Write a file of this format in which every package comes from the mixed index."""
        pins = [*PUBLIC.items(), *PRIVATE.items()]
        self.write(file_name(form), SAMPLES[form].of(pins).replace(INDEX, self.index.url))
        self._named = [file_name(form), "--no-resolver"]
        if not SAMPLES[form].says_index:
            self.trust()

    def trust(self) -> None:
        """Make the mixed index the one of the user's own configuration."""
        self.environment |= {"UV_DEFAULT_INDEX": self.index.url, "PIP_INDEX_URL": self.index.url}

    def scan(self, *words: object) -> tuple[str, str]:
        """What a scan prints on stdout and stderr."""
        self.upstream.forget()
        options = (*self._named, *self.upstream.options)
        done = self.run("report", *options, *words, cwd=self.folder, env=self.environment)
        assert "Traceback" not in done.stderr
        return done.stdout, done.stderr

    def report(self, *words: object) -> dict[str, Any]:
        report: dict[str, Any] = json.loads(self.scan("-f", "json", *words)[0])
        return report

    def heard(self) -> set[str]:
        """The names that the services were asked about, each of them by every service that is asked by name."""
        queries = [json.loads(request.body)["queries"] for request in self.upstream.asked("/v1/querybatch")]
        by_osv = {query["package"]["name"] for asked in queries for query in asked}
        by_pypi = {request.path.split("/")[2] for request in self.upstream.asked("/pypi/")}
        of_status = {request.path.split("/")[2] for request in self.upstream.asked("/simple/")}
        assert by_osv == by_pypi == of_status
        return by_osv

    def silent(self) -> bool:
        """Whether not a single name was sent."""
        names = {*PUBLIC, *PRIVATE, "acme", "itsdangerous", "shop"}
        return not any(self.upstream.mentions(name) for name in names)


@pytest.fixture
def mixed(run: Run, tmp_path: Path) -> Iterator[Mixed]:
    (tmp_path / "project").mkdir()
    with serve(RELEASES, below=BELOW) as index, Upstream(RECORDS) as upstream:
        yield Mixed(run, tmp_path / "project", index, upstream)


def reasons(report: dict[str, Any]) -> dict[str, str]:
    return {line["name"].lower(): line["reason"] for line in report["coverage"]["unchecked"]}


def found(report: dict[str, Any]) -> set[tuple[str, str]]:
    return {(finding["package"], finding["id"]) for finding in report["findings"]}


every = pytest.mark.parametrize("form", SAMPLES)


@every
def test_no_name_of_an_index_that_nobody_declared_is_sent(mixed: Mixed, form: str) -> None:
    mixed.pin(form)
    report = mixed.report()
    assert mixed.silent()
    assert {request.path for request in mixed.upstream.requests} == {"/pypa.zip"}
    assert mixed.index.asked == []
    there = mixed.index.url.removeprefix("http://").removesuffix("/simple")
    unknown = f"comes from {there}, which is not a known mirror"
    for name in (*PUBLIC, *PRIVATE):
        assert reasons(report)[name] == f"{unknown}: its name was not sent to any service"
    assert found(report) == {("flask", "PYSEC-2099-1"), ("acme-core", "PYSEC-2099-2")}, "known without asking"


def declared(mixed: Mixed, hint: str) -> None:
    """Put the line that a hint tells into the configuration, and declare the private names."""
    line = hint.partition("[sources] ")[2]
    mixed.write(".pysentry-hook.toml", f'[sources]\n{line}\nprivate = ["acme-*"]\n')


@every
def test_the_line_that_the_report_tells_lets_the_public_names_be_sent_and_no_private_one(
    mixed: Mixed, form: str
) -> None:
    mixed.pin(form)
    (hint,) = mixed.report()["hints"]
    assert hint == f'If that index serves what PyPI serves: [sources] mirrors = ["{mixed.index.url}"]'
    assert hint in mixed.scan()[0]
    declared(mixed, hint)
    report = mixed.report()
    assert mixed.heard() == PUBLIC.keys()
    assert not mixed.upstream.mentions("acme")
    assert mixed.index.asked == []
    private = "its name is declared private: it was not sent to any service and not matched"
    assert {name: reason for name, reason in reasons(report).items() if name in {*PUBLIC, *PRIVATE}} == dict.fromkeys(
        PRIVATE, private
    )
    assert found(report) == {("flask", "PYSEC-2099-1"), ("jinja2", "GHSA-aaaa-bbbb-cccc")}
    assert report["complete"]


def test_an_index_with_a_password_is_told_without_it(mixed: Mixed) -> None:
    mixed.write("requirements.txt", f"--index-url {mixed.index.with_password()}\nflask==2.0\nacme-core==1.0\n")
    out, err = mixed.scan("-v")
    assert PASSWORD not in out + err
    assert mixed.silent()
    declared(mixed, mixed.report()["hints"][0])
    mixed.report()
    assert mixed.heard() == {"flask"}
    assert not mixed.upstream.mentions(PASSWORD)


def test_every_request_is_told_with_the_names_that_it_tells(mixed: Mixed) -> None:
    mixed.pin("uv.lock")
    assert mixed.scan("-v")[1].splitlines() == [f"GET {mixed.upstream.url}/pypa.zip"]
    declared(mixed, mixed.report()["hints"][0])
    told = mixed.scan("-v", "--no-cache")[1].splitlines()
    assert sorted(line.partition(" (")[0] for line in told) == sorted(
        f"{request.method} {mixed.upstream.url}{request.path}" for request in mixed.upstream.requests
    )
    named = [line.partition(" (")[2] for line in told if "querybatch" in line]
    assert named[0] == "flask 2.0, jinja2 3.0)"
    assert {name.split()[0] for line in named for name in line.split(", ")} == PUBLIC.keys()
    assert len(named) == len(mixed.upstream.asked("/v1/querybatch"))


def synced(mixed: Mixed) -> Path:
    """A database that holds every record; to make it tells no name."""
    path = mixed.folder.parent / "a.db"
    mixed.upstream.forget()
    done = mixed.run("db", "sync", path, *mixed.upstream.sync_options)
    assert done.returncode == 0, done.stderr
    assert mixed.silent()
    return path


def test_a_database_matches_the_names_of_an_unknown_index_and_nothing_is_sent(mixed: Mixed) -> None:
    mixed.pin("uv.lock")
    report = mixed.report("--advisory-db", synced(mixed))
    assert mixed.upstream.requests == []
    assert mixed.index.asked == []
    assert (report["complete"], report["coverage"]["checked"], report["hints"]) == (True, 4, [])
    assert {package for package, _ in found(report)} == {"flask", "jinja2", "acme-core"}
    assert ("acme-core", "MAL-2099-1") in found(report)


@pytest.mark.parametrize("sources", [(), ("--sources", "osv")])
def test_malware_with_a_private_name_is_a_warning_and_no_finding(mixed: Mixed, sources: tuple[str, ...]) -> None:
    mixed.pin("uv.lock")
    declared(mixed, mixed.report()["hints"][0])
    words = ("--advisory-db", synced(mixed), *sources)
    report = mixed.report(*words)
    warning = "warning: acme-core is the name of malware on PyPI (MAL-2099-1): pin the index that it comes from"
    assert report["hints"] == [warning]
    assert warning in mixed.scan(*words)[0]
    assert {package for package, _ in found(report)} == PUBLIC.keys()
    assert not mixed.upstream.mentions("acme")


both = pytest.mark.parametrize("resolver", list(RESOLVERS))


def with_mirror(mixed: Mixed) -> None:
    """Let the user's own configuration declare the index a mirror, and the private names."""
    mixed.environment |= {"PYSENTRY_HOOK_SOURCES_MIRRORS": mixed.index.url, "PYSENTRY_HOOK_SOURCES_PRIVATE": "acme-*"}


@both
def test_what_is_resolved_from_the_mixed_index_is_told_to_no_service(mixed: Mixed, resolver: str) -> None:
    mixed.write("requirements.txt", "flask\nshop-web\nacme-billing\n")
    mixed.trust()
    report = mixed.report("--resolver", resolver)
    assert mixed.index.names() == {"flask", "jinja2", "shop-web", "acme-core", "itsdangerous", "acme-billing"}
    assert mixed.silent()
    assert reasons(report).keys() == mixed.index.names()
    assert report["hints"] == [f'If that index serves what PyPI serves: [sources] mirrors = ["{mixed.index.url}"]']


@both
def test_of_what_is_resolved_from_the_mixed_index_the_services_hear_the_public_names(
    mixed: Mixed, resolver: str
) -> None:
    mixed.write("requirements.txt", "flask\nshop-web\nacme-billing\n")
    mixed.trust()
    with_mirror(mixed)
    out, err = mixed.scan("--resolver", resolver, "-f", "json", "-v")
    assert mixed.index.names() == {"flask", "jinja2", "shop-web", "acme-core", "itsdangerous"}
    assert mixed.heard() == {"flask", "jinja2", "shop-web", "itsdangerous"}
    assert not mixed.upstream.mentions("acme")
    report = json.loads(out)
    assert {name: "declared private" in reason for name, reason in reasons(report).items()} == dict.fromkeys(
        PRIVATE, True
    )
    assert report["coverage"]["total"] == 6
    asked = f"{resolver} asks the indexes of its own configuration about flask, shop-web and what they need"
    assert err.splitlines()[0] == asked
    assert not any("acme" in line for line in err.splitlines())


@both
@pytest.mark.parametrize("declares", [True, False])
def test_a_resolution_that_fails_tells_the_services_no_private_name(
    mixed: Mixed, resolver: str, declares: bool
) -> None:
    mixed.write("requirements.txt", "flask\nshop-broken\n")
    mixed.trust()
    if declares:
        with_mirror(mixed)
    report = mixed.report("--resolver", resolver)
    assert report["failures"][0]["kind"] == "resolver"
    assert "acme-gone" in report["failures"][0]["detail"]
    asked = [request.path for request in mixed.upstream.requests]
    assert asked == (["/simple/shop-broken/"] if declares else []), "is what may be told of it in quarantine?"
    assert not mixed.upstream.mentions("acme")
