"""Which configuration is read was named, by an option or in the environment: a file, none at all, those of a commit."""

from collections.abc import Mapping
from pathlib import Path

from pysentry_hook.config.flags import Flags
from pysentry_hook.config.variables import variable
from pysentry_hook.errors import ConfigError, UsageError


def named_file(flags: Flags, environment: Mapping[str, str]) -> Path | None:
    """The one configuration file; UsageError where the environment names one, and none at all."""
    named = environment.get(variable("config"))
    if flags.config or flags.no_config or not named:
        return flags.config
    if without_files(flags, environment):
        raise UsageError(f"{variable('config')} and {variable('no_config')} exclude each other; leave one out")
    return Path(named)


def without_files(flags: Flags, environment: Mapping[str, str]) -> bool:
    """Whether no configuration file is read."""
    if flags.no_config is not None:
        return flags.no_config
    text = environment.get(variable("no_config"))
    if not text:
        return False
    from pysentry_hook.config.kinds import FLAG

    try:
        return bool(FLAG.text(text))
    except ValueError as error:
        raise ConfigError(f"{variable('no_config')} = {text!r} {error}") from error


def named_commit(flags: Flags, environment: Mapping[str, str]) -> str | None:
    """The commit whose configuration counts; UsageError where none is read."""
    chosen = flags.policy_from or environment.get(variable("policy_from"))
    if chosen and not flags.config and without_files(flags, environment):
        named = "--policy-from" if flags.policy_from else variable("policy_from")
        none = "--no-config" if flags.no_config else variable("no_config")
        raise UsageError(f"{named} names the commit whose files are read: leave {none} out")
    return chosen


def named_floor(flags: Flags, environment: Mapping[str, str]) -> Path | None:
    """The file whose gates nobody may loosen."""
    named = environment.get(variable("policy_floor"))
    return flags.policy_floor or (Path(named) if named else None)
