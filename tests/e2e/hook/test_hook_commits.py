"""What a developer sees who commits, under pre-commit and under prek."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from tests.builders import a_folder_of_records, a_uv_lock
from tests.e2e.hook.conftest import PATIENCE, RECORDS, services
from tests.e2e.hook.hooking import CLEAN, IDNA, OLD, Project
from tests.upstream import Fault, Upstream

pytestmark = pytest.mark.network  # the hook environments are installed from the package registry

BLOCKED = "pysentry-hook: blocked. This commit brings in requests 2.30.0 with 1 known vulnerability."
PASSED = "pysentry-hook: 1 new version of this commit checked, no known vulnerabilities."


def test_a_commit_that_brings_in_a_vulnerability_is_blocked_and_tells_the_way_on(project: Project) -> None:
    project.begun(IDNA)
    project.lock(IDNA, OLD)
    lines = project.commit().of(1).lines()
    assert lines[:5] == [
        BLOCKED,
        "  uv.lock:21   requests 2.30.0   way in: shop > requests",
        "  HIGH  CVE-2099-0001  fixed in 2.31.0",
        'Rule:    fail_on = "high", built-in gate commit',
        "Fix (not tried):  uv lock --upgrade-package requests && git add uv.lock",
    ]
    assert lines[5].startswith("Accept:  ")
    assert project.git("log", "--format=%s") == "begin"


def test_a_commit_without_a_finding_passes_and_says_what_was_looked_at(project: Project) -> None:
    project.begun(IDNA)
    project.lock(IDNA, CLEAN)
    assert project.commit().of(0).lines() == [PASSED]


def test_a_finding_that_is_there_already_does_not_block_and_is_not_even_asked_about(
    project: Project, upstream: Upstream
) -> None:
    project.begun(OLD)
    project.lock(OLD, IDNA)
    assert project.commit().of(0).lines() == [PASSED]
    assert upstream.mentions("idna")
    assert not upstream.mentions("requests")


def test_a_finding_that_is_there_already_and_known_here_is_counted(project: Project) -> None:
    project.lock(OLD)
    project.commit().of(1)
    project.begun(OLD)
    project.lock(OLD, IDNA)
    assert project.commit().of(0).lines() == [
        PASSED.replace("no known vulnerabilities", "nothing that blocks"),
        "1 older finding not judged",
    ]


def test_only_osv_is_asked_and_only_once(project: Project, upstream: Upstream) -> None:
    project.begun(IDNA)
    project.lock(IDNA, CLEAN)
    project.commit().of(0)
    assert {request.path for request in upstream.requests} == {"/v1/querybatch"}
    upstream.forget()
    project.run("git", "reset", "-q", "--soft", "HEAD~").of(0)
    project.commit().of(0)
    assert upstream.requests == []


def test_a_commit_that_touches_no_dependency_file_runs_nothing(project: Project, upstream: Upstream) -> None:
    project.begun(OLD)
    project.stage("README.md", "Hello\n")
    shown = project.commit().of(0)
    assert "(no files to check)Skipped" in shown.text
    assert shown.lines() == []
    assert upstream.requests == []


def test_a_second_version_of_a_forked_package_is_brought_in(project: Project) -> None:
    lock = a_uv_lock(CLEAN, OLD).replace(
        '    { name = "requests" },\n    { name = "requests" },\n',
        '    { name = "requests", version = "2.31.0" },\n    { name = "requests", version = "2.30.0" },\n',
    )
    project.begun(CLEAN)
    project.stage("uv.lock", lock)
    assert project.commit().of(1).lines()[0] == BLOCKED


def test_malware_is_never_answered_with_an_upgrade(project: Project) -> None:
    project.begun(IDNA)
    project.lock(IDNA, ("evil", "1.0"))
    said = project.commit().of(1).said()
    assert "MALWARE  MAL-2099-1  remove it" in said
    assert "treat every machine that installed it as compromised" in said
    assert "Accept" not in said
    assert "not tried" not in said


def test_what_is_staged_counts_and_not_what_stands_beside_it(project: Project) -> None:
    project.begun(IDNA)
    project.lock(IDNA, OLD)
    project.write("uv.lock", a_uv_lock(IDNA, CLEAN))
    assert project.commit().of(1).lines()[0] == BLOCKED
    project.lock(IDNA, CLEAN)
    project.write("uv.lock", a_uv_lock(IDNA, OLD))
    assert PASSED in project.commit().of(0).lines()
    assert '"2.30.0"' in (project.folder / "uv.lock").read_text(encoding="utf-8")


def test_a_commit_of_one_path_is_judged_by_that_path(project: Project) -> None:
    project.stage("README.md", "Hello\n")
    project.begun(IDNA)
    project.lock(IDNA, OLD)
    project.write("README.md", "Hello again\n")
    assert project.commit("README.md").of(0).lines() == []
    assert project.commit("uv.lock").of(1).lines()[0] == BLOCKED
    project.write("uv.lock", a_uv_lock(IDNA, CLEAN))
    assert project.commit("uv.lock").of(0).lines() == [PASSED]


def test_an_amended_commit_is_judged_against_the_one_that_it_replaces(project: Project) -> None:
    project.begun(OLD)
    project.lock(OLD, IDNA)
    assert project.commit("--amend").of(0).lines() == [PASSED]
    project.lock(CLEAN, IDNA)
    project.commit("--no-verify").of(0)
    project.lock(OLD, IDNA)
    assert project.commit("--amend").of(1).lines()[0] == BLOCKED


def test_a_first_commit_brings_in_everything(project: Project) -> None:
    project.lock(OLD, IDNA)
    assert project.commit().of(1).lines()[0] == BLOCKED
    project.lock(CLEAN, IDNA)
    assert project.commit().of(0).lines() == [PASSED.replace("1 new version", "2 new versions")]


def test_all_files_with_nothing_staged_judges_everything_and_says_so(project: Project) -> None:
    project.begun(OLD, IDNA)
    lines = project.tool("run", "--all-files").of(1).lines()
    assert lines[0] == BLOCKED.replace("brings in", "holds")
    assert lines[-1] == "nothing is staged, so everything is judged"
    project.begun(CLEAN, IDNA)
    assert project.tool("run", "--all-files").of(0).lines() == [
        "pysentry-hook: 2 packages of this commit checked, no known vulnerabilities.",
        "nothing is staged, so everything is judged",
    ]


def test_a_range_of_commits_is_judged_against_its_beginning(project: Project) -> None:
    project.begun(IDNA)
    project.begun(IDNA, OLD)
    project.stage("README.md", "Hello\n")
    project.commit("--no-verify").of(0)
    since = ("run", "--from-ref", "HEAD~2", "--to-ref", "HEAD")
    assert project.tool(*since).of(1).lines()[0] == BLOCKED
    assert project.tool("run", "--from-ref", "HEAD~", "--to-ref", "HEAD").of(0).lines() == []
    project.begun(IDNA, CLEAN)
    project.git("checkout", "-q", "--detach", "HEAD~")
    assert project.tool("run", "--from-ref", "main~", "--to-ref", "main").of(0).lines() == [PASSED]


def test_a_lock_that_the_commit_deletes_is_no_trouble(project: Project) -> None:
    project.begun(OLD)
    project.git("rm", "-q", "uv.lock")
    assert project.commit().of(0).lines() == []


def test_the_pins_of_a_manifest_are_checked_when_its_lock_goes(project: Project) -> None:
    project.stage("pyproject.toml", '[project]\nname = "shop"\nversion = "1"\ndependencies = ["requests==2.30.0"]\n')
    project.begun(CLEAN)
    project.git("rm", "-q", "uv.lock")
    project.stage("pyproject.toml", '[project]\nname = "shop"\nversion = "2"\ndependencies = ["evil==1.0"]\n')
    assert "MAL-2099-1" in project.commit().of(1).said()


def test_without_a_network_the_hook_says_what_was_not_audited(project: Project, upstream: Upstream) -> None:
    upstream._refused.add("osv")
    project.environment |= services(upstream, project.folder.parent / "cache")
    project.begun(IDNA)
    project.lock(IDNA, CLEAN)
    lines = project.commit().of(0).lines()
    assert lines[0] == (
        "pysentry-hook: 0 of 1 new version of this commit checked, so nothing is known. "
        "Incomplete: this is not a clean result."
    )
    assert lines[1].startswith("not audited: requests 2.31.0: ")
    assert lines[1].endswith('(on_incomplete = "warn")')
    project.lock(IDNA, ("evil", "1.0"))
    assert project.commit(PYSENTRY_HOOK_GATES_COMMIT_ON_INCOMPLETE="block").code == 1


def test_without_a_network_answers_that_are_here_count(project: Project) -> None:
    project.begun(IDNA)
    project.lock(IDNA, OLD)
    with Upstream(RECORDS) as gone:
        project.environment |= services(gone, project.folder.parent / "cache")
        project.commit().of(1)
    assert project.commit().of(1).lines()[0] == BLOCKED


def test_a_service_that_is_slow_is_waited_for_three_seconds(project: Project, upstream: Upstream) -> None:
    del project.environment[PATIENCE]
    upstream.faults.append(Fault("/", "slow", seconds=60))
    project.begun(IDNA)
    project.lock(IDNA, CLEAN)
    begin = time.monotonic()
    lines = project.commit().of(0).lines()
    assert time.monotonic() - begin < 30
    assert lines[1].startswith("not audited: requests 2.31.0: ")


def test_a_database_serves_in_place_of_a_network(project: Project, upstream: Upstream) -> None:
    records = a_folder_of_records(project.folder.parent / "records", *RECORDS)
    project.stage(".pre-commit-config.yaml", project.house.configuration(f"args: [--advisory-db={records}]"))
    project.begun(IDNA)
    project.lock(IDNA, OLD)
    assert project.commit().of(1).lines()[0] == BLOCKED
    assert upstream.requests == []


def test_a_suppression_that_ends_soon_is_told(project: Project) -> None:
    last = datetime.now(UTC).date() + timedelta(days=5)
    project.begun(IDNA)
    project.stage(
        ".pysentry-hook.toml",
        f'[[suppressions]]\nid = "CVE-2099-0001"\nreason = "the path is closed"\nexpires = {last}\n',
    )
    project.lock(IDNA, OLD)
    lines = project.commit().of(0).lines()
    assert lines[1:] == [f"a suppression ends on {last}: CVE-2099-0001 (.pysentry-hook.toml:1)"]


def test_an_error_in_the_configuration_is_told_with_its_line(project: Project) -> None:
    project.begun(IDNA)
    project.stage("pyproject.toml", '[tool.pysentry-hook.defaults]\nfail_onn = "low"\n')
    shown = project.commit().of(1)
    assert "pyproject.toml:2" in shown.said()
    assert "fail_on" in shown.said()
    assert "Nothing was judged" not in shown.text


def test_what_a_user_says_in_args_and_configuration_wins(project: Project) -> None:
    project.stage(".pre-commit-config.yaml", project.house.configuration("args: [--fail-on=critical]"))
    project.begun(IDNA)
    project.lock(IDNA, OLD)
    assert "nothing that blocks" in project.commit().of(0).said()
    project.stage(".pre-commit-config.yaml", project.house.configuration())
    project.stage("pyproject.toml", '[tool.pysentry-hook.gates.commit]\nfail_on = "never"\n')
    project.lock(IDNA, OLD, ("six", "1.0"))
    assert "blocked" not in project.commit().of(0).said()
