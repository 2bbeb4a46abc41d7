"""Read what a Pipfile declares into an Inventory, https://github.com/pypa/pipfile: exact pins are checked."""

from collections.abc import Iterator, Mapping
from typing import Any

from pysentry_hook.errors import DeclaresNothingError, InputError
from pysentry_hook.inputs import origins
from pysentry_hook.inputs.declarations import (
    Stated,
    Step,
    as_pep508,
    inventory,
    joined_markers,
    not_pinned,
    pinned_version,
)
from pysentry_hook.inputs.documents import parse_toml, read_text, table
from pysentry_hook.inputs.kinds import kind_of_table
from pysentry_hook.inputs.manifest import NOT_PACKAGES, category_scope
from pysentry_hook.model import Inventory, parse_name
from pysentry_hook.text import one_line
from pysentry_hook.tree import Tree, inside

FORMAT = "Pipfile"
_OPERATORS = frozenset("<>=!~")
"""How a constraint begins that has an operator; behind a name any other would make a longer name."""
_MARKERS = (
    "os_name", "sys_platform", "platform_machine", "platform_python_implementation", "platform_release",
    "platform_system", "platform_version", "python_version", "python_full_version", "implementation_name",
    "implementation_version",
)  # fmt: skip
"""The markers that may be keys of an entry: `sys_platform = "== 'win32'"`."""


def read(tree: Tree, path: str) -> Inventory:
    """Return every declared package of every category."""
    document = read_text(tree, path)
    data = parse_toml(document)
    categories = {
        key: table(content, path, f"{one_line(key, 60)!r}") for key, content in data.items() if key not in NOT_PACKAGES
    }
    if not categories:
        raise DeclaresNothingError(path, "declares no dependencies")
    stated = [entry for category, entries in categories.items() for entry in _entries(path, category, entries)]
    scopes = {category_scope(category) for category in categories}
    requires = table(data.get("requires"), path, "[requires]")
    found = origins.of_pipfile(data)
    return inventory(
        document,
        FORMAT,
        stated,
        reached={Step("group", scope): {scope} for scope in scopes},
        scopes=scopes,
        indexes=lambda entry: found.of(entry.origin),
        root=None,
        requires_python=f"=={python}.*" if isinstance(python := requires.get("python_version"), str) else None,
    )


def _entries(path: str, category: str, entries: Mapping[str, Any]) -> Iterator[Stated]:
    folder = path.rpartition("/")[0]
    step = Step("group", category_scope(category))
    for key, value in entries.items():
        name = parse_name(key)
        if name is None:
            raise InputError(path, f"{one_line(key, 60)!r} is no valid package name")
        entry = {"version": value} if isinstance(value, str) else table(value, path, str(name))
        if isinstance(entry.get("path"), str) and inside(folder, entry["path"]) == folder:
            continue  # the project itself
        constraint, index = entry.get("version", "*"), entry.get("index")
        if not isinstance(constraint, str):
            raise InputError(path, f"the version of {name} is not a string")
        keys = (f"{marker} {entry[marker]}" for marker in _MARKERS if isinstance(entry.get(marker), str))
        markers = entry.get("markers")
        marker = joined_markers((markers if isinstance(markers, str) else None, *keys))
        kind = kind_of_table(entry)
        version = None if kind else pinned_version(constraint)
        reason = kind or ("" if version else not_pinned(name, constraint))
        origin = index if isinstance(index, str) else None
        specifiers = "" if constraint == "*" else constraint
        asks = not kind and (not specifiers or specifiers[0] in _OPERATORS)
        asked = as_pep508(name, entry, specifiers, marker) if asks else None
        yield Stated(step, (category,), 0, name, version, reason, marker, origin, asked)
