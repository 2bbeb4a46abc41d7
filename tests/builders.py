"""Make values for tests: only what matters is spelled."""

import json
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from packaging.version import Version

from pysentry_hook.advisories import Advisory, Affected, Event, Vulnerability
from pysentry_hook.model import (
    MAIN,
    Dependency,
    Edge,
    Inventory,
    Location,
    Node,
    Package,
    Unchecked,
    normalize,
)
from pysentry_hook.proposal import Change, Kind, Move, Plan, Seen, Tally
from pysentry_hook.report import Coverage, Facts, Finding, UncheckedLine
from pysentry_hook.rules import NO_OCCASION, Layer, Occasion, Place, Policy, Rule, Stated, Suppression, Table
from pysentry_hook.sources.records import parse


class Lines:
    """Places that answer line `place + 1`."""

    def __init__(self, path: str) -> None:
        self._path = path

    def location(self, place: int) -> Location:
        return Location(self._path, place + 1, 1, 10, "version")

    def declaration(self, node: Node) -> Location | None:
        return None


def a_package(name: str = "requests", version: str = "2.30.0") -> Package:
    return Package(normalize(name), Version(version))


def a_dependency(
    name: str = "requests",
    version: str = "2.30.0",
    *,
    groups: Sequence[str] = (MAIN,),
    direct: bool | None = True,
    indexes: Sequence[str] = (),
    place: int = 0,
) -> Dependency:
    return Dependency(
        name=normalize(name),
        version=Version(version),
        written=version,
        groups=frozenset(groups),
        direct=direct,
        indexes=tuple(indexes),
        pinned=True,
        place=place,
    )


def an_inventory(
    *dependencies: Dependency,
    unchecked: Sequence[Unchecked] = (),
    edges: Sequence[tuple[Node, Node]] = (),
    path: str = "uv.lock",
    scopes: Sequence[str] = (MAIN,),
) -> Inventory:
    root = Node(normalize("shop"), None)
    return Inventory(
        path=path,
        format="uv.lock",
        files=(),
        dependencies=dependencies,
        unchecked=tuple(unchecked),
        roots=(root,),
        edges=tuple(Edge(*edge) for edge in edges) or tuple(Edge(root, item.node) for item in dependencies),
        places=Lines(path),
        scopes=frozenset(scopes),
    )


def a_record(
    identifier: str = "PYSEC-2099-1",
    package: str = "requests",
    *,
    introduced: str = "0",
    fixed: str | None = None,
    events: Sequence[Mapping[str, str]] | None = None,
    versions: Sequence[str] = (),
    aliases: Sequence[str] = (),
    ecosystem: str = "PyPI",
    **more: Any,
) -> dict[str, Any]:
    """An OSV record as a source sends it; `events` replaces `introduced` and `fixed`."""
    if events is None:
        events = [{"introduced": introduced}, *([{"fixed": fixed}] if fixed else [])]
    return {
        "id": identifier,
        "modified": "2099-01-02T00:00:00Z",
        "published": "2099-01-01T00:00:00Z",
        "aliases": list(aliases),
        "details": f"A flaw in {package}.",
        "affected": [
            {
                "package": {"name": package, "ecosystem": ecosystem},
                "ranges": [{"type": "ECOSYSTEM", "events": list(events)}] if events else [],
                "versions": list(versions),
            }
        ],
        **more,
    }


def an_advisory(
    identifier: str = "PYSEC-2099-1", package: str = "requests", *, source: str = "osv", **more: Any
) -> Advisory:
    """An Advisory; the keywords are those of `a_record`."""
    return parse(a_record(identifier, package, **more), source)


def affected(name: str = "requests", *events: tuple[str, str | None], versions: Sequence[str] = ()) -> Affected:
    """One `affected` entry with one range of (kind, version) events in the given order."""
    parsed = tuple(Event(kind, Version(text) if text else None) for kind, text in events)
    return Affected(name=normalize(name), versions=frozenset(versions), ranges=(parsed,) if parsed else ())


def a_vulnerability(**more: Any) -> Vulnerability:
    values: dict[str, Any] = {
        "id": "CVE-2099-0001",
        "aliases": ("PYSEC-2099-1",),
        "severity": None,
        "severity_source": "none",
        "cvss": (),
        "malware": False,
        "summary": "A flaw",
        "details": "A flaw.",
        "published": "2099-01-01T00:00:00Z",
        "modified": "2099-01-02T00:00:00Z",
        "references": (),
        "cwes": (),
        "ranges": ("<2.31.0",),
        "says": (),
        "fixed_in": (Version("2.31.0"),),
    }
    return Vulnerability(**(values | more))


def a_finding(dependency: Dependency | None = None, *, upgrade_to: str | None = None, **more: Any) -> Finding:
    """A Finding; the keywords are fields of its vulnerability."""
    return Finding(
        input="uv.lock",
        dependency=dependency or a_dependency(),
        vulnerability=a_vulnerability(**more),
        upgrade_to=Version(upgrade_to) if upgrade_to else None,
        paths=(("shop", "requests"),),
        more_paths=0,
        location=Location("uv.lock", 12, 1, 19, 'version = "2.30.0"'),
        declared_at=Location("pyproject.toml", 7, 5, 20, '"requests>=2"'),
    )


