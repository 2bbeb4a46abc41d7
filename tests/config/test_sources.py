"""Which services and databases are asked, and where they are."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from pysentry_hook.errors import UsageError
from tests.builders import a_folder_of_records, a_record, a_uv_lock
from tests.config.settling import settled
from tests.conftest import Run


def the_error(environment: dict[str, str] | None = None, /, **flags: Any) -> str:
    with pytest.raises(UsageError) as caught:
        settled(environment, **flags)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("osv", ("osv",)), ("osv,pypa", ("pypa", "osv")), (" osv , pypi ,", ("pypi", "osv")), ("osv,osv", ("osv",))],
)
def test_sources_are_named_with_commas_in_any_order(text: str, expected: tuple[str, ...]) -> None:
    assert settled(sources=(text,)).sources == expected
    assert settled({"SOURCES_ENABLED": text}).sources == expected


def test_sources_can_be_named_by_several_flags_and_replace_those_of_the_environment() -> None:
    assert settled({"SOURCES_ENABLED": "pypi"}, sources=("osv", "pypa")).sources == ("pypa", "osv")


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, ("osv",)),
        ({"SOURCES_ENABLED": "osv,pypa"}, ("osv",)),
        ({"SOURCES_ENABLED": "pypa,pypi"}, ("pypa", "pypi")),
        ({"SOURCES_ENABLED": "pypa"}, ("pypa",)),
        ({"SOURCES_REQUIRED": "pypa"}, ("pypa",)),
        ({"SOURCES_REQUIRED": "osv,pypa,pypi"}, ("pypa", "pypi", "osv")),
    ],
)
def test_osv_is_required_where_it_is_enabled_else_all_that_are(
    environment: dict[str, str], expected: tuple[str, ...]
) -> None:
    assert settled(environment).required == expected


def test_a_source_that_is_required_must_be_enabled() -> None:
    assert the_error({"SOURCES_REQUIRED": "osv"}, sources=("pypa",)) == (
        "PYSENTRY_HOOK_SOURCES_REQUIRED: osv is required and not enabled; add it to sources.enabled"
    )


def test_a_database_replaces_the_services_unless_the_flag_names_them_too(tmp_path: Path) -> None:
    database = (str(tmp_path),)
    alone = settled(advisory_db=database)
    assert (alone.sources, alone.required, alone.advisory_db) == ((), ("database",), database)
    assert settled({"SOURCES_ENABLED": "osv"}, advisory_db=database).sources == ()
    both = settled(advisory_db=database, sources=("osv",))
    assert (both.sources, both.required) == (("osv",), ("database",))


def test_a_database_may_be_named_by_the_environment_and_the_flag_replaces_it(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    environment = {"SOURCES_DATABASE": f"{tmp_path / 'a'},{tmp_path / 'b'}"}
    assert settled(environment).advisory_db == (str(tmp_path / "a"), str(tmp_path / "b"))
    assert settled(environment).sources == ()
    assert settled(environment, advisory_db=(str(tmp_path / "b"),)).advisory_db == (str(tmp_path / "b"),)


def test_a_database_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    assert the_error(advisory_db=(str(tmp_path / "x.zip"),)) == (
        f"--advisory-db: {tmp_path}/x.zip is not there; check the path"
    )
    assert the_error({"SOURCES_DATABASE": "a b.db"}) == (
        "PYSENTRY_HOOK_SOURCES_DATABASE: a b.db is not there; make it: pysentry-hook db sync 'a b.db'"
    )


@pytest.mark.parametrize("value", ['"data/a.zip"', '["data/a.zip"]'])
def test_the_path_of_a_database_begins_where_the_file_is_that_names_it(value: str, run: Run, tmp_path: Path) -> None:
    project = tmp_path / "project"
    (project / "data").mkdir(parents=True)
    (project / "uv.lock").write_text(a_uv_lock(("requests", "2.30.0")), encoding="utf-8")
    (project / ".pysentry-hook.toml").write_text(f"[sources]\ndatabase = {value}\n", encoding="utf-8")
    done = run("report", "project", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (
        2,
        "error: .pysentry-hook.toml:2: project/data/a.zip is not there; check the path\n",
    )
    a_folder_of_records(project / "data" / "a.zip", a_record(fixed="2.31.0"))
    done = run("report", "project", "-f", "json", cwd=tmp_path)
    assert len(json.loads(done.stdout)["findings"]) == 1


def test_what_is_neither_a_file_nor_a_folder_is_no_database(run: Run, tmp_path: Path) -> None:
    (tmp_path / "uv.lock").write_text(a_uv_lock(("requests", "2.30.0")), encoding="utf-8")
    os.mkfifo(tmp_path / "pipe.db")
    done = run("report", "--advisory-db", "pipe.db", cwd=tmp_path, timeout=60)
    assert done.returncode == 3
    assert "pipe.db: is neither a file nor a folder" in done.stdout


@pytest.mark.parametrize("url", ["https://a.example/db", f"https://a.example/db#sha256={'0aF' * 21}0"])
def test_a_database_may_be_behind_an_address_with_or_without_its_digest(url: str) -> None:
    assert settled(advisory_db=(url,)).advisory_db == (url,)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("ftp://a.example/db", "is neither a path nor an http(s) URL"),
        ("https://a.example/db#sha256=12", "no #sha256= with 64 hexadecimal digits"),
        ("https://a.example/db#", "no #sha256= with 64 hexadecimal digits"),
        (f"https://a.example/db#md5={'0' * 64}", "no #sha256= with 64 hexadecimal digits"),
    ],
)
def test_an_address_of_a_database_is_http_and_its_digest_is_whole(url: str, message: str) -> None:
    assert message in the_error(advisory_db=(url,))
    assert message in the_error({"SOURCES_DATABASE": url})


def test_a_bare_service_url_means_osv() -> None:
    urls = settled(service_urls=("http://127.0.0.1:8/v1?a=b",)).urls
    assert urls["osv"] == "http://127.0.0.1:8/v1?a=b"
    assert urls["pypi"] == "https://pypi.org"


def test_a_service_url_names_its_source_and_beats_the_environment() -> None:
    environment = {"SOURCES_PYPI_URL": "https://a.example", "SOURCES_OSV_URL": "https://b.example"}
    urls = settled(environment, service_urls=("pypi=https://c.example?x=y", "pypa=http://d.example/main.zip")).urls
    assert urls == {"pypi": "https://c.example?x=y", "osv": "https://b.example", "pypa": "http://d.example/main.zip"}


def test_a_service_url_for_an_unknown_source_names_those_that_are_known() -> None:
    assert the_error(service_urls=("osvv=https://a.example",)) == (
        "--service-url: 'osvv' is no source; known: pypa, pypi, osv, osv-export"
    )


@pytest.mark.parametrize("url", ["osv=ftp://a.example", "file:///etc/passwd", "osv=", "osv=a.example", "a.example"])
def test_a_service_is_reached_by_http_only(url: str) -> None:
    assert "the address of osv is no http(s) URL" in the_error(service_urls=(url,))


def test_credentials_of_an_address_are_not_in_its_error() -> None:
    assert "secret" not in the_error(service_urls=("osv=ftp://user:secret@a.example/?key=secret",))
    told = the_error({"SOURCES_OSV_URL": "ftp://user:secret@a.example/?key=secret"})
    assert told.startswith("PYSENTRY_HOOK_SOURCES_OSV_URL")
    assert "secret" not in told


def test_an_unknown_source_is_answered_with_the_nearest_and_all_that_are_known() -> None:
    assert (
        the_error(sources=("pypaa",)) == "--sources: 'pypaa' is no source (did you mean pypa?); known: pypa, pypi, osv"
    )
    assert the_error(sources=(" , ",)) == "--sources names no source; known: pypa, pypi, osv"
    assert the_error({"SOURCES_ENABLED": "github"}) == (
        "PYSENTRY_HOOK_SOURCES_ENABLED = 'github' is not one of pypa, pypi, osv"
    )
    assert the_error({"SOURCES_ENABLED": ""}) == (
        "PYSENTRY_HOOK_SOURCES_ENABLED = '' names no source; known: pypa, pypi, osv"
    )
