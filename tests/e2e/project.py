"""A project in a real repository to which plans are applied, with an index and advisories of the tests."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.builders import a_folder_of_records, a_record
from tests.conftest import Run, command, scrubbed
from tests.e2e.repository import Done, git
from tests.resolvers.index import Index, Release

posix = pytest.mark.skipif(sys.platform == "win32", reason="programs of the test are scripts, ended by signals")
HEAD = '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.11"\n'
BAD = a_record("PYSEC-2099-1", "six", fixed="1.1")
SIX = (Release("six", "1.0"), Release("six", "1.1"))


class Project:
    """A folder `shop`, an index whose releases may change, and a database in which six below 1.1 has a finding."""

    def __init__(self, run: Run, home: Path, releases: list[Release], index: Index, uv: str) -> None:
        self.run = run
        self.home = home
        self.folder = home / "shop"
        self.releases = releases
        self.index = index
        self.uv = uv
        self.environment = {"UV_DEFAULT_INDEX": index.url, "UV_CACHE_DIR": str(home / "uv")}
        self.records(BAD)

    def records(self, *records: Mapping[str, Any]) -> None:
        """Advisories that are known too."""
        a_folder_of_records(self.home / "records", *records)

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
        words = (self.uv, "lock", "-q", "--no-build", "--python", sys.executable)
        subprocess.run(words, cwd=self.folder / folder, env=environment, check=True)
        self.releases[:] = now

    def locked(self, *requirements: str, more: str = "", as_of: Sequence[Release] = ()) -> None:
        """Write a manifest, let uv lock it, and commit both."""
        self.write("pyproject.toml", f"{HEAD}dependencies = {json.dumps(requirements)}\n{more}")
        self.lock(as_of=as_of)
        self.commit()

    def commit(self) -> None:
        git(self.folder, "add", "-A")
        git(self.folder, "commit", "-q", "-m", "x")

    def words(self, *words: object) -> tuple[object, ...]:
        return (*words, "--advisory-db", self.home / "records")

    def apply(self, *words: object, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> Done:
        arguments = self.words("plan", "--apply", *words)
        return self.run(*arguments, cwd=cwd or self.folder, env={**self.environment, **(env or {})})

    def start(self, env: Mapping[str, str]) -> "subprocess.Popen[str]":
        """Start to apply a plan; the caller waits for it."""
        return subprocess.Popen(
            command(*self.words("plan", "--apply")),
            cwd=self.folder,
            env=scrubbed(self.home / "cache") | self.environment | dict(env),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def findings(self, *words: object) -> dict[str, str]:
        """What a scan of its own finds afterwards: package and version by id."""
        done = self.run(*self.words("report", "-f", "json", *words), cwd=self.folder, env=self.environment)
        report: dict[str, Any] = json.loads(done.stdout)
        assert report["complete"]
        return {each["id"]: f"{each['package']} {each['version']}" for each in report["findings"]}

    def state(self) -> dict[str, tuple[bytes, int]]:
        """Every file with its mode."""
        files = (path for path in self.folder.rglob("*") if path.is_file() and ".git" not in path.parts)
        return {str(path.relative_to(self.folder)): (path.read_bytes(), path.stat().st_mode) for path in sorted(files)}

    def changed(self) -> list[str]:
        """The files that differ from the commit, those that are new included."""
        new = git(self.folder, "ls-files", "--others", "--exclude-standard")
        return sorted([*git(self.folder, "diff", "--name-only", "HEAD").splitlines(), *new.splitlines()])

    def with_uv(self, text: str) -> dict[str, str]:
        """The environment in which uv does this before its work once a plan is being applied."""
        tools = self.home / "bin"
        tools.mkdir()
        (tools / "python").symlink_to(sys.executable)
        script = [f"#!{sys.executable}", "import glob, os, signal, sys"]
        script += [f"if glob.glob({str(self.folder)!r} + '/*.before-plan') and sys.argv[1] == 'lock':"]
        script += [f"    {line}" for line in text.splitlines()]
        script += [f"os.execv({self.uv!r}, [{self.uv!r}, *sys.argv[1:]])"]
        (tools / "uv").write_text("\n".join(script) + "\n", encoding="utf-8")
        (tools / "uv").chmod(0o755)
        hide = ["import sysconfig, sys", "sysconfig.get_path = lambda *_: '/none'"]
        hide += [f"sys.executable = {str(tools / 'python')!r}"]
        (self.home / "sitecustomize.py").write_text("\n".join(hide), encoding="utf-8")
        modules = os.pathsep.join(filter(None, (str(self.home), os.environ.get("PYTHONPATH"))))
        return {"PYTHONPATH": modules}
