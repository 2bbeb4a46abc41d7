"""How long does it take to judge 5,000 findings? `python -m tests.benchmarks.judging` tells it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from statistics import median
from time import perf_counter

from packaging.version import Version

from pysentry_hook.model import MAIN, Severity
from pysentry_hook.policy.judge import judge
from pysentry_hook.report import Facts, Finding, Novelty
from pysentry_hook.rules import Occasion, Policy, Suppression
from tests.builders import a_dependency, a_finding, a_policy, a_suppression, some_facts

FINDINGS, SUPPRESSIONS, ROUNDS = 5_000, 200, 15
TODAY = date(2026, 11, 22)
_SCOPES = ((MAIN,), ("dev",), (MAIN, "dev"), ("docs", "dev", "tests"))
_SEVERITIES = (None, *Severity)
_NOVELTY = tuple(Novelty)


def facts() -> Facts:
    """5,000 findings of 1,000 packages, of every severity, scope and novelty, with three aliases each."""
    return some_facts(*map(_finding, range(FINDINGS)), total=1_000)


def _finding(number: int) -> Finding:
    package = f"package-{number % 1_000}"
    version = f"{number % 7}.{number % 11}.{number % 13}"
    day = TODAY - timedelta(days=number % 400)
    finding = a_finding(
        a_dependency(package, version, groups=_SCOPES[number % len(_SCOPES)]),
        id=f"CVE-2099-{number:05}",
        aliases=(f"GHSA-aaaa-bbbb-{number:04}", f"PYSEC-2099-{number}", f"OSV-2099-{number}"),
        severity=_SEVERITIES[number % len(_SEVERITIES)],
        published=f"{day}T00:00:00Z",
        fixed_in=(Version("9.0"),) if number % 3 else (),
    )
    return replace(finding, novelty=_NOVELTY[number % len(_NOVELTY)], touched=number % 4 == 0)


def policy() -> Policy:
    """Two gates that match the branch, with every option in use, and 200 suppressions, most of them of a finding."""
    strict = {"branches": ("main",), "fail_on": "low", "require_reason": True, "groups__dev__fail_on": "high"}
    lenient = {"branches": ("*",), "only_fixable": True, "grace_days": {"low": 90, "high": 7}, "only_introduced": True}
    return a_policy(
        *_suppressions(),
        gates={"release": strict, "audit": lenient},
        occasion=Occasion("push", "main", None, "a benchmark"),
        unknown_severity="warn",
    )


def _suppressions() -> Iterator[Suppression]:
    for number in range(SUPPRESSIONS):
        yield a_suppression(
            f"pysec-2099-{number * 30}",
            f"package-{number * 30 % 1_000}" if number % 2 else None,
            version=">=0.1" if number % 4 == 0 else None,
            expires=TODAY + timedelta(days=number),
        )


def main() -> None:
    """Print the median and the slowest of several rounds."""
    found, rules = facts(), policy()
    times = []
    for _ in range(ROUNDS):
        start = perf_counter()
        judge(found, rules, TODAY)
        times.append((perf_counter() - start) * 1_000)
    told = f"{FINDINGS:,} findings judged in {median(times):.0f} ms (median of {ROUNDS}; slowest {max(times):.0f} ms)"
    print(told)  # noqa: T201 (what a benchmark is run for)


if __name__ == "__main__":
    main()
