"""Findings, facts and policies of every kind for the property tests; few names, so that many of them meet."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from packaging.version import Version

from pysentry_hook.advisories import AdvisoryData
from pysentry_hook.model import Failure, Location, Severity, normalize
from pysentry_hook.report import Baseline, Decision, Facts, Finding, GateResult, Novelty, Status, UncheckedLine
from pysentry_hook.rules import Layer, Occasion, Policy, Stated, Suppression, Table
from tests.builders import STATUSES, a_dependency, a_finding, a_suppression, some_facts

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 13, 2, 5, tzinfo=UTC)
IDS = [f"CVE-2099-{number}" for number in range(1, 5)]
PACKAGES = ["requests", "idna"]
GROUPS = ["main", "dev", "docs"]
DAYS = st.integers(-3, 20).map(lambda days: TODAY + timedelta(days=days))

STRICTEST_FIRST: Mapping[str, list[Any]] = {
    "fail_on": ["low", "medium", "high", "critical", "never"],
    "unknown_severity": ["block", "warn"],
    "unchecked": ["block", "warn"],
    "only_fixable": [False, True],
    "only_introduced": [False, True],
    "max_data_age_hours": [0, 1.5, 24, 100_000],
    "on_incomplete": ["block", "warn"],
    "require_reason": [True, False],
}
"""The values of every key that has an order, the strictest first; grace_days are ordered severity by severity."""
SCOPE_KEYS = ["groups.dev.fail_on", "groups.docs.fail_on"]
GATE_NAMES = ["default", "commit", "change", "push", "release", "audit"]
BRANCHES = ["main", "release/1", "elsewhere"]


@st.composite
def findings(draw: st.DrawFn, least: int = 0, most: int = 5) -> list[Finding]:
    """Findings of which each has a line of its own."""
    found = []
    for line in range(1, draw(st.integers(least, most)) + 1):
        published = draw(st.none() | st.integers(-2, 40).map(lambda days: f"{TODAY - timedelta(days=days)}T09:00:00Z"))
        finding = a_finding(
            a_dependency(
                draw(st.sampled_from(PACKAGES)),
                draw(st.sampled_from(["1.0", "1.10", "1.9", "1.9.0"])),
                groups=draw(st.lists(st.sampled_from(GROUPS), unique=True)),
            ),
            id=draw(st.sampled_from(IDS)),
            aliases=draw(st.sampled_from([(), ("PYSEC-2099-1",), ("PYSEC-2099-1", "PYSEC-2099-2")])),
            severity=draw(st.sampled_from([None, *Severity])),
            malware=draw(st.sampled_from([False, False, False, True])),
            fixed_in=draw(st.sampled_from([(), (Version("2.0"),)])),
            published=published,
        )
        novelty = draw(st.sampled_from(Novelty))
        touched = novelty is Novelty.EXISTING and draw(st.booleans())
        place = Location("uv.lock", line, 1, 2, "v")
        found.append(replace(finding, location=place, novelty=novelty, touched=touched))
    return found


UNCHECKED = st.sampled_from([
    UncheckedLine("fastthing", "0.3", "git dependency", "uv.lock", 240),
    UncheckedLine("numpy", "2.1.0", "osv gave no answer", "uv.lock", 12, unanswered=True),
])  # fmt: skip
FAILURES = st.sampled_from([
    Failure("source", "pypi", None, "HTTP 503"),
    Failure("baseline", "main", None, "git does not know it"),
])  # fmt: skip
STATUS = st.builds(
    Status,
    st.sampled_from(PACKAGES).map(normalize),
    st.sampled_from(["archived", "deprecated", "quarantined"]),
    st.sampled_from([None, "moved"]),
    st.sampled_from(["uv.lock", "api/uv.lock"]),
)
DATA = st.builds(
    lambda source, hours: AdvisoryData(
        source,
        "api",
        "https://a.example",
        None,
        hours and NOW - timedelta(hours=hours),
        stale=False,
        damaged_records=(),
    ),
    st.sampled_from(["osv", "pypa"]),
    st.sampled_from([None, 0.5, 2, 30, 5_000]),
)


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    """Facts of any kind."""
    return some_facts(
        *draw(findings()),
        unchecked=draw(st.lists(UNCHECKED, max_size=2)),
        failures=tuple(draw(st.lists(FAILURES, max_size=1))),
        statuses=tuple(draw(st.lists(STATUS, max_size=3, unique_by=lambda each: (each.path, each.package)))),
        advisory_data=tuple(draw(st.lists(DATA, max_size=2))),
        baseline=draw(st.sampled_from([None, Baseline("main", None), Baseline("main", "1" * 40)])),
    )


@st.composite
def suppressions(draw: st.DrawFn) -> Suppression:
    """An accepted risk of one of the few ids or packages."""
    package = draw(st.sampled_from([None, *PACKAGES]))
    names = [*IDS, "pysec-2099-1", "CVE-1999-1", *([None] if package else [])]
    return a_suppression(
        draw(st.sampled_from(names)),
        package,
        version=draw(st.sampled_from([None, None, "<1.9.5", "==1.0"])),
        group=draw(st.sampled_from([None, None, "dev"])),
        until_fixed=draw(st.booleans()),
        expires=draw(st.none() | DAYS),
        reason=draw(st.sampled_from([None, "the path is closed"])),
    )


GRACE = st.dictionaries(st.sampled_from(["low", "medium", "high", "critical", "unknown"]), st.integers(0, 30))


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """Settings of a gate, each key with or without a word."""
    found: dict[str, object] = {}
    for key, values in STRICTEST_FIRST.items():
        if draw(st.booleans()):
            found[key] = draw(st.sampled_from(values))
    for key in SCOPE_KEYS:
        if draw(st.booleans()):
            found[key] = draw(st.sampled_from(STRICTEST_FIRST["fail_on"]))
    if draw(st.booleans()):
        found["grace_days"] = draw(GRACE)
    return {key: Stated(value, "a file:1") for key, value in found.items()}


@st.composite
def layers(draw: st.DrawFn) -> Layer:
    """What one side says of all gates and of some, and which branches these have."""
    gates = {}
    for name in draw(st.lists(st.sampled_from(GATE_NAMES), max_size=2, unique=True)):
        branches = draw(st.lists(st.sampled_from([*BRANCHES, "release/*", "*"]), max_size=2, unique=True))
        table = dict(draw(tables()))
        if branches:
            table["branches"] = Stated(tuple(branches), "a file:9")
        gates[name] = table
    return Layer(defaults=draw(tables()), gates=gates)


OCCASIONS = st.builds(
    Occasion,
    st.sampled_from(["push", "change", None]),
    st.sampled_from([*BRANCHES, None]),
    st.sampled_from([*BRANCHES, None]),
    st.just("a CI service"),
)


@st.composite
def flags(draw: st.DrawFn) -> Table:
    """What a command line may say."""
    said: dict[str, object] = {}
    if draw(st.integers(0, 3)) == 0:
        said["fail_on"] = draw(st.sampled_from(STRICTEST_FIRST["fail_on"]))
    if draw(st.integers(0, 3)) == 0:
        said["only_introduced"] = draw(st.booleans())
    return {key: Stated(value, "--an-option") for key, value in said.items()}


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """A policy of any kind; a gate is named only where it exists."""
    own, bases = draw(layers()), tuple(draw(st.lists(layers(), max_size=2)))
    return Policy(
        own=own,
        bases=bases,
        floor=draw(st.just(Layer(defaults={}, gates={})) | layers()),
        flags=draw(flags()),
        named=draw(st.sampled_from([None, None, "default", "commit", "change", "push", *own.gates])),
        occasion=draw(OCCASIONS),
        suppressions=tuple(draw(st.lists(suppressions(), max_size=3))),
        maintenance={f"forbid_{status}": Stated(draw(st.booleans()), "a file:5") for status in STATUSES},
    )


def blocked(result: GateResult) -> set[int]:
    """The lines of what blocks; every finding has its own."""
    return {verdict.finding.location.line for verdict in result.verdicts if verdict.decision is Decision.BLOCK}
