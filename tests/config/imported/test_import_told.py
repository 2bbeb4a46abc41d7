"""What `config import` tells: where it looked, and what it could not take over."""

from pathlib import Path

import pytest

from pysentry_hook.config.imported.accepted import Untaken
from pysentry_hook.config.imported.places import PLACES, usual_places
from pysentry_hook.tree import FolderTree
from tests.config.imported.samples import (
    CI,
    DAY,
    OSV,
    OURS,
    POLICY,
    PRE_COMMIT,
    SAFETY_2,
    SAFETY_3,
    entries,
    put,
)
from tests.conftest import Run

pytestmark = pytest.mark.unmeasured  # other tests measure what these run


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"hooks": "a: [--ignore-vuln=$X, safety\n"}, [f"{PRE_COMMIT}:1  pip-audit: --ignore-vuln $X: no id",
                                                       f"{PRE_COMMIT}:2  is not valid YAML: "]),
        ({"osv": "[[IgnoredVulns]\n"}, ["osv-scanner.toml:1  is not valid TOML: "]),
        ({"osv": "[[IgnoredVulns]]\nreason = 'x'\n"}, ["osv-scanner.toml:1  osv-scanner: '' is no id"]),
        ({"osv": "IgnoredVulns = [1]\n"}, ["osv-scanner.toml:1  osv-scanner: '' is no id"]),
        ({"osv": f"[[IgnoredVulns]]\nid = 'CVE-2099-1'\nignoreUntil = {DAY}\n"},
         [f"osv-scanner.toml:1  osv-scanner accepted CVE-2099-1 until {DAY}, which is over"]),
        ({"osv": "[[PackageOverrides]]\nname = 'idna'\nignore = true\n"},
         ["osv-scanner.toml:1  osv-scanner accepts whatever is known of idna"]),
        ({"osv": "[[PackageOverrides]]\nname = 'idna'\nvulnerability.ignore = true\necosystem = 'PyPI'\n"},
         ["osv-scanner.toml:1  osv-scanner accepts whatever is known of idna"]),
        ({"policy": "security:\n  ignore-vulnerabilities:\n    25853: {expires: '2022-10-21'}\n"},
         [f"{POLICY}:3  safety accepted 25853 until 2022-10-21, which is over"]),
        ({"policy": "security:\n  ignore-cvss-severity-below: 7\n  ignore-cvss-unknown-severity: True\n"
                    "  ignore-vulnerabilities: {}\n"},
         [f"{POLICY}:2  safety: ignore-cvss-severity-below accepts by severity",
          f"{POLICY}:3  safety: ignore-cvss-unknown-severity accepts by severity"]),
        ({"policy": SAFETY_3.partition("      vuln")[0].replace("[]", "[low, none]")},
         [f"{POLICY}:9  safety: cvss-severity accepts by severity"]),
        ({"policy": "security:\n  ignore-vulnerabilities:\n    - id: 1\n"},
         [f"{POLICY}:3  safety: ignore-vulnerabilities is no mapping of ids, so safety reads nothing"]),
        ({"policy": "installation:\n  allow:\n    vulnerabilities:\n      CVE-2099-1: {reason: safety}\n"},
         [f"{POLICY}:4  safety: CVE-2099-1 is allowed to be installed, which no scan of safety accepts"]),
        ({"policy": "security:\n  ignore-vulnerabilities:\n    x y:\n"}, [f"{POLICY}:3  safety: 'x y' is no id"]),
        ({"workflow": "a:\n  with:\n    ignore-vulns: |\n      # not yet\n      ${{ vars.KNOWN }}\n"},
         [f"{CI}:4  pip-audit: '# not yet' in ignore-vulns is no id",
          f"{CI}:5  pip-audit: '${{{{ vars.KNOWN }}}}' in ignore-vulns is no id"]),
        ({"uv": "audit.ignore = [3]\n"}, ["uv.toml:1  uv audit: '3' is no id"]),
        ({"tox.ini": "a = safety check -i {posargs}\n"}, ["tox.ini:1  safety: -i {posargs}: no id"]),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_over_is_told_with_file_and_line(
    files: dict[str, str], told: list[str], run: Run, project: Path
) -> None:
    put(project, **files)
    done = run("config", "import", cwd=project)
    assert (done.returncode, done.stdout) == (0, "")
    looked, head, *lines, last = done.stderr.splitlines()
    assert (looked.startswith("Looked at "), head) == (True, f"Not taken over ({len(told)}):")
    assert [line.startswith(f"  {each}") for line, each in zip(lines, told, strict=True)] == [True] * len(told)
    assert last == "Nothing new is accepted there, so nothing was written."
    assert not (project / OURS).exists()


