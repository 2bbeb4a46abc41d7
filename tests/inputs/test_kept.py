"""What was read before is read the same again, and anew where anything that it depends on is not as it was."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pysentry_hook.cache import DiskCache
from pysentry_hook.errors import InputError
from pysentry_hook.inputs import READERS, Reader, kept
from pysentry_hook.inputs.kept import Keeper
from pysentry_hook.inputs.packing import packed, unpacked
from pysentry_hook.model import Inventory
from pysentry_hook.tree import FolderTree, Tree
from tests.contracts.samples import SAMPLES, file_name
from tests.damage import each_damage

PINS = (("requests", "2.30.0"), ("idna", "3.6"), ("idna", "3.7"), ("six", "1.16.0"))
MANIFEST = '[project]\nname = "shop"\nversion = "1.0"\ndependencies = ["requests", "idna"]\n'
readers = pytest.mark.parametrize("reader", READERS, ids=[reader.format for reader in READERS])
locks = [reader for reader in READERS if reader.format in {"uv.lock", "poetry.lock", "Pipfile.lock", "pylock.toml"}]


class Watching(Reader):
    """A reader that counts how often it is asked."""

    asked = 0

    def read(self, tree: Tree, path: str) -> Inventory:
        self.asked += 1
        return super().read(tree, path)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "pyproject.toml").write_text(MANIFEST, encoding="utf-8")
    return folder


@pytest.fixture
def keeper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Keeper]:
    """Make a keeper as a new run does."""
    monkeypatch.setattr(kept, "_SHORTEST", 0)
    return lambda: Keeper(DiskCache(tmp_path / "cache", pytest.fail))


def notes(folder: Path) -> list[Path]:
    return sorted((folder / "cache" / "notes").iterdir())


def write(folder: Path, reader: Reader) -> str:
    path = file_name(reader.format)
    (folder / path).write_text(SAMPLES[reader.format].of(PINS), encoding="utf-8")
    return path


@readers
def test_the_first_and_the_second_reading_give_what_the_reader_gives(
    reader: Reader, project: Path, keeper: Callable[[], Keeper]
) -> None:
    path, tree, watching = write(project, reader), FolderTree(project), Watching(*reader)
    wanted = packed(reader.read(tree, path))
    assert wanted["dependencies"]
    assert packed(keeper().read(watching, tree, path)) == wanted
    assert packed(keeper().read(watching, tree, path)) == wanted
    assert watching.asked == 1


@readers
def test_an_inventory_comes_back_from_json_as_it_was(reader: Reader, project: Path) -> None:
    inventory = reader.read(FolderTree(project), write(project, reader))
    back = unpacked(json.loads(json.dumps(packed(inventory))))
    for field in Inventory.__dataclass_fields__.keys() - {"places"}:
        assert getattr(back, field) == getattr(inventory, field), field
    for each in inventory.dependencies:
        assert back.places.location(each.place) == inventory.places.location(each.place)
        assert back.places.declaration(each.node) == inventory.places.declaration(each.node)


@pytest.mark.parametrize("reader", locks, ids=[reader.format for reader in locks])
@pytest.mark.parametrize("change", ["changed", "gone", "new"])
def test_a_change_beside_the_input_is_seen(
    change: str, reader: Reader, project: Path, keeper: Callable[[], Keeper]
) -> None:
    path, tree, watching = write(project, reader), FolderTree(project), Watching(*reader)
    manifests = [project / "pyproject.toml", project / "Pipfile"]
    if change == "new":
        manifests[0].unlink()
    else:
        manifests[1].write_text('[packages]\nrequests = "*"\n', encoding="utf-8")
    keeper().read(watching, tree, path)
    for manifest in manifests:
        if change == "gone":
            manifest.unlink()
        else:
            manifest.write_text("# one line more\n" + (manifest.read_text() if manifest.exists() else MANIFEST))
    asked_before = watching.asked
    found = keeper().read(watching, tree, path)
    assert packed(found) == packed(reader.read(tree, path))
    if reader.format != "pylock.toml":  # such a lock is alone
        assert watching.asked == asked_before + 1


def test_a_file_that_is_not_there_or_no_input_is_an_error_every_time(
    project: Path, keeper: Callable[[], Keeper]
) -> None:
    reader, tree = READERS[0], FolderTree(project)
    for _ in range(2):
        with pytest.raises(InputError, match="no such file"):
            keeper().read(reader, tree, "uv.lock")
    (project / "uv.lock").write_text("version = 9\n", encoding="utf-8")
    for _ in range(2):
        with pytest.raises(InputError, match="is not supported"):
            keeper().read(reader, tree, "uv.lock")


def test_a_short_file_needs_no_note(project: Path, tmp_path: Path, keeper: Callable[[], Keeper]) -> None:
    path, tree = write(project, READERS[0]), FolderTree(project)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kept, "_SHORTEST", 10_000)
        keeper().read(READERS[0], tree, path)
        assert not (tmp_path / "cache" / "notes").exists()


def test_an_input_that_changes_while_it_is_read_is_an_error(project: Path, keeper: Callable[[], Keeper]) -> None:
    path, tree, of_a_run = write(project, READERS[0]), FolderTree(project), keeper()
    found = of_a_run.read(READERS[0], tree, path)
    (project / "other").mkdir()
    (project / "other" / path).write_text((project / path).read_text() + "\n")
    of_a_run.read(READERS[0], tree, f"other/{path}")
    (project / path).write_text((project / path).read_text() + "\n# more\n", encoding="utf-8")
    with pytest.raises(InputError, match="changed while it was read"):
        list(found.edges)


@pytest.mark.parametrize("share", [0, 0.1, 0.5, 0.9, 1.1])
def test_a_cut_or_longer_note_is_none(
    share: float, project: Path, tmp_path: Path, keeper: Callable[[], Keeper]
) -> None:
    path, tree, watching = write(project, READERS[0]), FolderTree(project), Watching(*READERS[0])
    wanted = packed(keeper().read(watching, tree, path))
    (note,) = notes(tmp_path)
    data = note.read_bytes()
    note.write_bytes((data * 2)[: int(len(data) * share)])
    assert packed(keeper().read(watching, tree, path)) == wanted
    assert watching.asked == 2
    assert note.read_bytes() == data


def test_a_planted_note_that_is_not_of_our_shape_never_ends_a_run(
    project: Path,
) -> None:
    path, tree = write(project, READERS[0]), FolderTree(project)
    wanted = packed(READERS[0].read(tree, path))
    values = json.loads(json.dumps(wanted))
    planted = [each for each in each_damage(values) if isinstance(each, dict)]
    assert len(planted) > 100
    for each in planted:
        try:
            found = unpacked(each)
        except (ValueError, TypeError, KeyError, IndexError, AttributeError):
            continue
        assert [dependency.node for dependency in found.dependencies]
