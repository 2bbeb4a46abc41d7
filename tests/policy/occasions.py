"""Builds of a branch and changes to one, and the gates that they choose."""

from collections.abc import Mapping
from dataclasses import replace

from pysentry_hook.model import Severity
from pysentry_hook.report import Novelty
from pysentry_hook.rules import Occasion, Policy
from tests.builders import a_finding
from tests.policy.judging import judged

HIGH = a_finding(severity=Severity.HIGH)

EXISTING = replace(HIGH, novelty=Novelty.EXISTING)

Gates = Mapping[str, Mapping[str, object]]


def a_push(branch: str | None) -> Occasion:
    return Occasion("push" if branch else None, branch, None, "a CI service")


def a_change(target: str | None) -> Occasion:
    return Occasion("change", "feature", target, "a CI service")


def chosen(policy: Policy) -> tuple[tuple[str, ...], str]:
    result = judged(policy=policy)
    return result.names, result.why


RELEASE = {"release": {"branches": ("main", "release/*"), "fail_on": "low"}}

TWO = {"audit": {"branches": ("main",), "fail_on": "critical"}, "release": {"branches": ("*",), "fail_on": "low"}}
