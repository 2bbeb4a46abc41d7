"""What a person reads, as tests take it."""

import re
from textwrap import dedent
from typing import Any

from pysentry_hook.report import Report
from pysentry_hook.reports.human import render
from pysentry_hook.reports.look import Look
from pysentry_hook.rules import Rule
from tests.builders import a_suppression

ESCAPES = re.compile(r"\x1b\[[0-9;]*m")

IGNORE = a_suppression("CVE-2099-0001", reason=None, rule=Rule("ignore", "CVE-2099-0001", "--ignore"))


def told(report: Report, **look: Any) -> str:
    return render(report, Look(**look))


def text(golden: str) -> str:
    return dedent(golden).lstrip("\n")


def the_last_line(report: Report, **look: Any) -> str:
    return told(report, **look).splitlines()[-1]