def a_uv_lock(*packages: tuple[str, str], project: str = "shop") -> str:
    """A uv.lock of a project that needs every package directly, all from PyPI."""
    needs = "".join(f'    {{ name = "{name}" }},\n' for name, _ in packages)
    entries = "".join(
        f'\n[[package]]\nname = "{name}"\nversion = "{version}"\nsource = {{ registry = "https://pypi.org/simple" }}\n'
        for name, version in packages
    )
    return (
        f'version = 1\nrevision = 3\nrequires-python = ">=3.11"\n\n[[package]]\nname = "{project}"\nversion = "1.0"\n'
        f'source = {{ virtual = "." }}\ndependencies = [\n{needs}]\n{entries}'
    )


def a_folder_of_records(folder: Path, *records: Mapping[str, Any]) -> Path:
    """Write records into a folder as an advisory database."""
    folder.mkdir(parents=True, exist_ok=True)
    for record in records:
        (folder / f"{record['id']}.json").write_text(json.dumps(record), encoding="utf-8")
    return folder


def a_zip(file: Path, members: Mapping[str, str | bytes]) -> Path:
    """Write a zip archive."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file


def a_policy(
    *suppressions: Suppression,
    gates: Mapping[str, Mapping[str, object]] | None = None,
    bases: Sequence[Mapping[str, object]] = (),
    floor: Mapping[str, object] | None = None,
    flags: Mapping[str, object] | None = None,
    maintenance: Mapping[str, bool] | None = None,
    named: str | None = None,
    occasion: Occasion = NO_OCCASION,
    **defaults: object,
) -> Policy:
    """A policy as a file at pyproject.toml:1 would state it; the other keywords are those of `[defaults]`.

    A key with dots is written with two underscores: groups__dev__fail_on.
    """
    return Policy(
        own=a_layer(defaults, gates or {}),
        bases=tuple(a_layer(base, {}) for base in bases),
        floor=a_layer(floor or {}, {}),
        flags=a_table(flags or {}, "--a-flag"),
        named=named,
        occasion=occasion,
        suppressions=suppressions,
        maintenance=a_table(
            {f"forbid_{status}": status == "quarantined" for status in STATUSES} | dict(maintenance or {}), "built in"
        ),
    )


STATUSES = ("archived", "deprecated", "quarantined", "unmaintained")


def a_layer(defaults: Mapping[str, object], gates: Mapping[str, Mapping[str, object]]) -> Layer:
    """What one side says of gates."""
    return Layer(defaults=a_table(defaults), gates={name: a_table(table) for name, table in gates.items()})


def a_table(values: Mapping[str, object], origin: str = "pyproject.toml:1") -> Table:
    """Settings that all come from one place."""
    return {key.replace("__", "."): Stated(value, origin) for key, value in values.items()}


def a_suppression(identifier: str | None = "CVE-2099-0001", package: str | None = None, **more: Any) -> Suppression:
    """An accepted risk with a reason; the keywords are its fields."""
    values: dict[str, Any] = {
        "reason": "the path is closed",
        "rule": Rule("suppressions", identifier or package or "", "pyproject.toml:40", Place("pyproject.toml", 40)),
    }
    return Suppression(id=identifier, package=normalize(package) if package else None, **(values | more))


def some_facts(*findings: Finding, unchecked: Sequence[UncheckedLine] = (), total: int = 15, **more: Any) -> Facts:
    """What a scan of one uv.lock found on 2026-11-22; the other keywords are fields of Facts."""
    values: dict[str, Any] = {
        "version": "0.1.0",
        "generated": datetime(2026, 11, 22, 13, 2, 5, tzinfo=UTC),
        "subject": None,
        "baseline": None,
        "failures": (),
        "inputs": (),
        "skipped_inputs": (),
        "advisory_data": (),
        "not_known": (),
        "hints": (),
        "coverage": Coverage(
            total=total, checked=total - len(unchecked), left_out_by_filter=0, unchecked=tuple(unchecked)
        ),
        "findings": tuple(sorted(findings, key=lambda finding: finding.order)),
        "statuses": (),
        "policy_files": (),
        "policy_changes": (),
    }
    return Facts(**(values | more))


def a_plan(*changes: Change, **more: Any) -> Plan:
    """A plan for uv.lock that moves requests from 2.30.0 to 2.32.4; the keywords are fields of Plan."""
    name = normalize("requests")
    values: dict[str, Any] = {
        "version": "0.1.0",
        "generated": datetime(2026, 11, 22, 13, 2, 5, tzinfo=UTC),
        "path": "uv.lock",
        "format": "uv.lock",
        "tool": None,
        "resolver": "uv 0.13.9",
        "runs": 7,
        "gates": ("default",),
        "complete": True,
        "failures": (),
        "before": Tally(1, 1, 0, 0),
        "after": Tally(0, 0, 0, 0),
        "changes": changes or (Change(kind=Kind.REFRESH, package=name, ask="requests>=2.32.4,<2.33"),),
        "moves": (Move(name, (Version("2.30.0"),), (Version("2.32.4"),), Kind.REFRESH),),
        "cleared": (Seen(name, Version("2.30.0"), "CVE-2099-0001", None),),
        "introduced": (),
        "held": (),
        "commands": ("uv lock --upgrade-package requests==2.32.4",),
        "notes": (),
        "limits": ("nothing was installed",),
    }
    return Plan(**(values | more))
