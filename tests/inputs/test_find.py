"""Which file of a folder is read, and what a named file is."""

import pytest

from pysentry_hook.errors import DeclaresNothingError, InputError, NothingToReadError
from pysentry_hook.inputs import IN_FOLDERS, READERS, open_input, reader_of
from pysentry_hook.model import Inventory
from tests.contracts.samples import SAMPLES
from tests.inputs.reading import Files

ORDER = [
    "uv.lock",
    "poetry.lock",
    "Pipfile.lock",
    "pylock.toml",
    "pdm.lock",
    "pyproject.toml",
    "Pipfile",
    "requirements.txt",
]
PINS = (("idna", "3.6"),)
DECLARED_IN = {"Pipfile.lock": "Pipfile"} | dict.fromkeys(
    ("uv.lock", "poetry.lock", "pylock.toml", "pdm.lock"), "pyproject.toml"
)
SHOWS = "it shows where packages are declared; "
ONLY_TOOLS = "[tool.ruff]\nline-length = 100\n"
DYNAMIC = '[project]\nname = "shop"\ndynamic = ["dependencies"]\n'
IS_DYNAMIC = "its dependencies are dynamic, so they cannot be determined: lock them (uv lock)"


def opened(files: dict[str, str], path: str = "app") -> tuple[str, dict[str, str]]:
    """Which file was read, and why each other one was not."""
    found = open_input(Files({f"app/{name}": text for name, text in files.items()}), path)
    assert isinstance(found.result, Inventory)
    assert found.result.path == found.path
    return found.path.removeprefix("app/"), {other.path.removeprefix("app/"): other.reason for other in found.skipped}


def test_the_first_by_precedence_is_read_and_the_others_are_told() -> None:
    formats = [reader.format for reader in IN_FOLDERS]
    for number, expected in enumerate(formats):
        files = {name: SAMPLES[name].of(PINS) for name in reversed(formats[number:])}
        path, skipped = opened(files)
        assert path == expected
        shown = {DECLARED_IN.get(expected): f"{SHOWS}{expected} has precedence"}
        assert skipped == {name: shown.get(name, f"{expected} has precedence") for name in ORDER[number + 1 :]}


@pytest.mark.parametrize("lock", ORDER[:5])
@pytest.mark.parametrize("manifest", ["pyproject.toml", "Pipfile"])
def test_a_manifest_beside_a_lock_shows_where_packages_are_declared_or_is_not_said_to(lock: str, manifest: str) -> None:
    files = {f"app/{name}": SAMPLES[name].of(PINS) for name in (lock, manifest)}
    found = open_input(Files(files), "app")
    assert isinstance(found.result, Inventory)
    declared = found.result.places.declaration(found.result.dependencies[0].node)
    (skipped,) = found.skipped
    assert skipped.reason.startswith(SHOWS) == (declared is not None) == (DECLARED_IN[lock] == manifest)


def test_the_readers_stand_in_the_documented_order() -> None:
    assert [reader.format for reader in READERS if reader.format in ORDER] == ORDER


@pytest.mark.parametrize(
    ("manifest", "reason"),
    [
        (ONLY_TOOLS, "declares no dependencies"),
        (DYNAMIC, IS_DYNAMIC),
        ('[project]\nname = "shop"\ndependencies = []\n', "declares no dependencies"),
        (
            '[tool.flit.metadata]\nmodule = "shop"\nrequires = ["idna"]\n',
            "declares no dependencies beside [tool.flit.metadata] requires, which were not read",
        ),
        (
            '[project]\ndependencies = []\n[tool.hatch.envs.docs]\ndependencies = ["idna"]\n',
            "declares no dependencies; [tool.hatch.envs.docs] dependencies were not read",
        ),
    ],
)
def test_a_manifest_that_declares_nothing_gives_way_to_the_next(manifest: str, reason: str) -> None:
    files = {"pyproject.toml": manifest, "Pipfile": "[requires]\n", "requirements.txt": "idna==3.6\n"}
    expected = {"pyproject.toml": reason, "Pipfile": "declares no dependencies"}
    assert opened(files) == ("requirements.txt", expected)


