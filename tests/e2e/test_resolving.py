"""What is not pinned, resolved by the real uv and the real pip-tools against an index of the tests."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from pysentry_hook.resolvers import RESOLVERS
from tests.builders import a_folder_of_records, a_record
from tests.conftest import Run
from tests.resolvers.index import PASSWORD, Index, Release, serve

both = pytest.mark.parametrize("resolver", list(RESOLVERS))
RELEASES = (
    Release("shop-web", "1.0", ("requests<2.31", "six")),
    Release("requests", "2.30.0"),
    Release("requests", "2.31.0"),
    Release("six", "1.16.0"),
)
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


class House(NamedTuple):
    """A folder to scan, and how to scan it with an index and advisories of the tests."""

    run: Run
    folder: Path
    records: Path
    environment: dict[str, str]
    served: Index

    def write(self, name: str, text: str) -> None:
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_text(text, encoding="utf-8")

    def scan(self, *words: object, **more: str) -> subprocess.CompletedProcess[str]:
        options = ("--advisory-db", self.records, *words)
        return self.run("report", *options, cwd=self.folder, env=self.environment | more)

    def report(self, *words: object, **more: str) -> dict[str, Any]:
        done = self.scan("-f", "json", *words, **more)
        found: dict[str, Any] = json.loads(done.stdout)
        return found | {"exit": done.returncode}


@pytest.fixture
def house(run: Run, tmp_path: Path) -> Iterator[House]:
    records = a_folder_of_records(tmp_path / "records", a_record(fixed="2.31.0"))
    (tmp_path / "project").mkdir()
    with serve(RELEASES) as index:
        environment = {
            "UV_DEFAULT_INDEX": index.url,
            "PIP_INDEX_URL": index.url,
            "UV_CACHE_DIR": str(tmp_path / "uv"),
            "PIP_CACHE_DIR": str(tmp_path / "pip"),
        }
        yield House(run, tmp_path / "project", records, environment, index)


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
        assert f"the index {other.url} is not one that your own configuration trusts" in line["reason"]
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


def test_without_a_resolver_it_is_said_how_to_go_on(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.write("requirements.txt", "six==1\nrequests>=2,<3\n")
    hide = house.folder.parent / "sitecustomize.py"
    hide.write_text("import sysconfig, sys\nsysconfig.get_path = lambda *_: '/none'\nsys.executable = '/none/x'\n")
    path = os.pathsep.join(filter(None, (str(house.folder.parent), os.environ.get("PYTHONPATH"))))
    done = house.scan(PYTHONPATH=path, PATH="/none")
    assert done.returncode == 2
    assert (
        "error: no dependency resolver found, so requirements.txt cannot be checked "
        "(1 line is not pinned; first: line 2 'requests>=2,<3').\n" in done.stderr
    )
    assert "or pins only:    pysentry-hook --no-resolver" in done.stderr
    assert done.stdout == ""
    named = house.scan("--resolver", "uv", PYTHONPATH=path, PATH="/none")
    assert named.returncode == 2
    assert "--resolver uv: uv is neither beside this program nor on PATH" in named.stderr
    assert house.scan("--no-resolver", PYTHONPATH=path, PATH="/none").returncode == 0
    house.write("requirements.txt", "six==1\n")
    assert house.scan(PYTHONPATH=path, PATH="/none").returncode == 0


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
    house.write("requirements.txt", "shop-web>=1\n")
    assert asked()


@pytest.mark.parametrize("text", ["version = 9\n", "\\x00", "nonsense"])
def test_a_lock_that_makes_no_sense_is_an_incomplete_audit(house: House, tmp_path: Path, text: str) -> None:
    house.write("requirements.txt", "six\n")
    tool = tmp_path / "bin" / "uv"
    tool.parent.mkdir()
    words = f"open('uv.lock', 'w').write('{text.strip()}') if 'lock' in sys.argv else print('uv 9.9.9')"
    tool.write_text(f"#!{sys.executable}\nimport sys\n{words}\n", encoding="utf-8")
    tool.chmod(0o755)
    hide = tmp_path / "sitecustomize.py"
    hide.write_text("import sysconfig, sys\nsysconfig.get_path = lambda *_: '/none'\nsys.executable = '/none/x'\n")
    path = os.pathsep.join(filter(None, (str(tmp_path), os.environ.get("PYTHONPATH"))))
    done = house.scan("--resolver", "uv", PYTHONPATH=path, PATH=str(tool.parent))
    assert done.returncode == 3, done.stderr
    assert "made a lock that cannot be read" in done.stdout


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
