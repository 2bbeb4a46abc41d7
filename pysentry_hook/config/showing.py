"""Write what holds as a file of ours: in force what somebody said, as comments what holds anyway."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from pysentry_hook.config.edit import toml
from pysentry_hook.config.keys import GATE_KEYS, KEYS, Key
from pysentry_hook.config.said import EVERY_SOURCE
from pysentry_hook.config.settings import Settings
from pysentry_hook.config.variables import variable
from pysentry_hook.policy.choice import known_gates
from pysentry_hook.policy.gates import CHANGE, settle_gate
from pysentry_hook.rules import Layer, Policy, Stated, Suppression, Table
from pysentry_hook.text import one_line, with_its_pin

Origin = Callable[[Any], str]
"""Where a Stated or a Rule comes from, as it is written from here."""

_BARE = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)


def shown(settings: Settings, known: Table, origin: Origin) -> Iterator[str]:
    """Give the lines of the file; `known` are the plain settings that somebody said."""
    said = {**known, **dict(_effective(settings, known))}
    yield "# What holds here, and where it comes from. What stands behind a # holds without being said."
    yield from (_line(name, KEYS[name], said.get(name), name, origin) for name in KEYS if "." not in name)
    for table in dict.fromkeys(name.partition(".")[0] for name in KEYS if "." in name):
        yield from ("", f"[{table}]")
        for name, key in KEYS.items():
            if name.startswith(f"{table}."):
                yield _line(name.partition(".")[2], key, said.get(name), name, origin)
    for name, stated in said.items():
        if name.startswith("groups."):
            yield from ("", f"[{name.removesuffix('.fail_on')}]", f"fail_on = {_value(stated.value, origin(stated))}")
    for gate in known_gates(settings.policy):
        yield from ("", *_gate(gate, settings.policy, said, origin))
    for entry in settings.policy.suppressions:
        if entry.reason:
            yield from ("", *_suppression(entry, origin))


def _effective(settings: Settings, known: Table) -> Iterator[tuple[str, Stated]]:
    """What is made of several settings together, under the key that says it alone."""
    if "sources.private" in known:
        yield "sources.private", known["sources.private"]._replace(value=settings.private)
    if EVERY_SOURCE in known and "sources.required" not in known:
        yield "sources.required", known[EVERY_SOURCE]._replace(value=settings.required)


def _line(short: str, key: Key, stated: Stated | None, name: str, origin: Origin) -> str:
    if stated is None:
        return f"# {short}{f' = {key.default}' if key.default else ': not set'}   # default; {variable(name)}"
    told = origin(stated)
    if key.in_files and key.in_project:
        return f"{short} = {_value(stated.value, told)}"
    return f"# {short} = {_value(stated.value, told)}; no file{' of a project' if key.in_files else ''} may say it"


def _gate(name: str, policy: Policy, said: Table, origin: Origin) -> Iterator[str]:
    """A gate, in force where it differs from what the defaults make of it, or where a file has it."""
    tables = [layer.gates[name] for layer in (policy.own, *policy.bases, policy.floor) if name in layer.gates]
    general = Layer(defaults=_of_gates(said), gates={})
    usual = settle_gate(Policy(own=general, flags={}, maintenance={}), name).settings
    settings = settle_gate(policy, name).settings
    lines = list(_branches(tables, origin))
    for key, stated in sorted(settings.items()):
        # what a gate does not say of a scope is what it says of all
        differs = stated.value != usual.get(key, settings["fail_on"]).value
        mark = "" if differs or any(key in table for table in tables) else "# "
        value = ": not set" if stated.value is None else f" = {toml(stated.value)}"
        lines.append(f"{mark}{key}{value}   # {one_line(origin(stated), 500)}")
    is_said = bool(tables) or any(not line.startswith("#") for line in lines)
    note = "   # thresholds of the gate of the target branch" if name == CHANGE else ""
    yield f"{'' if is_said else '# '}[gates.{_key(name)}]{note}"
    yield from lines


def _branches(tables: Sequence[Table], origin: Origin) -> Iterator[str]:
    """The branches of a gate: every side adds its own."""
    said = [table["branches"] for table in tables if "branches" in table]
    patterns = dict.fromkeys(each for stated in said if isinstance(stated.value, tuple) for each in stated.value)
    if said:
        yield f"branches = {_value(tuple(patterns), origin(said[0]))}"


def _of_gates(said: Table) -> Table:
    plain = {name.removeprefix("defaults."): stated for name, stated in said.items()}
    return {name: stated for name, stated in plain.items() if name in GATE_KEYS or name.startswith("groups.")}


def _suppression(entry: Suppression, origin: Origin) -> Iterator[str]:
    yield f"[[suppressions]]   # {one_line(origin(entry.rule), 500)}"
    values = {
        "id": entry.id, "package": entry.package, "version": entry.version, "group": entry.group,
        "reason": entry.reason, "expires": entry.expires, "until": "fixed" if entry.until_fixed else None,
        "owner": entry.owner,
    }  # fmt: skip
    yield from (f"{key} = {toml(value)}" for key, value in values.items() if value is not None)


def _value(value: object, origin: str) -> str:
    """A value with where it comes from, without what may be secret."""
    public = _public(value)
    left = "; without its credentials" if public != value else ""
    return f"{toml(public)}   # {one_line(origin, 500)}{left}"


def _public(value: object) -> object:
    if isinstance(value, str) and "://" in value:
        return with_its_pin(value)
    return tuple(map(_public, value)) if isinstance(value, tuple) else value


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else json.dumps(name, ensure_ascii=False)
