"""What to do about a package is the same in every format, and can be done as it is written."""

from dataclasses import replace

import pytest

from pysentry_hook.model import Location, Severity
from pysentry_hook.report import Finding, Report
from pysentry_hook.reports import FORMATS
from pysentry_hook.reports.change import Judged
from pysentry_hook.reports.change import told as hook_told
from pysentry_hook.reports.explain import explain
from pysentry_hook.reports.fixes import Fix, fix, free_versions
from pysentry_hook.reports.look import Look
from tests.builders import a_finding
from tests.reports.facts import a_report

UPGRADE = "uv lock --upgrade-package requests"
WORST = a_finding(id="CVE-2099-0001", severity=Severity.HIGH)
"""It blocks, and no version that clears it is known to be free of the other one."""
OTHER = a_finding(id="CVE-2099-0002", severity=Severity.LOW, upgrade_to="2.33.0")
"""It does not block."""


def fixed(*findings: Finding, lock: str = "uv.lock") -> Fix:
    report = a_report(*findings)
    return fix(report.findings, lock, free_versions(report), Look())


def for_a_hook(report: Report, look: Look) -> str:
    return hook_told(report, Judged("commit"), look)


def explained(report: Report, look: Look) -> str:
    return explain(report, list(report.gate.verdicts)[:1], look)


@pytest.mark.parametrize(
    "tell",
    [for_a_hook, explained, *(FORMATS[name]().render for name in ("human", "markdown", "github"))],
    ids=["hook", "explain", "human", "markdown", "github"],
)
def test_an_upgrade_is_found_among_all_findings_of_a_package(tell: object) -> None:
    assert callable(tell)
    assert UPGRADE in tell(a_report(WORST, OTHER), Look())


def test_a_version_of_another_package_or_of_a_plan_is_never_taken() -> None:
    elsewhere = replace(OTHER, input="web/uv.lock")
    assert fixed(WORST, elsewhere).to is None
    planned = free_versions(a_report(replace(OTHER, upgrade_tried=True)))
    assert not planned


@pytest.mark.parametrize(
    ("lock", "written", "allows"),
    [
        ("uv.lock", '"requests==2.30.0"', False),
        ("uv.lock", "\"requests[socks] (>=2,<2.33) ; python_version >= '3.11'\"", False),
        ("uv.lock", "'Requests ~= 2.30.0'", False),
        ("uv.lock", '"requests>=2"', True),
        ("uv.lock", '"requests"', True),
        ("uv.lock", '"idna==3.4"', True),
        ("uv.lock", '"requests==2.*,what"', True),
        ("poetry.lock", 'requests = "2.30.0"', False),
        ("poetry.lock", 'requests = {version = "<2.31", optional = true}', False),
        ("poetry.lock", 'requests = "^2.30"', True),
        ("Pipfile.lock", 'requests = "==2.30.0"', False),
        ("Pipfile.lock", 'requests = "*"', True),
        ("Pipfile.lock", "", True),
    ],
)
def test_a_command_that_a_declaration_keeps_from_working_comes_after_its_edit(
    lock: str, written: str, *, allows: bool
) -> None:
    declared = Location("pyproject.toml", 7, 5, 20, written)
    found = fixed(replace(OTHER, declared_at=declared), lock=lock)
    assert found.is_command is allows
    assert found.words.startswith("let pyproject.toml:7 ask for requests>=2.33.0, then ") is not allows


def test_what_another_package_brings_in_is_not_held_by_the_declaration_of_that() -> None:
    dependency = replace(OTHER.dependency, direct=False)
    declared = Location("pyproject.toml", 7, 5, 20, '"requests==2.30.0"')
    assert fixed(replace(OTHER, dependency=dependency, declared_at=declared)).words == UPGRADE


def test_a_blocked_commit_adds_the_manifest_that_has_to_be_edited() -> None:
    declared = Location("pyproject.toml", 7, 5, 20, '"requests==2.30.0"')
    blocked = replace(OTHER, declared_at=declared, vulnerability=WORST.vulnerability)
    assert (
        "Fix (not tried):  let pyproject.toml:7 ask for requests>=2.33.0, "
        f"then {UPGRADE} && git add pyproject.toml uv.lock\n"
    ) in for_a_hook(a_report(blocked), Look())


@pytest.mark.parametrize("lock", ["pylock.toml", "pylock.dev.toml"])
def test_no_line_of_a_lock_with_hashes_is_written_by_hand(lock: str) -> None:
    words = f"lock api/{lock} anew with requests>=2.33.0, with the tool that wrote it"
    assert fixed(OTHER, lock=f"api/{lock}").words == words


@pytest.mark.parametrize("lock", ["pylock.toml", "sub/pylock.dev.toml", "cargo.lock", "conda-lock.yml"])
def test_a_lock_of_a_tool_that_is_not_known_is_never_edited_by_hand(lock: str) -> None:
    found = fixed(OTHER, lock=lock)
    assert found.words == f"lock {lock} anew with requests>=2.33.0, with the tool that wrote it"
    assert not found.is_command


def test_the_lock_of_a_script_is_made_anew_by_uv() -> None:
    found = fixed(OTHER, lock="tools/a tool.py.lock")
    assert found.words == "uv lock --script 'tools/a tool.py' --upgrade-package requests"
    assert found.is_command
