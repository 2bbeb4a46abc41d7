"""What a person reads."""

from dataclasses import replace

import pytest
from packaging.version import Version

from pysentry_hook.advisories import Say
from pysentry_hook.model import Severity, normalize
from pysentry_hook.report import Finding, NotKnown, SkippedInput
from pysentry_hook.rules import Rule
from tests.builders import (
    a_dependency,
    a_finding,
    a_policy,
)
from tests.reports.facts import (
    HIGH,
    LOW,
    OSV,
    a_report,
    an_input,
    an_unchecked,
    malware,
)
from tests.reports.human_text import IGNORE, text, the_last_line, told


def test_findings_are_told_with_the_way_in_the_fix_and_why_they_block() -> None:
    requests = a_dependency(groups=("main", "dev"))
    report = a_report(
        replace(a_finding(requests, severity=Severity.HIGH, upgrade_to="2.31.0"), more_paths=3),
        a_finding(requests, id="CVE-2099-0003", severity=Severity.LOW, upgrade_to="2.31.0", summary=""),
        a_finding(requests, id="CVE-2099-0010", upgrade_to="2.31.0", fixed_in=(Version("1.26.1"), Version("2.31.0"))),
    )
    assert told(report) == text(
        """
        requests 2.30.0  uv.lock:12  dev, main
          way in    shop > requests  (pyproject.toml:7)  and 3 more
          HIGH      CVE-2099-0001  fixed in 2.31.0  blocks: fail_on is medium
                    A flaw
          LOW       CVE-2099-0003  fixed in 2.31.0  does not block: fail_on is medium
                    A flaw.
          UNKNOWN   CVE-2099-0010  fixed in 2.31.0  blocks: unknown_severity is block
                    A flaw
          fix       2.31.0 (not tried): uv lock --upgrade-package requests

        3 known vulnerabilities in 15 packages.
        Data: osv 2026-11-22 13:02 UTC.
        Judged by gate default: no gate was named, and no CI was recognised.
        Accept: pysentry-hook suppressions add CVE-2099-0001 -p requests --reason "…" --expires 2027-02-20
        Why:    pysentry-hook explain CVE-2099-0001 -p requests
        Gate default: blocked. 2 findings block (fail_on = "medium", unknown_severity = "block", built-in gate default).
        """
    )


def test_each_package_has_a_paragraph_of_its_own() -> None:
    report = a_report(HIGH, a_finding(a_dependency("idna", "3.4"), severity=Severity.LOW, fixed_in=()))
    assert told(report) == text(
        """
        idna 3.4  uv.lock:12  main
          way in    shop > requests  (pyproject.toml:7)
          LOW       CVE-2099-0001  no fixed version  does not block: fail_on is medium
                    A flaw
          fix       no fixed version yet

        requests 2.30.0  uv.lock:12  main
          way in    shop > requests  (pyproject.toml:7)
          HIGH      CVE-2099-0001  fixed in 2.31.0  blocks: fail_on is medium
                    A flaw
          fix       2.31.0 (not tried): uv lock --upgrade-package requests

        2 known vulnerabilities in 15 packages.
        Data: osv 2026-11-22 13:02 UTC.
        Judged by gate default: no gate was named, and no CI was recognised.
        Accept: pysentry-hook suppressions add CVE-2099-0001 -p requests --reason "…" --expires 2027-02-20
        Why:    pysentry-hook explain CVE-2099-0001 -p requests
        Gate default: blocked. 1 finding blocks (fail_on = "medium", built-in gate default).
        """
    )


def test_warnings_and_findings_below_the_threshold_are_counted_where_the_gate_passes() -> None:
    report = a_report(LOW, a_finding(id="CVE-2099-0009"), policy=a_policy(unknown_severity="warn"))
    assert "warns: unknown_severity is warn" in told(report)
    assert the_last_line(report) == 'Gate default: passed (1 warning, 1 finding below fail_on = "medium").'


