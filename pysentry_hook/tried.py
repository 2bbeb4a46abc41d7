"""Mark the upgrades of a plan that was tried, where it was made for exactly what is read now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from packaging.version import Version

from pysentry_hook.errors import UsageError
from pysentry_hook.model import Inventory, NormalizedName
from pysentry_hook.report import Finding
from pysentry_hook.text import one_line, some

if TYPE_CHECKING:
    from pysentry_hook.proposal import Move, Plan

_MOST = 3
"""Packages that are named as reasons."""


def meant_for(plan: Plan, paths: Sequence[str]) -> None:
    """UsageError where a plan is for none of the inputs."""
    if plan.path not in paths:
        read = f"what is read is {some(paths, _MOST)}" if paths else "nothing is read"
        raise UsageError(
            f"--plan: it was made for {one_line(plan.path)}, and {read}; make one: pysentry-hook plan -o plan.json"
        )


def marked(
    findings: Sequence[Finding], inventories: Sequence[Inventory], plan: Plan
) -> tuple[list[Finding], tuple[str, ...]]:
    """Return the findings, those that the plan clears with its version and as tried; and why none is, a warning."""
    inventory = next((each for each in inventories if each.path == plan.path), None)
    if inventory is None or not plan.changes:
        return list(findings), ()
    if not plan.complete:
        return list(findings), (_warning(f"the plan for {plan.path} is incomplete"),)
    if changed := list(_changed(inventory, plan)):
        told = f"the plan was made for another state of {plan.path} ({some(changed, _MOST)})"
        return list(findings), (_warning(told),)
    moves = {move.package: move for move in plan.moves}
    return [_marked(finding, moves.get(finding.dependency.name), plan) for finding in findings], ()


def _warning(told: str) -> str:
    return f"warning: {told}, so no upgrade is marked as tried: make a new plan"


def _changed(inventory: Inventory, plan: Plan) -> Iterator[str]:
    """What is other than it was when the plan was made, as far as the plan tells."""
    for move in plan.moves:
        now = _versions(inventory, move.package)
        if now != move.before:
            yield f"{move.package} was {_told(move.before)} and is {_told(now)}"
    moved = {move.package for move in plan.moves}
    for seen in plan.cleared:
        if seen.package not in moved and seen.version not in _versions(inventory, seen.package):
            yield f"{seen.package} was {seen.version} and is {_told(_versions(inventory, seen.package))}"


def _versions(inventory: Inventory, name: NormalizedName) -> tuple[Version, ...]:
    return tuple(sorted(each.version for each in inventory.dependencies if each.name == name))


def _told(versions: Sequence[Version]) -> str:
    return ", ".join(map(str, versions)) or "not there"


def _marked(finding: Finding, move: Move | None, plan: Plan) -> Finding:
    """A finding that is cleared, or whose own upgrade is the version that was tried; malware knows no upgrade."""
    version, vulnerability = finding.dependency.version, finding.vulnerability
    if finding.input != plan.path or vulnerability.malware or move is None or version in move.after:
        return finding
    names = {vulnerability.id, *vulnerability.aliases}
    cleared = any(
        (seen.package, seen.version) == (finding.dependency.name, version) and seen.id in names for seen in plan.cleared
    )
    to = _instead(version, move.after)
    if cleared or (to is not None and to == finding.upgrade_to):
        return replace(finding, upgrade_to=to, upgrade_tried=True)
    return finding


def _instead(version: Version, after: Sequence[Version]) -> Version | None:
    """The version that takes the place of another, None where the package goes: the next above it, where there is one.

    A package that is forked has several.
    """
    above = [each for each in after if each > version]
    return min(above) if above else max(after, default=None)