def test_an_empty_list_is_an_answer_where_nothing_else_is_there() -> None:
    empty = '[project]\nname = "shop"\ndependencies = []\n'
    assert opened({"pyproject.toml": empty}) == ("pyproject.toml", {})
    assert opened({"pyproject.toml": empty, "Pipfile": "[packages]\n"}) == (
        "pyproject.toml",
        {"Pipfile": "declares no dependencies"},
    )


def test_a_broken_file_is_the_result_and_none_is_read_in_its_place() -> None:
    tree = Files({"uv.lock": "{", "pyproject.toml": SAMPLES["pyproject.toml"].of(PINS)})
    found = open_input(tree, "")
    assert isinstance(found.result, InputError)
    assert found.path == "uv.lock"
    assert [other.path for other in found.skipped] == ["pyproject.toml"]


def test_a_folder_of_manifests_that_declare_nothing_says_why_each_was_skipped() -> None:
    with pytest.raises(NothingToReadError) as caught:
        open_input(Files({"app/pyproject.toml": DYNAMIC, "app/Pipfile": "[requires]\n"}), "app")
    looked_for = ", ".join(reader.format for reader in IN_FOLDERS)
    assert str(caught.value) == (
        f"app: nothing to read here; looked for {looked_for}"
        f"; pyproject.toml: {IS_DYNAMIC}; Pipfile: declares no dependencies"
        ". --recursive looks below; --requirements FILE reads a requirements file of another name, "
        "--include-scripts scripts that list what they need"
    )


def test_a_named_file_that_declares_nothing_is_an_error() -> None:
    found = open_input(Files({"pyproject.toml": ONLY_TOOLS}), "pyproject.toml")
    assert isinstance(found.result, DeclaresNothingError)


def test_the_root_of_a_tree_is_a_folder() -> None:
    assert open_input(Files({"requirements.txt": "idna==3.6\n"}), "").path == "requirements.txt"


def test_a_folder_without_anything_to_read_says_what_was_looked_for() -> None:
    with pytest.raises(NothingToReadError, match=r"^app: nothing to read here; looked for uv\.lock, poetry\.lock"):
        open_input(Files({"app/README.md": ""}), "app")
    with pytest.raises(NothingToReadError, match=r"^\.: nothing to read here"):
        open_input(Files({"README.md": ""}), "")


def test_a_file_that_is_not_there_is_nothing_to_read() -> None:
    with pytest.raises(NothingToReadError, match=r"^uv\.lock: no such file or folder"):
        open_input(Files({}), "uv.lock")


@pytest.mark.parametrize("name", ["Cargo.lock", "README.md", "uv.lock.orig", "poetry.toml", "requirementsfoo"])
def test_a_file_of_another_format_is_refused(name: str) -> None:
    with pytest.raises(InputError, match=rf"^{name}: is in no format that is read \(uv\.lock, "):
        open_input(Files({name: ""}), name)


@pytest.mark.parametrize(
    "name", ["requirements.txt", "requirements-dev.txt", "dev-requirements.txt", "requirements/base.txt", "deps.txt"]
)
def test_requirements_files_have_many_names(name: str) -> None:
    assert reader_of(Files({name: ""}), name).format == "requirements.txt"


@pytest.mark.parametrize("name", ["gen_requirements.py", "requirements.py", "tools/requirements-check.py"])
def test_a_script_is_one_whatever_else_its_name_says(name: str) -> None:
    assert reader_of(Files({name: ""}), name).format == "script"


def test_the_lock_of_a_script_is_read_in_its_place() -> None:
    lock = SAMPLES["uv.lock"].of(PINS)
    assert opened({"tool.py": "", "tool.py.lock": lock}, "app/tool.py") == (
        "tool.py.lock",
        {"tool.py": f"{SHOWS}tool.py.lock has precedence"},
    )
    assert opened({"tool.py": SAMPLES["script"].of(PINS)}, "app/tool.py") == ("tool.py", {})


def test_a_script_is_never_looked_for_in_a_folder() -> None:
    with pytest.raises(NothingToReadError):
        open_input(Files({"app/tool.py": "", "app/script": "", "app/tool.py.lock": ""}), "app")
