"""What an upload may close: incomplete audits, several projects, and too many findings."""

from dataclasses import replace
from typing import Any

import pytest

from pysentry_hook.model import Failure, Location, Severity, Subject
from pysentry_hook.report import Report
from pysentry_hook.reports.look import Look
from pysentry_hook.reports.sarif import render
from tests.builders import a_dependency, a_finding, a_policy
from tests.reports.facts import NOW, SILENT, a_report, an_input, an_unchecked, everything, malware
from tests.reports.sarif_runs import ENDING, HIGH, OLD, notes, run_of, runs, says


class TestExecution:
    @pytest.mark.parametrize(
        ("report", "successful", "code"),
        [
            (a_report(), True, 0),
            (a_report(HIGH), True, 1),
            (a_report(HIGH, policy=a_policy(fail_on="never")), True, 0),
            (a_report(unchecked=[an_unchecked()]), True, 0),
            (a_report(unchecked=[an_unchecked()._replace(unanswered=True)]), False, 3),
            (a_report(HIGH, unchecked=[an_unchecked()._replace(unanswered=True)]), False, 1),
            (a_report(failures=(Failure("baseline", "main", None, "no such commit"),)), False, 3),
            (a_report(failures=(SILENT,)), True, 0),
            (
                a_report(policy=a_policy(max_data_age_hours=1), advisory_data=(OLD,)),
                False,
                3,
            ),
        ],
    )
    def test_only_an_incomplete_audit_was_not_successful(self, report: Report, successful: bool, code: int) -> None:
        (invocation,) = run_of(report)["invocations"]
        assert invocation["executionSuccessful"] is successful
        assert invocation["exitCode"] == code

    def test_everything_that_was_not_checked_is_told_with_its_place_and_reason(self) -> None:
        run = run_of(a_report(unchecked=[an_unchecked(), an_unchecked("numpy", "2.1.0")._replace(unanswered=True)]))
        assert [note for note in notes(run) if note[0] == "unchecked-dependency"] == [
            ("unchecked-dependency", "warning", "fastthing 0.3 was not checked: git dependency"),
            ("unchecked-dependency", "error", "numpy 2.1.0 was not checked: git dependency"),
        ]
        told = run["invocations"][0]["toolExecutionNotifications"][-1]
        assert told["locations"][0]["physicalLocation"]["region"]["startLine"] == 240

    def test_every_text_that_other_formats_tell_is_a_notification(self) -> None:
        texts = [text for run in runs(everything(ENDING)) for _, _, text in notes(run)]
        for part in (
            "osv: HTTP 503",
            "poetry.lock: is damaged",
            "fastthing 0.3",
            "requirements.txt was not audited by itself",
            "uv.lock: a note",
            "osv is archived (moved)",
            "PYSEC-2099-9",
            "PyPI does not know this version",
            "A suppression ends on 2026-11-30",
            "A suppression ended on 2026-10-22",
            "This change loosens gate default",
            "If that index serves what PyPI serves",
        ):
            assert any(part in text for text in texts), part

    def test_versions_of_tool_policy_and_data_are_there_and_no_time_of_a_scan(self) -> None:
        report = everything(ENDING)
        run = runs(report)[0]
        assert run["tool"]["driver"]["version"] == run["tool"]["driver"]["semanticVersion"] == "0.1.0"
        assert run["properties"]["policy"] == [{"path": "pyproject.toml", "sha256": "0" * 64}]
        assert [data.get("revision") for data in run["properties"]["advisoryData"]] == ["sha256:0123456789abcdef", None]
        later = replace(report, generated=NOW.replace(hour=20))
        assert render(later, Look()) == render(report, Look())

    def test_a_version_that_is_not_semantic_is_not_called_so(self) -> None:
        driver = run_of(a_report(version="0.2.0rc1"))["tool"]["driver"]
        assert driver["version"] == "0.2.0rc1"
        assert "semanticVersion" not in driver

    def test_the_commit_is_named_unless_the_inputs_differ_from_it(self) -> None:
        clean = Subject("https://git.example/shop", "0" * 40, "main", dirty=False)
        (commit,) = run_of(a_report(subject=clean))["versionControlProvenance"]
        assert (commit["repositoryUri"], commit["revisionId"]) == ("https://git.example/shop", "0" * 40)
        assert "versionControlProvenance" not in run_of(a_report(subject=clean._replace(dirty=True)))
        assert "versionControlProvenance" not in run_of(a_report(subject=clean._replace(repository="git@a.example:b")))


