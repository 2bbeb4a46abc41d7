"""The files of this house are short, keep one promise each, and say it in their first line."""

import ast
from pathlib import Path

HOUSE = Path(__file__).parents[1]

DATA = HOUSE / "tests" / "data"
PATHS = [path for top in ("pysentry_hook", "tests") for path in (HOUSE / top).rglob("*.py") if DATA not in path.parents]
TEXTS = {str(path.relative_to(HOUSE)): path.read_text(encoding="utf-8") for path in sorted(PATHS)}
TREES = {name: ast.parse(text) for name, text in TEXTS.items() if text}


def test_no_file_is_longer_than_300_lines() -> None:
    assert {name: len(text.splitlines()) for name, text in TEXTS.items() if len(text.splitlines()) > 300} == {}


def test_no_function_is_longer_than_60_lines() -> None:
    long = {
        f"{name}: {node.name}": node.end_lineno - node.lineno + 1
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno
        if node.end_lineno - node.lineno >= 60
    }
    assert long == {}


def test_the_first_line_of_a_file_is_its_promise() -> None:
    first = {name: (ast.get_docstring(tree) or "").partition("\n")[0] for name, tree in TREES.items()}
    assert {name: line for name, line in first.items() if not line.endswith(".")} == {}
