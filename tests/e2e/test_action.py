"""The GitHub Action as GitHub runs it, for what is built from a branch."""

import json
from pathlib import Path

import pytest

from tests.builders import a_record, a_uv_lock
from tests.e2e.acting import API, TOKEN, Acting, commit, services
from tests.upstream import Fault, Reply, Upstream

pytestmark = pytest.mark.network

RECORD = a_record(fixed="2.31.0", aliases=["CVE-2099-0001"], database_specific={"severity": "HIGH"})
VULNERABLE = {"uv.lock": a_uv_lock(("requests", "2.30.0"), ("idna", "3.4"))}
SOUND = {"uv.lock": a_uv_lock(("requests", "2.31.0"), ("idna", "3.4"))}
LOCAL = {"advisory-db": "db", "upload-sarif": "false"}
STEPS = ["install", "plan", "restore", "scan", "tell", "ask", "upload", "keep", "save", "judge"]


def test_findings_on_a_branch_are_uploaded_told_and_kept_before_the_gate_fails(acting: Acting, tmp_path: Path) -> None:
    commit(tmp_path / "origin", VULNERABLE)
    with Upstream([RECORD], replies={API: Reply(200, b"[]")}) as upstream:
        done = acting.push(tmp_path, environment=services(upstream))
        asked = [said for each, said in zip(upstream.requests, upstream.headers, strict=True) if each.path == API]
        batches = upstream.asked("/v1/querybatch")
    assert done.code == 1, done.text
    assert done.ran == STEPS
    assert {name for name, result in done.steps.items() if result == "failure"} == {"audit", "audit/judge"}
    outputs = done.outputs()
    files = {name: outputs.pop(f"{name}-file") for name in ("json", "sarif", "markdown")}
    assert outputs == {
        "conclusion": "findings", "complete": "true", "blocking": "1", "findings": "1", "unchecked": "0",
        "expiring": "0", "exit-code": "1", "gate": "default",
    }  # fmt: skip
    assert [Path(name).suffix for name in files.values()] == [".json", ".sarif", ".md"]
    assert "CVE-2099-0001" in done.summary
    assert ["CVE-2099-0001" in each for each in done.annotations("error")] == [True]
    assert [each["authorization"] for each in asked] == [f"Bearer {TOKEN}"]
    assert len([each for each in batches if b"2.30.0" in each.body]) == 1  # one scan made every report and the verdict
    uploads = done.uploads()
    assert list(uploads) == ["pysentry-hook"]
    assert "CVE-2099-0001" in json.dumps(uploads)
    assert list(done.artifacts().values()) == [["pysentry-hook.json"]]
    assert [event.split(" ")[0] for event in done.events] == ["restore", "upload", "artifact", "save"]
    assert TOKEN not in done.text


def test_a_clean_branch_uploads_its_empty_result_which_closes_old_alerts(acting: Acting, tmp_path: Path) -> None:
    commit(tmp_path / "origin", SOUND)
    nothing_yet = Reply(404, b'{"message": "no analysis found"}')
    with Upstream([RECORD], replies={API: nothing_yet}) as upstream:
        done = acting.push(tmp_path, environment=services(upstream))
    assert done.code == 0, done.text
    assert done.outputs()["conclusion"] == "clean"
    assert [run["results"] for sarif in done.uploads().values() for run in sarif["runs"]] == [[]]
    assert done.annotations("error") == done.annotations("warning") == done.annotations("notice") == []


def test_a_release_branch_is_judged_by_the_gate_of_its_name(acting: Acting, tmp_path: Path) -> None:
    record = {**RECORD, "database_specific": {"severity": "LOW"}}
    rules = '[gates.release]\nbranches = ["release/*"]\nfail_on = "low"\n'
    commit(tmp_path / "origin", {**VULNERABLE, ".pysentry-hook.toml": rules, "db/x.json": json.dumps(record)})
    done = acting.push(tmp_path, branch="release/1.2", with_=LOCAL)
    assert done.code == 1, done.text
    outputs = done.outputs()
    assert (outputs["gate"], outputs["conclusion"]) == ("release", "findings")
    assert "upload" not in done.ran


