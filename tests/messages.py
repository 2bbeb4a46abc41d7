"""Every message of the code in one table, read from its syntax: `python -m tests.messages`."""

import ast
import itertools
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import NamedTuple

from pysentry_hook import errors

PACKAGE = Path(errors.__file__).parent
_MOST = 12
"""More ways than this to fill in one message are not told apart."""
_DEEPEST = 4
_PLACED = {"InputError": 1, "DamagedError": 1, "NothingToReadError": 1, "DeclaresNothingError": 1, "DynamicError": 1}
_PLACED |= {"RepositoryError": 1, "ReportError": 1, "Failure": 3}
"""Which argument is the text; the first one for all others."""
_PARTS = {"ValueError", "TypeError", "LookupError"}
"""What becomes part of an error of ours, where a door of ours catches it."""
_BUILDERS = {"fail": "ConfigError", "error": "ConfigError"}
"""Functions that make an error of a text: `fail(text, key)` and `source.error(text, *keys)`."""
_OTHERS = {"ResolutionError", "NoResolverError"}
"""Errors of ours that are defined where they are raised."""
_WARNERS = {"warn", "_warn", "_say"}
_TREE = {name for name, each in vars(errors).items() if name.endswith("Error") and isinstance(each, type)}
_CODES = {
    "ResolutionError": "3",
    "NoResolverError": "2",
    "NotAppliedError": "1 or 3",
    "SourceError": "3",
    "Failure": "3",
    "Unchecked": "0",
    "warning": "-",
}


class Message(NamedTuple):
    """One text that a user can meet, with `{…}` for values."""

    kind: str
    exit_code: str
    module: str
    line: int
    text: str


class Module:
    """One file of the package, with what its names stand for."""

    def __init__(self, path: Path, others: Mapping[str, "Module"]) -> None:
        self.name = path.relative_to(PACKAGE).as_posix()
        self.tree = ast.parse(path.read_bytes())
        self._others = others

    @cached_property
    def _imported(self) -> dict[str, tuple[str, str]]:
        return {
            alias.asname or alias.name: (node.module or "", alias.name)
            for node in ast.walk(self.tree)
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }

    @cached_property
    def _defined(self) -> dict[str, list[ast.expr]]:
        """What a name of the module stands for: the value of a constant, or all that a function returns."""
        found = dict(_assigned(self.tree.body))
        for node in self.tree.body:
            if isinstance(node, ast.FunctionDef):
                found[node.name] = [
                    each.value for each in ast.walk(node) if isinstance(each, ast.Return) and each.value
                ]
        return found

    def meaning(self, name: str) -> tuple["Module", list[ast.expr]]:
        """The expressions that a name of this module may stand for, and the module that they are of."""
        if name in self._defined:
            return self, self._defined[name]
        path, original = self._imported.get(name, ("", ""))
        other = self._others.get(path)
        return other.meaning(original) if other else (self, [])


