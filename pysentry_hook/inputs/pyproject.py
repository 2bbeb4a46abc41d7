"""Read what a pyproject.toml declares into an Inventory: exact pins are checked, all else is told.

PEP 621 dependencies and extras, PEP 735 groups, and the tables of uv, Poetry and pdm.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pysentry_hook.errors import DeclaresNothingError, DynamicError
from pysentry_hook.inputs import origins, poetry_tables
from pysentry_hook.inputs.constraints import Key
from pysentry_hook.inputs.declarations import (
    IN_MAIN,
    Stated,
    Step,
    inventory,
    of_requirement,
    parse_requirement,
)
from pysentry_hook.inputs.dependency_groups import parse_groups
from pysentry_hook.inputs.documents import Document, parse_toml, read_text, table, texts
from pysentry_hook.inputs.kinds import kind_of_table, kind_of_url
from pysentry_hook.inputs.limits import MAX_SCOPES, within
from pysentry_hook.inputs.manifest import Editable, parse_editable
from pysentry_hook.inputs.poetry_constraints import alternatives
from pysentry_hook.inputs.scopes import reached, scope_name
from pysentry_hook.inputs.unread import notes, unread
from pysentry_hook.inputs.uv_limits import limited
from pysentry_hook.model import Failure, Inventory, NormalizedName, normalize, parse_name
from pysentry_hook.text import one_line
from pysentry_hook.tree import Tree

if TYPE_CHECKING:
    from packaging.requirements import Requirement

FORMAT = "pyproject.toml"
_DYNAMIC = "its dependencies are dynamic, so they cannot be determined"


def read(tree: Tree, path: str) -> Inventory:
    """Return every declared requirement; DeclaresNothingError where there is no declaration to read."""
    document = read_text(tree, path)
    data = parse_toml(document)
    return limited(_Reading(document, data).inventory(), data)


class _Reading:
    """The tables of one manifest, what they state, and which of their scopes bring in others."""

    def __init__(self, document: Document, data: Mapping[str, Any]) -> None:
        self._document = document
        self._path = path = document.path
        self._project = table(data.get("project"), path, "[project]")
        self._groups = table(data.get("dependency-groups"), path, "[dependency-groups]")
        self._tool = table(data.get("tool"), path, "[tool]")
        self._uv, self._poetry, self._pdm = (
            table(self._tool.get(key), path, f"[tool.{key}]") for key in ("uv", "poetry", "pdm")
        )
        self._name = parse_name(self._project.get("name")) or parse_name(self._poetry.get("name"))
        self._stated: list[Stated] = []
        self._includes: dict[Step, list[Step]] = {}
        self._steps: set[Step] = {IN_MAIN}
        self._notes = list(notes(path, self._tool))

    def inventory(self) -> Inventory:
        """Everything that was declared, with the scopes that reach it."""
        dynamic = self._is_dynamic()
        if not self._declares():
            raise DynamicError(self._path, _DYNAMIC) if dynamic else self._nothing()
        self._read_project()
        self._read_groups()
        self._read_tools()
        if dynamic and not self._stated:
            raise DynamicError(self._path, _DYNAMIC)
        within(self._path, len(self._steps), MAX_SCOPES, "extras and groups")
        sources = self._sources()
        found = origins.of_pyproject(self._path, self._tool)
        starts: dict[str, list[Step]] = {}
        for step in sorted(self._steps):
            starts.setdefault(step.name, []).append(step)
        return inventory(
            self._document,
            FORMAT,
            [_placed(entry, sources.get(entry.name, ())) for entry in self._stated if not _is_member(entry, sources)],
            reached=reached(self._path, starts, self._includes),
            scopes=starts,
            indexes=lambda entry: found.of(entry.origin),
            root=self._name,
            requires_python=self._requires_python(),
            notes=self._notes,
            failures=(Failure("input", FORMAT, self._path, DynamicError(self._path, _DYNAMIC).said),)
            if dynamic
            else (),
        )

    def _nothing(self) -> DeclaresNothingError:
        """What to raise where there is no declaration that is read."""
        if names := ", ".join(unread(self._tool)):
            return DeclaresNothingError(self._path, f"declares no dependencies beside {names}, which were not read")
        return DeclaresNothingError(self._path, "declares no dependencies")

    def _requires_python(self) -> str | None:
        """The Pythons of the project; None where it names none, Poetry alternatives of them, or what is noted."""
        stated = self._project.get("requires-python")
        if isinstance(stated, str):
            return stated
        poetry = table(self._poetry.get("dependencies"), self._path, "[tool.poetry.dependencies]").get("python")
        if not isinstance(poetry, str):
            return None
        try:
            stated_by_poetry = alternatives(poetry)
        except ValueError as error:
            why = one_line(error, 120)
            self._notes.append(f"{self._path}: the Python of [tool.poetry.dependencies]: {why}; passed over.")
            return None
        return stated_by_poetry[0] if len(stated_by_poetry) == 1 else None

    def _declares(self) -> bool:
        """Whether there is a place for dependencies, be it empty; tables of tools alone are none."""
        return (
            bool({"dependencies", "optional-dependencies"} & self._project.keys() or self._groups)
            or bool({"dependencies", "dev-dependencies", "group"} & self._poetry.keys())
            or "dev-dependencies" in self._uv
            or "dev-dependencies" in self._pdm
        )

    def _is_dynamic(self) -> bool:
        """Whether a build backend computes dependencies; what Poetry's tables fill in is known."""
        dynamic = set(texts(self._project.get("dynamic"), self._path, "project.dynamic"))
        filled = {"dependencies": "dependencies", "optional-dependencies": "extras"}
        return any(key in dynamic and by not in self._poetry for key, by in filled.items())

    def _read_project(self) -> None:
        self._add(IN_MAIN, ("project", "dependencies"), self._project.get("dependencies"))
        extras = table(self._project.get("optional-dependencies"), self._path, "[project.optional-dependencies]")
        for extra, requirements in extras.items():
            step = Step("extra", scope_name(extra))
            self._add(step, ("project", "optional-dependencies", extra), requirements)

    def _read_groups(self) -> None:
        for group in parse_groups(self._path, self._groups):
            step = Step("group", scope_name(group.written))
            self._includes.setdefault(step, []).extend(Step("group", scope_name(name)) for name in group.includes)
            self._extend(step, ("dependency-groups", group.written), group.requirements)

    def _read_tools(self) -> None:
        if "dev-dependencies" in self._uv:
            self._add(Step("group", "dev"), ("tool", "uv", "dev-dependencies"), self._uv["dev-dependencies"])
        pdm = table(self._pdm.get("dev-dependencies"), self._path, "[tool.pdm.dev-dependencies]")
        for group, entries in pdm.items():
            section = ("tool", "pdm", "dev-dependencies", group)
            listed = texts(entries, self._path, ".".join(section[1:]))
            requirements = [parse_editable(text) or parse_requirement(self._path, text) for text in listed]
            self._extend(Step("group", scope_name(group)), section, requirements)
        declared = frozenset(entry.name for entry in self._stated)
        self._stated.extend(poetry_tables.stated(self._path, self._poetry, declared))
        for step, included in poetry_tables.includes(self._path, self._poetry):
            self._includes.setdefault(step, []).append(included)
        self._steps.update(poetry_tables.steps(self._path, self._poetry))

    def _add(self, step: Step, section: Key, requirements: object) -> None:
        listed = texts(requirements, self._path, ".".join(section))
        self._extend(step, section, [parse_requirement(self._path, text) for text in listed])

    def _extend(self, step: Step, section: Key, requirements: Sequence["Requirement | Editable"]) -> None:
        """Note what a list states; `shop[fast]` in the project `shop` brings in its extra `fast`, and `shop` nothing.

        With a version it is a package of an index. Nobody can look up what is editable; the project is none of it.
        """
        self._steps.add(step)
        numbers: Counter[NormalizedName] = Counter()
        for requirement in requirements:
            name = normalize(requirement.name)
            if isinstance(requirement, Editable):
                if requirement.url not in {".", "./"} and name != self._name:
                    self._stated.append(Stated(step, section, numbers[name], name, None, kind_of_url(requirement.url)))
            elif name == self._name and not (requirement.specifier or requirement.url):
                extras = sorted(map(scope_name, requirement.extras))
                self._includes.setdefault(step, []).extend(Step("extra", extra) for extra in extras)
            else:
                self._stated.append(of_requirement(step, section, numbers[name], requirement))
            numbers[name] += 1

    def _sources(self) -> Mapping[NormalizedName, Sequence[Mapping[str, Any]]]:
        """Where uv's sources say that a package comes from, and Poetry's table for what [project] declares."""
        found: dict[NormalizedName, Sequence[Mapping[str, Any]]] = {}
        poetry = table(self._poetry.get("dependencies"), self._path, "[tool.poetry.dependencies]")
        completed = {key: entry for key, entry in poetry.items() if isinstance(entry, dict) and "version" not in entry}
        sources = table(self._uv.get("sources"), self._path, "[tool.uv.sources]")
        for key, entry in (*completed.items(), *sources.items()):
            name = parse_name(key)
            if name:
                listed = entry if isinstance(entry, list) else [entry]
                found[name] = [source for source in listed if isinstance(source, dict)]
        return found


def _is_member(entry: Stated, sources: Mapping[NormalizedName, Sequence[Mapping[str, Any]]]) -> bool:
    """Whether it is a member of the workspace, which is the project's own."""
    return any(source.get("workspace") is True for source in sources.get(entry.name, ()))


def _placed(entry: Stated, sources: Sequence[Mapping[str, Any]]) -> Stated:
    """The entry with the index that its sources name, or as what cannot be checked where one is no index."""
    reason = next((kind for source in sources if (kind := kind_of_table(source))), "")
    if reason:
        return entry._replace(reason=reason, requirement=None)
    named = next((source.get(key) for source in sources for key in ("index", "source") if key in source), None)
    return entry._replace(origin=named) if isinstance(named, str) and entry.origin is None else entry
