"""Read from [tool.uv] where uv looks for packages, https://docs.astral.sh/uv/concepts/indexes/."""

from collections.abc import Mapping, Sequence
from typing import Any

from pysentry_hook.inputs.documents import table, tables, texts
from pysentry_hook.inputs.kinds import KINDS, kind_of_table
from pysentry_hook.model import NormalizedName, parse_name
from pysentry_hook.text import one_line, without_credentials

PYPI = "https://pypi.org/simple"


class UvIndexes:
    """The indexes and sources of one [tool.uv]; URLs are kept without credentials."""

    def __init__(self, path: str, uv: Mapping[str, Any]) -> None:
        self._path = path
        self._uv = uv
        self._indexes = tables(uv.get("index"), path, "[[tool.uv.index]]")
        sources = table(uv.get("sources"), path, "[tool.uv.sources]")
        self._sources = {parse_name(name): source for name, source in sources.items()}

    def common(self) -> tuple[str, ...]:
        """Where uv looks for a package without a source of its own; empty where nothing is said."""
        links = _urls(texts(self._uv.get("find-links"), self._path, "find-links"))
        if self._uv.get("no-index") is True:
            return links or ("no index",)
        named = [index for index in self._indexes if index.get("explicit") is not True]
        further = [index.get("url") for index in named if index.get("default") is not True]
        default = [index.get("url") for index in named if index.get("default") is True]
        further.extend(texts(self._uv.get("extra-index-url"), self._path, "extra-index-url"))
        default.append(self._uv.get("index-url"))
        found = _urls(further) + (_urls(default)[:1] or (PYPI,)) + links
        return found if found != (PYPI,) or any(default) else ()

    def named(self) -> Mapping[str, str]:
        """The indexes that have a name, by that name in small letters."""
        urls = ((index.get("name"), _urls([index.get("url")])) for index in self._indexes)
        return {name.lower(): url[0] for name, url in urls if isinstance(name, str) and url}

    def of(self, name: NormalizedName) -> str | None:
        """The index that the package's own source names, by its name where it is not declared here."""
        for source in self._alternatives(name):
            for index in self._indexes:
                if "index" in source and index.get("name") == source["index"]:
                    return next(iter(_urls([index.get("url")])), None)
            if isinstance(source.get("index"), str):
                return f"the index {one_line(source['index'], 60)!r}"
        return None

    def elsewhere(self, name: NormalizedName) -> str | None:
        """Why the package comes from no index."""
        sources = self._alternatives(name)
        found = (KINDS["path"] if "workspace" in source else kind_of_table(source) for source in sources)
        return next(filter(None, found), None)

    def _alternatives(self, name: NormalizedName) -> Sequence[Mapping[str, Any]]:
        source = self._sources.get(name)
        return tables(source if isinstance(source, list) or source is None else [source], self._path, "a source")


def _urls(values: Sequence[object]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(without_credentials(value) for value in values if isinstance(value, str) and value))
