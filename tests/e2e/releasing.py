"""A copy of this repository, in which a release is made, built and published for nobody."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from pysentry_hook import __version__
from tests.e2e.acting import commit, git, shipped

LAST = __version__
NEXT = "{}.{}.{}".format(*LAST.split(".")[:2], int(LAST.split(".")[2]) + 1)
BROUGHT = "* A thing that is new."
CHANGELOG = f"# Changelog\n\n## Unreleased\n\n{BROUGHT}\n\n## {LAST} - 2026-01-02\n\n* A thing that is old.\n"
CHECK = 'echo checked >> "$CHECKED"\n'
"""In the place of the checks, which take a minute."""
_SCRUBBED = ("COVERAGE_", "COV_CORE_", "PYTEST_")
"""What would measure the copy, or tell the tests of a copy that they are those of this run."""
_IDENTITY = {f"GIT_{who}_{what}": "t@example.invalid" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


def a_copy(folder: Path, files: Mapping[str, str] | None = None) -> Path:
    """Copy the repository as it would be committed, with a release behind it and something new, and an environment."""
    shipped(folder, ".")
    commit(folder, {"CHANGELOG.md": CHANGELOG, ".ci/check": CHECK, **(files or {})})
    git(folder, "tag", "-a", f"v{LAST}", "-m", "x")
    environment = folder / ".venv"
    environment.mkdir()
    for name in ("bin", "lib", "pyvenv.cfg"):
        (environment / name).symlink_to(Path(sys.prefix, name))
    return folder


def do(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a copy, as somebody who has a name."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(_SCRUBBED)}
    known = own | _IDENTITY | {"CHECKED": str(folder.parent / "checked")} | environment
    return subprocess.run(words, cwd=folder, env=known, capture_output=True, text=True, check=False, timeout=120)


def a_release(folder: Path, new: str = NEXT) -> subprocess.CompletedProcess[str]:
    """Make the release of a copy, as a maintainer does."""
    return do(folder, "bash", ".ci/release", new)
