"""OSV records into advisories: what is usable is used, what is not is set aside and named."""

import json
import threading
from contextlib import suppress
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from pysentry_hook.advisories import Advisory
from pysentry_hook.sources.records import DamagedRecordError, Once, load_json, load_yaml, names, parse
from tests.builders import a_record


def bounds(advisory: Advisory) -> list[list[tuple[str, str | None]]]:
    return [
        [(event.kind, str(event.version) if event.version else None) for event in events]
        for entry in advisory.affected
        for events in entry.ranges
    ]


def test_what_is_read_once_is_never_taken_for_another_value_or_another_reading() -> None:
    once = Once()
    assert [once(str, [number]) for number in range(100)] == [f"[{number}]" for number in range(100)]
    shared = [1]
    assert (once(str, shared), once(bool, shared), once(str, shared)) == ("[1]", True, "[1]")


def test_events_are_put_in_version_order() -> None:
    events = [{"fixed": "1.10"}, {"introduced": "1.9"}, {"fixed": "1.2"}, {"introduced": "0"}]
    advisory = parse(a_record(events=events), "osv")
    assert bounds(advisory) == [[("introduced", None), ("fixed", "1.2"), ("introduced", "1.9"), ("fixed", "1.10")]]
    assert advisory.damage is None


@pytest.mark.parametrize(
    "event",
    [{"fixed": "n653"}, {"fixed": "2 x"}, {"last_affected": None}, {"introduced": "*"}, {"fixed": ["1"]}, "fixed"],
)
def test_a_bound_that_cannot_be_ordered_sets_its_range_aside_and_the_versions_still_count(event: object) -> None:
    record = a_record(versions=["1.0"])
    record["affected"][0]["ranges"] = [
        {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, event]},
        {"type": "ECOSYSTEM", "events": [{"introduced": "5"}]},
    ]
    advisory = parse(record, "osv")
    assert bounds(advisory) == [[("introduced", "5")]]
    assert advisory.affected[0].versions == {"1.0"}
    assert advisory.damage
    assert "so the range is set aside" in advisory.damage


@pytest.mark.parametrize(
    ("text", "release"),
    [
        ("2.6.0-cu124", "2.6.0"),
        ("4.1.0-NA", "4.1.0"),
        ("4.6.0.stable11", "4.6.0"),
        ("7.2.0-12.1", "7.2.0"),
        ("0.2.0-alpha\\.33", "0.2.0"),
        ("2.6.0-cu124 x", "2.6.0"),
    ],
)
@pytest.mark.parametrize("kind", ["introduced", "fixed", "last_affected", "limit"])
def test_a_bound_that_begins_with_a_release_is_read_as_that_and_told(kind: str, text: str, release: str) -> None:
    advisory = parse(a_record(events=[{"introduced": "0"}, {kind: text}]), "osv")
    assert bounds(advisory) == [[("introduced", None), (kind, release)]]
    assert advisory.damage == f"{text!r} is no PEP 440 version and was read as {release}"


def test_only_ecosystem_ranges_speak_of_versions() -> None:
    record = a_record(versions=["1.0"])
    record["affected"][0]["ranges"][0]["type"] = "GIT"
    assert bounds(parse(record, "osv")) == []


def test_an_entry_without_versions_and_without_a_usable_range_is_damage() -> None:
    assert parse(a_record(events=[]), "osv").damage == "requests has neither versions nor a usable range"


def test_what_is_withdrawn_needs_no_range() -> None:
    assert parse(a_record(events=[], withdrawn="2026-06-09T15:56:00Z"), "osv").damage is None


def test_a_limit_of_a_star_is_no_bound() -> None:
    advisory = parse(a_record(events=[{"introduced": "0"}, {"limit": "*"}]), "osv")
    assert bounds(advisory) == [[("introduced", None)]]


@pytest.mark.parametrize("ecosystem", ["npm", "crates.io", "pypi", "", None, 7])
def test_other_ecosystems_are_left_out(ecosystem: Any) -> None:
    record = a_record(ecosystem=ecosystem)
    assert names(record) == set()
    assert parse(record, "osv").affected == ()


def test_the_name_is_normalised() -> None:
    assert names(a_record(package="Jw.Util")) == {"jw-util"}


@pytest.mark.parametrize(
    "record", [None, 7, "PYSEC-1", [], {}, {"id": None}, {"id": ""}, {"id": "a b"}, {"id": "../x"}]
)
def test_a_record_without_a_usable_id_is_damaged(record: object) -> None:
    with pytest.raises(DamagedRecordError):
        parse(record, "osv")


