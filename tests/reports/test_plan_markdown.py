"""What a reviewer reads of a plan in the summary of a job and in a comment."""

from dataclasses import replace

import pytest

from pysentry_hook.model import Failure
from pysentry_hook.proposal import Plan
from pysentry_hook.reports.gfm import LIMIT, MAX_SHOWN
from pysentry_hook.reports.look import Look
from pysentry_hook.reports.plan_markdown import REST, render
from pysentry_hook.reports.plan_words import APPLIED, INCOMPLETE
from tests.builders import a_plan
from tests.reports.gfm import check, tables, tokens
from tests.reports.plans import CHAIN, EXCEPTION, PLANS, RICH, a_move, a_seen, held

NONE = "nothing was found that clears the finding that blocks"
EDITS = (
    "pyproject.toml:9: flask<2.1 becomes flask>=2.2.5,<2.3"
    "web/pyproject.toml:4: flask becomes flask>=2.2.5"
)  # fmt: skip
every_plan = pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS.keys())


def told(plan: Plan) -> str:
    return render(plan, Look())


def fences(plan: Plan) -> list[str]:
    return [block.content for block in tokens(told(plan)) if block.type == "fence"]


@every_plan
def test_a_plan_is_no_markup_but_that_of_the_report(plan: Plan) -> None:
    check(told(plan))
    assert told(plan).endswith("\n")
    assert not told(plan).endswith("\n\n")


def test_what_was_applied_is_not_to_be_typed() -> None:
    assert APPLIED in told(a_plan(applied=True))
    assert not fences(a_plan(applied=True))
    assert APPLIED not in told(a_plan())


@pytest.mark.parametrize(
    ("name", "headline"),
    [
        ("one", "✅ pysentry-hook · Plan for `uv.lock`: 1 change clears the finding that blocks"),
        ("nothing", "✅ pysentry-hook · Plan for `uv.lock`: no finding blocks, so there is nothing to plan"),
        ("held", f"❌ pysentry-hook · Plan for `uv.lock`: {NONE}"),
        ("incomplete", f"⚠️ pysentry-hook · {INCOMPLETE}. Plan for `uv.lock`: 1 change clears the finding that blocks"),
        ("no resolution", f"❌ pysentry-hook · {INCOMPLETE}. Plan for `uv.lock`: {NONE}"),
    ],
)
def test_the_first_line_is_what_it_comes_to(name: str, headline: str) -> None:
    assert told(PLANS[name]).splitlines()[0] == f"## {headline}"


def test_how_it_was_tried_and_both_states_come_next() -> None:
    assert told(RICH).split("\n\n")[1].split("\\\n") == [
        "Tried with uv 0.13.9 in 7 runs, judged by gate default. Smallest found.",
        "Before: 20 findings (14 block, 3 warn, 1 suppressed). After: 8 findings (4 block, 3 warn, 1 suppressed).",
    ]
    assert "Poetry itself has to lock it" in told(PLANS["translated"]).split("\n\n")[1]


def test_each_change_is_a_row_with_what_it_clears() -> None:
    assert tables(told(RICH))["No."] == [
        ["1", "requests", "2.30.0", "2.32.4", "refresh, minor", "CVE-2099-0001, CVE-2099-0002"],
        [
            "2",
            "flask",
            "2.0",
            "2.2.5",
            f"upper bound, minor{EDITS}",
            "CVE-2099-0007",
        ],
        [
            "3",
            "starlette",
            "0.47",
            "1.3.1",
            "override, major: fastapi 0.1 (starlette<1) does not promise to work with it",
            "CVE-2099-0009",
        ],
    ]


def test_every_other_package_that_moves_is_told_the_furthest_first() -> None:
    rows = [row for row in tables(told(RICH))["Package"] if len(row) == 4]
    assert rows == [
        ["werkzeug", "2.0", "3.0.1", "major"],
        ["numpy", "1.24 and 2.0", "1.26 and 2.1", "minor"],
        ["jinja2", "3.1.1", "3.1.2", "patch"],
        ["blinker", "none", "1.6", "new"],
        ["six", "1.16.0", "none", "gone"],
    ]


def test_what_would_come_in_what_stays_and_what_is_cleared_besides_are_told() -> None:
    rows = [row for row in tables(told(RICH))["Package"] if len(row) == 3]
    assert rows == [
        ["werkzeug 2.0", "CVE-2099-0010", "high"],
        ["werkzeug 3.0.1", "CVE-2099-0030", "unknown"],
        ["lxml 4.9.0", "CVE-2099-0022 criticalCVE-2099-0021 low", f"{CHAIN}lxml is old"],
        ["idna 3.4", "CVE-2099-0020 low", f"a cooldownAs an exception, which was tried, write: {EXCEPTION}"],
    ]


def test_the_commands_can_be_copied() -> None:
    assert fences(RICH) == ["".join(f"{command}\n" for command in RICH.commands)]
    assert "In `api`:\n" in told(PLANS["translated"])
    assert "\nIn `" not in told(RICH)
    assert fences(PLANS["nothing"]) == []


def test_a_command_that_is_not_what_it_seems_is_not_offered_to_copy() -> None:
    plan = a_plan(commands=("uv lock", "uv lock \u202e--upgrade-package six"))
    assert fences(plan) == []
    assert "- uv lock --upgrade-package six\n" in told(plan)
    assert "cannot be copied" in told(plan)


def test_the_limits_are_told_and_how_it_was_made() -> None:
    below = told(RICH).partition("<summary>Limits</summary>")[2]
    assert [line for line in below.splitlines() if line.startswith("- ")] == [
        "- smallest found, not the smallest there is",
        "- nothing was installed",
        "- Made by pysentry-hook 0.1.0 at 2026-11-22 13:02 UTC",
    ]
    assert "- Note: acme-core stays as it is\n" in told(RICH)


def test_what_failed_is_told_before_the_changes_where_it_makes_the_plan_incomplete() -> None:
    incomplete, complete = told(PLANS["incomplete"]), told(PLANS["further source"])
    assert tables(incomplete)["Kind"] == tables(complete)["Kind"]
    assert incomplete.index("| Kind |") < incomplete.index("### Changes")
    assert complete.index("| Kind |") > complete.index("### Changes")


def test_what_helps_against_a_failure_is_told_below_it() -> None:
    shown = told(PLANS["no resolution"])
    step = "- Next: mend the input until its own tool can lock it, and plan again\n"
    assert shown.index("| Kind |") < shown.index(step) < shown.index("### What is not cleared")
    assert "Next:" not in told(RICH)


def test_folders_of_this_machine_are_left_out() -> None:
    failure = Failure("source", "osv", "/home/me/records.zip", "no such file: /home/me/records.zip")
    shown = told(replace(RICH, failures=(failure,), held=(held(a_seen(), "nothing in /home/me/index"),)))
    assert "/home/me" not in shown
    assert "…/records.zip" in shown


def test_many_moves_are_folded_and_more_than_github_takes_are_left_out() -> None:
    moves = [a_move(f"package-{n}", "1.0", "1.1") for n in range(MAX_SHOWN + 1)]
    assert f"<summary>{MAX_SHOWN + 1} packages that move with them</summary>" in told(a_plan(moves=tuple(moves)))
    assert "<summary>1 package" not in told(a_plan(moves=tuple(moves[:1])))
    huge = told(replace(RICH, held=tuple(held(a_seen(f"CVE-2099-{n}"), f"{n} " + "x" * 900) for n in range(2000))))
    assert len(huge.encode()) <= LIMIT
    assert f"left out: GitHub takes no more; {REST}" in huge
    check(huge)
