"""Every fault of what `db sync` and `db import` load is told with its cause, and takes nothing from the database.

The table is made of the endpoints below and of the faults of faults.py; test_fault_table.py is that of a scan.
"""

import hashlib
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

import pytest

from tests.builders import a_record
from tests.conftest import Run
from tests.doors import Door
from tests.e2e.faults import (
    CLOSED,
    DEADLINE,
    HEALING,
    MARGIN,
    OPENING,
    SETTINGS,
    TRUSTING,
    Done,
    Endpoint,
    during,
    rows_of,
    says,
)
from tests.upstream import Fault, Reply, Upstream

pytestmark = pytest.mark.unmeasured

OLD = [a_record("PYSEC-2099-1", fixed="2.31"), a_record("GHSA-aaaa-bbbb-cccc", "idna", fixed="3.7")]
NEW = a_record("PYSEC-2099-2", "flask", fixed="9") | {"modified": "2099-02-01T00:00:00Z"}
WITHOUT = {"pypa": "(osv 3, pypa 2)", "osv": "(osv 2, pypa 3)"}
"""By who failed, the records that are in the database nevertheless: its old ones, and the other's new ones."""
NO_ZIP = "zip archive"
NO_DATABASE = "zip archive|malformed|damaged"
Deed = Literal["sync", "later sync", "import", "signed import"]
FILES: Mapping[Deed, str] = {"import": "records.db", "signed import": "signed.db"}
"""What is imported: a database without a digest beside it, and one with."""


@dataclass(frozen=True)
class Load(Endpoint):
    """What a command loads."""

    deed: Deed = "sync"


LOADS = [
    Load("export", "/export/all.zip", "osv", NO_ZIP, ["file"]),
    Load("pypa", "/pypa.zip", "pypa", NO_ZIP, ["file"], ["304"], "later sync"),
    Load("list", "/export/modified_id.csv", "osv", "list of changes", ["lines"], ["304", "empty"], "later sync"),
    Load("record", "/export/PYSEC-2099-2.json", "osv", "a broken answer", deed="later sync"),
    Load("database", "/records.db", "records.db", NO_DATABASE, ["file"], deed="import"),
    Load("digest", "/signed.db.sha256", "the .sha256 beside it", "holds no", ["lines"], ["404"], "signed import"),
]


class Made(NamedTuple):
    """What healthy commands made."""

    before: bytes
    """The database of the old records, which is there before a later sync, and which is imported."""
    whole: bytes
    """The database of all records, which is there before an import."""
    revisions: Mapping[Deed, str]


class Files(NamedTuple):
    """A database, and the commands that make it."""

    run: Run
    path: Path
    upstream: Upstream

    def make(self, deed: Deed, *words: str, at: str | None = None, env: Mapping[str, str] | None = None) -> Done:
        """Sync or import in time, from an address; `words` are further options."""
        options: list[object] = [self.path, *self.upstream.sync_options]
        if deed in FILES:
            options = [f"{at or self.upstream.url}/{FILES[deed]}", "--to", self.path]
        started = time.monotonic()
        done = self.run("db", deed.split()[-1], *options, *words, env={**SETTINGS, **(env or {})})
        assert time.monotonic() - started < DEADLINE + MARGIN
        assert "Traceback" not in done.stderr
        return done

    def revision(self, deed: Deed, *words: str, at: str | None = None, env: Mapping[str, str] | None = None) -> str:
        """The revision that a healthy command makes."""
        done = self.make(deed, *words, at=at, env=env)
        assert done.returncode == 0
        assert "error" not in done.stderr
        return done.stdout.rpartition("sha256:")[2]

    def begin(self, deed: Deed, made: Made) -> bytes | None:
        """Put there what is there before a command."""
        there = {"sync": None, "later sync": made.before}.get(deed, made.whole)
        if there is not None:
            self.path.write_bytes(there)
        return there

    def tells(self, done: Done, deed: Deed, source: str, cause: str, there: bytes | None) -> None:
        """Check that a source is told to have failed, and that the database has all that it had."""
        assert done.returncode == (2 if deed in FILES else 3)
        (said,) = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
        assert says(said, f"^error: .*{source}.* ({cause})")
        if deed == "later sync":
            assert says(done.stderr, f"^{source}: kept as of ")
            assert WITHOUT[source] in done.stdout
            return
        assert (self.path.read_bytes() if self.path.exists() else None) == there
        assert len(list(self.path.parent.iterdir())) == (there is not None), "nor is anything beside it"
        rest = [line for line in done.stderr.splitlines() if line != said]
        as_before = "" if there is None else f": {self.path} is as it was"
        nothing = f"Nothing was written{as_before}. Run it again when both can be asked."
        assert rest == ([nothing] if deed == "sync" else [])


