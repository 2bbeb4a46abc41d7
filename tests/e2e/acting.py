"""Run a workflow under act on this machine, with stand-ins for the actions that need GitHub.

Everything else is real: the Action as it is shipped, its installation, git, the scan, the services (see
tests/upstream.py) and the API of GitHub, which is a server of this machine too.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from tests.upstream import Upstream

HOUSE = Path(__file__).parents[2]
STANDINS = HOUSE / "tests" / "data" / "actions"
OURS = "pysentry-hook/pysentry-hook"
REPOSITORY = "acme/shop"
API = f"/repos/{REPOSITORY}/code-scanning/analyses?per_page=1"
_SHIPPED = ("action.yml", "requirements.txt", "pyproject.toml", "pysentry_hook")
_USES = re.compile(r"uses: *[\"']?([\w.-]+/[\w.-]+)(?:/[\w./-]*)?@([\w.-]+)")
_SCRUBBED = ("GITHUB_", "ACTIONS_", "RUNNER_", "INPUT_", "PYSENTRY_HOOK_", "GIT_", "COVERAGE_", "COV_CORE_", "PYTHON")
TOKEN = "a-token-of-github"  # noqa: S105 (no one takes it)


def shipped(folder: Path, *names: str) -> Path:
    """Copy what the Action consists of, or these names, as GitHub would have it: what git tracks or would track."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *(names or _SHIPPED)],
        cwd=HOUSE,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(HOUSE / name, folder / name)
    return folder


@dataclass(frozen=True)
class Done:
    """One run of a workflow."""

    code: int
    entries: Sequence[Mapping[str, Any]]
    log: Path
    text: str

    @cached_property
    def steps(self) -> dict[str, str]:
        """The result of each step that ran, by its path: `audit/scan` is the step scan of the Action in audit."""
        ran = [entry for entry in self.entries if entry.get("stepResult") and entry.get("stage") == "Main"]
        return {_path(entry): str(entry["stepResult"]) for entry in ran}

    def outputs(self, step: str = "audit") -> dict[str, str]:
        """The outputs of a step."""
        said = [entry for entry in self.entries if entry.get("command") == "set-output" and _path(entry) == step]
        return {str(entry["name"]): str(entry["arg"]) for entry in said}

    @property
    def ran(self) -> list[str]:
        """The steps of the Action that ran, in their order."""
        return [name.removeprefix("audit/") for name in self.steps if re.fullmatch("audit/[^/]+", name)]

    @property
    def summary(self) -> str:
        """The summary of the job."""
        return "".join(str(entry["content"]) for entry in self.entries if entry.get("command") == "summary")

    def annotations(self, level: str) -> list[str]:
        """The annotations of a level, as title and message."""
        return [
            f"{entry.get('kvPairs', {}).get('title', '')}: {entry.get('arg', '')}"
            for entry in self.entries
            if entry.get("command") == level
        ]

    @property
    def events(self) -> list[str]:
        """What the stand-ins were asked to do, in that order."""
        file = self.log / "log"
        return file.read_text(encoding="utf-8").splitlines() if file.exists() else []

    def uploads(self) -> dict[str, Any]:
        """The SARIF that was uploaded, by its category."""
        files = (self.log / "uploads").glob("*.sarif")
        return {file.stem.replace("%2F", "/"): json.loads(file.read_text(encoding="utf-8")) for file in files}

    def report(self) -> Any:
        """The JSON report, as it was kept: what a run leaves elsewhere is gone when it ends."""
        (file,) = (self.log / "artifacts").glob("*/pysentry-hook.json")
        return json.loads(file.read_text(encoding="utf-8"))

    def artifacts(self) -> dict[str, list[str]]:
        """The files of each artifact."""
        folders = sorted((self.log / "artifacts").glob("*"))
        return {folder.name: sorted(file.name for file in folder.iterdir()) for folder in folders}


def _path(entry: Mapping[str, Any]) -> str:
    step = entry.get("stepID", "")
    return "/".join(map(str, step)) if isinstance(step, list) else str(step)


