"""What is not pinned, resolved by the real uv and the real pip-tools against an index of the tests."""

import json
import os
from pathlib import Path

import pytest

from pysentry_hook.resolvers import RESOLVERS
from tests.builders import a_folder_of_records, a_record
from tests.conftest import Run
from tests.e2e.conftest import House
from tests.resolvers.index import PASSWORD, Release, serve

pytestmark = pytest.mark.unmeasured  # other tests measure what these run

both = pytest.mark.parametrize("resolver", list(RESOLVERS))
PYPROJECT = """\
[project]
name = "shop"
requires-python = ">=3.11"
dependencies = [
    "shop-web>=1",
]
[project.optional-dependencies]
fast = [
    "six",
]
[dependency-groups]
dev = ["requests"]
"""


@both
def test_a_finding_points_at_the_declaration_that_brings_the_package_in(house: House, resolver: str) -> None:
    house.write("pyproject.toml", PYPROJECT)
    report = house.report("--resolver", resolver)
    (finding,) = report["findings"]
    assert report["exit"] == 0
    assert (finding["package"], finding["version"], finding["pinned"]) == ("requests", "2.30.0", False)
    assert finding["groups"] == ["dev", "main"]
    assert finding["location"] == {
        "path": "pyproject.toml", "line": 12, "column": 8, "end_column": 18, "text": '"requests"',
    }  # fmt: skip
    assert ["shop", "shop-web", "requests"] in finding["paths"] or ["shop", "requests"] in finding["paths"]
    assert report["coverage"] == {"total": 3, "checked": 3, "left_out_by_filter": 0, "unchecked": []}
    assert report["inputs"][0]["resolved"].startswith(f"{resolver} ")
    assert report["complete"]


@both
def test_a_transitive_package_has_the_line_and_the_scopes_of_what_needs_it(house: House, resolver: str) -> None:
    house.write("pyproject.toml", PYPROJECT.replace('dev = ["requests"]', "dev = []"))
    (finding,) = house.report("--resolver", resolver)["findings"]
    assert finding["groups"] == ["main"]
    assert finding["location"]["text"] == '"shop-web>=1"'
    assert finding["paths"] == [["shop", "shop-web", "requests"]]
    assert not finding["direct"]
    told = house.scan("--resolver", resolver).stdout
    assert "2.31.0 (not tried): ask for requests>=2.31.0 beside pyproject.toml:5, which brings it in" in told
    assert f"resolved by {resolver} " in told


@both
def test_requirements_keep_what_is_no_requirement_of_an_index(house: House, resolver: str) -> None:
    house.write("requirements.txt", "-c limits.txt\nrequests\n-e ./plugin\nx @ git+https://x.example/x\n")
    house.write("limits.txt", "requests==2.30.0\n")
    report = house.report("--resolver", resolver)
    assert [finding["location"]["line"] for finding in report["findings"]] == [2]
    assert {line["name"]: line["line"] for line in report["coverage"]["unchecked"]} == {"./plugin": 3, "x": 4}
    assert report["coverage"]["total"] == 3


@both
def test_what_a_resolver_leaves_out_for_its_marker_is_not_told_as_not_pinned(house: House, resolver: str) -> None:
    house.write("requirements.txt", "requests\nsix ; python_version < '3'\n")
    (line,) = house.report("--resolver", resolver)["coverage"]["unchecked"]
    assert line["reason"] == "left out by the resolver, because of its marker: \"six ; python_version < '3'\""
    assert "lock the project" not in house.scan("--resolver", resolver).stdout


LIMITED = '[project]\nname = "shop"\ndependencies = ["{}"]\n[tool.uv]\n{}-dependencies = ["{}", "x @ file:///x"]\n'


@both
def test_constraints_of_uv_limit_what_is_scanned(house: House, resolver: str) -> None:
    house.write("pyproject.toml", LIMITED.format("requests", "constraint", "requests<2.31"))
    report = house.report("--resolver", resolver)
    assert [finding["version"] for finding in report["findings"]] == ["2.30.0"]
    assert "'x @ file:///x' of constraint-dependencies limits no version" in report["inputs"][0]["notes"][0]


