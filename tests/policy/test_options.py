"""Each option decides something: who follows its example in the guide gets another verdict."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from packaging.version import Version

from pysentry_hook.advisories import AdvisoryData
from pysentry_hook.config.guide import GUIDE, example
from pysentry_hook.errors import ConfigError
from pysentry_hook.model import MAIN, Severity, normalize
from pysentry_hook.policy.judge import judge
from pysentry_hook.report import Facts, Novelty, Status, UncheckedLine, reported
from tests.builders import a_dependency, a_finding, a_record, a_uv_lock, some_facts
from tests.config.settling import settled_in
from tests.conftest import Run
from tests.e2e.repository import Repository, a_repository, git
from tests.exchange import Reply
from tests.policy.judging import TODAY
from tests.upstream import Upstream

RELEASE = {"PYSENTRY_HOOK_GATE": "release"}
BUILT = {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "push", "GITHUB_REF_NAME": "main"}
QUICK = {"PYSENTRY_HOOK_HTTP_MAX_RETRIES": "0"}
ACCEPTED = example("suppressions.id")


def flaw(
    severity: Severity | None = Severity.HIGH,
    package: str = "diskcache",
    version: str = "5.6.3",
    *,
    group: str = MAIN,
    novelty: Novelty = Novelty.UNKNOWN,
    **more: Any,
) -> Facts:
    """A vulnerability of a package, without a fixed version."""
    values = {"id": "CVE-2025-69872", "severity": severity, "fixed_in": ()} | more
    finding = a_finding(a_dependency(package, version, groups=(group,)), **values)
    return some_facts(replace(finding, novelty=novelty))


def status(word: str) -> Facts:
    return some_facts(statuses=(Status(normalize("idna"), word, None, "uv.lock"),))


def unchecked(*, unanswered: bool) -> Facts:
    return some_facts(unchecked=[UncheckedLine("x", "1", "a reason", "uv.lock", 1, unanswered=unanswered)])


OLD = AdvisoryData(
    "database", "database", "a.db", None, datetime(2026, 11, 20, tzinfo=UTC), stale=False, damaged_records=()
)


class Case(NamedTuple):
    """Facts, and what they come to without the option and with it."""

    facts: Facts
    before: str
    after: str
    without: str = ""
    """The file without the option."""
    more: str = ""
    """What the file says besides, below it."""
    environment: Mapping[str, str] = {}


CASES = {
    "fail_on": Case(flaw(Severity.LOW), "pass", "block", "[gates.release]", environment=RELEASE),
    "unknown_severity": Case(flaw(None), "block", "warn"),
    "unchecked": Case(unchecked(unanswered=False), "passes", "stops", "[gates.release]", environment=RELEASE),
    "only_fixable": Case(flaw(), "block", "warn"),
    "only_introduced": Case(flaw(novelty=Novelty.EXISTING), "block", "pass"),
    "grace_days": Case(flaw(Severity.MEDIUM, published="2026-11-20T00:00:00Z"), "block", "warn"),
    "max_data_age_hours": Case(
        some_facts(advisory_data=(OLD,)), "passes", "stops", "[gates.release]", environment=RELEASE
    ),
    "on_incomplete": Case(unchecked(unanswered=True), "stops", "passes"),
    "require_reason": Case(flaw(), "suppressed", "block", more=example("ignore.ids")),
    "groups.NAME.fail_on": Case(flaw(group="dev"), "block", "pass"),
    "gates.NAME.groups.NAME.fail_on": Case(flaw(group="dev"), "block", "pass", "[gates.release]", environment=RELEASE),
    "branches": Case(flaw(Severity.LOW), "pass", "block", "[gates.release]", 'fail_on = "low"', BUILT),
    "extends": Case(flaw(Severity.LOW), "pass", "block"),
    "gate": Case(flaw(Severity.LOW), "pass", "block", more=example("fail_on")),
    "policy_floor": Case(flaw(), "pass", "block", more='[defaults]\nfail_on = "never"'),
    "suppressions.id": Case(flaw(), "block", "suppressed"),
    "suppressions.reason": Case(flaw(), "refused", "suppressed", ACCEPTED.replace("reason", "owner")),
    "suppressions.expires": Case(flaw(), "refused", "suppressed", ACCEPTED.partition("expires")[0]),
    "suppressions.package": Case(flaw(package="idna"), "suppressed", "block", ACCEPTED),
    "suppressions.version": Case(flaw(version="6.0"), "suppressed", "block", ACCEPTED),
    "suppressions.group": Case(flaw(), "suppressed", "block", ACCEPTED),
    "suppressions.until": Case(flaw(fixed_in=(Version("6"),)), "suppressed", "block", ACCEPTED),
    "ignore.ids": Case(flaw(), "block", "suppressed"),
    "ignore.while_no_fix": Case(flaw(), "block", "suppressed"),
    "ignore.packages": Case(flaw(), "block", "suppressed"),
    "maintenance.forbid_archived": Case(status("archived"), "warn", "block"),
    "maintenance.forbid_deprecated": Case(status("deprecated"), "warn", "block"),
    "maintenance.forbid_quarantined": Case(status("quarantined"), "block", "warn"),
    "maintenance.forbid_unmaintained": Case(status("archived"), "warn", "block"),
}


def outcome(folder: Path, facts: Facts, text: str, environment: Mapping[str, str]) -> str:
    """The decision on what was found; without a finding, whether the audit passes."""
    (folder / ".pysentry-hook.toml").write_text(text, encoding="utf-8")
    try:
        policy = settled_in(folder, environment).policy
    except ConfigError:
        return "refused"
    report = reported(facts, policy, judge(facts, policy, TODAY))
    decisions = [each.decision.value for each in report.gate.verdicts]
    decisions += [each.decision.value for each in report.gate.statuses]
    return decisions[0] if decisions else "passes" if report.passed else "stops"


@pytest.mark.parametrize("name", CASES)
def test_who_follows_the_example_gets_another_verdict(name: str, tmp_path: Path) -> None:
    case, project = CASES[name], tmp_path / "project"
    project.mkdir()
    (tmp_path / ".git").mkdir()
    (tmp_path / "policy.toml").write_text('[defaults]\nfail_on = "low"\n', encoding="utf-8")
    said, environment = example(name), dict(case.environment)
    if name in ("gate", "policy_floor"):
        variable, _, value = said.partition("=")
        environment[variable] = value.replace("/etc/acme/floor.toml", str(tmp_path / "policy.toml"))
        said = ""
    before = outcome(project, case.facts, f"{case.without}\n{case.more}\n", case.environment)
    after = outcome(project, case.facts, f"{said}\n{case.more}\n", environment)
    assert (before, after) == (case.before, case.after)
    assert before != after, "the option decides nothing here"


def a_lock_with_six_below_requests() -> str:
    """A uv.lock in which requests brings in six."""
    text = a_uv_lock(("requests", "2.30.0"), ("six", "1.16.0")).replace('    { name = "six" },\n', "")
    return text.replace('version = "2.30.0"\n', 'version = "2.30.0"\ndependencies = [{ name = "six" }]\n')


@pytest.mark.parametrize("name", ["maintenance.enabled", "maintenance.check_direct_only"])
def test_a_status_that_is_not_asked_for_blocks_nothing(name: str, run: Run, tmp_path: Path) -> None:
    body = b'{"meta": {"api-version": "1.4"}, "files": [], "project-status": {"status": "quarantined"}}'
    (tmp_path / "uv.lock").write_text(a_lock_with_six_below_requests(), encoding="utf-8")
    with Upstream(replies={"/simple/six/": Reply(body=body)}) as upstream:
        before = run(*upstream.options)
        (tmp_path / ".pysentry-hook.toml").write_text(example(name), encoding="utf-8")
        after = run(*upstream.options)
    assert (before.returncode, after.returncode) == (1, 0), (before.stderr, after.stderr)


def test_an_answer_that_is_missing_counts_where_it_was_required(run: Run, tmp_path: Path) -> None:
    (tmp_path / "uv.lock").write_text(a_uv_lock(("requests", "2.30.0")), encoding="utf-8")
    with Upstream(refused=["pypa"]) as upstream:
        before = run(*upstream.options, env=QUICK)
        (tmp_path / ".pysentry-hook.toml").write_text(example("sources.required"), encoding="utf-8")
        after = run(*upstream.options, env=QUICK)
    assert (before.returncode, after.returncode) == (0, 3), (before.stderr, after.stderr)


@pytest.fixture
def project(run: Run, tmp_path: Path) -> Repository:
    """A repository with a finding that blocks, and a branch on its server that is here already."""
    made = a_repository(run, tmp_path, a_record(fixed="2.31.0", database_specific={"severity": "HIGH"}))
    made.lock("requests 2.30.0")
    git(made.folder, "update-ref", "refs/remotes/origin/main", made.commit())
    return made


@pytest.mark.parametrize(
    ("name", "text", "before", "after"),
    [
        ("against", "[defaults]\nonly_introduced = true\n", 1, 0),
        ("policy_from", '[defaults]\nfail_on = "never"\n', 0, 1),
    ],
)
def test_the_commit_of_a_run_decides(project: Repository, name: str, text: str, before: int, after: int) -> None:
    project.write(".pysentry-hook.toml", text)
    variable, _, value = example(name).partition("=")
    codes = [project.scan(env=environment).returncode for environment in ({}, {variable: value})]
    assert codes == [before, after]


def test_every_option_is_shown_to_decide() -> None:
    maintenance = {"maintenance.enabled", "maintenance.check_direct_only"}
    run_for_real = {"sources.required", "against", "policy_from"} | maintenance
    assert {*CASES, *run_for_real} == GUIDE.keys() - {"suppressions.owner"}
