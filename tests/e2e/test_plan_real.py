"""Real projects, real advisories, the public index: a plan clears what blocks, or tells why it does not."""

import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Run
from tests.e2e.repository import git

CORPUS = Path(os.environ.get("PYSENTRY_CORPUS", ""))
AUTHORITY = os.environ.get("SSL_CERT_FILE")
ONLINE = {"HTTPS_PROXY": "", "HTTP_PROXY": "", **({"SSL_CERT_FILE": AUTHORITY} if AUTHORITY else {})}
PROJECTS = {
    "20-anchore-grype-db": "uv.lock",
    "40-ISARICResearch-VERTEX": "poetry.lock",
    "59-Comfy-Org-comfy-cli": "pylock.toml",
}

pytestmark = [
    pytest.mark.unmeasured,  # other tests measure what these run
    pytest.mark.network,
    pytest.mark.corpus,
    pytest.mark.skipif("PYSENTRY_CORPUS" not in os.environ, reason="PYSENTRY_CORPUS does not name the corpus"),
]


def a_project(name: str, tmp_path: Path) -> Path:
    """A project of the corpus in a repository of its own."""
    with zipfile.ZipFile(CORPUS / "projects.zip") as archive:
        archive.extractall(tmp_path, [each for each in archive.namelist() if each.startswith(f"{name}/")])
    folder = tmp_path / name
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "x")
    return folder


def answer(run: Run, folder: Path, *words: object) -> tuple[int, dict[str, Any]]:
    database = CORPUS / "advisories" / "pypa-advisory-db-2026-07.zip"
    done = run(*words, "-f", "json", "--advisory-db", database, cwd=folder, env=ONLINE, timeout=280)
    return done.returncode, json.loads(done.stdout)


def blocking(report: dict[str, Any]) -> set[tuple[str, str]]:
    found = report["findings"]
    return {(each["package"], each["id"]) for each in found if each["verdict"]["decision"] == "block"}


@pytest.mark.parametrize("name", PROJECTS)
def test_every_finding_that_blocks_is_cleared_or_told_with_its_reason(run: Run, tmp_path: Path, name: str) -> None:
    folder = a_project(name, tmp_path)
    before = blocking(answer(run, folder, "report")[1])
    _, plan = answer(run, folder, "plan")
    cleared = {(each["package"], each["id"]) for each in plan["cleared"]}
    held = {(each["package"], each["id"]) for each in plan["held"]}
    assert plan["failures"] == []
    assert (plan["complete"], plan["introduced"], plan["input"]["path"]) == (True, [], PROJECTS[name])
    assert cleared | held == before
    assert cleared
    assert all(each["reason"] for each in plan["held"])
    assert plan["before"]["blocking"] - plan["after"]["blocking"] == len(cleared)
