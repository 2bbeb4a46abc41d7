"""How this program is called in the commands that it prints: as a shell finds it where they are read."""

import os
import shlex
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

_NAMES = ("pysentry-hook", "pysentry")


def from_here(environment: Mapping[str, str]) -> str:
    """What calls us again from here: the path that was typed, where a shell would not find us by our name."""
    typed = Path(sys.argv[0])
    folders = (Path(each).resolve() for each in environment.get("PATH", "").split(os.pathsep))
    if typed.stem not in _NAMES or typed.parent.resolve() in folders:
        return _NAMES[0]
    return shlex.quote(str(typed))


def from_a_hook() -> str | None:
    """What calls us where the user of a hook reads; None where only the hook's environment has it."""
    path = os.pathsep.join(folder for folder in os.get_exec_path() if not Path(folder).is_relative_to(sys.prefix))
    for program, command in ((_NAMES[0], _NAMES[0]), ("uvx", f"uvx {_NAMES[0]}")):
        if shutil.which(program, path=path):
            return command
    return None
