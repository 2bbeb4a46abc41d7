"""Resolvers run no code of the project, keep secrets from the wrong host, and packages to their index."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pysentry_hook.resolvers import RESOLVERS
from tests.e2e.conftest import House
from tests.resolvers.index import PASSWORD, Index, Release, serve

pytestmark = pytest.mark.unmeasured  # other tests measure what these run

both = pytest.mark.parametrize("resolver", list(RESOLVERS))
HIDDEN = "a-hidden-word"


@pytest.fixture
def ran(house: House, tmp_path: Path) -> Callable[[], bool]:
    """A project with code that would leave a mark; tells whether it did."""
    mark = tmp_path / "ran"
    setup = f"open({str(mark)!r}, 'w').close()\nfrom setuptools import setup\nsetup(name='x', version='1')\n"
    for folder in ("", "x/"):
        house.write(f"{folder}setup.py", setup)
    return mark.exists


@both
@pytest.mark.parametrize(
    "text",
    ["-e .\nsix\n", "-e ./x\nsix\n", "./x\nsix\n", "x @ file:./x\nsix\n", "--no-binary :all:\nsix\n"],
)
def test_no_requirement_runs_code_of_the_project(
    house: House, ran: Callable[[], bool], resolver: str, text: str
) -> None:
    house.write("requirements.txt", text)
    report = house.report("--resolver", resolver)
    assert report["complete"]
    assert report["coverage"]["checked"] == 1
    assert not ran()


DYNAMIC_VERSION = '[project]\nname = "shop"\ndynamic = ["version"]\ndependencies = ["six"]\n'
DYNAMIC_DEPENDENCIES = (
    '[project]\nname = "shop"\nversion = "1"\ndynamic = ["dependencies"]\n[dependency-groups]\na = ["six"]\n'
)
EDITABLE = (
    '[project]\nname = "shop"\nversion = "1"\ndependencies = ["six", "x"]\n'
    '[tool.uv.sources]\nx = { path = "x", editable = true }\n'
)


@both
@pytest.mark.parametrize(
    ("text", "complete"),
    [(DYNAMIC_VERSION, True), (DYNAMIC_DEPENDENCIES, False), (EDITABLE, True)],
    ids=["dynamic version", "dynamic dependencies", "editable source"],
)
def test_no_manifest_runs_code_of_the_project(
    house: House, ran: Callable[[], bool], resolver: str, text: str, complete: bool
) -> None:
    backend = '[build-system]\nrequires = []\nbuild-backend = "setup"\nbackend-path = ["."]\n'
    house.write("pyproject.toml", text + backend)
    report = house.report("--resolver", resolver)
    assert report["complete"] == complete
    assert report["coverage"]["checked"] == 1
    assert not ran()


@both
@pytest.mark.parametrize("allowed", [False, True])
def test_a_source_distribution_runs_only_where_that_is_allowed(
    house: House, resolver: str, allowed: bool, tmp_path: Path
) -> None:
    house.write("requirements.txt", "only-source\n")
    mark = tmp_path / "ran"
    with serve([Release("only-source", "1.0", marker_of_build=mark)]) as index:
        options = ["--allow-build"] if allowed else []
        report = house.report("--resolver", resolver, *options, UV_DEFAULT_INDEX=index.url, PIP_INDEX_URL=index.url)
    assert mark.exists() == allowed == report["complete"]
    if allowed:
        told = {"uv": "code of these was run to build them: only-source", "pip-tools": "was built by its own code"}
        assert any(told[resolver] in note for note in report["inputs"][0]["notes"])
    else:
        assert "only-source" in report["failures"][0]["detail"]


def alone(index: Index, name: str = "acme") -> str:
    """A manifest in which `requests` alone comes from an index, by the sources of uv."""
    return (
        '[project]\nname = "shop"\nversion = "1"\ndependencies = ["six"]\n[dependency-groups]\ndev = ["requests"]\n'
        f'[[tool.uv.index]]\nname = "{name}"\nurl = "{index.url}"\nexplicit = true\n'
        f'[tool.uv.sources]\nrequests = {{ index = "{name}" }}\n'
    )


@both
def test_a_password_of_a_named_index_never_reaches_an_index_of_that_name(house: House, resolver: str) -> None:
    secrets = {"UV_INDEX_ACME_USERNAME": "me", "UV_INDEX_ACME_PASSWORD": HIDDEN}
    with serve(RELEASES) as other:
        house.write("pyproject.toml", alone(other))
        report = house.report("--resolver", resolver, PYSENTRY_HOOK_SOURCES_MIRRORS=other.url, **secrets)
        assert report["complete"]
        assert other.asked
        assert not [sent for _, sent in other.asked if sent]


RELEASES = (Release("requests", "2.29.0"), Release("six", "99"))


@both
def test_a_variable_in_an_address_is_never_filled_in(house: House, resolver: str) -> None:
    with serve(RELEASES) as other:
        address = other.url.replace("://", "://me:${HIDDEN}@").replace("/simple", "/${HIDDEN}/simple")
        house.write("requirements.txt", f"--extra-index-url {address}\nsix\n")
        mirrors = {"PYSENTRY_HOOK_SOURCES_MIRRORS": other.url}
        report = house.report("--resolver", resolver, HIDDEN=HIDDEN, **mirrors)
        assert not [path for path, sent in other.asked if HIDDEN in path or sent]
    assert HIDDEN not in json.dumps(report)
    assert not [path for path, _ in house.served.asked if HIDDEN in path]


@both
def test_a_password_of_the_user_s_index_reaches_no_other(house: House, resolver: str) -> None:
    with serve([Release("acme-core", "1.0")], private=True) as own, serve(RELEASES) as other:
        house.write("requirements.txt", f"--extra-index-url {other.url}\nacme-core\nsix\n")
        indexes = {"UV_DEFAULT_INDEX": own.with_password(), "PIP_INDEX_URL": own.with_password()}
        report = house.report("--resolver", resolver, PYSENTRY_HOOK_SOURCES_MIRRORS=other.url, **indexes)
        assert report["complete"]
        assert {sent for _, sent in other.asked} == {None}
        assert any(sent for _, sent in own.asked)
    assert PASSWORD not in json.dumps(report)


@both
def test_a_private_package_behind_a_password_is_resolved_and_not_told_to_anybody(house: House, resolver: str) -> None:
    with serve([Release("acme-core", "1.0", ("requests<2.31",)), *RELEASES], private=True) as own:
        indexes = {"UV_DEFAULT_INDEX": own.with_password(), "PIP_INDEX_URL": own.with_password()}
        house.write("requirements.txt", "acme-core\n")
        report = house.report("--resolver", resolver, **indexes)
    assert [(finding["package"], finding["version"]) for finding in report["findings"]] == [("requests", "2.29.0")]
    assert PASSWORD not in json.dumps(report)


def test_an_index_of_one_package_is_asked_for_no_other(house: House) -> None:
    with serve(RELEASES) as other:
        for text in (alone(other), _of_poetry(other)):
            house.write("pyproject.toml", text)
            report = house.report("--resolver", "uv", PYSENTRY_HOOK_SOURCES_MIRRORS=other.url)
            assert [(finding["package"], finding["version"]) for finding in report["findings"]] == [
                ("requests", "2.29.0")
            ]
            assert report["coverage"]["total"] == 2
        assert {path for path, _ in other.asked if path.startswith("/simple")} == {"/simple/requests/"}


def _of_poetry(index: Index) -> str:
    return (
        '[tool.poetry]\nname = "shop"\n[tool.poetry.dependencies]\npython = "^3.11"\nsix = "*"\n'
        'requests = { version = "*", source = "acme" }\n'
        f'[[tool.poetry.source]]\nname = "acme"\nurl = "{index.url}"\npriority = "explicit"\n'
    )


def test_pip_tools_cannot_keep_a_package_to_its_index_and_says_so(house: House) -> None:
    said = "pip-tools takes every package from whichever index has the highest version"
    with serve(RELEASES) as other:
        house.write("pyproject.toml", alone(other))
        report = house.report("--resolver", "pip-tools", PYSENTRY_HOOK_SOURCES_MIRRORS=other.url)
        assert said in report["inputs"][0]["notes"]
    house.write("pyproject.toml", '[project]\nname = "shop"\nversion = "1"\ndependencies = ["six"]\n')
    assert said not in house.report("--resolver", "pip-tools")["inputs"][0]["notes"]


def test_both_resolvers_give_the_same_findings(house: House) -> None:
    house.write("requirements.txt", "-c limits.txt\nshop-web\nsix>=1\n-e ./x\n")
    house.write("limits.txt", "six<2\n")
    reports = [house.report("--resolver", resolver) for resolver in RESOLVERS]
    assert [finding["version"] for finding in reports[0]["findings"]] == ["2.30.0"]
    assert reports[0]["findings"] == reports[1]["findings"]
    assert reports[0]["coverage"] == reports[1]["coverage"]
