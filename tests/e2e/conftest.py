"""A repository for every test that asks for one."""

from pathlib import Path

import pytest

from tests.conftest import Run
from tests.e2e.repository import Repository, a_repository


@pytest.fixture
def shop(run: Run, tmp_path: Path) -> Repository:
    """An empty repository on branch main."""
    return a_repository(run, tmp_path)
