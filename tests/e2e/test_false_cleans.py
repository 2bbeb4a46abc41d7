"""What audit tools have reported as clean without looking: each case is found or told here."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.builders import a_record
from tests.conftest import Run
from tests.upstream import Upstream

pytestmark = pytest.mark.unmeasured  # other tests measure what these run

ADDRESS = "https://files.pythonhosted.org/requests-2.30.0-py3-none-any.whl"
RECORDS = [
    a_record("PYSEC-2099-1", "numpy", fixed="1.0"),
    a_record("PYSEC-2099-2", "requests", fixed="2.31.0"),
    a_record("PYSEC-2099-3", "shop", introduced="0"),
]


def _report(run: Run, folder: Path, name: str, text: str, *options: object) -> dict[str, Any]:
    (folder / name).write_text(text, encoding="utf-8")
    found: dict[str, Any] = json.loads(run("report", name, "-f", "json", *options, cwd=folder).stdout)
    return found


def _found(report: dict[str, Any]) -> set[tuple[str, str]]:
    return {(finding["package"], finding["version"]) for finding in report["findings"]}


def test_the_second_version_of_a_forked_package_is_checked(run: Run, tmp_path: Path) -> None:
    lock = """version = 1

[[package]]
name = "shop"
version = "1.0"
source = { editable = "." }
dependencies = [
    { name = "numpy", version = "2.0", source = { registry = "https://pypi.org/simple" } },
    { name = "numpy", version = "0.9", source = { registry = "https://pypi.org/simple" } },
]

[[package]]
name = "numpy"
version = "2.0"
source = { registry = "https://pypi.org/simple" }

[[package]]
name = "numpy"
version = "0.9"
source = { registry = "https://pypi.org/simple" }
"""
    with Upstream(RECORDS) as upstream:
        report = _report(run, tmp_path, "uv.lock", lock, *upstream.options)
        assert _found(report) == {("numpy", "0.9")}
        assert report["coverage"]["checked"] == 2


def test_the_project_itself_is_neither_sent_nor_found(run: Run, tmp_path: Path) -> None:
    lock = """version = 1

[manifest]
members = ["shop", "shop-api"]

[[package]]
name = "shop"
version = "1.0"
source = { editable = "." }
dependencies = [{ name = "requests" }, { name = "shop-api" }]

[[package]]
name = "shop-api"
version = "1.0"
source = { virtual = "api" }

[[package]]
name = "requests"
version = "2.30.0"
source = { registry = "https://pypi.org/simple" }
"""
    with Upstream(RECORDS) as upstream:
        assert _found(_report(run, tmp_path, "uv.lock", lock, *upstream.options)) == {("requests", "2.30.0")}
        assert not upstream.mentions("shop")


def test_a_wheel_with_an_address_is_a_release_like_any_other(run: Run, tmp_path: Path) -> None:
    digest = "0" * 64
    lock = f"""lock-version = "1.0"
created-by = "a tool"

[[packages]]
name = "requests"
version = "2.30.0"
index = "https://pypi.org/simple"
wheels = [{{ url = "{ADDRESS}", hashes = {{ sha256 = "{digest}" }} }}]
"""
    with Upstream(RECORDS) as upstream:
        assert _found(_report(run, tmp_path, "pylock.toml", lock, *upstream.options)) == {("requests", "2.30.0")}


@pytest.mark.parametrize(
    "pin", ["requests===2.30.0", "requests == 2.30.0", "Requests[socks]==2.30.0 ; python_version>'3'"]
)
def test_a_pin_is_a_pin_however_it_is_written(run: Run, tmp_path: Path, pin: str) -> None:
    with Upstream(RECORDS) as upstream:
        report = _report(run, tmp_path, "requirements.txt", pin + "\n", *upstream.options)
        assert _found(report) == {("requests", "2.30.0")}


def test_a_requirement_from_an_address_is_told_as_unchecked(run: Run, tmp_path: Path) -> None:
    text = "numpy==2.0\nrequests @ https://host.example/requests-2.30.0-py3-none-any.whl\n"
    with Upstream(RECORDS) as upstream:
        report = _report(run, tmp_path, "requirements.txt", text, *upstream.options)
        assert [(line["name"], line["reason"]) for line in report["coverage"]["unchecked"]] == [
            ("requests", "URL dependency")
        ]


def test_a_custom_category_is_read(run: Run, tmp_path: Path) -> None:
    lock = {"_meta": {"pipfile-spec": 6}, "default": {}, "docs": {"requests": {"version": "==2.30.0"}}}
    with Upstream(RECORDS) as upstream:
        report = _report(run, tmp_path, "Pipfile.lock", json.dumps(lock), *upstream.options)
        assert _found(report) == {("requests", "2.30.0")}
        assert report["findings"][0]["groups"] == ["docs"]


def test_a_version_that_the_index_does_not_know_is_told(run: Run, tmp_path: Path) -> None:
    with Upstream(RECORDS, unknown=["numpy 7.7"]) as upstream:
        (tmp_path / "requirements.txt").write_text("numpy==7.7\nidna==3.6\n", encoding="utf-8")
        only = ("report", ".", "-f", "json", "--sources", "pypi", *upstream.options)
        report = json.loads(run(*only, cwd=tmp_path).stdout)
        assert [line["name"] for line in report["coverage"]["unchecked"]] == ["numpy"]
        told = run("report", ".", *upstream.options, cwd=tmp_path).stdout
        assert "PyPI does not know this version: numpy 7.7" in told


def test_what_is_installed_without_an_extra_or_group_is_checked_for_one_python(run: Run, tmp_path: Path) -> None:
    digest = "0" * 64
    lock = f"""lock-version = "1.0"
created-by = "a tool"
extras = ["a", "b"]
dependency-groups = ["dev"]

[[packages]]
name = "numpy"
version = "0.9"
index = "https://pypi.org/simple"
wheels = [{{ path = "numpy-0.9-py3-none-any.whl", hashes = {{ sha256 = "{digest}" }} }}]
marker = "'dev' not in dependency_groups"

[[packages]]
name = "requests"
version = "2.20.0"
index = "https://pypi.org/simple"
wheels = [{{ path = "requests-2.20.0-py3-none-any.whl", hashes = {{ sha256 = "{digest}" }} }}]
marker = "'a' in extras and 'b' not in extras"
"""
    with Upstream(RECORDS) as upstream:
        report = _report(run, tmp_path, "pylock.toml", lock, "--python-version", "3.11", *upstream.options)
    assert _found(report) == {("numpy", "0.9"), ("requests", "2.20.0")}
    assert report["coverage"]["left_out_by_filter"] == 0
