"""A policy as plain values for the JSON report, and back: what a later gate needs to judge the same facts again."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from pysentry_hook.model import NormalizedName
from pysentry_hook.rules import Layer, Occasion, Place, Policy, Rule, Stated, Suppression, Table


def policy_document(policy: Policy) -> dict[str, Any]:
    """Return everything that a policy consists of."""
    return {
        "own": _layer(policy.own),
        "bases": [_layer(layer) for layer in policy.bases],
        "floor": _layer(policy.floor),
        "flags": _table(policy.flags),
        "named": policy.named,
        "named_by": policy.named_by,
        "occasion": policy.occasion._asdict(),
        "suppressions": [suppression_document(entry) for entry in policy.suppressions],
        "maintenance": _table(policy.maintenance),
    }


def read_policy(values: Mapping[str, Any]) -> Policy:
    """Return the policy of a report whose schema was checked."""
    return Policy(
        own=_read_layer(values["own"]),
        bases=tuple(map(_read_layer, values["bases"])),
        floor=_read_layer(values["floor"]),
        flags=_read_table(values["flags"]),
        named=values["named"],
        named_by=values["named_by"],
        occasion=Occasion(**values["occasion"]),
        suppressions=tuple(map(read_suppression_document, values["suppressions"])),
        maintenance=_read_table(values["maintenance"]),
    )


def suppression_document(entry: Suppression) -> dict[str, Any]:
    """Return a suppression as plain values."""
    return {
        "id": entry.id,
        "package": entry.package,
        "version": entry.version,
        "group": entry.group,
        "reason": entry.reason,
        "expires": entry.expires and entry.expires.isoformat(),
        "until": "fixed" if entry.until_fixed else None,
        "owner": entry.owner,
        "rule": entry.rule.key,
        "origin": entry.rule.origin,
        "location": place_document(entry.rule.location),
    }


def read_suppression_document(values: Mapping[str, Any]) -> Suppression:
    """Return the suppression of its plain values; ValueError for a version that is no specifier."""
    package = values["package"]
    if values["version"] is not None:
        from packaging.specifiers import SpecifierSet

        SpecifierSet(values["version"])
    place = read_place(values["location"])
    return Suppression(
        id=values["id"],
        package=package and NormalizedName(package),
        version=values["version"],
        group=values["group"],
        reason=values["reason"],
        expires=values["expires"] and date.fromisoformat(values["expires"]),
        until_fixed=values["until"] == "fixed",
        owner=values["owner"],
        rule=Rule(values["rule"], values["id"] or package or "", values["origin"], place),
    )


def place_document(place: Place | None) -> dict[str, Any] | None:
    """Return a place as plain values."""
    return place and place._asdict()


def read_place(values: Mapping[str, Any] | None) -> Place | None:
    """Return the place of its plain values."""
    return None if values is None else Place(values["path"], values["line"])


def _layer(layer: Layer) -> dict[str, Any]:
    return {
        "defaults": _table(layer.defaults),
        "gates": {name: _table(table) for name, table in sorted(layer.gates.items())},
    }


def _read_layer(values: Mapping[str, Any]) -> Layer:
    return Layer(
        defaults=_read_table(values["defaults"]),
        gates={name: _read_table(table) for name, table in values["gates"].items()},
    )


def _table(table: Table) -> dict[str, Any]:
    return {
        key: {
            "value": _plain(stated.value),
            "origin": stated.origin,
            "location": place_document(stated.location),
        }
        for key, stated in sorted(table.items())
    }


def _read_table(values: Mapping[str, Any]) -> Table:
    return {
        key: Stated(_typed(stated["value"]), stated["origin"], read_place(stated["location"]))
        for key, stated in values.items()
    }


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else dict(value) if isinstance(value, Mapping) else value


def _typed(value: object) -> object:
    return tuple(value) if isinstance(value, Sequence) and not isinstance(value, str) else value
