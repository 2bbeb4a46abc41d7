"""The steps of the Action, called as action.yml calls them."""

import json
import re
from pathlib import Path

import pytest

from tests.builders import a_folder_of_records, a_record, a_uv_lock
from tests.conftest import Run


class Steps:
    """A workspace, and the files by which a step speaks to the runner."""

    def __init__(self, run: Run, tmp: Path) -> None:
        self._run = run
        self._tmp = tmp
        self.workspace = tmp / "workspace"
        self.workspace.mkdir()
        (tmp / "temp").mkdir()
        self.environment = {
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_NAME": "push",
            "GITHUB_REF_NAME": "main",
            "GITHUB_REPOSITORY": "acme/shop",
            "RUNNER_TEMP": str(tmp / "temp"),
            "RUNNER_OS": "Linux",
            "INPUT_SUMMARY": "true",
            "INPUT_ANNOTATIONS": "true",
            "GITHUB_STEP_SUMMARY": str(tmp / "summary.md"),
        }

    def step(self, name: str, **more: str) -> tuple[int, str, dict[str, str]]:
        """Run a step; return its exit code, its log, and its outputs, as the runner reads them."""
        file = self._tmp / f"{name}.outputs"
        environment = {**self.environment, "GITHUB_OUTPUT": str(file), **more}
        done = self._run("action", name, cwd=self.workspace, env=environment)
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        found = dict(re.findall(r"(?ms)^([\w-]+)<<end-[0-9a-f-]{36}\n(.*?)\nend-[0-9a-f-]{36}\n", text))
        assert len(re.findall(r"<<end-", text)) == len(found)
        self.environment["PLAN"] = found.get("plan", self.environment.get("PLAN", ""))
        return done.returncode, done.stdout + done.stderr, found

    @property
    def summary(self) -> str:
        file = Path(self.environment["GITHUB_STEP_SUMMARY"])
        return file.read_text(encoding="utf-8") if file.exists() else ""


@pytest.fixture
def steps(run: Run, tmp_path: Path) -> Steps:
    return Steps(run, tmp_path)


def project(steps: Steps, version: str = "2.30.0") -> None:
    (steps.workspace / "uv.lock").write_text(a_uv_lock(("requests", version)), encoding="utf-8")
    record = a_record(fixed="2.31.0", aliases=["CVE-2099-0001"], database_specific={"severity": "HIGH"})
    a_folder_of_records(steps.workspace / "db", record)
    steps.environment["INPUT_ADVISORY_DB"] = "db"


def test_an_output_cannot_end_its_own_entry(steps: Steps) -> None:
    project(steps)
    hostile = "x\nexit-code=0\nEOF\nexit-code<<EOF\n0\nEOF"
    _, _, outputs = steps.step("plan", INPUT_CATEGORY=hostile)
    assert outputs["category"] == hostile
    assert "exit-code" not in outputs


def test_a_workspace_without_files_names_the_step_that_is_missing(steps: Steps) -> None:
    code, log, outputs = steps.step("plan")
    assert (code, outputs) == (2, {})
    assert "::error title=pysentry-hook::there is nothing in the workspace: put actions/checkout before" in log


def test_pull_requests_keep_no_cache_and_say_why_a_policy_is_missing(steps: Steps, tmp_path: Path) -> None:
    project(steps)
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"pull_request": {"head": {"repo": {"full_name": "mallory/shop"}}}}), encoding="utf-8")
    there = {"GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": str(event)}
    code, log, _ = steps.step("plan", **there)
    assert code == 2
    assert "the base of this change is not known" in log
    code, _, outputs = steps.step("plan", INPUT_POLICY_FROM="head", INPUT_CACHE="true", **there)
    assert code == 0
    assert (outputs["cache-restore"], outputs["cache-save"]) == ("true", "false")


