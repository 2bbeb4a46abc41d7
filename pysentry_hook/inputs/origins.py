"""Which indexes a manifest names: those of uv, Poetry, pdm and a Pipfile."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from pysentry_hook.inputs.uv_indexes import PYPI, UvIndexes
from pysentry_hook.text import one_line, without_credentials


class Origins(NamedTuple):
    """The indexes of a manifest by name, and those where a package without an index of its own is looked for."""

    named: Mapping[str, str]
    everywhere: tuple[str, ...]
    """Empty where the manifest does not tell."""

    def of(self, index: str | None) -> tuple[str, ...]:
        """The index of that name, which is shown by its name where it is not declared; else those for all."""
        if index is None:
            return self.everywhere
        return (self.named.get(index.lower(), f"the index {one_line(index, 60)!r}"),)


def of_pyproject(path: str, tool: Mapping[str, Any]) -> Origins:
    """Return the indexes that [tool.uv], [tool.poetry] and [tool.pdm] name; InputError where uv could not read them."""
    uv, poetry, pdm = (_table(tool.get(key)) for key in ("uv", "poetry", "pdm"))
    of_uv = UvIndexes(path, uv)
    everywhere = (*of_uv.common(), *_poetry(poetry), *of_pdm(pdm))
    named = {"pypi": PYPI, **of_uv.named(), **_urls(poetry.get("source")), **_urls(pdm.get("source"))}
    return Origins(named, tuple(dict.fromkeys(everywhere)))


def of_pdm(pdm: object) -> tuple[str, ...]:
    """Return the sources of [tool.pdm], of which one named `pypi` replaces the public index.

    https://pdm-project.org/latest/usage/config/
    """
    sources = _tables(_table(pdm).get("source"))
    urls = [url for source in sources if (url := _url(source))]
    if not urls:
        return ()
    return tuple(urls) if any(source.get("name") == "pypi" for source in sources) else (PYPI, *urls)


def of_pipfile(data: Mapping[str, Any]) -> Origins:
    """Return the sources of a Pipfile, https://pipenv.pypa.io/en/latest/indexes.html."""
    named = _urls(data.get("source"))
    urls = [_url(source) for source in _tables(data.get("source"))]
    return Origins(named, tuple(dict.fromkeys(url for url in urls if url)))


def _poetry(poetry: Mapping[str, Any]) -> tuple[str, ...]:
    """https://python-poetry.org/docs/repositories/: a primary source replaces the public index."""
    primary: list[str] = []
    further: list[str] = []
    for source in _tables(poetry.get("source")):
        priority = str(source.get("priority", "secondary" if source.get("secondary") is True else "primary")).lower()
        url = PYPI if str(source.get("name")).lower() == "pypi" and "url" not in source else _url(source)
        if priority != "explicit":
            (primary if priority in {"primary", "default"} else further).append(url)
    if not any(primary):
        primary = [PYPI] if any(further) else []
    return tuple(url for url in (*primary, *further) if url)


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _tables(value: object) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _url(source: Mapping[str, Any]) -> str:
    url = source.get("url")
    return without_credentials(url) if isinstance(url, str) else ""


def _urls(sources: object) -> dict[str, str]:
    return {str(source.get("name")).lower(): url for source in _tables(sources) if (url := _url(source))}
