"""What [tool.uv] of a project says that binds a resolution, and leads it to no file and no host."""

from collections.abc import Mapping
from typing import Any

from pysentry_hook.inputs import pyproject, uv_lock
from pysentry_hook.inputs.documents import parse_toml, read_text
from pysentry_hook.inputs.scopes import scope_name
from pysentry_hook.model import Inventory
from pysentry_hook.plan.editing import UV, value_at
from pysentry_hook.text import one_line
from pysentry_hook.tree import Tree, inside

_PASSED_ON = (
    "exclude-newer", "exclude-newer-package", "prerelease", "resolution", "fork-strategy", "environments",
    "required-environments",
)  # fmt: skip
"""The settings of [tool.uv] that bind a resolution and lead it to no file or host."""


def uv_table(inventory: Inventory, tree: Tree) -> Mapping[str, Any]:
    """[tool.uv] of the project, empty where uv is not its tool."""
    path = inside(inventory.path.rpartition("/")[0], pyproject.FORMAT)
    if inventory.format not in {uv_lock.FORMAT, pyproject.FORMAT} or path is None or not tree.exists(path):
        return {}
    found = value_at(parse_toml(read_text(tree, path)), UV)
    return found if isinstance(found, Mapping) else {}


def options_of(uv: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that are passed on, and the conflicts of extras and groups, which all are groups here."""
    options = {key: uv[key] for key in _PASSED_ON if key in uv and _is_plain(uv[key])}
    conflicts = uv.get("conflicts")
    if isinstance(conflicts, list):
        sets = [[{"group": scope_name(str(entry.get("group") or entry.get("extra")))} for entry in each
                 if isinstance(entry, Mapping) and (entry.get("group") or entry.get("extra"))]
                for each in conflicts if isinstance(each, list)]  # fmt: skip
        options["conflicts"] = [each for each in sets if len(each) > 1]
    return options


def _is_plain(value: object) -> bool:
    """Whether a value is made of short texts and switches alone."""
    if isinstance(value, Mapping):
        return all(_is_plain(each) for each in value.values())
    if isinstance(value, list):
        return all(_is_plain(each) for each in value)
    return isinstance(value, bool) or (isinstance(value, str) and one_line(value, 300) == value)
