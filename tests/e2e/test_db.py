"""The database from the outside: synced, looked into, shared, and scanned with."""

import hashlib
import json
import sqlite3
from pathlib import Path
from zipfile import ZipFile, ZipInfo

import pytest

from tests.builders import a_folder_of_records, a_record, a_uv_lock, a_zip
from tests.conftest import Run
from tests.upstream import Reply, Upstream

OLD = a_record("PYSEC-2099-1", fixed="2.31", aliases=["CVE-2099-1"])
GHSA = a_record("GHSA-aaaa-bbbb-cccc", "idna", fixed="3.7", aliases=["CVE-2099-2"])
NEW = a_record("GHSA-dddd-eeee-ffff", "jinja2", fixed="3.2") | {"modified": "2099-02-01T00:00:00Z"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "shop"
    folder.mkdir()
    lock = a_uv_lock(("requests", "2.30.0"), ("idna", "3.4"), ("jinja2", "3.1.0"))
    (folder / "uv.lock").write_text(lock, encoding="utf-8")
    return folder


def found(run: Run, project: Path, *options: object) -> dict[str, list[str]]:
    """The ids that a scan finds, with the sources that tell of each."""
    done = run("report", project, "-f", "json", *options)
    report = json.loads(done.stdout)
    assert report["complete"], done.stderr
    return {entry["id"]: [say["source"] for say in entry["sources"]] for entry in report["findings"]}


def test_what_was_synced_is_found_without_a_network(run: Run, project: Path, tmp_path: Path) -> None:
    with Upstream([OLD, GHSA]) as upstream:
        done = run("db", "sync", tmp_path / "a.db", *upstream.sync_options)
    assert done.returncode == 0, done.stderr
    assert "(osv 2, pypa 2)" in done.stdout
    assert found(run, project, "--offline", "--advisory-db", tmp_path / "a.db") == {
        "CVE-2099-1": ["osv", "pypa"],
        "CVE-2099-2": ["osv"],
    }


def test_a_second_sync_loads_only_what_changed(run: Run, project: Path, tmp_path: Path) -> None:
    with Upstream([OLD, GHSA]) as upstream:
        run("db", "sync", tmp_path / "a.db", *upstream.sync_options)
        upstream.records.append(NEW)
        upstream.forget()
        done = run("db", "sync", tmp_path / "a.db", *upstream.sync_options)
        asked = [request.path for request in upstream.requests]
    assert "1 record changed" in done.stdout
    assert sorted(asked) == ["/export/GHSA-dddd-eeee-ffff.json", "/export/modified_id.csv", "/pypa.zip"]
    assert "GHSA-dddd-eeee-ffff" in found(run, project, "--offline", "--advisory-db", tmp_path / "a.db")


def test_a_sync_of_the_changes_makes_the_same_database_as_one_from_nothing(run: Run, tmp_path: Path) -> None:
    with Upstream([OLD, GHSA]) as upstream:
        run("db", "sync", tmp_path / "a.db", *upstream.sync_options)
        upstream.records[0] = OLD | {"summary": "another", "modified": "2099-03-01T00:00:00Z"}
        upstream.records.append(NEW)
        later = run("db", "sync", tmp_path / "a.db", *upstream.sync_options)
        anew = run("db", "sync", tmp_path / "b.db", *upstream.sync_options)
    assert later.stdout.rpartition("revision ")[2] == anew.stdout.rpartition("revision ")[2]


def test_a_record_that_the_export_lists_no_more_goes(run: Run, project: Path, tmp_path: Path) -> None:
    with Upstream([OLD, GHSA]) as upstream:
        run("db", "sync", tmp_path / "a.db", *upstream.sync_options)
        upstream.records.remove(GHSA)
        run("db", "sync", tmp_path / "a.db", *upstream.sync_options)
    assert list(found(run, project, "--offline", "--advisory-db", tmp_path / "a.db")) == ["CVE-2099-1"]


QUICK = {"PYSENTRY_HOOK_HTTP_RETRY_INITIAL_BACKOFF": "0.001"}


@pytest.mark.parametrize(("known", "listed"), [(60, 5), (3, 2), (3, 0)])
def test_a_list_of_changes_that_was_cut_takes_nothing_away(run: Run, tmp_path: Path, known: int, listed: int) -> None:
    many = [a_record(f"GHSA-aaaa-bbbb-{number:04}", "idna", fixed="3.7") for number in range(known)]
    with Upstream([OLD, *many]) as upstream:
        run("db", "sync", tmp_path / "a.db", *upstream.sync_options)
        upstream.records.append(NEW)
        cut = "".join(f"{each['modified']},{each['id']}\n" for each in (NEW, *many)[:listed])
        upstream.replies["/export/modified_id.csv"] = Reply(200, cut.encode())
        done = run("db", "sync", tmp_path / "a.db", *upstream.sync_options)
    assert f"1 record changed (osv {known + 2}, pypa 2)" in done.stdout


def test_a_record_of_the_archive_that_cannot_be_read_leaves_its_package_unchecked(
    run: Run, project: Path, tmp_path: Path
) -> None:
    members = {f"main/vulns/{name}/PYSEC-2099-{number}.yaml": "id: [" for name, number in (("idna", 7), ("flask", 8))}
    archive = a_zip(tmp_path / "pypa.zip", members | {"main/vulns/requests/PYSEC-2099-1.yaml": json.dumps(OLD)})
    with Upstream([GHSA], archive=archive.read_bytes()) as upstream:
        run("db", "sync", tmp_path / "a.db", *upstream.sync_options)
    assert run("db", "verify", tmp_path / "a.db").returncode == 0
    done = run("report", project, "-f", "json", "--offline", "--advisory-db", tmp_path / "a.db")
    report = json.loads(done.stdout)
    assert (done.returncode, report["complete"]) == (3, False)
    assert [line["name"] for line in report["coverage"]["unchecked"]] == ["idna"]
    assert report["advisory_data"][0]["damaged_records"] == ["pypa:flask/PYSEC-2099-8", "pypa:idna/PYSEC-2099-7"]
    assert {entry["id"] for entry in report["findings"]} == {"CVE-2099-1", "CVE-2099-2"}


def test_what_was_mended_or_is_listed_no_more_is_damaged_no_more(run: Run, tmp_path: Path) -> None:
    names = ["GHSA-aaaa-bbbb-cccc", "GHSA-dddd-eeee-ffff", "GHSA-gggg-hhhh-iiii"]
    good = [a_record(name, "idna", fixed="3.7") for name in names]
    with Upstream(good) as upstream:
        whole = a_zip(tmp_path / "all.zip", {f"{name}.json": "{" for name in names})
        upstream.replies["/export/all.zip"] = Reply(200, whole.read_bytes())
        run("db", "sync", tmp_path / "a.db", *upstream.sync_options)
        assert "  3 records could not be read" in _status(run, tmp_path)
        listed = f"2099-03-01T00:00:00Z,{names[0]}\n2099-01-01T00:00:00Z,{names[1]}\n"
        upstream.replies["/export/modified_id.csv"] = Reply(200, listed.encode())
        run("db", "sync", tmp_path / "a.db", *upstream.sync_options)
    assert f"  1 record could not be read: osv:{names[1]}\n" in _status(run, tmp_path)


def _status(run: Run, folder: Path) -> str:
    return run("db", "status", folder / "a.db").stdout


def test_a_database_is_shared_by_a_host_and_pinned(run: Run, project: Path, tmp_path: Path) -> None:
    with Upstream([OLD]) as upstream:
        run("db", "sync", tmp_path / "a.db", *upstream.sync_options)
    done = run("db", "export", tmp_path / "public" / "a.db", "--from", tmp_path / "a.db")
    digest = hashlib.sha256((tmp_path / "public" / "a.db").read_bytes()).hexdigest()
    assert done.stdout.endswith(f"sha256 {digest}\n")
    assert (tmp_path / "public" / "a.db.sha256").read_text() == f"{digest}  a.db\n"
    body = (tmp_path / "public" / "a.db").read_bytes()
    with Upstream(replies={"/a.db": Reply(200, body, {"ETag": '"1"'})}) as host:
        pinned = f"{host.url}/a.db#sha256={digest}"
        assert list(found(run, project, "--advisory-db", pinned)) == ["CVE-2099-1"]
        host.forget()
        assert list(found(run, project, "--advisory-db", pinned)) == ["CVE-2099-1"]
        assert host.requests == [], "what is pinned and here is not asked for again"
        wrong = run(project, "--advisory-db", f"{host.url}/a.db#sha256={'0' * 64}", "--no-cache")
        assert wrong.returncode == 3
        assert f"has the SHA-256 {digest}, and {'0' * 64} was asked for" in wrong.stdout


@pytest.mark.parametrize(("beside", "code"), [("right", 0), ("wrong", 2), ("garbage", 2), (None, 0)])
def test_the_digest_beside_a_file_is_checked_when_it_is_imported(
    run: Run, tmp_path: Path, beside: str | None, code: int
) -> None:
    with Upstream([OLD]) as upstream:
        run("db", "sync", tmp_path / "a.db", *upstream.sync_options)
    digest = hashlib.sha256((tmp_path / "a.db").read_bytes()).hexdigest()
    said = {"right": f"{digest}  a.db\n", "wrong": f"{'0' * 64}  a.db\n", "garbage": "no digest"}
    if beside:
        (tmp_path / "a.db.sha256").write_text(said[beside], encoding="ascii")
    done = run("db", "import", tmp_path / "a.db", "--to", tmp_path / "b.db")
    assert done.returncode == code, done.stderr
    assert (tmp_path / "b.db").exists() is (code == 0)


@pytest.mark.parametrize("pin", ["#sha256=", "#sha256=abc", f"#sha256={'0' * 63}g", "#", f"#sha512={'0' * 64}"])
@pytest.mark.parametrize("words", [("db", "import"), ("report", ".", "--advisory-db")])
def test_a_pin_that_pins_nothing_is_refused_before_anything_is_asked(
    words: tuple[str, ...], pin: str, run: Run, project: Path, tmp_path: Path
) -> None:
    with Upstream() as host:
        to = ("--to", tmp_path / "b.db") if words[0] == "db" else ()
        done = run(*words, f"{host.url}/a.db{pin}", *to, cwd=project)
        assert host.requests == []
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert "has no #sha256= with 64 hexadecimal digits behind the URL; write both, or neither" in done.stderr
    assert not (tmp_path / "b.db").exists()


@pytest.mark.parametrize(("beside", "code"), [("right", 0), ("wrong", 2), ("garbage", 2)])
def test_the_digest_beside_a_zip_is_checked_as_well(run: Run, tmp_path: Path, beside: str, code: int) -> None:
    a_zip(tmp_path / "all.zip", {f"{OLD['id']}.json": json.dumps(OLD)})
    digest = hashlib.sha256((tmp_path / "all.zip").read_bytes()).hexdigest()
    said = {"right": f"{digest}  all.zip\n", "wrong": f"{'0' * 64}  all.zip\n", "garbage": "no digest"}
    (tmp_path / "all.zip.sha256").write_text(said[beside], encoding="ascii")
    done = run("db", "import", tmp_path / "all.zip", "--to", tmp_path / "b.db")
    assert done.returncode == code, done.stderr
    assert (tmp_path / "b.db").exists() is (code == 0)


def test_a_folder_of_records_becomes_a_database(run: Run, project: Path, tmp_path: Path) -> None:
    folder = a_folder_of_records(tmp_path / "records", OLD, GHSA)
    (folder / "broken.json").write_text("{", encoding="utf-8")
    assert run("db", "import", folder, "--to", tmp_path / "a.db").returncode == 0
    assert "1 record could not be read: import:broken" in run("db", "status", tmp_path / "a.db").stdout
    assert len(found(run, project, "--advisory-db", tmp_path / "a.db")) == 2


def test_verify_finds_a_record_that_was_changed(run: Run, tmp_path: Path) -> None:
    with Upstream([OLD]) as upstream:
        run("db", "sync", tmp_path / "a.db", *upstream.sync_options)
    assert run("db", "verify", tmp_path / "a.db").returncode == 0
    rows = sqlite3.connect(tmp_path / "a.db")
    rows.execute("UPDATE record SET data = ? WHERE source = 'osv'", (b'{"id": "PYSEC-2099-1"}',))
    rows.commit()
    rows.close()
    done = run("db", "verify", tmp_path / "a.db")
    assert done.returncode == 2
    assert "PYSEC-2099-1 (osv) is not what its digest says" in done.stderr


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is no zip archive"),
        (b"SQLite format 3\0" + bytes(84), "is no database of pysentry-hook"),
        (b"\x89PNG", "is no zip archive"),
    ],
)
def test_a_file_that_is_no_database_is_one_line(
    run: Run, project: Path, tmp_path: Path, content: bytes, said: str
) -> None:
    (tmp_path / "x.db").write_bytes(content)
    assert run("db", "verify", tmp_path / "x.db").stderr.startswith(f"error: {tmp_path}/x.db: is no database")
    done = run(project, "--advisory-db", tmp_path / "x.db")
    assert done.returncode == 3
    assert said in done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TRIGGER t AFTER INSERT ON about BEGIN SELECT 1; END",
        "CREATE VIEW v AS SELECT 1",
        "CREATE TABLE more (x)",
        "UPDATE about SET value = '99' WHERE key = 'schema'",
        "DELETE FROM about WHERE key = 'revision'",
    ],
)
def test_a_database_with_other_tables_or_another_schema_is_refused(
    run: Run, project: Path, tmp_path: Path, sql: str
) -> None:
    with Upstream([OLD]) as upstream:
        run("db", "sync", tmp_path / "a.db", *upstream.sync_options)
    rows = sqlite3.connect(tmp_path / "a.db")
    rows.execute(sql)
    rows.commit()
    rows.close()
    done = run(project, "--advisory-db", tmp_path / "a.db")
    assert done.returncode == 3, done.stdout
    assert "Incomplete: this is not a clean result" in done.stdout


