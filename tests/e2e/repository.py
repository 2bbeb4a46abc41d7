"""A real git repository whose scans are compared, judged and told."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tests.builders import a_folder_of_records, a_record, a_uv_lock
from tests.conftest import Run

Done = subprocess.CompletedProcess[str]

_WHO = {f"GIT_{role}_{key}": "a@example.com" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}

RECORDS = (
    a_record("PYSEC-2099-1", fixed="2.31.0", aliases=["CVE-2099-0001"], database_specific={"severity": "HIGH"}),
    a_record("PYSEC-2099-2", "idna", fixed="3.7", aliases=["CVE-2099-0002"], database_specific={"severity": "MEDIUM"}),
    a_record("PYSEC-2099-3", fixed="2.29.0", aliases=["CVE-2099-0003"], database_specific={"severity": "LOW"}),
)
"""requests below 2.31 is affected, below 2.29 twice; idna is below 3.7."""


def git(folder: Path, *words: str | Path) -> str:
    """Run git as a developer does."""
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    command = ["git", "-C", folder, "-c", "protocol.file.allow=always", *words]
    return subprocess.run(
        command, check=True, capture_output=True, text=True, env=environment | _WHO | {"GIT_CONFIG_NOSYSTEM": "1"}
    ).stdout.strip()


class Repository(NamedTuple):
    """A repository, and how it is scanned with a database of advisories."""

    run: Run
    folder: Path
    records: Path

    def write(self, name: str, text: str) -> Path:
        """Write a file of the repository."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def lock(self, *packages: str, folder: str = "") -> Path:
        """Write a uv.lock of packages that are given as `name version`."""
        pairs = [(name, version) for name, _, version in (text.partition(" ") for text in packages)]
        return self.write(f"{folder}/uv.lock" if folder else "uv.lock", a_uv_lock(*pairs))

    def remove(self, name: str) -> None:
        """Remove a file or a folder."""
        path = self.folder / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()

    def commit(self) -> str:
        """Commit everything; the id of the commit."""
        git(self.folder, "add", "-A")
        git(self.folder, "commit", "-q", "--allow-empty", "-m", "x")
        return git(self.folder, "rev-parse", "HEAD")

    def scan(self, *words: object, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> Done:
        """Run the command with the database."""
        return self.run(*words, "--advisory-db", self.records, cwd=cwd or self.folder, env=env)

    def report(self, *words: object, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> dict[str, Any]:
        """The JSON of a gating scan, with its exit code as `exit`."""
        return as_json(self.scan(*words, "-f", "json", env=env, cwd=cwd))


def as_json(done: Done) -> dict[str, Any]:
    """The JSON that a command wrote, with its exit code as `exit`."""
    assert done.stdout, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found | {"exit": done.returncode}


def a_repository(run: Run, folder: Path, *records: Mapping[str, Any]) -> Repository:
    """An empty repository beside a folder of records."""
    (folder / "shop").mkdir()
    git(folder / "shop", "init", "-q", "-b", "main")
    return Repository(run, folder / "shop", a_folder_of_records(folder / "records", *(records or RECORDS)))


def novelty(report: Mapping[str, Any]) -> dict[str, str]:
    """How old each finding is, by package, version and id; "touched" is one whose version changed."""
    return {
        f"{finding['package']} {finding['version']} {finding['id']}": "touched"
        if finding["touched"]
        else finding["novelty"]
        for finding in report["findings"]
    }


def decisions(report: Mapping[str, Any]) -> dict[str, str]:
    """What was decided, by id."""
    return {finding["id"]: finding["verdict"]["decision"] for finding in report["findings"]}
