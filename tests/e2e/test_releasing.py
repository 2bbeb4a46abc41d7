"""`.ci/release` makes one commit and one tag that agree, or says in one line why not and changes nothing."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.e2e.acting import HOUSE, commit, git
from tests.e2e.releasing import BROUGHT, CHANGELOG, LAST, NEXT, a_copy, a_release, do

NAMED = re.compile(r"(?:rev: |ref: |pysentry-hook/pysentry-hook@)(v[\w.]+)")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return a_copy(tmp_path / "copy")


def state(copy: Path) -> tuple[str, ...]:
    """All that a release changes."""
    return git(copy, "rev-parse", "HEAD"), git(copy, "tag"), git(copy, "status", "--porcelain"), git(copy, "diff")


def named(folder: Path) -> set[str]:
    """The releases of ours that the texts name."""
    files = [folder / "README.md", *(file for file in (folder / "examples").rglob("*") if file.is_file())]
    return {name for file in files for name in NAMED.findall(file.read_text(encoding="utf-8"))}


def test_the_texts_name_the_version_that_is_here() -> None:
    assert named(HOUSE) == {f"v{LAST}"}


def test_every_command_for_maintainers_is_there() -> None:
    text = (HOUSE / "CONTRIBUTING.md").read_text(encoding="utf-8")
    commands = set(re.findall(r"`bash (\.ci/\w+)", text))
    assert commands == {f".ci/{name}" for name in ("check", "test", "bench", "release", "build", "run")}
    assert [command for command in commands if not (HOUSE / command).is_file()] == []


def test_a_release_is_one_commit_with_an_annotated_tag_in_which_everything_names_it(copy: Path) -> None:
    before, day = git(copy, "rev-parse", "HEAD"), datetime.now(UTC).date()
    done = a_release(copy)
    assert (done.returncode, done.stderr) == (0, "")
    assert git(copy, "rev-parse", "HEAD~1") == before
    assert git(copy, "log", "-1", "--format=%s") == f"Release {NEXT}"
    assert git(copy, "cat-file", "-t", f"v{NEXT}") == "tag"
    assert git(copy, "rev-parse", f"v{NEXT}^{{commit}}") == git(copy, "rev-parse", "HEAD")
    assert git(copy, "status", "--porcelain") == ""
    changed = set(git(copy, "diff", "--name-only", "HEAD~1").splitlines())
    shown = {name for name in changed if name == "README.md" or name.startswith("examples/")}
    assert changed - shown == {"CHANGELOG.md", "pysentry_hook/__init__.py"}
    assert len(shown) > 1
    assert named(copy) == {f"v{NEXT}"}
    told = (copy / "CHANGELOG.md").read_text(encoding="utf-8")
    assert told == CHANGELOG.replace("## Unreleased\n", f"## Unreleased\n\n## {NEXT} - {day}\n")
    assert do(copy, ".venv/bin/python", "-c", "import pysentry_hook as p; print(p.__version__)").stdout == f"{NEXT}\n"


def test_the_checks_run_before_anything_is_made(copy: Path) -> None:
    assert a_release(copy).returncode == 0
    assert (copy.parent / "checked").read_text(encoding="utf-8") == "checked\n"
    commit(copy, {".ci/check": "exit 1\n", "CHANGELOG.md": CHANGELOG})
    before = state(copy)
    done = a_release(copy, "9.0.0")
    assert (done.returncode, done.stderr) == (1, "The checks failed: mend that, commit it, and begin again.\n")
    assert state(copy) == before


def test_what_it_says_to_push_arrives_whole_and_nothing_was_pushed_before(copy: Path) -> None:
    origin = copy.parent / "origin.git"
    git(copy, "clone", "-q", "--bare", ".", str(origin))
    git(copy, "remote", "add", "origin", str(origin))
    before = git(origin, "for-each-ref")
    (command,) = re.findall(r"^  (git push .*)$", a_release(copy).stdout, re.MULTILINE)
    assert git(origin, "for-each-ref") == before
    assert do(copy, *command.split()).returncode == 0
    assert git(origin, "rev-parse", "main") == git(origin, "rev-parse", f"v{NEXT}^{{commit}}")
    assert git(origin, "rev-parse", "main") == git(copy, "rev-parse", "HEAD")


def stray(copy: Path) -> None:
    (copy / "stray.txt").write_text("x", encoding="utf-8")


def edited(copy: Path) -> None:
    (copy / "README.md").write_text("x", encoding="utf-8")


def silent(copy: Path) -> None:
    commit(copy, {"CHANGELOG.md": CHANGELOG.replace(BROUGHT, "")})


@pytest.mark.parametrize(
    ("new", "prepare", "said"),
    [
        (NEXT, stray, "The tree is not clean (1 paths, first stray.txt): commit or remove them."),
        (NEXT, edited, "The tree is not clean (1 paths, first README.md): commit or remove them."),
        (NEXT, silent, "CHANGELOG.md says nothing below '## Unreleased': write there what this release brings."),
        (NEXT, lambda copy: git(copy, "switch", "-qc", "x"), "This is x; releases are made from main: git switch main"),
        (NEXT, lambda copy: git(copy, "tag", "v98.7.6"), f"{NEXT} is not above 98.7.6, the last release: "),
        (LAST, lambda _: None, f"{LAST} is not above {LAST}, the last release: name a later version."),
        ("0.0.1", lambda copy: git(copy, "tag", "-d", f"v{LAST}"), f"0.0.1 is not above {LAST}, the last release: "),
        ("v9.0.0", lambda _: None, "v9.0.0 is no version of three numbers: bash .ci/release 1.2.3"),
        ("9.0.0rc1", lambda _: None, "9.0.0rc1 is no version of three numbers"),
    ],
    ids=["stray", "edited", "silent", "branch", "tag", "same", "below", "no version", "candidate"],
)
def test_what_cannot_be_released_is_refused_in_one_line_with_the_next_step(
    copy: Path, new: str, prepare: Callable[[Path], object], said: str
) -> None:
    prepare(copy)
    before = state(copy)
    done = a_release(copy, new)
    assert done.returncode == 1
    assert done.stderr.startswith(said)
    assert done.stderr.count("\n") == 1
    assert state(copy) == before
    assert not (copy.parent / "checked").exists()


def test_a_commit_that_git_refuses_leaves_everything_as_it_was(copy: Path) -> None:
    hook = copy / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho no such commits here >&2\nexit 1\n", encoding="utf-8")
    hook.chmod(0o755)
    before = state(copy)
    done = a_release(copy)
    assert (done.returncode, done.stderr) == (1, "git commit failed: no such commits here\n")
    assert state(copy) == before


def test_the_version_is_asked_for(copy: Path) -> None:
    done = do(copy, "bash", ".ci/release")
    assert (done.returncode, done.stderr) == (1, "Name the version: bash .ci/release 1.2.3\n")


def test_the_first_release_may_have_the_version_that_is_here_already(copy: Path) -> None:
    commit(copy, {"CHANGELOG.md": f"# Changelog\n\n## Unreleased\n\n{BROUGHT}\n"})
    git(copy, "tag", "-d", f"v{LAST}")
    assert a_release(copy, LAST).returncode == 0
    assert git(copy, "diff", "--name-only", "HEAD~1") == "CHANGELOG.md"


@pytest.mark.parametrize(
    ("tag", "changelog", "said"),
    [
        ("v9.9.9", None, f"The tag is v9.9.9, but the program says {LAST}: delete the tag, and use .ci/release."),
        (LAST, None, f"The tag is {LAST}, but the program says {LAST}"),
        (
            f"v{LAST}",
            "## Unreleased\n\n* A thing.\n",
            f"The tag is v{LAST}, but the newest release in CHANGELOG.md is ",
        ),
        (f"v{LAST}", f"## 9.0.0 - 2026-01-02\n\n* A thing.\n\n## {LAST} - 2026-01-01\n\n* A thing.\n", "The tag is "),
        (f"v{LAST}", f"## {LAST}\n\n* A thing.\n", f"CHANGELOG.md has no day for {LAST}: use .ci/release."),
        (f"v{LAST}", f"## {LAST} - 2026-01-02\n", f"CHANGELOG.md has no text for {LAST}: use .ci/release."),
    ],
    ids=["version", "no v", "no release", "older", "no day", "no text"],
)
def test_a_tag_that_program_and_changelog_do_not_bear_out_is_refused(
    copy: Path, tag: str, changelog: str | None, said: str
) -> None:
    if changelog:
        (copy / "CHANGELOG.md").write_text(f"# Changelog\n\n{changelog}", encoding="utf-8")
    done = do(copy, ".venv/bin/python", ".ci/changelog.py", tag)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(said)


def test_the_part_of_a_release_and_that_of_what_comes_next_are_told(copy: Path) -> None:
    assert do(copy, ".venv/bin/python", ".ci/changelog.py", f"v{LAST}").stdout == "* A thing that is old.\n"
    assert do(copy, ".venv/bin/python", ".ci/changelog.py").stdout == f"{BROUGHT}\n"


def test_our_own_changelog_begins_with_what_is_not_released() -> None:
    text = (HOUSE / "CHANGELOG.md").read_text(encoding="utf-8")
    assert text.startswith("# Changelog\n\n## Unreleased\n")
