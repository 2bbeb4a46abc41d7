"""What the advisory database costs: `PYSENTRY_CORPUS=FOLDER python -m tests.benchmarks.database` tells it.

Everything is of the newer snapshot of the corpus with all samples. Commands run as processes of their own, against a
server of this machine; memory is the most that a process or a child of it had. Each figure has a peer that was measured
in the same run, because machines differ; of several rounds the fastest counts, and limits and ratios are those of
processor time, as the load of a machine only adds. Exit code 1: a limit was missed.
"""

import io
import json
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from packaging.version import Version

from pysentry_hook.cache import MemoryCache
from pysentry_hook.http import Http, Limits
from pysentry_hook.model import Package, normalize
from pysentry_hook.sources.context import Context
from pysentry_hook.sources.database import Database
from tests.e2e import corpus
from tests.upstream import Reply, Upstream

MOST_SECONDS, MOST_MEGABYTES, MOST_MILLISECONDS = 15, 200, 150
PACKAGES, CHANGED = 1_000, 20
_PROCESSES, _ROUNDS = 5, 9
_ARCHIVE = "pypa-advisory-db-2026-07.zip"
_MODULE = "tests.benchmarks.database"
_LATER = "2027-01-01T00:00:00Z"

Records = Sequence[Mapping[str, Any]]


class Cost(NamedTuple):
    """What a process cost."""

    seconds: float
    busy: float
    """Seconds of a processor."""
    megabytes: float
    said: str


def process(*words: object) -> Cost:
    """Run a module in a process of its own."""
    begin = time.perf_counter()
    with subprocess.Popen([sys.executable, "-m", *map(str, words)], stdout=subprocess.PIPE, text=True) as run:
        said = run.stdout.read() if run.stdout else ""
        _, status, used = os.wait4(run.pid, 0)
        run.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - begin
    if run.returncode not in {0, 3}:  # 3: something of a project cannot be checked by anybody
        raise SystemExit(f"{' '.join(map(str, words))} ended with {run.returncode}")
    return Cost(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, said)


def export(records: Records) -> bytes:
    """The records as OSV's bulk export has them."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for record in records:
            archive.writestr(f"{record['id']}.json", json.dumps(record))
    return file.getvalue()


def changed(archive: bytes, identifiers: set[str]) -> bytes:
    """The archive of the PyPA database with other records of these ids."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(archive)) as old,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new,
    ):
        for member in old.namelist():
            more = b"\nsummary: another\n" if Path(member).stem in identifiers else b""
            new.writestr(member, old.read(member) + more)
    return file.getvalue()


def decode(*archives: str) -> None:
    """The peer of a sync: unpack and decode every record of these archives, and nothing else."""
    for name in archives:
        with zipfile.ZipFile(name) as archive:
            for member in archive.namelist():
                if member.endswith(".json"):
                    json.loads(archive.read(member))
                elif member.endswith(".yaml"):
                    yaml.load(archive.read(member), yaml.CSafeLoader)


def syncs(folder: Path, records: Records) -> Iterator[tuple[str, Cost]]:
    """Sync from nothing, with nothing changed, with changes of the export, and with these in the archive too."""
    content = (corpus.ADVISORIES / _ARCHIVE).read_bytes()
    with Upstream(records, archive=content) as upstream:
        upstream.replies["/export/all.zip"] = Reply(200, (folder / "all.zip").read_bytes())
        sync = ("pysentry_hook", "db", "sync", folder / "a.db", *upstream.sync_options)
        yield "from nothing", process(*sync)
        yield "nothing changed", process(*sync)
        newest = [index for index, record in enumerate(records) if record["id"].startswith("PYSEC-2026")][:CHANGED]
        for index in newest:
            upstream.records[index] = {**records[index], "summary": "another", "modified": _LATER}
        yield f"{CHANGED} changed in the export", process(*sync)
        upstream.archive = changed(content, {records[index]["id"] for index in newest})
        yield f"{CHANGED} changed in the archive too", process(*sync)


def packages() -> dict[str, list[tuple[str, str]]]:
    """1,000 packages as real projects lock them, as many that no record names, and as many that one does."""
    real: dict[str, str] = {}
    for project in corpus.index():
        for entry in corpus.expected(project, corpus.MERGED)["packages"]:
            if entry["kind"] == "registry":
                real[entry["name"]] = entry["version"]
    named = {normalize(e["package"]["name"]) for r in corpus.records(corpus.MERGED) for e in r["affected"]}
    found = sorted(real.items())[:PACKAGES]
    return {
        f"of real projects, {sum(name in named for name, _ in found)} with records": found,
        "without any record": [(f"nobody-{number}", "1.0") for number in range(PACKAGES)],
        "with records each": [(name, "1.0") for name in sorted(named)[:PACKAGES]],
    }


