"""Where an alert leads, what it says, and how grave it is."""

from dataclasses import replace
from typing import Any

import pytest
from packaging.version import Version

from pysentry_hook.advisories import Cvss
from pysentry_hook.model import Location, Severity
from pysentry_hook.report import Finding
from pysentry_hook.reports.look import Look
from pysentry_hook.reports.sarif import render
from tests.builders import a_dependency, a_finding, a_policy
from tests.reports.facts import a_report, malware
from tests.reports.sarif_runs import HIGH, IDNA, result_of, rules, run_of


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
