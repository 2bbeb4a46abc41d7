"""Say why uv may not lock an audited project: where it would be led to, and what code it would run there.

With `--no-build` uv runs no code of packages of an index; a build backend of the project it runs all the same.
https://docs.astral.sh/uv/reference/settings/
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pysentry_hook.config.settings import Settings
from pysentry_hook.errors import InputError
from pysentry_hook.inputs.declarations import parse_requirement
from pysentry_hook.inputs.kinds import kind_of_table, kind_of_url
from pysentry_hook.inputs.manifest import requirement_name
from pysentry_hook.inputs.uv_limits import CONSTRAINTS, OVERRIDES
from pysentry_hook.model import Inventory, NormalizedName
from pysentry_hook.plan.editing import UV, requirements_of, value_at
from pysentry_hook.plan.workspace import Workspace
from pysentry_hook.sources.permission import Permission
from pysentry_hook.text import one_line, without_credentials

_INDEXES = ("index-url", "extra-index-url", "find-links")
_HARMLESS = frozenset({
    "add-bounds", "audit", "build-backend", "build-constraint-dependencies", "cache-keys", "check-url",
    "compile-bytecode", "concurrent-builds", "concurrent-downloads", "concurrent-installs", "config-settings",
    "config-settings-package", "conflicts", "constraint-dependencies", "default-groups", "dependency-groups",
    "dependency-metadata", "dev-dependencies", "environments", "exclude-dependencies", "exclude-newer",
    "exclude-newer-package", "extra-build-dependencies", "extra-build-variables", "fork-strategy", "index",
    "index-strategy", "link-mode", "managed", "minimum-libc-version", "native-tls", "no-binary",
    "no-binary-package", "no-build", "no-build-isolation", "no-build-isolation-package", "no-build-package",
    "no-cache", "no-index", "no-sources", "no-sources-package", "offline", "override-dependencies", "package",
    "pip", "prerelease", "prerelease-package", "preview", "preview-features", "publish-url", "python-downloads",
    "python-preference", "reinstall", "reinstall-package", "require-build-hashes", "required-environments",
    "required-version", "resolution", "sources", "system-certs", "torch-backend", "trusted-publishing", "upgrade",
    "upgrade-package", "workspace",
    *_INDEXES,
})  # fmt: skip
"""The settings that lead uv to no host, file or program; the indexes among them are looked at one by one."""
_LIMITS = (CONSTRAINTS, OVERRIDES, "exclude-dependencies", "build-constraint-dependencies")
_NEEDED = ("version", "requires-python", "dependencies", "optional-dependencies")
"""What uv has to know of a project; where it is dynamic the build backend is asked."""


def leads_elsewhere(workspace: Workspace, lock: Inventory, settings: Settings) -> Iterator[str]:
    """Give the reasons for which uv would tell or ask somebody whom the user's own configuration does not trust."""
    permission = Permission(settings.trusted_mirrors, settings.private, settings.pip_indexes)
    for path, table in workspace.settings.items():
        for key in sorted(table.keys() - _HARMLESS):
            yield f"{path}: the setting {one_line(key, 40)} of uv may lead it elsewhere"
        for url in _indexes(table):
            if "${" in url or permission.untrusted((url,)):
                shown = without_credentials(url)
                yield f"{path}: {shown} is no index that your own configuration trusts"
    for dependency in lock.dependencies:
        if index := permission.untrusted(dependency.indexes):
            yield f"{lock.path}: {index} is no index that your own configuration trusts"
    names = [dependency.name for dependency in lock.dependencies]
    names += [name for data in workspace.manifests.values() for text in _texts(data) if (name := _name(text))]
    for name in sorted(filter(permission.is_private_name, set(names))):
        yield f"{name} is declared private, and uv would ask an index for it"


def runs_code(workspace: Workspace, lock: Inventory) -> Iterator[str]:
    """Give the reasons for which uv would load or run code that no index offers as a wheel."""
    for path, data in workspace.manifests.items():
        project = data.get("project")
        if isinstance(project, dict):
            dynamic = project.get("dynamic")
            named = [key for key in _NEEDED if key in (dynamic if isinstance(dynamic, list) else ())]
            named += ["version"] if "version" not in project and "version" not in named else []
            if "dependencies" not in project and value_at(data, ("tool", "poetry")):
                named.append("dependencies")
            yield from (f"{path}: project.{key} is dynamic, so the build backend would be asked" for key in named)
        yield from (f"{path}: {reason}" for reason in _sources(data))
        yield from (f"{path}: {reason}" for text in _texts(data) if (reason := _elsewhere(text)))
    for item in lock.unchecked:
        yield f"{lock.path}: {item.name}: {item.reason}"


def _indexes(table: Mapping[str, Any]) -> Iterator[str]:
    """The addresses of every index, also of those that are not asked for everything."""
    for index in _list(table.get("index")):
        if isinstance(index, dict):
            yield str(index.get("url"))
    for key in _INDEXES:
        value = table.get(key)
        yield from map(str, _list(value) if not isinstance(value, str) else [value])


def _sources(data: Mapping[str, Any]) -> Iterator[str]:
    sources = value_at(data, (*UV, "sources"))
    for name, entry in sources.items() if isinstance(sources, dict) else ():
        for source in entry if isinstance(entry, list) else [entry]:
            if isinstance(source, dict) and (kind := kind_of_table(source)):
                yield f"{one_line(name, 60)} is a {kind}"


def _texts(data: Mapping[str, Any]) -> Iterator[object]:
    """Every requirement of a manifest, and what limits them."""
    for _, listed in requirements_of(data):
        yield from listed
    for key in _LIMITS:
        yield from _list(value_at(data, (*UV, key)))


def _name(text: object) -> NormalizedName | None:
    return requirement_name(text) if isinstance(text, str) else None


def _elsewhere(text: object) -> str | None:
    """Why a requirement comes from no index; what is none is uv's to tell."""
    if isinstance(text, dict):  # a group that includes another, or a form that is not known here
        return None if text.keys() == {"include-group"} else f"{one_line(text, 60)} is in no form that is known"
    try:
        stated = parse_requirement("", str(text))
    except InputError:
        return None
    return f"{stated.name} is a {kind_of_url(stated.url)}" if stated.url else None


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
