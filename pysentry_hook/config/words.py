"""Read the words of options; UsageError names the option and what is known."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from pysentry_hook.errors import UsageError
from pysentry_hook.model import Severity, parse_name
from pysentry_hook.rules import LEVELS
from pysentry_hook.sources import SOURCES
from pysentry_hook.text import one_line, printable, without_credentials

EXPORT = "osv-export"
"""The bulk export of OSV, as `--service-url` calls it."""

_MOST_HOURS = 1_000_000


def source_names(texts: Sequence[str]) -> tuple[str, ...]:
    """Source names, each known, in the order of the registry."""
    asked = [name.strip() for text in texts for name in text.split(",") if name.strip()]
    known = ", ".join(SOURCES)
    if not asked:
        raise UsageError(f"--sources names no source; known: {known}")
    for name in asked:
        if name not in SOURCES:
            from pysentry_hook.config.kinds import nearest

            raise UsageError(f"--sources: {one_line(name, 40)!r} is no source{nearest(name, SOURCES)}; known: {known}")
    return tuple(name for name in SOURCES if name in asked)


def service_urls(texts: Sequence[str], known: Mapping[str, str | None]) -> Mapping[str, str]:
    """Where each service is: by its option, else as `known`, else at its usual address."""
    urls = {name: kind.default_url for name, kind in SOURCES.items()}
    urls |= {name: url for name, url in known.items() if url}
    for text in texts:
        name, separator, url = text.partition("=")
        if not separator or "://" in name:
            name, url = "osv", text
        if name not in (*SOURCES, EXPORT):
            raise UsageError(
                f"--service-url: {one_line(name, 40)!r} is no source; known: {', '.join((*SOURCES, EXPORT))}"
            )
        if not url.startswith(("https://", "http://")):
            shown = without_credentials(url)
            raise UsageError(
                f"--service-url: the address of {name} is no http(s) URL: {one_line(shown, 80)!r}; say {name}=https://…"
            )
        urls[name] = url
    return urls


def database(text: str, origin: str) -> str:
    """The place of an advisory database: a path that is there, or a URL with or without its digest."""
    import shlex

    from pysentry_hook.config.kinds import check_database, shown

    try:
        check_database(text)
    except ValueError as error:
        raise UsageError(f"{origin}: {shown(text)} {error}") from error
    if "://" not in text and not Path(text).exists():
        hint = f"; make it: pysentry-hook db sync {shlex.quote(text)}" if text.endswith(".db") else "; check the path"
        raise UsageError(printable(f"{origin}: {text} is not there{hint}"))
    return text


def least_severity(flag: str | None, known: str | None) -> Severity | None:
    """The least severity that people are shown."""
    text = known if flag is None else flag
    if text is None:
        return None
    if text not in LEVELS:
        from pysentry_hook.config.kinds import nearest

        hint = nearest(text, LEVELS)
        raise UsageError(f"--severity: {one_line(text, 40)!r} is no severity{hint}; known: {', '.join(LEVELS)}")
    return Severity[text.upper()]


def python_version(text: str | None) -> str | None:
    """The Python of an option."""
    if text is None:
        return None
    from pysentry_hook.narrowing import is_python_version

    if not is_python_version(text):
        raise UsageError(f"--python-version: {one_line(text, 40)!r} is no Python version; give it as 3.11 or 3.11.4")
    return text


def python_platform(text: str | None) -> str | None:
    """The platform of an option."""
    if text is None:
        return None
    from pysentry_hook.narrowing import PLATFORMS

    if text not in PLATFORMS:
        from pysentry_hook.config.kinds import nearest

        known = ", ".join(PLATFORMS)
        raise UsageError(
            f"--python-platform: {one_line(text, 40)!r} is no platform{nearest(text, PLATFORMS)}; known: {known}"
        )
    return text


def resolver(text: str | None) -> str | None:
    """The resolver of an option."""
    if text is None:
        return None
    from pysentry_hook.config.keys import RESOLVERS

    known = ("auto", *RESOLVERS)
    if text not in known:
        from pysentry_hook.config.kinds import nearest

        raise UsageError(
            f"--resolver: {one_line(text, 40)!r} is no resolver{nearest(text, known)}; known: {', '.join(known)}"
        )
    return text


def hours(flag: float | None, known: float | None, *, otherwise: float) -> timedelta:
    """The first of these that is said."""
    number = next(value for value in (flag, known, otherwise) if value is not None)
    if not 0 <= number <= _MOST_HOURS:
        raise UsageError("--resolution-cache-ttl: give a number of hours, as 24")
    return timedelta(hours=number)


def group_names(names: Sequence[str]) -> tuple[str, ...]:
    """Normalise the names of groups and extras; UsageError for what is none."""
    found = []
    for name in names:
        normalised = parse_name(name.strip())
        if normalised is None:
            raise UsageError(f"--group: {one_line(name, 60)!r} is no name of a group or extra, as dev")
        found.append(normalised)
    return tuple(found)
