"""The corpus of real projects and advisories: where it is, how a project is named, and what has to be found."""

import json
import os
import zipfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from packaging.version import Version

CORPUS = Path(os.environ.get("PYSENTRY_CORPUS", ""))
ADVISORIES = CORPUS / "advisories"
MERGED = "expected-2026-07-merged"
"""The newer snapshot and all samples: the richest of the four."""
DATABASES = {
    "expected": ["pypa-advisory-db.zip"],
    "expected-2026-07": ["pypa-advisory-db-2026-07.zip"],
    "expected-merged": ["osv-pypi-all.zip", "ghsa-sample.zip", "mal-sample.zip"],
    MERGED: ["osv-pypi-all-2026-07.zip", "ghsa-sample.zip", "mal-sample.zip"],
}

marks = [
    pytest.mark.corpus,
    pytest.mark.skipif("PYSENTRY_CORPUS" not in os.environ, reason="PYSENTRY_CORPUS does not name the corpus"),
]

Project = Mapping[str, Any]
Key = tuple[str, str, frozenset[str]]


@cache
def index() -> list[Project]:
    """All projects; none where the corpus is not there."""
    if "PYSENTRY_CORPUS" not in os.environ:
        return []
    with zipfile.ZipFile(CORPUS / "projects.zip") as archive:
        projects: list[Project] = json.loads(archive.read("index.json"))
    return projects


def unpacked(folder: Path) -> Path:
    """Unpack all projects into a folder."""
    with zipfile.ZipFile(CORPUS / "projects.zip") as archive:
        archive.extractall(folder)
    return folder


def records(kind: str) -> list[dict[str, Any]]:
    """The advisories of a kind of expectation that are JSON."""
    found = []
    for name in DATABASES[kind]:
        with zipfile.ZipFile(ADVISORIES / name) as archive:
            found += [json.loads(archive.read(member)) for member in archive.namelist() if member.endswith(".json")]
    return found


def databases(kind: str) -> Sequence[object]:
    """The options that name the databases of a kind of expectation."""
    return [word for name in DATABASES[kind] for word in ("--advisory-db", ADVISORIES / name)]


def inputs(project: Project, folder: Path) -> Sequence[object]:
    """A lock is found in its folder; scripts and requirements files are named, as they have names of their own."""
    if project["format"] == "pep723":
        return [folder / name for name in project["inputs"]]
    if project["format"] != "requirements.txt":
        return [folder]
    return [word for name in project["inputs"] for word in ("--requirements", folder / name)]


def expected(project: Project, kind: str) -> dict[str, Any]:
    """What an independent oracle finds in a project."""
    found: dict[str, Any] = json.loads((CORPUS / kind / f"{project['project']}.json").read_text(encoding="utf-8"))
    return found


def key_of(finding: Mapping[str, Any]) -> Key:
    """What a finding of a report is about: the version, and the records that say it is affected."""
    ids = [say["id"] for say in finding["sources"] if say["affected"]]
    return _key(finding["package"], finding["version"], ids)


def _key(package: str, version: str, ids: Sequence[str]) -> Key:
    return package, str(Version(version)), frozenset(ids)


def compare(report: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    """Fail unless every finding is there once, in its alias group, on a line of its entry, and no other is."""
    wanted, optional = {}, set()
    for finding in expected["findings"]:
        key = _key(finding["package"], finding["version"], finding["ids"])
        if finding["optional"]:
            optional.add(key)
        else:
            wanted[key] = finding
    found: dict[Key, Mapping[str, Any]] = {}
    for finding in report["findings"]:
        key = key_of(finding)
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
