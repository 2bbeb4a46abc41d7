"""Ask every enabled source at once, each only about what it may be told."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, partial
from typing import NamedTuple

from pysentry_hook.advisories import Advisory, AdvisoryData, SourceAnswer
from pysentry_hook.cache import Cache
from pysentry_hook.config.settings import Settings
from pysentry_hook.http import Http
from pysentry_hook.learnt import Asked, Learnt
from pysentry_hook.model import Dependency, Failure, NormalizedName, Package
from pysentry_hook.report import NotKnown
from pysentry_hook.sources import SOURCES
from pysentry_hook.sources.context import Context, Source
from pysentry_hook.sources.permission import Permission
from pysentry_hook.sources.status import Known, Statuses


class Reply(NamedTuple):
    """What one source answered, and what it was asked about."""

    source: str
    asked: frozenset[Package]
    answer: SourceAnswer


class _Questions(NamedTuple):
    """What is asked of whom."""

    private: Mapping[Package, str]
    """Why nothing is told and nothing matched."""
    foreign: Mapping[Package, str]
    """The index of what may not be sent."""
    matched: Sequence[Package]
    sendable: Sequence[Package]
    by_name: Mapping[NormalizedName, Asked]


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
    """The status of projects, of those that were asked for; it is whole when `Asker.complete` was waited for."""
    replies: tuple[Reply, ...]
    by_name: Mapping[NormalizedName, Asked]
    known: frozenset[NormalizedName]
    """The names of which everything was learnt before: nothing in `advisories` is about them."""

    def why_unchecked(self, dependency: Dependency) -> str | None:
        """Why a dependency does not count as checked."""
        package = dependency.package
        return self.refused.get(package) or self.unanswered.get(package) or self.unanswerable.get(package)


class _Door:
    """The way to one source, which is made when it is asked for the first time."""

    def __init__(self, name: str, *, sends: bool, make: Callable[[], Source]) -> None:
        self.name = name
        self.sends = sends
        self._make = make

    @cached_property
    def source(self) -> Source:
        return self._make()


def _database(location: str, context: Context) -> Source:
    from pysentry_hook.sources.database import Database

    return Database(location, context)


class Asker:
    """The sources of one run."""

    def __init__(self, settings: Settings, *, http: Http, cache: Cache, now: datetime) -> None:
        self._settings = settings
        self._permission = Permission(settings.mirrors, settings.private, settings.pip_indexes)
        self._now = now

        def context(url: str) -> Context:
            address = url.partition("#")[0]
            return Context(http=http, cache=cache, now=now, fresh_for=settings.fresh_for, url=address)

        databases = [
            _Door("database", sends=False, make=partial(_database, location, context(location)))
            for location in settings.advisory_db
        ]
        services = [
            _Door(name, sends=SOURCES[name].sends_names, make=partial(SOURCES[name].make, context(settings.urls[name])))
            for name in settings.sources
        ]
        self._sources = [*databases, *services]
        self._public: frozenset[str] = frozenset()
        self._status = Statuses(context(settings.urls["pypi"])) if settings.ask_status else None
        self._oldest = now.timestamp()
        self._failed = False

    def ask(self, dependencies: Sequence[Dependency], learnt: Learnt | None = None) -> Answers:
        """Ask about every distinct version; what may not be sent is asked only of what is already here.

        What was learnt before and still holds is not asked again.
        """
        questions = self._questions(dependencies)
        known = learnt.known(questions.by_name) if learnt else frozenset()
        matched = [package for package in questions.matched if package.name not in known]
        sendable = [package for package in questions.sendable if package.name not in known]
        self._public = frozenset(package.name for package in questions.sendable)
        if self._status:
            wanted = (name for name, asked in questions.by_name.items() if asked.status and name not in known)
            self._status.start(sorted(wanted))
        replies = self._all([*matched, *sorted(questions.private)], sendable)
        statuses: Mapping[NormalizedName, Known] = {}
        if learnt and known:
            if not all(learnt.fits(reply.source, reply.answer, known) for reply in replies):
                return self.ask(dependencies)
            replies = self._joined(replies, learnt, questions, known)
            statuses = {name: page.status for name in known if (page := learnt.pages[name]).status}
        private = questions.private
        unanswered = {package: why for package, why in self._unanswered(replies).items() if package not in private}
        refused = self._refused(questions.foreign)
        return Answers(
            advisories=tuple(advisory for reply in replies for advisory in reply.answer.advisories),
            data=tuple(reply.answer.data for reply in replies),
            failures=tuple(failure for reply in replies for failure in reply.answer.failures),
            not_known=self._not_known(replies),
            never_matched=frozenset(private),
            refused={**private, **refused},
            unanswered=unanswered,
            unanswerable=self._not_answerable(replies),
            hints=_hints(refused, questions.foreign),
            statuses=statuses,
            replies=tuple(replies),
            by_name=questions.by_name,
            known=known,
        )

    def _questions(self, dependencies: Iterable[Dependency]) -> _Questions:
        private, foreign = {}, {}
        packages: dict[Package, bool] = {}
        direct_only = self._settings.status_of_direct_only
        for dependency in dependencies:
            package = dependency.package
            wanted = self._status is not None and not (direct_only and dependency.direct is False)
            packages[package] = packages.get(package, False) or wanted
            if self._permission.is_private(dependency):
                private[package] = "its name is declared private: it was not sent to any service and not matched"
            elif index := self._permission.unknown_index(dependency):
                foreign[package] = index
        matched = sorted(packages.keys() - private.keys())
        sendable = [package for package in matched if package not in foreign]
        names: dict[NormalizedName, list[Package]] = {}
        for package in matched:
            names.setdefault(package.name, []).append(package)
        public = frozenset(sendable)
        by_name = {
            name: Asked(
                frozenset(package.version for package in every),
                frozenset(package.version for package in every if package in public),
                any(packages[package] for package in every) and not public.isdisjoint(every),
            )
            for name, every in names.items()
        }
        return _Questions(private, foreign, matched, sendable, by_name)

    def complete(self, answers: Answers) -> Answers:
        """Return the last answers with the status of the projects, of which the index may still be telling."""
        if self._status is None:
            return answers
        statuses, failures = self._status.finish()
        return replace(answers, statuses={**statuses, **answers.statuses}, failures=(*answers.failures, *failures))

    def _joined(
        self, replies: Sequence[Reply], learnt: Learnt, questions: _Questions, known: frozenset[NormalizedName]
    ) -> list[Reply]:
        """The replies about all names: the new ones, and what was learnt before."""
        new = {reply.source: reply for reply in replies}
        found = []
        for door in self._sources:
            every = questions.sendable if door.sends else questions.matched
            asked = [package for package in every if package.name in known]
            reply = new.get(door.name)
            answer = learnt.joined(door.name, reply and reply.answer, asked, self._is_stale)
            found.append(Reply(door.name, frozenset(asked) | (reply.asked if reply else frozenset()), answer))
        return found

    def _is_stale(self, moment: datetime | None) -> bool:
        return moment is not None and self._now - moment > self._settings.fresh_for

    @property
    def failed(self) -> bool:
        """Whether any source failed on anything that it was asked."""
        return self._failed

    @property
    def oldest(self) -> float:
        """When the oldest of all answers was stored, those about candidates among them; in seconds since the epoch."""
        return min(self._oldest, self._status.oldest if self._status else self._oldest)

    def ask_candidates(self, packages: Sequence[Package]) -> tuple[list[Advisory], frozenset[Package]]:
        """Ask about versions that might be upgraded to; answered is what no required source left open."""
        answers = self._all(packages, [package for package in packages if package.name in self._public])
        advisories = [advisory for reply in answers for advisory in reply.answer.advisories]
        return advisories, frozenset(packages) - self._unanswered(answers).keys()

    def _all(self, packages: Sequence[Package], sendable: Sequence[Package]) -> list[Reply]:
        if not packages:
            return []
        work = [(each.name, each.source, sendable if each.sends else packages) for each in self._sources]
        replies = self._replies(work)
        moments = (reply.answer.data.as_of for reply in replies)
        self._oldest = min((self._oldest, *(moment.timestamp() for moment in moments if moment)))
        self._failed = self._failed or any(reply.answer.failures for reply in replies)
        return replies

    @staticmethod
    def _replies(work: Sequence[tuple[str, Source, Sequence[Package]]]) -> list[Reply]:
        if len(work) == 1:
            ((name, source, asked),) = work
            return [Reply(name, frozenset(asked), source.ask(asked))]
        from concurrent.futures import ThreadPoolExecutor  # 3 ms, needed only for several

        with ThreadPoolExecutor(max(1, len(work)), thread_name_prefix="source") as pool:
            futures = [(name, asked, pool.submit(source.ask, asked)) for name, source, asked in work]
            return [Reply(name, frozenset(asked), future.result()) for name, asked, future in futures]

    def _unanswered(self, replies: Sequence[Reply]) -> dict[Package, str]:
        """Packages that a required source failed on; what it does not know is no failure."""
        found: dict[Package, str] = {}
        for reply in self._required(replies):
            missing = reply.asked - reply.answer.answered - reply.answer.unknown.keys()
            found |= dict.fromkeys(missing, f"{reply.source} gave no answer")
        return found

    def _not_answerable(self, replies: Sequence[Reply]) -> dict[Package, str]:
        return {
            package: reason for reply in self._required(replies) for package, reason in reply.answer.unknown.items()
        }

    def _not_known(self, replies: Sequence[Reply]) -> tuple[NotKnown, ...]:
        return tuple(
            NotKnown(reply.source, package.name, str(package.version), reason)
            for reply in replies
            if reply.source not in self._settings.required
            for package, reason in sorted(reply.answer.unknown.items())
        )

    def _required(self, replies: Sequence[Reply]) -> list[Reply]:
        return [reply for reply in replies if reply.source in self._settings.required]

    def _refused(self, foreign: Mapping[Package, str]) -> dict[Package, str]:
        """Names that a required source would have to be sent and may not be."""
        if not any(SOURCES[name].sends_names for name in self._settings.required if name in SOURCES):
            return {}
        return {
            package: f"comes from {_short(index)}, which is not a known mirror: its name was not sent to any service"
            for package, index in foreign.items()
        }


def _short(index: str) -> str:
    return index.removeprefix("https://").removeprefix("http://").removesuffix("/simple").rstrip("/")


def _hints(refused: Mapping[Package, str], foreign: Mapping[Package, str]) -> tuple[str, ...]:
    indexes = sorted({foreign[package] for package in refused if "://" in foreign[package]})
    if not indexes:
        return ()
    listed = ", ".join(f'"{index}"' for index in indexes)
    what = "that index serves" if len(indexes) == 1 else "these indexes serve"
    return (f"If {what} what PyPI serves: [sources] mirrors = [{listed}]",)
