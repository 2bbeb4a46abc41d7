"""Name what a manifest declares and its lock does not have, because nobody locked the project again."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from pysentry_hook.inputs.documents import parse_toml, subtable
from pysentry_hook.inputs.manifest import NOT_PACKAGES, Manifest, category_scope, requirement_name
from pysentry_hook.inputs.scopes import scope_name
from pysentry_hook.model import MAIN, NormalizedName, parse_name
from pysentry_hook.text import some

_UNCONDITIONAL = frozenset({"version", "extras", "index", "source", "allow-prereleases"})
"""The keys of a table of Poetry or a Pipfile that leave no Python or platform out."""
_MOST = 5

_Declared = Iterator[tuple[str, NormalizedName]]


def unlocked(
    manifest: Manifest | None,
    lock: str,
    listed: Collection[NormalizedName],
    scopes: Collection[str] | None = None,
) -> tuple[str, ...]:
    """Return a note of what a lock that lists these packages lacks; of some scopes alone where only these are locked.

    What has a marker may be left out for it, so only what is declared without one counts.
    """
    if manifest is None:
        return ()
    known = {*listed, manifest.name}
    declared = _of_pipfile if manifest.path.rpartition("/")[2] == "Pipfile" else _of_pyproject
    found = dict.fromkeys(
        name
        for scope, name in declared(parse_toml(manifest.document))
        if name not in known and (scopes is None or scope in scopes)
    )
    if not found:
        return ()
    them = "it" if len(found) == 1 else "them"
    return (
        f"{manifest.path} declares {some([*found], _MOST)}, and {lock} does not have {them}: lock the project again.",
    )


def _of_pyproject(data: Mapping[str, Any]) -> _Declared:
    project, tool = subtable(data, "project"), subtable(data, "tool")
    uv, pdm, poetry = (subtable(tool, key) for key in ("uv", "pdm", "poetry"))
    yield from _listed(MAIN, project.get("dependencies"))
    yield from _listed("dev", uv.get("dev-dependencies"))
    for table in (
        subtable(project, "optional-dependencies"),
        subtable(data, "dependency-groups"),
        subtable(pdm, "dev-dependencies"),
    ):
        for scope, requirements in table.items():
            yield from _listed(scope_name(scope), requirements)
    yield from _keyed(MAIN, subtable(poetry, "dependencies"))
    yield from _keyed("dev", subtable(poetry, "dev-dependencies"))
    for group, content in subtable(poetry, "group").items():
        yield from _keyed(scope_name(group), subtable(content, "dependencies") if isinstance(content, dict) else {})


def _of_pipfile(data: Mapping[str, Any]) -> _Declared:
    for category, entries in data.items():
        if category not in NOT_PACKAGES and isinstance(entries, dict):
            yield from _keyed(category_scope(category), entries)


def _listed(scope: str, requirements: object) -> _Declared:
    for text in requirements if isinstance(requirements, list) else ():
        if isinstance(text, str) and ";" not in text and (name := requirement_name(text)):
            yield scope, name


def _keyed(scope: str, entries: Mapping[str, Any]) -> _Declared:
    for key, entry in entries.items():
        is_plain = isinstance(entry, str) or (isinstance(entry, dict) and entry.keys() <= _UNCONDITIONAL)
        if key != "python" and is_plain and (name := parse_name(key)):
            yield scope, name
