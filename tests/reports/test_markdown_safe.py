"""A summary holds no markup but its own, fits where it goes, and is the same bytes for the same facts."""

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from pysentry_hook.model import Severity
from pysentry_hook.report import PolicyFile, Report, SkippedInput
from pysentry_hook.reports import json as json_report
from pysentry_hook.reports.gfm import LIMIT, advisory, code, words
from pysentry_hook.reports.look import Look
from pysentry_hook.reports.markdown import render
from pysentry_hook.reports.saved import read_report
from pysentry_hook.rules import Place, Rule
from tests.builders import a_dependency, a_finding, a_folder_of_records, a_policy, a_record, a_suppression, a_uv_lock
from tests.conftest import Run
from tests.reports.facts import SILENT, a_report, an_input, an_unchecked
from tests.reports.gfm import check, tables
from tests.reports.markdown_reports import EVERY_REPORT, HIGH, every_report, many, told

pytestmark = pytest.mark.unmeasured  # other tests measure what these run


@pytest.mark.parametrize(
    ("identifier", "shown"),
    [
        ("CVE-2099-0001", "[CVE-2099-0001](https://nvd.nist.gov/vuln/detail/CVE-2099-0001)"),
        ("GHSA-abcd-2345-6789", "[GHSA-abcd-2345-6789](https://github.com/advisories/GHSA-abcd-2345-6789)"),
        ("PYSEC-2099-1", "[PYSEC-2099-1](https://osv.dev/vulnerability/PYSEC-2099-1)"),
        ("MAL-2099-1", "[MAL-2099-1](https://osv.dev/vulnerability/MAL-2099-1)"),
        ("SNYK-2099-1", "`SNYK-2099-1`"),
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
