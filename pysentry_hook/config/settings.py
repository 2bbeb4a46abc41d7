"""Everything that a run needs to know, decided: flags over environment over files over defaults."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from pysentry_hook.config.ci import occasion
from pysentry_hook.config.files import Configuration
from pysentry_hook.config.flags import Flags
from pysentry_hook.config.indexes import pip_indexes
from pysentry_hook.config.named import named_commit
from pysentry_hook.config.policies import Known, forbidden_flags, settled_policy
from pysentry_hook.config.said import EVERY_SOURCE, Said
from pysentry_hook.config.setup import setup_digest
from pysentry_hook.config.variables import PREFIX
from pysentry_hook.config.words import (
    EXPORT,
    database,
    hours,
    least_severity,
    python_platform,
    python_version,
    resolver,
    service_urls,
    source_names,
)
from pysentry_hook.errors import ConfigError, UsageError
from pysentry_hook.http import Limits
from pysentry_hook.model import Severity
from pysentry_hook.report import PolicyFile
from pysentry_hook.rules import NO_OCCASION, Policy
from pysentry_hook.sources import SOURCES


class Settings(NamedTuple):
    """The decided values of one run."""

    words: tuple[str, ...]
    """The options of the scan as they were typed, for commands that are printed."""
    paths: tuple[Path, ...]
    requirements: tuple[Path, ...]
    sources: tuple[str, ...]
    required: tuple[str, ...]
    """The sources that must answer for every dependency."""
    urls: Mapping[str, str]
    advisory_db: tuple[str, ...]
    """Paths, and URLs behind which a digest may stand."""
    offline: bool
    cache_dir: Path | None
    """None: the user's cache folder."""
    use_cache: bool
    fresh_for: timedelta
    limits: Limits
    ca_bundle: str | None
    mirrors: tuple[str, ...]
    trusted_mirrors: tuple[str, ...]
    """Those mirrors that the user's own configuration names: a resolver may be sent there."""
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
    resolver_seconds: float
    plan_seconds: float
    resolver_setup: str
    """A digest of the user's own configuration of pip and uv, without its secrets."""
    ask_status: bool
    """Whether the index is asked for the status of projects: not where a database is in the place of the services."""
    status_of_direct_only: bool
    policy_from: str | None
    """The commit whose policy counts, None: that of what is audited."""
    against: str | None
    """The commit that findings are compared with, as git or the user calls it; None: nothing is older than anything."""
    policy: Policy
    policy_files: tuple[PolicyFile, ...]
    format: str
    severity: Severity | None
    detailed: bool
    quiet: bool
    allow_empty: bool
    today: date
    warnings: tuple[str, ...]
    """What the reader has to know of the configuration."""
    policy_changes: tuple[str, ...] = ()
    """What the change that is judged makes of the policy."""


def settle(flags: Flags, environment: Mapping[str, str], files: Configuration, today: date) -> Settings:
    """Return the Settings; ConfigError and UsageError name what has no meaning and what is known."""
    said = said_by(environment, files)
    known = Known(said.settings, files.settings())
    local = known.get("defaults.no_ci_detect", otherwise=False)
    where = NO_OCCASION if local else occasion(environment)
    databases = flags.advisory_db or known.get("sources.database", ())
    named_by = "--advisory-db" if flags.advisory_db else known.origin("sources.database")
    sources = _sources(flags, known, database=bool(databases))
    return Settings(
        words=flags.words,
        paths=flags.paths,
        requirements=flags.requirements,
        sources=sources,
        required=_required(known, sources, database=bool(databases)),
        urls=service_urls(flags.service_urls, _known_urls(known)),
        advisory_db=tuple(database(text, named_by) for text in databases),
        offline=known.either(flags.offline, "http.offline"),
        cache_dir=flags.cache_dir or (Path(known.get("cache.dir")) if known.get("cache.dir") else None),
        use_cache=known.get("cache.enabled", otherwise=True) if flags.no_cache is None else not flags.no_cache,
        fresh_for=timedelta(
            hours=known.get("cache.vulnerability_ttl", 1 if environment.get("CI") and not local else 12)
        ),
        limits=_limits(known),
        ca_bundle=ca_bundle_of(environment),
        mirrors=known.get("sources.mirrors", ()),
        trusted_mirrors=_trusted_mirrors(said, files),
        private=_private(known, files),
        pip_indexes=pip_indexes(environment),
        main_only=known.get("defaults.scope") == "main" if flags.exclude_extra is None else flags.exclude_extra,
        groups=flags.groups or known.get("defaults.groups", ()),
        direct_only=known.either(flags.direct_only, "defaults.direct_only"),
        python_version=python_version(flags.python_version) or known.get("defaults.python_version"),
        python_platform=python_platform(flags.python_platform) or known.get("defaults.python_platform"),
        recursive=known.either(flags.recursive, "defaults.recursive"),
        include_scripts=known.either(flags.include_scripts, "defaults.include_scripts"),
        pins_only=_pins_only(flags, known),
        resolver=resolver(flags.resolver) or known.get("resolver.type"),
        allow_build=known.either(flags.allow_build, "resolver.allow_build"),
        remember_resolutions=not flags.no_resolution_cache,
        forget_resolutions=flags.clear_resolution_cache,
        resolution_fresh_for=hours(flags.resolution_cache_ttl, known.get("cache.resolution_ttl"), otherwise=24),
        resolver_seconds=known.get("resolver.timeout", 120.0),
        plan_seconds=known.get("resolver.deadline", 300.0),
        resolver_setup=setup_digest(environment),
        ask_status=_ask_status(flags, known, sources),
        status_of_direct_only=known.either(flags.maintenance_direct_only, "maintenance.check_direct_only"),
        policy_from=named_commit(flags, environment),
        against=flags.against or known.get("against"),
        policy=settled_policy(flags, said, known, files, where),
        policy_files=tuple(files.files),
        format=known.get("defaults.format", "human"),
        severity=least_severity(flags.severity, known.get("defaults.severity")),
        detailed=known.either(flags.detailed, "defaults.detailed"),
        quiet=known.either(flags.quiet, "output.quiet"),
        allow_empty=known.either(flags.allow_empty, "defaults.allow_empty"),
        today=today,
        warnings=tuple(files.warnings),
    )


