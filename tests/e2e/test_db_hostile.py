"""A database that is damaged, or that somebody made up, is one line and exit 2 or 3, never a bug and never clean."""

import json
import sqlite3
import zlib
from contextlib import closing
from pathlib import Path

import pytest

from tests.builders import a_folder_of_records, a_record
from tests.conftest import Run
from tests.upstream import Upstream

pytestmark = pytest.mark.unmeasured  # other tests measure what these run


@pytest.fixture
def database(run: Run, tmp_path: Path) -> Path:
    """A database of one record of two sources, and a project that it is about."""
    (tmp_path / "requirements.txt").write_text("requests==2.30.0\n", encoding="utf-8")
    with Upstream([a_record(fixed="2.31", versions=["2.30.0"])]) as upstream:
        run("db", "sync", tmp_path / "a.db", *upstream.sync_options)
    return tmp_path / "a.db"


def change(database: Path, sql: str, *values: object) -> None:
    with closing(sqlite3.connect(database)) as file:
        file.execute(sql, values)
        file.commit()


def planted(table: str, text: bytes) -> tuple[str, bytes]:
    """The statement that plants a part of a record, and it as it is stored there."""
    return {
        "record": ("UPDATE record SET data = ?", text),
        "body": ("UPDATE body SET data = ?", zlib.compress(text)),
    }[table]


DEEP = b"[" * 200_000
NESTED = b'{"id": "PYSEC-2099-1", "summary": ' + b"[" * 150 + b"]" * 150 + b"}"
HUGE = b'{"id": "PYSEC-2099-1", "summary": "' + b" " * 8_500_000 + b'"}'


@pytest.mark.parametrize("data", [DEEP, NESTED, HUGE, b"{", b"7", b"[]"], ids=lambda data: repr(data[:9]))
@pytest.mark.parametrize("table", ["record", "body"])
def test_a_record_that_is_none_is_damage(run: Run, database: Path, table: str, data: bytes) -> None:
    change(database, *planted(table, data))
    _is_damaged(run, database)


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM body",
        "UPDATE body SET data = 7",
        "UPDATE body SET data = 'text'",
        "UPDATE body SET data = substr(data, 1, 9)",
        "UPDATE record SET data = 7",
        "UPDATE record SET body = 'x'",
    ],
)
def test_a_part_that_is_no_part_is_damage(run: Run, database: Path, sql: str) -> None:
    change(database, sql)
    _is_damaged(run, database)


def _is_damaged(run: Run, database: Path) -> None:
    scanned = run("--advisory-db", database, "--offline", cwd=database.parent)
    assert (scanned.returncode, "is damaged" in scanned.stdout) == (3, True), scanned.stderr
    assert run("db", "verify", database).returncode == 2
    assert run("db", "import", database, "--to", "b.db").returncode == 2


@pytest.mark.parametrize(
    ("table", "data", "code"),
    [
        ("record", b"{}", 3),  # has no id
        ("record", b'{"id": "PYSEC-2099-1", "affected": [1, 2, 3]}', 1),  # has notes on what is not there
        ("body", b'{"affected": "x"}', 0),  # names nobody
    ],
)
def test_what_is_not_what_its_digest_says_is_told(run: Run, database: Path, table: str, data: bytes, code: int) -> None:
    change(database, *planted(table, data))
    assert run("--advisory-db", database, "--offline", cwd=database.parent).returncode == code
    assert "is not what its digest says" in run("db", "verify", database).stderr


def test_a_sync_loads_anew_what_cannot_be_read(run: Run, database: Path) -> None:
    change(database, "UPDATE record SET data = ? WHERE source = 'osv'", DEEP)
    with Upstream([a_record(fixed="2.31", versions=["2.30.0"])]) as upstream:
        change(database, "UPDATE about SET value = ? WHERE key = 'origins'", _origins(upstream))
        done = run("db", "sync", database, *upstream.sync_options)
    assert (done.returncode, run("db", "verify", database).returncode) == (0, 0), done.stderr


def _origins(upstream: Upstream) -> str:
    urls = {"pypa": upstream.url_of("pypa"), "osv": f"{upstream.url}/export"}
    told = {"etag": None, "newest": "2099-01-02T00:00:00Z", "as_of": "2026-11-22T00:00:00+00:00"}
    return json.dumps([{"source": source, "url": url, **told} for source, url in urls.items()])


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("origins", "[1]"),
        ("origins", "7"),
        ("origins", "{"),
        ("origins", "[" * 200_000),
        ("origins", '[{"source": "osv"}]'),
        ("origins", '[{"source": "osv", "url": "", "etag": null, "newest": null, "as_of": "yesterday"}]'),
        ("origins", '[{"source": "osv", "url": "", "etag": null, "newest": null, "as_of": "2026-11-22"}]'),
        ("damaged", "7"),
        ("damaged", "x"),
    ],
)
def test_what_makes_no_sense_of_the_whole_is_damage(run: Run, database: Path, key: str, value: str) -> None:
    change(database, "UPDATE about SET value = ? WHERE key = ?", value, key)
    said = f"is damaged: what it tells as {key} makes no sense"
    for words in (["status"], ["verify"], ["sync", "--service-url=pypa=http://127.0.0.1:9/"]):
        done = run("db", words[0], database, *words[1:])
        assert (done.returncode, said in done.stderr) == (2, True), done.stderr
    scanned = run("--advisory-db", database, "--offline", cwd=database.parent)
    assert (scanned.returncode, said in scanned.stdout) == (3, True)


def test_what_it_says_of_itself_is_one_clean_line(run: Run, database: Path) -> None:
    hostile = "\x1b[31m\n::error::forged"
    told = {"source": hostile, "url": hostile, "etag": 5, "newest": [], "as_of": "2026-11-22T00:00:00+00:00"}
    change(database, "UPDATE about SET value = ? WHERE key = 'revision'", hostile)
    change(database, "UPDATE about SET value = ? WHERE key = 'origins'", json.dumps([told]))
    change(database, "UPDATE about SET value = ? WHERE key = 'damaged'", json.dumps([hostile]))
    said = run("db", "status", database).stdout
    assert "forged" in said
    assert not [line for line in said.splitlines() if line.startswith("::")]
    assert "\x1b" not in run("report", "--advisory-db", database, "-f", "json", cwd=database.parent).stdout


def test_a_database_that_keeps_a_record_without_an_id_is_whole(run: Run, tmp_path: Path) -> None:
    nameless = {key: value for key, value in a_record().items() if key != "id"}
    folder = a_folder_of_records(tmp_path / "records", a_record("GHSA-aaaa-bbbb-cccc", "idna"))
    (folder / "GHSA-dddd-eeee-ffff.json").write_text(json.dumps(nameless), encoding="utf-8")
    assert run("db", "import", folder, "--to", "a.db").returncode == 0
    assert "1 record could not be read: import:GHSA-dddd-eeee-ffff" in run("db", "status", "a.db").stdout
    done = run("db", "verify", "a.db")
    assert (done.returncode, done.stderr) == (0, "")
    assert run("db", "import", "a.db", "--to", "b.db").returncode == 0
