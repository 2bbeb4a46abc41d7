"""SECURITY.md names a test for each promise: each is there, under that name, and is run."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[1]
PAGE = (HOUSE / "SECURITY.md").read_text(encoding="utf-8")
ROWS = [line for line in PAGE.splitlines() if re.match(r"\| .*\| `tests/", line)]
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", "\n".join(ROWS))
NEVER = {"skip", "xfail"}


@cache
def functions_of(file: Path) -> dict[str, ast.FunctionDef]:
    """The tests that a file holds, by their names."""
    body = ast.parse(file.read_text(encoding="utf-8")).body
    return {each.name: each for each in body if isinstance(each, ast.FunctionDef) and each.name.startswith("test_")}


def marks(values: Iterator[ast.expr] | list[ast.expr]) -> set[str]:
    """The marks of pytest, bare or called, among decorators or in `pytestmark`."""
    called = [value.func if isinstance(value, ast.Call) else value for value in values]
    return {value.attr for value in called if isinstance(value, ast.Attribute)}


def is_never_run(file: Path, name: str) -> bool:
    """Whether a test is skipped, or expected to fail, whatever the machine is."""
    test = functions_of(file)[name]
    first = next((each for each in test.body if isinstance(each, ast.Expr) and isinstance(each.value, ast.Call)), None)
    begins = test.body[0] is first and first is not None and "skip" in marks([first.value])
    of_file = [
        value
        for each in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == "pytestmark"
        for value in (each.value.elts if isinstance(each.value, ast.List | ast.Tuple) else [each.value])
    ]
    return begins or bool(NEVER & (marks(test.decorator_list) | marks(of_file)))


def elsewhere(name: str) -> list[str]:
    """The files that hold a test of that name."""
    return [
        file.relative_to(HOUSE).as_posix()
        for file in sorted((HOUSE / "tests").rglob("test_*.py"))
        if name in functions_of(file)
    ]


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_each_test_that_the_page_names_is_there_and_is_run(path: str, name: str) -> None:
    file = HOUSE / path
    if not file.is_file() or name not in functions_of(file):
        pytest.fail(f"{path} has no {name}; a test of that name is in: {', '.join(elsewhere(name)) or 'no file'}")
    assert not is_never_run(file, name), f"{path}::{name} is skipped"


def test_each_promise_has_a_threat_a_defence_and_a_test() -> None:
    promises = [line for line in PAGE.partition("## What is defended")[2].splitlines() if line.startswith("| ")]
    promises = [line for line in promises if not line.startswith("| threat |")]
    assert len(promises) > 40
    assert promises == [line for line in ROWS if line in promises]
    assert all(len(line.strip("| ").split(" | ")) == 3 for line in promises)
    assert len(set(NAMED)) == len(NAMED)


def test_what_is_skipped_is_seen(tmp_path: Path) -> None:
    file = tmp_path / "test_a.py"
    file.write_text(
        "import pytest\n\n@pytest.mark.skip\ndef test_marked(): ...\n\n"
        '@pytest.mark.skip(reason="x")\ndef test_called(): ...\n\ndef test_begins():\n    pytest.skip("x")\n\n'
        '@pytest.mark.skipif(True, reason="x")\ndef test_if(): ...\n\ndef test_runs():\n    print()\n'
    )
    seen = {name: is_never_run(file, name) for name in functions_of(file)}
    assert seen == {
        "test_marked": True, "test_called": True, "test_begins": True, "test_if": False, "test_runs": False,
    }  # fmt: skip
