"""Turn what one file, or the environment, says into settings with their origin; what has no meaning is an error."""

import os
import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from pysentry_hook.config.keys import BRANCHES, GATE_KEYS, KEYS, Key
from pysentry_hook.config.kinds import nearest_setting, shown
from pysentry_hook.config.lines import Lines
from pysentry_hook.config.said import Said
from pysentry_hook.config.suppressions import read_suppression
from pysentry_hook.config.variables import PREFIX, variable
from pysentry_hook.errors import ConfigError
from pysentry_hook.model import normalize, parse_name
from pysentry_hook.rules import Place, Stated, Suppression, Table
from pysentry_hook.text import one_line

_LISTS = ("gates", "groups", "suppressions", "extends")
_SHOWN = 60
_NO_LETTER = re.compile(r"[^A-Z0-9]")


class Source(NamedTuple):
    """A file whose table of ours is read: what it is called, whose it is, and where its lines are."""

    path: str
    told: str
    """The path as the reader of an error writes it."""
    table: tuple[str, ...]
    """The keys that lead to our table; () where the whole file is ours."""
    lines: Lines
    is_project: bool
    today: date

    def place(self, *keys: str | int) -> Place:
        """Where a key of our table stands."""
        return Place(self.path, self.lines.line((*self.table, *keys)))

    def error(self, detail: str, *keys: str | int) -> ConfigError:
        """The error of a key, with its place."""
        return ConfigError(f"{self.at(*keys)}: {detail}")

    def beside(self, place: str) -> str:
        """A path as it is written from where the command runs; an address stays as it is."""
        return place if "://" in place else os.path.normpath(Path(self.told).parent / place)

    def at(self, *keys: str | int) -> str:
        """Where a key stands, for an error or a warning."""
        return f"{self.told}:{self.place(*keys).line}"


def read_statements(values: Mapping[str, Any], source: Source) -> Said:
    """Return what a table of ours says; ConfigError with file, line and the nearest known key."""
    settings: dict[str, Stated] = {}
    for name, value in values.items():
        if name in _LISTS:
            continue
        if name in KEYS and "." not in name:
            settings[name] = _stated(value, KEYS[name], source, name)
        elif not any(key.startswith(f"{name}.") for key in KEYS):
            raise _unknown(source, name, [*_LISTS, *dict.fromkeys(key.partition(".")[0] for key in KEYS)])
        else:
            settings.update(_table(_mapping(value, source, name), source, name))
    for group, keys in _mapping(values.get("groups", {}), source, "groups").items():
        for key, value in _mapping(keys, source, "groups", group).items():
            settings[f"groups.{_group(group, source, 'groups')}.{key}"] = _group_setting(
                key, value, source, "groups", group, key
            )
    return Said(
        settings=settings,
        gates=dict(_gates(_mapping(values.get("gates", {}), source, "gates"), source)),
        suppressions=tuple(_suppressions(values.get("suppressions", []), source)),
        extends=_extends(values, source),
        is_project=source.is_project,
    )


def _table(values: Mapping[str, Any], source: Source, name: str) -> Iterator[tuple[str, Stated]]:
    known = {key.partition(".")[2]: key for key in KEYS if key.startswith(f"{name}.")}
    for key, value in values.items():
        if key not in known:
            raise _unknown(source, f"{name}.{key}", [f"{name}.{each}" for each in known], name, key)
        yield known[key], _stated(value, KEYS[known[key]], source, name, key)


def _gates(values: Mapping[str, Any], source: Source) -> Iterator[tuple[str, Table]]:
    for gate, table in values.items():
        if not gate.strip() or one_line(gate) != gate:
            raise source.error(f"gates: {one_line(gate, _SHOWN)!r} is no name of a gate, as release", "gates", gate)
        settings: dict[str, Stated] = {}
        for key, value in _mapping(table, source, "gates", gate).items():
            if key == "groups":
                settings.update(_groups_of_gate(value, source, gate))
                continue
            kind = BRANCHES if key == "branches" else GATE_KEYS.get(key)
            if kind is None:
                known = [f"gates.{gate}.{each}" for each in ("branches", "groups", *GATE_KEYS)]
                raise _unknown(source, f"gates.{gate}.{key}", known, "gates", gate, key)
            settings[key] = _stated(value, kind, source, "gates", gate, key)
        yield gate, settings


def _groups_of_gate(value: object, source: Source, gate: str) -> Iterator[tuple[str, Stated]]:
    for group, keys in _mapping(value, source, "gates", gate, "groups").items():
        for key, each in _mapping(keys, source, "gates", gate, "groups", group).items():
            path = ("gates", gate, "groups", group, key)
            yield f"groups.{_group(group, source, *path[:3])}.{key}", _group_setting(key, each, source, *path)


