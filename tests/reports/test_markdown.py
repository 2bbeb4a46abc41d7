"""What a reviewer reads in the summary of a job and in a comment."""

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from packaging.version import Version

from pysentry_hook.model import Failure, Severity, normalize
from pysentry_hook.report import Baseline, Finding, Novelty, PolicyFile, Report, SkippedInput, Status
from pysentry_hook.reports import json as json_report
from pysentry_hook.reports.gfm import LIMIT, MAX_SHOWN, advisory, code, words
from pysentry_hook.reports.look import Look
from pysentry_hook.reports.markdown import render
from pysentry_hook.reports.saved import read_report
from pysentry_hook.rules import Place, Rule
from tests.builders import a_dependency, a_finding, a_folder_of_records, a_policy, a_record, a_suppression, a_uv_lock
from tests.conftest import Run
from tests.reports.facts import NOW, SILENT, a_report, an_input, an_unchecked, everything, malware
from tests.reports.gfm import check, tables, tokens

GOLDEN = Path(__file__).parents[1] / "data" / "reports"
HIGH = a_finding(severity=Severity.HIGH, upgrade_to="2.31.0")
LOW = a_finding(a_dependency("idna", "3.4"), id="CVE-2099-0002", severity=Severity.LOW, upgrade_to="3.7")
ENDING = a_suppression(
    "CVE-2099-0003", expires=NOW.date().replace(day=30), owner="platform", reason="nobody calls that part of it"
)


def told(report: Report, **look: Any) -> str:
    return render(report, Look(**look))


def many(number: int) -> Report:
    """As many findings, three of each package."""
    severities = (Severity.HIGH, Severity.CRITICAL, Severity.MEDIUM)
    return a_report(
        *(
            a_finding(
                a_dependency(f"package-{n // 3}", "1.0"),
                id=f"CVE-2099-{10_000 + n}",
                severity=severities[n % 3],
                fixed_in=(Version("1.1"),),
                upgrade_to="1.1",
            )
            for n in range(number)
        ),
        total=number,
    )


EVERY_REPORT = {
    "nothing": a_report(),
    "zero": a_report(total=0),
    "blocked": a_report(replace(HIGH, more_paths=2, novelty=Novelty.EXISTING, touched=True), LOW),
    "suppressed": a_report(HIGH, policy=a_policy(a_suppression())),
    "unchecked": a_report(unchecked=[an_unchecked()]),
    "incomplete": a_report(failures=(SILENT,), unchecked=[an_unchecked()._replace(unanswered=True)]),
    "everything": everything(ENDING),
    "many": many(300),
}
every_report = pytest.mark.parametrize("report", EVERY_REPORT.values(), ids=EVERY_REPORT.keys())


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
        ["unknown", "zipp 1.0", "OSV-2099-6", "2.31.0take 2.40.0", "shop > requests", "uv.lock:12"],
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
    assert "- `requirements.txt` was not read: uv.lock has precedence\n" in shown
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


@pytest.mark.parametrize(
    ("identifier", "shown"),
    [
        ("CVE-2099-0001", "[CVE-2099-0001](https://nvd.nist.gov/vuln/detail/CVE-2099-0001)"),
        ("GHSA-abcd-2345-6789", "[GHSA-abcd-2345-6789](https://github.com/advisories/GHSA-abcd-2345-6789)"),
        ("PYSEC-2099-1", "[PYSEC-2099-1](https://osv.dev/vulnerability/PYSEC-2099-1)"),
        ("MAL-2099-1", "`MAL-2099-1`"),
        ("CVE-2099-0001)[x](https://evil.example", "`CVE-2099-0001)[x](https://evil.example`"),
        ("CVE-2099-0001\n", "`CVE-2099-0001`"),
        ("CVE-2099-\u0661\u0661\u0661\u0661", "`CVE-2099-\u0661\u0661\u0661\u0661`"),
        ("GHSA-abcd-2345-6789/../..", "`GHSA-abcd-2345-6789/../..`"),
    ],
)
def test_only_a_whole_id_becomes_a_link(identifier: str, shown: str) -> None:
    assert advisory(identifier) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("fail_on is high", "fail_on is high"),
        ("_em_ and a_b", "&#95;em&#95; and a_b"),
        ("a | b", "a &#124; b"),
        ("@octocat fixed #12 and GH-12", "@&#8203;octocat fixed &#35;&#8203;12 and GH-&#8203;12"),
        ("see https://a.example or www.a.example", "see https:&#8203;//a.example or www&#8203;.a.example"),
        ("1. first", "&#49;. first"),
        ("1) first", "&#49;) first"),
        ("::error::x", "&#58;:error::x"),
        ("a ___", "a &#95;&#95;&#95;"),
        ("- first", "&#45; first"),
        ("1.2.3", "1.2.3"),
    ],
)
def test_text_stays_text(text: str, shown: str) -> None:
    assert words(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a_b <c>", "`a_b <c>`"),
        ("", ""),
        ("a`b", "<code>a&#96;b</code>"),
        ("a\\|b", "<code>a&#92;&#124;b</code>"),
        ("x" * 300, f"`{'x' * 199}…`"),
    ],
)
def test_code_stays_code(text: str, shown: str) -> None:
    assert code(text) == shown


def test_files_of_this_machine_are_named_without_their_folder() -> None:
    place = Place("/home/jane/.config/pysentry-hook/config.toml", 3)
    rule = Rule("suppressions", "x", str(place), place)
    report = a_report(
        HIGH,
        policy=a_policy(a_suppression(rule=rule), unchecked="block"),
        policy_files=(PolicyFile(place.path, "0" * 64), PolicyFile("C:/Users/jane/config.toml", "1" * 64)),
        advisory_data=(EVERY_REPORT["nothing"].advisory_data[0]._replace(url="/home/jane/db.zip"),),
        failures=(SILENT._replace(detail="/home/jane/db.zip: no such file"),),
    )
    shown = told(report)
    assert "jane" not in shown
    assert "…/config.toml:3" in shown
    assert "…/db.zip: no such file" in shown
    assert "https://api.osv.dev" in told(a_report())