def lookup(chosen: str, *databases: str) -> None:
    """Look packages up in this process, as a scan does: with files that the system has not in memory, and again."""
    named = json.loads(Path(chosen).read_text(encoding="utf-8"))
    asked = list(dict.fromkeys(Package(normalize(name), Version(version)) for name, version in named))
    now, http, cache = datetime.now(UTC), Http(Limits(), offline=True), MemoryCache()
    context = Context(http=http, cache=cache, now=now, fresh_for=timedelta(hours=1), url="")

    def ask() -> tuple[float, float]:
        begin = time.perf_counter(), time.process_time()
        answers = [Database(database, context).ask(asked) for database in databases]
        end = time.perf_counter(), time.process_time()
        if any(answer.failures or len(answer.answered) != len(asked) for answer in answers):
            raise SystemExit(f"{databases} did not answer")
        return (end[0] - begin[0]) * 1_000, (end[1] - begin[1]) * 1_000

    for database in databases:
        with Path(database).open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    sys.stdout.write(json.dumps([*ask(), *_least(ask() for _ in range(_ROUNDS))]))


def _least(rounds: Iterable[Sequence[float]]) -> list[float]:
    """The least of each figure."""
    return [min(figures) for figures in zip(*rounds, strict=True)]


def lookups(folder: Path) -> Iterator[tuple[str, list[float], float]]:
    """The least of several processes in milliseconds, cold and warm, each with its processor time; and the peer's."""
    archives = (folder / "all.zip", corpus.ADVISORIES / _ARCHIVE)
    for name, chosen in packages().items():
        file = folder / "packages.json"
        file.write_text(json.dumps(chosen), encoding="utf-8")
        ours = [json.loads(process(_MODULE, "lookup", file, folder / "a.db").said) for _ in range(_PROCESSES)]
        yield name, _least(ours), json.loads(process(_MODULE, "lookup", file, *archives).said)[3]


def scans(folder: Path, records: Records) -> Iterator[tuple[str, float, float]]:
    """Scans of the projects with most packages: with the database, and with answers of the services in the cache."""
    sizes = {project["project"]: len(corpus.expected(project, corpus.MERGED)["packages"]) for project in corpus.index()}
    largest = sorted(corpus.index(), key=lambda project: -sizes[project["project"]])[:3]
    projects = corpus.unpacked(folder / "projects")
    with Upstream(records, archive=(corpus.ADVISORIES / _ARCHIVE).read_bytes()) as upstream:
        for project in largest:
            inputs = corpus.inputs(project, projects / project["project"])
            common = ("pysentry_hook", "report", *inputs, "--no-resolver", "-q", "-o", folder / "report.json")
            common += ("--cache-dir", folder / "cache")
            process(*common, *upstream.options)
            ways = ((*common, "--offline", "--advisory-db", folder / "a.db"), (*common, *upstream.options))
            ours, peers = ([process(*way).seconds for _ in range(_PROCESSES)] for way in ways)
            yield f"{project['format']} with {sizes[project['project']]} packages", min(ours), min(peers)


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 (what a benchmark is run for)


def _told(cost: Cost) -> str:
    return f"{cost.seconds:.1f} s ({cost.busy:.1f} of a processor), {cost.megabytes:.0f} MB"


def main() -> None:
    """Print every figure beside its limit or its peer."""
    if not corpus.index():
        raise SystemExit("PYSENTRY_CORPUS names no corpus")
    missed = []
    records = corpus.records(corpus.MERGED)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "all.zip").write_bytes(export(records))
        peer = process(_MODULE, "decode", corpus.ADVISORIES / _ARCHIVE, folder / "all.zip")
        _say(f"db sync; wanted: below {MOST_SECONDS} s and {MOST_MEGABYTES} MB")
        _say(f"  peer: only unpack and decode every record of both archives: {_told(peer)}")
        for name, cost in syncs(folder, records):
            _say(f"  {name}: {_told(cost)} ({cost.busy / peer.busy:.1f} times the peer)")
            missed += [name] if cost.busy > MOST_SECONDS or cost.megabytes > MOST_MEGABYTES else []
        sizes = [
            file.stat().st_size / 1e6 for file in (folder / "a.db", folder / "all.zip", corpus.ADVISORIES / _ARCHIVE)
        ]
        _say(f"the file: {sizes[0]:.1f} MB; peer: both archives that it is made from, {sizes[1] + sizes[2]:.1f} MB")
        _say(
            f"{PACKAGES:,} packages looked up, with a file in no cache and again; wanted: below {MOST_MILLISECONDS} ms"
        )
        _say("  peer: both archives as they are, with what was learnt of them in the cache")
        for number, (name, (cold, first, warm, again), peers) in enumerate(lookups(folder)):
            _say(
                f"  {name}: {cold:.0f} ms ({first:.0f} of a processor), {warm:.0f} ms ({again:.0f}; "
                f"{again / peers:.2f} times the peer)"
            )
            missed += [name] if not number and max(first, again) > MOST_MILLISECONDS else []
        _say("whole scans; peer: the same with the answers of all three services in the cache")
        for name, ours, theirs in scans(folder, records):
            _say(f"  {name}: {ours:.2f} s ({ours / theirs:.2f} times the peer, {theirs:.2f} s)")
    if missed:
        raise SystemExit(f"missed: {', '.join(missed)}")


if __name__ == "__main__":
    steps: Mapping[str, Callable[..., None]] = {"decode": decode, "lookup": lookup}
    steps[sys.argv[1]](*sys.argv[2:]) if len(sys.argv) > 1 else main()
