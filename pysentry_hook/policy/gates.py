"""What a gate is, the built-in ones, and how the settings of all sides become one."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from pysentry_hook.model import Severity
from pysentry_hook.rules import BLOCK, NEVER, WARN, Layer, Policy, Rule, Stated, Table
from pysentry_hook.text import with_its_pin

DEFAULT, COMMIT, CHANGE, PUSH = "default", "commit", "change", "push"

BUILT_IN: Mapping[str, Mapping[str, object]] = {
    DEFAULT: {
        "fail_on": "medium",
        "unknown_severity": BLOCK,
        "unchecked": WARN,
        "only_fixable": False,
        "only_introduced": False,
        "grace_days": {},
        "max_data_age_hours": None,
        "on_incomplete": BLOCK,
        "require_reason": False,
    },
    COMMIT: {"fail_on": "high", "unknown_severity": WARN, "only_introduced": True, "on_incomplete": WARN},
    CHANGE: {"only_introduced": True, "on_incomplete": BLOCK},
    PUSH: {"on_incomplete": WARN},
}
"""The built-in gates; what one does not say is said by `default`."""

KEYS = tuple(BUILT_IN[DEFAULT])
_OF_CHANGE = frozenset(BUILT_IN[CHANGE])
"""What the gate `change` says itself; its thresholds are those of the branch that the change is meant for."""

_SEVERITIES = (*(severity.word for severity in Severity), NEVER)


class Threshold(NamedTuple):
    """The least severity that blocks, and the rule that says so; None: nothing blocks."""

    least: Severity | None
    rule: Rule


@dataclass(frozen=True, slots=True)
class Gate:
    """The settings of one gate, each with its origin; every one of KEYS is there."""

    name: str
    settings: Table
    _rules: dict[str, Rule] = field(default_factory=dict, compare=False, repr=False)
    _thresholds: dict[frozenset[str], Threshold] = field(default_factory=dict, compare=False, repr=False)

    def rule(self, key: str) -> Rule:
        """The rule of a setting, for the verdict that it makes; made once for all findings."""
        if key not in self._rules:
            stated = self.settings[key]
            self._rules[key] = Rule(f"gates.{self.name}.{key}", told(stated.value), stated.origin, stated.location)
        return self._rules[key]

    def value(self, key: str) -> object:
        """The value of a setting."""
        return self.settings[key].value

    def threshold(self, groups: frozenset[str]) -> Threshold:
        """The strictest `fail_on` over the scopes that reach a package; settled once for all that have them."""
        if groups not in self._thresholds:
            self._thresholds[groups] = self._strictest(groups)
        return self._thresholds[groups]

    def _strictest(self, groups: frozenset[str]) -> Threshold:
        known = {key if key in self.settings else "fail_on" for key in map(_group_key, groups)} or {"fail_on"}
        strictest = min(known, key=lambda key: (_SEVERITIES.index(str(self.settings[key].value)), key))
        word = str(self.settings[strictest].value)
        return Threshold(None if word == NEVER else Severity[word.upper()], self.rule(strictest))

    def values(self) -> dict[str, str]:
        """The settings in the words of the configuration."""
        return {key: told(stated.value) for key, stated in sorted(self.settings.items())}


def told(value: object) -> str:
    """A value in the words of the configuration."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return ", ".join(f"{key} = {each}" for key, each in value.items()) or "none"
    if isinstance(value, tuple | list):
        return ", ".join(map(told, value))
    if isinstance(value, str) and "://" in value:
        return with_its_pin(value)
    return "none" if value is None else f"{value:.12g}" if isinstance(value, float) else str(value)


def _group_key(group: str) -> str:
    return f"groups.{group}.fail_on"