def _group_setting(key: str, value: object, source: Source, *path: str) -> Stated:
    if key != "fail_on":
        raise _unknown(source, ".".join(path), [".".join((*path[:-1], "fail_on"))], *path)
    return _stated(value, GATE_KEYS[key], source, *path)


def _group(name: str, source: Source, *path: str) -> str:
    if parse_name(name) is None:
        where = ".".join(path)
        raise source.error(f"{where}: {one_line(name, _SHOWN)!r} is no name of a group or extra, as dev", *path, name)
    return normalize(name)


def _suppressions(value: object, source: Source) -> Iterator[Suppression]:
    if not isinstance(value, list):
        raise source.error("suppressions is not a list of tables: write [[suppressions]]", "suppressions")
    for number, entry in enumerate(value):
        table = _mapping(entry, source, "suppressions", number)
        place = source.place("suppressions", number)
        fail = partial(_failed_suppression, source, number)
        yield read_suppression(table, fail, place, source.today)


def _failed_suppression(source: Source, number: int, detail: str, key: str) -> ConfigError:
    return source.error(detail, "suppressions", number, key)


def _extends(values: Mapping[str, Any], source: Source) -> Stated | None:
    if "extends" not in values:
        return None
    if not isinstance(values["extends"], str) or not values["extends"].strip():
        raise source.error('extends is not the path of a file, as "../policy.toml"', "extends")
    place = source.place("extends")
    return Stated(values["extends"], str(place), place)


def _stated(value: object, key: Key, source: Source, *path: str) -> Stated:
    name = ".".join(path)
    if not key.in_files:
        raise source.error(f"{name} is not taken from a file; give it as an option or in {variable(name)}", *path)
    if source.is_project and not key.in_project:
        where = f"your own configuration or {variable(name)}"
        raise source.error(f"{name} is not taken from a project's file; set it in {where}", *path)
    place = source.place(*path)
    try:
        read = key.kind.toml(value)
        return Stated(tuple(map(source.beside, read)) if key.places else read, str(place), place)
    except ValueError as error:
        raise source.error(f"{name} = {shown(value)} {error}", *path) from error


def _mapping(value: object, source: Source, *path: str | int) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise source.error(f"{'.'.join(map(str, path))} is not a table, as {{ key = value }}", *path)
    return value


def _unknown(source: Source, name: str, known: list[str], *path: str) -> ConfigError:
    return source.error(f"{one_line(name, _SHOWN)} is no setting{nearest_setting(name, known)}", *(path or (name,)))


def from_environment(environment: Mapping[str, str], gates: Mapping[str, object]) -> Said:
    """Return what the environment says; `gates` are the names that its variables may speak of beside built-in ones."""
    variables = {variable(key): key for key in KEYS}
    settings: dict[str, Stated] = {}
    tables: dict[str, dict[str, Stated]] = {}
    for name in sorted(environment):
        if not name.startswith(PREFIX):
            continue
        text = environment[name]
        if name in variables:
            settings[variables[name]] = _from_text(text, KEYS[variables[name]], name)
        elif group := _of_group(name.removeprefix(PREFIX)):
            settings[group] = _from_text(text, GATE_KEYS["fail_on"], name)
        elif found := _of_gate(name.removeprefix(PREFIX), gates):
            gate, key, kind = found
            tables.setdefault(gate, {})[key] = _from_text(text, kind, name)
        else:
            raise ConfigError(f"{name} is no setting{nearest_setting(name.upper(), variables)}")
    return Said(settings=settings, gates=tables)


def _of_group(name: str) -> str | None:
    """The threshold that GROUPS_NAME_FAIL_ON is."""
    group = name.removeprefix("GROUPS_").removesuffix("_FAIL_ON")
    if name != f"GROUPS_{group}_FAIL_ON" or parse_name(group) is None:
        return None
    return f"groups.{normalize(group)}.fail_on"


def _of_gate(name: str, gates: Mapping[str, object]) -> tuple[str, str, Key] | None:
    """What GATES_NAME_… says: the gate, the key and its kind; a name that no gate has is taken in small letters."""
    rest = name.removeprefix("GATES_")
    known = {_NO_LETTER.sub("_", gate.upper()): gate for gate in gates}
    for key, kind in {"branches": BRANCHES, **GATE_KEYS}.items():
        middle = rest.removesuffix(f"_{key.upper()}")
        if name == rest or middle in {rest, ""}:
            continue
        gate, separator, _ = middle.partition("_GROUPS_")
        group = _of_group(rest.removeprefix(f"{gate}_"))
        if not gate or (separator and group is None):
            return None
        return known.get(gate, gate.lower()), group or key, kind
    return None


def _from_text(text: str, key: Key, name: str) -> Stated:
    try:
        return Stated(key.kind.text(text), name)
    except ValueError as error:
        raise ConfigError(f"{name} = {shown(text)} {error}") from error
