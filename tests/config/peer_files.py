"""Files that were written for pysentry, and what they come to here."""

from pathlib import Path

import pytest

from pysentry_hook.config.settings import Settings
from pysentry_hook.policy.gates import settle_gate

OURS, PEERS, PYPROJECT = ".pysentry-hook.toml", ".pysentry.toml", "pyproject.toml"

EVERYWHERE = pytest.mark.parametrize("name", [PEERS, PYPROJECT])


def put(folder: Path, name: str, text: str) -> None:
    """Write dotted keys into a file of pysentry."""
    head = "[tool.pysentry]\n" if name == PYPROJECT else ""
    (folder / name).write_text(head + text, encoding="utf-8")


def gate(settings: Settings, key: str) -> object:
    return settle_gate(settings.policy, "default").settings[key].value


def ignored(settings: Settings) -> list[tuple[str | None, str | None, bool]]:
    return [(each.id, each.package, each.until_fixed) for each in settings.policy.suppressions]
