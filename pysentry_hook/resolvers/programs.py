"""Find a resolver: beside this program, then on PATH, never inside the audited files."""

import os
import re
import shutil
import sys
import sysconfig
from pathlib import Path
from typing import NamedTuple

_SECONDS = 20.0
_VERSION = re.compile(r"\d+\.\d[0-9A-Za-z.+-]*")


class Program(NamedTuple):
    """An installed program, and the version that it tells of itself."""

    path: Path
    version: str


def find_program(name: str, root: Path) -> Program | None:
    """Return the first program of that name that lies outside of `root` and tells its version."""
    beside = [sysconfig.get_path("scripts"), str(Path(sys.executable).parent)]
    for folder in dict.fromkeys((*beside, *os.get_exec_path())):
        found = shutil.which(name, path=folder) if Path(folder).is_absolute() else None
        if found and not any(path.is_relative_to(root) for path in (Path(found).absolute(), Path(found).resolve())):
            version = _version(found)
            if version:
                return Program(Path(found), version)
    return None


def _version(path: str) -> str | None:
    import subprocess  # 10 ms, needed only where something is resolved

    try:
        done = subprocess.run(  # noqa: S603 (a program of the user's PATH with one fixed word)
            [path, "--version"],
            cwd=Path(path).parent,  # not the audited folder, and there on a full disk too
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    told = _VERSION.search(done.stdout.decode("utf-8", "replace"))
    return told[0] if told else None
