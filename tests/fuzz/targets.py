"""What is fuzzed: all that reads what others bring, and the one error by which it may refuse it.

Sources refuse nothing: a failure is part of their answer.
"""

import json
import os
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from pysentry_hook.advisories import SourceAnswer
from pysentry_hook.cache import DiskCache
from pysentry_hook.config.templates import template
from pysentry_hook.errors import InputError, PysentryHookError, ReportError, UsageError
from pysentry_hook.inputs import READERS, Reader
from pysentry_hook.inputs.kept import Keeper
from pysentry_hook.matching import Knowledge
from pysentry_hook.memory import Memory
from pysentry_hook.model import Dependency, Unchecked
from pysentry_hook.reports import FORMATS, PLAN_FORMATS
from pysentry_hook.reports.look import Look
from pysentry_hook.reports.saved import read_report
from pysentry_hook.reports.saved_plan import read_plan
from pysentry_hook.resolvers.memory import _recalled
from pysentry_hook.sources.database import Database
from pysentry_hook.sources.osv import Osv
from pysentry_hook.sources.pypa import Pypa
from pysentry_hook.sources.pypi import Pypi
from pysentry_hook.sources.status import Statuses
from tests.builders import a_record
from tests.config.settling import QUIET, settled, settled_in
from tests.config.test_peer import DEFAULTS
from tests.config.test_schema import FULL
from tests.contracts.samples import SAMPLES, file_name
from tests.fuzz import made
from tests.inputs.reading import Files
from tests.reports.facts import REPORTS
from tests.reports.plans import PLANS

HOUSE = Path(__file__).parents[2]
DATA = HOUSE / "tests" / "data"
OUR_OWN = HOUSE / ".github" / "pysentry-hook.toml"
PACKAGE = made.PACKAGE


class Target(NamedTuple):
    """One thing that reads; `take` is given the bytes and a folder of its own."""

    take: Callable[[bytes, Path], object]
    samples: Callable[[Path], Iterable[bytes]]
    """Real files to begin with; what has to be made first is made in the folder."""
    refusal: type[PysentryHookError] | None = None
    is_text: bool = True


def _read(reader: Reader, data: bytes, _: Path) -> None:
    name = file_name(reader.format)
    found = reader.read(Files({name: data}), name)
    entries: list[Dependency | Unchecked] = [*found.dependencies, *found.unchecked]
    for entry in entries:
        found.places.location(entry.place)
        found.places.declaration(entry.node)


def _inputs(reader: Reader, _: Path) -> Iterable[bytes]:
    yield SAMPLES[reader.format].of((("idna", "3.6"), ("six", "1.16.0"))).encode()
    yield from (
        file.read_bytes() for file in sorted(DATA.rglob("*")) if file.is_file() and reader.recognises(file.name)
    )
    corpus = os.environ.get("PYSENTRY_CORPUS")
    if corpus:
        with zipfile.ZipFile(Path(corpus) / "projects.zip") as projects:
            yield from (projects.read(name) for name in projects.namelist() if reader.recognises(Path(name).name))


def _matched(answer: SourceAnswer) -> None:
    for found in Knowledge(answer.advisories).vulnerabilities(PACKAGE):
        json.dumps(found.summary + found.details + "".join(found.references)).encode()


def _record(suffix: str, data: bytes, folder: Path) -> None:
    (folder / f"PYSEC-2099-1{suffix}").write_bytes(data)
    _matched(Database(str(folder), made.context()).ask([PACKAGE]))


def _database(data: bytes, folder: Path) -> None:
    (folder / "advisories.db").write_bytes(data)
    _matched(Database(str(folder / "advisories.db"), made.context()).ask([PACKAGE]))


def _osv(data: bytes, _: Path) -> None:
    _matched(Osv(made.context(data)).ask([PACKAGE]))
    hits = b'{"results": [{"vulns": [{"id": "PYSEC-2099-1", "modified": "2099-01-01T00:00:00Z"}]}]}'
    _matched(Osv(made.context(data, querybatch=hits)).ask([PACKAGE]))


def _pypi(data: bytes, _: Path) -> None:
    _matched(Pypi(made.context(data)).ask([PACKAGE]))


def _status(data: bytes, _: Path) -> None:
    statuses = Statuses(made.context(data))
    statuses.start([PACKAGE.name])
    statuses.finish()