def test_the_log_of_a_scan_holds_no_commands_between_its_own_two(steps: Steps) -> None:
    project(steps)
    steps.step("plan")
    code, log, outputs = steps.step("scan")
    assert (code, outputs["exit-code"], outputs["conclusion"]) == (0, "1", "findings")
    commands = re.findall(r"^::(.*?)$", log, re.MULTILINE)
    assert commands[0].startswith("stop-commands::")
    assert commands[1:] == [commands[0].removeprefix("stop-commands::") + "::"]


def test_what_was_named_and_cannot_be_read_is_an_error_in_every_place(steps: Steps) -> None:
    project(steps)
    (steps.workspace / "poetry.lock").write_text("garbage", encoding="utf-8")
    steps.step("plan", INPUT_PATHS="uv.lock\npoetry.lock")
    _, _, outputs = steps.step("scan")
    assert (outputs["exit-code"], outputs["conclusion"], outputs["findings"]) == ("2", "error", "1")
    _, log, _ = steps.step("tell")
    assert re.search("::error title=pysentry-hook%3A an error::error: poetry.lock:1: is not valid TOML", log)
    assert "    error: poetry.lock:1: is not valid TOML" in steps.summary
    _, _, outputs = steps.step("ask", INPUT_TOKEN="x")  # noqa: S106 (no one takes it)
    assert outputs["upload"] == "false"
    assert steps.step("judge")[0] == 2


def test_summary_and_annotations_can_be_left_out(steps: Steps) -> None:
    project(steps)
    steps.step("plan", INPUT_SUMMARY="false", INPUT_ANNOTATIONS="false")
    steps.step("scan")
    _, log, _ = steps.step("tell")
    assert (log.strip(), steps.summary) == ("", "")


def test_a_summary_that_github_would_refuse_is_cut_at_a_line_and_says_so(steps: Steps) -> None:
    project(steps)
    steps.step("plan")
    steps.step("scan")
    (Path(steps.environment["PLAN"]).parent / "pysentry-hook.md").write_text("é" * 99 + "\n" + "é\n" * 700_000, "utf-8")
    steps.step("tell")
    assert len(steps.summary.encode()) < 1024 * 1024
    assert steps.summary.splitlines()[-1].startswith("**This summary is cut")
    assert "\n\n**This" in steps.summary


def test_commands_of_the_verdict_work_where_the_artifact_is_unpacked(steps: Steps) -> None:
    project(steps)
    steps.step("plan")
    steps.step("scan")
    code, log, _ = steps.step("judge")
    assert code == 1
    assert "explain CVE-2099-0001 -p requests --report pysentry-hook.json" in log


def test_an_incomplete_audit_that_the_gate_lets_pass_uploads_nothing_all_the_same(steps: Steps) -> None:
    project(steps)
    (steps.workspace / ".pysentry-hook.toml").write_text('[defaults]\non_incomplete = "warn"\n', encoding="utf-8")
    steps.step("plan", INPUT_ADVISORY_DB="", INPUT_OFFLINE="true", INPUT_UPLOAD_SARIF="true")
    _, _, outputs = steps.step("scan")
    assert (outputs["exit-code"], outputs["conclusion"], outputs["complete"]) == ("0", "incomplete", "false")
    code, log, outputs = steps.step("ask", INPUT_TOKEN="x")  # noqa: S106 (no one takes it)
    assert (code, outputs["upload"]) == (0, "false")
    assert "::warning title=pysentry-hook%3A nothing was uploaded::" in log


def test_a_step_that_is_none_is_told(run: Run) -> None:
    done = run("action", "upload")
    assert done.returncode == 2
    assert "known: plan, scan, tell, ask, judge" in done.stderr


def test_a_step_without_its_plan_is_told(steps: Steps) -> None:
    code, log, _ = steps.step("scan", PLAN="nowhere")
    assert code == 2
    assert "PLAN names no plan" in log


def test_a_step_that_is_none_is_refused(steps: Steps) -> None:
    code, log, outputs = steps.step("prepare-all")
    assert (code, outputs) == (2, {})
    assert "'prepare-all' is no step; known: " in log
