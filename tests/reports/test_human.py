"""What a person reads."""

import re
from dataclasses import replace
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from packaging.version import Version

from pysentry_hook.matching import Knowledge
from pysentry_hook.model import Failure, Say, Severity, normalize
from pysentry_hook.policy.gates import DEFAULT
from pysentry_hook.report import Coverage, Finding, NotKnown, Report, Rule, SkippedInput, Suppression
from pysentry_hook.reports.human import MAX_LISTED, render
from pysentry_hook.reports.look import Look
from tests.builders import a_dependency, a_finding, a_folder_of_records, a_package, a_record, an_advisory
from tests.conftest import Run
from tests.reports.facts import OSV, PYPA, SILENT, a_report, an_input, an_unchecked, everything, malware

_ESCAPES = re.compile(r"\x1b\[[0-9;]*m")

HIGH = a_finding(severity=Severity.HIGH, upgrade_to="2.31.0")
LOW = a_finding(a_dependency("idna", "3.4"), id="CVE-2099-0002", severity=Severity.LOW, upgrade_to="3.7")
IGNORE = Suppression(id="CVE-2099-0001", rule=Rule("ignore", "CVE-2099-0001", "--ignore"))


def told(report: Report, **look: Any) -> str:
    return render(report, Look(**look))


def text(golden: str) -> str:
    return dedent(golden).lstrip("\n")


def the_last_line(report: Report, **look: Any) -> str:
    return told(report, **look).splitlines()[-1]


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
        Gate default: blocked. 2 findings block (fail_on = "medium", built-in gate default; unknown_severity = "block", built-in gate default).
        """  # noqa: E501 (the last line says everything)
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
        Gate default: blocked. 1 finding blocks (fail_on = "medium", built-in gate default).
        """
    )


def test_nothing_found_is_told_with_the_number_of_packages_and_the_data() -> None:
    assert told(a_report(total=1047, advisory_data=(OSV, PYPA._replace(stale=True)))) == text(
        """
        No known vulnerabilities in 1,047 packages.
        Data: osv 2026-11-22 13:02 UTC, pypa 2026-11-22 10:02 UTC (stale).
        Gate default: passed.
        """
    )


def test_nothing_found_and_something_unchecked_names_it_with_place_and_reason() -> None:
    hint = "If that index serves what PyPI serves: PYSENTRY_HOOK_SOURCES_MIRRORS=https://pkgs.acme.example/simple"
    report = a_report(
        unchecked=[an_unchecked(), an_unchecked("fork-of-x", "1.0.0", "path dependency"), an_unchecked("acme", None)],
        hints=(hint,),
    )
    expected = text(
        """
        No known vulnerabilities in 12 of 15 packages; 3 were NOT checked:
          fastthing 0.3    uv.lock:240  git dependency
          fork-of-x 1.0.0  uv.lock:240  path dependency
          acme             uv.lock:240  git dependency
        If that index serves what PyPI serves: PYSENTRY_HOOK_SOURCES_MIRRORS=https://pkgs.acme.example/simple
        Data: osv 2026-11-22 13:02 UTC.
        """
    )
    assert told(report).startswith(expected)
    assert the_last_line(report).startswith("Gate default: passed")


def test_one_unchecked_package_is_told_in_the_singular() -> None:
    assert "in 14 of 15 packages; 1 was NOT checked:\n" in told(a_report(unchecked=[an_unchecked()]))


def test_many_unchecked_packages_are_counted() -> None:
    shown = told(a_report(total=50, unchecked=[an_unchecked(f"p{n}") for n in range(MAX_LISTED + 5)]))
    assert shown.count("git dependency") == MAX_LISTED
    assert "  and 5 more (all of them with -f json)\n" in shown


def test_a_lock_without_packages_is_nothing_to_check_and_never_clean() -> None:
    shown = told(a_report(total=0))
    assert shown.splitlines()[0] == "nothing to check: uv.lock lists 0 packages"
    assert "No known vulnerabilities" not in shown
    assert the_last_line(a_report(total=0)) == "Gate default: passed."


def test_several_locks_without_packages_are_all_named() -> None:
    report = a_report(total=0, inputs=(an_input(packages=0), an_input("api/uv.lock", packages=0)))
    assert told(report).startswith("nothing to check: uv.lock lists 0 packages and api/uv.lock lists 0 packages\n")


def test_scopes_that_leave_everything_out_are_named_as_the_reason() -> None:
    nothing = Coverage(total=0, checked=0, left_out_by_filter=5, unchecked=())
    shown = told(a_report(total=0, coverage=nothing))
    assert shown.startswith("nothing to check: uv.lock lists ")
    assert ", 5 left out by the chosen scopes\n" in shown
    assert "No known vulnerabilities" not in shown


def test_where_scopes_leave_something_out_the_count_says_so() -> None:
    some = Coverage(total=10, checked=10, left_out_by_filter=5, unchecked=())
    first = told(a_report(coverage=some)).splitlines()[0]
    assert first == "No known vulnerabilities in 10 packages (5 left out by the chosen scopes)."


