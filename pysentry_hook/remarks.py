"""Accepted risks that stand as comments beside requirements: whose count, and what a change makes of them."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

from pysentry_hook.baseline import Bases, Before, read_before
from pysentry_hook.config.settings import Settings
from pysentry_hook.errors import ConfigError
from pysentry_hook.inputs import REQUIREMENTS
from pysentry_hook.model import Inventory
from pysentry_hook.reading import Reading
from pysentry_hook.rules import Place, Suppression


def remarks(inventories: Iterable[Inventory], today: date, root: Path) -> Iterator[Suppression]:
    """The accepted risks beside requirements; ConfigError names a file as it is from here."""
    for inventory in inventories:
        for remark in inventory.remarks:
            from pysentry_hook.config.suppressions import read_comment

            location = inventory.places.location(remark.place)
            place = Place(location.path, location.line)
            told = os.path.relpath(root / place.path)
            yield from read_comment(remark.comment, remark.name, place, today, told=told)


def with_remarks(settings: Settings, read: Reading, before: Before | None) -> Settings:
    """The settings with the comments that count, and what the change that is judged makes of them.

    Those of a commit count where the policy is that of a commit: what a fork writes accepts nothing.
    """
    if settings.policy_from:
        listed = [inventory for inventory in read.inventories if inventory.format == REQUIREMENTS.format]
        then = read_before(Bases(refs=(settings.policy_from,)), read.root, read.tree, listed, lambda each: each)
        counted = list(remarks(then.inventories.values(), settings.today, read.root))
        told = tuple(_passed_over(settings.policy_from, listed, then))
    else:
        counted = list(remarks(read.inventories, settings.today, read.root))
        told = _drift(settings, counted, before, read.root) if settings.against and before else ()
    suppressions = (*settings.policy.suppressions, *counted)
    return settings._replace(
        policy=replace(settings.policy, suppressions=suppressions),
        policy_changes=(*settings.policy_changes, *told),
    )


def _passed_over(commit: str, listed: Iterable[Inventory], then: Before) -> Iterator[str]:
    """The comments that the commit does not have."""
    for inventory in listed:
        known = then.inventories.get(inventory.path)
        there = {(remark.name, remark.comment) for remark in known.remarks} if known else set()
        for remark in inventory.remarks:
            if (remark.name, remark.comment) not in there:
                place = inventory.places.location(remark.place)
                yield f"this change accepts nothing by the comment at {place.path}:{place.line}: {commit} has none"


def _drift(settings: Settings, counted: Iterable[Suppression], before: Before, root: Path) -> tuple[str, ...]:
    from pysentry_hook.config.drift import accepted_drift

    try:
        old = list(remarks(before.inventories.values(), settings.today, root))
    except ConfigError as error:
        return (f"the comments of {settings.against} cannot be compared: {error}",)
    return tuple(accepted_drift(old, counted))