def said_by(environment: Mapping[str, str], files: Configuration) -> Said:
    """What the environment says, of the gates of the files too."""
    if not any(name.startswith(PREFIX) for name in environment):
        return Said()
    from pysentry_hook.config.statements import from_environment

    return from_environment(environment, {name: None for side in files.below for name in side.gates})


def _ask_status(flags: Flags, known: Known, sources: Sequence[str]) -> bool:
    """Whether projects are asked after: an option that forbids a status asks for it, or is refused."""
    forbids = [stated.origin for stated in forbidden_flags(flags).values()]
    wanted = bool(forbids or known.get("maintenance.enabled", otherwise=True)) and not flags.no_maintenance_check
    if forbids and not (wanted and sources):
        why = "--advisory-db without --sources" if wanted else "--no-maintenance-check"
        raise UsageError(f"{forbids[0]} needs the status of projects, which nobody is asked for: {why}")
    return wanted and bool(sources)


def _pins_only(flags: Flags, known: Known) -> bool:
    """Whether nothing is resolved; who names a resolver by an option wants it."""
    if flags.resolver and flags.no_resolver:
        raise UsageError("--resolver and --no-resolver exclude each other; leave one out")
    return not flags.resolver and known.either(flags.no_resolver, "resolver.no_resolver")


def _limits(known: Known) -> Limits:
    usual = Limits()
    return Limits(
        overall=known.get("http.deadline", usual.overall),
        read=known.get("http.timeout", usual.read),
        connect=known.get("http.connect_timeout", usual.connect),
        at_once=known.get("http.max_concurrent", usual.at_once),
        retries=known.get("http.max_retries", usual.retries),
        first_wait=known.get("http.retry_initial_backoff", usual.first_wait),
        longest_wait=known.get("http.retry_max_backoff", usual.longest_wait),
    )


def ca_bundle_of(environment: Mapping[str, str]) -> str | None:
    """The file of the certificates that are trusted, where the environment names one."""
    names = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
    return next((environment[name] for name in names if environment.get(name)), None)


def _trusted_mirrors(said: Said, files: Configuration) -> tuple[str, ...]:
    """The mirrors that no file of the audited project names."""
    stated = said.settings.get("sources.mirrors") or next(
        (
            side.settings["sources.mirrors"]
            for side in files.below
            if "sources.mirrors" in side.settings and not side.is_project
        ),
        None,
    )
    return stated.value if stated and isinstance(stated.value, tuple) else ()


def _private(known: Known, files: Configuration) -> tuple[str, ...]:
    """The private names: what the nearest side says, and what user and machine say, which no project takes back."""
    sides = [known.get("sources.private", ())]
    for side in files.below:
        stated = side.settings.get("sources.private")
        if stated and not side.is_project and isinstance(stated.value, tuple):
            sides.append(stated.value)
    return tuple(dict.fromkeys(name for names in sides for name in names))


def _sources(flags: Flags, known: Known, *, database: bool) -> tuple[str, ...]:
    """The services that are asked: a database replaces them unless the flag --sources is given too."""
    if flags.sources:
        return source_names(flags.sources)
    if database:
        return ()
    return known.get("sources.enabled") or tuple(SOURCES)


def _known_urls(known: Known) -> Mapping[str, str | None]:
    urls = {name: known.get(f"sources.{name}_url") for name in SOURCES}
    return {**urls, EXPORT: known.get("sources.osv_export_url")}


def _required(known: Known, sources: tuple[str, ...], *, database: bool) -> tuple[str, ...]:
    if database:
        return ("database",)
    named: tuple[str, ...] = known.get("sources.required", ())
    for name in named:
        if name not in sources:
            raise ConfigError(
                f"{known.origin('sources.required')}: {name} is required and not enabled; add it to sources.enabled"
            )
    if not named and known.get(EVERY_SOURCE):
        return sources
    return named or (("osv",) if "osv" in sources else sources)
