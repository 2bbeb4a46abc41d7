"""Where the user's own configuration of pip and uv lies."""

import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path


def pip_files(environment: Mapping[str, str]) -> list[Path]:
    """Return pip's files that are there, the least important first.

    PIP_CONFIG_FILE takes the place of the user's file: https://pip.pypa.io/en/stable/topics/configuration/.
    """
    return [file for file in _pip_places(environment) if file.is_file()]


def uv_files(environment: Mapping[str, str]) -> list[Path]:
    """Return uv's files that are there, the most important first.

    UV_CONFIG_FILE takes the place of all: https://docs.astral.sh/uv/concepts/configuration-files/.
    """
    if named := environment.get("UV_CONFIG_FILE"):
        return [Path(named)] if Path(named).is_file() else []
    if environment.get("UV_NO_CONFIG", "").lower() in {"1", "true", "yes", "on", "y", "t"}:
        return []
    system = next((file for file in _uv_system_places(environment) if file.is_file()), None)
    files = [_home_configuration(environment, "uv") / "uv.toml", system]
    return [file for file in files if file and file.is_file()]


def _home_configuration(environment: Mapping[str, str], tool: str) -> Path:
    home = Path(environment.get("HOME", "/nonexistent"))
    folder = environment.get("APPDATA") if sys.platform == "win32" else environment.get("XDG_CONFIG_HOME")
    return Path(folder or home / ".config") / tool


def _uv_system_places(environment: Mapping[str, str]) -> Iterator[Path]:
    if sys.platform == "win32":
        yield Path(environment.get("PROGRAMDATA", "C:/ProgramData")) / "uv" / "uv.toml"
        return
    for folder in (environment.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(":"):
        yield Path(folder) / "uv" / "uv.toml"
    yield Path("/etc/uv/uv.toml")


def _pip_places(environment: Mapping[str, str]) -> Iterator[Path]:
    named = environment.get("PIP_CONFIG_FILE")
    if named == os.devnull:
        return
    name = "pip.ini" if sys.platform == "win32" else "pip.conf"
    yield from _pip_system_places(environment, name)
    if not (named and Path(named).exists()):
        yield from (folder / name for folder in _pip_user_folders(environment))
    if environment.get("VIRTUAL_ENV"):
        yield Path(environment["VIRTUAL_ENV"]) / name
    if named:
        yield Path(named)


def _pip_system_places(environment: Mapping[str, str], name: str) -> Iterator[Path]:
    if sys.platform == "win32":
        yield Path(environment.get("PROGRAMDATA", "C:/ProgramData")) / "pip" / name
    elif sys.platform == "darwin":
        yield Path("/Library/Application Support/pip") / name
    else:
        shared = [folder for folder in environment.get("XDG_CONFIG_DIRS", "").split(":") if folder.strip()]
        yield from (Path(folder) / "pip" / name for folder in shared or ["/etc/xdg"])
        yield Path("/etc") / name


def _pip_user_folders(environment: Mapping[str, str]) -> Iterator[Path]:
    """The folders of the user, the older one first."""
    if sys.platform == "win32":
        yield from (Path(environment[key]) / "pip" for key in ("USERPROFILE", "APPDATA") if environment.get(key))
        return
    home = Path(environment.get("HOME", "/nonexistent"))
    own = home / "Library" / "Application Support" / "pip"
    yield home / ".pip"
    if sys.platform == "darwin":
        yield own if own.is_dir() else home / ".config" / "pip"
    else:
        yield Path(environment.get("XDG_CONFIG_HOME") or home / ".config") / "pip"
