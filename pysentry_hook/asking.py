"""Ask every enabled source at once, each only about what it may be told."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from pysentry_hook.advisories import Advisory, AdvisoryData, Package, SourceAnswer
from pysentry_hook.cache import Cache
from pysentry_hook.config.settings import Settings
from pysentry_hook.http import Http
from pysentry_hook.model import Dependency, Failure, NormalizedName
from pysentry_hook.report import NotKnown
from pysentry_hook.sources import SOURCES
from pysentry_hook.sources.context import Context, Source
from pysentry_hook.sources.permission import Permission
from pysentry_hook.sources.status import Known, Statuses


class _Reply(NamedTuple):
    source: str
    asked: frozenset[Package]
    answer: SourceAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What all sources know together, and about which packages they did not answer."""

    advisories: tuple[Advisory, ...]
    data: tuple[AdvisoryData, ...]
    failures: tuple[Failure, ...]
    not_known: tuple[NotKnown, ...]
    never_matched: frozenset[Package]
    refused: Mapping[Package, str]
    """Packages whose name may not be sent to a required source, and why."""
    unanswered: Mapping[Package, str]
    """Packages for which a required source gave no answer, and why: these make an audit incomplete."""
    unanswerable: Mapping[Package, str]
    """Packages that a required source cannot answer for, and why."""
    hints: tuple[str, ...]
    statuses: Mapping[NormalizedName, Known]
    """The status of projects, of those that were asked for."""

    def why_unchecked(self, dependency: Dependency) -> str | None:
        """Why a dependency does not count as checked."""
        package = Package(dependency.name, dependency.version)
        return self.refused.get(package) or self.unanswered.get(package) or self.unanswerable.get(package)


