"""A uv.lock that was cut, is of another version, or holds what none holds, is refused or told."""

import pytest

from pysentry_hook.errors import InputError
from tests.builders import a_uv_lock
from tests.inputs.reading import (
    DATA,
    inventory,
    pins,
)
from tests.inputs.uv_locks import PYPI, a_lock


@pytest.mark.parametrize("version", ["2", '"1"', "0", "[]"])
def test_another_version_of_the_format_is_refused(version: str) -> None:
    with pytest.raises(InputError, match=r"lock version .* is not supported \(1 is\)\. Upgrade"):
        inventory({"uv.lock": a_uv_lock(("a", "1")).replace("version = 1\n", f"version = {version}\n", 1)})


def test_a_lock_without_a_version_is_refused() -> None:
    with pytest.raises(InputError, match="lock version none is not supported"):
        inventory({"uv.lock": a_uv_lock(("a", "1")).removeprefix("version = 1\n")})


def test_any_revision_of_version_1_is_read() -> None:
    assert pins(inventory({"uv.lock": a_uv_lock(("a", "1")).replace("revision = 3", "revision = 99")})) == ["a 1"]


def test_a_lock_that_was_cut_between_two_packages_is_refused_wherever_it_is_cut() -> None:
    text = (DATA / "uv.lock/workspace/uv.lock").read_text(encoding="utf-8")
    parts = text.split("[[package]]\n")
    for count in range(2, len(parts)):
        with pytest.raises(InputError, match="Is the file complete"):
            inventory({"uv.lock": "[[package]]\n".join(parts[:count])})


def test_a_lock_without_its_project_is_refused() -> None:
    with pytest.raises(InputError, match=r"the project itself is not in the lock\. Is the file complete\?"):
        inventory({"uv.lock": f'version = 1\n[[package]]\nname = "a"\nversion = "1"\n{PYPI}\n'})


@pytest.mark.parametrize("lock", ["version = 1\n", a_lock()])
def test_a_lock_without_dependencies_says_so(lock: str) -> None:
    found = inventory({"uv.lock": lock})
    assert found.dependencies == ()
    assert found.notes == ("uv.lock lists no dependencies; if the project has some, the file is not complete.",)


@pytest.mark.parametrize(
    ("package", "problem"),
    [
        ('version = "1"', "package number 2 has no valid name"),
        ('name = "../x"\nversion = "1"', "package number 2 has no valid name"),
        ('name = "a"\nversion = 1', "the version of a is not a string"),
        ('name = "a"\nversion = "1"\nsource = "pypi"', "the source of a is not a table"),
        ('name = "a"\nversion = "1"\ndependencies = "b"', "dependencies is not a list of tables"),
        ('name = "a"\nversion = "1"\ndependencies = [{ name = "a", extra = 5 }]', "an extra of a is not a list"),
        ('name = "a"\nversion = "1"\noptional-dependencies = []', "optional-dependencies is not a table"),
    ],
)
def test_a_value_of_the_wrong_shape_is_refused(package: str, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        inventory({"uv.lock": a_lock(package)})


@pytest.mark.parametrize("manifest", ["manifest = 1", "[manifest]\nmembers = [1]", "[manifest]\noverrides = 1"])
def test_a_manifest_of_the_wrong_shape_is_refused(manifest: str) -> None:
    with pytest.raises(InputError, match="is not a"):
        inventory({"uv.lock": a_lock(manifest=manifest + "\n")})