@both
def test_overrides_of_uv_count_where_uv_resolves_and_are_told_elsewhere(house: House, resolver: str) -> None:
    house.write("pyproject.toml", LIMITED.format("shop-web", "override", "requests>=2.31"))
    report = house.report("--resolver", resolver)
    assert len(report["findings"]) == (resolver != "uv")
    assert any("knows no overrides" in note for note in report["inputs"][0]["notes"]) == (resolver != "uv")


def test_a_pin_that_uv_overrides_is_not_what_is_scanned(house: House) -> None:
    house.write("pyproject.toml", LIMITED.format("requests==2.31.0", "override", "requests==2.30.0"))
    report = house.report("--resolver", "uv")
    assert [finding["version"] for finding in report["findings"]] == ["2.30.0"]
    house.write("pyproject.toml", LIMITED.format("requests==2.30.0", "override", "requests==2.31.0"))
    assert house.report("--resolver", "uv")["findings"] == []
    report = house.report("--no-resolver")
    assert report["findings"] == []
    (line,) = report["coverage"]["unchecked"]
    assert line["reason"] == "not pinned: 'requests==2.31.0' of override-dependencies stands in its place"


@both
def test_no_code_of_the_project_is_run(house: House, resolver: str, tmp_path: Path) -> None:
    setup = f"open({str(tmp_path / 'ran')!r}, 'w').close()\nfrom setuptools import setup\nsetup()\n"
    for folder in ("", "plugin/"):
        house.write(f"{folder}setup.py", setup)
    house.write(
        "pyproject.toml",
        '[project]\nname = "shop"\ndynamic = ["version", "optional-dependencies"]\n'
        'dependencies = ["requests<2.31", "plugin", "other @ file:plugin"]\n'
        '[tool.uv.sources]\nplugin = { path = "plugin", editable = true }\n',
    )
    house.write("requirements.txt", "-e .\n-e ./plugin\nrequests<2.31\n")
    for words in (["pyproject.toml"], ["--requirements", "requirements.txt"]):
        report = house.report("--resolver", resolver, *words)
        assert [finding["version"] for finding in report["findings"]] == ["2.30.0"]
        assert report["coverage"]["unchecked"]
    assert not (tmp_path / "ran").exists()


@both
def test_an_index_of_the_audited_file_is_not_asked_and_told(house: House, resolver: str) -> None:
    with serve([Release("requests", "2.30.0")]) as other:
        house.write("requirements.txt", f"--index-url {other.with_password()}\nrequests\n")
        report = house.report("--resolver", resolver)
        (line,) = report["coverage"]["unchecked"]
        assert f"{other.url} is no index that your own configuration trusts" in line["reason"]
        assert not other.asked
        assert PASSWORD not in json.dumps(report)
        assert not house.served.asked


@both
def test_a_private_name_is_not_sent(house: House, resolver: str) -> None:
    house.write("requirements.txt", "acme-core\nrequests<2.31\n")
    report = house.report("--resolver", resolver, PYSENTRY_HOOK_SOURCES_PRIVATE="acme-*")
    assert [finding["version"] for finding in report["findings"]] == ["2.30.0"]
    assert "declared private" in report["coverage"]["unchecked"][0]["reason"]
    assert not [path for path, _ in house.served.asked if "acme" in path]


@both
def test_a_conflict_is_an_incomplete_audit_that_tells_it(house: House, resolver: str) -> None:
    house.write("requirements.txt", "shop-web\nrequests>=2.31\n")
    done = house.scan("--resolver", resolver)
    assert done.returncode == 3
    assert "requests<2.31" in done.stdout
    report = house.report("--resolver", resolver)
    failure = report["failures"][0]
    assert (failure["kind"], failure["name"], failure["path"]) == ("resolver", resolver, "requirements.txt")
    assert report["coverage"]["total"] == len(report["coverage"]["unchecked"]) == 2


def test_without_a_resolver_it_is_said_how_to_go_on(house: House) -> None:
    house.write("requirements.txt", "six==1\nrequests>=2,<3\n")
    alone = house.with_path("/none")
    done = house.scan(**alone)
    assert done.returncode == 2
    assert (
        "error: no dependency resolver found, so requirements.txt cannot be checked "
        "(1 line is not pinned; first: line 2 'requests>=2,<3').\n" in done.stderr
    )
    assert "or pins only:    pysentry-hook --no-resolver" in done.stderr
    assert done.stdout == ""
    named = house.scan("--resolver", "uv", **alone)
    assert named.returncode == 2
    assert "--resolver uv: uv is neither beside this program nor on PATH" in named.stderr
    assert house.scan("--no-resolver", **alone).returncode == 0
    house.write("requirements.txt", "six==1\n")
    assert house.scan(**alone).returncode == 0


