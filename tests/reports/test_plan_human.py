"""What a person reads of a plan."""

from dataclasses import replace
from typing import Any

import pytest

from pysentry_hook.model import Severity, normalize
from pysentry_hook.proposal import Kind, Plan, Tally
from pysentry_hook.reports.look import Look
from pysentry_hook.reports.plan_human import render
from tests.builders import a_plan
from tests.reports.human_text import ESCAPES, text
from tests.reports.plans import CHAIN, HELD, NOTHING, PLANS, RICH, a_change, a_move, a_seen, held

TWO = Tally(2, 2, 0, 0)


def told(plan: Plan, **look: Any) -> str:
    return render(plan, Look(**look))


def test_a_plan_tells_each_change_what_else_moves_what_stays_and_what_to_type() -> None:
    assert told(RICH) == text(
        """
        Plan for uv.lock: 3 changes clear 5 of 14 findings that block, and 1 other would come in. Tried with uv 0.13.9 in 7 runs, judged by gate default. Smallest found.
          1. requests 2.30.0 -> 2.32.4  refresh, minor  clears CVE-2099-0001, CVE-2099-0002
          2. flask 2.0 -> 2.2.5  upper bound, minor  clears CVE-2099-0007
             pyproject.toml:9: "flask<2.1" becomes "flask>=2.2.5,<2.3"
             web/pyproject.toml:4: "flask" becomes "flask>=2.2.5"
          3. starlette 0.47 -> 1.3.1  override, major: fastapi 0.1 (starlette<1) does not promise to work with it  clears CVE-2099-0009
          With another change are cleared: CVE-2099-0010 in werkzeug 2.0 (high)
        Also moves: werkzeug 2.0 -> 3.0.1 (major), numpy 1.24 and 2.0 -> 1.26 and 2.1 (minor), jinja2 3.1.1 -> 3.1.2 (patch); new: blinker 1.6; gone: six 1.16.0.
        Would come in, and block (1):
          CVE-2099-0030 in werkzeug 3.0.1 (unknown)
        Not cleared (3):
          lxml 4.9.0  CVE-2099-0022 (critical), CVE-2099-0021 (low)  lxml 4.9.0 is held by redshift-connector 2.1.1 (lxml<5); the first redshift-connector that allows lxml>=5 is 2.1.5
            lxml is old
          idna 3.4  CVE-2099-0020 (low)  a cooldown
            As an exception, which was tried, write: [tool.uv] exclude-newer-package = { idna = "2026-11-22T13:02:05Z" }
        To do:
          # pyproject.toml:9: write 'flask>=2.2.5,<2.3' for 'flask<2.1'
          uv lock --upgrade-package flask
        note: acme-core stays as it is
        Limits:
          smallest found, not the smallest there is
          nothing was installed
        Before: 20 findings (14 block, 3 warn, 1 suppressed). After: 8 findings (4 block, 3 warn, 1 suppressed).
        """  # noqa: E501 (lines are broken on a terminal alone)
    )


def test_a_plan_of_one_change_says_nothing_that_is_not_so() -> None:
    assert told(a_plan()) == text(
        """
        Plan for uv.lock: 1 change clears the finding that blocks. Tried with uv 0.13.9 in 7 runs, judged by gate default. Smallest found.
          1. requests 2.30.0 -> 2.32.4  refresh, minor  clears CVE-2099-0001
        To do:
          uv lock --upgrade-package requests==2.32.4
        Limits:
          nothing was installed
        Before: 1 finding (1 blocks). After: no finding.
        """  # noqa: E501 (lines are broken on a terminal alone)
    )


def test_what_was_applied_is_told_as_done_and_not_as_to_be_typed() -> None:
    assert "\nApplied: the files are changed, and a second scan found what the plan says.\nLimits:" in told(
        a_plan(applied=True)
    )
    assert "To do" not in told(a_plan(applied=True))


def test_where_locking_alone_clears_something_that_is_told() -> None:
    plan = told(PLANS["lock alone"])
    assert plan.startswith("Plan for uv.lock: to lock it anew clears the finding that blocks. Tried with uv")
    assert plan.endswith("Before: 1 finding (1 blocks). After: no finding.\n")


def test_where_nothing_blocks_nothing_is_planned() -> None:
    assert told(NOTHING) == text(
        """
        Plan for uv.lock: no finding blocks, so there is nothing to plan. Judged by gate default.
        Now: 3 findings (none blocks, 3 warn).
        """
    )


