"""Flags over environment over defaults become one Settings; the only place that knows defaults."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pysentry_hook.errors import ConfigError, UsageError
from pysentry_hook.http import Limits
from pysentry_hook.model import Rule, Severity, Suppression, parse_name
from pysentry_hook.policy.gates import DEFAULT, NEVER, Gate
from pysentry_hook.sources import SOURCES
from pysentry_hook.text import one_line, without_credentials

PREFIX = "PYSENTRY_HOOK_"
LEVELS = tuple(severity.word for severity in Severity)
FORMATS = ("human", "json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Flags:
    """What the command line said; None and () mean that it did not."""

    paths: tuple[Path, ...] = ()
    requirements: tuple[Path, ...] = ()
    sources: tuple[str, ...] = ()
    service_urls: tuple[str, ...] = ()
    advisory_db: tuple[str, ...] = ()
    offline: bool | None = None
    no_cache: bool | None = None
    cache_dir: Path | None = None
    exclude_extra: bool | None = None
    groups: tuple[str, ...] = ()
    direct_only: bool | None = None
    fail_on: str | None = None
    severity: str | None = None
    ignore: tuple[str, ...] = ()
    ignore_while_no_fix: tuple[str, ...] = ()
    allow_empty: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that a run needs to know, decided."""

    paths: tuple[Path, ...]
    requirements: tuple[Path, ...]
    sources: tuple[str, ...]
    required: tuple[str, ...]
    """The sources that must answer for every dependency."""
    urls: Mapping[str, str]
    advisory_db: tuple[Path, ...]
    offline: bool
    cache_dir: Path | None
    """None: the user's cache folder."""
    use_cache: bool
    fresh_for: timedelta
    limits: Limits
    ca_bundle: str | None
    mirrors: tuple[str, ...]
    private: tuple[str, ...]
    pip_indexes: tuple[str, ...]
    """The indexes that pip or uv would use where a file names none."""
    main_only: bool
    groups: tuple[str, ...]
    direct_only: bool
    gate: Gate
    why: str
    suppressions: tuple[Suppression, ...]
    severity: Severity | None
    allow_empty: bool


