"""Our own tool on our own requirements, offline: as audit.yml asks for it, with advisories that are made up here."""

import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.builders import a_folder_of_records, a_record
from tests.conftest import Run

HOUSE = Path(__file__).parents[1]
WORKFLOW = yaml.safe_load((HOUSE / ".github" / "workflows" / "audit.yml").read_text(encoding="utf-8"))
(JOB,) = WORKFLOW["jobs"].values()
ASKED = JOB["steps"][-1]["with"]
CRITICAL: dict[str, Any] = {"database_specific": {"severity": "CRITICAL"}}
PICKLE = a_record("PYSEC-2025-1", "diskcache", aliases=["CVE-2025-69872"], **CRITICAL)
ANOTHER = a_record("PYSEC-2099-2", "diskcache", aliases=["CVE-2099-69872"], **CRITICAL)
FIXED = a_record("PYSEC-2025-1", "diskcache", aliases=["CVE-2025-69872"], fixed="5.7", **CRITICAL)
REQUESTS = a_record("PYSEC-2099-3", "requests", database_specific={"severity": "LOW"})
ELSEWHERE = a_record("PYSEC-2099-4", "no-requirement-of-ours", **CRITICAL)


def test_the_workflow_may_read_and_upload_and_nothing_else() -> None:
    assert WORKFLOW["permissions"] == {}
    assert JOB["permissions"] == {"contents": "read", "security-events": "write"}
    assert "pull_request_target" not in WORKFLOW[True]  # YAML 1.1 takes "on" for a boolean
    assert JOB["steps"][0]["with"] == {"persist-credentials": False}
    assert JOB["steps"][-1]["uses"] == "./"


@pytest.mark.parametrize("gate", ["main", "change"])
@pytest.mark.parametrize(
    ("records", "code", "suppressed"),
    [
        ([ELSEWHERE], 0, 0),
        ([PICKLE], 0, 1),
        ([PICKLE, REQUESTS], 1, 1),
        ([PICKLE, ANOTHER], 1, 1),
        ([FIXED], 1, 0),
    ],
    ids=["nothing", "ours", "another package", "another flaw", "a fix has appeared"],
)
def test_a_finding_in_our_requirements_is_red_and_our_suppression_holds(
    run: Run, tmp_path: Path, gate: str, records: list[dict[str, Any]], code: int, suppressed: int
) -> None:
    house = tmp_path / "house"
    for name in (ASKED["requirements"], ASKED["config"]):
        (house / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(HOUSE / name, house / name)
    until = datetime.now(UTC).date() + timedelta(days=99)  # whether it has ended is not what is tested
    rules = house / ASKED["config"]
    rules.write_text(re.sub(r"(?m)^expires = .*", f"expires = {until}", rules.read_text("utf-8")), encoding="utf-8")
    database = a_folder_of_records(tmp_path / "records", *records)
    done = run(
        "--requirements", ASKED["requirements"], "--config", ASKED["config"], "--gate", gate,
        "--advisory-db", database, "--offline", "-f", "json", cwd=house,
    )  # fmt: skip
    assert done.returncode == code, done.stdout + done.stderr
    report = yaml.safe_load(done.stdout)
    assert report["complete"]
    assert report["coverage"]["checked"] == report["coverage"]["total"] > 20
    assert report["gate"]["suppressed"] == suppressed


def test_our_suppression_is_of_one_flaw_of_one_package_and_has_an_end() -> None:
    text = (HOUSE / ASKED["config"]).read_text(encoding="utf-8")
    assert text.count("[[suppressions]]") == 1
    assert 'id = "CVE-2025-69872"\npackage = "diskcache"\n' in text
    assert re.search(r"(?m)^expires = \d{4}-\d\d-\d\d$", text)
    assert 'until = "fixed"' in text
