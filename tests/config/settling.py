"""Settle what options, the environment and files say, as a command does."""

import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from pysentry_hook.config.files import Configuration, configuration
from pysentry_hook.config.flags import Flags
from pysentry_hook.config.settings import Settings, settle
from pysentry_hook.config.variables import PREFIX
from pysentry_hook.tree import FolderTree, repository_root

TODAY = date(2026, 11, 22)
QUIET = {"PIP_CONFIG_FILE": os.devnull}


def settled(environment: Mapping[str, str] | None = None, /, **flags: Any) -> Settings:
    """The settings where no file says anything; the environment is given without the prefix of ours."""
    return in_environment({f"{PREFIX}{key}": value for key, value in (environment or {}).items()}, **flags)


def in_environment(environment: Mapping[str, str], /, **flags: Any) -> Settings:
    """The settings where no file says anything, with whole names of variables."""
    return settle(Flags(**flags), {**QUIET, **environment}, Configuration(), TODAY)


def configured(folder: Path, environment: Mapping[str, str] | None = None, /, **flags: Any) -> Configuration:
    """What the files say that count for a folder; nobody's home and machine unless the environment names one."""
    tree = FolderTree(repository_root([folder]))
    here = folder.resolve().relative_to(tree.root.resolve()).as_posix()
    return configuration(
        Flags(**flags),
        {"XDG_CONFIG_DIRS": os.devnull, **(environment or {})},
        tree=tree,
        root=tree.root,
        folder="" if here == "." else here,
        today=TODAY,
    )


def settled_in(folder: Path, environment: Mapping[str, str] | None = None, /, **flags: Any) -> Settings:
    """The settings that hold in a folder."""
    files = configured(folder, environment, **flags)
    return settle(Flags(**flags), {**QUIET, **(environment or {})}, files, TODAY)
