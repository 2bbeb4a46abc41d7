"""SARIF of the real command, judged by the programs and schemas of others."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from pysentry_hook.reports.look import Look
from pysentry_hook.reports.sarif import render
from tests.builders import a_folder_of_records, a_record, a_suppression, a_uv_lock
from tests.conftest import Run
from tests.e2e.validators import Judgement, faults, judged, official_schema, tools_schema
from tests.reports.facts import NOW, a_report, an_unchecked, everything, malware
from tests.reports.sarif_runs import HIGH, IDNA

pytestmark = pytest.mark.unmeasured  # other tests measure what these run

EXAMPLES = Path(__file__).parents[2] / "examples"
ENDING = a_suppression("CVE-2099-0003", expires=NOW.date().replace(day=30))
REPORTS = {
    "nothing": render(a_report(), Look()),
    "one": render(a_report(HIGH), Look()),
    "malware": render(a_report(malware()), Look()),
    "incomplete": render(a_report(IDNA, unchecked=[an_unchecked()._replace(unanswered=True)]), Look()),
    "everything": render(everything(ENDING), Look()),
    "suppressed": render(everything(ENDING), Look(sarif_suppressed=True)),
}


def log_of(file: Path) -> dict[str, Any]:
    log: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return log


def results(file: Path) -> list[dict[str, Any]]:
    return [result for run in log_of(file)["runs"] for result in run["results"]]


def fingerprints(file: Path) -> dict[str, str]:
    """The fingerprint of each result, by rule and version."""
    return {
        f"{result['ruleId']} {result['properties']['package']} {result['properties']['version']}": result[
            "partialFingerprints"
        ]["primaryLocationLineHash"]
        for result in results(file)
    }


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXAMPLES / "shop", tmp_path / "shop"))


def scan(run: Run, folder: Path, name: str = "audit.sarif", *words: object, code: int = 1) -> Path:
    file = folder.parent / name
    done = run(folder, "--advisory-db", EXAMPLES / "advisories", "-q", "-o", file, *words)
    assert (done.returncode, done.stdout, done.stderr) == (code, "", "")
    return file


def test_sarif_goes_into_a_file_of_its_suffix_and_renders_from_a_saved_report(run: Run, shop: Path) -> None:
    file = scan(run, shop, "audit.sarif", "-o", shop.parent / "audit.json")
    assert len(results(file)) == 6
    again = run("render", shop.parent / "audit.json", "-f", "sarif")
    assert again.stdout.encode() == file.read_bytes()
    assert str(shop.parent) not in again.stdout


def test_sarif_suppressed_is_an_option_of_the_scan_and_of_render(run: Run, shop: Path) -> None:
    saved = shop.parent / "audit.json"
    without = scan(run, shop, "without.sarif", "--ignore", "CVE-2023-25577", "-o", saved)
    file = scan(run, shop, "with.sarif", "--ignore", "CVE-2023-25577", "--sarif-suppressed")
    assert (len(results(without)), len(results(file))) == (5, 6)
    assert [result["ruleId"] for result in results(file) if result["suppressions"]] == ["CVE-2023-25577"]
    again = run("render", saved, "-f", "sarif", "--sarif-suppressed")
    assert len(json.loads(again.stdout)["runs"][0]["results"]) == 6


def test_a_bump_of_one_package_and_moved_lines_change_no_other_fingerprint(run: Run, shop: Path) -> None:
    before = fingerprints(scan(run, shop, "before.sarif"))
    lock = shop / "uv.lock"
    text = lock.read_text(encoding="utf-8").replace('version = "2.30.0"', 'version = "2.29.0"')
    entry = '[[package]]\nname = "aaa"\nversion = "1.0"\nsource = { registry = "https://pypi.org/simple" }\n\n'
    lock.write_text(text.replace("[[package]]", f"{entry}[[package]]", 1), encoding="utf-8")
    file = scan(run, shop, "after.sarif")
    after = fingerprints(file)
    assert after.pop("CVE-2023-32681 requests 2.29.0") == before.pop("CVE-2023-32681 requests 2.30.0")
    assert after == before
    assert len(set(after.values())) == len(after) == 5


def test_a_record_that_a_source_adds_to_a_group_changes_no_fingerprint_and_no_rule_id(run: Run, tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "uv.lock").write_text(a_uv_lock(("requests", "2.30.0")), encoding="utf-8")
    advisory = a_record("GHSA-aaaa-bbbb-cccc", fixed="2.31.0", aliases=["CVE-2099-0001"])
    records = a_folder_of_records(tmp_path / "records", advisory)
    found = []
    for name in ("before.sarif", "after.sarif"):
        run(project, "--advisory-db", records, "-q", "-o", tmp_path / name)
        found.append(fingerprints(tmp_path / name))
        late = a_record("PYSEC-2099-1", fixed="2.31.0", aliases=["GHSA-aaaa-bbbb-cccc", "CVE-2099-0001"])
        a_folder_of_records(records, late)
    assert found[0] == found[1] != {}


def test_a_change_of_a_neighbour_leaves_the_line_of_the_right_fork(run: Run, tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "uv.lock").write_text(a_uv_lock(("numpy", "1.26.4"), ("numpy", "2.1.0")), encoding="utf-8")
    records = a_folder_of_records(tmp_path / "records", a_record(package="numpy", introduced="2.0", fixed="2.2"))
    run(project, "--advisory-db", records, "-q", "-o", tmp_path / "audit.sarif")
    (result,) = results(tmp_path / "audit.sarif")
    region = result["locations"][0]["physicalLocation"]["region"]
    lines = (project / "uv.lock").read_text(encoding="utf-8").splitlines()
    assert lines[region["startLine"] - 1] == region["snippet"]["text"] == 'version = "2.1.0"'


def test_several_projects_are_several_runs_and_a_damaged_one_is_left_out(run: Run, tmp_path: Path) -> None:
    for name in ("api", "web", "tr äume#1"):
        folder = tmp_path / "repository" / name
        folder.mkdir(parents=True)
        (folder / "uv.lock").write_text(a_uv_lock(("requests", "2.30.0")), encoding="utf-8")
    (tmp_path / "repository" / "web" / "uv.lock").write_text("version = [\n", encoding="utf-8")
    records = a_folder_of_records(tmp_path / "records", a_record(fixed="2.31.0"))
    file = tmp_path / "audit.sarif"
    run("--recursive", tmp_path / "repository", "--advisory-db", records, "-q", "-o", file)
    found = log_of(file)["runs"]
    assert [one["automationDetails"]["id"] for one in found] == [
        "pysentry-hook/api/uv.lock/",
        "pysentry-hook/tr%20%C3%A4ume%231/uv.lock/",
    ]
    for one in found:
        texts = [note["message"]["text"] for note in one["invocations"][0]["toolExecutionNotifications"]]
        assert any(text.startswith("web/uv.lock is not in this file, because its audit is incomp") for text in texts)
        assert len(one["results"]) == 1
    verdict = judged([file], tmp_path)
    assert (verdict.complaints, verdict.looked_at) == ([], {"audit.sarif": 2})


@pytest.mark.parametrize("name", REPORTS)
def test_both_schemas_take_every_kind_of_report(name: str) -> None:
    log = json.loads(REPORTS[name])
    assert faults(tools_schema(), log) == []
    assert faults(official_schema(), log) == []


def test_the_validator_takes_every_kind_of_report(tmp_path: Path) -> None:
    files = []
    for name, text in REPORTS.items():
        files.append(tmp_path / f"{name}.sarif")
        files[-1].write_text(text, encoding="utf-8")
    verdict = judged(files, tmp_path)
    assert verdict.complaints == []
    assert verdict.looked_at == {file.name: len(results(file)) for file in files}
    assert sum(verdict.looked_at.values()) > 8


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("no first line", ', "startLine": 12', ""),
        ("a rule that is not there", '"ruleIndex": 0', '"ruleIndex": 7'),
        ("an absolute path", '"uri": "uv.lock"', '"uri": "/home/me/uv.lock"'),
        ("no such level", '"level": "error"', '"level": "grave"'),
    ],
)
def test_the_validator_finds_what_is_wrong(tmp_path: Path, name: str, before: str, after: str) -> None:
    text = REPORTS["one"]
    assert before in text
    file = tmp_path / "broken.sarif"
    file.write_text(text.replace(before, after), encoding="utf-8")
    # at what fits no schema it does not look at all, and says nothing of it
    assert judged([file], tmp_path) != Judgement([], {"broken.sarif": 1}), name


def test_the_schemas_find_what_is_wrong() -> None:
    log = json.loads(REPORTS["one"])
    log["runs"][0]["results"][0]["level"] = "grave"
    log["runs"][0]["unknown"] = 1
    assert len(faults(tools_schema(), log)) == 2
    assert len(faults(official_schema(), log)) == 2
