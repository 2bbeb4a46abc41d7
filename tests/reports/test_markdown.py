"""What a reviewer reads first in the summary of a job and in a comment."""

from dataclasses import replace

import pytest
from packaging.version import Version

from pysentry_hook.model import Failure, Severity, normalize
from pysentry_hook.report import Baseline, Novelty, Report, Status
from pysentry_hook.reports.gfm import MAX_SHOWN
from tests.builders import a_dependency, a_finding, a_policy
from tests.reports.facts import SILENT, a_report, an_unchecked, everything, malware
from tests.reports.gfm import tables, tokens
from tests.reports.markdown_reports import ENDING, EVERY_REPORT, GOLDEN, HIGH, LOW, many, told


@pytest.mark.parametrize(
    ("name", "report", "lines"),
    [("one", a_report(HIGH), None), ("everything", everything(ENDING), None), ("many", many(300), 40)],
)
def test_the_report_reads_as_its_golden_file(name: str, report: Report, lines: int | None) -> None:
    shown = told(report, detailed=name == "everything").splitlines()[:lines]
    assert "\n".join(shown) + "\n" == (GOLDEN / f"{name}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("report", "headline"),
    [
        (a_report(), "✅ pysentry-hook · No known vulnerabilities in 15 packages"),
        (a_report(LOW), "✅ pysentry-hook · 1 known vulnerability in 15 packages, none of them blocks"),
        (
            a_report(unchecked=[an_unchecked()]),
            "✅ pysentry-hook · No known vulnerabilities in 14 of 15 packages; 1 was NOT checked",
        ),
        (a_report(total=0), "⚪ pysentry-hook · Nothing to check: uv.lock lists 0 packages"),
        (a_report(failures=(SILENT,)), "✅ pysentry-hook · No known vulnerabilities in 15 packages"),
        (EVERY_REPORT["incomplete"], "⚠️ pysentry-hook · Incomplete: this is not a clean result"),
        (a_report(HIGH, LOW), "❌ pysentry-hook · Blocked by 1 finding"),
        (
            everything(ENDING),
            "❌ pysentry-hook · Blocked by 2 findings. Incomplete: this is not a clean result",
        ),
        (
            a_report(unchecked=[an_unchecked(), an_unchecked("acme")], policy=a_policy(unchecked="block")),
            "❌ pysentry-hook · Blocked by 2 packages not checked",
        ),
        (
            a_report(HIGH, statuses=(Status(normalize("osv"), "quarantined", None, "uv.lock"),)),
            "❌ pysentry-hook · Blocked by 1 finding and 1 project by status",
        ),
    ],
)
def test_the_first_line_is_the_verdict(report: Report, headline: str) -> None:
    assert told(report).splitlines()[0] == f"## {headline}"


@pytest.mark.parametrize("on_incomplete", ["block", "warn"])
@pytest.mark.parametrize("total", [0, 1, 15])
def test_an_incomplete_audit_is_never_a_green_tick(on_incomplete: str, total: int) -> None:
    broken = Failure("input", "poetry.lock", "api/poetry.lock", "is damaged")
    shown = told(a_report(total=total, failures=(broken,), policy=a_policy(on_incomplete=on_incomplete)))
    assert "✅" not in shown
    assert "Incomplete: this is not a clean result" in shown.splitlines()[0]
    assert tables(shown)["Kind"] == [["input", "api/poetry.lock", "is damaged"]]
    assert "<details open>\n<summary>1 failure</summary>" in shown


def test_a_report_that_checked_nothing_is_never_a_green_tick() -> None:
    assert "✅" not in told(a_report(total=1, unchecked=[an_unchecked()]))


def test_the_gate_why_it_judged_and_the_counts_come_next() -> None:
    old = replace(LOW, novelty=Novelty.EXISTING)
    policy = a_policy(only_introduced=True)
    report = a_report(HIGH, old, unchecked=[an_unchecked()], policy=policy, baseline=Baseline("main", "1" * 40))
    counts = "2 known vulnerabilities in 14 of 15 packages: 1 blocks, 1 is older than the change."
    assert told(report).split("\n\n")[1].split("\\\n") == [
        (
            'Gate default: blocked. 1 finding blocks (fail_on = "medium", built-in gate default); '
            "1 older finding not judged."
        ),
        f"{counts} 1 package was NOT checked.",
        "Judged by gate default as of 2026-11-22: no gate was named, and no CI was recognised.",
    ]
    assert "<summary>1 finding that passes: 1 older than the change</summary>" in told(report)


def test_what_blocks_is_a_table_with_the_worst_package_first() -> None:
    critical = a_finding(a_dependency("zipp", "1.0"), id="CVE-2099-0005", severity=Severity.CRITICAL, fixed_in=())
    unknown = a_finding(a_dependency("zipp", "1.0"), id="OSV-2099-6", upgrade_to="2.40.0")
    shown = told(a_report(HIGH, unknown, critical, malware()))
    assert tables(shown)["Severity"] == [
        ["MALWARE", "requestz 9.9.9", "MAL-2099-1", "remove it", "shop > requests", "uv.lock:12"],
        ["CRITICAL", "zipp 1.0", "CVE-2099-0005", "no fixed version", "shop > requests", "uv.lock:12"],
        ["unknown", "zipp 1.0", "OSV-2099-6", "2.31.0take 2.40.0 (not tried)", "shop > requests", "uv.lock:12"],
        ["HIGH", "requests 2.30.0", "CVE-2099-0001", "2.31.0", "shop > requests", "uv.lock:12"],
    ]