def settle_gate(policy: Policy, name: str, *, like: str | None = None) -> Gate:
    """Return the gate of that name; `like` is the gate whose thresholds the gate `change` takes.

    For each key: the command line, else the strictest of what the files and their bases say, else the
    built-in gate; and never less than the floor.
    """
    keys = [*KEYS, *sorted({key for layer in _layers(policy) for key in _group_keys(layer)})]
    settings: dict[str, Stated] = {}
    for key in keys:
        settings[key] = _settle(policy, name, like, key, settings)
    return Gate(name, settings)


def _settle(policy: Policy, name: str, like: str | None, key: str, settled: Table) -> Stated:
    if key.startswith("groups."):
        return _settle_group(policy, name, like, key, settled["fail_on"])
    spoken = [said for layer in (policy.own, *policy.bases) if (said := _said(layer, name, like, key))]
    stated = policy.flags.get(key) or (_strictest(key, spoken) if spoken else _built_in(name, like, key))
    floor = _said(policy.floor, name, like, key)
    return _strictest(key, [stated, floor]) if floor else stated


def _settle_group(policy: Policy, name: str, like: str | None, key: str, general: Stated) -> Stated:
    """The threshold of a scope; an option speaks for every scope, and a side without one speaks by its own."""
    spoken = [said for layer in (policy.own, *policy.bases) if (said := _said(layer, name, like, key))]
    if "fail_on" in policy.flags or not spoken:
        stated = general
    else:
        # a base that has a general threshold and none for the scope means the scope as well
        silent = [layer for layer in policy.bases if not _said(layer, name, like, key)]
        also = [said for layer in silent if (said := _said(layer, name, like, "fail_on"))]
        stated = _strictest("fail_on", [*spoken, *also])
    floor = _said(policy.floor, name, like, key) or _said(policy.floor, name, like, "fail_on")
    return _strictest("fail_on", [stated, floor]) if floor else stated


def _said(layer: Layer, name: str, like: str | None, key: str) -> Stated | None:
    """What one side says of a key of a gate: in the gate's own table, in that of its model, or for all gates."""
    takes = like is not None and key not in _OF_CHANGE
    model = layer.gates.get(like or "", {}).get(key) if takes else None
    return layer.gates.get(name, {}).get(key) or model or layer.defaults.get(key)


def _built_in(name: str, like: str | None, key: str) -> Stated:
    takes = like is not None and key not in _OF_CHANGE
    names = (name, like, DEFAULT) if takes else (name, DEFAULT)
    gate = next(each for each in names if each and key in BUILT_IN.get(each, {}))
    return Stated(BUILT_IN[gate][key], f"built-in gate {gate}")


def _layers(policy: Policy) -> Iterator[Layer]:
    yield from (policy.own, *policy.bases, policy.floor)


def _group_keys(layer: Layer) -> Iterator[str]:
    for table in (layer.defaults, *layer.gates.values()):
        yield from (key for key in table if key.startswith("groups."))


def _strictest(key: str, stated: Iterable[Stated]) -> Stated:
    """The strictest of several values of one key; of equal ones the first."""
    said = list(stated)
    if key == "grace_days":
        return _shortest(said)
    return min(said, key=lambda each: looseness(key, each.value))


def looseness(key: str, value: object) -> float:
    """How much a value lets pass: the smallest is the strictest."""
    if key == "fail_on":
        return _SEVERITIES.index(str(value))
    if key == "max_data_age_hours":
        return float("inf") if value is None else float(str(value))
    if key in {"only_fixable", "only_introduced"}:
        return bool(value)
    if key == "require_reason":
        return not value
    return value != BLOCK


def _shortest(said: list[Stated]) -> Stated:
    """The grace that every side gives: for each severity the fewest days; where one side gives none, none."""
    first, *rest = said
    days = dict(first.value) if isinstance(first.value, Mapping) else {}
    changed = first
    for other in rest:
        limits = other.value if isinstance(other.value, Mapping) else {}
        fewest = {severity: min(number, limits.get(severity, 0)) for severity, number in days.items()}
        if fewest != days:
            days, changed = fewest, other
    return Stated(days, changed.origin, changed.location)