def settle(flags: Flags, environment: Mapping[str, str]) -> Settings:
    """Return the Settings; ConfigError and UsageError name what has no meaning and what is known."""
    known = _from_environment(environment)
    databases = flags.advisory_db or known.get("sources.database", ())
    enabled = _names(flags.sources) or _names(known.get("sources.enabled", ()))
    sources = _enabled(enabled, flags, bool(databases))
    required = _names(known.get("sources.required", ()))
    return Settings(
        paths=flags.paths,
        requirements=flags.requirements,
        sources=sources,
        required=_required(required, sources, database=bool(databases)),
        urls=_urls(flags.service_urls, known),
        advisory_db=tuple(_database(text) for text in databases),
        offline=_either(flags.offline, known.get("offline"), otherwise=False),
        cache_dir=flags.cache_dir or (Path(known["cache.dir"]) if "cache.dir" in known else None),
        use_cache=not _either(flags.no_cache, known.get("no_cache"), otherwise=False),
        fresh_for=timedelta(hours=known.get("cache.max_age_hours", 1 if environment.get("CI") else 12)),
        limits=replace(
            Limits(),
            overall=known.get("http.deadline", Limits().overall),
            read=known.get("http.timeout", Limits().read),
            connect=known.get("http.connect_timeout", Limits().connect),
            at_once=known.get("http.max_concurrent", Limits().at_once),
        ),
        ca_bundle=next(
            (environment[key] for key in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE") if environment.get(key)),
            None,
        ),
        mirrors=known.get("sources.mirrors", ()),
        private=known.get("sources.private", ()),
        pip_indexes=pip_indexes(environment),
        main_only=_either(flags.exclude_extra, known.get("exclude_extra"), otherwise=False),
        groups=flags.groups,
        direct_only=_either(flags.direct_only, known.get("direct_only"), otherwise=False),
        gate=_gate(flags, known),
        why="no gate was named",
        suppressions=_suppressions(flags, known),
        severity=_level(flags.severity, "--severity") if flags.severity else None,
        allow_empty=_either(flags.allow_empty, known.get("allow_empty"), otherwise=False),
    )


def _gate(flags: Flags, known: Mapping[str, Any]) -> Gate:
    gate = DEFAULT
    origins: dict[str, str] = {}
    if flags.fail_on is not None or "defaults.fail_on" in known:
        text = flags.fail_on if flags.fail_on is not None else known["defaults.fail_on"]
        origin = "--fail-on" if flags.fail_on is not None else f"{PREFIX}DEFAULTS_FAIL_ON"
        gate = replace(gate, fail_on=None if text == NEVER else _level(text, origin))
        origins["fail_on"] = origin
    for key in ("unknown_severity", "unchecked", "on_incomplete"):
        if f"defaults.{key}" in known:
            gate = replace(gate, **{key: known[f"defaults.{key}"]})
            origins[key] = f"{PREFIX}DEFAULTS_{key.upper()}"
    return replace(gate, rules=origins)


def _suppressions(flags: Flags, known: Mapping[str, Any]) -> tuple[Suppression, ...]:
    ignored = [(text, "--ignore", False) for text in flags.ignore]
    ignored += [(text, "--ignore-while-no-fix", True) for text in flags.ignore_while_no_fix]
    ignored += [(text, f"{PREFIX}IGNORE_IDS", False) for text in known.get("ignore.ids", ())]
    return tuple(
        Suppression(id=text.strip(), while_no_fix=no_fix, rule=Rule("ignore", text.strip(), origin))
        for text, origin, no_fix in ignored
        if text.strip()
    )


def _enabled(named: tuple[str, ...], flags: Flags, database: bool) -> tuple[str, ...]:
    """The services that are asked: a database replaces them unless the flag --sources is given too."""
    if flags.sources:
        return named
    if database:
        return ()
    return named or tuple(SOURCES)


def _required(named: tuple[str, ...], sources: tuple[str, ...], *, database: bool) -> tuple[str, ...]:
    if database:
        return ("database",)
    for name in named:
        if name not in sources:
            raise ConfigError(f"{PREFIX}SOURCES_REQUIRED: {name} is required and not enabled")
    return named or (("osv",) if "osv" in sources else sources)


def _names(texts: Sequence[str]) -> tuple[str, ...]:
    """Source names, each known, in the order of the registry."""
    asked = [name.strip() for text in texts for name in text.split(",") if name.strip()]
    for name in asked:
        if name not in SOURCES:
            raise UsageError(f"{one_line(name, 40)!r} is no source{_nearest(name, SOURCES)}; known: {', '.join(SOURCES)}")
    return tuple(name for name in SOURCES if name in asked)


def _nearest(name: str, known: Sequence[str] | Mapping[str, object]) -> str:
    close = get_close_matches(name.lower(), list(known), 1)
    return f" (did you mean {close[0]}?)" if close else ""


def _urls(flags: Sequence[str], known: Mapping[str, Any]) -> Mapping[str, str]:
    urls = {name: known.get(f"sources.{name}_url") or kind.default_url for name, kind in SOURCES.items()}
    for text in flags:
        name, separator, url = text.partition("=")
        if not separator or "://" in name:
            name, url = "osv", text
        if name not in SOURCES:
            raise UsageError(f"--service-url: {one_line(name, 40)!r} is no source; known: {', '.join(SOURCES)}")
        urls[name] = url
    for name, url in urls.items():
        if not url.startswith(("https://", "http://")):
            shown = without_credentials(url)
            raise UsageError(f"the address of {name} is no http(s) URL: {one_line(shown, 80)!r}")
    return urls


def _database(text: str) -> Path:
    if "://" in text:
        raise UsageError("--advisory-db: a URL is not read yet; load the file and name it")
    path = Path(text)
    if not path.exists():
        raise UsageError(f"--advisory-db: {one_line(text, 120)} is not there")
    return path


def _level(text: str, origin: str) -> Severity:
    if text not in LEVELS:
        raise UsageError(f"{origin}: {one_line(text, 40)!r} is no severity{_nearest(text, LEVELS)}; known: {', '.join(LEVELS)}")
    return Severity[text.upper()]


def _either(flag: bool | None, environment: bool | None, *, otherwise: bool) -> bool:
    return next((value for value in (flag, environment) if value is not None), otherwise)


# --- the environment: PYSENTRY_HOOK_ and the path of a key in capitals


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _boolean(text: str) -> bool:
    words = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    if text.strip().lower() not in words:
        raise ValueError("is neither true nor false")
    return words[text.strip().lower()]


def _positive(text: str) -> float:
    number = float(text)
    if not 0 < number < 1e9:
        raise ValueError("is not a number above 0")
    return number


def _count(text: str) -> int:
    return int(_positive(text))


def _one_of(*words: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in words:
            raise ValueError(f"is not one of {', '.join(words)}{_nearest(text, words)}")
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
    "allow_empty": _boolean,
}
"""Every key with its type; its environment variable is PREFIX and the key in capitals."""


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    variables = {PREFIX + key.upper().replace(".", "_"): key for key in KEYS}
    found: dict[str, Any] = {}
    for variable in sorted(environment):
        if not variable.startswith(PREFIX):
            continue
        if variable not in variables:
            close = get_close_matches(variable, list(variables), 1)
            raise ConfigError(f"{variable} is no setting" + (f"; did you mean {close[0]}?" if close else ""))
        key = variables[variable]
        try:
            found[key] = KEYS[key](environment[variable])
        except ValueError as error:
            raise ConfigError(f"{variable} = {one_line(environment[variable], 60)!r} {error}") from error
    return found


def group_names(names: Sequence[str]) -> tuple[str, ...]:
    """Normalise the names of groups and extras; UsageError for what is none."""
    found = []
    for name in names:
        normalised = parse_name(name.strip())
        if normalised is None:
            raise UsageError(f"--group: {one_line(name, 60)!r} is no name of a group or extra")
        found.append(normalised)
    return tuple(found)


# --- the index that pip or uv would use where a file names none

_INDEX_VARIABLES = ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL")
_EXTRA_VARIABLES = ("UV_INDEX", "UV_EXTRA_INDEX_URL", "PIP_EXTRA_INDEX_URL")


def pip_indexes(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The index URLs of the user's own configuration, https://pip.pypa.io/en/stable/topics/configuration/.

    Local folders are left out: they have no host that a private name could be meant for.
    """
    files = _pip_files(environment)
    main = next((environment[key] for key in _INDEX_VARIABLES if environment.get(key)), "") or files.get("index-url", "")
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
        files = [Path("/etc/pip.conf"), Path("/etc/xdg/pip/pip.conf"), home / ".pip" / "pip.conf", config / "pip" / "pip.conf"]
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