def test_what_says_nothing_of_vulnerabilities_of_python_is_passed_over(run: Run, project: Path) -> None:
    overrides = "[[PackageOverrides]]\nname = 'a'\necosystem = 'npm'\nignore = true\n"
    put(project, osv=f"{overrides}[[PackageOverrides]]\nname = 'b'\nlicense.ignore = true\n", uv="audit.x = 1\n")
    put(project, hooks="repos: []\n", policy=SAFETY_2.partition("    ignore-vuln")[0], **{"tox.ini": "[tox]\n"})
    done = run("config", "import", cwd=project)
    assert done.stderr.splitlines() == [
        f"Looked at {POLICY}, osv-scanner.toml, uv.toml, {PRE_COMMIT}, tox.ini.",
        "Nothing new is accepted there, so nothing was written.",
    ]


def test_the_places_of_a_project_and_above_it_are_looked_at(run: Run, project: Path) -> None:
    names = ("tox.ini", "noxfile.py", "Makefile", "scripts/audit.sh", "app/setup.cfg", "app/ci/audit", CI)
    put(project, **{name: f"pip-audit --ignore-vuln CVE-2099-{number}\n" for number, name in enumerate(names)})
    put(project, **{"docs/a.sh": "pip-audit --ignore-vuln CVE-2099-99\n", "scripts/a.txt": "--ignore-vuln CVE-1-1\n"})
    done = run("config", "import", "--project", "app", cwd=project)
    assert done.stderr.startswith(
        f"Looked at app/setup.cfg, app/ci/audit, tox.ini, noxfile.py, Makefile, {CI}, scripts/audit.sh.\n"
    )
    assert len(entries(project / "app")) == len(names)


def test_where_no_place_is_there_it_says_where_it_looked(run: Run, project: Path) -> None:
    done = run("config", "import", cwd=project)
    assert done.returncode == 0
    assert done.stderr.splitlines() == [
        f"Looked at nothing: none of the usual places is there ({PLACES}).",
        "Nothing new is accepted there, so nothing was written.",
    ]


def test_a_file_outside_of_the_project_can_be_named(run: Run, project: Path) -> None:
    put(project.parent, **{"known.txt": "pip-audit --ignore-vuln CVE-2099-1\n"})
    done = run("config", "import", "../known.txt", "-o", "own.toml", cwd=project)
    assert "  ../known.txt:1  CVE-2099-1 -> own.toml:1: fill in reason, expires\n" in done.stderr
    assert [each["id"] for each in entries(project, "own.toml")] == ["CVE-2099-1"]


def test_the_environment_may_name_the_file_that_is_written(run: Run, project: Path) -> None:
    put(project, osv=OSV, **{"company.toml": ""})
    run("config", "import", cwd=project, env={"PYSENTRY_HOOK_CONFIG": "company.toml"})
    assert len(entries(project, "company.toml")) == 2


