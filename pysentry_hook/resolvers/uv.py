"""Resolve with uv, for every platform and Python that the project admits, into a uv.lock.

https://docs.astral.sh/uv/concepts/resolution/#universal-resolution
"""

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pysentry_hook.model import MAIN
from pysentry_hook.resolvers.process import failed, run
from pysentry_hook.resolvers.programs import Program
from pysentry_hook.resolvers.request import Request, Resolution, ResolutionError, as_lines
from pysentry_hook.text import one_line, some

NAME = "uv"
PROGRAM = "uv"
LOCK = "uv.lock"
_ANY_PYTHON = ">=3.6"
_SAID = re.compile(r"[\u00d7\u2500-\u257f\u25b6]|-->|help:|hint:")
_MISSING = re.compile(r"no versions? of ([\w.-]+)|(?<![\w.-])([\w.-]+) was not found in")
_BUILDS = re.compile(r"^ *Building ([\w.-]+)==", re.MULTILINE)
_CAUSES = (re.compile(r"Because .*"), re.compile(r"(?<=error: ).*"))


def resolve(program: Program, request: Request, folder: Path) -> Resolution:
    """Return the lock of a project that we write from the request alone; ResolutionError where uv makes none."""
    try:
        (folder / "pyproject.toml").write_text(_manifest(request), encoding="utf-8")
        if request.preferred:
            (folder / LOCK).write_text(_lock(request), encoding="utf-8")
    except OSError as error:
        raise ResolutionError(f"nothing can be written for uv: {error.strerror}") from error
    words = _words(sys.executable, request.upgrades, allow_build=request.allow_build, offline=request.offline)
    # in a file they would not count where the user's UV_CONFIG_FILE or UV_NO_CONFIG is set
    further = {"UV_INDEX": " ".join(request.indexes)} if request.indexes else {}
    ended = run([program.path, *words, "--directory", folder], folder, seconds=request.seconds, further=further)
    if ended.code:
        missing = [one or other for one, other in _MISSING.findall(_flat(ended.said))]
        raise failed(NAME, ended, _reason(ended.said), missing=missing)
    if not (folder / LOCK).is_file():
        raise failed(NAME, ended, "it ended without an error and without a lock")
    return Resolution(
        resolver=NAME,
        version=program.version,
        covers="every platform",
        note=_built(folder / LOCK, ended.said) if request.allow_build else "",
    )


def lock_project(
    program: Program,
    folder: Path,
    *,
    python: str,
    upgrades: Sequence[str],
    allow_build: bool,
    offline: bool,
    seconds: float,
    audited: Path,
) -> None:
    """Lock the project of a folder anew, as its user would; ResolutionError where uv does not.

    No program below `audited` is run: uv would ask the Python of the project's own environment, and one on PATH.
    """
    from tempfile import TemporaryDirectory

    words = _words(python, upgrades, allow_build=allow_build, offline=offline)
    with TemporaryDirectory(prefix="pysentry-hook-", ignore_cleanup_errors=True) as name:
        further = {"UV_PROJECT_ENVIRONMENT": str(Path(name, "none"))}
        ended = run([program.path, *words], folder, seconds=seconds, further=further, audited=audited)
    if ended.code:
        raise failed(NAME, ended, _reason(ended.said))


def _words(python: str, upgrades: Sequence[str], *, allow_build: bool, offline: bool) -> list[str]:
    words = ["lock", "--no-progress", "--color", "never", "--no-python-downloads", "--python", python]
    words += [] if allow_build else ["--no-build"]
    words += ["--offline"] if offline else []
    return words + [word for text in upgrades for word in ("--upgrade-package", text)]


def _built(lock: Path, said: str) -> str:
    """Name what was built now, and what has no wheel, so that it was built some time."""
    import rtoml

    try:
        packages = rtoml.loads(lock.read_text(encoding="utf-8"))["package"]
        built = {one["name"] for one in packages if "registry" in one["source"] and not one.get("wheels")}
    except (rtoml.TomlParsingError, KeyError, TypeError, AttributeError) as error:
        raise ResolutionError(f"{NAME} made a lock that cannot be read: {one_line(error, 120)}") from error
    named = sorted(built.union(_BUILDS.findall(said)))
    return f"code of these was run to build them: {some(named)}" if named else ""


