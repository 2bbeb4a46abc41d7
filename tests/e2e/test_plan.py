"""The real plan of the real uv: told in every format, and what marks the upgrades of a report as tried."""

import json
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.e2e.conftest import House

HEAD = '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.11"\n'


def uv(house: House, *words: str) -> None:
    """Run the real uv in the project."""
    environment = house.environment | {"HOME": str(house.folder.parent), "PATH": str(Path(sys.prefix, "bin"))}
    subprocess.run(
        [Path(sys.prefix, "bin", "uv"), *words, "-q", "--python", sys.executable],
        cwd=house.folder,
        env=environment,
        check=True,
    )


def plan(house: House, *words: object, **more: str) -> subprocess.CompletedProcess[str]:
    return house.run(
        "plan", "--advisory-db", house.records, *words, cwd=house.folder, env=house.environment | more, timeout=300
    )


@pytest.fixture
def shop(house: House) -> House:
    """A project whose lock holds requests 2.30.0, which has a finding, and whose manifest allows 2.31.0."""
    house.write("pyproject.toml", f'{HEAD}dependencies = ["requests<2.31"]\n')
    uv(house, "lock")
    house.write("pyproject.toml", f'{HEAD}dependencies = ["requests<3"]\n')
    return house


def test_stdout_holds_the_plan_and_nothing_else(shop: House) -> None:
    done = plan(shop, "-f", "json")
    found = json.loads(done.stdout)
    assert (done.returncode, found["schema"]) == (0, "pysentry-hook/plan/1")
    assert [(move["package"], move["after"]) for move in found["moves"]] == [("requests", ["2.31.0"])]
    told = plan(shop)
    assert told.stdout.startswith("Plan for uv.lock: 1 change clears the finding that blocks. Tried with uv ")
    assert "  1. requests 2.30.0 -> 2.31.0  refresh, minor  clears PYSEC-2099-1\n" in told.stdout
    assert "Plan for" not in told.stderr


def test_formats_and_outputs_are_paired_as_those_of_a_report(shop: House) -> None:
    done = plan(shop, "-o", "plan.json", "-o", "plan.md", "-o", "plan.txt")
    written = {name: (shop.folder / f"plan.{name}").read_text(encoding="utf-8") for name in ("json", "md", "txt")}
    assert written["txt"] == done.stdout
    assert written["json"].startswith('{\n "schema": "pysentry-hook/plan/1"')
    assert written["md"].startswith("## ✅ pysentry-hook · Plan for `uv.lock`")
    quiet = plan(shop, "-q", "-f", "markdown", "-o", "other")
    assert (quiet.returncode, quiet.stdout) == (0, "")
    assert (shop.folder / "other").read_text(encoding="utf-8").startswith("## ✅ pysentry-hook")


def test_a_format_of_the_configuration_that_a_plan_has_not_is_the_human_one(shop: House) -> None:
    shop.write(".pysentry-hook.toml", '[defaults]\nformat = "sarif"\n')
    assert plan(shop).stdout.startswith("Plan for uv.lock")
    shop.write(".pysentry-hook.toml", '[defaults]\nformat = "markdown"\n')
    assert plan(shop).stdout.startswith("## ✅ pysentry-hook · Plan")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("-f", "sarif"), "--format: 'sarif' is no format; known: human, json, markdown"),
        (
            ("-o", "plan.sarif"),
            "--output plan.sarif: its suffix names no format (.txt, .json, .md); say it with --format",
        ),
    ],
)
def test_a_plan_has_no_format_for_findings(house: House, words: tuple[str, ...], told: str) -> None:
    done = plan(house, *words)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"error: {told}\n")


