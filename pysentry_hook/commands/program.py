"""How this program is called in the commands that it prints: as a shell finds it where they are read."""

import os
import shlex
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

_NAME = "pysentry-hook"
_NAMES = (_NAME, "pysentry")


def from_here(environment: Mapping[str, str]) -> str:
    """What calls us again from here: by our name, through the uv that called us, or by the path that was typed."""
    typed = Path(sys.argv[0])
    if typed.stem not in _NAMES:
        return _NAME
    if typed.parent.resolve() not in (Path(each).resolve() for each in os.get_exec_path(environment)):
        return shlex.quote(str(typed))
    if "UV" not in environment or _is_installed(_NAME, environment):
        return _NAME
    # uv put our environment on PATH for as long as we run: https://docs.astral.sh/uv/reference/environment/#uv
    is_of_project = Path(environment.get("VIRTUAL_ENV") or os.devnull).resolve() == Path(sys.prefix).resolve()
    return f"{'uv run' if is_of_project else 'uvx'} {_NAME}"


def from_a_hook(environment: Mapping[str, str]) -> str | None:
    """What calls us where the user of a hook reads; None where only the hook's environment has it."""
    if _is_installed(_NAME, environment):
        return _NAME
    return f"uvx {_NAME}" if _is_installed("uvx", environment) else None


def _is_installed(program: str, environment: Mapping[str, str]) -> bool:
    """Whether PATH has a program outside of the environment in which we run."""
    folders = (each for each in os.get_exec_path(environment) if not Path(each).is_relative_to(sys.prefix))
    return shutil.which(program, path=os.pathsep.join(folders)) is not None