def test_what_is_suppressed_is_told_with_its_reason_and_not_as_a_finding() -> None:
    accepted = replace(IGNORE, reason="the path is closed", rule=Rule("suppressions", "x", "pyproject.toml:40"))
    assert told(a_report(HIGH, policy=a_policy(accepted))) == text(
        """
        1 finding suppressed:
          CVE-2099-0001 in requests 2.30.0  the path is closed (pyproject.toml:40)

        1 known vulnerability in 15 packages.
        Data: osv 2026-11-22 13:02 UTC.
        Judged by gate default: no gate was named, and no CI was recognised.
        Gate default: passed (1 suppressed).
        """
    )


def test_an_ignore_has_no_reason_and_one_that_meets_nothing_is_told() -> None:
    other = replace(IGNORE, id="CVE-2098-1")
    shown = told(a_report(HIGH, policy=a_policy(IGNORE, other)))
    assert "  CVE-2099-0001 in requests 2.30.0  no reason given (--ignore)\n" in shown
    assert "Accepted and not found: CVE-2098-1 (--ignore)\n" in shown


def test_severity_hides_what_is_below_and_counts_it() -> None:
    shown = told(a_report(HIGH, LOW), severity=Severity.HIGH)
    assert "CVE-2099-0002" not in shown
    assert "1 finding below high not shown (--severity); none of them blocks.\n" in shown
    assert "2 known vulnerabilities in 15 packages.\n" in shown
    assert "not shown" not in told(a_report(HIGH, LOW), severity=Severity.LOW)


@pytest.mark.parametrize(
    "finding",
    [
        a_finding(severity=Severity.LOW),
        a_finding(severity=Severity.MEDIUM),
        a_finding(severity=None),
        malware(severity=Severity.LOW),
    ],
    ids=["low", "medium", "unknown", "malware"],
)
def test_severity_never_hides_what_blocks(finding: Finding) -> None:
    report = a_report(finding, policy=a_policy(fail_on="low"))
    shown = told(report, severity=Severity.CRITICAL)
    assert f"  {finding.vulnerability.id}  " in shown
    assert "not shown" not in shown
    assert the_last_line(report, severity=Severity.CRITICAL).startswith("Gate default: blocked.")


def test_severity_never_hides_what_is_unknown_or_suppressed() -> None:
    policy = a_policy(unknown_severity="warn")
    assert "UNKNOWN" in told(a_report(a_finding(), policy=policy), severity=Severity.CRITICAL)
    assert "1 finding suppressed:" in told(a_report(LOW, policy=a_policy(replace(IGNORE, id=LOW.vulnerability.id))))


def test_malware_is_never_answered_with_an_upgrade() -> None:
    both = [malware(), malware(id="CVE-2099-0001", malware=False, fixed_in=(Version("10.0"),))]
    shown = told(a_report(*(replace(finding, upgrade_to=Version("10.0")) for finding in both)))
    assert (
        text(
            """
        requestz 9.9.9  uv.lock:12  main
          way in    shop > requests  (pyproject.toml:7)
          CRITICAL  CVE-2099-0001  fixed in 10.0  blocks: fail_on is medium
                    Malicious code in requestz
          MALWARE   MAL-2099-1  remove it  blocks: malware, in every gate
                    Malicious code in requestz
          fix       remove it, and treat every machine that installed it as compromised
        """
        )
        in shown
    )
    assert "--upgrade-package" not in shown


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("uv.lock", "uv lock --upgrade-package requests"),
        ("api/uv.lock", "uv lock --directory api --upgrade-package requests"),
        ("poetry.lock", "poetry update requests"),
        ("api/poetry.lock", "poetry -C api update requests"),
        ("Pipfile.lock", "pipenv upgrade requests"),
        ("api/Pipfile.lock", "PIPENV_PIPFILE=api/Pipfile pipenv upgrade requests"),
        ("requirements.txt", "write requests==2.31.0 in requirements.txt:12"),
    ],
)
def test_the_fix_is_a_command_of_the_tool_that_wrote_the_lock(path: str, expected: str) -> None:
    finding = replace(HIGH, input=path, location=HIGH.location._replace(path=path))
    assert f"  fix       2.31.0 (not tried): {expected}\n" in told(a_report(finding))


def test_one_upgrade_serves_all_findings_of_a_package() -> None:
    second = a_finding(id="CVE-2099-0003", severity=Severity.HIGH, upgrade_to="2.32.0")
    shown = told(a_report(replace(HIGH, upgrade_to=None), second))
    assert shown.count("  fix ") == 1
    assert "  fix       2.32.0 (not tried)" in shown


