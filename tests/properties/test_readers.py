"""Readers of inputs, whatever they are given: an Inventory or an InputError, at once."""

import copy
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import rtoml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from packaging.requirements import Requirement
from packaging.version import Version

from pysentry_hook.errors import InputError
from pysentry_hook.inputs import READERS, Reader
from pysentry_hook.model import Dependency, Inventory, Unchecked, normalize
from pysentry_hook.text import one_line
from tests.contracts.samples import SAMPLES, file_name
from tests.inputs.reading import DATA, Files, inventory, pins

pytestmark = pytest.mark.unmeasured  # other tests measure what these run

REAL = {
    "uv.lock": "uv.lock/workspace/uv.lock",
    "poetry.lock": "poetry.lock/v2.1/poetry.lock",
    "Pipfile.lock": "Pipfile.lock/categories/Pipfile.lock",
    "requirements.txt": "requirements.txt/exported-by-uv.txt",
    "script": "script/tool.py",
}
TREES = {
    "uv.lock": "uv.lock/workspace/uv.lock",
    "poetry.lock": "poetry.lock/v1/poetry.lock",
    "Pipfile.lock": "Pipfile.lock/categories/Pipfile.lock",
    "pyproject.toml": "poetry.lock/v1/pyproject.toml",
}

BY_FORMAT = {reader.format: reader for reader in READERS}
readers = pytest.mark.parametrize("reader", READERS, ids=[reader.format for reader in READERS])
quick = settings(max_examples=30, deadline=5_000, suppress_health_check=[HealthCheck.too_slow])
names = st.from_regex(r"[a-z][a-z0-9]{0,6}([-_.][a-z0-9]{1,3})?", fullmatch=True)
versions = st.from_regex(r"([1-9]!)?[0-9]{1,3}(\.[0-9]{1,3}){0,2}((a|b|rc)[1-9])?(\.post[1-9])?", fullmatch=True)
some_pins = st.lists(st.tuples(names, versions), max_size=8, unique_by=(lambda pin: normalize(pin[0])))


def read(reader: Reader, content: str | bytes, **beside: str) -> Inventory | None:
    """Read a file; None where it is refused, and then the error must be in order."""
    try:
        found = reader.read(Files({file_name(reader.format): content, **beside}), file_name(reader.format))
    except InputError as error:
        refusal = str(error)
    else:
        check(found, content)
        return found
    assert refusal.startswith(file_name(reader.format))
    assert one_line(refusal, 10_000) == refusal
    return None


def check(found: Inventory, content: str | bytes) -> None:
    """What holds for every inventory: all can be shown, and all places are in the file."""
    length = content.count(b"\n" if isinstance(content, bytes) else "\n") + 1  # type: ignore[arg-type]
    entries: list[Dependency | Unchecked] = [*found.dependencies, *found.unchecked]
    for entry in entries:
        location = found.places.location(entry.place)
        assert (
            1 <= location.line <= length + (content.count("\r") if isinstance(content, str) else content.count(b"\r"))
        )
        assert 1 <= location.column <= location.end_column
        assert entry.groups
        assert entry.groups <= found.scopes
        found.places.declaration(entry.node)
    json.dumps(repr(found)).encode()
    "".join((*found.notes, *found.scopes, *(entry.name + entry.reason for entry in found.unchecked))).encode()


def real(reader: Reader) -> bytes:
    """A file that the real tool wrote, else the sample of the contract."""
    if reader.format in REAL:
        return (DATA / REAL[reader.format]).read_bytes()
    return SAMPLES[reader.format].of((("idna", "3.6"), ("six", "1.16.0"))).encode()


@readers
@quick
@given(data=st.binary(max_size=300))
def test_no_bytes_crash_a_reader(reader: Reader, data: bytes) -> None:
    read(reader, data)


@readers
@quick
@given(text=st.text(st.sampled_from("abc10.=<>[]{}()\"'#\\\n\r\t ,;:@/-_*!~$%\u202e\u2028\x0c"), max_size=120))
def test_no_text_crashes_a_reader(reader: Reader, text: str) -> None:
    read(reader, text)


@readers
@quick
@given(data=st.data())
def test_no_damage_to_a_real_file_crashes_its_reader(reader: Reader, data: st.DataObject) -> None:
    content = real(reader)
    start = data.draw(st.integers(0, len(content)), "start")
    length = data.draw(st.integers(0, 40), "length")
    put = data.draw(
        st.binary(max_size=6) | st.sampled_from([b'"', b"\n", b"[[package]]\n", b"'''", b'"""', b"\\"]), "put"
    )
    end = data.draw(st.just(len(content)) | st.integers(0, len(content)), "end")
    read(reader, (content[:start] + put + content[start + length :])[:end])


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["", ".", "..", "/", "idna", "==1.0", "3.6", "2.1", "\ud800", "\x1b[31m", "a" * 300, "é", "git"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "version", "source", "extra", "path", "\u202e"]), inner, max_size=3)
    ),
    max_leaves=5,
)


