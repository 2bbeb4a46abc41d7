"""Folders, zips and files of records as a database: what is read of them, and what is said where it cannot be."""

import json
import os
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pysentry_hook.cache import Cache, MemoryCache
from pysentry_hook.http import Http, Limits
from pysentry_hook.sources.context import Context
from pysentry_hook.sources.database import Database
from pysentry_hook.syncing import imported
from tests.builders import a_folder_of_records, a_package, a_record, a_zip
from tests.sources.test_archive import PYPA, YAML, zipped
from tests.sources.test_pinned import Moment, written_at

COPIED = datetime(2050, 1, 2, 3, 4, 5, tzinfo=UTC)


def a_database(path: Path, cache: Cache | None = None) -> Database:
    """A database that nobody else looks into."""
    context = Context(
        http=Http(Limits(), offline=True),
        cache=cache or MemoryCache(),
        now=datetime(2099, 3, 1, tzinfo=UTC),
        fresh_for=timedelta(hours=1),
        url="",
    )
    return Database(str(path), context)


def test_a_folder_of_json_and_yaml_records_is_a_database(tmp_path: Path) -> None:
    folder = a_folder_of_records(tmp_path / "db", a_record("GHSA-1"), a_record("GHSA-2", "flask"))
    (folder / "below").mkdir()
    (folder / "below" / "PYSEC-2099-1.yaml").write_text(YAML)
    (folder / "broken.json").write_text("{")
    (folder / "other.json").write_text('["no record"]')
    (folder / "notes.txt").write_text("no record")
    answer = a_database(folder).ask([a_package()])
    assert [advisory.id for advisory in answer.advisories] == ["GHSA-1", "PYSEC-2099-1"]
    assert answer.data.damaged_records == ("broken",)
    assert answer.answered == {a_package()}


def test_a_record_too_large_for_a_record_is_damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pysentry_hook.sources.database.MAX_RECORD_BYTES", 100)
    answer = a_database(a_folder_of_records(tmp_path / "db", a_record())).ask([a_package()])
    assert answer.data.damaged_records == ("PYSEC-2099-1",)


def test_a_folder_with_too_many_files_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pysentry_hook.sources.database.MAX_FILES", 1)
    folder = a_folder_of_records(tmp_path / "db", a_record("GHSA-1"), a_record("GHSA-2"))
    answer = a_database(folder).ask([a_package()])
    assert not answer.answered
    assert "holds more than 1 files (every package)" in answer.failures[0].detail


def test_the_revision_of_a_folder_changes_with_any_record(tmp_path: Path) -> None:
    folder = a_folder_of_records(tmp_path / "db", a_record())
    before = a_database(folder).ask([]).data.revision
    a_folder_of_records(folder, a_record(fixed="3"))
    assert a_database(folder).ask([]).data.revision != before


@pytest.mark.parametrize("members", [{PYPA: YAML}, {"PYSEC-2099-1.json": json.dumps(a_record())}])
def test_a_zip_of_either_layout_is_a_database(members: dict[str, str], tmp_path: Path) -> None:
    answer = a_database(a_zip(tmp_path / "db.zip", members)).ask([a_package()])
    assert [advisory.id for advisory in answer.advisories] == ["PYSEC-2099-1"]
    assert answer.data.kind == "database"


@pytest.mark.parametrize("content", [b"", b"no zip", zipped({"a.txt": "x"})])
def test_a_database_that_cannot_be_read_is_a_failure_that_names_it(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "db.zip").write_bytes(content)
    answer = a_database(tmp_path / "db.zip").ask([a_package()])
    assert not answer.answered
    assert answer.failures[0].detail.startswith(f"{tmp_path / 'db.zip'}: ")


def test_a_database_that_is_gone_or_empty_is_a_failure(tmp_path: Path) -> None:
    gone = a_database(tmp_path / "gone").ask([a_package()])
    assert "No such file" in gone.failures[0].detail
    empty = a_database(tmp_path).ask([a_package()])
    assert "holds no advisory records" in empty.failures[0].detail


def test_a_folder_of_other_documents_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"id": "x", "name": "y"}')
    answer = a_database(tmp_path).ask([a_package()])
    assert "holds no advisory records" in answer.failures[0].detail
    assert not answer.answered


UNUSABLE = {"id": "$(id)", "affected": [{"package": {"name": "requests", "ecosystem": "PyPI"}, "versions": ["2.30.0"]}]}


