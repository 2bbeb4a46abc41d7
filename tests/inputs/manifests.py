"""Manifests of a few lines, and what is read of them."""

from pysentry_hook.inputs import pyproject
from pysentry_hook.model import Inventory
from tests.inputs.reading import Files

IS_DYNAMIC = "its dependencies are dynamic, so they cannot be determined"


def read(text: str) -> Inventory:
    return pyproject.read(Files({"pyproject.toml": text}), "pyproject.toml")


def project(*requirements: str, more: str = "") -> Inventory:
    listed = "".join(f"  {requirement!r},\n" for requirement in requirements)
    return read(f'[project]\nname = "shop"\ndependencies = [\n{listed}]\n{more}')


def poetry(*entries: str, more: str = "") -> Inventory:
    lines = "".join(f"{entry}\n" for entry in entries)
    return read(f'[tool.poetry]\nname = "shop"\n[tool.poetry.dependencies]\npython = "^3.11"\n{lines}{more}')


def markers(found: Inventory) -> dict[str, tuple[str, ...]]:
    return {str(entry.version): entry.markers for entry in found.dependencies}