def test_a_report_with_a_plan_marks_its_upgrades_as_tried(shop: House, run: Run) -> None:
    assert plan(shop, "-q", "-o", "plan.json").returncode == 0
    done = shop.scan("--plan", "plan.json", "-o", "report.json", "-o", "report.sarif", "-o", "report.md")
    assert "  fix       2.31.0 (tried): make the changes of the plan\n" in done.stdout
    text = (shop.folder / "report.json").read_text(encoding="utf-8")
    (finding,) = json.loads(text)["findings"]
    assert (finding["upgrade_to"], finding["upgrade_tried"]) == ("2.31.0", True)
    for name in ("report.sarif", "report.md"):
        assert "2.31.0 (tried)" in (shop.folder / name).read_text(encoding="utf-8")
    for form, expected in (("json", text), ("human", done.stdout)):
        shown = run("render", "report.json", "-f", form, cwd=shop.folder).stdout
        assert shown.replace("--report report.json", f"--advisory-db {shop.records}") == expected
    (plain,) = shop.report()["findings"]
    assert plain["upgrade_tried"] is False


def test_the_default_command_takes_a_plan_too_and_judges_as_before(shop: House) -> None:
    plan(shop, "-q", "-o", "plan.json")
    words = ("--advisory-db", shop.records, "--plan", "plan.json")
    done = shop.run(*words, cwd=shop.folder, env=shop.environment)
    assert done.returncode == 1
    assert "2.31.0 (tried)" in done.stdout


def test_the_printed_command_makes_the_change_and_the_plan_is_then_of_the_past(shop: House) -> None:
    plan(shop, "-q", "-o", "plan.json")
    (command,) = json.loads((shop.folder / "plan.json").read_text(encoding="utf-8"))["commands"]
    program, *words = shlex.split(command)
    assert program == "uv"
    uv(shop, *words)
    report = shop.report("--plan", "plan.json")
    assert report["findings"] == []
    (hint,) = report["hints"]
    assert hint == (
        "warning: the plan was made for another state of uv.lock (requests was 2.30.0 and is 2.31.0), "
        "so no upgrade is marked as tried: make a new plan"
    )


def test_a_plan_for_a_manifest_marks_what_it_resolves_to(house: House) -> None:
    house.write("pyproject.toml", f'{HEAD}dependencies = ["requests<2.31"]\n')
    assert plan(house, "-q", "-o", "plan.json").returncode == 0
    (finding,) = house.report("--plan", "plan.json")["findings"]
    assert (finding["version"], finding["upgrade_to"], finding["upgrade_tried"]) == ("2.30.0", "2.31.0", True)


def test_a_plan_that_is_none_or_is_for_something_else_is_an_error(shop: House) -> None:
    plan(shop, "-q", "-o", "plan.json")
    shop.write("requirements.txt", "six==1.16.0\n")
    text = (shop.folder / "plan.json").read_text(encoding="utf-8")
    shop.write("damaged.json", text[:-20])
    shop.write("other.json", text.replace('"runs":', '"walks":'))
    for words, told in (
        (["--plan", "plan.json", "requirements.txt"], "--plan: it was made for uv.lock, and what is read is require"),
        (["--plan", "damaged.json"], "damaged.json: is not valid JSON: "),
        (["--plan", "other.json"], "other.json: does not fit its schema: "),
        (["--plan", "no.json"], "no.json: cannot be read: No such file or directory"),
    ):  # fmt: skip
        done = shop.scan(*words)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith(f"error: {told}")
        assert done.stderr.count("\n") == 1


def test_a_plan_is_for_one_input(shop: House) -> None:
    shop.write("api/uv.lock", "version = 1\n")
    done = plan(shop, "--recursive")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.endswith("plan takes one input at a time, and this is uv.lock, api/uv.lock: name one of them\n")


def test_without_uv_one_line_says_how_to_get_it(shop: House, tmp_path: Path) -> None:
    done = plan(shop, **shop.with_path(str(tmp_path / "empty")))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: plan needs uv, and it is neither beside this program nor on PATH")
    assert done.stderr.endswith("; install it: pip install uv\n")
