"""The story of one scan: read the inputs, ask the sources, match, judge, and tell what was not checked."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from packaging.version import Version

from pysentry_hook import __version__, inputs
from pysentry_hook.asking import Answers, Asker
from pysentry_hook.cache import Cache
from pysentry_hook.config import Settings, group_names
from pysentry_hook.errors import InputError, NothingToReadError, UnreadableInputsError, UsageError
from pysentry_hook.graph import Ways
from pysentry_hook.http import Http
from pysentry_hook.matching import Knowledge
from pysentry_hook.model import MAIN, Dependency, Failure, Finding, Inventory, Package, Unchecked, Vulnerability
from pysentry_hook.narrowing import Environment, narrow
from pysentry_hook.policy.judge import judge
from pysentry_hook.report import Coverage, InputSummary, Report, SkippedInput, UncheckedLine
from pysentry_hook.text import count
from pysentry_hook.tree import FolderTree, Tree, repository_root, subject
from pysentry_hook.upgrades import candidates, find_upgrades

NOT_PINNED = "not pinned"
"""How every reader begins the reason of a requirement that is not pinned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The report, and the errors of inputs that the user named and that could not be read."""

    report: Report
    root: Path
    unreadable: tuple[InputError, ...]


class _Read(NamedTuple):
    root: Path
    inventories: list[Inventory]
    skipped: list[SkippedInput]
    broken: list[InputSummary]
    failures: list[Failure]
    errors: list[InputError]
    named: list[InputError]


def scan(settings: Settings, *, http: Http, cache: Cache, now: datetime) -> Result:
    """Return one complete report; InputError where nothing at all could be read."""
    read = _read_inputs(settings)
    scoped = [_within_scope(inventory, settings, read.inventories) for inventory in read.inventories]
    asker = Asker(settings, http=http, cache=cache, now=now)
    answers = asker.ask([dependency for inventory, _ in scoped for dependency in inventory.dependencies])
    findings = _findings([inventory for inventory, _ in scoped], answers, asker)
    coverage, uncovered = _coverage(scoped, answers)
    failures = (*read.failures, *(f for i, _ in scoped for f in i.failures), *answers.failures, *uncovered)
    complete = not (uncovered or answers.incomplete or any(failure.kind != "source" for failure in failures))
    gate = judge(
        findings,
        settings.gate,
        settings.suppressions,
        unchecked=len(coverage.unchecked),
        why=settings.why,
        today=now.date(),
    )
    report = Report(
        version=__version__,
        generated=now.replace(microsecond=0),
        subject=subject(read.root, [inventory.path for inventory in read.inventories]),
        complete=complete,
        failures=failures,
        inputs=(*(_summary(inventory) for inventory in read.inventories), *read.broken),
        skipped_inputs=tuple(read.skipped),
        advisory_data=answers.data,
        not_known=answers.not_known,
        hints=(*answers.hints, *_loose(coverage, settings)),
        coverage=coverage,
        gate=gate,
    )
    return Result(report=report, root=read.root, unreadable=tuple(read.named))


def _read_inputs(settings: Settings) -> _Read:
    named = settings.requirements or settings.paths or (Path(),)
    for path in named:
        if not os.path.lexists(path):
            raise NothingToReadError(str(path), "no such file or folder")
    tree = FolderTree(repository_root(named))
    read = _Read(tree.root, [], [], [], [], [], [])
    for path in dict.fromkeys(named):
        relative = path.resolve().relative_to(tree.root).as_posix() if path.is_dir() else _of_file(path, tree)
        relative = "" if relative == "." else relative
        _read_one(tree, relative, read, settings)
    if read.errors and not read.inventories:
        raise UnreadableInputsError(read.root, read.errors)
    return read


def _of_file(path: Path, tree: FolderTree) -> str:
    """A file keeps its own name even where it is a link; its folder is resolved."""
    return (path.parent.resolve() / path.name).relative_to(tree.root).as_posix()


def _read_one(tree: Tree, path: str, read: _Read, settings: Settings) -> None:
    if any(inventory.path == path for inventory in read.inventories):
        return
    place = path
    try:
        if settings.requirements:
            opened = inputs.Opened(path, inputs.requirements.read(tree, path))
        else:
            opened = inputs.open_input(tree, path)
        place = opened.path
        read.skipped.extend(opened.skipped)
        if isinstance(opened.result, InputError):
            raise opened.result
        read.inventories.append(opened.result)
    except InputError as error:
        if settings.allow_empty and isinstance(error, NothingToReadError):
            return
        read.errors.append(error)
        if place == path:  # what the user named, not what was found in a folder that was named
            read.named.append(error)
        name = error.path.rpartition("/")[2]
        if not isinstance(error, NothingToReadError):
            read.broken.append(InputSummary(path=place, format=name, sha256=None, packages=0, damaged=True))
            detail = error.detail if error.line is None else f"line {error.line}: {error.detail}"
            read.failures.append(Failure("input", name, error.path, detail))


def _within_scope(inventory: Inventory, settings: Settings, everything: Sequence[Inventory]) -> tuple[Inventory, int]:
    """Keep what the chosen scopes install in the chosen environment; return that and how many were left out."""
    chosen = frozenset({MAIN, *group_names(settings.groups)})
    known = {scope for other in everything for scope in other.scopes}
    for name in sorted(chosen - known - {MAIN}):
        listed = ", ".join(sorted(known - {MAIN})) or "none"
        raise UsageError(f"--group: there is no group or extra {name!r}; there is: {listed}")
    some_scopes = settings.main_only or bool(settings.groups)

    def stays(item: Dependency | Unchecked) -> bool:
        return (not some_scopes or bool(item.groups & chosen)) and (
            not settings.direct_only or item.direct is not False
        )

    dependencies = tuple(filter(stays, inventory.dependencies))
    unchecked = tuple(filter(stays, inventory.unchecked))
    left_out = len(inventory.dependencies) + len(inventory.unchecked) - len(dependencies) - len(unchecked)
    scoped = replace(inventory, dependencies=dependencies, unchecked=unchecked)
    if settings.python_version is None and settings.python_platform is None:
        return scoped, left_out
    narrowed, elsewhere = narrow(scoped, Environment(settings.python_version, settings.python_platform))
    return narrowed, left_out + elsewhere


def _findings(inventories: Iterable[Inventory], answers: Answers, asker: Asker) -> list[Finding]:
    knowledge = Knowledge(answers.advisories)
    hits: list[tuple[Inventory, Dependency, Vulnerability]] = []
    known: dict[Package, list[Vulnerability]] = {}
    for inventory in inventories:
        for dependency in inventory.dependencies:
            package = Package(dependency.name, dependency.version)
            if package in answers.never_matched:
                continue
            if package not in known:
                known[package] = knowledge.vulnerabilities(package)
            hits.extend((inventory, dependency, vulnerability) for vulnerability in known[package])
    wanted = {
        (package, vulnerability.id): candidates(package, vulnerability)
        for package, vulnerabilities in known.items()
        for vulnerability in vulnerabilities
        if not vulnerability.malware
    }
    upgrades = find_upgrades(answers.advisories, wanted, asker.ask_candidates)
    ways: dict[str, Ways] = {}
    return [_finding(inventory, dependency, hit, upgrades, ways) for inventory, dependency, hit in hits]


def _finding(
    inventory: Inventory,
    dependency: Dependency,
    vulnerability: Vulnerability,
    upgrades: Mapping[tuple[Package, str], Version | None],
    ways: dict[str, Ways],
) -> Finding:
    if inventory.path not in ways:
        ways[inventory.path] = Ways(inventory)
    paths, more = ways[inventory.path].to(dependency.node)
    top = next((path[1] for path in paths if len(path) > 1), dependency.name)
    package = Package(dependency.name, dependency.version)
    return Finding(
        input=inventory.path,
        dependency=dependency,
        vulnerability=vulnerability,
        upgrade_to=upgrades.get((package, vulnerability.id)),
        paths=paths,
        more_paths=more,
        location=inventory.places.location(dependency.place),
        declared_at=inventory.places.declaration(type(dependency.name)(top)),
    )


def _coverage(scoped: Sequence[tuple[Inventory, int]], answers: Answers) -> tuple[Coverage, tuple[Failure, ...]]:
    """Count what was checked and name the rest; where nothing at all could be checked that is a failure."""
    lines: list[UncheckedLine] = []
    failures: list[Failure] = []
    total = checked = 0
    for inventory, _ in scoped:
        own = [_line(inventory, item.name, item.version, item.reason, item.place) for item in inventory.unchecked]
        for dependency in inventory.dependencies:
            reason = answers.why_unchecked(dependency)
            if reason:
                own.append(_line(inventory, dependency.name, dependency.written, reason, dependency.place))
        size = len(inventory.dependencies) + len(inventory.unchecked)
        total += size
        checked += size - len(own)
        lines.extend(own)
    if total and not checked:
        inventory = scoped[0][0]
        detail = f"none of the {total} dependencies could be checked"
        failures.append(Failure("input", inventory.format, inventory.path, detail))
    left_out = sum(number for _, number in scoped)
    lines.sort(key=lambda line: (line.path, line.name, line.version or "", line.line))
    return Coverage(total=total, checked=checked, left_out_by_filter=left_out, unchecked=tuple(lines)), tuple(failures)


def _loose(coverage: Coverage, settings: Settings) -> tuple[str, ...]:
    """The hint about requirements that are not pinned, unless the user asked for pins only."""
    loose = sum(line.reason.startswith(NOT_PINNED) for line in coverage.unchecked)
    if not loose or settings.pins_only:
        return ()
    told = f"{count(loose, 'requirement')} {'is' if loose == 1 else 'are'} not pinned"
    return (f"{told}: lock the project (uv lock) and scan the lock, or accept it with --no-resolver",)


def _line(inventory: Inventory, name: str, version: str | None, reason: str, place: int) -> UncheckedLine:
    location = inventory.places.location(place)
    return UncheckedLine(name, version, reason, location.path, location.line)


def _summary(inventory: Inventory) -> InputSummary:
    return InputSummary(
        path=inventory.path,
        format=inventory.format,
        sha256=inventory.files[0].sha256,
        packages=len(inventory.dependencies) + len(inventory.unchecked),
        damaged=False,
        notes=inventory.notes,
    )
