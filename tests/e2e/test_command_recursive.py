"""Every project below a folder, each once."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.builders import a_uv_lock
from tests.conftest import Run

pytestmark = pytest.mark.unmeasured  # other tests measure what these run


@pytest.fixture
def monorepo(tmp_path: Path) -> Path:
    """A repository of projects: a workspace, a project of pins, sets of requirements, and what is not to be read."""
    root = tmp_path / "monorepo"
    files = {
        "web/uv.lock": a_uv_lock(("requests", "2.30.0")),
        "web/pyproject.toml": '[project]\nname = "shop"\ndependencies = ["requests"]\n',
        "jobs/requirements.txt": "-r requirements/base.txt\nidna==3.4\n",
        "jobs/requirements/base.txt": "requests==2.30.0\n",
        "tools/requirements-dev.txt": "requests==2.30.0\n",
        "ignored/requirements.txt": "requests==2.30.0\n",
        "env/pyvenv.cfg": "home = /usr\n",
        "env/lib/requirements.txt": "requests==2.30.0\n",
        "scripts/tool.py": '# /// script\n# dependencies = ["requests==2.30.0"]\n# ///\n',
        "settings/pyproject.toml": "[tool.ruff]\nline-length = 100\n",
        ".gitignore": "ignored/\n",
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    subprocess.run(["git", "init", "-q", root], check=True)
    return root


def test_recursive_reads_every_project_once_and_nothing_else(run: Run, monorepo: Path, database: Path) -> None:
    done = run("report", ".", "--recursive", "--advisory-db", database, "-f", "json", cwd=monorepo)
    report = json.loads(done.stdout)
    assert done.returncode == 0, done.stdout
    assert [entry["path"] for entry in report["inputs"]] == [
        "jobs/requirements.txt",
        "tools/requirements-dev.txt",
        "web/uv.lock",
    ]
    assert {finding["location"]["path"] for finding in report["findings"]} == {
        "jobs/requirements/base.txt",
        "tools/requirements-dev.txt",
        "web/uv.lock",
    }
    skipped = {entry["path"]: entry["reason"] for entry in report["skipped_inputs"]}
    assert skipped["jobs/requirements/base.txt"] == "read with jobs/requirements.txt"
    assert "settings" in skipped


def test_recursive_reads_scripts_where_they_are_asked_for(run: Run, monorepo: Path, database: Path) -> None:
    done = run("report", ".", "--recursive", "--include-scripts", "--advisory-db", database, "-f", "json", cwd=monorepo)
    assert "scripts/tool.py" in {entry["path"] for entry in json.loads(done.stdout)["inputs"]}


def test_scripts_below_a_folder_are_read_beside_its_project_or_alone(run: Run, monorepo: Path, database: Path) -> None:
    def read(folder: str) -> list[str]:
        words = ("--include-scripts", "--no-resolver", "--advisory-db", database, "-f", "json")
        done = run("report", folder, *words, cwd=monorepo)
        assert done.returncode == 0, done.stderr
        return [entry["path"] for entry in json.loads(done.stdout)["inputs"]]

    (monorepo / "web" / "tool.py").write_bytes((monorepo / "scripts" / "tool.py").read_bytes())
    assert read("web") == ["web/uv.lock", "web/tool.py"]
    assert read("scripts") == ["scripts/tool.py"]
    assert run("settings", "--include-scripts", "--advisory-db", database, cwd=monorepo).returncode == 2


def test_recursive_where_nothing_is_to_be_read_is_exit_2(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = run("empty", "--recursive", "--offline", cwd=tmp_path)
    assert done.returncode == 2
    assert "nothing to read below; looked for uv.lock" in done.stderr