@pytest.fixture(scope="module")
def upstream() -> Iterator[Upstream]:
    """The archive and the export, a database with a digest and one without, for all tests of the table."""
    with Upstream() as serving:
        yield serving


@pytest.fixture(scope="module")
def memory() -> list[Made]:
    """What healthy commands made, once."""
    return []


@pytest.fixture
def files(run: Run, tmp_path: Path, upstream: Upstream) -> Files:
    """A database that is not there yet, and services that fail in no way."""
    (tmp_path / "work").mkdir()
    upstream.fail()
    return Files(run, tmp_path / "work" / "a.db", upstream)


@pytest.fixture
def made(files: Files, tmp_path: Path, memory: list[Made]) -> Made:
    """What healthy commands make."""
    if not memory:
        before, whole = (files._replace(path=tmp_path / name) for name in ("before", "whole"))
        files.upstream.records = list(OLD)
        old = before.revision("sync")
        files.upstream.records.append(NEW)
        new = whole.revision("sync")
        data = before.path.read_bytes()
        digest = f"{hashlib.sha256(data).hexdigest()}  signed.db\n".encode()
        files.upstream.replies |= {
            "/records.db": Reply(200, data),
            "/signed.db": Reply(200, data),
            "/signed.db.sha256": Reply(200, digest),
        }
        revisions: Mapping[Deed, str] = {"sync": new, "later sync": new, "import": old, "signed import": old}
        memory.append(Made(data, whole.path.read_bytes(), revisions))
    return memory[0]


@pytest.mark.parametrize("load", LOADS, ids=lambda load: load.name)
def test_every_fault_is_told_and_takes_nothing_away(load: Load, files: Files, made: Made) -> None:
    """All with one database: what one fault took from it the next one would not find."""
    there = files.begin(load.deed, made)
    for name, row in rows_of(load).items():
        with during(name):
            files.upstream.fail(row.at(load.path))
            broken = files.make(load.deed, env=row.settings)
            files.tells(broken, load.deed, load.source, row.said or load.broken, there)

    files.upstream.fail()
    assert files.revision(load.deed) == made.revisions[load.deed]


@pytest.mark.parametrize("source", ["pypa", "osv", "records.db"])
def test_whom_no_connection_reaches_is_told_and_takes_nothing_away(source: str, files: Files, made: Made) -> None:
    deed: Deed = "import" if source == "records.db" else "later sync"
    for manner, (cause, settings) in CLOSED.items():
        with during(manner), Door(files.upstream, manner) as door:
            there = files.begin(deed, made)
            known = {"pypa": f"pypa={door.url}/pypa.zip", "osv": f"osv-export={door.url}/export"}
            words = ["--service-url", known[source]] if source in known else []
            files.tells(files.make(deed, *words, at=door.url, env=settings), deed, source, cause, there)
            if manner in OPENING:
                door.open()
                assert files.revision(deed, *words, at=door.url, env=TRUSTING) == made.revisions[deed]


@pytest.mark.parametrize("name", HEALING)
@pytest.mark.parametrize("deed", ["sync", "later sync", "signed import"])
def test_what_heals_with_the_second_try_is_not_seen(deed: Deed, name: str, files: Files, made: Made) -> None:
    files.begin(deed, made)
    files.upstream.forget()
    paths = [load.path for load in LOADS if load.deed == deed]
    files.upstream.fail(*(Fault(path, exactly=True, first=1, **HEALING[name]) for path in paths))
    assert files.revision(deed) == made.revisions[deed]
    assert all(len(files.upstream.asked(path)) == 2 for path in paths), "each failed, and was asked again"


def test_a_digest_that_is_not_there_is_none(files: Files, made: Made) -> None:
    files.upstream.fail(Fault("/signed.db.sha256", status=404))
    assert files.revision("signed import") == made.revisions["signed import"]
