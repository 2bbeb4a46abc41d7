"""Every input says the same in a folder, in a commit and in the index."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from pysentry_hook.inputs import READERS, Reader
from pysentry_hook.model import Dependency, Inventory, Unchecked
from pysentry_hook.tree import CommitTree, FolderTree, IndexTree
from tests.contracts.samples import SAMPLES

PINS = (("requests", "2.30.0"), ("idna", "3.6"), ("idna", "3.7"), ("six", "1.16.0"))
DATA = Path(__file__).parents[1] / "data"
MANIFESTS = {
    "pyproject.toml": '[project]\nname = "shop"\nversion = "1"\ndependencies = ["requests>=2", "six"]\n',
    "Pipfile": '[packages]\nrequests = "*"\n',
}


def facts(found: Inventory) -> tuple[object, ...]:
    entries: tuple[Dependency | Unchecked, ...] = (*found.dependencies, *found.unchecked)
    places = tuple(found.places.location(entry.place) for entry in entries)
    declared = tuple(found.places.declaration(node) for node in sorted({entry.node for entry in entries}, key=str))
    rest = (found.files, found.roots, found.edges, found.scopes, found.notes, found.failures)
    return (*entries, *places, *declared, *rest)


def check(reader: Reader, folder: Path, path: str, files: Mapping[str, str | bytes]) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    settings = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "core.autocrlf=false")
    for words in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "x")):
        subprocess.run(["git", "-C", folder, *settings, *words], check=True, capture_output=True)
    expected = facts(reader.read(FolderTree(folder), path))
    for name in files:
        (folder / name).unlink()
    with CommitTree(folder, "HEAD") as commit, IndexTree(folder) as index:
        assert facts(reader.read(commit, path)) == expected
        assert facts(reader.read(index, path)) == expected
        assert commit.files("").paths == index.files("").paths == sorted(files)


@pytest.mark.parametrize("reader", READERS, ids=[reader.format for reader in READERS])
@pytest.mark.parametrize("folder", ["", "services/back/"], ids=["root", "deep"])
@pytest.mark.parametrize("manifests", [{}, MANIFESTS], ids=["alone", "manifests"])
def test_a_sample_says_the_same(reader: Reader, folder: str, manifests: Mapping[str, str], tmp_path: Path) -> None:
    files = {reader.format: SAMPLES[reader.format].of(PINS), **manifests}
    check(reader, tmp_path, f"{folder}{reader.format}", {f"{folder}{name}": text for name, text in files.items()})


@pytest.mark.parametrize("reader", READERS, ids=[reader.format for reader in READERS])
def test_a_real_file_says_the_same(reader: Reader, tmp_path: Path) -> None:
    files = (path for depth in ("*/*", "*/*/*") for path in DATA.glob(depth) if path.is_file())
    for number, path in enumerate(sorted(path for path in files if reader.recognises(path.name))):
        beside = {file.name: file.read_bytes() for file in path.parent.iterdir() if file.is_file()}
        check(reader, tmp_path / str(number), path.name, beside)


def test_an_included_file_is_found_in_every_tree(tmp_path: Path) -> None:
    files = {
        "requirements/dev.txt": "-r ../base.txt\n-c limits.txt\nsix==1.16.0\n",
        "requirements/limits.txt": "six<2\n",
        "base.txt": "requests==2.30.0\n",
    }
    reader = next(reader for reader in READERS if reader.format == "requirements.txt")
    check(reader, tmp_path, "requirements/dev.txt", files)
