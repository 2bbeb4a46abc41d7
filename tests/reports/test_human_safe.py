"""What a person reads is text: no report acts on a terminal, forges a verdict or ends without one."""

import re
from dataclasses import replace
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from pysentry_hook.matching import Knowledge
from pysentry_hook.report import Report
from pysentry_hook.reports.human import render
from pysentry_hook.reports.look import Look
from pysentry_hook.rules import Rule
from tests.builders import (
    a_finding,
    a_folder_of_records,
    a_package,
    a_record,
    a_suppression,
    an_advisory,
)
from tests.conftest import Run
from tests.reports.facts import (
    REPORTS,
    a_report,
)

_ESCAPES = re.compile(r"\x1b\[[0-9;]*m")

IGNORE = a_suppression("CVE-2099-0001", reason=None, rule=Rule("ignore", "CVE-2099-0001", "--ignore"))


def told(report: Report, **look: Any) -> str:
    return render(report, Look(**look))


def text(golden: str) -> str:
    return dedent(golden).lstrip("\n")


def the_last_line(report: Report, **look: Any) -> str:
    return told(report, **look).splitlines()[-1]


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS.keys())
def test_the_last_line_is_always_the_verdict(report: Report) -> None:
    shown = told(report)
    assert shown.endswith("\n")
    assert not shown.endswith("\n\n")
    verdict = f"Gate {' and '.join(report.gate.names)}: "
    assert the_last_line(report).startswith(verdict)
    assert shown.count(verdict) == 1


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS.keys())
def test_without_colour_there_are_no_escape_codes_and_no_trailing_blanks(report: Report) -> None:
    shown = told(report, detailed=True)
    assert "\x1b" not in shown
    assert not [line for line in shown.splitlines() if line != line.rstrip()]


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS.keys())
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