def test_what_nobody_rates_stands_between_high_and_medium() -> None:
    rated = [
        a_finding(a_dependency(name, "1.0"), id=f"CVE-2099-000{n}", severity=severity)
        for n, (name, severity) in enumerate([("a", Severity.MEDIUM), ("b", None), ("c", Severity.HIGH)])
    ]
    assert [row[0] for row in tables(told(a_report(*rated)))["Severity"]] == ["HIGH", "unknown", "medium"]


def test_a_long_way_in_is_short_in_the_table_and_whole_in_the_details() -> None:
    finding = replace(HIGH, paths=(("shop", "a", "b", "c", "requests"), ("shop", "requests")), more_paths=1)
    shown = told(a_report(finding))
    assert tables(shown)["Severity"][0][4] == "shop > a > … > requests +2"
    assert "way in: `shop > a > b > c > requests`, declared at `pyproject.toml:7`, in main\n" in shown
    assert tables(told(a_report(replace(HIGH, paths=()))))["Severity"][0][4] == "not known"


def test_more_than_a_screenful_of_findings_is_folded_and_none_is_lost() -> None:
    shown = told(EVERY_REPORT["many"])
    seen, folded = shown.split(f"<summary>{300 - MAX_SHOWN} more findings that block</summary>")
    assert len(tables(seen)["Severity"]) == MAX_SHOWN
    assert len(tables(folded)["Severity"]) == 300 - MAX_SHOWN
    assert len({row[2] for row in tables(shown)["Severity"]}) == 300
    assert "<summary>100 commands to copy</summary>" in shown


def test_the_fixes_are_one_block_of_commands_one_for_each_package() -> None:
    second = a_finding(id="CVE-2099-0003", severity=Severity.HIGH, upgrade_to="2.31.0")
    below = replace(LOW, vulnerability=replace(LOW.vulnerability, severity=Severity.MEDIUM), input="api/uv.lock")
    blocks = [block.content for block in tokens(told(a_report(HIGH, second, below))) if block.type == "fence"]
    (block,) = blocks
    assert block.splitlines() == [
        "uv lock --upgrade-package requests  # 2.30.0 -> 2.31.0",
        "uv lock --directory api --upgrade-package idna  # 3.4 -> 3.7",
    ]


def test_a_fix_that_is_no_command_is_told_in_words() -> None:
    pinned = replace(HIGH, input="requirements.txt", location=HIGH.location._replace(path="requirements.txt"))
    shown = told(a_report(pinned, a_finding(a_dependency("zipp", "1.0"), fixed_in=())))
    assert "- `requests 2.30.0`: 2.31.0 (not tried): write requests==2.31.0 in requirements.txt:12\n" in shown
    assert "- `zipp 1.0`: no fixed version yet\n" in shown
    assert "```" not in shown


def test_a_command_that_does_not_fit_on_a_line_is_not_offered_to_copy() -> None:
    shown = told(a_report(replace(HIGH, input="a\nrm -rf x\n/uv.lock")))
    assert "```" not in shown
    assert "\nrm" not in shown


def test_malware_is_never_answered_with_an_upgrade() -> None:
    both = [malware(), malware(id="CVE-2099-0001", malware=False, fixed_in=(Version("10.0"),))]
    shown = told(a_report(*(replace(finding, upgrade_to=Version("10.0")) for finding in both)))
    assert "- `requestz 9.9.9` **is malware**: remove it, and treat every machine" in shown
    assert "--upgrade-package" not in shown
    assert "take 10.0" not in shown
    assert "suppressions add MAL" not in shown


def test_what_blocks_beside_findings_is_told_first() -> None:
    quarantined = Status(normalize("osv"), "quarantined", "malware", "uv.lock")
    report = a_report(
        statuses=(quarantined, quarantined._replace(status="archived")),
        unchecked=[an_unchecked()],
        policy=a_policy(unchecked="block"),
    )
    shown = told(report).partition("### What blocks\n\n")
    assert shown[2].splitlines()[:2] == [
        '- 1 not checked and unchecked = "block" (pyproject.toml:1)',
        "- `osv` is quarantined: forbid_quarantined is true (built in)",
    ]
    assert "- Note: `osv` is archived (forbid_archived is false)\n" in shown[0]


def test_the_same_remark_for_several_inputs_is_made_once() -> None:
    unfixed = a_finding(severity=Severity.HIGH, fixed_in=())
    shown = told(a_report(unfixed, replace(unfixed, input="api/uv.lock")))
    assert shown.count("- `requests 2.30.0`: no fixed version yet\n") == 1
