"""A cache folder, what was said about it, and a file that nobody may touch."""

from pathlib import Path

import pytest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    """A file outside of the cache that must stay as it is."""
    file = tmp_path / "victim.zip"
    file.write_bytes(b"mine")
    return file
