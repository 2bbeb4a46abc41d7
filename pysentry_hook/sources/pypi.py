"""Ask the JSON API of PyPI, https://docs.pypi.org/api/json/: vulnerabilities by name and version."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import partial
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import quote

from pysentry_hook.advisories import Advisory, AdvisoryData, Affected, SourceAnswer
from pysentry_hook.errors import SourceError
from pysentry_hook.http import Response
from pysentry_hook.model import Package, normalize, parse_version
from pysentry_hook.sources.context import Context, aged, failures, recall, revision
from pysentry_hook.text import clean, one_line, without_credentials

NOT_KNOWN = "PyPI does not know this version"


def root(url: str) -> str:
    """Return the address below which an index has its `/pypi` and its `/simple`."""
    return url.rstrip("/").removesuffix("/pypi")


class _Listed(NamedTuple):
    """What the index lists for a version, None where it does not know that version."""

    vulnerabilities: list[dict[str, Any]] | None
    etag: str | None


class Pypi:
    """The index itself as a source: it asserts which advisories affect the version that was asked for."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._base = root(context.url)
        self._key = hashlib.sha256(self._base.encode()).hexdigest()[:16]
        self._oldest = context.now.timestamp()

    def ask(self, packages: Sequence[Package]) -> SourceAnswer:
        """Return one advisory for each vulnerability that the index lists for a version."""
        answers: dict[Package, Any] = {}
        etags: dict[Package, str | None] = {}
        for package in packages:
            self._recall(package, answers, etags)
        missing = [package for package in packages if package not in answers]
        failed: dict[Package, str] = {}
        asked = [(package, etags.get(package)) for package in missing]
        futures = self._context.http.map(self._fetch, asked) if asked else []
        for package, future in zip(missing, futures, strict=True):
            try:
                answers[package] = self._store(package, future.result())
            except SourceError as error:
                failed[package] = str(error)
        old = {package: aged(cause) for package, cause in failed.items() if self._use_older(package, answers)}
        return self._answer(packages, answers, {each: failed[each] for each in failed.keys() - old.keys()}, old)

    def _use_older(self, package: Package, answers: dict[Package, Any]) -> bool:
        """Take the answer that is too old, where there is one."""
        known = recall(self._context.cache, self._cache_key(package), _as_listed)
        if known is None:
            return False
        answers[package] = known[1].vulnerabilities
        self._oldest = min(self._oldest, known[0].stored)
        return True

    def _answer(
        self,
        packages: Sequence[Package],
        answers: Mapping[Package, Any],
        failed: Mapping[Package, str],
        old: Mapping[Package, str],
    ) -> SourceAnswer:
        unknown = {package: NOT_KNOWN for package, answer in answers.items() if answer is None}
        advisories = [
            _advisory(package, item)
            for package, answer in sorted(answers.items())
            for item in answer or ()
            if item["id"]
        ]
        states = {
            package: tuple(f"{item['id']} {package}" for item in answer or () if item["id"])
            for package, answer in answers.items()
        }
        return SourceAnswer(
            data=AdvisoryData(
                source="pypi",
                kind="api",
                url=without_credentials(self._base),
                revision=revision(states.values()),
                as_of=self._context.as_of(self._oldest) if answers else None,
                stale=self._context.is_stale(self._oldest),
                damaged_records=(),
            ),
            advisories=tuple(advisories),
            answered=frozenset(packages) - failed.keys() - unknown.keys(),
            unknown=unknown,
            failures=failures("pypi", {**old, **failed}),
            states=states,
        )

    def _recall(self, package: Package, answers: dict[Package, Any], etags: dict[Package, str | None]) -> None:
        known = recall(self._context.cache, self._cache_key(package), _as_listed)
        if known is None:
            return
        entry, listed = known
        if self._context.may_use(entry):
            answers[package] = listed.vulnerabilities
            self._oldest = min(self._oldest, entry.stored)
        else:
            etags[package] = listed.etag

    def _cache_key(self, package: Package) -> str:
        return f"pypi:{self._key}:{package.name}:{package.version}"

    def _fetch(self, asked: tuple[Package, str | None]) -> _Listed | None:
        package, etag = asked
        url = f"{self._base}/pypi/{package.name}/{quote(str(package.version))}/json"
        return self._context.http.get(url, partial(_read, package), etag=etag)

    def _store(self, package: Package, listed: _Listed | None) -> Any:
        """Keep an answer; None means that what the cache holds is still true."""
        if listed is None:
            known = recall(self._context.cache, self._cache_key(package), _as_listed)
            if known is None:
                raise SourceError("the index said that nothing changed, and the cache lost what it was")
            listed = known[1]
        self._context.cache.put(
            self._cache_key(package), json.dumps(listed._asdict()).encode(), stored=self._context.now.timestamp()
        )
        return listed.vulnerabilities


def _as_listed(value: Any) -> _Listed:
    found = value["vulnerabilities"]
    etag = value["etag"]
    return _Listed(
        None if found is None else [_shaped(item) for item in found], etag if isinstance(etag, str) else None
    )


_TEXTS = ("id", "summary", "details", "link", "withdrawn")


def _read(package: Package, response: Response) -> _Listed | None:
    """Return what is listed, None where nothing changed; ValueError for a wrong shape or another version's answer."""
    if response.status == HTTPStatus.NOT_MODIFIED:
        return None
    if response.status == HTTPStatus.NOT_FOUND:
        return _Listed(None, None)
    answer = json.loads(response.body)
    found = answer.get("vulnerabilities") if isinstance(answer, Mapping) else None
    if not isinstance(found, list) or not all(isinstance(item, Mapping) for item in found):
        raise ValueError("no list of vulnerabilities")
    if not _is_about(package, answer.get("info")):
        raise ValueError("not the version that was asked for")
    return _Listed([_shaped(item) for item in found], response.etag)


def _is_about(package: Package, said: object) -> bool:
    """Whether an answer is about a version, as far as it says of which it is."""
    told = said if isinstance(said, Mapping) else {}
    name, version = told.get("name", package.name), told.get("version", str(package.version))
    return normalize(str(name)) == package.name and parse_version(str(version)) == package.version


def _shaped(item: Mapping[str, object]) -> dict[str, Any]:
    """Keep only what is used: an answer is mostly the project's description."""
    texts = {key: item.get(key) for key in _TEXTS}
    shaped: dict[str, Any] = {
        key: clean(text) or None if isinstance(text, str) else None for key, text in texts.items()
    }
    if shaped["id"] is None:
        raise ValueError("a vulnerability without an id")
    for key in ("aliases", "fixed_in"):
        values = item.get(key) or []
        if not isinstance(values, list):
            raise ValueError(f"{key} is no list")
        shaped[key] = [one_line(value, 100) for value in values]
    return shaped


def _advisory(package: Package, item: Mapping[str, Any]) -> Advisory:
    """The answer for one version as a record that affects this version and says nothing of others."""
    from pysentry_hook.sources.records import moment  # needed only where something is found

    return Advisory(
        id=one_line(item["id"], 100),
        source="pypi",
        aliases=tuple(item["aliases"]),
        affected=(Affected(name=package.name, versions=frozenset((str(package.version),)), ranges=()),),
        summary=one_line(item["summary"], 300),
        details=clean(item["details"]),
        published=None,
        modified=None,
        withdrawn=moment(item["withdrawn"]),
        vectors=(),
        label=None,
        references=(item["link"],) if item["link"] else (),
        cwes=(),
        stated_fixes=tuple(item["fixed_in"]),
        partial=True,
    )
