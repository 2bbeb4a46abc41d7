"""What is published holds what it should and nothing else, installs into nothing, and says of itself what is so."""

import os
import re
import subprocess
import tarfile
import tomllib
import zipfile
from collections.abc import Callable
from email.message import Message
from email.parser import Parser
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from tests.e2e.acting import HOUSE, commit, git
from tests.e2e.conftest import needed
from tests.e2e.releasing import LAST, a_copy, do

pytestmark = pytest.mark.unmeasured  # other tests measure what these run

OUTSIDE = dict(os.environ)
"""The environment in which the tests were started: with the machine's package registry."""
LEFTOVERS = (
    *(
        "tests/__pycache__/x.pyc",
        ".tools/node_modules/x.js",
        ".coverage",
        ".mypy_cache/x",
        ".hypothesis/x",
        "dist/old.whl",
    ),
    *("pysentry_hook/__pycache__/x.pyc", ".pytest_cache/x"),
)


class Built(NamedTuple):
    """A copy of the repository in which the distributions were built."""

    copy: Path
    wheel: Path
    sdist: Path

    @property
    def metadata(self) -> Message:
        with zipfile.ZipFile(self.wheel) as wheel:
            text = wheel.read(f"pysentry_hook-{LAST}.dist-info/METADATA").decode()
        return Parser().parsestr(text)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Build in a folder in which somebody has worked."""
    copy = a_copy(tmp_path_factory.mktemp("built") / "copy")
    for name in LEFTOVERS:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_text("x", encoding="utf-8")
    done = do(copy, "bash", ".ci/build")
    assert done.returncode == 0, done.stdout + done.stderr
    wheel, sdist = sorted((copy / "dist").iterdir(), key=lambda file: file.suffix, reverse=True)
    return Built(copy, wheel, sdist)


def test_there_is_one_sdist_and_one_wheel_of_this_version(built: Built) -> None:
    assert (built.wheel.name, built.sdist.name) == (
        f"pysentry_hook-{LAST}-py3-none-any.whl",
        f"pysentry_hook-{LAST}.tar.gz",
    )


def test_the_wheel_holds_the_modules_their_schemas_and_its_own_records(built: Built) -> None:
    with zipfile.ZipFile(built.wheel) as wheel:
        names = wheel.namelist()
    records = {name.partition("/")[2] for name in names if name.startswith(f"pysentry_hook-{LAST}.dist-info/")}
    assert records == {"METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE"}
    package = {name for name in names if name.startswith("pysentry_hook/")}
    assert len(names) == len(package) + len(records)
    assert package == set(git(HOUSE, "ls-files", "-co", "--exclude-standard", "pysentry_hook").splitlines())
    assert {name.rpartition("/")[2].partition(".")[2] for name in package} == {"py", "typed", "schema.json"}


def test_the_sdist_is_what_git_tracks(built: Built) -> None:
    with tarfile.open(built.sdist) as sdist:
        names = {name.removeprefix(f"pysentry_hook-{LAST}/") for name in sdist.getnames()}
    assert names - set(git(built.copy, "ls-files").splitlines()) == {"PKG-INFO"}
    assert {"tests/conftest.py", "action.yml", ".ci/run", ".github/workflows/ci.yml", "CHANGELOG.md"} <= names
    assert set(git(built.copy, "ls-files").splitlines()) <= names


def test_the_same_commit_gives_the_same_bytes(built: Built, tmp_path: Path) -> None:
    again = a_copy(tmp_path / "again")
    assert do(again, "bash", ".ci/build").returncode == 0
    assert built.wheel.read_bytes() == (again / "dist" / built.wheel.name).read_bytes()
    assert built.sdist.read_bytes() == (again / "dist" / built.sdist.name).read_bytes()


def replaced(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text.replace(old, new)


WITHOUT_SCHEMAS = replaced("[tool.ruff]\n", '[tool.hatch.build]\nexclude = ["*.schema.json"]\n\n[tool.ruff]\n')


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("pyproject.toml", WITHOUT_SCHEMAS, " lacks pysentry_hook/reports/report.schema.json"),
        ("pyproject.toml", replaced('readme = "README.md"\n', ""), "`long_description` missing"),
        ("pyproject.toml", replaced(":: Typed", ":: Perhaps"), "Unknown classifier in field `project.classifiers`"),
        ("pysentry_hook/notes.md", lambda _: "x", " holds pysentry_hook/notes.md, which no program needs"),
    ],
    ids=["schema", "description", "classifier", "note"],
)
def test_a_commit_that_makes_wrong_distributions_is_refused(
    tmp_path: Path, name: str, change: Callable[[str], str], said: str
) -> None:
    copy = a_copy(tmp_path / "copy")
    file = copy / name
    commit(copy, {name: change(file.read_text(encoding="utf-8") if file.exists() else "")})
    done = do(copy, "bash", ".ci/build")
    assert done.returncode != 0
    assert said in re.sub(r"\s+", " ", done.stdout + done.stderr)


def test_files_of_this_machine_that_git_does_not_track_are_named_and_refused(built: Built, tmp_path: Path) -> None:
    copy = a_copy(tmp_path / "copy")
    for name in ("tests/data/secret.key", "pysentry_hook/extra.py"):
        (copy / name).write_text("x = 1\n", encoding="utf-8")
    done = do(copy, "bash", ".ci/build")
    assert done.returncode == 1
    assert set(done.stderr.splitlines()) >= {
        f"{built.wheel.name} holds pysentry_hook/extra.py, which does not belong there",
        f"{built.sdist.name} holds pysentry_hook-{LAST}/pysentry_hook/extra.py, which does not belong there",
        f"{built.sdist.name} holds pysentry_hook-{LAST}/tests/data/secret.key, which does not belong there",
    }


def test_the_metadata_name_the_pythons_that_ci_runs_and_where_everything_is(built: Built) -> None:
    workflow = yaml.safe_load((HOUSE / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    pythons = workflow["jobs"]["test"]["strategy"]["matrix"]["python"]
    found = [each for each in built.metadata.get_all("Classifier", []) if re.search(r":: 3\.\d+$", each)]
    assert found == [f"Programming Language :: Python :: {python}" for python in pythons]
    assert built.metadata["Requires-Python"] == f">={pythons[0]}"
    places = dict(each.split(", ") for each in built.metadata.get_all("Project-URL", []))
    assert set(places) == {"Homepage", "Changelog", "Issues", "Security", "Source"}
    assert {re.match(r"https://github\.com/[\w-]+/[\w-]+", place)[0] for place in places.values()} == {places["Source"]}  # type: ignore[index]
    assert built.metadata["License-Expression"] == "MIT"


def test_the_description_is_the_readme_and_an_index_can_show_it(built: Built) -> None:
    from readme_renderer.markdown import render

    assert built.metadata["Description-Content-Type"] == "text/markdown"
    text = str(built.metadata.get_payload())
    assert text == (HOUSE / "README.md").read_text(encoding="utf-8")
    shown = render(text)
    assert shown
    assert shown.count("<table>") == text.count("\n|---")


@pytest.mark.network
def test_the_wheel_works_where_there_is_nothing_else(built: Built, tmp_path: Path) -> None:
    uv = needed("uv", "uv")
    known = {name: value for name, value in OUTSIDE.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV", "COV"))}
    known |= {"HOME": str(tmp_path), "PYSENTRY_HOOK_CACHE_DIR": str(tmp_path / "cache")}

    def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            list(map(str, words)),
            cwd=built.copy / "examples",
            env=known,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    programs = tmp_path / "empty" / "bin"
    made = run(uv, "venv", "-q", programs.parent)
    assert made.returncode == 0, made.stderr
    made = run(uv, "pip", "install", "-q", "--python", programs / "python", built.wheel)
    assert made.returncode == 0, made.stderr
    for words in ([programs / "pysentry-hook"], [programs / "pysentry"], [programs / "python", "-m", "pysentry_hook"]):
        assert run(*words, "--version").stdout == f"pysentry-hook {LAST}\n"
        done = run(*words, "shop", "--advisory-db", "advisories")
        assert done.returncode == 1
        assert "CVE-2023-25577" in done.stdout
    done = run(uv, "tool", "run", "--from", built.wheel, "pysentry-hook", "shop", "--advisory-db", "advisories")
    assert "\nWhy:    uvx pysentry-hook explain " in done.stdout, done.stderr
    assert '"$schema"' in run(programs / "pysentry-hook", "config", "schema", "--report").stdout


def test_the_tests_can_be_run_from_the_sdist(built: Built, tmp_path: Path) -> None:
    with tarfile.open(built.sdist) as sdist:
        sdist.extractall(tmp_path, filter="data")
    house = tmp_path / f"pysentry_hook-{LAST}"
    python = str(built.copy / ".venv" / "bin" / "python")
    where = do(house, python, "-c", "import pysentry_hook; print(pysentry_hook.__file__)")
    assert where.stdout == f"{house}/pysentry_hook/__init__.py\n"
    some = ("tests/contracts/test_hook_manifest.py", "tests/test_requirements.py", "tests/reports/test_sarif.py")
    words = (python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--basetemp", str(tmp_path / "temporary"))
    done = do(house, *words, *some)
    assert done.returncode == 0, done.stdout
    every = do(house, *words, "--collect-only")
    assert every.returncode == 0, every.stdout


def test_what_builds_the_release_is_pinned_with_hashes_and_allowed_by_the_project() -> None:
    from packaging.requirements import Requirement

    text = (HOUSE / ".ci" / "build.txt").read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=\S)", text.strip())
    pattern = r"[\w.-]+==\S+(?: ; .*?)?(?: \\\n +--hash=sha256:[0-9a-f]{64})+"
    assert [block for block in blocks if not re.fullmatch(pattern, block)] == []
    assert "://" not in text
    pins = {pin.name: pin for pin in map(Requirement, re.findall(r"^([\w.-]+==[^\s;]+)", text, re.MULTILINE))}
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text(encoding="utf-8"))
    asked = [*project["build-system"]["requires"], *project["project"]["optional-dependencies"]["dev"]]
    for each in map(Requirement, asked):
        if each.name in {"build", "hatchling", "twine"}:
            assert all(each.specifier.contains(pin.version) for pin in pins[each.name].specifier), each
    assert {"build", "hatchling", "twine"} <= pins.keys()