def as_toml(value: Any) -> str:
    """A value as inline TOML; JSON's texts and numbers are TOML's."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(key)} = {as_toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(as_toml, value)) + "]"
    return json.dumps(value)


def spots(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every value inside a value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [spot for key, item in items for spot in ((*path, key), *spots(item, (*path, key)))]


def replaced(value: Any, spot: tuple[Any, ...], by: Any) -> Any:
    changed = copy.deepcopy(value)
    inner = changed
    for key in spot[:-1]:
        inner = inner[key]
    inner[spot[-1]] = by
    return changed


@pytest.mark.parametrize("name", TREES)
@settings(max_examples=100, deadline=5_000, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_no_value_of_the_wrong_shape_crashes_a_reader(name: str, data: st.DataObject) -> None:
    text = (DATA / TREES[name]).read_text(encoding="utf-8")
    is_json = name == "Pipfile.lock"
    tree = json.loads(text) if is_json else rtoml.loads(text)
    by = data.draw(values, "by")
    assume(is_json or "null" not in as_toml(by))
    changed = replaced(tree, data.draw(st.sampled_from(spots(tree)), "spot"), by)
    written = json.dumps(changed) if is_json else "".join(f"{key} = {as_toml(item)}\n" for key, item in changed.items())
    if name == "pyproject.toml":
        lock = (DATA / "poetry.lock/v1/poetry.lock").read_text(encoding="utf-8")
        assert len(pins(inventory({"poetry.lock": lock, name: written}))) == 4
        return
    read(BY_FORMAT[name], written)


@readers
@quick
@given(entries=some_pins, more=st.tuples(names, versions))
def test_one_more_entry_is_one_more_dependency(
    reader: Reader, entries: list[tuple[str, str]], more: tuple[str, str]
) -> None:
    assume(normalize(more[0]) not in {normalize(name) for name, _ in entries})
    of: Callable[..., str] = SAMPLES[reader.format].of
    before, after = read(reader, of(entries)), read(reader, of([*entries, more]))
    assert before is not None
    assert after is not None
    assert {(entry.name, entry.written) for entry in after.dependencies} - {
        (entry.name, entry.written) for entry in before.dependencies
    } == {(normalize(more[0]), more[1])}
    assert len(after.dependencies) == len(before.dependencies) + 1


@readers
@quick
@given(entries=some_pins, data=st.data())
def test_the_order_of_the_entries_changes_nothing(
    reader: Reader, entries: list[tuple[str, str]], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(entries))
    first, second = (read(reader, SAMPLES[reader.format].of(order)) for order in (entries, shuffled))
    assert first is not None
    assert second is not None
    assert sorted(pins(first)) == sorted(pins(second))
    assert first.scopes == second.scopes
    assert set(first.edges) == set(second.edges)


@readers
@quick
@given(entries=some_pins)
def test_reading_twice_gives_the_same(reader: Reader, entries: list[tuple[str, str]]) -> None:
    text = SAMPLES[reader.format].of(entries)
    first, second = read(reader, text), read(reader, text)
    assert first is not None
    assert second is not None
    assert (first.dependencies, first.edges, first.notes) == (second.dependencies, second.edges, second.notes)


@settings(max_examples=100, deadline=5_000)
@given(
    name=names,
    extras=st.sampled_from(["", "[x]", "[x, y_z]", " [x]"]),
    operator=st.sampled_from(["==", " == ", "== ", "===", ">=", "~=", "!=", "<"]),
    version=versions,
    wild=st.sampled_from(["", "", "", ".*"]),
    marker=st.sampled_from(["", ";os_name=='nt'", " ; python_version < '3'"]),
    ending=st.sampled_from(["", "  # why", " --hash=sha256:00", " \\\n  --hash=sha256:00"]),
)
def test_a_line_is_a_pin_exactly_where_packaging_says_so(
    name: str, extras: str, operator: str, version: str, wild: str, marker: str, ending: str
) -> None:
    line = f"{name}{extras}{operator}{version}{wild}{marker}"
    try:
        required = Requirement(line)
    except ValueError:
        assume(False)
        return
    (specifier,) = required.specifier
    exact = specifier.operator in {"==", "==="} and not specifier.version.endswith(".*")
    found = inventory({"requirements.txt": line + ending})
    assert pins(found) == ([f"{normalize(required.name)} {found.dependencies[0].version}"] if exact else [])
    if exact:
        assert found.dependencies[0].version == Version(specifier.version)
    else:
        assert [entry.name for entry in found.unchecked] == [normalize(required.name)]


@quick
@given(
    edges=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=8),
    path=st.sampled_from(["", "sub/"]),
)
def test_no_web_of_includes_is_read_without_end(edges: list[tuple[int, int]], path: str) -> None:
    files = {
        f"{path}r{number}.txt": f"p{number}==1\n" + "".join(f"-r r{to}.txt\n" for of, to in edges if of == number)
        for number in range(6)
    }
    found = inventory(files)
    assert pins(found).count("p0 1") == 1
    assert len(found.files) == len(found.dependencies) == len(set(pins(found)))
