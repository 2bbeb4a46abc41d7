"""What a merge brings in is what neither side had."""

import pytest

from tests.builders import a_uv_lock
from tests.e2e.hook.hooking import CLEAN, IDNA, OLD, Done, Project

pytestmark = pytest.mark.network  # the hook environments are installed from the package registry

SIX = ("six", "1.0")
MERGED = ("git", "merge", "-q", "--no-ff", "-m", "x")


def branched(project: Project, *theirs: tuple[str, str], ours: str = "Ours\n") -> None:
    """Two branches from a clean lock: `topic` has a lock of its own, and main another README."""
    project.stage("README.md", "Hello\n")
    project.begun(IDNA)
    project.git("checkout", "-q", "-b", "topic")
    project.lock(IDNA, *theirs)
    project.commit("--no-verify").of(0)
    project.git("checkout", "-q", "main")
    project.stage("README.md", ours)
    project.commit("--no-verify").of(0)


def in_conflict(project: Project) -> None:
    """Both branches changed the lock, and the merge has stopped."""
    branched(project, OLD)
    project.lock(IDNA, SIX)
    project.commit("--no-verify").of(0)
    project.run(*MERGED, "topic").of(1)


def without_heads(project: Project) -> Done:
    """Merge as a git would that does not tell its hooks what is merged."""
    script = project.folder / ".git" / "hooks" / "pre-merge-commit"
    first, rest = script.read_text(encoding="utf-8").split("\n", 1)
    forget = "unset $(env | sed -n 's/^\\(GITHEAD_[0-9a-f]*\\)=.*/\\1/p')"
    script.write_text(f"{first}\n{forget}\n{rest}", encoding="utf-8")
    return project.run(*MERGED, "topic")


def test_a_finding_of_the_merged_branch_is_not_brought_in_by_the_merge(project: Project) -> None:
    branched(project, OLD)
    assert project.run(*MERGED, "topic").of(0).lines() == ["pysentry-hook: this commit brings in no new version."]
    assert project.git("log", "--format=%s", "--first-parent") == "x\nx\nbegin"


def test_nor_by_the_commit_that_ends_a_conflict(project: Project) -> None:
    in_conflict(project)
    project.lock(IDNA, OLD, SIX)
    assert project.commit().of(0).lines() == ["pysentry-hook: this commit brings in no new version."]


def test_what_neither_side_had_is_brought_in_by_the_merge(project: Project) -> None:
    branched(project, CLEAN)
    project.git("merge", "-q", "--no-ff", "--no-commit", "topic")
    project.lock(IDNA, OLD)
    assert "blocked. This commit brings in requests 2.30.0" in project.commit().of(1).said()


def test_where_git_does_not_tell_what_is_merged_findings_warn(project: Project) -> None:
    branched(project, OLD)
    lines = without_heads(project).of(0).lines()
    assert lines == [
        (
            "pysentry-hook: 1 new version of this commit checked, 1 warning: CVE-2099-0001 in requests "
            "(git does not tell what is merged, so it may be older)."
        ),
        "git does not tell what is merged, so what seems new only warns",
    ]


def test_malware_blocks_even_there(project: Project) -> None:
    branched(project, ("evil", "1.0"))
    assert "MALWARE  MAL-2099-1" in without_heads(project).of(1).said()


def test_a_merge_of_several_branches_is_compared_with_all_of_them(project: Project) -> None:
    branched(project, OLD)
    project.git("checkout", "-q", "-b", "other", "main~")
    project.stage("api/uv.lock", a_uv_lock(OLD, project="api"))
    project.commit("--no-verify").of(0)
    project.git("checkout", "-q", "main")
    assert project.run(*MERGED, "topic", "other").of(0).lines() == [
        "pysentry-hook: this commit brings in no new version."
    ]
