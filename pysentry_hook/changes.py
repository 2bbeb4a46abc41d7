"""Ask the services only about what a change brings in; the rest counts where its answer is here already."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import NamedTuple

from pysentry_hook.asking import Answers, Asker
from pysentry_hook.baseline import Before
from pysentry_hook.model import Dependency, Inventory, Package, Unchecked

Scoped = Sequence[tuple[Inventory, int]]
"""Inventories, and how many of the entries of each are left out."""


class Difference(NamedTuple):
    """What one input installs, by what it installed before."""

    inventory: Inventory
    left_out: int
    new: tuple[Dependency, ...]
    same: tuple[Dependency, ...]
    replaced: tuple[Dependency, ...]
    """The versions of the baseline of every package that has a new one."""
    unchecked: tuple[Unchecked, ...]
    """Those that the baseline has not."""


class Changed(NamedTuple):
    """What is left to judge, the answers about it, and how many distinct versions the change brings in."""

    scoped: list[tuple[Inventory, int]]
    answers: Answers
    number: int
    checked: int
    """Those of them that were answered for."""


def differences(scoped: Scoped, before: Before) -> list[Difference]:
    """Return how each input differs from the baseline."""
    return [_difference(inventory, left_out, before.inventories.get(inventory.path)) for inventory, left_out in scoped]


def _difference(inventory: Inventory, left_out: int, past: Inventory | None) -> Difference:
    older = past.dependencies if past else ()
    old = {each.package for each in older}
    new = tuple(each for each in inventory.dependencies if each.package not in old)
    names = {each.name for each in new}
    told = {(each.name, each.version, each.reason) for each in past.unchecked} if past else set()
    return Difference(
        inventory=inventory,
        left_out=left_out,
        new=new,
        same=tuple(each for each in inventory.dependencies if each.package in old),
        replaced=tuple(each for each in older if each.name in names),
        unchecked=tuple(each for each in inventory.unchecked if (each.name, each.version, each.reason) not in told),
    )


def brought_in(found: Sequence[Difference]) -> list[Dependency]:
    """What a change has the services asked about: what is new, and what it replaced."""
    return [*(each for one in found for each in one.new), *(each for one in found for each in one.replaced)]


def ask_changed(found: Sequence[Difference], asker: Asker, here: Asker) -> Changed:
    """Ask about what differs from the baseline.

    What the same input had before in the same version is asked of `here`, which opens no connection; what that
    does not know is left out and counted. The status of its project is left to a scan: it is no work of this change.
    """
    known = here.ask([each for one in found for each in one.same])
    silent = known.unanswered.keys() | known.unanswerable.keys() | known.refused.keys()
    answers = asker.ask(brought_in(found))
    new = {each.package: answers.why_unchecked(each) for one in found for each in one.new}
    checked = sum(not why for why in new.values())
    return Changed([_without(one, silent) for one in found], _together(answers, known), len(new), checked)


def _without(one: Difference, silent: AbstractSet[Package]) -> tuple[Inventory, int]:
    """The inventory without what is as it was and of which nothing is known here."""
    gone = {each.package for each in one.same} & silent
    dependencies = tuple(each for each in one.inventory.dependencies if each.package not in gone)
    kept = replace(one.inventory, dependencies=dependencies, unchecked=one.unchecked)
    return kept, one.left_out + one.inventory.size - kept.size


def _together(answers: Answers, known: Answers) -> Answers:
    """The answers of the services, with what was here already; only the services can have failed."""
    asked = {data.source for data in answers.data if data.as_of is not None}
    records = {(record.source, record.id): record for record in (*known.advisories, *answers.advisories)}
    return replace(
        answers,
        advisories=tuple(records.values()),
        data=(
            *(data for data in answers.data if data.source in asked),
            *(data for data in known.data if data.source not in asked),
        ),
        never_matched=answers.never_matched | known.never_matched,
    )