class _Teller:
    """Tells the texts that an expression may be, within one function."""

    def __init__(self, module: Module, local: Mapping[str, list[ast.expr]]) -> None:
        self._module = module
        self._local = local

    def texts(self, node: ast.expr, depth: int = 0) -> list[str]:
        """Every text, or the expression in braces where it is none."""
        match node:
            case ast.Constant(value=str(text)):
                return [text]
            case ast.JoinedStr(values=parts):
                return self._joined(parts, depth)
            case ast.FormattedValue(value=value, conversion=-1, format_spec=None):
                return self.texts(value, depth)
            case ast.IfExp(body=body, orelse=other):
                return [*self.texts(body, depth), *self.texts(other, depth)]
            case ast.BoolOp(op=ast.Or(), values=values):
                told = [text for value in values[:-1] for text in self.texts(value, depth) if text]
                return [*told, *self.texts(values[-1], depth)]
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return self._joined([left, right], depth)
            case ast.Call(func=ast.Name(id="one_line" | "printable" | "str"), args=[value, *_]):
                return self.texts(value, depth)
            case ast.Name(id=name) | ast.Call(func=ast.Name(id=name)) if depth < _DEEPEST:
                return self._named(name, isinstance(node, ast.Name), depth) or [_braces(node)]
        return [_braces(node)]

    def _joined(self, parts: Iterable[ast.expr], depth: int) -> list[str]:
        ways = [self.texts(part, depth) for part in parts]
        told = ["".join(each) for each in itertools.islice(itertools.product(*ways), _MOST + 1)]
        if len(told) <= _MOST:
            return told
        return ["".join(each[0] if len(each) == 1 else "{" + " | ".join(each) + "}" for each in ways)]

    def _named(self, name: str, plain: bool, depth: int) -> list[str]:
        if plain and name in self._local:
            teller, values = self, self._local[name]
        else:
            module, values = self._module.meaning(name)
            teller = _Teller(module, {})
        told = [text for value in values for text in teller.texts(value, depth + 1)]
        worded = [text for text in dict.fromkeys(told) if not text.startswith("{") or " " in text.rpartition("}")[2]]
        return [] if not any(" " in text for text in worded) else worded


def _braces(node: ast.AST) -> str:
    value = node.value if isinstance(node, ast.FormattedValue) else node
    return "{" + ast.unparse(value) + "}"


def _assigned(body: Iterable[ast.AST]) -> Iterator[tuple[str, list[ast.expr]]]:
    found: dict[str, list[ast.expr]] = {}
    for node in body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                found.setdefault(name, []).append(value)
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
                for target, value in zip(names, values, strict=True):
                    if isinstance(target, ast.Name):
                        found.setdefault(target.id, []).append(value)
    yield from found.items()


@cache
def messages() -> list[Message]:
    """Every message, in the order of the files."""
    modules: dict[str, Module] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        dotted = ".".join(("pysentry_hook", *path.relative_to(PACKAGE).with_suffix("").parts)).removesuffix(".__init__")
        modules[dotted] = Module(path, modules)
    found = [message for module in modules.values() if module.name != "errors.py" for message in _of(module)]
    return list(dict.fromkeys(found))


def _of(module: Module) -> Iterator[Message]:
    for function, node in _calls(module.tree, None):
        kind, value = _said(node)
        if value is None:
            continue
        local = dict(_assigned(ast.walk(function))) if function else {}
        for text in _Teller(module, local).texts(value):
            if " " in text.strip() or text.startswith("{"):
                yield Message(kind, _exit_code(kind), module.name, node.lineno, text.strip())


def _calls(node: ast.AST, function: ast.AST | None) -> Iterator[tuple[ast.AST | None, ast.Call]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call):
            yield function, child
        yield from _calls(child, child if isinstance(child, ast.FunctionDef) else function)


def _said(call: ast.Call) -> tuple[str, ast.expr | None]:
    """The sort of message that a call makes, and its text; None for any other call."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    named = {keyword.arg: keyword.value for keyword in call.keywords}
    if name == "Unchecked":
        return name, named.get("reason")
    if name in _BUILDERS:
        return _BUILDERS[name], next(iter(call.args), None)
    if name in _WARNERS or (name == "echo" and "err" in named) or ast.unparse(call.func) == "sys.stderr.write":
        return "warning", next(iter(call.args), None)
    ours = name in _TREE or name in _PARTS | _OTHERS or name == "Failure"
    place = _PLACED.get(name, 0)
    return name, call.args[place] if ours and place < len(call.args) else named.get("detail") if ours else None


def _exit_code(kind: str) -> str:
    return _CODES.get(kind) or str(getattr(getattr(errors, kind, None), "exit_code", "part"))


def main() -> None:
    """Print the table: class, exit code, place, text."""
    for each in messages():
        sys.stdout.write(f"{each.kind:20} {each.exit_code:6} {each.module}:{each.line:<5} {each.text}\n")


if __name__ == "__main__":
    main()
