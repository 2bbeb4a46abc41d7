"""What others judge SARIF by: Microsoft's validator with GitHub's rules, and the schema of the standard."""

import json
import os
import subprocess
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from jsonschema import Draft4Validator, Draft202012Validator

_HOUSE = Path(__file__).parents[2]
_PACKAGES = _HOUSE / ".tools" / "node_modules" / "@microsoft"
_IN_CI = bool(os.environ.get("CI"))
_OFFICIAL = os.environ.get("PYSENTRY_SARIF_SCHEMA")


def missing(what: str) -> None:
    """Skip the test on a machine that lacks something, and fail it in CI, which must have it."""
    if _IN_CI:
        pytest.fail(f"{what}; CI must have it (.ci/run)")
    pytest.skip(what)


@cache
def _tool() -> Path | None:
    found = next(_PACKAGES.glob("sarif-multitool-*/Sarif.Multitool"), None)
    if found:
        found.chmod(0o755)  # npm unpacks it without the right to run it
    return found


def tool() -> Path:
    """The validator; the test is skipped where it is not installed."""
    found = _tool()
    if found is None:
        missing("the SARIF validator is not installed: npm install --prefix .tools @microsoft/sarif-multitool")
    assert found is not None
    return found


class Judgement(NamedTuple):
    """What the validator says of files: complaints, and for each file how many of its results were looked at."""

    complaints: list[str]
    looked_at: dict[str, int]


def judged(files: Sequence[Path], folder: Path) -> Judgement:
    """Let the validator judge files by the rules of SARIF and of GitHub.

    It ends with 0 whatever it finds, and may check nothing. So its own report is read: it has a note of rule SARIF2002
    for every result that it looked at, because no result of ours takes its message from the rule.
    """
    out = folder / "validated.sarif"
    command = [tool(), "validate", *files, "--rule-kind", "Sarif;Ghas", "--level", "Error;Warning;Note"]
    options = ["--log", "ForceOverwrite", "--output", out]
    # it asks for every address in the files, which it shall not, and which takes it half a minute where nobody answers
    nowhere = {"HTTP_PROXY": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9"}
    environment = os.environ | nowhere | {"DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"}
    words = list(map(str, (*command, *options)))
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=environment, timeout=280)
    assert f"Done. {len(files):,} files scanned." in done.stdout, done.stdout + done.stderr
    (run,) = json.loads(out.read_text(encoding="utf-8-sig"))["runs"]
    assert run["invocations"][0]["executionSuccessful"]
    looked_at = dict.fromkeys((file.name for file in files), 0)
    complaints = []
    for found in run["results"]:
        place = found["locations"][0]["physicalLocation"]["artifactLocation"]
        name = Path(place.get("uri") or run["artifacts"][place["index"]]["location"]["uri"]).name
        if found["ruleId"] == "SARIF2002":
            looked_at[name] += 1
        if found.get("level", "warning") in {"error", "warning"}:
            complaints.append(f"{name}: {found['ruleId']} {found['message']}")
    return Judgement(complaints, looked_at)


def official_schema() -> Draft4Validator:
    """The schema of the standard, which GitHub's upload action checks as well."""
    if not _OFFICIAL:
        missing("PYSENTRY_SARIF_SCHEMA does not name the official schema")
    return Draft4Validator(json.loads(Path(_OFFICIAL or "").read_text(encoding="utf-8")))


def tools_schema() -> Draft202012Validator:
    """The same schema as the validator brings it along."""
    text = (tool().parent / "sarif-2.1.0.json").read_text(encoding="utf-8-sig")
    return Draft202012Validator(json.loads(text))


def faults(schema: Draft4Validator | Draft202012Validator, log: Any) -> list[str]:
    """What a schema finds wrong."""
    errors: Iterable[Any] = schema.iter_errors(log)
    return [f"{error.json_path}: {error.message[:200]}" for error in errors]