def test_the_configuration_of_pysentry_needs_no_import(run: Run, project: Path) -> None:
    put(project, **{".pysentry.toml": "[ignore]\nids = ['CVE-2099-1']\n"})
    done = run("config", "import", ".pysentry.toml", cwd=project)
    assert done.returncode == 0
    assert ".pysentry.toml:1  pysentry's own configuration holds here as it stands" in done.stderr
    assert run("gate", "--advisory-db", "../db", cwd=project).returncode == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("nowhere.txt",), "nowhere.txt: no such file"),
        ((".git",), ".git: "),
        (("empty.txt",), "nothing is accepted in empty.txt, so there is nothing to import"),
        (("--project", "nowhere"), "nowhere: no such file or folder"),
        (("tox.ini", "-o", "no/such/folder.toml"), "cannot be written"),
        (("tox.ini", "-o", "broken.toml"), "broken.toml: is not valid TOML"),
        (("tox.ini", "-o", "other.toml"), "other.toml: suppressions is no list of tables"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(
    words: tuple[str, ...], message: str, run: Run, project: Path
) -> None:
    put(project, **{"empty.txt": "", "broken.toml": "[[x]\n", "other.toml": "suppressions = 3\n"})
    put(project, **{"tox.ini": "a = pip-audit --ignore-vuln CVE-2099-1\n"})
    done = run("config", "import", *words, cwd=project)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1


def test_a_link_that_leads_out_of_the_project_is_told_and_not_read(run: Run, project: Path) -> None:
    (project.parent / "secret").write_text("pip-audit --ignore-vuln CVE-2099-1\n", encoding="utf-8")
    (project / "tox.ini").symlink_to(project.parent / "secret")
    done = run("config", "import", cwd=project)
    assert "  tox.ini:1  leads out of project, so it is not read; put the file itself here\n" in done.stderr
    assert "CVE" not in done.stderr


def test_what_a_file_says_cannot_act_on_a_terminal_or_leave_its_comment(run: Run, project: Path) -> None:
    reason = 'a b c \\u001b[31m\\n[[suppressions]]\\nid = \\"CVE-1-1\\"'
    put(project, osv=f'[[IgnoredVulns]]\nid = "CVE-2099-1"\nreason = "{reason}"\n')
    put(project, **{"a\x1b[31m\nb.sh": "pip-audit --ignore-vuln CVE-2099-2\n"})
    done = run("config", "import", "osv-scanner.toml", "a\x1b[31m\nb.sh", cwd=project)
    assert "\x1b" not in done.stderr + (project / OURS).read_text(encoding="utf-8")
    assert [each["id"] for each in entries(project)] == ["CVE-2099-1", "CVE-2099-2"]


def test_its_help_fits_a_screen_and_has_an_example(run: Run) -> None:
    lines = run("config", "import", "--help", env={"COLUMNS": "80"}).stdout.splitlines()
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80
    assert any("Example: pysentry-hook config import" in line for line in lines)


@pytest.mark.parametrize("at", ["scripts", "scripts/more", ""])
def test_a_folder_that_cannot_be_listed_is_told(at: str, owned: Path) -> None:
    put(owned, **{"scripts/more/audit.sh": "pip-audit --ignore-vuln CVE-2099-1\n", "tox.ini": "[tox]\n"})
    (owned / at).chmod(0o300)
    found = list(usual_places(FolderTree(owned), ""))
    (owned / at).chmod(0o700)
    (untaken,) = [each for each in found if isinstance(each, Untaken)]
    assert (untaken.path, untaken.line) == (at or ".", 1)
    assert untaken.why.startswith("cannot be listed, so what it holds was not checked: Permission denied")
    assert ("tox.ini" in found) is bool(at)


def test_a_folder_that_is_a_link_is_told(run: Run, project: Path) -> None:
    put(project.parent, **{"elsewhere/audit.sh": "pip-audit --ignore-vuln CVE-2099-1\n"})
    (project / "scripts").symlink_to(project.parent / "elsewhere")
    done = run("config", "import", cwd=project)
    assert "  scripts:1  lies behind a symbolic link; name the folder that it leads to\n" in done.stderr
