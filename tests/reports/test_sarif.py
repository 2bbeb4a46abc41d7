"""What dashboards of code scanning are told."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from packaging.version import Version

from pysentry_hook.advisories import Cvss
from pysentry_hook.model import Failure, Location, Severity, Subject
from pysentry_hook.report import Finding, PolicyFile, Report
from pysentry_hook.reports import json as json_report
from pysentry_hook.reports.look import Look
from pysentry_hook.reports.sarif import render
from pysentry_hook.reports.saved import read_report
from pysentry_hook.rules import Place, Rule
from tests.builders import a_dependency, a_finding, a_policy, a_suppression
from tests.reports.facts import NOW, OSV, SILENT, a_report, an_input, an_unchecked, everything, malware

GOLDEN = Path(__file__).parents[1] / "data" / "reports"
HIGH = a_finding(severity=Severity.HIGH, upgrade_to="2.31.0")
IDNA = a_finding(a_dependency("idna", "3.4"), id="CVE-2099-0002", severity=Severity.LOW)
OLD = OSV._replace(as_of=NOW.replace(day=1))
ENDING = a_suppression("CVE-2099-0003", expires=NOW.date().replace(day=30), owner="platform", reason="nobody calls it")


def runs(report: Report, **look: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(render(report, Look(**look)))["runs"]
    return found


def run_of(report: Report, **look: Any) -> dict[str, Any]:
    (only,) = runs(report, **look)
    return only


def result_of(finding: Finding, **more: Any) -> dict[str, Any]:
    (only,) = run_of(a_report(finding, **more))["results"]
    return dict(only)


def rules(report: Report) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = run_of(report)["tool"]["driver"]["rules"]
    return found


def notes(run: dict[str, Any]) -> list[tuple[str, str, str]]:
    """The notifications of a run: what they are about, how grave, and what they say."""
    told = run["invocations"][0].get("toolExecutionNotifications", [])
    kinds = run["tool"]["driver"]["notifications"]
    assert all(kinds[note["descriptor"]["index"]]["id"] == note["descriptor"]["id"] for note in told)
    return [(note["descriptor"]["id"], note["level"], note["message"]["text"]) for note in told]


def says(run: dict[str, Any], kind: str) -> list[str]:
    return [text for name, _, text in notes(run) if name == kind]


@pytest.mark.parametrize(
    ("name", "report", "look"),
    [
        ("one", a_report(HIGH), Look()),
        ("everything", everything(ENDING), Look()),
        ("suppressed", a_report(HIGH, IDNA, policy=a_policy(a_suppression())), Look(sarif_suppressed=True)),
    ],
)
def test_the_report_reads_as_its_golden_file(name: str, report: Report, look: Look) -> None:
    assert render(report, look) == (GOLDEN / f"{name}.sarif").read_text(encoding="utf-8")


@pytest.mark.parametrize("report", [a_report(), a_report(HIGH, IDNA), everything(ENDING)])
def test_a_saved_report_gives_the_same_bytes(report: Report) -> None:
    saved = read_report("r.json", json_report.render(report, Look()))
    assert render(saved, Look()) == render(report, Look())


def test_where_and_in_what_colours_a_report_is_read_changes_nothing() -> None:
    view = Look(width=60, colour=True, root="/src/shop", here="/src", detailed=True, severity=Severity.CRITICAL)
    assert render(everything(ENDING), view) == render(everything(ENDING), Look())


def test_nothing_found_is_an_empty_list_of_results() -> None:
    run = run_of(a_report())
    assert run["results"] == []
    assert run["invocations"][0]["executionSuccessful"] is True


def test_what_nobody_knows_is_left_out() -> None:
    assert "null" not in render(everything(ENDING), Look(sarif_suppressed=True))


class TestPlaces:
    def test_the_place_is_the_line_of_the_version_with_all_its_bounds(self) -> None:
        (place,) = result_of(HIGH)["locations"]
        assert place["physicalLocation"] == {
            "artifactLocation": {"uri": "uv.lock", "uriBaseId": "%SRCROOT%"},
            "region": {
                "startLine": 12,
                "endLine": 12,
                "startColumn": 1,
                "endColumn": 19,
                "snippet": {"text": 'version = "2.30.0"'},
            },
        }
        assert place["logicalLocations"][0]["fullyQualifiedName"] == "pkg:pypi/requests@2.30.0"

    def test_the_message_links_to_the_declaration(self) -> None:
        result = result_of(HIGH)
        assert result["message"]["text"] == (
            "requests 2.30.0 is affected by CVE-2099-0001 (high); fixed in 2.31.0; upgrade to 2.31.0 (not tried). "
            "Direct dependency (main), [declared in pyproject.toml line 7](1)."
        )
        (related,) = result["relatedLocations"]
        assert related["id"] == 1
        assert related["physicalLocation"]["artifactLocation"]["uri"] == "pyproject.toml"
        assert related["physicalLocation"]["region"]["startLine"] == 7

    def test_without_a_declaration_nothing_is_linked(self) -> None:
        result = result_of(replace(HIGH, declared_at=None))
        assert "relatedLocations" not in result
        assert "](1)" not in result["message"]["text"]

    def test_each_way_in_goes_from_its_declaration_to_the_entry(self) -> None:
        other = replace(IDNA, paths=(("shop", "httpx", "idna"),), declared_at=Location("pyproject.toml", 9, 1, 2, ""))
        finding = replace(
            HIGH,
            dependency=replace(HIGH.dependency, direct=False),
            paths=(("shop", "flask", "requests"), ("shop", "httpx", "requests")),
        )
        flows = run_of(a_report(finding, other))["results"][1]["codeFlows"]
        steps = [
            [
                (
                    step["location"]["physicalLocation"]["artifactLocation"]["uri"],
                    step["location"]["physicalLocation"]["region"]["startLine"],
                    step["location"]["message"]["text"],
                )
                for step in flow["threadFlows"][0]["locations"]
            ]
            for flow in flows
        ]
        assert steps == [
            [
                ("pyproject.toml", 7, "shop requires flask"),
                ("uv.lock", 12, "requests 2.30.0 is locked here (shop > flask > requests)"),
            ],
            [
                ("pyproject.toml", 9, "shop requires httpx"),
                ("uv.lock", 12, "requests 2.30.0 is locked here (shop > httpx > requests)"),
            ],
        ]

    @pytest.mark.parametrize(
        ("path", "uri"),
        [
            ("a b/uv.lock", "a%20b/uv.lock"),
            ("träume/uv.lock", "tr%C3%A4ume/uv.lock"),
            ("#1/50%/uv.lock", "%231/50%25/uv.lock"),
            ("c:d/uv.lock", "c%3Ad/uv.lock"),
            ("\udcff/uv.lock", "%FF/uv.lock"),
            ("/home/me/shop/uv.lock", "uv.lock"),
        ],
    )
    def test_a_path_is_a_relative_uri_whatever_its_characters(self, path: str, uri: str) -> None:
        found = replace(HIGH, location=HIGH.location._replace(path=path))
        place = result_of(found)["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"] == uri

    def test_two_forks_of_a_package_are_two_results_on_their_own_lines(self) -> None:
        fork = replace(
            a_finding(a_dependency("requests", "2.29.0"), severity=Severity.HIGH),
            location=Location("uv.lock", 40, 1, 19, 'version = "2.29.0"'),
        )
        found = run_of(a_report(HIGH, fork))
        lines = [each["locations"][0]["physicalLocation"]["region"]["startLine"] for each in found["results"]]
        names = [each["partialFingerprints"]["primaryLocationLineHash"] for each in found["results"]]
        assert lines == [40, 12]
        assert [name[-2:] for name in names] == [":1", ":2"]
        assert len(found["tool"]["driver"]["rules"]) == 1


class TestMessages:
    @pytest.mark.parametrize(
        ("finding", "start"),
        [
            (malware(), "requestz 9.9.9 is malware (MAL-2099-1): remove it, and treat every machine that installed"),
            (
                a_finding(fixed_in=()),
                "requests 2.30.0 is affected by CVE-2099-0001 (severity unknown); no fixed ver",
            ),
            (
                HIGH,
                "requests 2.30.0 is affected by CVE-2099-0001 (high); fixed in 2.31.0; upgrade to 2.31.0 (not tried).",
            ),
            (
                replace(HIGH, upgrade_to=None),
                "requests 2.30.0 is affected by CVE-2099-0001 (high); fixed in 2.31.0, none",
            ),
        ],
    )
    def test_the_first_sentence_says_what_it_is_and_what_to_do(self, finding: Finding, start: str) -> None:
        assert result_of(finding)["message"]["text"].startswith(start)

    def test_a_fix_is_a_version_above_the_installed_one_where_there_is_one(self) -> None:
        versions = tuple(map(Version, ("1.9", "2.29.5", "2.31.0", "2.32", "3.0", "4.0")))
        assert "; fixed in 2.31.0, 2.32, 3.0, none" in result_of(a_finding(fixed_in=versions))["message"]["text"]
        assert "; fixed in 1.9, 2.29.5, none" in result_of(a_finding(fixed_in=versions[:2]))["message"]["text"]

    def test_malware_is_never_answered_with_an_upgrade(self) -> None:
        report = a_report(malware(fixed_in=(Version("10"),)))
        assert "upgrade" not in render(report, Look()).replace("upgradeTo", "")
        assert "Fixed in" not in rules(report)[0]["help"]["text"]

    def test_a_transitive_dependency_names_what_brings_it_in(self) -> None:
        finding = replace(
            HIGH, dependency=replace(HIGH.dependency, direct=False), paths=(("shop", "flask", "requests"),)
        )
        assert "Transitive dependency (main) brought in by flask, [" in result_of(finding)["message"]["text"]

    def test_brackets_and_braces_of_others_are_no_links_and_no_placeholders(self) -> None:
        place = Location("[x](1)/{0}.toml", 3, 1, 1, "")
        text = result_of(replace(HIGH, declared_at=place))["message"]["text"]
        assert "[declared in \\[x\\](1)/{{0}}.toml line 3](1)" in text


class TestLevels:
    @pytest.mark.parametrize(
        ("severity", "level"),
        [
            (Severity.CRITICAL, "error"),
            (Severity.HIGH, "error"),
            (Severity.MEDIUM, "warning"),
            (None, "warning"),
            (Severity.LOW, "note"),
        ],
    )
    @pytest.mark.parametrize("fail_on", ["low", "never"])
    def test_the_level_is_that_of_the_severity_whatever_the_gate(
        self, severity: Severity | None, level: str, fail_on: str
    ) -> None:
        report = a_report(a_finding(severity=severity), policy=a_policy(fail_on=fail_on))
        assert run_of(report)["results"][0]["level"] == level
        assert rules(report)[0]["defaultConfiguration"]["level"] == level
        assert run_of(report)["results"][0]["properties"]["gate"] == ("pass" if fail_on == "never" else "block")

    @pytest.mark.parametrize(
        ("more", "number"),
        [
            ({"severity": Severity.HIGH, "severity_source": "cvss", "cvss": (Cvss("3.1", "CVSS:3.1/…", 7.5),)}, "7.5"),
            ({"severity": Severity.LOW, "severity_source": "cvss", "cvss": (Cvss("3.1", "CVSS:3.1/…", 0.0),)}, "0.1"),
            ({"severity": Severity.CRITICAL, "severity_source": "label"}, "9.5"),
            ({"severity": Severity.HIGH, "severity_source": "label"}, "8.0"),
            ({"severity": Severity.MEDIUM, "severity_source": "label"}, "5.5"),
            ({"severity": Severity.LOW, "severity_source": "label"}, "2.0"),
            ({"severity": Severity.CRITICAL, "malware": True}, "10.0"),
        ],
    )
    def test_a_known_severity_is_a_number(self, more: dict[str, Any], number: str) -> None:
        properties = rules(a_report(a_finding(**more)))[0]["properties"]
        assert properties["security-severity"] == number
        assert "problem.severity" not in properties

    def test_an_unknown_severity_is_no_number(self) -> None:
        properties = rules(a_report(a_finding(severity=None)))[0]["properties"]
        assert "security-severity" not in properties
        assert properties["problem.severity"] == "warning"

    def test_what_nobody_pinned_is_less_certain(self) -> None:
        loose = replace(HIGH, dependency=replace(HIGH.dependency, pinned=False))
        assert rules(a_report(HIGH))[0]["properties"]["precision"] == "very-high"
        assert rules(a_report(loose))[0]["properties"]["precision"] == "high"


class TestRules:
    def test_one_alias_group_is_one_rule_of_all_its_packages(self) -> None:
        report = a_report(HIGH, a_finding(a_dependency("requests-fork", "1.0"), severity=Severity.LOW, ranges=("<2",)))
        (rule,) = rules(report)
        assert {each["ruleIndex"] for each in run_of(report)["results"]} == {0}
        assert rule["shortDescription"]["text"] == "requests, requests-fork: A flaw"
        assert "Package: requests (PyPI)\nAffected: <2.31.0" in rule["help"]["text"]
        assert "Package: requests-fork (PyPI)\nAffected: <2\n" in rule["help"]["text"]
        assert rule["defaultConfiguration"]["level"] == "error"

    def test_a_rule_says_nothing_of_the_project(self) -> None:
        elsewhere = replace(
            a_finding(
                a_dependency("requests", "2.29.1", groups=("dev",), direct=False),
                severity=Severity.HIGH,
                upgrade_to="2.32.0",
            ),
            input="api/poetry.lock",
            location=Location("api/poetry.lock", 99, 1, 2, "x"),
            declared_at=None,
            paths=(("other", "flask", "requests"),),
        )
        assert rules(a_report(elsewhere)) == rules(a_report(HIGH))

    def test_tags_are_at_most_ten(self) -> None:
        more = {
            "aliases": tuple(f"CVE-2099-00{n}" for n in range(10, 16)),
            "cwes": tuple(f"CWE-{n}" for n in range(10, 19)),
        }
        tags = rules(a_report(malware(**more)))[0]["properties"]["tags"]
        assert len(tags) == 10
        assert tags[:3] == ["security", "dependency", "malware"]
        assert sum(tag.startswith("external/cve/cve-2099") for tag in tags) == 3

    @pytest.mark.parametrize(
        ("more", "page"),
        [
            ({"aliases": ("GHSA-aaaa-bbbb-cccc", "PYSEC-2099-1")}, "https://github.com/advisories/GHSA-aaaa-bbbb-cccc"),
            ({"aliases": ("PYSEC-2099-1",)}, "https://osv.dev/vulnerability/PYSEC-2099-1"),
            ({"aliases": ()}, "https://nvd.nist.gov/vuln/detail/CVE-2099-0001"),
            ({"id": "X-1", "aliases": (), "references": ("https://a.example/1",)}, "https://a.example/1"),
        ],
    )
    def test_a_rule_leads_to_the_page_of_the_advisory(self, more: dict[str, Any], page: str) -> None:
        assert rules(a_report(a_finding(**more)))[0]["helpUri"] == page

    def test_without_a_page_there_is_no_link(self) -> None:
        assert "helpUri" not in rules(a_report(a_finding(id="X-1", aliases=(), references=())))[0]

    def test_long_texts_are_cut(self) -> None:
        (rule,) = rules(a_report(a_finding(summary="s" * 5000, details="d" * 50_000)))
        assert len(rule["shortDescription"]["text"]) <= 1024
        assert len(rule["fullDescription"]["text"]) == 1024
        assert len(rule["help"]["text"]) < 4000

    def test_a_group_without_a_title_takes_the_first_line_of_its_details(self) -> None:
        (rule,) = rules(a_report(a_finding(summary="", details="\n# Impact\nIt falls over.")))
        assert rule["shortDescription"]["text"] == "requests: Impact"
        (bare,) = rules(a_report(a_finding(summary="", details="")))
        assert bare["fullDescription"]["text"] == "a known vulnerability"


class TestSuppressed:
    REPORT = a_report(HIGH, IDNA, policy=a_policy(a_suppression(expires=NOW.date().replace(year=2027))))

    def test_what_is_suppressed_is_left_out_and_counted(self) -> None:
        run = run_of(self.REPORT)
        assert [each["ruleId"] for each in run["results"]] == ["CVE-2099-0002"]
        assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["CVE-2099-0002"]
        assert says(run, "suppressed-findings") == [
            "1 suppressed finding is not in this file; --sarif-suppressed puts it in."
        ]
        assert all("suppressions" not in each for each in run["results"])

    def test_on_request_it_is_there_with_its_reason(self) -> None:
        run = run_of(self.REPORT, sarif_suppressed=True)
        other, suppressed = run["results"]
        assert suppressed["suppressions"] == [
            {
                "kind": "external",
                "status": "accepted",
                "justification": "the path is closed",
                "properties": {"rule": "suppressions", "expires": "2027-11-22", "origin": "pyproject.toml:40"},
            }
        ]
        assert other["suppressions"] == []
        assert says(run, "suppressed-findings") == []

    def test_it_keeps_the_fingerprints_of_the_others(self) -> None:
        fork = replace(a_finding(a_dependency("requests", "2.31.0"), severity=Severity.HIGH))
        one = a_suppression(package="requests", version="==2.30.0")
        accepted, judged = a_report(HIGH, fork, policy=a_policy(one)), a_report(HIGH, fork)
        assert [each["partialFingerprints"] for each in run_of(accepted)["results"]] == [
            run_of(judged)["results"][1]["partialFingerprints"]
        ]

    def test_an_ignored_id_has_no_reason(self) -> None:
        ignored = a_report(HIGH, policy=a_policy(a_suppression(reason=None)))
        (result,) = run_of(ignored, sarif_suppressed=True)["results"]
        assert result["suppressions"][0]["justification"] == "no reason given"


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
            "requirements.txt was not read",
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


class TestSecrets:
    def test_no_absolute_path_and_no_credentials_leave(self) -> None:
        home = Rule("suppressions", "x", "/home/me/.config/pysentry-hook/config.toml:3", Place("/home/me/c.toml", 3))
        accepted = a_suppression(rule=home)
        report = a_report(
            replace(HIGH, location=HIGH.location._replace(text="requests @ https://me:pw@a.example/x")),
            a_finding(id="CVE-2099-0002", references=("https://me:pw@a.example/advisory",)),
            policy=a_policy(accepted, a_suppression("CVE-1", expires=NOW.date().replace(month=1), rule=home)),
            failures=(Failure("source", "database", None, "/home/me/db.zip: https://me:pw@a.example/db is gone"),),
            policy_files=(PolicyFile("/home/me/.config/pysentry-hook/config.toml", "0" * 64),),
            advisory_data=(OSV._replace(kind="database", url="/home/me/db.zip"),),
            subject=Subject("https://me:pw@git.example/shop", None, "main", dirty=False),
        )
        text = render(report, Look(sarif_suppressed=True))
        assert "/home" not in text
        assert "me:pw" not in text
        assert "…/config.toml" in text

    @pytest.mark.parametrize(
        ("url", "shown"),
        [
            ("https://a.example/x y<z>`", "https://a.example/x%20y%3Cz%3E%60"),
            ("https://u:p@a.example:8443/x?y=1#z#", "https://a.example:8443/x?y=1#z%23"),
            ("https://a.example/100%/%20", "https://a.example/100%25/%20"),
            ("https://[::1]/x", "https://[::1]/x"),
        ],
    )
    def test_a_reference_is_an_address_that_ends_where_it_should(self, url: str, shown: str) -> None:
        (rule,) = rules(a_report(a_finding(references=(url,))))
        assert f"- <{shown}>\n" in rule["help"]["markdown"]
        assert f"- {shown}\n" in rule["help"]["text"]

    @pytest.mark.parametrize(
        "url", ["javascript:a(1)", "ftp://a.example/x", "https://[bad", "https://a.example:99999", "https://", ""]
    )
    def test_what_is_no_address_of_the_web_is_no_reference(self, url: str) -> None:
        (rule,) = rules(a_report(a_finding(references=(url,))))
        assert "References" not in rule["help"]["markdown"]

    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("<script>a</script> <!-- b", "&#60;script&#62;a&#60;/script&#62; &#60;!-- b"),
            ("[a](https://b.example) ![c](d)", "&#91;a&#93;(https:&#8203;//b.example) !&#91;c&#93;(d)"),
            ("`a` | **b** _c_ ~d~", "&#96;a&#96; &#124; &#42;&#42;b&#42;&#42; &#95;c&#95; &#126;d&#126;"),
            ("@org/team www.a.example me@a.example", "@&#8203;org/team www&#8203;.a.example me@&#8203;a.example"),
            ("1. a", "&#49;. a"),
            ("- a", "&#45; a"),
            ("# a", "&#35; a"),
            ("===", "&#61;=="),
        ],
    )
    def test_details_of_others_are_no_markup(self, text: str, shown: str) -> None:
        (rule,) = rules(a_report(a_finding(details=f"first\n{text}\n\nlast")))
        assert f"\n\nfirst  \n{shown}  \n\nlast\n\n" in rule["help"]["markdown"]

    def test_names_and_summaries_can_act_on_no_terminal_and_no_runner(self) -> None:
        evil = "\x1b[2J\u202e\u200b\x9b ##[add-mask]a ##vso[b]c\n::error::d"
        finding = a_finding(
            id=evil, aliases=(evil,), summary=evil, details=evil, cwes=(evil,), ranges=(evil,), references=(evil,)
        )
        strange = replace(
            finding,
            dependency=replace(finding.dependency, name=type(finding.dependency.name)(evil), groups=frozenset({evil})),
            input=evil,
            paths=((evil, evil),),
            location=Location(evil, 1, 1, 2, evil),
        )
        text = render(a_report(strange, failures=(Failure("source", evil, None, evil),), hints=(evil,)), Look())
        assert not set(text) & set("\x1b\x9b\u202e\u200b")
        assert "\\u001b" not in text
        assert not [line for line in text.splitlines() if line.lstrip().startswith("::")]
        assert "##[" not in text
        assert "##vso[" not in text
        assert "##[add-mask]a ##vso[b]c" in json.loads(text)["runs"][0]["tool"]["driver"]["rules"][0]["help"]["text"]


def test_only_who_writes_sarif_pays_for_its_library() -> None:
    code = "import sys, pysentry_hook.cli, pysentry_hook.reports.sarif; sys.exit('sarif_om' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_each_result_and_each_rule_has_a_line_of_its_own() -> None:
    lines = render(a_report(HIGH, IDNA, malware()), Look()).splitlines()
    assert sum('"ruleIndex"' in line for line in lines) == sum('"security-severity"' in line for line in lines) == 3
