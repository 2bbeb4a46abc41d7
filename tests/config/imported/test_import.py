"""What `config import` writes, through the command itself."""

import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.config.imported.samples import (
    CI,
    FAR,
    HOOKS,
    OSV,
    OURS,
    POLICY,
    PRE_COMMIT,
    PYPROJECT,
    SAFETY_2,
    SAFETY_3,
    SOON,
    UV,
    WORKFLOW,
    entries,
    put,
)
from tests.conftest import Run


def filled(text: str) -> str:
    """A file in which each mark is filled in."""
    text = re.sub(r'id = "TODO[^"]*safety (\d+)"', r'id = "CVE-2098-\1"', text)
    text = re.sub(r'reason = "TODO[^"]*"', 'reason = "the path is closed"', text)
    return re.sub(r'expires = "TODO[^"]*"', f"expires = {SOON}", text)


def test_what_osv_scanner_accepts_with_reason_and_end_covers_the_finding(run: Run, project: Path) -> None:
    assert run("gate", "--advisory-db", "../db", cwd=project).returncode == 1
    put(project, osv=OSV.partition("\n\n")[0])
    done = run("config", "import", cwd=project)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.splitlines() == [
        "Looked at osv-scanner.toml.",
        f"  osv-scanner.toml:1  CVE-2099-1 -> {OURS}:1: until {SOON}",
        f"Wrote 1 suppression for {OURS}.",
        f"Next: pysentry-hook config validate {OURS}",
    ]
    assert entries(project) == [{"id": "CVE-2099-1", "reason": "the path is closed in our client", "expires": SOON}]
    assert run("config", "validate", OURS, cwd=project).returncode == 0
    assert run("gate", "--advisory-db", "../db", cwd=project).returncode == 0


def test_what_is_to_be_filled_in_is_refused_until_it_is(run: Run, project: Path) -> None:
    put(project, hooks=HOOKS)
    done = run("config", "import", cwd=project)
    assert done.stderr.splitlines() == [
        f"Looked at {PRE_COMMIT}.",
        f"  {PRE_COMMIT}:6  CVE-2099-1 -> {OURS}:1: fill in reason, expires",
        f"  {PRE_COMMIT}:11  safety 51457 -> {OURS}:7: fill in id, reason, expires",
        f"Wrote 2 suppressions for {OURS}.",
        f"2 of them have a TODO: until it is filled in, {OURS} is refused and nothing is scanned.",
        f"Next: fill in each TODO, then pysentry-hook config validate {OURS}",
    ]
    text = (project / OURS).read_text(encoding="utf-8")
    assert f'# from {PRE_COMMIT}:6 (pip-audit); comment there: "only used in tests"\n' in text
    for mark, value, place in (
        ("reason", '"the path is closed"', 4),
        ("expires", str(SOON), 5),
        ("id", '"CVE-2099-2"', 9),
        ("reason", '"the path is closed"', 10),
        ("expires", str(SOON), 11),
    ):
        for words in (("config", "validate"), ("gate", "--advisory-db", "../db"), ("--advisory-db", "../db")):
            refused = run(*words, cwd=project)
            assert refused.returncode == 2
            assert refused.stderr.startswith(f"error: {OURS}:{place}: suppressions.{mark}")
            assert refused.stderr.count("\n") == 1
        text = re.sub(rf'^{mark} = "TODO.*"$', f"{mark} = {value}", text, count=1, flags=re.MULTILINE)
        (project / OURS).write_text(text, encoding="utf-8")
    assert run("config", "validate", cwd=project).returncode == 0
    assert run("gate", "--advisory-db", "../db", cwd=project).returncode == 0


def test_safety_of_both_versions_is_taken_over_with_its_numbers(run: Run, project: Path) -> None:
    put(project, policy=SAFETY_2, **{"other.yml": SAFETY_3})
    done = run("config", "import", POLICY, "other.yml", cwd=project)
    assert done.returncode == 0
    known, bare, late = entries(project)
    assert known == {
        "id": "TODO: the CVE or GHSA id of safety 25853",
        "reason": "we do not use the vulnerable function",
        "expires": SOON,
    }
    assert [value.partition(":")[0] for value in bare.values()] == ["TODO", "TODO", "TODO"]
    assert (late["reason"], late["version"]) == ("the fix is not out yet", "<3.1.30")
    assert late["expires"].startswith("TODO: a day, at most ")
    text = (project / OURS).read_text(encoding="utf-8")
    assert f"# from {POLICY}:6 (safety 25853)\n" in text
    assert f"# from other.yml:11 (safety 52322); there until {FAR}\n" in text


def test_the_action_and_uv_are_taken_over(run: Run, project: Path) -> None:
    put(project, workflow=WORKFLOW, uv=UV, **{PYPROJECT: "[tool.uv.audit]\nignore = ['CVE-2099-4']\n"})
    run("config", "import", "-o", OURS, cwd=project)
    assert [(each["id"], each.get("until")) for each in entries(project)] == [
        ("CVE-2099-1", None),
        ("CVE-2099-3", "fixed"),
        ("CVE-2099-4", None),
        ("GHSA-aaaa-bbbb-cccc", None),
        ("PYSEC-2099-7", None),
        ("PYSEC-2099-8", None),
        ("PYSEC-2099-9", None),
    ]
    text = (project / OURS).read_text(encoding="utf-8")
    for place in (
        "uv.toml:2 (uv audit)",
        f"{PYPROJECT}:2",
        f"{CI}:8",
        f'{CI}:9 (pip-audit); comment there: "no fix yet"',
        f"{CI}:12 (pip-audit)",
    ):
        assert f"# from {place}" in text


