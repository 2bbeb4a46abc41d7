"""Resolve with uv, for every platform and Python that the project admits, into a uv.lock.

https://docs.astral.sh/uv/concepts/resolution/#universal-resolution
"""

import re
import sys
from pathlib import Path
from typing import Any

from pysentry_hook.model import MAIN
from pysentry_hook.resolvers.process import failed, run
from pysentry_hook.resolvers.programs import Program
from pysentry_hook.resolvers.request import Request, Resolution, ResolutionError
from pysentry_hook.text import one_line

NAME = "uv"
PROGRAM = "uv"
_LOCK = "uv.lock"
_ANY_PYTHON = ">=3.6"
_SAID = re.compile(r"[\u00d7\u2500-\u257f\u25b6]|-->|help:|hint:")
_CAUSES = (re.compile(r"Because .*"), re.compile(r"(?<=error: ).*"))


def resolve(program: Program, request: Request, folder: Path) -> Resolution:
    """Return the lock of a project that we write from the request alone; ResolutionError where uv makes none."""
    try:
        (folder / "pyproject.toml").write_text(_manifest(request), encoding="utf-8")
    except OSError as error:
        raise ResolutionError(f"nothing can be written for uv: {error.strerror}") from error
    words = ["lock", "--no-progress", "--color", "never", "--no-python-downloads", "--python", sys.executable]
    words += [] if request.allow_build else ["--no-build"]
    words += ["--offline"] if request.offline else []
    ended = run([program.path, *words, "--directory", folder], folder, seconds=request.seconds)
    if ended.code:
        raise failed(NAME, ended, _reason(ended.said))
    if not (folder / _LOCK).is_file():
        raise failed(NAME, ended, "it ended without an error and without a lock")
    return Resolution(resolver=NAME, version=program.version, format=_LOCK, covers="every platform")


def _manifest(request: Request) -> str:
    """The one file that uv sees: a project without metadata that anybody would have to build."""
    import tomlkit  # 60 ms, needed only where something is resolved

    uv: dict[str, Any] = {
        "package": False,
        "constraint-dependencies": list(request.constraints),
        "environments": [_environment(request)],
    }
    if request.indexes:
        uv["index"] = [{"url": url} for url in request.indexes]
    return tomlkit.dumps({
        "project": {
            "name": "pysentry-hook-resolution",
            "version": "0",
            "requires-python": _ANY_PYTHON,
            "dependencies": list(request.scopes.get(MAIN, ())),
        },
        "dependency-groups": {name: list(texts) for name, texts in request.scopes.items() if name != MAIN},
        "tool": {"uv": uv},
    })  # fmt: skip


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
    text = " ".join(_SAID.sub(" ", said).split())
    found = next((found[0] for cause in _CAUSES if (found := cause.search(text))), text)
    return found.replace("pysentry-hook-resolution", "your project")
