"""Flags over environment over files over defaults become one Settings; the only place that knows defaults."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from pysentry_hook.config.files import Configuration, Reader
from pysentry_hook.config.flags import Flags
from pysentry_hook.config.keys import variable
from pysentry_hook.config.kinds import FLAG
from pysentry_hook.config.settings import Settings, settle
from pysentry_hook.config.words import group_names
from pysentry_hook.errors import ConfigError
from pysentry_hook.tree import Tree

__all__ = ["Configuration", "Flags", "Settings", "configuration", "group_names", "settle"]


def configuration(
    flags: Flags, environment: Mapping[str, str], *, tree: Tree, root: Path, folder: str, today: date
) -> Configuration:
    """Read the configuration files of a folder of a tree, or the one that was named; ConfigError with file and line.

    A named file that lies in the tree is read there: of a commit it is what that commit has.
    """
    reader = Reader(today)
    floor = flags.policy_floor or environment.get(variable("policy_floor"))
    if floor:
        reader.floor(Path(floor))
    named = flags.config or environment.get(variable("config"))
    if named:
        reader.named(Path(named), tree, root)
    elif not _without_files(flags, environment):
        reader.discover(tree, folder, root, environment)
    return reader.found


def _without_files(flags: Flags, environment: Mapping[str, str]) -> bool:
    if flags.no_config is not None:
        return flags.no_config
    text = environment.get(variable("no_config"))
    try:
        return bool(text) and bool(FLAG.text(text or ""))
    except ValueError as error:
        raise ConfigError(f"{variable('no_config')} = {text!r} {error}") from error
