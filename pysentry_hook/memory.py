"""What was learnt, kept between runs as a note: one for each set of inputs, sources and permissions."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from pysentry_hook import plain
from pysentry_hook.advisories import AdvisoryData, Cvss, Say, Vulnerability
from pysentry_hook.cache import Cache
from pysentry_hook.config.settings import Settings
from pysentry_hook.learnt import Asked, Judged, Learnt, Page
from pysentry_hook.model import NormalizedName, Severity
from pysentry_hook.sources.status import Known
from pysentry_hook.stamp import stamp

_DAMAGES = (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError, OverflowError, OSError)
"""What reading a note raises that is not as we write it."""


class Memory:
    """The note of one kind of scan."""

    def __init__(self, cache: Cache, settings: Settings, root: str, inputs: Iterable[str], now: datetime) -> None:
        """`inputs` are the paths, in the tree at `root`, of what is scanned."""
        places = sorted(settings.urls.items())
        asks = [settings.ask_status, settings.status_of_direct_only, settings.sources, places]
        told = [settings.mirrors, settings.private, settings.pip_indexes]
        kind = json.dumps([root, sorted(inputs), asks, told])
        self._cache = cache
        self._key = f"learnt:{stamp()}:{hashlib.sha256(kind.encode('utf-8', 'surrogatepass')).hexdigest()}"
        self._sources = frozenset(settings.sources)
        self._now = now.timestamp()
        self._fresh_for = settings.fresh_for.total_seconds()

    def recall(self) -> Learnt | None:
        """Return what was learnt of every source; None where that is not all there, or is too old."""
        note = self._cache.note(self._key)
        if note is None:
            return None
        try:
            learnt = _learnt(json.loads(note))
        except _DAMAGES:
            return None
        is_fresh = 0 <= self._now - learnt.oldest <= self._fresh_for
        return learnt if is_fresh and learnt.data.keys() == self._sources else None

    def keep(self, learnt: Learnt) -> None:
        """Keep it for the next scan of this kind."""
        self._cache.put_note(self._key, json.dumps(_note(learnt), separators=(",", ":")).encode())


def _note(learnt: Learnt) -> dict[str, Any]:
    found: dict[int, tuple[int, Vulnerability]] = {}

    def judged(each: Judged) -> tuple[int, str | None]:
        number, _ = found.setdefault(id(each.vulnerability), (len(found), each.vulnerability))
        return number, None if each.upgrade_to is None else str(each.upgrade_to)

    pages = [
        [
            name,
            [[str(version), version in page.asked.sent] for version in sorted(page.asked.versions)],
            page.asked.status,
            [[str(version), list(map(judged, all_))] for version, all_ in page.affected.items()],
            {source: {str(version): why for version, why in of.items()} for source, of in page.unknown.items()},
            page.states,
            page.damaged,
            page.status,
        ]
        for name, page in learnt.pages.items()
    ]
    return {
        "pages": pages,
        "vulnerabilities": [_row(vulnerability) for _, vulnerability in found.values()],
        "data": [[*data._replace(as_of=None), data.as_of and data.as_of.timestamp()] for data in learnt.data.values()],
        "mentioned": sorted(learnt.mentioned),
        "oldest": learnt.oldest,
    }


def _learnt(note: Any) -> Learnt:
    every = [_vulnerability(row) for row in note["vulnerabilities"]]
    data = [_data(row) for row in note["data"]]
    return Learnt(
        pages={NormalizedName(row[0]): _page(row, every) for row in note["pages"]},
        data={each.source: each for each in data},
        mentioned=frozenset(map(NormalizedName, note["mentioned"])),
        oldest=float(note["oldest"]),
    )


def _page(row: Sequence[Any], every: Sequence[Vulnerability]) -> Page:
    _, versions, asks_status, affected, unknown, states, damaged, status = row
    known = {text: plain.version(text) for text, _ in versions}
    sent = frozenset(known[text] for text, is_sent in versions if is_sent)
    return Page(
        asked=Asked(frozenset(known.values()), sent, asks_status),
        affected={
            known[text]: tuple(
                Judged(every[number], None if upgrade is None else plain.version(upgrade)) for number, upgrade in found
            )
            for text, found in affected
        },
        unknown={source: {known[text]: plain.text(why) for text, why in of.items()} for source, of in unknown.items()},
        states={source: plain.texts(lines) for source, lines in states.items()},
        damaged={source: plain.texts(ids) for source, ids in damaged.items()},
        status=None if status is None else Known(plain.text(status[0]), plain.text_or_none(status[1])),
    )


def _data(row: Sequence[Any]) -> AdvisoryData:
    source, kind, url, revision, _, _, damaged, as_of = row
    return AdvisoryData(
        source=plain.text(source),
        kind=plain.text(kind),
        url=plain.text(url),
        revision=plain.text_or_none(revision),
        as_of=None if as_of is None else datetime.fromtimestamp(as_of, UTC),
        stale=False,
        damaged_records=plain.texts(damaged),
    )


def _row(found: Vulnerability) -> list[Any]:
    return [
        found.id,
        found.aliases,
        found.severity,
        found.severity_source,
        found.cvss,
        found.malware,
        found.summary,
        found.details,
        found.published,
        found.modified,
        found.references,
        found.cwes,
        found.ranges,
        [
            [say.source, say.id, say.affected, list(map(str, say.fixed_in)), say.severity, say.withdrawn]
            for say in found.says
        ],
        list(map(str, found.fixed_in)),
    ]


def _vulnerability(row: Sequence[Any]) -> Vulnerability:
    (
        identifier, aliases, severity, severity_source, cvss, malware, summary, details, published, modified,
        references, cwes, ranges, says, fixed_in,
    ) = row  # fmt: skip
    return Vulnerability(
        id=plain.text(identifier),
        aliases=plain.texts(aliases),
        severity=_severity(severity),
        severity_source=plain.text(severity_source),
        cvss=tuple(Cvss(plain.text(version), plain.text(vector), float(score)) for version, vector, score in cvss),
        malware=bool(malware),
        summary=plain.text(summary),
        details=plain.text(details),
        published=plain.text_or_none(published),
        modified=plain.text_or_none(modified),
        references=plain.texts(references),
        cwes=plain.texts(cwes),
        ranges=plain.texts(ranges),
        says=tuple(
            Say(
                plain.text(source),
                plain.text(name),
                bool(affected),
                plain.versions(fixed),
                _severity(rated),
                plain.text_or_none(withdrawn),
            )
            for source, name, affected, fixed, rated, withdrawn in says
        ),
        fixed_in=plain.versions(fixed_in),
    )


def _severity(value: int | None) -> Severity | None:
    return None if value is None else Severity(value)