@dataclass(kw_only=True)
class Acting:
    """What all runs share: the Action as it is shipped, and what installations load."""

    shipped: Path
    cache: Path
    tools: Path
    """A folder of programs that a run finds on PATH beside those of the system: uv."""
    environment: Mapping[str, str]
    """That of the machine, which may say where packages are loaded from."""

    def push(self, tmp: Path, *, branch: str = "main", with_: Mapping[str, str] | None = None, **more: Any) -> Done:
        """Run a workflow of one job that calls the Action, for a push of `tmp/origin`; the rest is that of `run`."""
        payload = {"ref": f"refs/heads/{branch}"}
        return self.run(workflow(tmp, audit=with_), tmp / "origin", tmp, payload=payload, **more)

    def run(
        self,
        workflow: Path,
        repository: Path,
        tmp: Path,
        *,
        event: str = "push",
        payload: Mapping[str, Any] | None = None,
        environment: Mapping[str, str] | None = None,
        commit: str = "HEAD",
        path: Sequence[Path] | None = None,
        arguments: Sequence[str] = (),
    ) -> Done:
        """Run the workflow for an event in a clone of a commit of the repository."""
        log = tmp / "log"
        log.mkdir(parents=True, exist_ok=True)
        payload_file = tmp / "event.json"
        payload_file.write_text(json.dumps({"repository": {"full_name": REPOSITORY}, **(payload or {})}))
        clone = _clone(repository, tmp / "clone", commit)
        variables = {
            "STANDIN_LOG": str(log),
            "STANDIN_ORIGIN": repository.as_uri(),
            "STANDIN_COMMIT": _git(repository, "rev-parse", commit),
            "UV_CACHE_DIR": str(self.cache / "uv"),
            "PIP_CACHE_DIR": str(self.cache / "pip"),
            "GITHUB_REPOSITORY": REPOSITORY,
            **(environment or {}),
        }
        command = [
            str(Path(sys.prefix, "bin", "act")), event, "--json", "--pull=false", "--no-cache-server",
            "--no-skip-checkout",  # without it act replaces the checkout by a copy of the whole repository
            "-C", str(clone), "-W", str(workflow), "-e", str(payload_file),
            "-s", f"GITHUB_TOKEN={TOKEN}", "-P", "ubuntu-latest=-self-hosted",
            "--action-offline-mode", "--action-cache-path", str(tmp / "actions"),
            *(word for name, value in variables.items() for word in ("--env", f"{name}={value}")),
            *(word for each in self._local(workflow) for word in ("--local-repository", each)),
            *arguments,
        ]  # fmt: skip
        own = {name: value for name, value in self.environment.items() if not name.startswith(_SCRUBBED)}
        tools = [self.tools] if path is None else path
        own["PATH"] = os.pathsep.join([*map(str, tools), *_system_path(own["PATH"])])
        own |= {"HOME": str(tmp), "XDG_CACHE_HOME": str(tmp / "xdg"), "XDG_CONFIG_HOME": str(tmp / "config")}
        done = subprocess.run(
            command, env=own, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=280, check=False
        )
        text = done.stdout + done.stderr
        return Done(done.returncode, [_entry(line) for line in text.splitlines()], log, text)

    def _local(self, workflow: Path) -> list[str]:
        """The folder that stands in for each action that the workflow, or our Action, uses."""
        text = workflow.read_text(encoding="utf-8") + (self.shipped / "action.yml").read_text(encoding="utf-8")
        found = dict.fromkeys(_USES.findall(text))
        folders = {name: self.shipped if name == OURS else STANDINS / name.partition("/")[2] for name, _ in found}
        return [f"{name}@{ref}={folders[name]}" for name, ref in found]


def _entry(line: str) -> dict[str, Any]:
    try:
        entry = json.loads(line)
    except ValueError:
        return {"msg": line}
    return entry if isinstance(entry, dict) else {"msg": line}


def _system_path(path: str) -> list[str]:
    """PATH without the environment of the tests, whose programs no runner has, and without any uv."""
    own = str(Path(sys.prefix, "bin"))
    return [folder for folder in path.split(os.pathsep) if folder != own and not Path(folder, "uv").exists()]


def _clone(repository: Path, folder: Path, commit: str) -> Path:
    """The folder in which act is started: it tells the repository's address and the commit that is built."""
    subprocess.run(["git", "clone", "-q", "--no-checkout", str(repository), str(folder)], check=True)
    _git(folder, "checkout", "-q", "--detach", _git(repository, "rev-parse", commit))
    _git(folder, "remote", "set-url", "origin", f"https://github.com/{REPOSITORY}")
    return folder


def _git(folder: Path, *words: str) -> str:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.invalid", "-c", "commit.gpgsign=false"]
    done = subprocess.run(
        ["git", *identity, "-C", str(folder), *words], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout.strip()


def commit(repository: Path, files: Mapping[str, str], message: str = "x") -> str:
    """Make a commit that holds these files beside those that are there; return its id."""
    if not (repository / ".git").exists():
        repository.mkdir(parents=True, exist_ok=True)
        _git(repository, "init", "-q", "-b", "main")
        _git(repository, "config", "uploadpack.allowAnySHA1InWant", "true")
    for name, text in files.items():
        (repository / name).parent.mkdir(parents=True, exist_ok=True)
        (repository / name).write_text(text, encoding="utf-8")
    _git(repository, "add", "-A")
    _git(repository, "commit", "-q", "--allow-empty", "-m", message)
    return _git(repository, "rev-parse", "HEAD")


def git(folder: Path, *words: str) -> str:
    """Run git in a repository; return what it says."""
    return _git(folder, *words)


def services(upstream: Upstream) -> dict[str, str]:
    """The environment in which the services and GitHub are this server."""
    return {
        "GITHUB_API_URL": upstream.url,
        "PYSENTRY_HOOK_SOURCES_OSV_URL": upstream.url,
        "PYSENTRY_HOOK_SOURCES_PYPI_URL": upstream.url,
        "PYSENTRY_HOOK_SOURCES_PYPA_URL": upstream.url_of("pypa"),
    }


def workflow(folder: Path, **calls: Mapping[str, str] | None) -> Path:
    """Write a workflow of one job that calls the Action, once for each name, with these inputs."""
    steps: list[dict[str, Any]] = [{"uses": "actions/checkout@v7"}]
    for name, inputs in calls.items():
        step = {"id": name, "if": "${{ !cancelled() }}", "uses": f"{OURS}@v0.1.0", "with": dict(inputs or {})}
        steps.append(step)
    document = {
        "on": ["push", "pull_request", "merge_group"],
        "jobs": {"job": {"runs-on": "ubuntu-latest", "steps": steps}},
    }
    path = folder / "workflow.yml"
    path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    return path
