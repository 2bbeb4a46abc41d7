"""Real projects and real advisories: exactly the findings that an independent oracle gives for them."""

import json
import os
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from packaging.version import Version

from tests.conftest import Run
from tests.upstream import Upstream

CORPUS = Path(os.environ.get("PYSENTRY_CORPUS", ""))
DATABASES = {
    "expected": ["pypa-advisory-db.zip"],
    "expected-2026-07": ["pypa-advisory-db-2026-07.zip"],
    "expected-merged": ["osv-pypi-all.zip", "ghsa-sample.zip", "mal-sample.zip"],
    "expected-2026-07-merged": ["osv-pypi-all-2026-07.zip", "ghsa-sample.zip", "mal-sample.zip"],
}

pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif("PYSENTRY_CORPUS" not in os.environ, reason="PYSENTRY_CORPUS does not name the corpus"),
]

Key = tuple[str, str, frozenset[str]]


@cache
def _index() -> list[dict[str, Any]]:
    if "PYSENTRY_CORPUS" not in os.environ:
        return []
    with zipfile.ZipFile(CORPUS / "projects.zip") as archive:
        projects: list[dict[str, Any]] = json.loads(archive.read("index.json"))
    return projects


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("projects")
    with zipfile.ZipFile(CORPUS / "projects.zip") as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture(scope="module")
def cache_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


def _inputs(project: dict[str, Any], folder: Path) -> list[object]:
    """A lock is found in its folder; scripts and requirements files are named, as they have names of their own."""
    if project["format"] == "pep723":
        return [folder / name for name in project["inputs"]]
    if project["format"] != "requirements.txt":
        return [folder]
    return [word for name in project["inputs"] for word in ("--requirements", folder / name)]


def _key(package: str, version: str, ids: list[str]) -> Key:
    return package, str(Version(version)), frozenset(ids)


def _expected(project: dict[str, Any], kind: str) -> dict[str, Any]:
    expected: dict[str, Any] = json.loads((CORPUS / kind / f"{project['project']}.json").read_text(encoding="utf-8"))
    return expected


def _compare(report: dict[str, Any], expected: dict[str, Any]) -> None:
    """Fail unless every finding is there once, in its alias group, on a line of its entry, and no other is."""
    wanted, optional = {}, set()
    for finding in expected["findings"]:
        key = _key(finding["package"], finding["version"], finding["ids"])
        if finding["optional"]:
            optional.add(key)
        else:
            wanted[key] = finding
    found: dict[Key, dict[str, Any]] = {}
    for finding in report["findings"]:
        ids = [say["id"] for say in finding["sources"] if say["affected"]]
        key = _key(finding["package"], finding["version"], ids)
        assert key not in found, "a finding is told twice"
        found[key] = finding
    assert found.keys() - optional == wanted.keys()
    for key, finding in wanted.items():
        assert {found[key]["id"], *found[key]["aliases"]} == {*finding["ids"], *finding["aliases"]}
        place = found[key]["location"]
        assert any(
            entry["file"] == place["path"] and entry["line"] <= place["line"] <= entry["end_line"]
            for entry in finding["locations"]
        )
    packages = {(entry["name"], entry["version"]) for entry in expected["packages"] if entry["kind"] == "registry"}
    assert report["coverage"]["checked"] == len(packages)
    assert report["coverage"]["checked"] + len(report["coverage"]["unchecked"]) == report["coverage"]["total"]


@pytest.mark.parametrize("kind", DATABASES)
@pytest.mark.parametrize("project", _index(), ids=lambda project: project["project"])
def test_the_findings_are_exactly_those_expected(
    run: Run, projects: Path, cache_dir: Path, project: dict[str, Any], kind: str
) -> None:
    databases = [word for name in DATABASES[kind] for word in ("--advisory-db", CORPUS / "advisories" / name)]
    inputs = _inputs(project, projects / project["project"])
    done = run("report", *inputs, *databases, "--offline", "-f", "json", "--cache-dir", cache_dir)
    report = json.loads(done.stdout)
    _compare(report, _expected(project, kind))
    assert done.returncode == (0 if report["complete"] else 3)


def test_three_services_together_find_what_the_records_on_disk_give(run: Run, projects: Path, cache_dir: Path) -> None:
    with zipfile.ZipFile(CORPUS / "advisories" / "osv-pypi-all-2026-07.zip") as archive:
        records = [json.loads(archive.read(name)) for name in archive.namelist()]
    content = (CORPUS / "advisories" / "pypa-advisory-db-2026-07.zip").read_bytes()
    with Upstream(records, archive=content) as upstream:
        for project in _index():
            inputs = _inputs(project, projects / project["project"])
            done = run("report", *inputs, *upstream.options, "-f", "json", "--cache-dir", cache_dir)
            report = json.loads(done.stdout)
            asked = [data["source"] for data in report["advisory_data"]]
            assert asked == (["pypa", "pypi", "osv"] if report["coverage"]["checked"] else [])
            assert not [failure for failure in report["failures"] if failure["kind"] == "source"]
            _compare(report, _expected(project, "expected-2026-07"))
