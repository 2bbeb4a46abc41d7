"""A record goes into the database file and comes back as it was."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pysentry_hook.sources.rows import row
from pysentry_hook.sources.store import Origin, Store, write_store
from tests.builders import a_record

NOW = datetime(2026, 11, 22, tzinfo=UTC)
VERSIONS = [f"1.{number}" for number in range(50)]
NOTED = {"versions": ["1"], "database_specific": {"source": "https://a.example"}}


@pytest.mark.parametrize(
    "record",
    [
        a_record(versions=VERSIONS, summary="a", severity=[], database_specific={"severity": "HIGH"}),
        {"id": "PYSEC-2099-1"},
        {"id": "PYSEC-2099-1", "affected": []},
        {"id": "PYSEC-2099-1", "affected": {"versions": ["1"]}, "details": "\ud800 é \u202e"},
        {"id": "PYSEC-2099-1", "affected": [NOTED, {"versions": ["1"]}, {}, {"package": {}, "x": 1}]},
        {"id": "PYSEC-2099-1", "affected": ["1", None, NOTED, {"versions": "1"}, 7]},
    ],
)
def test_a_record_comes_back_as_it_was(record: Mapping[str, Any]) -> None:
    made = row("osv", record)
    assert made.record() == record
    assert row("osv", made.record()) == made


def test_every_part_of_a_record_is_in_its_digest() -> None:
    noted = {"id": "PYSEC-2099-1", "affected": [NOTED]}
    others = [
        a_record(), a_record(versions=["1"]), a_record(summary="x"), a_record(more=1), a_record("PYSEC-2099-2"),
        noted, {**noted, "affected": [{**NOTED, "database_specific": {}}]},
    ]  # fmt: skip
    assert len({row("osv", other).digest for other in others}) == len(others)


@pytest.mark.parametrize(
    ("body", "rest"),
    [
        (b"7", b"{}"),
        (b"{}", b"[]"),
        (b"{", b"{}"),
        (b"{}", b"[" * 200_000),
        (b'{"affected": []}', b'{"affected": [{}]}'),
        (b'{"affected": [{}]}', b'{"affected": []}'),
    ],
)
def test_parts_that_make_no_record_are_refused(body: bytes, rest: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        row("osv", {})._replace(body=body, rest=rest).record()


def test_the_file_holds_what_sources_copy_once_and_each_record_has_it(tmp_path: Path) -> None:
    copies = {
        "pypa": a_record(versions=VERSIONS),
        "osv": a_record(versions=VERSIONS, aliases=["CVE-2099-1"], schema_version="1.7"),
        "import": a_record(versions=VERSIONS),
    }
    copies["import"]["affected"][0] |= {"database_specific": {"source": "https://a.example"}}
    rows = [row(source, record) for source, record in sorted(copies.items())]
    write_store(tmp_path / "a.db", rows, [Origin("osv", "https://a.example", None, None, NOW)], [])
    with closing(sqlite3.connect(tmp_path / "a.db")) as file:
        assert file.execute("SELECT count(*) FROM body").fetchone() == (1,)
    with Store(tmp_path / "a.db") as store:
        about = list(store.about(["requests"]))
        assert list(store.rows()) == rows
    found: dict[str, Any] = {source: record for source, _, record in about}
    assert {source: record.get("aliases") for source, record in found.items()} == {
        "pypa": [], "osv": ["CVE-2099-1"], "import": []
    }  # fmt: skip
    assert {identifier for _, identifier, _ in about} == {"PYSEC-2099-1"}
    assert len({id(record["affected"]) for record in found.values()}) == 1
