"""Ask the services only about what a change brings in; the rest counts where its answer is here already."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from pysentry_hook.advisories import Package
from pysentry_hook.asking import Answers, Asker
from pysentry_hook.baseline import Before
from pysentry_hook.model import Dependency, Inventory

Scoped = Sequence[tuple[Inventory, int]]
"""Inventories, and how many of the entries of each are left out."""


class Changed(NamedTuple):
    """What is left to judge, the answers about it, and how many distinct versions the change brings in."""

    scoped: list[tuple[Inventory, int]]
    answers: Answers
    number: int
    checked: int
    """Those of them that were answered for."""


def ask_changed(scoped: Scoped, before: Before, asker: Asker, here: Asker) -> Changed:
    """Ask about what differs from the baseline.

    What the same input had before in the same version is asked of `here`, which opens no connection; what that
    does not know is left out and counted. Of the baseline only the versions are asked for that a change replaced.
    """
    old = {path: _packages(inventory) for path, inventory in before.inventories.items()}
    known = here.complete(here.ask(list(_same(scoped, old))))
    silent = known.unanswered.keys() | known.unanswerable.keys() | known.refused.keys()
    new = list(_changed(scoped, old))
    answers = asker.ask(brought_in(scoped, before))
    kept = [
        _without(inventory, left_out, before, old.get(inventory.path, frozenset()) & silent)
        for inventory, left_out in scoped
    ]
    number = len({Package(each.name, each.version) for each in new})
    checked = len({Package(each.name, each.version) for each in new if not answers.why_unchecked(each)})
    return Changed(kept, _together(answers, known), number, checked)


def brought_in(scoped: Scoped, before: Before) -> list[Dependency]:
    """What differs from the baseline, and the versions of the baseline that it replaced."""
    old = {path: _packages(inventory) for path, inventory in before.inventories.items()}
    return [*_changed(scoped, old), *_replaced(scoped, before, old)]


def _packages(inventory: Inventory) -> frozenset[Package]:
    return frozenset(Package(each.name, each.version) for each in inventory.dependencies)


def _same(scoped: Scoped, old: dict[str, frozenset[Package]]) -> Iterable[Dependency]:
    for inventory, _ in scoped:
        known = old.get(inventory.path, frozenset())
        yield from (each for each in inventory.dependencies if Package(each.name, each.version) in known)


def _changed(scoped: Scoped, old: dict[str, frozenset[Package]]) -> Iterable[Dependency]:
    for inventory, _ in scoped:
        known = old.get(inventory.path, frozenset())
        yield from (each for each in inventory.dependencies if Package(each.name, each.version) not in known)


def _replaced(scoped: Scoped, before: Before, old: dict[str, frozenset[Package]]) -> Iterable[Dependency]:
    """The versions of the baseline of every package that has a new one."""
    for inventory, left_out in scoped:
        names = {each.name for each in _changed([(inventory, left_out)], old)}
        past = before.inventories.get(inventory.path)
        yield from (each for each in (past.dependencies if past else ()) if each.name in names)


def _without(inventory: Inventory, left_out: int, before: Before, silent: frozenset[Package]) -> tuple[Inventory, int]:
    """The inventory without what is as it was and of which nothing is known here."""
    past = before.inventories.get(inventory.path)
    told = {(each.name, each.version, each.reason) for each in past.unchecked} if past else set()
    dependencies = tuple(each for each in inventory.dependencies if Package(each.name, each.version) not in silent)
    unchecked = tuple(each for each in inventory.unchecked if (each.name, each.version, each.reason) not in told)
    gone = len(inventory.dependencies) + len(inventory.unchecked) - len(dependencies) - len(unchecked)
    return replace(inventory, dependencies=dependencies, unchecked=unchecked), left_out + gone


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
        statuses={**known.statuses, **answers.statuses},
    )
