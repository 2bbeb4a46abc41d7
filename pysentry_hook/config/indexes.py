"""Which index pip or uv would use where a file names none: the user's own configuration of them."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pysentry_hook.config.tool_files import pip_files, uv_files
from pysentry_hook.errors import ConfigError
from pysentry_hook.text import one_line, without_credentials


def pip_indexes(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The index URLs of the user's own configuration of uv and of pip, without those for single packages.

    Local folders are left out: they have no host that a private name could be meant for.
    """
    urls = (*_of_uv(environment), *_of_pip(environment))
    named = (url.partition("=")[2] if "=" in url.partition("://")[0] else url for url in urls)
    return tuple(dict.fromkeys(without_credentials(url) for url in named if url.startswith(("http://", "https://"))))


def _of_pip(environment: Mapping[str, str]) -> Iterator[str]:
    """https://pip.pypa.io/en/stable/topics/configuration/: the environment comes before the files."""
    files = _pip_settings(pip_files(environment))
    yield from (environment.get("PIP_INDEX_URL") or files.get("index-url", "")).split()[:1]
    yield from (environment.get("PIP_EXTRA_INDEX_URL") or files.get("extra-index-url", "")).split()


def _pip_settings(present: Sequence[Path]) -> dict[str, str]:
    """The index settings of pip's files, each overriding those before it, as pip reads them."""
    if not present:
        return {}
    import configparser  # 10 ms, needed only where there is such a file

    parser = configparser.RawConfigParser()
    try:
        for file in present:  # read() would pass over what cannot be read
            parser.read_string(file.read_text(encoding="utf-8"), str(file))
    except (configparser.Error, OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"pip's configuration cannot be read: {one_line(error, 120)}; see pip config debug"
        ) from error
    sections = [dict(parser[name]) for name in ("global", "install") if parser.has_section(name)]
    return {key.replace("_", "-"): value for section in sections for key, value in section.items()}


def _of_uv(environment: Mapping[str, str]) -> Iterator[str]:
    """https://docs.astral.sh/uv/concepts/indexes/: the indexes of the files come after those of the environment."""
    files = [_uv_settings(file) for file in uv_files(environment)]
    stated = [index for settings in files for index in _tables(settings.get("index"))]
    default = [environment.get("UV_DEFAULT_INDEX"), environment.get("UV_INDEX_URL")]
    default += [index.get("url") for index in stated if index.get("default") is True]
    default += [settings.get("index-url") for settings in files]
    yield from [url for url in default if isinstance(url, str) and url][:1]
    for key in ("UV_INDEX", "UV_EXTRA_INDEX_URL"):
        yield from environment.get(key, "").split()
    further = [index.get("url") for index in stated if index.get("default") is not True and not index.get("explicit")]
    further += [url for settings in files for url in _list(settings.get("extra-index-url"))]
    yield from (url for url in further if isinstance(url, str))


def _uv_settings(file: Path) -> dict[str, Any]:
    import rtoml

    try:
        settings: dict[str, Any] = rtoml.loads(file.read_bytes().decode("utf-8"))
    except (rtoml.TomlParsingError, OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"uv's configuration cannot be read: {one_line(error, 120)}; mend uv.toml") from error
    return settings


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _tables(value: object) -> list[dict[str, Any]]:
    return [item for item in _list(value) if isinstance(item, dict)]
