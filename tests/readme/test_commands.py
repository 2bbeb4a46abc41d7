"""Every command that the README tells is typed as it is written, and what it prints is what the README says."""

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.e2e.commands import EVERY, option_names
from tests.e2e.conftest import needed
from tests.readme import page
from tests.readme.conftest import Reader, as_of_today
from tests.readme.page import HOUSE

pytestmark = pytest.mark.unmeasured  # other tests measure what these run

SHOP = "pysentry-hook examples/shop --advisory-db examples/advisories"
ACCEPTING = "pysentry-hook suppressions "
"""What changes the project; each goes on from the one before it."""
ELSEWHERE = {
    "uvx pysentry-hook": "test_it_runs_without_being_installed_and_it_is_installed",
    "uv tool install pysentry-hook": "test_it_runs_without_being_installed_and_it_is_installed",
}


def _typed(line: str) -> str:
    return line.rpartition("&& ")[2].removeprefix(".venv/bin/")


def test_the_first_command_prints_what_the_page_shows(run: Run) -> None:
    assert _typed(page.commands()[0]) == SHOP
    done = run(*shlex.split(SHOP)[1:], cwd=HOUSE)
    assert done.returncode == 1
    shown = page.blocks("text")
    assert shown
    for block in shown:
        assert block.text in done.stdout


def test_the_second_command_is_what_ci_runs() -> None:
    command = page.commands()[1].rpartition("&& ")[2]
    assert command == ".venv/bin/pytest -q -n 4"
    scripts = sorted((HOUSE / ".ci").iterdir())
    assert any(command in script.read_text(encoding="utf-8") for script in scripts)


def _of_a_project() -> list[str]:
    lines = [line for line in page.commands()[2:] if line not in ELSEWHERE and not line.startswith(ACCEPTING)]
    return [*dict.fromkeys((*lines, *(line for line in page.inline("pysentry-hook ") if "FILE" not in line)))]


@pytest.mark.parametrize("line", _of_a_project())
def test_a_command_does_what_it_is_for(reader: Reader, line: str) -> None:
    for made in (*_before(line), line):
        done = reader.types(made)
        assert done.returncode in {0, 1, 3}, f"{made}: {done.stderr}"
        assert "Traceback" not in done.stderr
    assert done.stdout or done.stderr or "-o " in line


def _before(line: str) -> list[str]:
    """What has to be typed first for the files that a command names."""
    wanted = {
        "audit.json": "pysentry-hook -q -o audit.json",
        "plan.json": "pysentry-hook plan -q -o plan.json",
        "advisories.db": "pysentry-hook db sync advisories.db",
    }
    made = "db sync" in line
    return [first for name, first in wanted.items() if name in line.split() and f"-o {name}" not in line and not made]


def test_an_accepted_risk_is_added_listed_renewed_and_removed(reader: Reader) -> None:
    def blocking() -> set[str]:
        report = json.loads(reader.types("pysentry-hook report -f json").stdout)
        return {each["id"] for each in report["findings"] if each["verdict"]["decision"] == "block"}

    before = blocking()
    assert "CVE-2025-69872" in before
    after = []
    for line in (each for each in page.commands() if each.startswith(ACCEPTING)):
        done = reader.types(line)
        assert done.returncode == 0, done.stderr
        after.append(blocking())
    without = before - {"CVE-2025-69872"}
    assert after == [without, without, without, before]


def test_a_comment_beside_a_pin_accepts_a_risk(reader: Reader) -> None:
    (block,) = page.blocks("requirements")
    (reader.folder / "requirements.txt").write_text(as_of_today(block.text), encoding="utf-8")
    done = reader.types("pysentry-hook --requirements requirements.txt -f json")
    (finding,) = json.loads(done.stdout)["findings"]
    assert finding["verdict"]["decision"] == "suppressed"


def test_every_option_of_the_page_is_one_of_ours() -> None:
    known = {option for command in EVERY.values() for option in option_names(command)}
    said = {word.partition("=")[0] for code in page.inline("--") for word in code.split() if word.startswith("--")}
    assert said
    assert said - known == {"--help", "--all-files", "--ignore-vuln"}  # those of pre-commit and pip-audit


@pytest.mark.network
def test_it_runs_without_being_installed_and_it_is_installed(tmp_path: Path) -> None:
    uv = needed("uv", "uv")
    wheels = tmp_path / "wheels"
    _do([uv, "build", "-q", "--wheel", "-o", str(wheels), str(HOUSE)], HOUSE, {})
    shop = tmp_path / "shop"
    shutil.copytree(HOUSE / "examples" / "shop", shop)
    tools = {
        "UV_FIND_LINKS": str(wheels),
        "UV_TOOL_DIR": str(tmp_path / "tools"),
        "UV_TOOL_BIN_DIR": str(tmp_path / "bin"),
        "UV_CACHE_DIR": str(tmp_path / "uv"),
        "UV_PYTHON": sys.executable,
        "PYSENTRY_HOOK_SOURCES_DATABASE": str(HOUSE / "examples" / "advisories"),
        "PYSENTRY_HOOK_CACHE_DIR": str(tmp_path / "cache"),
    }
    first, second = (line for line in ELSEWHERE if line in page.commands())
    done = _do([str(Path(uv).with_name("uvx")), *first.split()[1:]], shop, tools)
    assert "werkzeug 2.2.2" in done.stdout
    assert done.returncode == 1
    assert _do([uv, *second.split()[1:]], shop, tools).returncode == 0
    assert "pysentry-hook" in {path.name for path in (tmp_path / "bin").iterdir()}


def _do(words: list[str], folder: Path, more: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("UV_", "PIP_"))}
    return subprocess.run(words, cwd=folder, env=environment | dict(more), capture_output=True, text=True, check=False)