def test_a_silent_service_fails_the_gate_and_closes_no_alert(acting: Acting, tmp_path: Path) -> None:
    commit(tmp_path / "origin", VULNERABLE)
    with Upstream([RECORD], faults=[Fault("/v1/", status=503)], replies={API: Reply(200, b"[]")}) as upstream:
        quick = {"PYSENTRY_HOOK_HTTP_MAX_RETRIES": "0"}
        done = acting.push(tmp_path, with_={"sources": "osv"}, environment=services(upstream) | quick)
        assert not upstream.asked(API)
    assert done.code == 1, done.text
    outputs = done.outputs()
    assert (outputs["conclusion"], outputs["complete"], outputs["exit-code"]) == ("incomplete", "false", "3")
    assert done.uploads() == {}
    assert any("the audit is incomplete, so no alert was closed" in each for each in done.annotations("warning"))
    assert "no alert was closed" in done.summary
    assert done.steps["audit/judge"] == "failure"


def test_hostile_inputs_are_words_and_nothing_more(acting: Acting, tmp_path: Path) -> None:
    commit(tmp_path / "origin", VULNERABLE)
    hostile = '"; touch pwned; echo "\n$(touch pwned)\n::set-output name=exit-code::0\n--allow-empty'
    inputs = {
        "paths": hostile, "category": f"x\nexit-code=0\n{hostile}", "gate": hostile, "fail-on": hostile,
        "config": hostile, "advisory-db": hostile, "groups": hostile, "against": "--upload-pack=touch pwned",
        "upload-sarif": "true",
    }  # fmt: skip
    done = acting.push(tmp_path, with_=inputs)
    assert done.code == 1
    outputs = done.outputs()
    assert (outputs["conclusion"], outputs["exit-code"]) == ("error", "2")
    assert not list(tmp_path.rglob("pwned"))
    assert done.uploads() == {}
    assert any('"; touch pwned; echo ": no such file or folder' in each for each in done.annotations("error"))


def test_nothing_of_the_audited_project_is_a_command_or_a_module(acting: Acting, tmp_path: Path) -> None:
    trap = "import pathlib; pathlib.Path('pwned').touch(); raise SystemExit(0)\n"
    names = ("pysentry_hook/__init__.py", "pysentry_hook/__main__.py", "typer.py", "sitecustomize.py", "json.py")
    forged = {"::error title=forged::x/uv.lock": VULNERABLE["uv.lock"]}
    commit(tmp_path / "origin", {**forged, "db/x.json": json.dumps(RECORD), **dict.fromkeys(names, trap)})
    done = acting.push(tmp_path, with_=LOCAL | {"recursive": "true"}, environment={"PYTHONPATH": "."})
    assert done.outputs()["conclusion"] == "findings", done.text
    assert not [each for each in done.annotations("error") if each.startswith("forged")]
    assert not list(tmp_path.rglob("pwned"))


def test_without_uv_pip_installs_the_same(acting: Acting, tmp_path: Path) -> None:
    commit(tmp_path / "origin", {**VULNERABLE, "db/x.json": json.dumps(RECORD)})
    inputs = LOCAL | {"fail-on": "critical", "artifact": "false", "cache": "false"}
    done = acting.push(tmp_path, with_=inputs, path=[])
    assert done.code == 0, done.text
    assert done.outputs()["conclusion"] == "reported"
    assert done.events == []


def test_a_python_that_is_too_old_is_told_what_to_add(acting: Acting, tmp_path: Path) -> None:
    commit(tmp_path / "origin", VULNERABLE)
    old = tmp_path / "old"
    old.mkdir()
    for name in ("python3", "python"):
        (old / name).write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
        (old / name).chmod(0o755)
    done = acting.push(tmp_path, path=[old])
    assert done.code == 1
    assert any("add actions/setup-python" in each for each in done.annotations("error"))
    assert done.outputs()["conclusion"] == "error"
