"""Which index pip or uv would use where a file names none: the user's own configuration of them."""

import os
from collections.abc import Mapping
from pathlib import Path

from pysentry_hook.errors import ConfigError
from pysentry_hook.text import one_line, without_credentials

_INDEX_VARIABLES = ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL")
_EXTRA_VARIABLES = ("UV_INDEX", "UV_EXTRA_INDEX_URL", "PIP_EXTRA_INDEX_URL")


def pip_indexes(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The index URLs of the user's own configuration, https://pip.pypa.io/en/stable/topics/configuration/.

    Local folders are left out: they have no host that a private name could be meant for.
    """
    files = _pip_files(environment)
    main = next((environment[key] for key in _INDEX_VARIABLES if environment.get(key)), "") or files.get(
        "index-url", ""
    )
    extra = [environment[key] for key in _EXTRA_VARIABLES if environment.get(key)] or [files.get("extra-index-url", "")]
    urls = [*main.split()[:1], *(url for text in extra for url in text.split())]
    named = (url.partition("=")[2] if "=" in url.partition("://")[0] else url for url in urls)
    return tuple(without_credentials(url) for url in named if url.startswith(("http://", "https://")))


def _pip_files(environment: Mapping[str, str]) -> dict[str, str]:
    """The index settings of pip's files, each overriding those before it, as pip reads them."""
    # Path.is_file raises where the folder may not be entered
    present = [file for file in _places(environment) if os.path.isfile(file)]  # noqa: PTH113
    if not present:
        return {}
    import configparser  # 10 ms, needed only where there is such a file

    parser = configparser.RawConfigParser()
    try:
        parser.read(present, encoding="utf-8")
    except (configparser.Error, OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"pip's configuration cannot be read: {one_line(error, 120)}") from error
    sections = [dict(parser[name]) for name in ("global", "install") if parser.has_section(name)]
    return {key.replace("_", "-"): value for section in sections for key, value in section.items()}


def _places(environment: Mapping[str, str]) -> list[Path]:
    """Where pip's files are, the least important first; PIP_CONFIG_FILE takes the place of the user's file."""
    named = environment.get("PIP_CONFIG_FILE")
    if named == os.devnull:
        return []
    shared = [Path(folder) / "pip" / "pip.conf" for folder in environment.get("XDG_CONFIG_DIRS", "/etc/xdg").split(":")]
    files = [*shared, Path("/etc/pip.conf")]
    if not (named and Path(named).exists()):
        home = Path(environment.get("HOME", "/nonexistent"))
        config = Path(environment.get("XDG_CONFIG_HOME") or home / ".config")
        files += [home / ".pip" / "pip.conf", config / "pip" / "pip.conf"]
        files += [Path(environment["APPDATA"]) / "pip" / "pip.ini"] if environment.get("APPDATA") else []
    files += [Path(environment["VIRTUAL_ENV"]) / "pip.conf"] if environment.get("VIRTUAL_ENV") else []
    return [*files, Path(named)] if named else files
