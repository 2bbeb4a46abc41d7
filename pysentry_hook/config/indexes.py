"""Which index pip or uv would use where a file names none: the user's own configuration of them."""

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
    named = (url.rpartition("=")[2] if "=" in url.partition("://")[0] else url for url in urls)
    return tuple(without_credentials(url) for url in named if url.startswith(("http://", "https://")))


def _pip_files(environment: Mapping[str, str]) -> dict[str, str]:
    if environment.get("PIP_CONFIG_FILE"):
        files = [Path(environment["PIP_CONFIG_FILE"])]
    else:
        home = Path(environment.get("HOME", "/nonexistent"))
        config = Path(environment.get("XDG_CONFIG_HOME") or home / ".config")
        files = [
            Path("/etc/pip.conf"),
            Path("/etc/xdg/pip/pip.conf"),
            home / ".pip" / "pip.conf",
            config / "pip" / "pip.conf",
        ]
        if environment.get("VIRTUAL_ENV"):
            files.append(Path(environment["VIRTUAL_ENV"]) / "pip.conf")
        if environment.get("APPDATA"):
            files.append(Path(environment["APPDATA"]) / "pip" / "pip.ini")
    present = [file for file in files if file.is_file()]
    if not present:
        return {}
    import configparser  # 10 ms, needed only where there is such a file

    parser = configparser.RawConfigParser()
    try:
        parser.read(present, encoding="utf-8")
    except (configparser.Error, OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"pip's configuration cannot be read: {one_line(error, 120)}") from error
    return dict(parser["global"]) if parser.has_section("global") else {}
