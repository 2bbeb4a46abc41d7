"""Real git repositories."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Git = Callable[..., str]


@pytest.fixture
def git(monkeypatch: pytest.MonkeyPatch) -> Git:
    """Run git as a developer does, in the folder that is named first."""
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "a")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "a@example.com")
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")

    def call(folder: Path, *words: str | bytes) -> str:
        command = ["git", "-C", folder, "-c", "protocol.file.allow=always", *words]
        done = subprocess.run(command, check=True, capture_output=True, env=os.environ)
        return done.stdout.decode("utf-8", "surrogateescape").strip()

    return call


@pytest.fixture
def repository(git: Git, tmp_path: Path) -> Path:
    """A repository without a commit."""
    folder = tmp_path / "project"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    return folder
