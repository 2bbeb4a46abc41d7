"""Drive the hook as people do: real commits and pushes, under the real pre-commit and the real prek."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from itertools import takewhile
from pathlib import Path
from typing import NamedTuple

from tests.builders import a_uv_lock

HOUSE = Path(__file__).parents[3]
REV = "v0.1.0"
COMMIT, PUSH = "pysentry-hook", "pysentry-hook-push"
OLD, CLEAN, IDNA = ("requests", "2.30.0"), ("requests", "2.31.0"), ("idna", "3.4")
_SHIPPED = (".pre-commit-hooks.yaml", "LICENSE", "README.md", "pyproject.toml", "pysentry_hook")
_NO_LEFTOVERS = shutil.ignore_patterns("__pycache__", ".*_cache")
_PROGRAMS = ("basename", "bash", "cat", "dirname", "env", "git", "rm", "sed", "sh", "uname")
"""What git and the scripts of both tools need: ourselves and uv are not on the PATH of a project."""
_FRAME = ("- description: ", "- duration: ", "- exit code: ")
QUICK = {"PIP_NO_COMPILE": "1", "PYTHONDONTWRITEBYTECODE": ""}
"""What makes an installation quick: what is not needed is not compiled, and what is, once."""
_PYTHON = f"default_language_version:\n  python: python{sys.version_info.major}.{sys.version_info.minor}\n"
"""Without it pre-commit names an environment by what is on PATH, and makes another where PATH is not the same."""
_IDENTITY = '[user]\nname=t\nemail=t@example.invalid\n[init]\ndefaultBranch=main\n[protocol "file"]\nallow=always\n'


class Shown(NamedTuple):
    """What a command did, and all that it showed."""

    code: int
    text: str

    def lines(self, hook: str = COMMIT) -> list[str]:
        """What a hook itself printed, without the frame and the indentation that a tool puts around it."""
        _, _, rest = self.text.partition(f"- hook id: {hook}\n")
        lines = rest.splitlines()
        while lines and (not lines[0] or lines[0].lstrip().startswith(_FRAME)):
            del lines[0]
        indent = len(lines[0]) - len(lines[0].lstrip()) if lines else 0
        own = takewhile(
            lambda line: line.strip() and not line[:indent].strip() and not line.startswith("[INFO]"), lines
        )
        return [line[indent:].rstrip() for line in own]

    def said(self, hook: str = COMMIT) -> str:
        """The same as one text."""
        return "\n".join(self.lines(hook))


class House(NamedTuple):
    """What all projects under one tool share: our repository, the hook environments and a template for git."""

    tool: str
    program: str
    folder: Path
    outside: Mapping[str, str]
    """The environment in which the tests were started: with the machine's programs and package registry."""

    @property
    def upstream(self) -> Path:
        """The repository that a configuration names: what this checkout would ship, with a tag."""
        return self.folder / "upstream"

    @property
    def template(self) -> Path:
        """What `git init` begins with: the scripts of the tool in place."""
        return self.folder / f"{self.tool}-template"

    @property
    def environment(self) -> dict[str, str]:
        """The variables that a tool needs beside those of its user."""
        return {"PRE_COMMIT_HOME": str(self.folder / self.tool), "PREK_HOME": str(self.folder / self.tool)}

    def configuration(self, *lines: str) -> str:
        """A .pre-commit-config.yaml with both hooks; the lines are settings of the first."""
        settings = "".join(f"        {line}\n" for line in lines)
        ids = f"      - id: {COMMIT}\n{settings}      - id: {PUSH}\n"
        return f"{_PYTHON}repos:\n  - repo: {self.upstream}\n    rev: {REV}\n    hooks:\n{ids}"


def a_house(folder: Path, tool: str, program: str) -> House:
    """Install both hooks for a tool, once for all processes that are given the folder."""
    house = House(tool, program, folder, dict(os.environ))
    _once(folder / "bin", _link_programs)
    _once(house.upstream, _ship)
    _once(house.template, lambda place: _install(house, place))
    return house


def _once(place: Path, make: Callable[[Path], None]) -> None:
    """Make a folder aside, and move it to its place unless another process was quicker."""
    if place.exists():
        return
    draft = place.with_name(f"{place.name}-{os.getpid()}")
    draft.mkdir(parents=True)
    make(draft)
    try:
        draft.rename(place)
    except OSError:
        shutil.rmtree(draft)


