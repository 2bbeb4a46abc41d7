"""Read a file that was written for pysentry 0.5, and mean what it means there.

The tables are those that its `config init` writes, and those that are only read. What is unknown warns: there it makes
the whole file count for nothing.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pysentry_hook.config.keys import KEYS
from pysentry_hook.config.kinds import nearest, shown
from pysentry_hook.config.said import EVERY_SOURCE, Said
from pysentry_hook.config.statements import Source
from pysentry_hook.model import normalize, parse_name
from pysentry_hook.rules import BLOCK, LEVELS, WARN, Stated
from pysentry_hook.text import one_line

_SAME = frozenset({
    "defaults.format", "defaults.scope", "defaults.groups", "defaults.direct_only", "defaults.include_scripts",
    "defaults.detailed", "defaults.severity", "defaults.no_ci_detect", "sources.enabled", "resolver.type",
    "resolver.no_resolver", "cache.enabled", "cache.resolution_ttl", "cache.vulnerability_ttl", "ignore.ids",
    "ignore.while_no_fix", "ignore.packages", "maintenance.forbid_archived", "maintenance.forbid_deprecated",
    "maintenance.enabled", "maintenance.check_direct_only", "maintenance.forbid_quarantined",
    "maintenance.forbid_unmaintained", "http.timeout", "http.connect_timeout",
    "http.max_retries", "http.retry_initial_backoff", "http.retry_max_backoff", "output.quiet",
})  # fmt: skip
"""Keys that we have as well, with the same values."""

_RENAMED = {"cache.directory": "cache.dir", "sources.service_url": "sources.osv_url"}

_WITHOUT_EFFECT: Mapping[str, tuple[object, str]] = {
    "defaults.compact": (False, "the human report is compact unless detailed"),
    "defaults.display": ("table", "there is one display"),
    "defaults.include_withdrawn": (False, "withdrawn records are named with their group and are no findings"),
    "maintenance.cache_ttl": (1, "a status is as young as other answers: vulnerability_ttl"),
    "http.show_progress": (False, "progress is shown on a terminal"),
    "notifications.enabled": (None, "there are no notifications"),
}
"""Keys that change nothing here: the value for which nobody needs to be told, and why it changes nothing."""

_VERSION = 1
_TABLES = frozenset({"version", "groups"} | {key.partition(".")[0] for key in (*_SAME, *_RENAMED, *_WITHOUT_EFFECT)})


def read_peer(values: Mapping[str, Any], source: Source, warn: Callable[[str], None]) -> Said:
    """Return what a file of pysentry says; ConfigError for a value without meaning, a warning for an unknown key."""
    settings: dict[str, Stated] = {}
    for table, keys in values.items():
        if table == "version":
            if keys != _VERSION:
                warn(f"{source.at(table)}: version = {shown(keys)} is not known ({_VERSION} is); its keys were read")
            continue
        if table == "groups":
            settings.update(_groups(keys, source, warn))
        elif table not in _TABLES:
            _unknown(source, table, sorted(_TABLES), warn, table)
        elif not isinstance(keys, Mapping):
            raise source.error(f"{table} is not a table, as {{ key = value }}", table)
        else:
            for key, value in keys.items():
                settings.update(_setting(f"{table}.{key}", value, source, warn))
    return Said(settings=settings, is_project=source.is_project)


def _setting(name: str, value: object, source: Source, warn: Callable[[str], None]) -> Iterator[tuple[str, Stated]]:
    path = name.split(".", 1)
    if name == "defaults.fail_on":
        yield name, _known_word(value, source, name)
    elif name == EVERY_SOURCE:
        yield from _partial(value, source, name)
    elif name in _WITHOUT_EFFECT:
        usual, why = _WITHOUT_EFFECT[name]
        if usual is not None and value != usual:
            warn(f"{source.at(*path)}: {name} changes nothing here: {why}")
    elif name not in _SAME and name not in _RENAMED:
        known = sorted({*_SAME, *_RENAMED, *_WITHOUT_EFFECT, "defaults.fail_on", EVERY_SOURCE})
        _unknown(source, name, known, warn, *path)
    else:
        ours = _RENAMED.get(name, name)
        if source.is_project and not KEYS[ours].in_project:
            warn(f"{source.at(*path)}: {name} is not taken from a project's file; it was passed over")
            return
        place = source.place(*path)
        try:
            yield ours, Stated(KEYS[ours].kind.toml(value), str(place), place)
        except ValueError as error:
            raise source.error(f"{name} = {shown(value)} {error}", *path) from error


def _known_word(value: object, source: Source, name: str, *path: str) -> Stated:
    """A severity; an empty or misspelt one is an error and never means "never", a word that pysentry does not have."""
    keys = path or tuple(name.split("."))
    if not isinstance(value, str) or value not in LEVELS:
        hint = nearest(value, LEVELS) if isinstance(value, str) else ""
        raise source.error(f"{name} = {shown(value)} is not one of {', '.join(LEVELS)}{hint}", *keys)
    place = source.place(*keys)
    return Stated(value, str(place), place)


def _partial(value: object, source: Source, name: str) -> Iterator[tuple[str, Stated]]:
    """Whether one silent source makes the audit incomplete: then all are required, else incomplete only warns."""
    path = name.split(".")
    if not isinstance(value, bool):
        raise source.error(f"{name} = {shown(value)} is neither true nor false", *path)
    place = source.place(*path)
    if value:
        yield EVERY_SOURCE, Stated(value, str(place), place)
    yield "defaults.on_incomplete", Stated(BLOCK if value else WARN, str(place), place)


def _groups(value: object, source: Source, warn: Callable[[str], None]) -> Iterator[tuple[str, Stated]]:
    if not isinstance(value, Mapping):
        raise source.error("groups is not a table, as { key = value }", "groups")
    for group, keys in value.items():
        if parse_name(group) is None or not isinstance(keys, Mapping):
            raise source.error(
                f"groups.{one_line(group, 60)} is no table of a group or extra, as [groups.dev]", "groups", group
            )
        for key, each in keys.items():
            path = ("groups", group, key)
            if key != "fail_on":
                _unknown(source, ".".join(path), [f"groups.{group}.fail_on"], warn, *path)
            else:
                yield f"groups.{normalize(group)}.{key}", _known_word(each, source, ".".join(path), *path)


def _unknown(source: Source, name: str, known: list[str], warn: Callable[[str], None], *path: str) -> None:
    warn(
        f"{source.at(*path)}: {one_line(name, 60)} is no setting of pysentry{nearest(name, known)}; it was passed over"
    )
