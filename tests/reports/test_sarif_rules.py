"""What a rule says of an advisory, and what of it nobody may read."""

import json
from dataclasses import replace
from typing import Any

import pytest

from pysentry_hook.model import Failure, Location, Severity, Subject
from pysentry_hook.report import PolicyFile
from pysentry_hook.reports.look import Look
from pysentry_hook.reports.sarif import render
from pysentry_hook.rules import Place, Rule
from tests.builders import a_dependency, a_finding, a_policy, a_suppression
from tests.reports.facts import NOW, OSV, a_report, malware
from tests.reports.sarif_runs import HIGH, rules, run_of


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
