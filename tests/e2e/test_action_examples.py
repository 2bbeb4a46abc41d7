"""Every workflow that we show, and our own, under act: what is pasted works."""

import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.builders import a_record, a_uv_lock
from tests.e2e.acting import API, HOUSE, OURS, REPOSITORY, Acting, commit, git, services
from tests.upstream import Reply, Upstream

pytestmark = pytest.mark.network

WORKFLOWS = HOUSE / "examples" / "workflows"
RECORD = a_record(fixed="2.31.0", aliases=["CVE-2099-0001"], database_specific={"severity": "HIGH"})
VULNERABLE, SOUND = a_uv_lock(("requests", "2.30.0")), a_uv_lock(("requests", "2.31.0"))
TAKEN = {API: Reply(200, b"[]")}


def test_what_the_readme_shows_is_pasted_and_run(acting: Acting, tmp_path: Path) -> None:
    text = (HOUSE / "README.md").read_text(encoding="utf-8")
    (block,) = [each for each in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL) if OURS in each and "jobs:" in each]
    assert len(block.splitlines()) <= 10
    path = tmp_path / "pasted.yml"
    path.write_text(block, encoding="utf-8")
    commit(tmp_path / "origin", {"uv.lock": VULNERABLE})
    with Upstream([RECORD], replies=TAKEN) as upstream:
        payload = {"ref": "refs/heads/main"}
        done = acting.run(path, tmp_path / "origin", tmp_path, payload=payload, environment=services(upstream))
    assert done.code == 1, done.text
    assert done.outputs("1")["conclusion"] == "findings"
    assert list(done.uploads()) == ["pysentry-hook"]


def test_every_input_and_output_stands_in_the_readme_with_its_default() -> None:
    action = yaml.safe_load((HOUSE / "action.yml").read_text(encoding="utf-8"))
    text = (
        (HOUSE / "README.md").read_text(encoding="utf-8").partition("## The Action in detail")[2].partition("\n## ")[0]
    )
    rows = [line.split(" | ") for line in text.splitlines() if line.startswith("| `")]
    named = {name: row[-1] for row in rows for name in re.findall("`([a-z-]+)`", row[0])}
    assert named.keys() == action["inputs"].keys()
    shown = {name: match[1] for name, last in named.items() if (match := re.match("`([^`]+)`", last))}
    defaults = {name: entry["default"] for name, entry in action["inputs"].items()}
    assert {name: value for name, value in shown.items() if defaults[name] not in {value, ""}} == {}
    assert set(action["outputs"]) <= set(re.findall("`([a-z-]+)`", text.partition("\nOutputs: ")[2]))


def test_the_example_for_pull_requests(acting: Acting, tmp_path: Path) -> None:
    origin = tmp_path / "origin"
    base = commit(origin, {"app/uv.lock": SOUND, "tools/uv.lock": VULNERABLE})
    git(origin, "checkout", "-q", "-b", "change")
    head = commit(origin, {"app/uv.lock": VULNERABLE})
    git(origin, "checkout", "-q", "main")
    git(origin, "merge", "-q", "--no-ff", "-m", "merge", "change")
    head_side = {"ref": "change", "sha": head, "repo": {"full_name": REPOSITORY}}
    payload = {"number": 7, "pull_request": {"number": 7, "base": {"ref": "main", "sha": base}, "head": head_side}}
    with Upstream([RECORD], replies=TAKEN) as upstream:
        done = acting.run(
            WORKFLOWS / "pull-request.yml",
            origin,
            tmp_path,
            event="pull_request",
            payload=payload,
            environment=services(upstream),
        )
    outputs = done.outputs("1")
    assert (outputs["gate"], outputs["blocking"], outputs["findings"]) == ("change", "1", "2"), done.text


