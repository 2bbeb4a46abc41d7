"""What every reader of an input promises, whatever its format."""

import hashlib
import os
import tomllib
from importlib import import_module
from pathlib import Path

import pytest

from pysentry_hook.errors import InputError
from pysentry_hook.inputs import READERS, Reader
from pysentry_hook.model import Inventory, Node, normalize
from pysentry_hook.tree import MAX_BYTES, FolderTree
from tests.contracts.samples import INDEX, SAMPLES, Pins, Sample, file_name

pytestmark = pytest.mark.unmeasured  # other tests measure what these run

HOUSE = Path(__file__).parents[2]
PINS = (("requests", "2.30.0"), ("idna", "3.6"), ("idna", "3.7"), ("six", "1.16.0"))

readers = pytest.mark.parametrize("reader", READERS, ids=[reader.format for reader in READERS])


def sample(reader: Reader) -> Sample:
    return SAMPLES[reader.format]


def read(reader: Reader, folder: Path, content: str | bytes, path: str | None = None) -> Inventory:
    path = path or file_name(reader.format)
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return reader.read(FolderTree(folder), path)


def pinned(inventory: Inventory) -> list[tuple[str, str]]:
    return sorted((dependency.name, str(dependency.version)) for dependency in inventory.dependencies)


def refused(reader: Reader, folder: Path) -> InputError:
    """The error for what stands in the folder, which must name the file."""
    with pytest.raises(InputError) as caught:
        reader.read(FolderTree(folder), file_name(reader.format))
    assert caught.value.path == file_name(reader.format)
    assert str(caught.value).startswith(file_name(reader.format))
    assert "\n" not in str(caught.value)
    return caught.value


def test_every_reader_has_its_sample() -> None:
    assert {reader.format for reader in READERS} <= set(SAMPLES)


@readers
def test_a_reader_is_registered_as_its_module_calls_the_format(reader: Reader) -> None:
    module = import_module(f"pysentry_hook.inputs.{reader.module}")
    assert reader.format == module.FORMAT


