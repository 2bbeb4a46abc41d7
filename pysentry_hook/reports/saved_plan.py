"""Read a JSON plan back into a Plan: what marks the upgrades of a report as tried."""

from collections.abc import Mapping, Sequence
from typing import Any

from packaging.version import Version

from pysentry_hook.model import Failure, NormalizedName
from pysentry_hook.proposal import Change, Edit, Held, Kind, Move, Plan, Seen, Tally
from pysentry_hook.reports.documents import PLAN, read, read_moment, read_severity


def read_plan(path: str, text: str) -> Plan:
    """Return the plan of a text; ReportError for what is no plan of schema 1, with the place that is wrong."""
    return read(PLAN, path, text, _plan)


def _plan(values: Mapping[str, Any]) -> Plan:
    return Plan(
        version=values["tool"]["version"],
        generated=read_moment(values["generated"]),
        path=values["input"]["path"],
        format=values["input"]["format"],
        tool=values["input"]["tool"],
        resolver=values["resolver"]["name"],
        runs=values["resolver"]["runs"],
        gates=tuple(values["gates"]),
        complete=values["complete"],
        failures=tuple(Failure(**entry) for entry in values["failures"]),
        before=Tally(**values["before"]),
        after=Tally(**values["after"]),
        changes=tuple(map(_change, values["changes"])),
        moves=tuple(map(_move, values["moves"])),
        cleared=tuple(map(_seen, values["cleared"])),
        introduced=tuple(map(_seen, values["introduced"])),
        held=tuple(map(_held, values["held"])),
        commands=tuple(values["commands"]),
        notes=tuple(values["notes"]),
        limits=tuple(values["limits"]),
        applied=values["applied"],
    )


def _change(values: Mapping[str, Any]) -> Change:
    return Change(
        kind=Kind(values["kind"]),
        package=NormalizedName(values["package"]),
        ask=values["ask"],
        edits=tuple(Edit(**entry) for entry in values["edits"]),
        against=tuple(values["against"]),
        lets=values["lets"] and NormalizedName(values["lets"]),
    )


def _move(values: Mapping[str, Any]) -> Move:
    return Move(
        package=NormalizedName(values["package"]),
        before=_versions(values["before"]),
        after=_versions(values["after"]),
        change=values["change"] and Kind(values["change"]),
    )


def _versions(texts: Sequence[str]) -> tuple[Version, ...]:
    return tuple(map(Version, texts))


def _seen(values: Mapping[str, Any]) -> Seen:
    return Seen(
        package=NormalizedName(values["package"]),
        version=Version(values["version"]),
        id=values["id"],
        severity=read_severity(values["severity"]),
    )


def _held(values: Mapping[str, Any]) -> Held:
    return Held(_seen(values), values["reason"], tuple(values["chain"]), values["exception"])
