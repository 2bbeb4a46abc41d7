"""The index that pip or uv would use, from their own configuration."""

import os
from pathlib import Path

import pytest

from pysentry_hook.config.indexes import pip_indexes

ACME = "https://pkgs.acme.example/simple"


def _with_file(folder: Path, text: str) -> dict[str, str]:
    file = folder / "pip" / "pip.conf"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return {"XDG_CONFIG_HOME": str(folder), "HOME": str(folder), "XDG_CONFIG_DIRS": str(folder / "none")}


@pytest.mark.parametrize(
    "text", [f"[global]\nindex-url = {ACME}", f"[global]\nindex_url={ACME}", f"[install]\nindex-url={ACME}"]
)
def test_pips_file_is_read_as_pip_reads_it(tmp_path: Path, text: str) -> None:
    assert pip_indexes(_with_file(tmp_path, text)) == (ACME,)


def test_the_users_file_counts_where_the_named_file_does_not_exist(tmp_path: Path) -> None:
    environment = _with_file(tmp_path, f"[global]\nindex-url = {ACME}")
    assert pip_indexes(environment | {"PIP_CONFIG_FILE": str(tmp_path / "nowhere")}) == (ACME,)
    assert pip_indexes(environment | {"PIP_CONFIG_FILE": os.devnull}) == ()


def test_the_environment_comes_before_the_file(tmp_path: Path) -> None:
    environment = _with_file(tmp_path, "[global]\nindex-url = https://other.example/simple")
    assert pip_indexes(environment | {"PIP_INDEX_URL": ACME}) == (ACME,)


@pytest.mark.parametrize("value", [f"acme={ACME}", ACME, f"acme={ACME}?a=b"])
def test_a_named_index_of_uv_is_its_address(value: str) -> None:
    assert pip_indexes({"UV_INDEX": value, "PIP_CONFIG_FILE": os.devnull}) == (ACME,)