def test_a_database_that_is_not_there_says_how_to_make_one(run: Run, tmp_path: Path) -> None:
    done = run("db", "status", tmp_path / "no.db")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.endswith("make one with pysentry-hook db sync\n")


@pytest.mark.parametrize("command", ["status", "verify"])
def test_a_zip_is_to_be_imported_first(run: Run, tmp_path: Path, command: str) -> None:
    path = tmp_path / "my records.zip"
    a_zip(path, {"a.json": json.dumps(a_record())})
    done = run("db", command, path)
    told = f"error: {path}: is no database of pysentry-hook; make one of it: pysentry-hook db import '{path}'\n"
    assert (done.returncode, done.stderr) == (2, told)


def test_a_zip_that_is_imported_is_as_old_as_its_newest_record(run: Run, tmp_path: Path) -> None:
    with ZipFile(tmp_path / "all.zip", "w") as archive:
        for name, year in (("a.json", 2024), ("b.json", 2023)):
            archive.writestr(ZipInfo(name, (year, 3, 1, 12, 0, 0)), json.dumps(a_record(f"PYSEC-2099-{year}")))
    assert run("db", "import", tmp_path / "all.zip", "--to", tmp_path / "a.db").returncode == 0
    assert "2 records as of 2024-03-01 12:00 UTC" in run("db", "status", tmp_path / "a.db").stdout
