"""The SARIF of every real project is what the standard, GitHub's rules and GitHub's limits ask for."""

import gzip
import json
import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from tests.conftest import Run
from tests.e2e.corpus import MERGED, Project, databases, index, inputs, marks
from tests.e2e.validators import faults, judged, official_schema, tools_schema

pytestmark = marks
_FINGERPRINT = re.compile(r"[0-9a-f]{16}:[1-9][0-9]*")


@pytest.mark.parametrize("project", index(), ids=lambda project: project["project"])
def test_the_schemas_take_the_sarif_of_a_real_project_and_its_places_are_true(
    run: Run, projects: Path, cache_dir: Path, tmp_path: Path, project: Project
) -> None:
    folder = projects / project["project"]
    outputs = ["-o", tmp_path / "r.sarif", "-o", tmp_path / "r.json", "-q"]
    run("report", *inputs(project, folder), *databases(MERGED), "--offline", *outputs, "--cache-dir", cache_dir)
    text = (tmp_path / "r.sarif").read_text(encoding="utf-8")
    report, log = json.loads((tmp_path / "r.json").read_text(encoding="utf-8")), json.loads(text)
    found = [result for one in log["runs"] for result in one["results"]]
    assert len(found) == len(report["findings"])
    assert str(projects) not in text
    assert len(gzip.compress(text.encode())) < 10_000_000
    folders = {(folder / name).parent for name in project["inputs"]}
    _check_places(found, Path(os.path.commonpath(folders)))
    names = [result["partialFingerprints"]["primaryLocationLineHash"] for result in found]
    assert len(set(names)) == len(names)
    assert all(map(_FINGERPRINT.fullmatch, names))
    properties = [rule["properties"] for one in log["runs"] for rule in one["tool"]["driver"]["rules"]]
    numbers = [each["security-severity"] for each in properties if "security-severity" in each]
    assert all(0 < float(number) <= 10 for number in numbers)
    assert faults(tools_schema(), log) == []
    assert faults(official_schema(), log) == []


def test_the_validator_takes_the_sarif_of_every_real_project(
    run: Run, projects: Path, cache_dir: Path, tmp_path: Path
) -> None:
    numbers = {}
    for project in index():
        file = tmp_path / f"{project['project']}.sarif"
        named = inputs(project, projects / project["project"])
        run("report", *named, *databases(MERGED), "--offline", "-o", file, "--cache-dir", cache_dir)
        log = json.loads(file.read_text(encoding="utf-8"))
        numbers[file.name] = sum(len(one["results"]) for one in log["runs"])
    verdict = judged([tmp_path / name for name in numbers], tmp_path)
    assert (verdict.complaints, verdict.looked_at) == ([], numbers)


def _check_places(found: list[dict[str, Any]], root: Path) -> None:
    """Fail unless each result points at the text that it shows, and that text says the version."""
    for result in found:
        place = result["locations"][0]["physicalLocation"]
        region = place["region"]
        file = root / unquote(place["artifactLocation"]["uri"])
        line = file.read_text(encoding="utf-8-sig").split("\n")[region["startLine"] - 1]
        assert line[region["startColumn"] - 1 : region["endColumn"] - 1] == region["snippet"]["text"]
        assert result["properties"]["version"] in region["snippet"]["text"]
