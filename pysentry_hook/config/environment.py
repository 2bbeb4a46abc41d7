"""Read the environment: every key is PYSENTRY_HOOK_ and its path in capitals."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pysentry_hook.errors import ConfigError
from pysentry_hook.model import Severity
from pysentry_hook.policy.gates import NEVER
from pysentry_hook.text import one_line

PREFIX = "PYSENTRY_HOOK_"
LEVELS = tuple(severity.word for severity in Severity)


def nearest(name: str, known: Sequence[str] | Mapping[str, object]) -> str:
    """A hint at the nearest known word, empty where none is near."""
    from difflib import get_close_matches  # 5 ms, needed only for a mistake

    close = get_close_matches(name, list(known), 1)
    return f" (did you mean {close[0]}?)" if close else ""


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _boolean(text: str) -> bool:
    words = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    if text.strip().lower() not in words:
        raise ValueError("is neither true nor false")
    return words[text.strip().lower()]


_MANY = 1e9


def _positive(text: str) -> float:
    number = float(text)
    if not 0 < number < _MANY:
        raise ValueError("is not a number above 0")
    return number


def _count(text: str) -> int:
    return int(_positive(text))


def _one_of(*words: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in words:
            raise ValueError(f"is not one of {', '.join(words)}{nearest(text, words)}")
        return text

    return read


KEYS: Mapping[str, Callable[[str], Any]] = {
    "sources.enabled": _list,
    "sources.required": _list,
    "sources.mirrors": _list,
    "sources.private": _list,
    "sources.database": _list,
    "sources.osv_url": str,
    "sources.pypa_url": str,
    "sources.pypi_url": str,
    "cache.dir": str,
    "cache.max_age_hours": _positive,
    "http.timeout": _positive,
    "http.connect_timeout": _positive,
    "http.deadline": _positive,
    "http.max_concurrent": _count,
    "defaults.fail_on": _one_of(NEVER, *LEVELS),
    "defaults.unknown_severity": _one_of("block", "warn"),
    "defaults.unchecked": _one_of("block", "warn"),
    "defaults.on_incomplete": _one_of("block", "warn"),
    "ignore.ids": _list,
    "offline": _boolean,
    "no_cache": _boolean,
    "exclude_extra": _boolean,
    "direct_only": _boolean,
    "python_version": str,
    "python_platform": str,
    "recursive": _boolean,
    "include_scripts": _boolean,
    "no_resolver": _boolean,
    "resolver.type": str,
    "allow_build": _boolean,
    "no_resolution_cache": _boolean,
    "cache.resolution_ttl": _positive,
    "allow_empty": _boolean,
}
"""Every key with its type; its environment variable is PREFIX and the key in capitals."""


def from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    """Return the keys that the environment sets; ConfigError for an unknown name or a value without meaning."""
    variables = {PREFIX + key.upper().replace(".", "_"): key for key in KEYS}
    found: dict[str, Any] = {}
    for variable in sorted(environment):
        if not variable.startswith(PREFIX):
            continue
        if variable not in variables:
            raise ConfigError(f"{variable} is no setting{nearest(variable, variables)}")
        key = variables[variable]
        try:
            found[key] = KEYS[key](environment[variable])
        except ValueError as error:
            raise ConfigError(f"{variable} = {one_line(environment[variable], 60)!r} {error}") from error
    return found
