"""What a developer sees who commits, under pre-commit and under prek."""

import pytest

from tests.e2e.hook.hooking import Project

pytestmark = pytest.mark.network  # the hook environments are installed from the package registry

OLD, NEW = ("requests", "2.30.0"), ("requests", "2.31.0")
IDNA = ("idna", "3.4")


def test_a_commit_that_brings_in_a_vulnerability_is_blocked(project: Project) -> None:
    project.begun(IDNA)
    project.lock(IDNA, OLD)
    shown = project.commit().of(1)
    assert shown.lines()[0] == (
        "pysentry-hook: blocked. This commit brings in requests 2.30.0 with 1 known vulnerability."
    )
    assert "  HIGH  CVE-2099-0001  fixed in 2.31.0" in shown.lines()
    assert project.git("log", "--format=%s") == "begin"


def test_a_commit_without_a_finding_passes_and_says_what_was_looked_at(project: Project) -> None:
    project.begun(IDNA)
    project.lock(IDNA, NEW)
    shown = project.commit().of(0)
    assert shown.lines() == ["pysentry-hook: 1 new version of this commit checked, no known vulnerabilities."]
