"""`plan --apply` with the real uv and git: what it clears is cleared, and what it does not finish is as it was."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.builders import a_folder_of_records, a_record
from tests.conftest import Run
from tests.e2e.conftest import needed
from tests.e2e.repository import Done, git
from tests.resolvers.index import Index, Release, serve

HEAD = '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.11"\n'
BAD = a_record("PYSEC-2099-1", "six", fixed="1.1")


class Project:
    """A project in a repository, an index whose releases may change, and advisories."""

    def __init__(self, run: Run, folder: Path, releases: list[Release], index: Index) -> None:
        self.run = run
        self.folder = folder
        self.releases = releases
        self.index = index
        self.environment = {"UV_DEFAULT_INDEX": index.url, "UV_CACHE_DIR": str(folder.parent / "uv")}

    def write(self, name: str, text: str | bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def read(self, name: str) -> str:
        return (self.folder / name).read_bytes().decode()

    def lock(self, folder: str = "", *, as_of: Sequence[Release] = ()) -> None:
        """Let uv lock what is written, with the releases of another day."""
        now = list(self.releases)
        self.releases[:] = as_of or now
        environment = {**os.environ, **self.environment, "UV_OFFLINE": "0", "UV_NO_CACHE": "1"}
        words = (needed("uv", "uv"), "lock", "-q", "--no-build", "--python", sys.executable)
        subprocess.run(words, cwd=self.folder / folder, env=environment, check=True)
        self.releases[:] = now

    def commit(self) -> None:
        git(self.folder, "add", "-A")
        git(self.folder, "commit", "-q", "-m", "x")

    def call(self, *words: object, **environment: str) -> Done:
        options = ("--advisory-db", self.folder.parent / "records")
        return self.run(*words, *options, cwd=self.folder, env=self.environment | environment)

    def apply(self, *words: object, **environment: str) -> Done:
        return self.call("plan", "--apply", *words, **environment)

    def findings(self, *words: object) -> dict[str, str]:
        """What a scan of its own finds afterwards: package and version by id."""
        report: dict[str, Any] = json.loads(self.call("report", "-f", "json", *words).stdout)
        assert report["complete"]
        return {each["id"]: f"{each['package']} {each['version']}" for each in report["findings"]}

    def state(self) -> dict[str, tuple[bytes, int]]:
        """Every file with its mode."""
        files = (path for path in self.folder.rglob("*") if path.is_file() and ".git" not in path.parts)
        return {str(path.relative_to(self.folder)): (path.read_bytes(), path.stat().st_mode) for path in sorted(files)}


Projects = Callable[..., Project]


@pytest.fixture
def projects(run: Run, tmp_path: Path) -> Iterator[Projects]:
    """Give a function that makes a project in an index with these releases; six 1.0 has a finding, and 1.1 none."""
    with ExitStack() as stack:

        def make(*releases: Release, repository: bool = True) -> Project:
            known = list(releases)
            (tmp_path / "shop").mkdir()
            if repository:
                git(tmp_path / "shop", "init", "-q", "-b", "main")
            a_folder_of_records(tmp_path / "records", BAD)
            return Project(run, tmp_path / "shop", known, stack.enter_context(serve(known)))

        yield make


SIX = (Release("six", "1.0"), Release("six", "1.1"))


def test_a_refresh_changes_the_lock_alone(projects: Projects) -> None:
    project = projects(*SIX)
    project.write("pyproject.toml", HEAD + 'dependencies = ["six"]\n')
    project.lock(as_of=SIX[:1])
    project.commit()
    done = project.apply()
    assert (done.returncode, done.stderr) == (0, "Changed, and scanned again: uv.lock\n")
    assert project.findings() == {}
    assert git(project.folder, "diff", "--stat").splitlines()[0].startswith("uv.lock")
    assert 'version = "1.1"' in project.read("uv.lock")
