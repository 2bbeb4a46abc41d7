"""The GitHub Action and code scanning: uploads that are not taken, that fail, and several in one repository."""

import json
from pathlib import Path

import pytest

from tests.builders import a_record, a_uv_lock
from tests.e2e.acting import API, Acting, commit, services, workflow
from tests.upstream import Reply, Upstream

pytestmark = pytest.mark.network

RECORD = a_record(fixed="2.31.0", aliases=["CVE-2099-0001"], database_specific={"severity": "LOW"})
TWO = {
    "a/uv.lock": a_uv_lock(("requests", "2.30.0"), project="a"),
    "b/uv.lock": a_uv_lock(("requests", "2.31.0"), project="b"),
    "db/x.json": json.dumps(RECORD),
}
PUSH = {"ref": "refs/heads/main"}
OFF = b'{"message": "Code Security must be enabled for this repository to use code scanning."}'
NOT_ALLOWED = b'{"message": "Resource not accessible by integration"}'


def test_where_code_scanning_is_off_auto_says_so_once_and_true_fails(acting: Acting, tmp_path: Path) -> None:
    commit(tmp_path / "origin", TWO)
    path = workflow(
        tmp_path,
        audit={"paths": "a", "advisory-db": "db"},
        strict={"paths": "b", "advisory-db": "db", "upload-sarif": "true"},
    )
    with Upstream(replies={API: Reply(403, OFF)}) as upstream:
        done = acting.run(path, tmp_path / "origin", tmp_path, payload=PUSH, environment=services(upstream))
    assert done.code == 1, done.text
    assert (done.steps["audit"], done.steps["strict"]) == ("success", "failure")
    assert done.steps["strict/judge"] == "success"  # the verdict is told all the same
    told = [each for each in done.annotations("notice") if "nothing was uploaded" in each]
    assert len(told) == 1
    assert "Settings > Advanced Security" in told[0]
    assert any("Settings > Advanced Security" in each for each in done.annotations("error"))
    assert done.uploads() == {}
    assert [len(names) for names in done.artifacts().values()] == [3, 3]


def test_a_missing_permission_is_told_with_the_line_to_add(acting: Acting, tmp_path: Path) -> None:
    commit(tmp_path / "origin", TWO)
    with Upstream(replies={API: Reply(403, NOT_ALLOWED)}) as upstream:
        done = acting.push(tmp_path, with_={"paths": "a", "advisory-db": "db"}, environment=services(upstream))
    assert done.code == 0, done.text
    assert any("permissions: {contents: read, security-events: write}" in each for each in done.annotations("notice"))
    assert "security-events: write" in done.summary


def test_an_upload_that_fails_where_it_was_possible_fails_the_job_and_not_the_verdict(
    acting: Acting, tmp_path: Path
) -> None:
    commit(tmp_path / "origin", TWO)
    with Upstream(replies={API: Reply(200, b"[]")}) as upstream:
        refusing = services(upstream) | {"STANDIN_UPLOAD": "refused"}
        done = acting.push(tmp_path, with_={"paths": "b", "advisory-db": "db"}, environment=refusing)
    assert done.code == 1, done.text
    failed = {name for name, result in done.steps.items() if result == "failure" and name.count("/") < 2}
    assert failed == {"audit", "audit/upload"}
    assert done.outputs()["conclusion"] == "clean"
    assert done.ran[-1] == "judge"
    assert any("The upload to code scanning failed" in each for each in done.annotations("error"))
    assert [event.split(" ")[0] for event in done.events] == ["restore", "upload", "artifact", "save"]


def test_several_calls_do_not_overwrite_one_another(acting: Acting, tmp_path: Path) -> None:
    commit(tmp_path / "origin", TWO)
    both = {"advisory-db": "db", "fail-on": "high"}
    path = workflow(tmp_path, audit={"paths": "a", **both}, other={"paths": "./b/", **both})
    with Upstream(replies={API: Reply(200, b"[]")}) as upstream:
        done = acting.run(path, tmp_path / "origin", tmp_path, payload=PUSH, environment=services(upstream))
    assert done.code == 0, done.text
    assert {name: len(sarif["runs"][0]["results"]) for name, sarif in done.uploads().items()} == {
        "pysentry-hook:a": 1,
        "pysentry-hook:b": 0,
    }
    assert len(done.artifacts()) == 2
    assert (done.outputs()["conclusion"], done.outputs("other")["conclusion"]) == ("reported", "clean")
    files = {done.outputs(name)["json-file"] for name in ("audit", "other")}
    assert len(files) == 2
