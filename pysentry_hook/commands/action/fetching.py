"""Fetch one commit into a clone that does not have it, and nothing of its history."""

import base64
import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from pysentry_hook.errors import RepositoryError
from pysentry_hook.text import one_line
from pysentry_hook.tree import known_commit
from pysentry_hook.tree.git import Git

_SECONDS = 180
_PLAIN = re.compile(r"[0-9A-Za-z_][\w./@-]*")
"""A name that is no option and no refspec, which could write to other names."""


class Fetched(NamedTuple):
    """The name by which git knows the commit now, and what went wrong where it does not."""

    name: str
    problem: str | None = None


def fetched(root: Path, name: str, environment: Mapping[str, str], token: str) -> Fetched:
    """Return a name of the commit that git knows; the name as it is where it cannot be fetched."""
    try:
        if known_commit(root, name) or not _PLAIN.fullmatch(name) or name.endswith(("...", "..")):
            return Fetched(name)
        problem = _fetch(root, name, environment, token)
        if problem:
            return Fetched(name, problem)
        found = Git(root.resolve()).run("rev-parse", "--verify", "FETCH_HEAD^{commit}")
    except RepositoryError as error:
        return Fetched(name, error.detail)
    return Fetched(found.decode().strip())


def _fetch(root: Path, name: str, environment: Mapping[str, str], token: str) -> str | None:
    """Fetch; what git complains of where that fails."""
    words = ["--no-tags", "--depth=1", "--no-recurse-submodules", "--quiet"]
    if _is_partial(root):
        words += ["--no-filter", "--refetch"]  # git leaves out the contents of what it thinks is here already
    safe = ("-c", f"core.hooksPath={os.devnull}", "-c", "core.fsmonitor=false", "-c", "protocol.ext.allow=never")
    program = Git(root.resolve()).program  # of PATH, and none that lies in the audited files
    command = [program, *safe, "-C", str(root), "fetch", *words, "--", "origin", name]
    try:
        subprocess.run(  # noqa: S603 (git of PATH; the name is no option and no refspec)
            command,
            env={**environment, **_credentials(environment, token), "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=True,
        )
    except subprocess.CalledProcessError as error:
        return one_line(error.stderr.decode("utf-8", "replace")) or f"git ended with {error.returncode}"
    except (OSError, subprocess.SubprocessError) as error:
        return one_line(error)
    return None


def _is_partial(root: Path) -> bool:
    try:
        return bool(Git(root.resolve()).run("config", "--get", "remote.origin.promisor"))
    except RepositoryError:
        return False


def _credentials(environment: Mapping[str, str], token: str) -> dict[str, str]:
    """The token for the server alone, in place of what a checkout may have left; never on a command line."""
    server = environment.get("GITHUB_SERVER_URL", "")
    if not token or not server:
        return {}
    secret = base64.b64encode(f"x-access-token:{token}".encode()).decode()
    known = int(environment.get("GIT_CONFIG_COUNT") or 0)
    found = {"GIT_CONFIG_COUNT": str(known + 2)}
    for number, value in enumerate(("", f"AUTHORIZATION: basic {secret}"), known):
        found[f"GIT_CONFIG_KEY_{number}"] = f"http.{server}/.extraheader"
        found[f"GIT_CONFIG_VALUE_{number}"] = value
    return found