def test_an_upgrade_is_never_said_to_be_tried() -> None:
    assert "2.31.0 (not tried)" in told(a_report(HIGH))


def test_fixed_versions_below_the_installed_one_are_not_offered() -> None:
    fixes = tuple(map(Version, ["1.26.1", "2.31.0", "2.32.0", "2.33.0", "2.34.0"]))
    assert "fixed in 2.31.0, 2.32.0, 2.33.0  blocks" in told(a_report(a_finding(fixed_in=fixes)))


def test_where_records_say_different_things_each_is_told() -> None:
    says = (
        Say("osv", "GHSA-1", affected=True, fixed_in=(Version("2.32.0"),), severity=None, withdrawn=None),
        Say("pypa", "PYSEC-1", affected=True, fixed_in=(), severity=None, withdrawn=None),
        Say("pypi", "PYSEC-1", affected=False, fixed_in=(Version("2.0"),), severity=None, withdrawn=None),
    )
    told_of = "sources disagree: GHSA-1 (osv): 2.32.0; PYSEC-1 (pypa): no fix; PYSEC-1 (pypi): not affected\n"
    assert told_of in told(a_report(a_finding(says=says)))
    assert "disagree" not in told(a_report(a_finding(says=says[:1])))


def test_details_are_told_where_they_are_asked_for_and_wrapped() -> None:
    finding = a_finding(details="Long words. " * 30 + "\n\nEnd.", references=("https://a.example/1",))
    plain, detailed = told(a_report(finding)), told(a_report(finding), detailed=True, width=60)
    assert "also known as" not in plain
    assert "            also known as PYSEC-2099-1\n" in detailed
    assert "            https://a.example/1\n" in detailed
    assert max(len(line) for line in detailed.splitlines() if "Long words" in line) <= 60


def test_a_long_summary_ends_within_the_width() -> None:
    shown = told(a_report(a_finding(summary="many words " * 50)), width=80)
    (line,) = [line for line in shown.splitlines() if "many words" in line]
    assert len(line) <= 80
    assert line.endswith(" …")


def test_notes_say_what_was_there_and_not_read_or_not_known() -> None:
    report = a_report(
        inputs=(an_input(notes=("what these pins bring in is not in it",)),),
        skipped_inputs=(SkippedInput("requirements.txt", "uv.lock has precedence"),),
        advisory_data=(OSV._replace(damaged_records=("PYSEC-2099-9", "PYSEC-2099-8")),),
        not_known=tuple(NotKnown("pypi", f"p{n}", "1.0", "PyPI does not know this version") for n in range(12)),
    )
    assert told(report).startswith(
        text(
            """
            note: uv.lock: what these pins bring in is not in it
            note: requirements.txt was not audited by itself: uv.lock has precedence.
            note: damaged advisory records, used as far as they can be: PYSEC-2099-8, PYSEC-2099-9
            note: pypi: PyPI does not know this version: p0 1.0, p1 1.0, p2 1.0, p3 1.0, p4 1.0, p5 1.0, p6 1.0, p7 1.0, p8 1.0, p9 1.0 and 2 more

            No known vulnerabilities in 15 packages.
            """  # noqa: E501 (ten names make a long line)
        )
    )


def test_places_are_written_as_they_are_opened_from_where_the_report_is_read() -> None:
    shown = told(a_report(HIGH, unchecked=[an_unchecked()]), root="/repo", here="/repo/api")
    assert "requests 2.30.0  ../uv.lock:12  main\n" in shown
    assert "(../pyproject.toml:7)" in shown
    assert "uv lock --directory .. --upgrade-package requests" in shown
    assert "  fastthing 0.3  ../uv.lock:240  git dependency\n" in shown


def test_a_finding_without_a_way_in_has_no_line_for_it() -> None:
    assert "way in" not in told(a_report(replace(HIGH, paths=())))


def test_a_suppression_of_a_package_is_shown_by_the_id_of_the_finding() -> None:
    by_alias = replace(IGNORE, id="pysec-2099-1", package=normalize("requests"))
    assert "  CVE-2099-0001 in requests 2.30.0  " in told(a_report(HIGH, policy=a_policy(by_alias)))
