"""What to do about a package is the same in every format, and can be done as it is written."""

from dataclasses import replace

import pytest

from pysentry_hook.errors import ReportError
from pysentry_hook.model import Compiled, Location, Severity, normalize
from pysentry_hook.report import Finding, Report
from pysentry_hook.reports import FORMATS
from pysentry_hook.reports.change import Judged
from pysentry_hook.reports.change import told as hook_told
from pysentry_hook.reports.explain import explain
from pysentry_hook.reports.fixes import Fix, fix, free_versions
from pysentry_hook.reports.look import Look
from pysentry_hook.reports.saved import read_report
from tests.builders import a_finding
from tests.reports.facts import a_report, an_input

UPGRADE = "uv lock --upgrade-package requests"
WORST = a_finding(id="CVE-2099-0001", severity=Severity.HIGH)
"""It blocks, and no version that clears it is known to be free of the other one."""
OTHER = a_finding(id="CVE-2099-0002", severity=Severity.LOW, upgrade_to="2.33.0")
"""It does not block."""


COMPILED = "api/requirements.txt"
UV = "uv pip compile requirements.in -o requirements.txt"


def fixed(*findings: Finding, lock: str = "uv.lock") -> Fix:
    report = a_report(*findings)
    return fix(report.findings, lock, free_versions(report), Look())


def of_compiled(command: str | None, *findings: Finding, direct: bool = True, declares: str | None = None) -> Report:
    """A report on findings in a file that a command made of one that has a line."""
    place = Location(COMPILED, 3, 1, 17, "requests==2.30.0")
    declared = Location("api/requirements.in", 7, 1, 20, declares) if declares else None
    made = an_input(COMPILED, compiled=(Compiled(COMPILED, "api", command),))
    found = [
        replace(
            finding,
            input=COMPILED,
            location=place,
            declared_at=declared,
            dependency=replace(finding.dependency, direct=direct),
        )
        for finding in findings or (OTHER,)
    ]
    return a_report(*found, inputs=(made,))


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
    assert not planned.versions


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


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (UV, "uv pip compile --upgrade-package requests==2.33.0 requirements.in -o requirements.txt"),
        ("pip-compile", "pip-compile --upgrade-package requests==2.33.0"),
        (
            "pip-compile --generate-hashes requirements.in",
            "pip-compile --upgrade-package requests==2.33.0 --generate-hashes requirements.in",
        ),
    ],
)
def test_a_file_that_was_compiled_is_compiled_anew_in_its_folder(command: str, words: str) -> None:
    report = of_compiled(command)
    found = fix(report.findings, COMPILED, free_versions(report), Look())
    assert (found.words, found.is_command) == (f"(cd api && {words})", True)
    inside = fix(report.findings, "requirements.txt", free_versions(report), Look(root="/a", here="/a/api"))
    assert inside.words == words


def test_a_file_of_which_nobody_knows_the_command_is_not_edited_by_hand() -> None:
    report = of_compiled(None)
    found = fix(report.findings, COMPILED, free_versions(report), Look())
    assert found.words == f"make {COMPILED} anew with requests>=2.33.0, with the tool that wrote it"
    assert not found.is_command


@pytest.mark.parametrize(
    ("declares", "direct", "first"),
    [
        ("requests==2.30.0", True, True),
        ("Requests[socks] ~= 2.30.0", True, True),
        ("requests>=2", True, False),
        ("requests", True, False),
        ("requests==2.30.0", False, False),
    ],
)
def test_what_a_file_is_compiled_of_is_edited_first_where_it_pins(declares: str, *, direct: bool, first: bool) -> None:
    report = of_compiled(UV, declares=declares, direct=direct)
    found = fix(report.findings, COMPILED, free_versions(report), Look())
    assert found.words.startswith("let api/requirements.in:7 ask for requests>=2.33.0, then (cd api && uv ") is first
    assert found.is_command is not first


def test_a_blocked_commit_compiles_once_for_all_packages_and_adds_what_it_changes() -> None:
    blocked = replace(OTHER, vulnerability=WORST.vulnerability)
    idna = replace(blocked, dependency=replace(OTHER.dependency, name=normalize("idna")))
    told = for_a_hook(of_compiled(UV, blocked, idna), Look())
    assert (
        "Fix (not tried):  (cd api && uv pip compile --upgrade-package idna==2.33.0 --upgrade-package requests==2.33.0 "
        f"requirements.in -o requirements.txt) && git add {COMPILED}\n"
    ) in told
    told = for_a_hook(of_compiled(UV, blocked, declares="requests==2.30.0"), Look())
    assert f" -o requirements.txt) && git add api/requirements.in {COMPILED}\n" in told


def test_a_saved_report_repeats_only_what_a_reader_would_have_taken() -> None:
    report = of_compiled(UV)
    text = FORMATS["json"]().render(report, Look())
    again = read_report("report.json", text)
    assert again.inputs == report.inputs
    with pytest.raises(ReportError, match="does not fit its schema"):
        read_report("report.json", text.replace(UV, f"{UV}; id"))