def test_what_cannot_be_cleared_is_told_with_the_reason() -> None:
    assert told(HELD) == text(
        """
        Plan for uv.lock: nothing was found that clears the finding that blocks. Judged by gate default.
        Not cleared (1):
          requests 2.30.0  CVE-2099-0001 (high)  no fixed version is known
        Limits:
          nothing was installed
        Now: 3 findings (1 blocks, 2 warn).
        """
    )


@pytest.mark.parametrize(
    ("plan", "outcome"),
    [
        (a_plan(), "1 change clears the finding that blocks"),
        (a_plan(before=TWO, cleared=(a_seen(), a_seen("CVE-2"))), "1 change clears all 2 findings that block"),
        (a_plan(before=TWO), "1 change clears 1 of 2 findings that block"),
        (a_plan(before=TWO, cleared=()), "1 change clears 2 findings that block in some places only"),
        (a_plan(cleared=()), "1 change clears the finding that blocks in some places only"),
        (a_plan(a_change(), a_change("six")), "2 changes clear the finding that blocks"),
        (a_plan(changes=(), cleared=(), before=TWO), "nothing was found that clears one of 2 findings that block"),
        (
            a_plan(before=TWO, introduced=(a_seen(), a_seen("CVE-2"))),
            "1 change clears 1 of 2 findings that block, and 2 others would come in",
        ),
    ],
)
def test_the_first_line_says_what_it_comes_to(plan: Plan, outcome: str) -> None:
    assert told(plan).startswith(f"Plan for uv.lock: {outcome}. ")


def test_an_incomplete_plan_says_so_first_and_is_never_told_as_clean() -> None:
    for name in ("incomplete", "nothing known", "no resolution"):
        first, second, *_ = told(PLANS[name]).splitlines()
        assert first == "Incomplete: this is not a clean result; more may block than is known."
        assert second.startswith("  failed  ")
        assert "\x1b[1;32m" not in told(PLANS[name], colour=True)
    assert "no known finding blocks" in told(PLANS["nothing known"])
    assert told(PLANS["no resolution"]).splitlines()[1:3] == [
        "  failed  uv.lock: uv: no",
        "Next: mend the input until its own tool can lock it, and plan again",
    ]


def test_a_source_that_was_not_required_is_told_below() -> None:
    lines = told(PLANS["further source"]).splitlines()
    assert lines[0].startswith("Plan for uv.lock: ")
    assert any(line.startswith("  failed  osv: HTTP 503") for line in lines[1:])


def test_a_lock_of_another_tool_has_to_be_locked_by_that_tool() -> None:
    lines = told(PLANS["translated"]).splitlines()
    assert lines[1] == (
        "The input is Poetry's: it was translated for the resolver, and Poetry itself has to lock it; "
        "it may choose other versions."
    )
    assert "itself has to lock it" not in told(replace(NOTHING, tool="pdm"))


def test_commands_are_for_the_folder_of_the_input_and_paths_for_the_reader() -> None:
    plan = replace(RICH, path="web/uv.lock")
    assert "To do in web:\n" in told(plan)
    assert "To do in web:\n" in told(plan, root="/a", here="/a")
    inside = told(plan, root="/a", here="/a/web")
    assert inside.startswith("Plan for uv.lock: ")
    assert "To do:\n" in inside
    assert '     ../pyproject.toml:9: "flask<2.1" becomes' in inside
    assert '     pyproject.toml:4: "flask" becomes' in inside


def test_a_change_that_moves_nothing_by_itself_is_told_too() -> None:
    plan = a_plan(a_change("six", Kind.CONSTRAINT))
    assert "  1. six  constraint\n" in told(plan)
    assert "With another change are cleared: CVE-2099-0001 in requests 2.30.0 (unknown)" in told(plan)


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        (Kind.REFRESH, "refresh"),
        (Kind.LOWER_BOUND, "lower bound"),
        (Kind.UPPER_BOUND, "upper bound"),
        (Kind.CONSTRAINT, "constraint"),
    ],
)
def test_each_kind_of_change_has_its_word(kind: Kind, word: str) -> None:
    assert f"2.32.4  {word}, minor  clears" in told(a_plan(a_change("requests", kind)))


def test_a_change_that_clears_nothing_says_what_it_is_for() -> None:
    plan = a_plan(replace(a_change("flask", Kind.UPPER_BOUND), lets=normalize("werkzeug")))
    assert ", so that werkzeug can move\n" in told(plan)


