"""A project whose files say what other tools accept."""

from pathlib import Path

import pytest

from tests.builders import a_folder_of_records, a_record, a_uv_lock


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one vulnerable package, and a database beside it."""
    folder = tmp_path / "project"
    (folder / ".git").mkdir(parents=True)
    (folder / "uv.lock").write_text(a_uv_lock(("requests", "2.30.0")), encoding="utf-8")
    record = a_record("PYSEC-2099-1", aliases=["CVE-2099-1"], database_specific={"severity": "HIGH"})
    a_folder_of_records(tmp_path / "db", record)
    return folder
