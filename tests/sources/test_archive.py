"""Zips and folders of advisory records: layouts, damage and limits."""

import io
import json
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pysentry_hook.advisories import Advisory
from pysentry_hook.cache import MemoryCache
from pysentry_hook.errors import SourceError
from pysentry_hook.model import normalize
from pysentry_hook.sources import archive as module
from pysentry_hook.sources.archive import Archive
from tests.builders import a_package, a_record

REQUESTS = [normalize("requests")]
PYPA = "advisory-database-main/vulns/requests/PYSEC-2099-1.yaml"
YAML = """\
id: PYSEC-2099-1
affected:
- package: {name: Requests, ecosystem: PyPI}
  versions: [1.10, 2.30.0]
"""


def an_archive(content: bytes, cache: MemoryCache | None = None) -> Archive:
    return Archive("0" * 64, lambda: content, cache or MemoryCache(), source="database", stored=0)


def records(archive: Archive) -> tuple[list[Advisory], list[str]]:
    """What an archive knows of requests, and which of its records are damaged."""
    found = archive.records(REQUESTS)
    return list(found.advisories.values()), sorted(found.damaged)


def zipped(members: dict[str, str | bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def test_a_zip_of_the_pypa_layout_is_read_by_package() -> None:
    advisories, damaged = records(an_archive(zipped({PYPA: YAML, PYPA.replace("requests", "flask"): "id: ["})))
    assert advisories[0].affected[0].versions == {"1.10", "2.30.0"}
    assert damaged == []


def test_a_zip_of_the_osv_layout_is_read_by_package() -> None:
    content = zipped({
        "GHSA-1.json": json.dumps(a_record("GHSA-1", "Requests")),
        "GHSA-2.json": json.dumps(a_record("GHSA-2", "flask")),
        "GHSA-3.json": json.dumps(a_record("GHSA-3", "requests", ecosystem="npm")),
        "modified_id.csv": "no record",
    })  # fmt: skip
    advisories, damaged = records(an_archive(content))
    assert [advisory.id for advisory in advisories] == ["GHSA-1"]
    assert damaged == []


def test_damaged_members_are_named() -> None:
    content = zipped({
        "GHSA-1.json": "{",
        "GHSA-2.json": "[" * 100_000,
        "PYSEC-2099-3.yaml": "a: !!python/object/apply:os.system [id]",
        "GHSA-4.json": json.dumps(a_record("GHSA-4")),
        "GHSA-5.json": json.dumps({**a_record("no usable id"), "id": 7}),
    })  # fmt: skip
    advisories, damaged = records(an_archive(content))
    assert [advisory.id for advisory in advisories] == ["GHSA-4"]
    assert damaged == ["GHSA-1", "GHSA-2", "GHSA-5", "PYSEC-2099-3"]


def test_a_zip_with_a_damaged_member_is_refused() -> None:
    """Whom the record is about nobody can tell any more."""
    content = bytearray(zipped({"GHSA-1.json": json.dumps(a_record("GHSA-1")), "GHSA-2.json": json.dumps(a_record())}))
    start = len("GHSA-1.json") + 30
    content[start : start + 40] = bytes(40)
    with pytest.raises(SourceError, match="is a damaged zip archive"):
        records(an_archive(bytes(content)))


def test_a_zip_with_an_encrypted_member_is_refused() -> None:
    content = bytearray(zipped({"GHSA-1.json": json.dumps(a_record("GHSA-1")), "GHSA-2.json": json.dumps(a_record())}))
    central = content.index(b"PK\x01\x02")
    content[6] |= 1
    content[central + 8] |= 1
    with pytest.raises(SourceError, match="encrypted"):
        records(an_archive(bytes(content)))


@pytest.mark.parametrize("compression", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_member_that_unpacks_beyond_the_limit_is_named_and_not_loaded(compression: int) -> None:
    bomb = zipped({"GHSA-1.json": b" " * (64 << 20), "GHSA-2.json": json.dumps(a_record())}, compression)
    advisories, damaged = records(an_archive(bomb))
    assert damaged == ["GHSA-1"]
    assert len(advisories) == 1


def test_an_archive_with_too_many_members_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_ENTRIES", 2)
    content = zipped({f"GHSA-{number}.json": "{}" for number in range(3)})
    with pytest.raises(SourceError, match="holds more than 2 files"):
        an_archive(content).records(REQUESTS)


def test_an_archive_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_UNPACKED", 3 << 20)
    content = zipped({f"GHSA-{number}.json": b" " * (1 << 20) for number in range(4)})
    with pytest.raises(SourceError, match="unpacks to more than 3 MB"):
        an_archive(content).records(REQUESTS)


def test_an_archive_that_unpacks_to_far_more_than_itself_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    content = zipped({f"GHSA-{number}.json": b" " * (1 << 20) for number in range(4)})
    monkeypatch.setattr(module, "ANY_RATIO", 3 << 20)
    with pytest.raises(SourceError, match="unpacks to more than 3 MB"):
        an_archive(content).records(REQUESTS)


def test_a_zip_without_records_is_refused() -> None:
    with pytest.raises(SourceError, match="holds no advisory records"):
        an_archive(zipped({"README.md": "no record"})).records(REQUESTS)


def test_what_is_no_zip_is_refused() -> None:
    with pytest.raises(SourceError, match="is no zip archive"):
        an_archive(b"<html>").records(REQUESTS)


@given(st.data())
def test_a_zip_with_changed_bytes_never_crashes(data: st.DataObject) -> None:
    content = bytearray(zipped({"GHSA-1.json": json.dumps(a_record()), PYPA: YAML}))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with suppress(SourceError):
        an_archive(bytes(content)).records(REQUESTS)


@pytest.mark.parametrize("members", [{PYPA: YAML}, {"GHSA-1.json": json.dumps(a_record())}])
@given(place=st.integers(0, 600), change=st.integers(1, 255))
def test_a_zip_in_which_a_byte_was_changed_is_refused_or_tells_everything(
    members: dict[str, str | bytes], place: int, change: int
) -> None:
    content = bytearray(zipped(members))
    content[place % len(content)] ^= change
    with suppress(SourceError):
        assert records(an_archive(bytes(content))) == records(an_archive(zipped(members)))


def test_a_member_without_a_name_is_no_record() -> None:
    content = zipped({"@@@@": "nothing", PYPA: YAML}).replace(b"@@@@", b"\0@@@")  # zipfile ends a name at its first NUL
    advisories, damaged = records(an_archive(content))
    assert ([advisory.id for advisory in advisories], damaged) == (["PYSEC-2099-1"], [])


def test_aliases_that_multiply_are_damage_and_cost_nothing() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    laughs = "\n".join([*lines, "id: PYSEC-2099-1", "details: *a9"])
    itself = "id: PYSEC-2099-2\ndetails: &d [*d]\n"
    content = zipped({PYPA: laughs, PYPA.replace("-1.y", "-2.y"): itself, PYPA.replace("-1.y", "-3.y"): YAML})
    advisories, damaged = records(an_archive(content))
    assert damaged == ["PYSEC-2099-1", "PYSEC-2099-2"]
    assert len(advisories) == 1


@pytest.mark.parametrize("planted", [b"no JSON", b"7", b"[7]", b'{"requests": 7}', b'{"requests": ["gone.json"]}'])
def test_a_cached_index_of_the_wrong_shape_hides_nothing(planted: bytes) -> None:
    cache = MemoryCache()
    content = zipped({PYPA: YAML})
    an_archive(content, cache).records(REQUESTS)
    for key in list(cache._entries):
        cache.put(key, planted, stored=0)
    advisories, damaged = records(an_archive(content, cache))
    assert advisories or damaged


def test_what_was_learnt_of_an_archive_is_not_unpacked_again() -> None:
    cache = MemoryCache()
    first = an_archive(zipped({PYPA: YAML}), cache).records(REQUESTS)

    def content() -> bytes:
        raise AssertionError("read again")

    assert Archive("0" * 64, content, cache, source="database", stored=0).records(REQUESTS) == first


def test_a_package_whose_record_cannot_be_unpacked_any_more_is_not_answered_for() -> None:
    cache = MemoryCache()
    cache.put(f"index:{'0' * 64}", b'{"requests": ["gone.json"]}', stored=0)
    found = an_archive(zipped({PYPA: YAML}), cache).records(REQUESTS)
    assert found.unanswered([a_package()]) == {a_package(): "the record gone cannot be read"}
