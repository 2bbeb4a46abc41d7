"""Judge findings in the tests of the policy."""

from datetime import date

from pysentry_hook.policy.judge import judge
from pysentry_hook.report import Decision, Finding, GateResult, Verdict
from pysentry_hook.rules import Policy
from tests.builders import a_policy, some_facts

TODAY = date(2026, 11, 22)


def judged(*findings: Finding, policy: Policy | None = None, today: date = TODAY) -> GateResult:
    """The verdict of the gates on findings alone."""
    return judge(some_facts(*findings), policy or a_policy(), today)


def the_verdict(finding: Finding, policy: Policy | None = None, today: date = TODAY) -> Verdict:
    """The verdict on one finding."""
    (verdict,) = judged(finding, policy=policy, today=today).verdicts
    assert verdict.finding is finding
    return verdict


def the_decision(finding: Finding, policy: Policy | None = None, today: date = TODAY) -> Decision:
    """The decision on one finding."""
    return the_verdict(finding, policy, today).decision
