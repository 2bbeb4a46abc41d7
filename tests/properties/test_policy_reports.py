"""A report and a gate are as good as a gate: what was saved is judged as what was scanned, to the byte."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given

from pysentry_hook.policy.judge import judge
from pysentry_hook.report import Facts, reported
from pysentry_hook.reports.json import render
from pysentry_hook.reports.look import Look
from pysentry_hook.reports.saved import read_report
from pysentry_hook.rules import Occasion, Policy
from tests.properties.policies import DAYS, OCCASIONS, TODAY, facts, policies

pytestmark = pytest.mark.unmeasured  # other tests measure what these run


def saved(found: Facts, policy: Policy, today: date = TODAY) -> str:
    return render(reported(found, policy, judge(found, policy, today)), Look())


@given(facts(), policies(), DAYS)
def test_a_saved_report_reads_back_to_the_same_bytes(found: Facts, policy: Policy, today: date) -> None:
    text = saved(found, policy, today)
    assert render(read_report("report.json", text), Look()) == text


@given(facts(), policies(), DAYS, DAYS)
def test_a_report_and_a_gate_are_a_gate(found: Facts, policy: Policy, scanned: date, today: date) -> None:
    report = read_report("report.json", saved(found, policy, scanned))
    assert saved(report, report.policy, today) == saved(found, policy, today)


@given(facts(), policies(), OCCASIONS, DAYS)
def test_another_branch_is_judged_from_a_report_as_from_the_facts(
    found: Facts, policy: Policy, occasion: Occasion, today: date
) -> None:
    report = read_report("report.json", saved(found, policy))
    there, anew = (replace(each, named=None, occasion=occasion) for each in (policy, report.policy))
    assert saved(report, anew, today) == saved(found, there, today)


@given(facts(), policies(), DAYS)
def test_the_same_facts_policy_date_and_branch_are_the_same_bytes(found: Facts, policy: Policy, today: date) -> None:
    assert saved(found, policy, today) == saved(found, policy, today)
