"""The policies among the examples do what they say."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.builders import a_folder_of_records, a_record, a_uv_lock
from tests.conftest import Run
from tests.e2e.acting import commit

POLICIES = Path(__file__).parents[2] / "examples" / "policies"
PUSH = {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "push"}
PULL_REQUEST = {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "pull_request", "GITHUB_BASE_REF": "main"}


@pytest.mark.parametrize("policy", sorted(POLICIES.glob("*.toml")), ids=lambda path: path.name)
def test_every_policy_is_valid(run: Run, policy: Path) -> None:
    done = run("config", "validate", policy)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_repository_full_of_old_findings_goes_on_and_takes_in_nothing_new(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    rated = [("idna", "HIGH"), ("requests", "HIGH"), ("certifi", "CRITICAL")]
    records = [
        a_record(
            f"PYSEC-2099-{n}", name, fixed="9", published="2020-01-01T00:00:00Z", database_specific={"severity": word}
        )
        for n, (name, word) in enumerate(rated)
    ]
    database = a_folder_of_records(tmp_path / "db", *records)
    rules = (POLICIES / "old-findings.toml").read_text(encoding="utf-8")
    old = commit(folder, {"uv.lock": a_uv_lock(("idna", "3.4")), ".pysentry-hook.toml": rules})
    commit(folder, {"uv.lock": a_uv_lock(("idna", "3.4"), ("requests", "2.30.0"))})

    def judged(occasion: dict[str, str], *words: str) -> tuple[int, Any]:
        done = run("--advisory-db", database, "-f", "json", *words, cwd=folder, env=occasion)
        return done.returncode, json.loads(done.stdout)["gate"]["blocking"]

    assert judged(PULL_REQUEST, "--against", old) == (1, 1)
    assert judged(PULL_REQUEST, "--against", "HEAD") == (0, 0)
    assert judged({**PUSH, "GITHUB_REF_NAME": "main"}) == (0, 0)
    assert judged({**PUSH, "GITHUB_REF_NAME": "release/1.2"}) == (0, 0)
    commit(folder, {"uv.lock": a_uv_lock(("idna", "3.4"), ("certifi", "1"))})
    assert judged({**PUSH, "GITHUB_REF_NAME": "main"}) == (0, 0)
    assert judged({**PUSH, "GITHUB_REF_NAME": "release/1.2"}) == (1, 1)
