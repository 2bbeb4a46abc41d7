"""What a summary folds away, hides and says of the audit itself; nothing of it is lost."""

from dataclasses import replace
from datetime import date

from pysentry_hook.model import Severity
from pysentry_hook.report import Finding, Novelty
from tests.builders import a_dependency, a_finding, a_policy, a_suppression
from tests.reports.facts import a_report, an_unchecked
from tests.reports.gfm import check, tables
from tests.reports.markdown_reports import EVERY_REPORT, HIGH, LOW, told


def test_what_warns_is_folded_with_its_reason() -> None:
    shown = told(a_report(a_finding(), policy=a_policy(unknown_severity="warn")))
    assert "<summary>1 finding that warns</summary>" in shown
    assert tables(shown)["Severity"][0][6] == "unknown_severity is warn"
    assert "### Fixes" in shown


def test_what_is_suppressed_is_told_with_reason_owner_and_end() -> None:
    entry = a_suppression(expires=date(2027, 3, 31), owner="web", until_fixed=True)
    shown = told(a_report(a_finding(fixed_in=()), policy=a_policy(entry)))
    assert tables(shown)["Finding"] == [
        ["CVE-2099-0001", "requests 2.30.0", "the path is closed", "web", "2027-03-31 or a fix", "pyproject.toml:40"]
    ]
    unnamed = told(a_report(HIGH, policy=a_policy(a_suppression(reason=None), a_suppression("CVE-2098-1"))))
    assert tables(unnamed)["Finding"][0][2:5] == ["no reason given", "", "no end"]
    assert "<summary>1 suppression that covers nothing</summary>\n\n- CVE-2098-1 (`pyproject.toml:40`)\n" in unnamed


def test_suppressions_that_end_have_ended_or_are_refused_are_in_plain_sight() -> None:
    report = a_report(
        HIGH,
        LOW,
        policy=a_policy(
            a_suppression(expires=date(2026, 12, 1), owner="web"),
            a_suppression("CVE-2098-1", expires=date(2026, 10, 1)),
            a_suppression("CVE-2099-0002", reason=None),
            require_reason=True,
        ),
    )
    plain = told(report).partition("<details")[0]
    assert "- ⚠️ A suppression ends on 2026-12-01; from 2026-12-02 gate default judges what it covers." in plain
    assert "owner web, pyproject.toml:40" in plain
    assert "Renew: `pysentry-hook suppressions renew CVE-2099-0001 --reason" in plain
    assert "- ⚠️ A suppression ended on 2026-10-01, and holds no more: CVE-2098-1" in plain
    assert "- ⚠️ CVE-2099-0002 is ignored without a reason" in plain


def test_a_suppression_without_a_reason_that_ends_is_told_without_one() -> None:
    shown = told(a_report(HIGH, policy=a_policy(a_suppression(expires=date(2026, 12, 1), reason=None))))
    assert "  no reason given. There is a fixed release." in shown
    assert "None" not in shown.partition("<details")[0].replace("None of these upgrades", "")


def test_what_was_not_checked_is_listed_whole_with_its_reason_and_the_hint() -> None:
    report = a_report(total=60, unchecked=[an_unchecked(f"p{n}", None) for n in range(50)], hints=("Name the mirror",))
    shown = told(report)
    assert len(tables(shown)["Package"]) == 50
    assert tables(shown)["Package"][3] == ["p3", "uv.lock:240", "git dependency"]
    assert "<summary>50 packages NOT checked</summary>" in shown
    assert "\n- Name the mirror\n" in shown


def test_how_it_was_judged_names_the_policy_files_and_the_data() -> None:
    shown = told(EVERY_REPORT["everything"])
    found = tables(shown)
    assert found["Policy file"] == [["pyproject.toml", "0" * 64]]
    assert ["default", "fail_on", "medium"] in found["Gate"]
    assert found["Source"][0] == ["osv", "https://api.osv.dev", "sha256:0123456789abcdef", "2026-11-22 13:02 UTC"]
    assert found["Source"][1][3] == "no answer"
    assert found["Input"][1][:2] == ["api/poetry.lock", "damaged"]
    assert "Compared with `main...`, `1111" in shown
    assert "- `requirements.txt` was not audited by itself: uv.lock has precedence\n" in shown
    assert "PYSEC-2099-9" in shown
    assert "- Note: `uv.lock`: a note\n" in shown


def test_data_that_are_stale_say_so() -> None:
    stale = EVERY_REPORT["everything"].advisory_data[0]._replace(stale=True)
    assert tables(told(a_report(advisory_data=(stale,))))["Source"][0][3] == "2026-11-22 13:02 UTC (stale)"


def test_severity_hides_what_is_below_and_counts_it_and_never_what_blocks() -> None:
    medium = a_finding(a_dependency("zipp", "1.0"), id="CVE-2099-0009", severity=Severity.MEDIUM)
    shown = told(a_report(HIGH, LOW, medium), severity=Severity.CRITICAL)
    assert "CVE-2099-0002" not in shown
    assert {row[2] for row in tables(shown)["Severity"]} == {"CVE-2099-0001", "CVE-2099-0009"}
    assert "1 finding below critical not shown (`--severity`); none of them blocks.\n" in shown
    assert "3 known vulnerabilities in 15 packages: 2 block, 1 passes." in shown
    assert "not shown" not in told(a_report(HIGH, LOW), severity=Severity.LOW)


def test_descriptions_and_references_are_told_where_they_are_asked_for() -> None:
    report = a_report(a_finding(details="First.\n\n* second\n# third", references=("https://a.example/1",)))
    assert "second" not in told(report)
    shown = told(report, detailed=True)
    check(shown)
    assert "  - First.\\\n    &#42; second\\\n    &#35; third\n  - `https://a.example/1`\n" in shown


def a_touched(finding: Finding) -> Finding:
    return replace(finding, novelty=Novelty.EXISTING, touched=True)


def test_what_is_new_and_what_was_touched_is_said() -> None:
    report = a_report(replace(HIGH, novelty=Novelty.INTRODUCED), a_touched(a_finding(a_dependency("zipp", "1.0"))))
    new, touched = told(report).partition("<summary>Details of what blocks</summary>")[2].split("- `zipp 1.0`")[:2]
    assert "  - new in this change\n" in new
    assert "  - its version was changed, and it is still not fixed\n" in touched
    assert "new in" not in touched
    assert "was changed" not in new
