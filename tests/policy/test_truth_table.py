"""Every combination of what a gate may say and a finding may be, against tables that a person can read."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from itertools import product

import pytest
from packaging.version import Version

from pysentry_hook.model import Severity
from pysentry_hook.report import Finding, Novelty
from pysentry_hook.rules import Policy
from tests.builders import a_finding, a_policy, a_suppression
from tests.policy.judging import judged

THRESHOLDS = """
    fail_on     unknown  low    medium  high   critical
    never       below    below  below   below  below
    low         unknown  at     at      at     at
    medium      unknown  below  at      at     at
    high        unknown  below  below   at     at
    critical    unknown  below  below   below  at
"""
"""Whether a severity reaches a threshold."""

DECISIONS = """
    malware  accepted    only_introduced  novelty     severity  unknown_severity  only_fixable  fixed  grace    decision    because
    yes      with-all    -                -           -         -                 -             -      -        suppressed  suppressions
    yes      -           -                -           -         -                 -             -      -        block       malware
    -        by-id       -                -           -         -                 -             -      -        suppressed  suppressions
    -        with-all    -                -           -         -                 -             -      -        suppressed  suppressions
    -        -           yes              existing    -         -                 -             -      -        pass        only_introduced
    -        -           -                -           below     -                 -             -      -        pass        fail_on
    -        -           -                -           unknown   warn              -             -      -        warn        unknown_severity
    -        -           -                -           -         -                 yes           no     -        warn        only_fixable
    -        -           -                introduced  unknown   -                 -             -      -        block       unknown_severity
    -        -           -                introduced  at        -                 -             -      -        block       fail_on
    -        -           -                -           -         -                 -             -      running  warn        grace_days
    -        -           -                -           unknown   -                 -             -      -        block       unknown_severity
    -        -           -                -           at        -                 -             -      -        block       fail_on
"""  # noqa: E501 (a table is as wide as it is)
"""What a finding comes to, and by which rule: the first line that fits; "-" is whatever."""

ACCEPTED = {
    "no": (),
    "by-id": (a_suppression(),),
    "with-all": (a_suppression(package="requests", version="==2.30.0"),),
}
GRACE = {"none": {}, "running": dict.fromkeys(("low", "medium", "high", "critical", "unknown"), 30)}
GRACE["over"] = dict.fromkeys(GRACE["running"], 3)
PUBLISHED = "2026-11-12T00:00:00Z"
FIXED = {"yes": (Version("2.31.0"),), "no": ()}
SEVERITIES = {"unknown": None, **{severity.word: severity for severity in Severity}}
SWITCH = {"yes": True, "no": False}

Case = Mapping[str, str]


def rows(table: str) -> list[dict[str, str]]:
    head, *lines = (line.split() for line in table.strip().splitlines())
    return [dict(zip(head, line, strict=True)) for line in lines]


REACHES = {row["fail_on"]: row for row in rows(THRESHOLDS)}
RULES = rows(DECISIONS)


def cases(fail_on: str) -> Iterator[Case]:
    values: dict[str, Collection[str]] = {
        "malware": SWITCH,
        "accepted": ACCEPTED,
        "only_introduced": SWITCH,
        "novelty": [each.value for each in Novelty],
        "word": SEVERITIES,
        "unknown_severity": ["block", "warn"],
        "only_fixable": SWITCH,
        "fixed": FIXED,
        "grace": GRACE,
    }
    for combination in product(*values.values()):
        case = dict(zip(values, combination, strict=True))
        yield case | {"severity": REACHES[fail_on][case["word"]]}


def expected(case: Case) -> int:
    """The number of the first line that fits."""
    return next(
        number
        for number, row in enumerate(RULES)
        if all(row[key] in {"-", case[key]} for key in row if key not in {"decision", "because"})
    )


def the_policy(fail_on: str, case: Case) -> Policy:
    return a_policy(
        *ACCEPTED[case["accepted"]],
        fail_on=fail_on,
        unknown_severity=case["unknown_severity"],
        only_fixable=SWITCH[case["only_fixable"]],
        only_introduced=SWITCH[case["only_introduced"]],
        grace_days=GRACE[case["grace"]],
    )


def the_finding(case: Case) -> Finding:
    finding = a_finding(
        severity=SEVERITIES[case["word"]],
        malware=SWITCH[case["malware"]],
        fixed_in=FIXED[case["fixed"]],
        published=PUBLISHED,
    )
    return replace(finding, novelty=Novelty(case["novelty"]))


@pytest.mark.parametrize("fail_on", REACHES)
def test_every_combination_is_decided_as_the_tables_say(fail_on: str) -> None:
    for case in cases(fail_on):
        number = expected(case)
        result = judged(the_finding(case), policy=the_policy(fail_on, case))
        (verdict,) = result.verdicts
        decision = (verdict.decision.value, verdict.rule.key.rpartition(".")[2])
        assert decision == (RULES[number]["decision"], RULES[number]["because"]), (fail_on, case)
        assert result.blocks is (decision[0] == "block"), (fail_on, case)


def test_no_line_of_the_table_is_idle() -> None:
    used = {expected(case) for fail_on in REACHES for case in cases(fail_on)}
    assert used == set(range(len(RULES)))