def test_no_reader_is_registered_that_may_know_another() -> None:
    settings = tomllib.loads((HOUSE / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    (apart,) = (each["modules"] for each in settings if each["name"] == "Readers do not know each other")
    assert apart == [f"pysentry_hook.inputs.{reader.module}" for reader in READERS]


@readers
def test_a_reader_recognises_its_own_files_and_no_others(reader: Reader) -> None:
    assert reader.recognises(file_name(reader.format))
    others = {file_name(other.format) for other in READERS} - {file_name(reader.format), "requirements.txt"}
    assert not [name for name in (*others, "README.md", "Cargo.lock", "lock") if reader.recognises(name)]


@readers
def test_every_version_of_a_forked_package_is_kept(reader: Reader, tmp_path: Path) -> None:
    found = read(reader, tmp_path, sample(reader).of(PINS))
    assert pinned(found) == sorted(PINS)
    assert found.unchecked == ()


@readers
@pytest.mark.parametrize("count", [0, 1, 2, 17])
def test_every_entry_is_counted_once(reader: Reader, count: int, tmp_path: Path) -> None:
    pins = [(f"package-{number}", f"{number}.0") for number in range(count)]
    found = read(reader, tmp_path, sample(reader).of(pins))
    assert pinned(found) == sorted(pins)
    assert len({dependency.place for dependency in found.dependencies}) == count


@readers
def test_names_are_normalised_by_pep_503(reader: Reader, tmp_path: Path) -> None:
    found = read(reader, tmp_path, sample(reader).of([("Ruamel._.Yaml", "1.0"), ("A", "2")]))
    assert pinned(found) == [("a", "2"), ("ruamel-yaml", "1.0")]


@readers
def test_versions_are_kept_as_they_are_written(reader: Reader, tmp_path: Path) -> None:
    found = read(reader, tmp_path, sample(reader).of([("a", "1.0.0RC1"), ("b", "2024.01.02")]))
    assert {dependency.name: dependency.written for dependency in found.dependencies} == {
        "a": "1.0.0RC1",
        "b": "2024.01.02",
    }
    assert {dependency.name: str(dependency.version) for dependency in found.dependencies} == {
        "a": "1.0.0rc1",
        "b": "2024.1.2",
    }


@readers
def test_the_project_itself_is_never_a_dependency(reader: Reader, tmp_path: Path) -> None:
    found = read(reader, tmp_path, sample(reader).of(PINS))
    assert {dependency.name for dependency in found.dependencies} == {name for name, _ in PINS}
    assert found.unchecked == ()


@readers
def test_the_origin_is_told_without_credentials(reader: Reader, tmp_path: Path) -> None:
    if not sample(reader).says_index:
        pytest.skip("the format does not name indexes")
    text = sample(reader).of(PINS)
    assert {entry.indexes for entry in read(reader, tmp_path, text).dependencies} == {(INDEX,)}
    text = text.replace(INDEX, "https://me:secret@i.example/simple?token=secret")
    found = read(reader, tmp_path, text)
    assert {entry.indexes for entry in found.dependencies} == {("https://i.example/simple",)}
    assert "secret" not in repr((found.dependencies, found.unchecked, found.notes, found.failures))


@readers
def test_a_place_is_where_the_version_is_written(reader: Reader, tmp_path: Path) -> None:
    text = sample(reader).of(PINS)
    for variant in (text, "\ufeff" + text, text.replace("\n", "\r\n")):
        found = read(reader, tmp_path, variant)
        lines = text.split("\n")
        taken = set()
        for dependency in found.dependencies:
            location = found.places.location(dependency.place)
            shown = lines[location.line - 1][location.column - 1 : location.end_column - 1]
            assert dependency.written in shown
            assert location.text == shown
            assert location.path == file_name(reader.format)
            taken.add(location.line)
        assert len(taken) == len(PINS)


@readers
@pytest.mark.parametrize("folder", ["back", "services/back"])
def test_a_file_says_the_same_in_every_folder(reader: Reader, folder: str, tmp_path: Path) -> None:
    text = sample(reader).of(PINS)
    deep = read(reader, tmp_path, text, f"{folder}/{file_name(reader.format)}")
    root = read(reader, tmp_path, text)
    assert deep.dependencies == root.dependencies
    assert deep.unchecked == root.unchecked == ()
    assert {edge[1] for edge in deep.edges} == {edge[1] for edge in root.edges}
    assert deep.places.location(0).path == f"{folder}/{file_name(reader.format)}"


@readers
def test_the_file_is_named_with_the_hash_of_its_bytes(reader: Reader, tmp_path: Path) -> None:
    text = "\ufeff" + sample(reader).of(PINS).replace("\n", "\r\n")
    found = read(reader, tmp_path, text)
    assert (found.path, found.format) == (file_name(reader.format), reader.format)
    assert found.files == ((file_name(reader.format), reader.format, hashlib.sha256(text.encode()).hexdigest()),)


@readers
def test_edges_join_the_project_and_what_was_found(reader: Reader, tmp_path: Path) -> None:
    found = read(reader, tmp_path, sample(reader).of(PINS))
    nodes = {dependency.node for dependency in found.dependencies}
    assert {Node(normalize("idna"), "3.6"), Node(normalize("idna"), "3.7")} <= nodes
    assert {edge.child for edge in found.edges} <= nodes
    assert {edge.parent for edge in found.edges} <= nodes | set(found.roots)


@readers
def test_every_group_is_one_of_the_scopes(reader: Reader, tmp_path: Path) -> None:
    found = read(reader, tmp_path, sample(reader).of(PINS))
    assert "main" in found.scopes
    for dependency in found.dependencies:
        assert dependency.groups
        assert dependency.groups <= found.scopes


@readers
def test_what_is_no_such_file_is_refused(reader: Reader, tmp_path: Path) -> None:
    for text in sample(reader).invalid:
        (tmp_path / file_name(reader.format)).write_text(text, encoding="utf-8")
        refused(reader, tmp_path)


@readers
@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        b"PK\x03\x04\x14\0\0\0",
        b"\x7fELF\x02\x01\x01\0",
        b"\x1f\x8b\x08\0\0\0\0\0",
        bytes(range(256)),
        b"\0" * 100,
        b"\xff" * 100,
    ],
    ids=["png", "zip", "elf", "gzip", "all-bytes", "zeros", "ones"],
)
def test_a_binary_file_is_refused(reader: Reader, data: bytes, tmp_path: Path) -> None:
    (tmp_path / file_name(reader.format)).write_bytes(data)
    refused(reader, tmp_path)


