"""Ask the OSV service, https://google.github.io/osv.dev/api/: ids by version, then whole records."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pysentry_hook.advisories import Advisory, AdvisoryData, SourceAnswer
from pysentry_hook.errors import SourceError
from pysentry_hook.http import Response
from pysentry_hook.model import Package, public
from pysentry_hook.sources.context import Context, aged, failures, recall, revision
from pysentry_hook.sources.records import DamagedRecordError, load_json, parse, silent
from pysentry_hook.text import one_line, some, without_credentials

if TYPE_CHECKING:
    from concurrent.futures import Future

BATCH = 1_000
_MAX_PAGES = 200
_NAMED = 3
_SILENT = "the record says of no version that it is affected"

Hit = tuple[str, str]
"""(id, modified): how the service names one state of a record."""
Hits = frozenset[Hit]


class Osv:
    """The OSV API as a source; its own version matching is only a preselection."""

    def __init__(self, context: Context) -> None:
        self._context = context
        base = context.url.rstrip("/")
        self._base = base.removesuffix("/v1")
        self._key = hashlib.sha256(self._base.encode()).hexdigest()[:16]
        self._oldest = context.now.timestamp()

    def ask(self, packages: Sequence[Package]) -> SourceAnswer:
        """Return the records about these versions; a package with any missing record is not answered."""
        hits, failed, old = self._hits(packages)
        records, broken = self._records({hit for found in hits.values() for hit in found})
        advisories, damaged, unusable = _parse_all(records)
        broken |= unusable
        told = _with_ids(broken)
        mute = {hit: silent(record) for hit, record in records.items()}
        for package, found in hits.items():
            causes = {told[broken[hit]] for hit in found if hit in broken}
            causes |= {f"{_SILENT} for {hit[0]}" for hit in found if package.name in mute.get(hit, ())}
            if causes:
                failed[package] = min(causes)
        states = {
            package: tuple(f"{name} {modified}" for name, modified in found if (name, modified) in records)
            for package, found in hits.items()
        }
        return SourceAnswer(
            data=AdvisoryData(
                source="osv",
                kind="api",
                url=without_credentials(self._base),
                revision=revision(states.values()),
                as_of=self._context.as_of(self._oldest) if hits else None,
                stale=self._context.is_stale(self._oldest),
                damaged_records=damaged,
            ),
            advisories=advisories,
            answered=frozenset(packages) - failed.keys(),
            unknown={},
            failures=failures("osv", {**old, **failed}),
            states=states,
            unsettled=frozenset(
                package
                for package, found in hits.items()
                if any(hit in records and not _is_that_state(records[hit], hit) for hit in found)
            ),
        )

    def _hits(self, packages: Sequence[Package]) -> tuple[dict[Package, Hits], dict[Package, str], dict[Package, str]]:
        """What is known of each version, why not everything is known of some, and why it is old of others.

        The service holds a local version for later than that which it is made of: both are asked about.
        """
        forms = {package: (package, package._replace(version=public(package.version))) for package in packages}
        found, failed, old = self._each(list(dict.fromkeys(form for of in forms.values() for form in of)))
        hits = {
            package: frozenset[Hit]().union(*(found[form] for form in of if form in found))
            for package, of in forms.items()
            if not found.keys().isdisjoint(of)
        }
        return hits, _of_any(forms, failed), _of_any(forms, old)

    def _each(self, packages: Sequence[Package]) -> tuple[dict[Package, Hits], dict[Package, str], dict[Package, str]]:
        """The same of every single version that is asked about."""
        found: dict[Package, Hits] = {}
        older: dict[Package, tuple[float, Hits]] = {}
        for package in packages:
            known = recall(self._context.cache, self._query_key(package), _as_hits)
            if known and self._context.may_use(known[0]):
                found[package] = known[1]
                self._oldest = min(self._oldest, known[0].stored)
            elif known:
                older[package] = known[0].stored, known[1]
        missing = [package for package in packages if package not in found]
        chunks = [missing[start : start + BATCH] for start in range(0, len(missing), BATCH)]
        failed: dict[Package, str] = {}
        asked = self._context.http.map(self._query, chunks, turn="first") if chunks else ()
        for future in asked:
            answers, causes = future.result()
            failed |= causes
            for package, found_here in answers.items():
                found[package] = found_here
                data = json.dumps(sorted(found_here)).encode()
                self._context.cache.put(self._query_key(package), data, stored=self._context.now.timestamp())
        old = {package: aged(failed.pop(package)) for package in older.keys() & failed.keys()}
        for package in old:
            stored, found[package] = older[package]
            self._oldest = min(self._oldest, stored)
        return found, failed, old

    def _query_key(self, package: Package) -> str:
        return f"osv:{self._key}:{package.name}:{package.version}"

    def _query(self, chunk: Sequence[Package]) -> tuple[dict[Package, Hits], dict[Package, str]]:
        """Ask about one batch and follow every page; return complete answers, and why others lack."""
        failed: dict[Package, str] = {}
        collected: dict[Package, set[Hit]] = {package: set() for package in chunk}
        waiting: list[tuple[Package, str | None]] = [(package, None) for package in chunk]
        done: dict[Package, Hits] = {}
        for _ in range(_MAX_PAGES):
            queries = [_query_of(package, token) for package, token in waiting]

            def read(response: Response, count: int = len(queries)) -> list[tuple[set[Hit], str | None]]:
                return _results(response, count)

            try:
                url, payload = f"{self._base}/v1/querybatch", json.dumps({"queries": queries}).encode()
                told = ", ".join(str(package) for package, _ in waiting)
                results = self._context.http.post(url, payload, read, told=told)
            except SourceError as error:
                return done, failed | dict.fromkeys((package for package, _ in waiting), str(error))
            following: list[tuple[Package, str | None]] = []
            for (package, token), (found, following_token) in zip(waiting, results, strict=True):
                collected[package] |= found
                if following_token is None:
                    done[package] = frozenset(collected[package])
                elif following_token == token:
                    failed[package] = "a page of the answer leads to itself"
                else:
                    following.append((package, following_token))
            waiting = following
            if not waiting:
                break
        endless = f"the answer does not end after {_MAX_PAGES} pages"
        return done, failed | dict.fromkeys((package for package, _ in waiting), endless)

    def _records(self, hits: Iterable[Hit]) -> tuple[dict[Hit, Mapping[str, object]], dict[Hit, str]]:
        records: dict[Hit, Mapping[str, object]] = {}
        missing: list[Hit] = []
        for hit in sorted(hits):
            known = recall(self._context.cache, self._record_key(hit), partial(_that, hit))
            if known:
                records[hit] = known[1]
            else:
                missing.append(hit)
        broken: dict[Hit, str] = {}
        waiting: list[tuple[Hit, Future[Mapping[str, object]]]] = []
        if missing:
            waiting = list(zip(missing, self._context.http.map(self._record, missing), strict=True))
        for hit, future in waiting:
            try:
                record = records[hit] = future.result()
            except SourceError as error:
                broken[hit] = str(error)
                continue
            if _is_that_state(record, hit):
                data = json.dumps(record).encode()
                self._context.cache.put(self._record_key(hit), data, stored=self._context.now.timestamp())
        return records, broken

    def _record_key(self, hit: Hit) -> str:
        return f"osv-record:{self._key}:{hit[0]}:{hit[1]}"

    def _record(self, hit: Hit) -> Mapping[str, object]:
        def read(response: Response) -> Mapping[str, object]:
            if response.status != HTTPStatus.OK:
                raise SourceError(f"HTTP {response.status}")
            return _that(hit, load_json(response.body))

        return self._context.http.get(f"{self._base}/v1/vulns/{quote(hit[0], safe='')}", read)


def _of_any(forms: Mapping[Package, Sequence[Package]], told: Mapping[Package, str]) -> dict[Package, str]:
    """What is told of each package, or of another form of it."""
    return {package: told[form] for package, of in forms.items() for form in of if form in told}


def _as_hits(value: Any) -> Hits:
    return frozenset((str(name), str(modified)) for name, modified in value)


def _with_ids(broken: Mapping[Hit, str]) -> dict[str, str]:
    """Each cause, followed by some of the records that it kept from us."""
    ids: dict[str, list[str]] = {}
    for hit, cause in sorted(broken.items()):
        ids.setdefault(cause, []).append(hit[0])
    return {cause: f"{cause} for {some(of, _NAMED)}" for cause, of in ids.items()}


def _that(hit: Hit, record: object) -> Mapping[str, object]:
    if not isinstance(record, Mapping) or record.get("id") != hit[0]:
        raise ValueError("not the record that was asked for")
    return record


def _is_that_state(record: Mapping[str, object], hit: Hit) -> bool:
    """Whether a record is at least as new as was announced, to the second; an older one must be asked for again."""
    to_the_second = slice(len("2099-01-01T00:00:00"))
    return bool(hit[1]) and str(record.get("modified"))[to_the_second] >= hit[1][to_the_second]


def _query_of(package: Package, token: str | None) -> dict[str, object]:
    query: dict[str, object] = {
        "package": {"name": package.name, "ecosystem": "PyPI"},
        "version": str(package.version),
    }
    return query | ({"page_token": token} if token else {})


def _results(response: Response, count: int) -> list[tuple[set[Hit], str | None]]:
    """Check the shape of a batch answer; ValueError where it is not what was asked for."""
    if response.status != HTTPStatus.OK:
        raise SourceError(f"HTTP {response.status}")
    answer = json.loads(response.body)
    results = answer.get("results") if isinstance(answer, Mapping) else None
    if not isinstance(results, list) or len(results) != count:
        raise ValueError("not one result for each query")
    return [_result(result) for result in results]


def _result(result: object) -> tuple[set[Hit], str | None]:
    if not isinstance(result, Mapping):
        raise ValueError("a result that is no object")
    vulns = result.get("vulns") or []
    token = result.get("next_page_token") or None
    if not isinstance(vulns, list) or not isinstance(token, str | None):
        raise ValueError("a result of the wrong shape")
    found = set()
    for vuln in vulns:
        if not isinstance(vuln, Mapping) or not isinstance(vuln.get("id"), str):
            raise ValueError("a result without an id")
        found.add((one_line(vuln["id"]), one_line(vuln.get("modified"))))
    return found, token


def _parse_all(
    records: Mapping[Hit, object],
) -> tuple[tuple[Advisory, ...], tuple[str, ...], dict[Hit, str]]:
    """Return the advisories, the ids of damaged records, and why some cannot be used at all."""
    advisories, damaged, unusable = [], [], {}
    for hit, record in sorted(records.items(), key=lambda item: item[0]):
        try:
            advisory = parse(record, "osv")
        except DamagedRecordError as error:
            damaged.append(hit[0])
            unusable[hit] = f"the record {error}"
            continue
        advisories.append(advisory)
        if advisory.damage:
            damaged.append(advisory.id)
    return tuple(advisories), tuple(sorted(set(damaged))), unusable