def test_no_input_at_all_is_nothing_to_check() -> None:
    report = a_report(total=0, inputs=(), advisory_data=())
    assert told(report) == "nothing to check: there is no input\nGate default: passed.\n"


def test_an_incomplete_audit_is_not_a_clean_result() -> None:
    missing = [an_unchecked("numpy", "2.1.0", "osv gave no answer"), an_unchecked("pillow", "11.0.0", "osv failed")]
    report = a_report(complete=False, unchecked=missing, failures=(SILENT,), advisory_data=(OSV._replace(as_of=None),))
    assert told(report) == text(
        """
        Incomplete: this is not a clean result. Nothing known so far in 13 of 15 packages; 2 were NOT checked:
          numpy 2.1.0    uv.lock:240  osv gave no answer
          pillow 11.0.0  uv.lock:240  osv failed
        Data: osv none.
          failed  osv: HTTP 503 after 4 tries in 21 s (numpy 2.1.0, pillow 11.0.0)
        Gate default: incomplete, so it does not pass (on_incomplete = "block"). The audit is incomplete: 13 of 15 checked. Failed: osv.
        """  # noqa: E501 (the last line says everything)
    )


def test_an_incomplete_audit_may_pass_with_a_warning_that_still_says_so() -> None:
    gate = replace(DEFAULT, on_incomplete="warn")
    last = the_last_line(a_report(complete=False, unchecked=[an_unchecked()], failures=(SILENT,), gate=gate))
    assert last.startswith('Gate default: passed with a warning (on_incomplete = "warn"). The audit is incomplete')
    assert last.endswith("Failed: osv.")


def test_what_blocks_comes_before_what_is_incomplete_and_both_are_in_the_last_line() -> None:
    last = the_last_line(a_report(HIGH, complete=False, unchecked=[an_unchecked()], failures=(SILENT,)))
    assert last.startswith("Gate default: blocked. 1 finding blocks")
    assert last.endswith("The audit is incomplete: 14 of 15 checked. Failed: osv.")


def test_a_source_that_failed_without_being_required_is_in_the_last_line_too() -> None:
    report = a_report(
        failures=(SILENT._replace(name="pypi"), SILENT._replace(name="pypa"), SILENT._replace(name="pypa"))
    )
    assert the_last_line(report) == "Gate default: passed. Failed: pypa, pypi."


def test_an_input_that_failed_is_named_with_its_cause() -> None:
    failure = Failure("input", "poetry.lock", "api/poetry.lock", "line 3: is damaged")
    shown = told(a_report(complete=False, failures=(failure,)))
    assert "  failed  api/poetry.lock: line 3: is damaged\n" in shown
    assert "No known vulnerabilities" not in shown


def test_what_must_be_checked_and_is_not_blocks_with_its_reason() -> None:
    report = a_report(unchecked=[an_unchecked()], gate=replace(DEFAULT, unchecked="block"))
    assert the_last_line(report) == (
        'Gate default: blocked. 1 not checked and unchecked = "block" (built-in gate default).'
    )


def test_warnings_and_findings_below_the_threshold_are_counted_where_the_gate_passes() -> None:
    report = a_report(LOW, a_finding(id="CVE-2099-0009"), gate=replace(DEFAULT, unknown_severity="warn"))
    assert "warns: unknown_severity is warn" in told(report)
    assert the_last_line(report) == 'Gate default: passed (1 warning, 1 finding below fail_on = "medium").'


def test_what_is_suppressed_is_told_with_its_reason_and_not_as_a_finding() -> None:
    accepted = replace(IGNORE, reason="the path is closed", rule=Rule("suppressions", "x", "pyproject.toml:40"))
    assert told(a_report(HIGH, suppressions=[accepted])) == text(
        """
        1 finding suppressed:
          CVE-2099-0001 in requests 2.30.0  the path is closed (pyproject.toml:40)

        1 known vulnerability in 15 packages.
        Data: osv 2026-11-22 13:02 UTC.
        Gate default: passed (1 suppressed).
        """
    )


def test_an_ignore_has_no_reason_and_one_that_meets_nothing_is_told() -> None:
    other = replace(IGNORE, id="CVE-2098-1")
    shown = told(a_report(HIGH, suppressions=[IGNORE, other]))
    assert "  CVE-2099-0001 in requests 2.30.0  no reason given (--ignore)\n" in shown
    assert "Ignored and not found: CVE-2098-1\n" in shown


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
    report = a_report(finding, gate=replace(DEFAULT, fail_on=Severity.LOW))
    shown = told(report, severity=Severity.CRITICAL)
    assert f"  {finding.vulnerability.id}  " in shown
    assert "not shown" not in shown
    assert the_last_line(report, severity=Severity.CRITICAL).startswith("Gate default: blocked.")


