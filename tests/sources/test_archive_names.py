"""Names in an archive name records and no places: nothing is written by them."""

import json
import os
from pathlib import Path

import pytest

from pysentry_hook.cache import DiskCache
from pysentry_hook.sources.database import Database
from tests.builders import a_package, a_record, a_zip
from tests.fuzz import made

HOSTILE = "PYSEC-2099-1.json"


@pytest.mark.parametrize("way", ["../../", "{root}/", "a/../../../", "..\\..\\", "C:\\"])
def test_nothing_is_written_by_the_names_of_an_archive(
    way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here" / "below").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "here" / "below")
    record = json.dumps(a_record())
    archive = a_zip(tmp_path / "records.zip", {f"{way.format(root=tmp_path)}{HOSTILE}": record, "GHSA-1.json": record})
    cache = DiskCache(tmp_path / "cache", pytest.fail)
    Database(str(archive), made.context(cache=cache)).ask([a_package()])
    cache.close()
    found = {os.path.relpath(Path(folder) / name, tmp_path) for folder, _, names in os.walk(tmp_path) for name in names}
    assert {name for name in found if not name.startswith("cache")} == {"records.zip"}
    assert not [name for name in found if HOSTILE in name]
