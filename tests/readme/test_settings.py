"""Every configuration, workflow and link that the README shows is one that works."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

from pysentry_hook.config.keys import GATE_KEYS, KEYS
from pysentry_hook.config.variables import variable
from tests.conftest import Run
from tests.readme import page
from tests.readme.conftest import Reader, as_of_today
from tests.readme.page import HOUSE

pytestmark = pytest.mark.unmeasured  # other tests measure what these run

_OWN = re.compile(
    r"https://(?:github\.com/pysentry-hook/pysentry-hook/blob|raw\.githubusercontent\.com/pysentry-hook/pysentry-hook)/main/(.+)"
)
"""The address of a file of this repository."""


@pytest.mark.parametrize("block", page.blocks("toml"), ids=lambda block: block.first)
def test_a_configuration_loads(reader: Reader, block: page.Block) -> None:
    manifest = reader.folder / "pyproject.toml"
    manifest.write_text(f"{manifest.read_text(encoding='utf-8')}\n{as_of_today(block.text)}", encoding="utf-8")
    done = reader.types("pysentry-hook config validate")
    assert done.returncode == 0, done.stderr
    assert "warning" not in done.stderr
    shown = reader.types("pysentry-hook config show").stdout
    said = tomllib.loads(block.text)["tool"]["pysentry-hook"]
    assert all(name in shown for name in said if name != "suppressions")


def test_the_hook_is_five_lines_and_one_that_there_is() -> None:
    block = page.block("repos:")
    (repository,) = yaml.safe_load(block.text)["repos"]
    offered = {hook["id"] for hook in yaml.safe_load((HOUSE / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))}
    assert {hook["id"] for hook in repository["hooks"]} <= offered
    assert len(block.text.splitlines()) == 5


def test_the_workflow_is_ten_lines_and_that_of_the_examples() -> None:
    block = page.block("name: audit")
    shown = yaml.safe_load(block.text)
    assert len(block.text.splitlines()) <= 10
    assert shown["permissions"] == {"contents": "read", "security-events": "write", "actions": "read"}
    uses = [step["uses"] for step in shown["jobs"]["audit"]["steps"]]
    for other in sorted((HOUSE / "examples" / "workflows").glob("*.yml")):
        text = other.read_text(encoding="utf-8")
        assert all(each in text for each in uses if "pysentry-hook" in each and "pysentry-hook@" in text), other


def test_every_link_leads_somewhere() -> None:
    """Links to files are absolute, because the page is shown on the index as well."""
    targets = re.findall(r"\]\(([^)]+)\)", page.prose())
    files = [file for target in targets for file in _OWN.findall(target)]
    assert len(files) > 3
    assert [name for name in files if not (HOUSE / name).exists()] == []
    assert [target for target in targets if target.startswith("#") and target[1:] not in page.anchors()] == []
    assert [target for target in targets if not target.startswith(("#", "https://"))] == []


def test_every_file_of_the_repository_that_is_named_is_there() -> None:
    named = set(page.inline("examples/")) | set(page.inline(".pre-commit-"))
    assert named
    assert [name for name in named if not (HOUSE / name).exists()] == []


def test_every_kind_of_block_is_looked_at() -> None:
    known = {"sh", "text", "console", "toml", "yaml", "requirements"}
    assert {block.language for block in page.blocks()} <= known


def test_the_exit_codes_are_those_of_the_command(run: Run) -> None:
    table = page.TEXT.partition("## Exit codes")[2].partition("## ")[0]
    told = {int(code) for code in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)}
    assert told == {0, 1, 2, 3, 70}
    done = run(HOUSE / "examples" / "shop", "--advisory-db", HOUSE / "examples" / "advisories")
    assert done.returncode == 1
    assert (
        run("report", HOUSE / "examples" / "shop", "--advisory-db", HOUSE / "examples" / "advisories").returncode == 0
    )
    assert run("nothing-here").returncode == 2
    assert (
        run(HOUSE / "examples" / "shop", "--service-url", "osv=http://127.0.0.1:9", "--sources", "osv").returncode == 3
    )


def test_every_variable_of_the_readme_is_a_setting_that_config_show_lists(run: Run, tmp_path: Path) -> None:
    known = {variable(key) for key in KEYS} | {variable(f"gates.release.{key}") for key in GATE_KEYS}
    row = ""
    for prefix, name in re.findall(r"`(PYSENTRY_HOOK|…)_([A-Z_]+)", page.TEXT):
        row = name.partition("_")[0] if prefix == "PYSENTRY_HOOK" else row
        assert {f"PYSENTRY_HOOK_{name}", f"PYSENTRY_HOOK_{row}_{name}"} & known, name
    shown = run("config", "show", cwd=tmp_path).stdout
    assert [name for name, key in KEYS.items() if key.in_files and variable(name) not in shown] == []