def test_pins_are_resolved_only_where_a_resolver_is_named(house: House) -> None:
    house.write("requirements.txt", "shop-web==1.0\n")
    assert house.report()["findings"] == []
    assert [finding["version"] for finding in house.report("--resolver", "uv")["findings"]] == ["2.30.0"]


def test_a_resolver_that_is_unknown_is_named(house: House) -> None:
    house.write("requirements.txt", "six\n")
    done = house.scan("--resolver", "pip-tool")
    assert (done.returncode, done.stdout) == (2, "")
    assert "did you mean pip-tools?" in done.stderr


@both
def test_a_resolution_is_remembered_until_it_is_told_to_be_forgotten(house: House, resolver: str) -> None:
    house.write("requirements.txt", "shop-web\n")

    def asked(*words: object, **more: str) -> bool:
        house.served.asked.clear()
        cold = {"UV_CACHE_DIR": str(house.folder / "none"), "UV_NO_CACHE": "1"}
        report = house.report("--resolver", resolver, *words, **cold | more)
        assert [finding["version"] for finding in report["findings"]] == ["2.30.0"]
        return bool(house.served.asked)

    assert asked()
    assert not asked()
    assert asked("--no-resolution-cache")
    assert asked("--resolution-cache-ttl", "0")
    assert not asked()
    assert asked("--clear-resolution-cache")
    assert not asked()
    assert asked(PIP_EXTRA_INDEX_URL=f"{house.served.url}/")
    assert asked(UV_PRERELEASE="allow")
    uv = Path(os.environ["HOME"], ".config", "uv", "uv.toml")
    uv.parent.mkdir(parents=True)
    uv.write_text('prerelease = "allow"\n', encoding="utf-8")
    assert asked()
    assert not asked()
    house.write("requirements.txt", "shop-web>=1\n")
    assert asked()


def test_a_requirement_that_no_resolver_takes_is_an_incomplete_audit(house: House) -> None:
    house.write("requirements.txt", "six >= 1..2\n")
    report = house.report()
    assert report["exit"] == 3
    assert "is no requirement that a resolver is given" in report["failures"][0]["detail"]


def test_resolvers_are_listed_with_the_one_that_is_used(house: House) -> None:
    done = house.run("resolvers", cwd=house.folder)
    lines = done.stdout.splitlines()
    assert done.returncode == 0
    assert [line.split()[0] for line in lines] == ["uv", "pip-tools"]
    assert [line.endswith("used by default") for line in lines] == [True, False]


def test_a_script_is_resolved(house: House) -> None:
    house.write("tool.py", '# /// script\n# dependencies = ["shop-web"]\n# ///\n')
    (finding,) = house.report("tool.py")["findings"]
    assert finding["location"]["line"] == 2


@pytest.mark.network
@both
def test_the_public_index_is_resolved_from(run: Run, tmp_path: Path, resolver: str) -> None:
    records = a_folder_of_records(tmp_path / "records", a_record(fixed="2.31.0"))
    (tmp_path / "requirements.txt").write_text("requests<2.31\n", encoding="utf-8")
    authority = os.environ.get("SSL_CERT_FILE")  # where a machine has its own, pip must be told of it by another name
    trusted = {"SSL_CERT_FILE": authority, "PIP_CERT": authority} if authority else {}
    environment = {"HTTPS_PROXY": "", "HTTP_PROXY": "", **trusted}
    options = ("--resolver", resolver, "--advisory-db", records, "-f", "json")
    done = run("report", "requirements.txt", *options, cwd=tmp_path, env=environment)
    report = json.loads(done.stdout)
    assert [finding["version"] for finding in report["findings"]] == ["2.30.0"], report["failures"]
    assert report["coverage"]["total"] >= len({"requests", "certifi", "charset-normalizer", "idna", "urllib3"})