@pytest.mark.parametrize(
    ("against", "who"),
    [
        ((), "a package that needs it does"),
        (("fastapi 0.1 (starlette<1)",), "fastapi 0.1 (starlette<1) does"),
        (("a 1", "b 1"), "a 1, b 1 do"),
        (tuple(f"a{n} 1" for n in range(7)), "a0 1, a1 1, a2 1, a3 1, a4 1 and 2 more do"),
    ],
)
def test_an_override_names_those_who_do_not_promise_to_work_with_it(against: tuple[str, ...], who: str) -> None:
    plan = a_plan(replace(a_change("requests", Kind.OVERRIDE), against=against))
    assert f"  override, minor: {who} not promise to work with it  clears CVE-2099-0001\n" in told(plan)


def test_a_package_that_goes_by_a_change_or_moves_down_is_told_so() -> None:
    goes, comes = a_move("requests", "2.30.0", None), a_move("requests", None, "2.32.4")
    assert "  1. requests 2.30.0 -> gone  refresh  clears" in told(a_plan(moves=(goes._replace(change=Kind.REFRESH),)))
    assert "  1. requests 2.32.4 (new)  refresh  clears" in told(a_plan(moves=(comes._replace(change=Kind.REFRESH),)))
    down = a_plan(moves=(a_move("requests", "2.30.0", "1.0", Kind.REFRESH), a_move("six", "1.16.0", "1.15.0")))
    assert "  1. requests 2.30.0 -> 1.0  refresh, major down  clears" in told(down)
    assert "Also moves: six 1.16.0 -> 1.15.0 (minor down).\n" in told(down)


def test_packages_that_come_or_go_are_told_without_others() -> None:
    assert "New: blinker 1.6.\n" in told(a_plan(moves=(a_move("blinker", None, "1.6"),)))
    assert "Gone: six 1.0.\n" in told(a_plan(moves=(a_move("six", "1.0", None),)))


def test_what_stays_for_one_reason_is_told_once_and_the_worst_first() -> None:
    seen = [a_seen(f"CVE-2099-000{n}", package, "1.0", severity) for n, (package, severity) in enumerate(
        [("a", Severity.LOW), ("b", None), ("b", Severity.HIGH), ("c", Severity.CRITICAL), ("b", Severity.MEDIUM)]
    )]  # fmt: skip
    plan = replace(HELD, held=(*(held(each) for each in seen), held(seen[1]._replace(id="CVE-2"), "another reason")))
    lines = told(plan).splitlines()
    assert lines[1:6] == [
        "Not cleared (6):",
        "  c 1.0  CVE-2099-0003 (critical)  no fixed version is known",
        "  b 1.0  CVE-2099-0002 (high), CVE-2099-0001 (unknown), CVE-2099-0004 (medium)  no fixed version is known",
        "  b 1.0  CVE-2 (unknown)  another reason",
        "  a 1.0  CVE-2099-0000 (low)  no fixed version is known",
    ]


@pytest.mark.parametrize(
    ("plan", "style"),
    [(a_plan(), "1;32"), (RICH, "1;31"), (HELD, "1;31"), (PLANS["incomplete"], "1;33"), (NOTHING, "1;32")],
)
def test_the_last_line_is_coloured_by_what_is_left(plan: Plan, style: str) -> None:
    shown = told(plan, colour=True)
    assert shown.splitlines()[-1].startswith(f"\x1b[{style}m")
    assert ESCAPES.sub("", shown) == told(plan)


def test_a_terminal_breaks_lines_but_never_what_is_to_be_copied() -> None:
    command = f"uv lock {' '.join(f'--upgrade-package package-{n}' for n in range(20))}"
    shown = told(replace(RICH, commands=(command,)), width=60, wraps=True)
    assert f"  {command}\n" in shown
    assert '    As an exception, which was tried, write: [tool.uv] exclude-newer-package = { idna = "' in shown
    rest = [line for line in shown.splitlines() if command not in line and "exception" not in line]
    assert max(map(len, rest)) <= 60
    assert CHAIN not in shown
    assert CHAIN in " ".join(shown.split())


def test_of_many_findings_that_a_change_clears_some_are_named() -> None:
    many = tuple(a_seen(f"CVE-2099-{number:04}") for number in range(18))
    assert "  clears CVE-2099-0000, CVE-2099-0001, CVE-2099-0002, CVE-2099-0003, CVE-2099-0004 and 13 more\n" in told(
        a_plan(before=Tally(18, 18, 0, 0), cleared=many)
    )


def test_what_applies_a_plan_is_told_where_that_is_possible() -> None:
    command = "pysentry-hook plan --apply api --gate release"
    assert f"\nOr let it be done: {command}\n" in told(a_plan(), again_applies=command)
    for plan in (a_plan(applied=True), PLANS["incomplete"], RICH, HELD):
        assert command not in told(plan, again_applies=command)