@readers
def test_a_nul_byte_anywhere_is_refused(reader: Reader, tmp_path: Path) -> None:
    data = sample(reader).of(PINS).encode()
    for place in range(0, len(data), 7):
        (tmp_path / file_name(reader.format)).write_bytes(data[:place] + b"\0" + data[place:])
        refused(reader, tmp_path)


@readers
def test_half_a_file_is_refused(reader: Reader, tmp_path: Path) -> None:
    if not sample(reader).ends:
        pytest.skip("half of such a file is such a file")
    text = sample(reader).of(PINS)
    (tmp_path / file_name(reader.format)).write_text(text[: len(text) // 2], encoding="utf-8")
    refused(reader, tmp_path)


@readers
def test_a_file_that_was_cut_is_refused_or_says_what_is_left_and_is_never_silently_empty(
    reader: Reader, tmp_path: Path
) -> None:
    text = sample(reader).of(PINS)
    for end in range(len(text)):
        try:
            found = read(reader, tmp_path, text[:end])
        except InputError as error:
            assert error.path == file_name(reader.format)  # noqa: PT017 (both outcomes are right)
            continue
        if sample(reader).ends and pinned(found) != sorted(PINS):
            assert found.notes or found.unchecked
        assert found.dependencies or found.unchecked or found.notes or not sample(reader).ends


@readers
def test_a_folder_of_that_name_is_refused(reader: Reader, tmp_path: Path) -> None:
    (tmp_path / file_name(reader.format)).mkdir()
    assert "is a folder" in refused(reader, tmp_path).detail


@readers
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
@pytest.mark.timeout(60)
def test_a_named_pipe_is_refused_without_waiting(reader: Reader, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / file_name(reader.format))
    assert "is not a regular file" in refused(reader, tmp_path).detail


@readers
def test_a_link_out_of_the_tree_is_refused(reader: Reader, tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (tmp_path / "elsewhere").write_text(sample(reader).of(PINS), encoding="utf-8")
    (project / file_name(reader.format)).symlink_to(tmp_path / "elsewhere")
    assert "leads out of project" in refused(reader, project).detail


@readers
def test_a_file_of_more_than_32_mb_is_refused(reader: Reader, tmp_path: Path) -> None:
    with (tmp_path / file_name(reader.format)).open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    assert "is 32 MB large; at most 32 MB are read" in refused(reader, tmp_path).detail


@readers
def test_a_file_that_is_not_there_is_refused(reader: Reader, tmp_path: Path) -> None:
    assert "no such file" in refused(reader, tmp_path).detail


@readers
def test_a_manifest_that_cannot_be_read_leaves_the_lock_readable(reader: Reader, tmp_path: Path) -> None:
    for name in {"pyproject.toml", "Pipfile"} - {reader.format}:
        (tmp_path / name).mkdir()
    assert pinned(read(reader, tmp_path, sample(reader).of(PINS))) == sorted(PINS)


@readers
def test_ten_thousand_packages_are_read(reader: Reader, tmp_path: Path) -> None:
    pins: Pins = [(f"package-{number}", "1.0") for number in range(10_000)]
    found = read(reader, tmp_path, sample(reader).of(pins))
    assert len(found.dependencies) == 10_000
    assert "package-9999" in (found.places.location(found.dependencies[-1].place).text + found.dependencies[-1].name)
