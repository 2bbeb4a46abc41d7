"""Make reports for the tests of the formats: only what matters is spelled."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from pysentry_hook.advisories import AdvisoryData, Cvss, Say
from pysentry_hook.model import Failure, Location, NormalizedName, Severity, Subject, normalize
from pysentry_hook.policy.judge import judge
from pysentry_hook.report import (
    Baseline,
    Finding,
    InputSummary,
    NotKnown,
    Novelty,
    PolicyFile,
    Report,
    SkippedInput,
    Status,
    UncheckedLine,
    reported,
)
from pysentry_hook.rules import Occasion, Place, Policy, Rule, Suppression
from tests.builders import a_dependency, a_finding, a_policy, a_suppression, some_facts

NOW = datetime(2026, 11, 22, 13, 2, 5, tzinfo=UTC)
OSV = AdvisoryData("osv", "api", "https://api.osv.dev", "sha256:0123456789abcdef", NOW, stale=False, damaged_records=())
PYPA = OSV._replace(source="pypa", kind="archive", url="https://a.example/main.zip", as_of=NOW.replace(hour=10))
SILENT = Failure("source", "osv", None, "HTTP 503 after 4 tries in 21 s (numpy 2.1.0, pillow 11.0.0)")


def an_unchecked(name: str = "fastthing", version: str | None = "0.3", reason: str = "git dependency") -> UncheckedLine:
    return UncheckedLine(name, version, reason, "uv.lock", 240)


def an_unanswered(name: str = "numpy", version: str = "2.1.0", reason: str = "osv gave no answer") -> UncheckedLine:
    """A dependency for which an answer was due and did not come."""
    return an_unchecked(name, version, reason)._replace(unanswered=True)


def an_input(path: str = "uv.lock", *, packages: int = 15, **more: Any) -> InputSummary:
    values: dict[str, Any] = {"format": "uv.lock", "sha256": "0" * 64, "packages": packages, "damaged": False}
    return InputSummary(path=path, **(values | more))


def a_report(
    *findings: Finding,
    policy: Policy | None = None,
    unchecked: Sequence[UncheckedLine] = (),
    total: int = 15,
    **more: Any,
) -> Report:
    """A judged report; the other keywords are fields of Facts."""
    values: dict[str, Any] = {
        "generated": NOW,
        "inputs": (an_input(packages=total),),
        "advisory_data": (OSV,),
    }
    facts = some_facts(*findings, unchecked=unchecked, total=total, **(values | more))
    rules = policy or a_policy()
    return reported(facts, rules, judge(facts, rules, NOW.date()))


def malware(**more: Any) -> Finding:
    """A finding of a malicious package."""
    values: dict[str, Any] = {
        "id": "MAL-2099-1",
        "aliases": (),
        "severity": Severity.CRITICAL,
        "malware": True,
        "summary": "Malicious code in requestz",
    }
    return a_finding(a_dependency("requestz", "9.9.9"), **(values | more))


def every_word(*suppressions: Suppression) -> Policy:
    """A policy in which every side speaks, and accepted risks end, ended or are unused."""
    release: dict[str, object] = {
        "branches": ("release/*",),
        "fail_on": "low",
        "unknown_severity": "warn",
        "unchecked": "warn",
        "only_fixable": True,
        "only_introduced": True,
        "grace_days": {"low": 30, "unknown": 0},
        "max_data_age_hours": 1.5,
        "on_incomplete": "block",
        "require_reason": True,
        "groups__dev__fail_on": "critical",
    }
    return a_policy(
        *suppressions,
        a_suppression(
            "CVE-2098-1",
            "django",
            expires=date(2026, 10, 22),
            owner="platform",
            version="<3",
            group="dev",
            until_fixed=True,
        ),
        a_suppression("CVE-2099-0002", expires=date(2026, 11, 30)),
        a_suppression("PYSEC-2098-2", reason=None, rule=Rule("ignore", "PYSEC-2098-2", "--ignore")),
        gates={"release": release},
        bases=[{"fail_on": "medium"}, {}],
        floor={"fail_on": "high", "groups__dev__fail_on": "never"},
        flags={"fail_on": "medium", "only_introduced": False},
        require_reason=True,
        occasion=Occasion("push", "main", None, "a CI service"),
    )


def everything(suppression: Suppression) -> Report:
    """A report in which every list has an entry and every field that may be empty is not."""
    says = (
        Say("osv", "GHSA-aaaa-bbbb-cccc", affected=True, fixed_in=(), severity=Severity.HIGH, withdrawn=None),
        Say("pypa", "PYSEC-2099-1", affected=False, fixed_in=(), severity=None, withdrawn="2099-02-01T00:00:00Z"),
    )
    vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N"
    rich = a_finding(
        upgrade_to="2.31.0",
        id="CVE-2099-0002",
        severity=Severity.HIGH,
        severity_source="cvss",
        cvss=(Cvss("3.1", vector, 6.1),),
        says=says,
        references=("https://a.example/1",),
        cwes=("CWE-200",),
    )
    bare = a_finding(
        a_dependency("idna", "3.4", direct=None), published=None, modified=None, ranges=(), fixed_in=(), aliases=()
    )
    return a_report(
        rich,
        replace(bare, declared_at=None, paths=(), more_paths=2),
        a_finding(a_dependency("certifi", "2023.5.7"), id="CVE-2099-0003", severity=Severity.LOW),
        malware(),
        policy=every_word(suppression),
        unchecked=[an_unchecked(), an_unchecked("acme-core", None), an_unanswered()],
        subject=Subject("https://git.example/shop", "0" * 40, "refs/heads/main", dirty=True),
        baseline=Baseline("main...", "1" * 40),
        statuses=(Status(normalize("osv"), "archived", "moved", "uv.lock"),),
        policy_changes=("this change loosens gate default: fail_on is high, was medium (pyproject.toml:3)",),
        policy_files=(PolicyFile("pyproject.toml", "0" * 64),),
        failures=(SILENT, Failure("input", "poetry.lock", "api/poetry.lock", "is damaged")),
        inputs=(an_input(notes=("a note",)), an_input("api/poetry.lock")._replace(sha256=None, damaged=True)),
        skipped_inputs=(SkippedInput("requirements.txt", "uv.lock has precedence"),),
        advisory_data=(OSV._replace(damaged_records=("PYSEC-2099-9",)), PYPA._replace(as_of=None, revision=None)),
        not_known=(NotKnown("pypi", "idna", "3.4", "PyPI does not know this version"),),
        hints=("If that index serves what PyPI serves: PYSENTRY_HOOK_SOURCES_MIRRORS=https://a.example",),
    )


IGNORE = a_suppression("CVE-2099-0003", reason=None, rule=Rule("ignore", "CVE-2099-0003", "--ignore"))
ACCEPTED = a_suppression("CVE-2099-0001", "requests", expires=date(2027, 3, 31), owner="platform")
HIGH = a_finding(severity=Severity.HIGH, upgrade_to="2.31.0")
LOW = a_finding(a_dependency("idna", "3.4"), id="CVE-2099-0002", severity=Severity.LOW, upgrade_to="3.7")
TRIED = replace(HIGH, upgrade_tried=True)
GOES = replace(LOW, upgrade_to=None, upgrade_tried=True)
LATELY = a_finding(severity=Severity.HIGH, published="2026-11-20T00:00:00Z")
OLDER = replace(HIGH, novelty=Novelty.EXISTING, touched=True)
REPORTS = {
    "nothing": a_report(),
    "zero": a_report(total=0, inputs=(), advisory_data=()),
    "findings": a_report(HIGH, LOW, malware()),
    "tried": a_report(TRIED, GOES),
    "unchecked": a_report(unchecked=[an_unchecked(), an_unchecked("x", None)]),
    "unchecked blocks": a_report(unchecked=[an_unchecked()], policy=a_policy(unchecked="block")),
    "unused": a_report(policy=a_policy(IGNORE)),
    "lenient": a_report(a_finding(), policy=a_policy(fail_on="never", unknown_severity="warn")),
    "accepted": a_report(a_finding(severity=Severity.HIGH), policy=a_policy(ACCEPTED)),
    "refused": a_report(HIGH, policy=a_policy(replace(ACCEPTED, reason=None), require_reason=True)),
    "ending": a_report(HIGH, policy=a_policy(replace(ACCEPTED, expires=date(2026, 12, 1)))),
    "expired": a_report(HIGH, policy=a_policy(replace(ACCEPTED, expires=date(2026, 11, 1)))),
    "grace": a_report(LATELY, policy=a_policy(grace_days={"high": 14})),
    "older": a_report(OLDER, baseline=Baseline("main...", "1" * 40), policy=a_policy(only_introduced=True)),
    "no baseline": a_report(HIGH, policy=a_policy(named="commit")),
    "too old": a_report(policy=a_policy(max_data_age_hours=1), advisory_data=(PYPA,)),
    "incomplete": a_report(unchecked=[an_unanswered()], failures=(SILENT,)),
    "passes incomplete": a_report(unchecked=[an_unanswered()], policy=a_policy(on_incomplete="warn")),
    "two gates": a_report(
        HIGH,
        policy=a_policy(
            gates={"audit": {"branches": ("*",)}, "release": {"branches": ("main",), "fail_on": "low"}},
            occasion=Occasion("push", "main", None, "a CI service"),
        ),
    ),
    "quarantined": a_report(statuses=(Status(normalize("osv"), "quarantined", None, "uv.lock"),)),
    "everything": everything(IGNORE),
}
"""Reports of every kind, by what they are about."""


def _filled_finding(text: str) -> Finding:
    return replace(
        a_finding(
            replace(a_dependency(groups=(text, "main")), name=NormalizedName(text)),
            id=text,
            aliases=(text, text),
            severity=Severity.HIGH,
            summary=text,
            details=f"{text}\n{text}\n\n{text}",
            references=(text,),
            cwes=(text,),
            ranges=(text,),
            upgrade_to="2.31.0",
            says=(
                Say(text, text, affected=True, fixed_in=(), severity=None, withdrawn=None),
                Say(text, text, affected=False, fixed_in=(), severity=None, withdrawn=None),
                Say(text, text, affected=False, fixed_in=(), severity=None, withdrawn=text),
            ),
        ),
        input=text,
        paths=((text, text, text, text, text),),
        more_paths=3,
        location=Location(text, 12, 1, 19, text),
        declared_at=Location(text, 7, 1, 2, text),
    )


def filled(text: str) -> Report:
    """A report that says a text wherever others have a say: names, summaries, reasons, paths, addresses."""
    place = Place(text, 40)
    rule = Rule("suppressions", text, text, place)
    finding = _filled_finding(text)
    others = [
        replace(finding, dependency=a_dependency("certifi", "2023.5.7"), input=f"{text}/uv.lock"),
        replace(finding, vulnerability=replace(finding.vulnerability, id=f"{text}1", malware=True)),
        replace(finding, vulnerability=replace(finding.vulnerability, id=f"{text}2", severity=Severity.LOW)),
        replace(finding, vulnerability=replace(finding.vulnerability, id=f"{text}3")),
        replace(finding, vulnerability=replace(finding.vulnerability, id=f"{text}4")),
        a_finding(a_dependency("idna", "3.4"), summary=text, details=text, aliases=(text,)),
    ]
    accepted = a_suppression(f"{text}3", reason=text, owner=text, rule=rule)
    facts = a_report(
        finding,
        *others,
        total=20,
        unchecked=[UncheckedLine(text, text, text, text, 3), UncheckedLine(text, None, text, text, 4, unanswered=True)],
        subject=Subject(text, text, text, dirty=True),
        baseline=Baseline(text, text),
        statuses=(
            Status(normalize("osv"), "quarantined", text, text),
            Status(NormalizedName(text), "archived", text, text),
        ),
        policy_files=(PolicyFile(text, text),),
        failures=(Failure("source", text, None, text), Failure("input", text, text, text)),
        inputs=(an_input(text, notes=(text,), resolved=text), an_input(text, damaged=True)),
        skipped_inputs=(SkippedInput(text, text),),
        advisory_data=(OSV._replace(source=text, url=text, revision=text, damaged_records=(text,)),),
        not_known=(NotKnown(text, text, text, text),),
        hints=(text,),
        policy=a_policy(
            accepted,
            replace(accepted, id=f"{text}4", expires=NOW.date()),
            replace(accepted, id=f"{text}5", expires=NOW.date().replace(month=1)),
            replace(accepted, id=f"{text}6", reason=None),
            unchecked="block",
            unknown_severity="warn",
            require_reason=True,
        ),
    )
    gate = replace(facts.gate, names=(text,), why=text, notes=(text,), too_old=(text,), reasons=(text,))
    return replace(facts, gate=gate)
