"""Real projects and real advisories: exactly the findings that an independent oracle gives for them."""

import json
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.e2e.corpus import DATABASES, Project, compare, databases, expected, index, inputs, marks

pytestmark = marks


@pytest.mark.parametrize("kind", DATABASES)
@pytest.mark.parametrize("project", index(), ids=lambda project: project["project"])
def test_the_findings_are_exactly_those_expected(
    run: Run, projects: Path, cache_dir: Path, project: Project, kind: str
) -> None:
    named = inputs(project, projects / project["project"])
    done = run("report", *named, *databases(kind), "--offline", "-f", "json", "--cache-dir", cache_dir)
    report = json.loads(done.stdout)
    compare(report, expected(project, kind))
    assert done.returncode == (0 if report["complete"] else 3)