class Asker:
    """The sources of one run."""

    def __init__(self, settings: Settings, *, http: Http, cache: Cache, now: datetime) -> None:
        self._settings = settings
        self._permission = Permission(settings.mirrors, settings.private, settings.pip_indexes)
        self._sources: list[tuple[str, bool, Source]] = [
            ("database", False, _database(location, self._context(settings, http, cache, now, location)))
            for location in settings.advisory_db
        ]
        for name in settings.sources:
            kind = SOURCES[name]
            context = self._context(settings, http, cache, now, settings.urls[name])
            self._sources.append((name, kind.sends_names, kind.make(context)))
        self._public: frozenset[str] = frozenset()
        self._status = (
            Statuses(self._context(settings, http, cache, now, settings.urls["pypi"])) if settings.ask_status else None
        )

    @staticmethod
    def _context(settings: Settings, http: Http, cache: Cache, now: datetime, url: str) -> Context:
        address = url.partition("#")[0]
        return Context(http=http, cache=cache, now=now, fresh_for=settings.fresh_for, url=address)

    def ask(self, dependencies: Sequence[Dependency]) -> Answers:
        """Ask about every distinct version; what may not be sent is asked only of what is already here."""
        private, foreign = {}, {}
        packages: dict[Package, None] = {}
        for dependency in dependencies:
            package = Package(dependency.name, dependency.version)
            packages[package] = None
            if self._permission.is_private(dependency):
                private[package] = "its name is declared private: it was not sent to any service and not matched"
            elif index := self._permission.unknown_index(dependency):
                foreign[package] = index
        matched = sorted(packages.keys() - private.keys())
        sendable = [package for package in matched if package not in foreign]
        self._public = frozenset(package.name for package in sendable)
        asked = self._asked_status(dependencies, self._public)
        answers = self._all([*matched, *sorted(private)], sendable)
        statuses, status_failures = asked.finish() if asked else ({}, ())
        unanswered = {package: why for package, why in self._unanswered(answers).items() if package not in private}
        refused = self._refused(foreign)
        return Answers(
            advisories=tuple(advisory for reply in answers for advisory in reply.answer.advisories),
            data=tuple(reply.answer.data for reply in answers),
            failures=(*(failure for reply in answers for failure in reply.answer.failures), *status_failures),
            not_known=self._not_known(answers),
            never_matched=frozenset(private),
            refused=private | refused,
            unanswered=unanswered,
            unanswerable=self._not_answerable(answers),
            hints=_hints(refused, foreign),
            statuses=statuses,
        )

    def _asked_status(self, dependencies: Iterable[Dependency], public: frozenset[str]) -> Statuses | None:
        """Begin to ask the index for the status of the projects whose names it may be told, where that is wanted."""
        if self._status is None:
            return None
        direct_only = self._settings.status_of_direct_only
        names = {
            each.name for each in dependencies if each.name in public and not (direct_only and each.direct is False)
        }
        self._status.start(sorted(names))
        return self._status

    def ask_candidates(self, packages: Sequence[Package]) -> tuple[list[Advisory], frozenset[Package]]:
        """Ask about versions that might be upgraded to; answered is what no required source left open."""
        answers = self._all(packages, [package for package in packages if package.name in self._public])
        advisories = [advisory for reply in answers for advisory in reply.answer.advisories]
        return advisories, frozenset(packages) - self._unanswered(answers).keys()

    def _all(self, packages: Sequence[Package], sendable: Sequence[Package]) -> list[_Reply]:
        if not packages:
            return []
        work = [(name, source, sendable if sends else packages) for name, sends, source in self._sources]
        if len(work) == 1:
            ((name, source, asked),) = work
            return [_Reply(name, frozenset(asked), source.ask(asked))]
        from concurrent.futures import ThreadPoolExecutor  # 3 ms, needed only for several

        with ThreadPoolExecutor(max(1, len(work)), thread_name_prefix="source") as pool:
            futures = [(name, asked, pool.submit(source.ask, asked)) for name, source, asked in work]
            return [_Reply(name, frozenset(asked), future.result()) for name, asked, future in futures]

    def _unanswered(self, replies: Sequence[_Reply]) -> dict[Package, str]:
        """Packages that a required source failed on; what it does not know is no failure."""
        found: dict[Package, str] = {}
        for reply in self._required(replies):
            missing = reply.asked - reply.answer.answered - reply.answer.unknown.keys()
            found |= dict.fromkeys(missing, f"{reply.source} gave no answer")
        return found

    def _not_answerable(self, replies: Sequence[_Reply]) -> dict[Package, str]:
        return {
            package: reason for reply in self._required(replies) for package, reason in reply.answer.unknown.items()
        }

    def _not_known(self, replies: Sequence[_Reply]) -> tuple[NotKnown, ...]:
        return tuple(
            NotKnown(reply.source, package.name, str(package.version), reason)
            for reply in replies
            if reply.source not in self._settings.required
            for package, reason in sorted(reply.answer.unknown.items())
        )

    def _required(self, replies: Sequence[_Reply]) -> list[_Reply]:
        return [reply for reply in replies if reply.source in self._settings.required]

    def _refused(self, foreign: Mapping[Package, str]) -> dict[Package, str]:
        """Names that a required source would have to be sent and may not be."""
        if not any(SOURCES[name].sends_names for name in self._settings.required if name in SOURCES):
            return {}
        return {
            package: f"index {_short(index)} is not a known mirror: its name was not sent to any service"
            for package, index in foreign.items()
        }


def _database(location: str, context: Context) -> Source:
    from pysentry_hook.sources.database import Database

    return Database(location, context)


def _short(index: str) -> str:
    return index.removeprefix("https://").removeprefix("http://").removesuffix("/simple").rstrip("/")


def _hints(refused: Mapping[Package, str], foreign: Mapping[Package, str]) -> tuple[str, ...]:
    indexes = sorted({foreign[package] for package in refused if "://" in foreign[package]})
    if not indexes:
        return ()
    listed = ", ".join(f'"{index}"' for index in indexes)
    what = "that index serves" if len(indexes) == 1 else "these indexes serve"
    return (f"If {what} what PyPI serves: [sources] mirrors = [{listed}]",)
