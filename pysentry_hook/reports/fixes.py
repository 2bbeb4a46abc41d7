"""What to do about the findings of one package: an upgrade that clears them all, as a command to copy."""

import shlex
from collections.abc import Sequence
from typing import NamedTuple

from packaging.version import Version

from pysentry_hook.report import Finding

_COMMANDS = {
    "uv.lock": ("uv lock --upgrade-package {name}", "uv lock --directory {folder} --upgrade-package {name}"),
    "poetry.lock": ("poetry update {name}", "poetry -C {folder} update {name}"),
    "pdm.lock": ("pdm update {name}", "pdm update -p {folder} {name}"),
    "Pipfile.lock": ("pipenv upgrade {name}", "PIPENV_PIPFILE={folder}/Pipfile pipenv upgrade {name}"),
}
"""For each lock file the command in its own folder, and from a folder above."""


class Fix(NamedTuple):
    """What to do about the findings of one package in one input."""

    to: Version | None
    """The version that clears them all, not tried; None where there is none, and for malware."""
    words: str
    is_command: bool = False
    """Whether the words can be run as they stand."""


def fix(findings: Sequence[Finding], lock: str, place: str) -> Fix:
    """Return what to do about all findings of one package in one input.

    `lock` is the path of the input and `place` that of the entry with its line, both as the reader
    of the report sees them. A version that `upgrade_to` names is free of everything known, so one
    serves for all findings. Malware is never answered with an upgrade.
    """
    if any(finding.vulnerability.malware for finding in findings):
        return Fix(None, "remove it, and treat every machine that installed it as compromised")
    targets = [finding.upgrade_to for finding in findings if finding.upgrade_to is not None]
    if not targets:
        fixed = any(finding.vulnerability.fixed_in for finding in findings)
        known = "none of the fixed versions is known to be free of other findings" if fixed else "no fixed version yet"
        return Fix(None, known)
    to = min(targets)
    folder, _, file = lock.rpartition("/")
    name = findings[0].dependency.name
    if file in _COMMANDS:
        command = _COMMANDS[file][bool(folder)].format(name=name, folder=shlex.quote(folder))
        return Fix(to, command, is_command=True)
    if findings[0].dependency.pinned:
        return Fix(to, f"write {name}=={to} in {place}")
    if findings[0].dependency.direct:
        return Fix(to, f"let {place} ask for {name}>={to}")
    return Fix(to, f"ask for {name}>={to} beside {place}, which brings it in")


def advice(findings: Sequence[Finding], lock: str, place: str) -> str:
    """Return the fix of all findings of one package in one input as one line."""
    found = fix(findings, lock, place)
    return found.words if found.to is None else f"{found.to} (not tried): {found.words}"
