"""Flags over environment over defaults become one Settings; the only place that knows defaults."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from pysentry_hook.config.environment import LEVELS, PREFIX, from_environment, nearest
from pysentry_hook.config.indexes import pip_indexes
from pysentry_hook.errors import ConfigError, UsageError
from pysentry_hook.http import Limits
from pysentry_hook.model import Severity, parse_name
from pysentry_hook.narrowing import PLATFORMS, is_python_version
from pysentry_hook.policy.gates import DEFAULT, NEVER, Gate
from pysentry_hook.report import Rule, Suppression
from pysentry_hook.resolvers import RESOLVERS
from pysentry_hook.sources import SOURCES
from pysentry_hook.text import one_line, without_credentials

_MOST_HOURS = 1_000_000


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
    python_version: str | None = None
    python_platform: str | None = None
    recursive: bool | None = None
    include_scripts: bool | None = None
    no_resolver: bool | None = None
    resolver: str | None = None
    allow_build: bool | None = None
    no_resolution_cache: bool | None = None
    clear_resolution_cache: bool = False
    resolution_cache_ttl: float | None = None
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
    python_version: str | None
    """Only what this Python installs, as 3.11 or 3.11.4; None: every Python."""
    python_platform: str | None
    recursive: bool
    include_scripts: bool
    pins_only: bool
    """Whether nothing is resolved: only pins are checked."""
    resolver: str | None
    """The resolver that was named, "auto" included; None where nobody named one."""
    allow_build: bool
    remember_resolutions: bool
    forget_resolutions: bool
    resolution_fresh_for: timedelta
    gate: Gate
    why: str
    suppressions: tuple[Suppression, ...]
    severity: Severity | None
    allow_empty: bool


def settle(flags: Flags, environment: Mapping[str, str]) -> Settings:
    """Return the Settings; ConfigError and UsageError name what has no meaning and what is known."""
    known = from_environment(environment)
    databases = flags.advisory_db or known.get("sources.database", ())
    enabled = _names(flags.sources, "--sources") or _names(known.get("sources.enabled", ()), f"{PREFIX}SOURCES_ENABLED")
    sources = _enabled(enabled, flags, database=bool(databases))
    required = _names(known.get("sources.required", ()), f"{PREFIX}SOURCES_REQUIRED")
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
            (
                environment[key]
                for key in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
                if environment.get(key)
            ),
            None,
        ),
        mirrors=known.get("sources.mirrors", ()),
        private=known.get("sources.private", ()),
        pip_indexes=pip_indexes(environment),
        main_only=_either(flags.exclude_extra, known.get("exclude_extra"), otherwise=False),
        groups=flags.groups,
        direct_only=_either(flags.direct_only, known.get("direct_only"), otherwise=False),
        python_version=_python(flags.python_version or known.get("python_version")),
        python_platform=_platform(flags.python_platform or known.get("python_platform")),
        recursive=_either(flags.recursive, known.get("recursive"), otherwise=False),
        include_scripts=_either(flags.include_scripts, known.get("include_scripts"), otherwise=False),
        pins_only=_either(flags.no_resolver, known.get("no_resolver"), otherwise=False),
        resolver=_resolver(flags.resolver or known.get("resolver.type")),
        allow_build=_either(flags.allow_build, known.get("allow_build"), otherwise=False),
        remember_resolutions=not _either(flags.no_resolution_cache, known.get("no_resolution_cache"), otherwise=False),
        forget_resolutions=flags.clear_resolution_cache,
        resolution_fresh_for=_hours(flags.resolution_cache_ttl, known.get("cache.resolution_ttl"), otherwise=24),
        gate=_gate(flags, known),
        why="no gate was named",
        suppressions=_suppressions(flags, known),
        severity=None if flags.severity is None else _level(flags.severity, "--severity"),
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


def _enabled(named: tuple[str, ...], flags: Flags, *, database: bool) -> tuple[str, ...]:
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


def _names(texts: Sequence[str], origin: str) -> tuple[str, ...]:
    """Source names, each known, in the order of the registry."""
    asked = [name.strip() for text in texts for name in text.split(",") if name.strip()]
    if texts and not asked:
        raise UsageError(f"{origin} names no source; known: {', '.join(SOURCES)}")
    for name in asked:
        if name not in SOURCES:
            raise UsageError(
                f"{origin}: {one_line(name, 40)!r} is no source{nearest(name, SOURCES)}; known: {', '.join(SOURCES)}"
            )
    return tuple(name for name in SOURCES if name in asked)


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
        raise UsageError(
            f"{origin}: {one_line(text, 40)!r} is no severity{nearest(text, LEVELS)}; known: {', '.join(LEVELS)}"
        )
    return Severity[text.upper()]


def _python(text: str | None) -> str | None:
    if text is not None and not is_python_version(text):
        raise UsageError(f"--python-version: {one_line(text, 40)!r} is no Python version; give it as 3.11 or 3.11.4")
    return text


def _platform(text: str | None) -> str | None:
    if text is not None and text not in PLATFORMS:
        known = ", ".join(PLATFORMS)
        raise UsageError(
            f"--python-platform: {one_line(text, 40)!r} is no platform{nearest(text, PLATFORMS)}; known: {known}"
        )
    return text


def _resolver(text: str | None) -> str | None:
    known = ("auto", *RESOLVERS)
    if text is not None and text not in known:
        raise UsageError(
            f"--resolver: {one_line(text, 40)!r} is no resolver{nearest(text, known)}; known: {', '.join(known)}"
        )
    return text


def _hours(flag: float | None, known: float | None, *, otherwise: float) -> timedelta:
    hours = next(value for value in (flag, known, otherwise) if value is not None)
    if not 0 <= hours < _MOST_HOURS:
        raise UsageError("--resolution-cache-ttl: give a number of hours")
    return timedelta(hours=hours)


def _either(*values: bool | None, otherwise: bool) -> bool:
    return next((value for value in values if value is not None), otherwise)


def group_names(names: Sequence[str]) -> tuple[str, ...]:
    """Normalise the names of groups and extras; UsageError for what is none."""
    found = []
    for name in names:
        normalised = parse_name(name.strip())
        if normalised is None:
            raise UsageError(f"--group: {one_line(name, 60)!r} is no name of a group or extra")
        found.append(normalised)
    return tuple(found)
