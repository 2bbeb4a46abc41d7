"""What does a change make of the policy? Each setting and accepted risk that it loosens, tightens or moves."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from pysentry_hook.config.files import Configuration
from pysentry_hook.config.keys import GATE_KEYS, KEYS
from pysentry_hook.policy.choice import known_gates
from pysentry_hook.policy.gates import Gate, looseness, settle_gate, told
from pysentry_hook.rules import Policy, Stated, Suppression, Table


def drift(before: Configuration, now: Configuration, policy_before: Policy, policy: Policy) -> tuple[str, ...]:
    """Return a line for every difference between two configurations, loosened gates first."""
    gates = list(_gates(policy_before, policy))
    accepted = accepted_drift(policy_before.suppressions, policy.suppressions)
    lines = [*gates, *_settings(before.settings(), now.settings()), *accepted]
    return tuple(sorted(lines, key=lambda line: not line.startswith("this change loosens")))


def _gates(before: Policy, now: Policy) -> Iterator[str]:
    """The settings of gates, each once with all the gates that it is changed in."""
    found: dict[str, list[str]] = {}
    names = dict.fromkeys((*known_gates(before), *known_gates(now)))
    for name in names:
        for line in _gate(settle_gate(before, name), settle_gate(now, name)):
            found.setdefault(line, []).append(name)
    for line, gates in found.items():
        word, rest = line.split(" ", 1)
        which = "every gate" if len(gates) == len(names) else f"gate {' and '.join(gates)}"
        yield f"this change {word} {which}: {rest}"
    for name in names:
        yield from _branches(name, before, now)


def _gate(before: Gate, now: Gate) -> Iterator[str]:
    for key in sorted({*before.settings, *now.settings}):
        general = before.settings["fail_on"], now.settings["fail_on"]
        old, new = before.settings.get(key, general[0]), now.settings.get(key, general[1])
        if old.value != new.value:
            word = "loosens" if _is_looser(key, old, new) else "tightens"
            yield f"{word} {key} is {told(new.value)}, was {told(old.value)} ({new.origin})"


def _is_looser(key: str, old: Stated, new: Stated) -> bool:
    if key == "grace_days":
        was, is_now = (dict(each.value) if isinstance(each.value, dict) else {} for each in (old, new))
        return any(days > was.get(severity, 0) for severity, days in is_now.items())
    plain = "fail_on" if key.startswith("groups.") else key
    return looseness(plain, new.value) > looseness(plain, old.value)


def _branches(name: str, before: Policy, now: Policy) -> Iterator[str]:
    old, new = (_patterns(policy, name) for policy in (before, now))
    for pattern in sorted(old - new):
        yield f"this change loosens gate {name}: it judges {pattern} no more"
    for pattern in sorted(new - old):
        yield f"this change tightens gate {name}: it judges {pattern} too"


def _patterns(policy: Policy, name: str) -> set[str]:
    layers = (policy.own, *policy.bases, policy.floor)
    stated = [layer.gates.get(name, {}).get("branches") for layer in layers]
    return {pattern for each in stated if each and isinstance(each.value, tuple) for pattern in each.value}


def _settings(before: Table, now: Table) -> Iterator[str]:
    """Settings of the scan: what they let through depends on the project, so they are told as they are."""
    for key in sorted({*before, *now}):
        if key.removeprefix("defaults.") in GATE_KEYS or key.startswith(("groups.", "ignore.")) or key not in KEYS:
            continue
        old, new = before.get(key), now.get(key)
        values = [told(each.value) if each else "not set" for each in (old, new)]
        if values[0] != values[1]:
            where = new or old
            yield f"this change sets {key}: {values[1]}, was {values[0]} ({where.origin if where else 'nowhere'})"


def accepted_drift(before: Iterable[Suppression], now: Iterable[Suppression]) -> Iterator[str]:
    """Give a line for every difference between accepted risks."""
    old, new = _accepted(before), _accepted(now)
    for name, entry in new.items():
        if name not in old:
            yield f"this change loosens what is accepted: {entry.told} {_until(entry)} ({entry.rule.origin})"
        elif _end(entry) != _end(old[name]):
            word = "loosens" if _is_longer(entry, old[name]) else "tightens"
            yield f"this change {word} what is accepted: {entry.told} {_until(entry)}, was {_until(old[name])}"
    for name, entry in old.items():
        if name not in new:
            yield f"this change tightens what is accepted: {entry.told} no more"


def _accepted(suppressions: Iterable[Suppression]) -> Mapping[tuple[object, ...], Suppression]:
    """The accepted risks by what they are for; of several for the same, the one that lasts the longest."""
    found: dict[tuple[object, ...], Suppression] = {}
    for entry in sorted(suppressions, key=_end):
        found[(entry.id or "").upper(), entry.package, entry.version, entry.group] = entry
    return found


def _end(entry: Suppression) -> tuple[date, bool]:
    """The last day, and whether a fixed version ends nothing before it."""
    return entry.expires or date.max, not entry.until_fixed


def _is_longer(entry: Suppression, other: Suppression) -> bool:
    (day, whatever), (other_day, other_whatever) = _end(entry), _end(other)
    return day > other_day or whatever > other_whatever


def _until(entry: Suppression) -> str:
    ends = [str(entry.expires)] if entry.expires else []
    ends += ["a fixed version is out"] if entry.until_fixed else []
    return f"until {' or '.join(ends)}" if ends else "without an end"