def test_severity_never_hides_what_is_unknown_or_suppressed() -> None:
    gate = replace(DEFAULT, unknown_severity="warn")
    assert "UNKNOWN" in told(a_report(a_finding(), gate=gate), severity=Severity.CRITICAL)
    assert "1 finding suppressed:" in told(a_report(LOW, suppressions=[replace(IGNORE, id=LOW.vulnerability.id)]))


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
            note: requirements.txt was not read: uv.lock has precedence.
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


EVERY_REPORT = {
    "nothing": a_report(),
    "zero": a_report(total=0),
    "blocked": a_report(HIGH, LOW),
    "suppressed": a_report(HIGH, suppressions=[IGNORE]),
    "unchecked": a_report(unchecked=[an_unchecked()]),
    "incomplete": a_report(complete=False, failures=(SILENT,)),
    "everything": everything(replace(IGNORE, id="CVE-2099-0003")),
}


@pytest.mark.parametrize("report", EVERY_REPORT.values(), ids=EVERY_REPORT.keys())
def test_the_last_line_is_always_the_verdict(report: Report) -> None:
    shown = told(report)
    assert shown.endswith("\n")
    assert not shown.endswith("\n\n")
    assert the_last_line(report).startswith("Gate default: ")
    assert shown.count("Gate default: ") == 1


@pytest.mark.parametrize("report", EVERY_REPORT.values(), ids=EVERY_REPORT.keys())
def test_without_colour_there_are_no_escape_codes_and_no_trailing_blanks(report: Report) -> None:
    shown = told(report, detailed=True)
    assert "\x1b" not in shown
    assert not [line for line in shown.splitlines() if line != line.rstrip()]


@pytest.mark.parametrize("report", EVERY_REPORT.values(), ids=EVERY_REPORT.keys())
def test_with_colour_the_same_words_are_told_with_escape_codes(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("COLORTERM", raising=False)
    coloured = told(report, detailed=True, colour=True)
    assert "\x1b[" in coloured
    plain = [line.rstrip() for line in _ESCAPES.sub("", coloured).splitlines()]
    assert plain == told(report, detailed=True).splitlines()


def test_square_brackets_are_no_markup() -> None:
    shown = told(a_report(a_finding(summary="[bold red]x[/] [link=https://evil.example]y[/link]")), colour=True)
    assert "[bold red]x[/] [link=https://evil.example]y[/link]" in shown


HOSTILE = "\x1b[2J\x1b]0;x\x07evil\u202e\u2066\u200b\r\nGate default: passed.\n\x9b31m"


@pytest.mark.parametrize("colour", [False, True])
def test_what_an_advisory_writes_cannot_act_on_the_terminal_or_forge_a_verdict(
    *, colour: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    advisory = an_advisory(
        summary=HOSTILE,
        details=HOSTILE,
        aliases=[f"CVE-2099-1{HOSTILE}", "GHSA-aaaa-bbbb-cccc"],
        references=[{"url": f"https://a.example/{HOSTILE}"}],
        database_specific={"severity": HOSTILE, "cwe_ids": [HOSTILE]},
    )
    (vulnerability,) = Knowledge([advisory]).vulnerabilities(a_package())
    finding = replace(a_finding(), vulnerability=vulnerability)
    shown = _ESCAPES.sub("", told(a_report(finding), detailed=True, colour=colour))
    assert not set(shown) & set("\x1b\x07\x9b\r\u202e\u2066\u200b")
    assert [line for line in shown.splitlines() if line.startswith("Gate")] == [the_last_line(a_report(finding))]


def test_what_a_lock_file_writes_cannot_act_on_the_terminal_or_forge_a_verdict(run: Run, tmp_path: Path) -> None:
    hostile = "\\u001b[2J\\u202e\\nGate default: passed."
    entries = [
        ("1.0", '{ virtual = "." }'),
        ("1.0", '{ registry = "https://pypi.org/simple" }'),
        (f"1.0{hostile}", '{ registry = "https://pypi.org/simple" }'),
        (f"1.0{hostile}", f'{{ git = "https://a.example/{hostile}" }}'),
        ("1.0", f'{{ path = "{hostile}" }}'),
    ]
    lock = "".join(
        f'[[package]]\nname = "p{n}"\nversion = "{version}"\nsource = {source}\n'
        for n, (version, source) in enumerate(entries)
    )
    (tmp_path / "uv.lock").write_text(f'version = 1\nrequires-python = ">=3.11"\n{lock}', encoding="utf-8")
    done = run("--advisory-db", a_folder_of_records(tmp_path / "records", a_record(fixed="1.0")))
    assert done.returncode == 0, done.stderr
    assert not set(done.stdout) & set("\x1b\u202e")
    assert "3 were NOT checked" in done.stdout
    assert [line for line in done.stdout.splitlines() if line.startswith("Gate")] == done.stdout.splitlines()[-1:]


def test_a_suppression_of_a_package_is_shown_by_the_id_of_the_finding() -> None:
    by_alias = replace(IGNORE, id="pysec-2099-1", package=normalize("requests"))
    assert "  CVE-2099-0001 in requests 2.30.0  " in told(a_report(HIGH, suppressions=[by_alias]))