def _manifest(request: Request) -> str:
    """The one file that uv sees: a project without metadata that anybody would have to build."""
    import tomlkit  # 60 ms, needed only where something is resolved

    uv: dict[str, Any] = {
        "package": False,
        "no-sources": False,
        **request.options,
        "constraint-dependencies": list(request.constraints),
        "override-dependencies": list(request.overrides),
        "environments": _environments(request),
    }
    uv |= _own_indexes(request) if request.own_indexes else {}
    return tomlkit.dumps({
        "project": {
            "name": "pysentry-hook-resolution",
            "version": "0",
            "requires-python": _bound(request) or _ANY_PYTHON,
            "dependencies": list(request.scopes.get(MAIN, ())),
        },
        "dependency-groups": {name: list(texts) for name, texts in request.scopes.items() if name != MAIN},
        "tool": {"uv": uv},
    })  # fmt: skip


def _lock(request: Request) -> str:
    """A lock of names and versions alone: uv keeps to them where it can, and takes all else from the index."""
    import json  # a string of JSON is one of TOML

    lines = ["version = 1", f"requires-python = {json.dumps(_bound(request) or _ANY_PYTHON)}"]
    if environments := _environments(request):
        # without these uv may resolve for Pythons that the project does not admit
        lines += [f"resolution-markers = {json.dumps(environments)}"]
    for each in request.preferred:
        lines += ["[[package]]", f"name = {json.dumps(each.name)}", f"version = {json.dumps(each.version)}"]
        lines += [f"source = {{ registry = {json.dumps(each.registry)} }}"]
        lines += [f"resolution-markers = {json.dumps(list(each.markers))}"] if each.markers else []
    return as_lines(lines)


def _own_indexes(request: Request) -> dict[str, Any]:
    """The indexes that are asked for the packages alone that come from them.

    Their names are ours: to one of the audited file uv would send what UV_INDEX_<NAME>_PASSWORD holds.
    """
    names = {url: f"pysentry-hook-{number}" for number, url in enumerate(dict.fromkeys(request.own_indexes.values()))}
    return {
        "index": [{"name": name, "url": url, "explicit": True} for url, name in names.items()],
        "sources": {package: {"index": names[url]} for package, url in request.own_indexes.items()},
    }


def _environments(request: Request) -> list[str]:
    """The markers of what is resolved for: the Pythons, within the environments that the project names."""
    named = request.options.get("environments", ())
    if _bound(request):
        return [*named]
    pythons = _environment(request)
    return [f"({each}) and ({pythons})" for each in named] or [pythons]


def _bound(request: Request) -> str | None:
    """The Pythons of a project whose lock is kept to, as its `requires-python`, where the running one is among them.

    In markers they would make uv choose further versions for Pythons that a locked one has no wheel for.
    """
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    if not request.preferred or request.python_version or not request.requires_python:
        return None
    try:
        admits = SpecifierSet(request.requires_python).contains(sys.version.split()[0], prereleases=True)
    except InvalidSpecifier:
        return None
    return request.requires_python if admits else None


def _environment(request: Request) -> str:
    """The marker of the Pythons that are resolved for.

    As `requires-python` they would have to admit an interpreter that is installed.
    """
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    if request.python_version:
        minor = ".".join(request.python_version.split(".")[:2])
        return f"python_full_version == '{minor}.*'"
    try:
        pythons = SpecifierSet(request.requires_python or f">={sys.version_info.major}.{sys.version_info.minor}")
    except InvalidSpecifier as error:
        raise ResolutionError(f"requires-python {one_line(request.requires_python, 60)!r} is no specifier") from error
    return " and ".join(f"python_full_version {each.operator} '{each.version}'" for each in sorted(pythons, key=str))


def _reason(said: str) -> str:
    """The conflict without its frame, or all that was said."""
    text = _flat(said)
    found = next((found[0] for cause in _CAUSES if (found := cause.search(text))), text)
    return found.replace("pysentry-hook-resolution", "your project")


def _flat(said: str) -> str:
    return " ".join(_SAID.sub(" ", said).split())