@pytest.mark.parametrize(
    "look",
    [Look(width=60), Look(colour=True), Look(root="/a", here="/a/b", again="--x", project="api")],
)
def test_where_it_is_written_changes_nothing(look: Look) -> None:
    assert render(EVERY_REPORT["everything"], look) == told(EVERY_REPORT["everything"])


@every_report
def test_a_saved_report_gives_the_same_bytes(report: Report) -> None:
    again = read_report("r.json", json_report.render(report, Look()))
    assert told(again, detailed=True) == told(report, detailed=True)


@every_report
def test_every_report_holds_no_markup_but_its_own(report: Report) -> None:
    shown = told(report, detailed=True)
    check(shown)
    assert shown.endswith("\n")
    assert not shown.endswith("\n\n")
    assert shown.count("<details") == shown.count("</details>")


@every_report
def test_what_was_checked_and_what_was_not_add_up_to_the_total(report: Report) -> None:
    shown = told(report)
    coverage = report.coverage
    assert len(tables(shown).get("Package", ())) == coverage.total - coverage.checked


def test_twenty_thousand_findings_fit_into_a_summary_and_it_says_what_is_left_out() -> None:
    report = many(20_000)
    shown = told(report)
    assert len(shown.encode()) <= LIMIT < 1024 * 1024
    check(shown)
    assert "20,000 known vulnerabilities in 20,000 packages: 20,000 block." in shown
    assert shown.splitlines()[0].endswith("Blocked by 20,000 findings")
    whole, *cut = [int(number.replace(",", "")) for number in re.findall(r"\*\*([0-9,]+) rows left out: ", shown)]
    assert shown.index("rows left out: GitHub takes no more; every row is in the JSON report") < shown.index("<details")
    assert len(tables(shown)["Severity"]) + cut[0] == 20_000
    assert whole == sum(cut)
    assert len(cut) == 3
    assert len(shown.encode()) > LIMIT - 10_000
    assert told(report) == shown


def test_the_longest_texts_fit_as_well() -> None:
    text = "|😀" * 2000
    findings = [
        replace(
            a_finding(
                a_dependency(f"p{n}", "1.0"),
                id=f"{text}{n}",
                severity=Severity.HIGH,
                summary=text,
                details=text,
                references=(text,) * 50,
                aliases=(text,) * 50,
                upgrade_to="3.0",
            ),
            paths=((text,) * 4,),
            input=f"{text}{n}",
        )
        for n in range(150)
    ]
    rule = Rule("suppressions", text, text)
    report = a_report(
        *findings,
        policy=a_policy(
            *(a_suppression(f"{text}{n}", expires=date(2026, 10, 1), reason=text, rule=rule) for n in range(300)),
        ),
        unchecked=[an_unchecked(text, text, text)] * 1000,
        total=2000,
        failures=(SILENT._replace(detail=text, name=text),) * 1000,
        hints=(text,) * 1000,
        inputs=(an_input(text, notes=(text,) * 20),) * 20,
        skipped_inputs=(SkippedInput(text, text),) * 500,
        policy_files=(PolicyFile(text, text),) * 500,
    )
    shown = told(report, detailed=True)
    assert 500_000 < len(shown.encode()) <= LIMIT


def test_one_scan_writes_markdown_by_its_suffix_and_the_saved_report_says_the_same(run: Run, tmp_path: Path) -> None:
    (tmp_path / "uv.lock").write_text(a_uv_lock(("requests", "2.30.0")), encoding="utf-8")
    record = a_record(fixed="2.31.0", aliases=["CVE-2099-0001"], database_specific={"severity": "HIGH"})
    database = a_folder_of_records(tmp_path / "records", record)
    done = run("-o", "r.md", "-o", "r.json", "--advisory-db", database, cwd=tmp_path)
    shown = (tmp_path / "r.md").read_text(encoding="utf-8")
    assert done.returncode == 1, done.stderr
    assert shown.startswith("## ❌ pysentry-hook · Blocked by 1 finding\n")
    assert str(tmp_path) not in shown
    saved = read_report("r.json", (tmp_path / "r.json").read_text(encoding="utf-8"))
    assert render(saved, Look()) == shown
    assert json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))["gate"]["blocking"] == 1


def test_the_same_facts_are_the_same_bytes_in_every_process() -> None:
    script = (
        "import sys; from tests.builders import *; from tests.reports.facts import *;"
        "from pysentry_hook.reports import *; from pysentry_hook.reports.look import Look;"
        "report = a_report(a_finding(a_dependency(groups=list('abcdefgh'))));"
        "sys.stdout.reconfigure(encoding='utf-8');"
        "print(*(FORMATS[name]().render(report, Look()) for name in ('markdown', 'github')))"
    )
    shown = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=Path(__file__).parents[2],
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(shown) == 1


def a_touched(finding: Finding) -> Finding:
    return replace(finding, novelty=Novelty.EXISTING, touched=True)


def test_what_is_new_and_what_was_touched_is_said() -> None:
    report = a_report(replace(HIGH, novelty=Novelty.INTRODUCED), a_touched(a_finding(a_dependency("zipp", "1.0"))))
    new, touched = told(report).partition("<summary>Details of what blocks</summary>")[2].split("- `zipp 1.0`")[:2]
    assert "  - new in this change\n" in new
    assert "  - its version was changed, and it is still not fixed\n" in touched
    assert "new in" not in touched
    assert "was changed" not in new