@pytest.mark.parametrize("value", [None, 7, "text", [], {}, [None, 7, [], {}], [[["deep"]]], True])
def test_values_of_the_wrong_type_never_crash(value: object) -> None:
    for key in a_record():
        if key != "id":
            parse({**a_record(), key: value}, "osv")
    for key in ("aliases", "severity", "references", "database_specific", "summary", "withdrawn"):
        parse({**a_record(), key: value}, "osv")
    for key in ("package", "ranges", "versions", "severity"):
        record = a_record()
        record["affected"][0][key] = value
        parse(record, "osv")
    record = a_record()
    record["affected"][0]["ranges"][0]["events"] = value
    parse(record, "osv")


@pytest.mark.parametrize("value", [False, 0, "", "false", "no", [], {}, ["2099-01-01"]])
def test_a_withdrawn_that_is_no_time_withdraws_nothing(value: object) -> None:
    assert parse(a_record(withdrawn=value), "osv").withdrawn is None


def test_control_and_direction_characters_do_not_pass() -> None:
    advisory = parse(a_record(summary="a\x1b[31m\u202eb\nc", details="x\x00y"), "osv")
    assert advisory.summary == "a[31mb c"
    assert advisory.details == "xy"


def test_links_are_web_links() -> None:
    links = [{"url": "javascript:alert(1)"}, {"url": "https://example.org/a"}, {"url": 7}, "https://example.org/b"]
    assert parse(a_record(references=links), "osv").references == ("https://example.org/a",)


def test_yaml_keeps_versions_as_they_are_written() -> None:
    loaded = load_yaml(b"versions: [1.10, 1e3, 0x10, 2020-01-01, yes, 1_0, 010]\nwithdrawn: null\n<<: {a: b}\n")
    assert loaded == {
        "versions": ["1.10", "1e3", "0x10", "2020-01-01", "yes", "1_0", "010"],
        "withdrawn": None,
        "<<": {"a": "b"},
    }


@pytest.mark.parametrize(
    "text",
    [
        "!!python/object/apply:os.system [id]",
        "!!python/name:os.system",
        "a: !!timestamp 2020-01-01",
        "a: !!timestamp x",
        "a: !!bool x",
        "a: !!int ''",
        "a: !!float x",
        "a: !!binary eA==",
        "!!set {a}",
        "&a [*a]",
        "? [a]\n: b",
        "? null\n: b",
        "\x00",
        "- " * 3_000 + "a",
        "- " * 100_000 + "a",
        "[" * 1_000_000,
        "{a: " * 50_000 + "}" * 50_000,
        "*nobody",
        "a: b: c",
    ],
)
def test_yaml_that_makes_anything_but_plain_small_values_is_damaged(text: str) -> None:
    with pytest.raises(DamagedRecordError):
        load_yaml(text.encode())


def test_deep_yaml_does_not_end_a_thread_either() -> None:
    caught: list[DamagedRecordError] = []

    def load() -> None:
        for size in (2_040, 2_000_000):
            try:
                load_yaml(b"- " * size + b"a")
            except DamagedRecordError as error:
                caught.append(error)

    thread = threading.Thread(target=load)
    thread.start()
    thread.join()
    assert len(caught) == 2


@pytest.mark.parametrize("data", [b"", b"{", b"\xff\xfe", b"[" * 200 + b"]" * 200, b"[" * 1_000_000, b"1" * 5_000])
def test_what_is_no_small_json_is_damaged(data: bytes) -> None:
    with pytest.raises(DamagedRecordError):
        load_json(data)


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(sorted(a_record())), inner, max_size=4),
    max_leaves=12,
)


@given(_JSON, st.sampled_from(["affected", "severity", "database_specific", "references", "withdrawn"]))
def test_no_value_anywhere_crashes_the_reader(value: object, key: str) -> None:
    record = load_json(json.dumps({**a_record(), key: value}).encode())
    names(record)
    assert parse(record, "osv").id == "PYSEC-2099-1"


@given(st.binary(max_size=60))
def test_no_bytes_crash_the_decoders(data: bytes) -> None:
    for load in (load_json, load_yaml):
        with suppress(DamagedRecordError):
            load(data)


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\n---\nb: 2\n",
        "a: *b\n",
        "a: [1\n",
        "? [1]\n: 2\n",
        "a: !!python/name:os.system x\n",
        "!!set {a, b}\n",
        "a: !!int 1\n",
        "a: !other [1]\n",
        "a: \x00\n",
        "- " * 101 + "a",
        "a: &x [*x]\n",
        "&a [&b [*a, *b], *b]\n",
    ],
)
def test_what_is_no_plain_yaml_document_is_damaged(text: str) -> None:
    with pytest.raises(DamagedRecordError):
        load_yaml(text.encode())


@given(
    st.recursive(
        st.none() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
        max_leaves=12,
    )
)
def test_plain_values_come_back_from_yaml(value: object) -> None:
    for style in (None, True, False):
        text = yaml.dump(value, Dumper=yaml.CSafeDumper, default_flow_style=style, allow_unicode=True)
        assert load_yaml(text.encode()) == value
