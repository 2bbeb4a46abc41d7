"""Database files in which a byte was changed: damage that is told, and never a bug."""

from pathlib import Path

import pytest

from pysentry_hook.errors import SourceError
from pysentry_hook.sources.database import Database
from pysentry_hook.sources.store import Store
from tests.builders import a_package
from tests.fuzz import made
from tests.inputs.reading import DATA

FILES = sorted((DATA / "database").glob("*.db"))


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_a_database_in_which_a_byte_was_changed_is_damaged(file: Path) -> None:
    answer = Database(str(file), made.context()).ask([a_package()])
    assert not answer.answered
    (failure,) = answer.failures
    assert "is damaged (" in failure.detail


def test_a_table_that_cannot_be_counted_is_damage(tmp_path: Path) -> None:
    whole = next(iter(made.databases(tmp_path)))
    for at in range(0, len(whole), 512):
        (tmp_path / "a.db").write_bytes(whole[:at] + b"\xff" * 512 + whole[at + 512 :])
        try:
            with Store(tmp_path / "a.db") as store:
                store.counts()
        except SourceError as error:
            assert "database" in str(error) or "damaged" in str(error)  # noqa: PT017 (either is refused, or read)