def _pypa(data: bytes, _: Path) -> None:
    _matched(Pypa(made.context(data)).ask([PACKAGE]))


def _note(data: bytes, folder: Path) -> None:
    cache = made.Remembers(data)
    for source in (Osv, Pypi, Pypa):
        _matched(source(made.context(b"{}", cache)).ask([PACKAGE]))
    statuses = Statuses(made.context(b"{}", cache))
    statuses.start([PACKAGE.name])
    statuses.finish()
    Memory(cache, settled(), "/", ["uv.lock"], made.NOW).recall()
    _recalled(data, folder / "uv.lock")
    found = Keeper(cache).read(READERS[0], Files({"uv.lock": made.LONG_LOCK}), "uv.lock")
    for entry in found.dependencies:
        found.places.location(entry.place)


def _cache(data: bytes, folder: Path) -> None:
    answers = folder / "cache" / "answers"
    answers.mkdir(parents=True, exist_ok=True)
    (answers / "cache.db").write_bytes(data)
    cache = DiskCache(folder / "cache", lambda _: None)
    cache.get("key")
    cache.put("other", b"data", stored=1.0)
    cache.close()


def _report(data: bytes, _: Path) -> None:
    report = read_report("report.json", data.decode("utf-8", "replace"))
    for of in FORMATS.values():
        of().render(report, Look(detailed=True)).encode()


def _plan(data: bytes, _: Path) -> None:
    plan = read_plan("plan.json", data.decode("utf-8", "replace"))
    for of in PLAN_FORMATS.values():
        of().render(plan, Look()).encode()


def _configuration(name: str, data: bytes, folder: Path) -> None:
    (folder / "base.toml").touch()
    (folder / name).write_bytes(data)
    settled_in(folder, {**QUIET, "XDG_CONFIG_HOME": os.devnull})


def _ours(prefix: str, _: Path) -> Iterable[bytes]:
    head = f"[{prefix.rstrip('.')}]\n" if prefix else ""
    for text in (FULL, OUR_OWN.read_text(encoding="utf-8")):
        yield (head + re.sub(r"(?m)^(\[+)", rf"\1{prefix}", text)).encode()
    yield template(prefix, full=True).encode()


def _records(write: Callable[[Any], str], _: Path) -> Iterable[bytes]:
    yield write(a_record(fixed="2.31", versions=["2.30.0"], aliases=["CVE-2099-1"])).encode()
    yield write(made.A_WHOLE_RECORD).encode()
    for file in islice(sorted((HOUSE / "examples").rglob("*.json")), 5):
        yield write(json.loads(file.read_bytes())).encode()


_REPORT_FORM = FORMATS["json"]()
_PLAN_FORM = PLAN_FORMATS["json"]()

TARGETS: Mapping[str, Target] = {
    **{each.format: Target(partial(_read, each), partial(_inputs, each), InputError) for each in READERS},
    "record.json": Target(partial(_record, ".json"), partial(_records, json.dumps)),
    "record.yaml": Target(partial(_record, ".yaml"), partial(_records, yaml.safe_dump)),
    "osv": Target(_osv, lambda folder: [*made.osv_answers(), *_records(json.dumps, folder)]),
    "pypi": Target(_pypi, lambda _: made.pypi_answers()),
    "status": Target(_status, lambda _: made.status_pages()),
    "archive": Target(_pypa, made.archives, is_text=False),
    "database": Target(_database, made.databases, is_text=False),
    "note": Target(_note, made.notes),
    "cache": Target(_cache, made.caches, is_text=False),
    "report": Target(
        _report, lambda _: [_REPORT_FORM.render(each, Look()).encode() for each in REPORTS.values()], ReportError
    ),
    "plan": Target(_plan, lambda _: [_PLAN_FORM.render(each, Look()).encode() for each in PLANS.values()], ReportError),
    ".pysentry-hook.toml": Target(partial(_configuration, ".pysentry-hook.toml"), partial(_ours, ""), UsageError),
    "tool.pysentry-hook": Target(
        partial(_configuration, "pyproject.toml"), partial(_ours, "tool.pysentry-hook."), UsageError
    ),
    ".pysentry.toml": Target(partial(_configuration, ".pysentry.toml"), lambda _: [DEFAULTS.encode()], UsageError),
}
