"""What to do about the findings of one package: an upgrade that clears them all, as a command to copy."""

import re
import shlex
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from packaging.version import Version

from pysentry_hook.model import Compiled, normalize
from pysentry_hook.report import Finding, Report
from pysentry_hook.reports.look import Look

_COMMANDS = {
    "uv.lock": ("uv lock", "uv lock --directory {folder}", " --upgrade-package {name}"),
    "poetry.lock": ("poetry update", "poetry -C {folder} update", " {name}"),
    "pdm.lock": ("pdm update", "pdm update -p {folder}", " {name}"),
    "Pipfile.lock": ("pipenv upgrade", "PIPENV_PIPFILE={folder}/Pipfile pipenv upgrade", " {name}"),
}
"""For each lock file the command in its own folder, and from a folder above, and what names a package in it."""
_PEP508 = re.compile(r"""["']?\s*([\w.-]+)\s*(?:\[[^\]]*\])?\s*\(?\s*([<>=!~][^;)"']*)""", re.ASCII)
_KEYED = re.compile(r"""["']?([\w.-]+?)["']?\s*=\s*(?:\{.*?\bversion\s*=\s*)?["']\s*([<>=!~\d][^"']*)["']""", re.ASCII)
"""How a declaration is written: as PEP 508, in a list or by itself, or as a key with the bounds as its value."""
_OTHER_LOCK = re.compile(r"pylock(?:\..+)?\.toml|.+\.lock|.+-lock\..+")
"""A lock whose tool is not known here: nobody edits one by hand."""
_SCRIPT_LOCK = ".py.lock"
TRIED = {True: "tried", False: "not tried"}
"""How an upgrade is marked."""


Entry = tuple[str, str, str]
"""A package in an input: its path, and the name and version as they are written."""


class Free(NamedTuple):
    """What upgrades rest on, whichever findings are shown."""

    versions: Mapping[Entry, Version]
    """For each package the version to upgrade to."""
    compiled: Mapping[str, Compiled]
    """The files that a tool made out of others, by their paths."""


def free_versions(report: Report) -> Free:
    """Return for each package the smallest version that is free of everything known, shown or not."""
    found: dict[Entry, Version] = {}
    for finding in report.findings:
        if (to := finding.upgrade_to) and not finding.upgrade_tried:
            package = finding.package
            found[package] = min(to, found.get(package, to))
    return Free(found, {each.path: each for entry in report.inputs for each in entry.compiled})


class Fix(NamedTuple):
    """What to do about the findings of one package in one input."""

    to: Version | None
    """The version that clears them all; None where there is none, and for malware."""
    words: str
    is_command: bool = False
    """Whether the words can be run as they stand."""
    tried: bool = False
    """Whether a plan came to it, which a resolver took and the gates judged."""
    edits: str | None = None
    """The manifest that has to be edited first, because what it declares does not allow the version."""
    own: str = ""
    """The part of a command that names the package: with further ones in its place it upgrades them too."""

    @property
    def line(self) -> str:
        """The fix as one line."""
        return self.words if self.to is None else f"{self.to} ({TRIED[self.tried]}): {self.words}"


def fix(findings: Sequence[Finding], lock: str, free: Free, look: Look) -> Fix:
    """Return what to do about findings of one package in one input; `free` is what `free_versions` returns.

    `lock` is the path of the input as the reader of the report sees it. A version that `upgrade_to` names is free
    of everything known, so one serves for all findings; one that was tried is free of what blocks. Malware is never
    answered with an upgrade.
    """
    if any(finding.vulnerability.malware for finding in findings):
        return Fix(None, "remove it, and treat every machine that installed it as compromised")
    if any(finding.upgrade_tried for finding in findings):
        return _as_planned(findings)
    to = free.versions.get(findings[0].package)
    if to is None:
        fixed = any(finding.vulnerability.fixed_in for finding in findings)
        known = "none of the fixed versions is known to be free of other findings" if fixed else "no fixed version yet"
        return Fix(None, known)
    folder, _, file = lock.rpartition("/")
    name, location = findings[0].dependency.name, findings[0].location
    place = f"{look.path(location.path)}:{location.line}"
    if file in _COMMANDS:
        *starts, own = _COMMANDS[file]
        start = starts[bool(folder)].format(folder=shlex.quote(folder))
        return _typed(findings[0], to, (start, own.format(name=name), ""), look)
    if file.endswith(_SCRIPT_LOCK):
        script = shlex.quote(lock.removesuffix(".lock"))
        return _typed(findings[0], to, (f"uv lock --script {script}", f" --upgrade-package {name}", ""), look)
    if made := free.compiled.get(location.path):
        return _compiled(findings[0], to, made, look)
    if _OTHER_LOCK.fullmatch(file):
        return Fix(to, f"lock {lock} anew with {name}>={to}, with the tool that wrote it")
    if findings[0].dependency.pinned:
        return Fix(to, f"write {name}=={to} in {place}")
    if findings[0].dependency.direct:
        return Fix(to, f"let {place} ask for {name}>={to}")
    return Fix(to, f"ask for {name}>={to} beside {place}, which brings it in")


def _compiled(finding: Finding, to: Version, made: Compiled, look: Look) -> Fix:
    """To compile a file anew where it was compiled."""
    name = finding.dependency.name
    words = made.upgrading([f"{name}=={to}"])
    if words is None:
        return Fix(to, f"make {look.path(made.path)} anew with {name}>={to}, with the tool that wrote it")
    folder = look.path(made.folder)
    if folder in {"", "."}:
        return _typed(finding, to, words, look)
    start, own, end = words
    return _typed(finding, to, (f"(cd {shlex.quote(folder)} && {start}", own, f"{end})"), look)


def _typed(finding: Finding, to: Version, words: tuple[str, str, str], look: Look) -> Fix:
    """A command; behind the edit that comes first where the project's own declaration does not allow the version."""
    command, own = "".join(words), words[1]
    declared, name = finding.declared_at, finding.dependency.name
    if not finding.dependency.direct or declared is None or allows(declared.text, name, to):
        return Fix(to, command, is_command=True, own=own)
    file = look.path(declared.path)
    told = f"let {file}:{declared.line} ask for {name}>={to}, then {command}"
    return Fix(to, told, edits=file, own=own)


def allows(written: str, name: str, version: Version) -> bool:
    """Whether a declaration allows a version, as far as that can be told from its line."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    found = _KEYED.match(written) or _PEP508.match(written)
    if found is None or normalize(found[1]) != name:
        return True
    bounds = found[2].strip()
    try:
        return SpecifierSet(f"=={bounds}" if bounds[0].isdecimal() else bounds).contains(version, prereleases=True)
    except InvalidSpecifier:
        return True


def _as_planned(findings: Sequence[Finding]) -> Fix:
    """The version that a plan moves the package to; its changes are made together, so no command stands for one."""
    to = max((each.upgrade_to for each in findings if each.upgrade_tried and each.upgrade_to), default=None)
    if to is None:
        return Fix(None, "it goes with the changes of the plan (tried)", tried=True)
    further = [each.upgrade_to for each in findings if each.upgrade_to and each.upgrade_to > to]
    rest = f"; {min(further)} clears the rest ({TRIED[False]})" if further else ""
    return Fix(to, f"make the changes of the plan{rest}", tried=True)


def advice(findings: Sequence[Finding], lock: str, free: Free, look: Look) -> str:
    """Return the fix of findings of one package in one input as one line."""
    return fix(findings, lock, free, look).line