def test_what_several_tools_accept_is_one_suppression_with_the_strictest_of_each(run: Run, project: Path) -> None:
    put(project, osv=OSV, hooks=HOOKS.partition("  - repo: https://github.com/Lucas")[0])
    put(project, **{"uv.toml": "[audit]\nignore-until-fixed = ['cve-2099-1']\n"})
    done = run("config", "import", cwd=project)
    first, second = entries(project)
    assert first == {
        "id": "CVE-2099-1", "reason": "the path is closed in our client", "expires": SOON, "until": "fixed"
    }  # fmt: skip
    text = (project / OURS).read_text(encoding="utf-8")
    assert f"# from osv-scanner.toml:1 (osv-scanner); also {PRE_COMMIT}:6, uv.toml:2; " in text
    assert second["reason"].startswith("TODO")
    assert 'reason there: "not used"' in text
    assert "CVE-2099-2 -> .pysentry-hook.toml:8: fill in reason, expires" in done.stderr


@pytest.mark.parametrize("fill", [str, filled])
def test_what_is_there_is_not_written_twice(fill: Callable[[str], str], run: Run, project: Path) -> None:
    put(project, hooks=HOOKS, policy=SAFETY_2, osv=OSV)
    run("config", "import", cwd=project)
    text = fill((project / OURS).read_text(encoding="utf-8"))
    (project / OURS).write_text(text, encoding="utf-8")
    done = run("config", "import", cwd=project)
    assert done.returncode == 0
    assert done.stderr.splitlines()[-1] == "Nothing new is accepted there, so nothing was written."
    assert done.stderr.count(f"accepted already ({OURS}:") == 5
    assert (project / OURS).read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        (".pysentry.toml", "[ignore]\nids = ['cve-2099-1']\n", ".pysentry.toml:2"),
        ("base.toml", f"[[suppressions]]\nid = 'CVE-2099-1'\nreason = 'a b c'\nexpires = {SOON}\n", "base.toml:1"),
        ("requirements.txt", f"requests==2.30.0  # pysentry: ignore[CVE-2099-1] until {SOON}: a b c\n",
         "requirements.txt:1"),
    ],
)  # fmt: skip
def test_what_is_accepted_elsewhere_is_not_accepted_again(
    name: str, text: str, place: str, run: Run, project: Path
) -> None:
    (project / "uv.lock").unlink()
    put(project, osv=OSV, **{name: text, OURS: "extends = 'base.toml'\n" if name == "base.toml" else ""})
    done = run("config", "import", cwd=project)
    assert f"osv-scanner.toml:1  CVE-2099-1: accepted already ({place})\n" in done.stderr
    assert [each["id"] for each in entries(project)] == ["CVE-2099-2"]


def test_the_rest_of_the_file_stays_as_it_is(run: Run, project: Path) -> None:
    before = '# ours\r\n[project]\r\nname = "x"   # the name\r\n\r\n[tool.other]\r\na = [ 1,2 ]\r\n'
    (project / PYPROJECT).write_bytes(before.encode())
    put(project, osv=OSV)
    assert run("config", "import", cwd=project).returncode == 0
    after = (project / PYPROJECT).read_bytes().decode()
    assert after.startswith(before)
    assert after.count("\n") == after.count("\r\n")
    assert [each["id"] for each in entries(project, PYPROJECT)] == ["CVE-2099-1", "CVE-2099-2"]


@pytest.mark.parametrize("array", ["[]", f'[\n  {{ id = "CVE-1-1", reason = "a b c", expires = {SOON} }},\n]'])
def test_an_array_that_stands_there_is_extended(array: str, run: Run, project: Path) -> None:
    put(project, policy=SAFETY_2, **{OURS: f"suppressions = {array}  # ours\n"})
    assert run("config", "import", cwd=project).returncode == 0
    assert [each["id"][-5:] for each in entries(project)][-2:] == ["25853", "39611"]
    again = run("config", "import", cwd=project)
    assert again.stderr.count("accepted already") == 2


def test_a_dash_prints_and_writes_nothing(run: Run, project: Path) -> None:
    put(project, osv=OSV, **{PYPROJECT: "[project]\nname = 'x'\n"})
    done = run("config", "import", "-o", "-", cwd=project)
    values = tomllib.loads(done.stdout)["tool"]["pysentry-hook"]["suppressions"]
    assert [each["id"] for each in values] == ["CVE-2099-1", "CVE-2099-2"]
    assert f"Printed 2 suppressions for {PYPROJECT}." in done.stderr
    assert (project / PYPROJECT).read_text(encoding="utf-8") == "[project]\nname = 'x'\n"
    assert not (project / OURS).exists()


@pytest.mark.parametrize("order", [("a.toml", "b.toml"), ("b.toml", "a.toml")])
def test_of_several_ends_the_earliest_holds(order: tuple[str, str], run: Run, project: Path) -> None:
    entry = "[[IgnoredVulns]]\nid = 'CVE-2099-1'\nreason = 'the path is closed'\nignoreUntil = "
    put(project, **{"a.toml": f"{entry}{SOON}\n", "b.toml": f"{entry}{FAR}\n"})
    run("config", "import", *order, cwd=project)
    assert [each["expires"] for each in entries(project)] == [SOON]
    assert f"there until {FAR}" in (project / OURS).read_text(encoding="utf-8")