@pytest.mark.parametrize(("lock", "jobs"), [(SOUND, {"audit", "release"}), (VULNERABLE, {"audit"})])
def test_the_example_for_releases_stops_a_release_that_has_findings(
    acting: Acting, tmp_path: Path, lock: str, jobs: set[str]
) -> None:
    rules = '[gates.release]\nbranches = ["v*"]\nfail_on = "low"\n'
    commit(tmp_path / "origin", {"uv.lock": lock, ".pysentry-hook.toml": rules})
    with Upstream([RECORD], replies=TAKEN) as upstream:
        done = acting.run(
            WORKFLOWS / "release-branch.yml",
            tmp_path / "origin",
            tmp_path,
            payload={"ref": "refs/tags/v1.2"},
            environment=services(upstream),
        )
    assert done.outputs()["gate"] == "release", done.text
    assert {str(entry["jobID"]) for entry in done.entries if entry.get("stepResult")} == jobs
    assert len(done.artifacts()) == 1
    assert done.events[0].startswith("upload")  # what is released reads no cache


def test_the_example_for_several_projects_uploads_each_by_itself(acting: Acting, tmp_path: Path) -> None:
    locks = {"services/api": VULNERABLE, "services/web": SOUND, "tools": SOUND}
    commit(tmp_path / "origin", {f"{name}/uv.lock": lock for name, lock in locks.items()})
    with Upstream([RECORD], replies=TAKEN) as upstream:
        done = acting.run(
            WORKFLOWS / "monorepo.yml",
            tmp_path / "origin",
            tmp_path,
            payload={"ref": "refs/heads/main"},
            environment=services(upstream),
        )
    assert done.code == 1, done.text
    assert {name: len(sarif["runs"][0]["results"]) for name, sarif in done.uploads().items()} == {
        "pysentry-hook:services/api": 1,
        "pysentry-hook:services/web": 0,
        "pysentry-hook:tools": 0,
    }
    assert len(done.artifacts()) == 3


def test_the_example_for_every_morning_opens_an_issue_with_the_report(acting: Acting, tmp_path: Path) -> None:
    commit(tmp_path / "origin", {"app/uv.lock": VULNERABLE})
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "uv").symlink_to(acting.tools / "uv")
    told = tmp_path / "issue.md"
    (tools / "gh").write_text(f'#!/bin/sh\n[ "$2" = list ] && echo 0 || cat > "{told}"\n', encoding="utf-8")
    (tools / "gh").chmod(0o755)
    with Upstream([RECORD], replies=TAKEN) as upstream:
        done = acting.run(
            WORKFLOWS / "schedule.yml",
            tmp_path / "origin",
            tmp_path,
            event="schedule",
            environment=services(upstream),
            path=[tools],
        )
    assert done.outputs()["conclusion"] == "findings", done.text
    assert "CVE-2099-0001" in told.read_text(encoding="utf-8")


def test_our_own_workflow_audits_what_the_action_installs_by_our_own_policy(acting: Acting, tmp_path: Path) -> None:
    origin = tmp_path / "origin"
    shutil.copytree(acting.shipped, origin)
    shutil.copytree(HOUSE / ".github", origin / ".github")
    rules = (HOUSE / ".github" / "pysentry-hook.toml").read_text(encoding="utf-8")
    until = datetime.now(UTC).date() + timedelta(days=99)  # whether it has ended is not what is tested
    commit(origin, {".github/pysentry-hook.toml": re.sub(r"(?m)^expires = .*", f"expires = {until}", rules)})
    pickle = a_record(
        "PYSEC-2025-1", "diskcache", aliases=["CVE-2025-69872"], database_specific={"severity": "CRITICAL"}
    )
    with Upstream([pickle], replies=TAKEN) as upstream:
        done = acting.run(
            HOUSE / ".github" / "workflows" / "audit.yml",
            origin,
            tmp_path,
            payload={"ref": "refs/heads/main"},
            environment=services(upstream),
            arguments=("--matrix", "system:ubuntu-latest"),
        )
    outputs = done.outputs("2")
    expected: dict[str, Any] = {"gate": "main", "conclusion": "reported", "findings": "1", "blocking": "0"}
    assert {name: outputs[name] for name in expected} == expected, done.text
    assert list(done.uploads()) == ["pysentry-hook:requirements.txt"]