@pytest.mark.parametrize("where", ["folder", "zip", "database"])
def test_a_package_that_an_unusable_record_names_is_not_answered_for(tmp_path: Path, where: str) -> None:
    """What the record says of it is not known, which is no reason to call it clean."""
    path = a_folder_of_records(tmp_path / "db", a_record("GHSA-1", "flask"))
    (path / "odd.json").write_text(json.dumps(UNUSABLE), encoding="utf-8")
    if where == "zip":
        path = a_zip(tmp_path / "db.zip", {file.name: file.read_bytes() for file in path.iterdir()})
    if where == "database":
        imported(path, tmp_path / "db.sqlite", datetime(2099, 3, 1, tzinfo=UTC))
        path = tmp_path / "db.sqlite"
    answer = a_database(path).ask([a_package(), a_package("flask")])
    assert "odd" in answer.data.damaged_records or "import:odd" in answer.data.damaged_records
    assert answer.answered == {a_package("flask")}
    (failure,) = answer.failures
    assert "has no usable id" in failure.detail
    assert "requests 2.30.0" in failure.detail


@pytest.mark.parametrize("where", ["folder", "zip", "database"])
def test_a_package_in_whose_folder_a_record_cannot_be_read_is_not_answered_for(tmp_path: Path, where: str) -> None:
    """The folder tells whom the record is about, and nothing else does."""
    path = a_folder_in_the_layout_of_pypa(tmp_path / "db")
    if where == "zip":
        path = a_zip(
            tmp_path / "db.zip", {str(file.relative_to(path)): file.read_bytes() for file in path.rglob("*.*")}
        )
    if where == "database":
        imported(path, tmp_path / "db.sqlite", datetime(2099, 3, 1, tzinfo=UTC))
        path = tmp_path / "db.sqlite"
    answer = a_database(path).ask([a_package(), a_package("flask"), a_package("idna")])
    assert answer.answered == {a_package("idna")}
    told = {"flask": "PYSEC-2099-2", "requests": "PYSEC-2099-1"}
    named = [f"import:{name}/{record}" if where == "database" else record for name, record in told.items()]
    assert sorted(answer.data.damaged_records) == sorted(named)
    for name, record in zip(told, named, strict=True):
        assert any(f"the record {record} " in each.detail and f"({name} " in each.detail for each in answer.failures)


def a_folder_in_the_layout_of_pypa(folder: Path) -> Path:
    """One record that can be read, one that is no YAML, and one that is a text."""
    below = {"requests/PYSEC-2099-1": "id: [", "flask/PYSEC-2099-2": "no record", "idna/PYSEC-2099-3": YAML}
    for name, content in below.items():
        file = folder / "vulns" / f"{name}.yaml"
        file.parent.mkdir(parents=True)
        file.write_text(content, encoding="utf-8")
    return folder


def copied(path: Path, moment: datetime = COPIED) -> Path:
    os.utime(path, (moment.timestamp(), moment.timestamp()))
    return path


@pytest.mark.parametrize(
    ("moments", "as_of"),
    [
        ([(2049, 2, 27, 10, 30, 2), (2048, 1, 1, 0, 0, 0)], datetime(2049, 2, 27, 10, 30, 2, tzinfo=UTC)),
        ([(1980, 1, 1, 0, 0, 0)], COPIED),
        ([(2051, 1, 1, 0, 0, 0)], COPIED),
    ],
    ids=["of its newest record", "without a date", "newer than its file"],
)
def test_a_zip_is_as_old_as_its_newest_record_whenever_it_was_copied(
    moments: list[Moment], as_of: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "db.zip").write_bytes(written_at(*moments))
    path, cache = copied(tmp_path / "db.zip"), MemoryCache()
    assert a_database(path, cache).ask([a_package()]).data.as_of == as_of
    monkeypatch.delattr(zipfile, "ZipFile")  # who knows the zip does not open it
    again = a_database(path, cache).ask([a_package()])
    assert again.data.as_of == as_of
    assert again.answered


@pytest.mark.parametrize(
    ("modified", "as_of"),
    [
        (["2048-01-01T00:00:00Z", "2049-02-27T10:30:02.5Z"], datetime(2049, 2, 27, 10, 30, 2, tzinfo=UTC)),
        (["2048-01-01", "2047-12-31T23:30:00-01:00"], datetime(2048, 1, 1, 0, 30, tzinfo=UTC)),
        (["2051-01-01T00:00:00Z"], COPIED),
        (["soon", None], COPIED),
    ],
    ids=["of its newest record", "without a time", "newer than its files", "of no day"],
)
def test_a_folder_is_as_old_as_its_newest_record_whenever_it_was_copied(
    modified: list[str | None], as_of: datetime, tmp_path: Path
) -> None:
    records = [a_record(f"GHSA-{number}", modified=moment) for number, moment in enumerate(modified)]
    folder = a_folder_of_records(tmp_path / "db", *records)
    (folder / "other.json").write_text('{"modified": "2049-12-31T00:00:00Z"}', encoding="utf-8")
    (folder / "requests").mkdir()
    for number, file in enumerate(sorted(folder.glob("*.json"))):
        copied(file, COPIED - timedelta(days=number))
    assert a_database(folder).ask([a_package()]).data.as_of == as_of