def _link_programs(place: Path) -> None:
    for name in _PROGRAMS:
        found = shutil.which(name)
        assert found, f"{name} is needed to make commits"
        (place / name).symlink_to(found)
    (place.parent / "gitconfig").write_text(_IDENTITY, encoding="utf-8")


def _ship(place: Path) -> None:
    for name in _SHIPPED:
        if (HOUSE / name).is_dir():
            shutil.copytree(HOUSE / name, place / name, ignore=_NO_LEFTOVERS)
        else:
            shutil.copy(HOUSE / name, place / name)
    environment = os.environ | {"GIT_CONFIG_GLOBAL": str(place.parent / "gitconfig")}
    for words in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "Ship"), ("tag", REV)):
        done(["git", *words], cwd=place, env=environment).of(0)


def _install(house: House, place: Path) -> None:
    """Make the environments of both hooks, and keep the scripts that the tool puts into a repository."""
    environment = os.environ | house.environment | QUICK | {"GIT_CONFIG_GLOBAL": str(house.folder / "gitconfig")}
    project = place / "project"
    done(["git", "init", "-q", str(project)], cwd=place, env=environment).of(0)
    (project / ".pre-commit-config.yaml").write_text(house.configuration(), encoding="utf-8")
    stages = [word for stage in ("pre-commit", "pre-merge-commit", "pre-push") for word in ("-t", stage)]
    done([house.program, "install", *stages], cwd=project, env=environment).of(0)
    done([house.program, "install-hooks"], cwd=project, env=environment).of(0)
    (project / ".git" / "hooks").rename(place / "hooks")
    shutil.rmtree(project)


class Done(Shown):
    """What a command did and showed."""

    def of(self, code: int) -> "Done":
        """The same, if it ended as it should have."""
        assert self.code == code, self.text
        return self


def done(words: list[str], *, cwd: Path, env: Mapping[str, str], timeout: float = 300) -> Done:
    """Run a command; stdout and stderr come in the order in which they were written."""
    process = subprocess.run(
        words,
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=timeout,
        check=False,
    )
    return Done(process.returncode, process.stdout.decode("utf-8", "backslashreplace"))


class Project:
    """A git repository with both hooks, and somebody who commits."""

    def __init__(self, house: House, folder: Path, environment: Mapping[str, str]) -> None:
        """The environment says where the services are."""
        self.house = house
        self.folder = folder
        self.environment = {
            "PATH": str(house.folder / "bin"),
            "HOME": os.environ["HOME"],
            "LANG": "C.UTF-8",
            "GIT_CONFIG_GLOBAL": str(house.folder / "gitconfig"),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_EDITOR": "true",
            **house.environment,
            **environment,
        }
        folder.mkdir(parents=True)
        self.git("init", "-q", f"--template={house.template}")
        self.write(".pre-commit-config.yaml", house.configuration())
        self.git("add", ".pre-commit-config.yaml")

    def at(self, folder: Path) -> "Project":
        """The same somebody in another work tree."""
        other = object.__new__(Project)
        other.house, other.folder, other.environment = self.house, folder, self.environment
        return other

    def write(self, path: str, text: str | bytes) -> None:
        """Write a file without staging it."""
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text if isinstance(text, bytes) else text.encode())

    def stage(self, path: str, text: str | bytes) -> None:
        """Write a file and stage it."""
        self.write(path, text)
        self.git("add", "--", path)

    def lock(self, *packages: tuple[str, str], path: str = "uv.lock") -> None:
        """Stage a lock of these versions."""
        self.stage(path, a_uv_lock(*packages))

    def run(self, *words: str, **environment: str) -> Done:
        """Run any command in the repository."""
        return done(list(words), cwd=self.folder, env=self.environment | environment)

    def tool(self, *words: str, **environment: str) -> Done:
        """Run pre-commit or prek."""
        return self.run(self.house.program, *words, **environment)

    def git(self, *words: str) -> str:
        """Run git where it must succeed, and give what it printed."""
        return self.run("git", *words).of(0).text.strip()

    def commit(self, *words: str, **environment: str) -> Done:
        """Try to commit."""
        return self.run("git", "commit", "-qm", "x", *words, **environment)

    def begun(self, *packages: tuple[str, str], path: str = "uv.lock") -> None:
        """Make a first commit that holds a lock, without asking any hook."""
        self.lock(*packages, path=path)
        self.git("commit", "-qm", "begin", "--no-verify")
