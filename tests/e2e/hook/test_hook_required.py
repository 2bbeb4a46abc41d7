"""A commit asks OSV alone, and beside it what the project says must answer."""

import subprocess
from pathlib import Path

import pytest

from tests.builders import a_record, a_uv_lock
from tests.conftest import Run
from tests.upstream import Upstream


@pytest.mark.parametrize(
    ("configuration", "asked"),
    [("", False), ('[sources]\nrequired = ["pypi", "osv"]\n', True), ('[sources]\nrequired = ["osv"]\n', False)],
)
def test_a_source_that_is_required_is_asked_at_a_commit_too(
    configuration: str, asked: bool, tmp_path: Path, run: Run
) -> None:
    shop = tmp_path / "shop"
    shop.mkdir()
    subprocess.run(["git", "init", "-q", shop], check=True)
    (shop / "uv.lock").write_text(a_uv_lock(("requests", "2.30.0")), encoding="utf-8")
    (shop / ".pysentry-hook.toml").write_text(configuration, encoding="utf-8")
    subprocess.run(["git", "-C", shop, "add", "-A"], check=True)
    with Upstream([a_record(fixed="2.31", database_specific={"severity": "HIGH"})]) as upstream:
        done = run("hook", "--no-cache", *upstream.options, "uv.lock", cwd=shop)
        assert done.returncode == 1, done.stderr
        assert bool(upstream.asked("/pypi/requests/")) is asked