class TestLimit:
    def test_of_too_many_findings_the_worst_are_kept_and_the_rest_is_counted(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("pysentry_hook.reports.sarif_runs.MOST_RESULTS", 3)
        severities = [Severity.LOW, Severity.HIGH, None, Severity.MEDIUM, Severity.CRITICAL]
        findings = [a_finding(id=f"CVE-2099-000{n}", severity=severity) for n, severity in enumerate(severities)]
        run = run_of(a_report(*findings, malware()))
        assert [each["ruleId"] for each in run["results"]] == ["CVE-2099-0001", "CVE-2099-0004", "MAL-2099-1"]
        (text,) = says(run, "result-limit")
        assert text.startswith("Only the worst 3 of 6 findings are in this file, as many as a dashboard shows; the JS")

    def test_as_many_are_kept_as_github_shows(self) -> None:
        found = run_of(a_report(*(a_finding(id=f"CVE-2099-{n:04}") for n in range(5_001))))
        assert len(found["results"]) == len(found["tool"]["driver"]["rules"]) == 5_000


class TestProjects:
    API = replace(
        a_finding(a_dependency("idna", "3.4"), id="CVE-2099-0002", severity=Severity.HIGH),
        input="api/uv.lock",
        location=Location("api/uv.lock", 3, 1, 2, "x"),
    )

    def report(self, *inputs: str, **more: Any) -> Report:
        return a_report(HIGH, self.API, inputs=tuple(an_input(path) for path in inputs), **more)

    def test_one_project_takes_the_category_of_its_upload(self) -> None:
        assert "automationDetails" not in run_of(a_report(HIGH))

    def test_each_of_several_projects_has_its_own_run(self) -> None:
        found = runs(self.report("uv.lock", "api/uv.lock", "träume/uv.lock"))
        assert [run["automationDetails"]["id"] for run in found] == [
            "pysentry-hook/uv.lock/",
            "pysentry-hook/api/uv.lock/",
            "pysentry-hook/tr%C3%A4ume/uv.lock/",
        ]
        assert [[each["ruleId"] for each in run["results"]] for run in found] == [
            ["CVE-2099-0001"],
            ["CVE-2099-0002"],
            [],
        ]
        assert [len(run["tool"]["driver"]["rules"]) for run in found] == [1, 1, 0]

    def test_an_incomplete_project_is_left_out_and_named_with_its_reason(self) -> None:
        lost = an_unchecked("numpy", "2.1.0", "osv gave no answer")._replace(path="api/uv.lock", unanswered=True)
        (run,) = runs(self.report("uv.lock", "api/uv.lock", unchecked=[lost]))
        assert run["automationDetails"]["id"] == "pysentry-hook/uv.lock/"
        assert run["invocations"][0]["executionSuccessful"] is True
        assert says(run, "input-left-out") == [
            "api/uv.lock is not in this file, because its audit is incomplete. None of its alerts is closed."
        ]
        assert says(run, "unchecked-dependency") == ["numpy 2.1.0 was not checked: osv gave no answer"]

    @pytest.mark.parametrize(
        "failure",
        [
            Failure("input", "uv.lock", "api/uv.lock", "line 3 is no TOML"),
            Failure("resolver", "uv", "api/uv.lock", "no solution"),
            Failure("baseline", "main", "api/uv.lock", "cannot be read"),
        ],
    )
    def test_whatever_makes_a_project_incomplete_leaves_it_out(self, failure: Failure) -> None:
        (run,) = runs(self.report("uv.lock", "api/uv.lock", failures=(failure,)))
        assert run["automationDetails"]["id"] == "pysentry-hook/uv.lock/"
        assert any(failure.detail in text for text in says(run, "audit-failure"))

    def test_a_source_that_failed_leaves_out_only_what_it_owed_an_answer(self) -> None:
        lost = an_unchecked()._replace(path="api/uv.lock", unanswered=True)
        (run,) = runs(self.report("uv.lock", "api/uv.lock", unchecked=[lost], failures=(SILENT,)))
        assert run["automationDetails"]["id"] == "pysentry-hook/uv.lock/"

    def test_where_nothing_at_all_was_checked_no_project_was_successful(self) -> None:
        nothing = Failure("input", "uv.lock", "uv.lock", "none of the 2 dependencies could be checked")
        inputs = (an_input(), an_input("api/uv.lock"))
        unchecked = [an_unchecked(), an_unchecked()._replace(path="api/uv.lock")]
        found = runs(a_report(inputs=inputs, unchecked=unchecked, total=2, failures=(nothing,)))
        assert [run["invocations"][0]["executionSuccessful"] for run in found] == [False, False]

    def test_a_folder_that_could_not_be_listed_is_left_out(self) -> None:
        broken = an_input("api")._replace(sha256=None, damaged=True)
        failure = Failure("input", "uv.lock", "api/uv.lock", "permission denied")
        (run,) = runs(a_report(HIGH, inputs=(an_input(), broken), failures=(failure,)))
        assert run["automationDetails"]["id"] == "pysentry-hook/uv.lock/"
        assert says(run, "input-left-out")

    @pytest.mark.parametrize(
        "more",
        [
            {"failures": (Failure("baseline", "main", None, "no such commit"),)},
            {"unchecked": [an_unchecked()._replace(path="shared/base.txt", unanswered=True)]},
            {
                "policy": a_policy(max_data_age_hours=1),
                "advisory_data": (OLD,),
            },
        ],
    )
    def test_where_nobody_can_tell_which_is_incomplete_none_was_successful(self, more: dict[str, Any]) -> None:
        found = runs(self.report("uv.lock", "api/uv.lock", **more))
        assert [run["invocations"][0]["executionSuccessful"] for run in found] == [False, False]
        assert [says(run, "input-left-out") for run in found] == [[], []]

    def test_where_all_are_incomplete_none_is_left_out_and_none_was_successful(self) -> None:
        lost = [an_unchecked()._replace(path=path, unanswered=True) for path in ("uv.lock", "api/uv.lock")]
        found = runs(self.report("uv.lock", "api/uv.lock", unchecked=lost))
        assert [run["invocations"][0]["executionSuccessful"] for run in found] == [False, False]

    def test_more_projects_than_a_file_may_have_runs_share_one(self) -> None:
        paths = ["uv.lock", "api/uv.lock", *(f"p{n}/uv.lock" for n in range(18))]
        assert len(runs(self.report(*paths))) == 20
        (run,) = runs(self.report(*paths, "last/uv.lock"))
        assert len(run["results"]) == 2
        assert "automationDetails" not in run

    def test_what_is_said_of_another_project_is_said_there(self) -> None:
        inputs = (an_input(notes=("mine",)), an_input("api/uv.lock", notes=("theirs",)))
        one, other = runs(a_report(inputs=inputs))
        assert says(one, "input-note") == ["uv.lock: mine"]
        assert says(other, "input-note") == ["api/uv.lock: theirs"]
